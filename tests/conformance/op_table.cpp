// Writes docs/generated/operators.md: what every backend runs, asked of the backends themselves
// with the conformance cases, and what every importer reads. With a file: exit 1 when it differs.

#include "base/file.h"
#include "compiler/driver/compiler.h"
#include "tests/conformance/cases.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <unistd.h>

namespace tandem::test {
namespace {

/// How many cases of one op and type a backend takes.
struct Count {
  int taken = 0, all = 0;
};
/// (op, backend) to type to count.
using Coverage = std::map<std::string, std::map<std::string, std::map<std::string, Count>>>;

bool takes(const std::string &backend, const std::string &path) {
  CompileRequest request;
  request.modelPath = path;
  request.backends = {backend};
  return checkModel(request).ok();
}

Coverage measure() {
  Coverage coverage;
  std::string path = (std::filesystem::temp_directory_path() /
                      ("tandem_op_table_" + std::to_string(getpid()) + ".mlir"))
                         .string();
  for (const OpCase &opCase : allCases()) {
    if (!writeFileAtomically(path, opCase.mlir).ok())
      continue;
    for (const std::string &backend : backendNames()) {
      Count &count = coverage[opCase.op][backend][opCase.type];
      ++count.all;
      count.taken += takes(backend, path);
    }
  }
  std::filesystem::remove(path);
  return coverage;
}

std::string cell(const std::map<std::string, Count> &types) {
  std::string text;
  for (const auto &[type, count] : types) {
    if (count.taken == 0)
      continue;
    text += (text.empty() ? "" : ", ") + type;
    if (count.taken < count.all)
      text += " (in part)";
  }
  return text.empty() ? "–" : text;
}

std::string table() {
  std::ostringstream out;
  out << "# Operators\n\nMade by `build/bin/op_table`; a test says when it is stale.\n\n"
         "## Graph operators by backend\n\n"
         "Element types that the backend runs, as it answers for the cases of `tests/conformance`; "
         "\"in part\": not every shape or attribute. What a backend refuses goes to the next one, "
         "and `tandem compile --report` says why. `hybrid`: f32 activations, 8-bit filter.\n\n| op "
         "|";
  for (const std::string &backend : backendNames())
    out << " " << backend << " |";
  out << "\n|---|";
  for (size_t i = 0; i < backendNames().size(); ++i)
    out << "---|";
  out << "\n";
  for (const auto &[op, backends] : measure()) {
    out << "| " << op << " |";
    for (const std::string &backend : backendNames())
      out << " " << cell(backends.at(backend)) << " |";
    out << "\n";
  }
  out << "\n## Source operators by importer\n";
  for (auto &[format, operators] : importedOperators()) {
    std::set<std::string> sorted(operators.begin(), operators.end());
    if (sorted.empty())
      continue;
    out << "\n### " << format << " (" << sorted.size() << ")\n\n";
    std::string line;
    for (const std::string &name : sorted)
      line += (line.empty() ? "" : ", ") + name;
    out << line << "\n";
  }
  return out.str();
}

} // namespace
} // namespace tandem::test

int main(int argc, char **argv) {
  std::string now = tandem::test::table();
  if (argc == 1) {
    std::fputs(now.c_str(), stdout);
    return 0;
  }
  auto file = tandem::MappedFile::open(argv[1]);
  if (file.ok() && file->text() == now)
    return 0;
  std::fprintf(stderr, "%s is stale: run build/bin/op_table > docs/generated/operators.md\n",
               argv[1]);
  return 1;
}
