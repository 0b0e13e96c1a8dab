// Writes docs/generated/operators.md: what every backend runs, asked of the backends themselves
// with the conformance cases, and what every importer reads. With a file: exit 1 when it differs.

#include "compiler/driver/compiler.h"
#include "tests/conformance/cases.h"
#include "tests/generated_page.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
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

/// "conv_2d" is made by code that says graph::Conv2dOp.
std::string className(const std::string &op) {
  std::string name;
  bool upper = true;
  for (char c : op) {
    if (c != '_')
      name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = c == '_';
  }
  return "graph::" + name + "Op";
}

/// All of an importer's own code, tests left out, and what importers share as far as it includes
/// that.
std::string sourceOf(const std::string &format) {
  std::ostringstream text;
  std::filesystem::path importers =
      std::filesystem::path(TANDEM_SOURCE_DIR) / "compiler" / "importers";
  for (const auto &entry : std::filesystem::recursive_directory_iterator(importers / format))
    if (entry.path().extension() == ".cpp" && entry.path().parent_path().filename() != "test")
      text << std::ifstream(entry.path()).rdbuf();
  std::string own = text.str();
  for (const auto &entry : std::filesystem::directory_iterator(importers / "common"))
    if (entry.path().extension() == ".cpp" &&
        own.find("importers/common/" + entry.path().stem().string() + ".h") != std::string::npos)
      text << std::ifstream(entry.path()).rdbuf();
  return text.str();
}

/// Format to source text, of the importers of frameworks.
std::map<std::string, std::string> importerSources() {
  std::map<std::string, std::string> sources;
  for (const auto &[format, operators] : importedOperators())
    if (!operators.empty())
      sources[format] = sourceOf(format);
  return sources;
}

bool makes(const std::string &source, const std::string &op) {
  std::string name = className(op);
  for (size_t at = source.find(name); at != std::string::npos; at = source.find(name, at + 1))
    if (!std::isalnum(static_cast<unsigned char>(source[at + name.size()])))
      return true;
  return false;
}

std::string table() {
  std::ostringstream out;
  std::map<std::string, std::string> importers = importerSources();
  out << "# Operators\n\nMade by `build/bin/op_table`; a test says when it is stale.\n\n"
         "## Graph operators by importer and backend\n\n"
         "Importers that make the operator (●), and element types that a backend runs, as it "
         "answers "
         "for the cases of `tests/conformance`; \"in part\": not every shape or attribute. What a "
         "backend refuses goes to the next one, and `tandem compile --report` says why. `i8`, "
         "`u8`, `q16`, `q32`: codes of a quantized type; `ui8`, `i1`, `i32`, `i64`: plain; "
         "`hybrid`: "
         "f32 activations, 8-bit filter.\n\n| op |";
  for (const auto &[format, source] : importers)
    out << " " << format << " |";
  for (const std::string &backend : backendNames())
    out << " " << backend << " |";
  out << "\n|---|";
  for (size_t i = 0; i < importers.size() + backendNames().size(); ++i)
    out << "---|";
  out << "\n";
  for (const auto &[op, backends] : measure()) {
    out << "| " << op << " |";
    for (const auto &[format, source] : importers)
      out << (makes(source, op) ? " ● |" : "  |");
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
  return tandem::test::printOrCheckPage(tandem::test::table(), argc, argv, "op_table");
}
