#include "tests/cli/program.h"

namespace tandem::test {

Outcome runTandem(const std::vector<std::string> &arguments, const Surroundings &around) {
  std::vector<std::string> all = {TANDEM_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return runProgram(all, around);
}

} // namespace tandem::test
