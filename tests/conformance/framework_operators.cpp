#include "tests/conformance/framework_operators.h"

#include "compiler/importers/common/importer.h"

#include <fstream>

namespace tandem::test {

/// A name a line, behind a line that starts with '#' and describes them.
static void readList(FrameworkOperators &operators) {
  std::ifstream file(std::string(TANDEM_SOURCE_DIR) + "/tests/models/operators/" +
                     operators.format + ".txt");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("# "))
      operators.source = line.substr(2);
    else
      operators.all.insert(line);
}

std::vector<FrameworkOperators> frameworkOperators() {
  std::vector<FrameworkOperators> list;
  for (const Importer *importer : importers()) {
    if (!importer->refusedOperators())
      continue;
    FrameworkOperators &operators = list.emplace_back();
    operators.format = importer->name().str();
    operators.refused = importer->refusedOperators();
    readList(operators);
    for (const std::string &name : importer->operators())
      operators.taken.insert(name);
  }
  return list;
}

} // namespace tandem::test
