// Writes docs/generated/operators.md: what every importer takes of its framework's operators and
// why it refuses the others, and what every backend runs, asked of the backends themselves with the
// conformance cases. With a file: exit 1 when it differs.

#include "compiler/driver/compiler.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/framework_operators.h"
#include "tests/generated_page.h"

#include "llvm/ADT/StringRef.h"

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

/// Names as code, wrapped, with `indent` before all lines but the first; `column` is used of that.
void printNames(std::ostream &out, const std::set<std::string> &names, size_t column,
                const std::string &indent) {
  constexpr size_t kWidth = 130;
  size_t left = names.size();
  for (const std::string &name : names) {
    std::string word = "`" + name + "`" + (--left ? "," : "");
    if (column + 1 + word.size() > kWidth) {
      out << "\n" << indent;
      column = indent.size();
    } else if (column > indent.size()) {
      out << " ";
      ++column;
    }
    out << word;
    column += word.size();
  }
  out << "\n";
}

/// A paragraph: a title with their count, and all names behind it.
void printTitled(std::ostream &out, const std::string &title, const std::set<std::string> &names) {
  out << "\n" << title << " (" << names.size() << "):\n\n";
  printNames(out, names, 0, "");
}

/// The operators of one reason, each by its own name.
struct Refused {
  std::string reason;
  std::set<std::string> names;
};

/// In the order of the data.
std::vector<Refused> refusedOf(const FrameworkOperators &operators) {
  std::map<const RefusedOperators::Entry *, std::set<std::string>> names;
  for (const std::string &name : operators.all)
    if (!operators.isTaken(name))
      names[operators.refused->find(name)].insert(name);
  std::vector<Refused> groups;
  for (const RefusedOperators::Entry &entry : operators.refused->entries()) {
    if (groups.empty() || groups.back().reason != entry.reason)
      groups.push_back({entry.reason.str(), {}});
    groups.back().names.merge(names[&entry]);
  }
  return groups;
}

/// What Markdown makes of a heading to link to.
std::string anchor(const std::string &heading) {
  std::string text;
  for (unsigned char c : heading)
    if (std::isalnum(c) || c == '-' || c == ' ')
      text += c == ' ' ? '-' : static_cast<char>(std::tolower(c));
  return text;
}

/// A link to the part of docs/model-formats.md whose first word is the format's, as "PyTorch".
std::string linkToLimits(const std::string &format) {
  std::ifstream file(TANDEM_SOURCE_DIR "/docs/model-formats.md");
  for (std::string line; std::getline(file, line);)
    if (llvm::StringRef heading = line;
        heading.consume_front("## ") && heading.split(' ').first.ends_with_insensitive(format))
      return "[model formats](../model-formats.md#" + anchor(heading.str()) + ")";
  return "";
}

void printFramework(std::ostream &out, const FrameworkOperators &operators) {
  std::set<std::string> taken, others;
  for (const std::string &name : operators.taken)
    (operators.all.count(name) ? taken : others).insert(name);
  out << "\n## " << operators.refused->framework().str() << "\n\n"
      << "What is taken has limits (shapes, types, attributes): " << linkToLimits(operators.format)
      << ".\n";
  printTitled(out, "**Taken**", taken);
  if (!others.empty())
    printTitled(out, "Also taken, though not in the framework's list (aliases, extensions)",
                others);
  out << "\n**Refused**, by reason:\n\n";
  for (const Refused &group : refusedOf(operators)) {
    std::string title = "- " + group.reason + " (" + std::to_string(group.names.size()) + "):";
    out << title;
    printNames(out, group.names, title.size(), "  ");
  }
}

void printCounts(std::ostream &out, const std::vector<FrameworkOperators> &frameworks) {
  out << "| framework | counted | taken | refused | of these not yet |\n|---|---|---|---|---|\n";
  for (const FrameworkOperators &operators : frameworks) {
    size_t refused = 0, notYet = 0;
    for (const Refused &group : refusedOf(operators)) {
      refused += group.names.size();
      notYet += group.reason.ends_with("not yet") ? group.names.size() : 0;
    }
    std::string name = operators.refused->framework().str();
    out << "| [" << name << "](#" << anchor(name) << ") | " << operators.source << " | "
        << operators.all.size() - refused << " | " << refused << " | " << notYet << " |\n";
  }
}

void printBackends(std::ostream &out) {
  out << "\n## Graph operators by backend\n\n"
         "Element types that a backend runs, as it answers for the cases of `tests/conformance`; "
         "\"in part\": not every shape or attribute. What a backend refuses goes to the next one, "
         "and `tandem compile --report` says why. `i8`, `u8`, `q16`, `q32`: codes of a quantized "
         "type; `ui8`, `i1`, `i32`, `i64`: plain; `hybrid`: f32 activations, 8-bit filter; "
         "`sums`: plain activations of 8 bits, 8-bit filter, sums in i32.\n\n| op |";
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
}

std::string page() {
  std::ostringstream out;
  out << "# Operators\n\n"
         "`tandem compile MODEL --check` tells in a second whether a model is taken, with all of "
         "its operators that are not and why.\n\n"
         "Here is every operator that a framework has: its importer takes it, or refuses it with "
         "the reason that is also in the message. Which graph operators run on which backend is "
         "[at the end](#graph-operators-by-backend).\n\n";
  std::vector<FrameworkOperators> frameworks = frameworkOperators();
  printCounts(out, frameworks);
  out << "\nMade by `build/bin/op_table`; a test says when it is stale.\n";
  for (const FrameworkOperators &operators : frameworks)
    printFramework(out, operators);
  printBackends(out);
  return out.str();
}

} // namespace
} // namespace tandem::test

int main(int argc, char **argv) {
  return tandem::test::printOrCheckPage(tandem::test::page(), argc, argv, "op_table");
}
