// Writes docs/generated/operators.md: what every importer takes of its framework's operators and
// why it refuses the others, and what every backend runs, asked of the backends themselves with the
// conformance cases. With a file: exit 1 when it differs.

#include "compiler/driver/compiler.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/framework_operators.h"
#include "tests/generated_page.h"

#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <unistd.h>
#include <utility>

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

/// "taken (12): A, B".
void printNames(std::ostream &out, const std::string &title, const std::set<std::string> &names,
                size_t count) {
  out << title << " (" << count << "): ";
  const char *separator = "";
  for (const std::string &name : names)
    out << std::exchange(separator, ", ") << name;
  out << "\n";
}

/// An operator's name as Markdown shows it.
std::string escaped(const std::string &name) {
  std::string text;
  for (char c : name)
    text += (c == '*' ? "\\" : "") + std::string(1, c);
  return text;
}

/// The operators of one reason, those of a pattern as that.
struct Refused {
  std::string reason;
  std::set<std::string> names;
  size_t count = 0;
};

/// In the order of the data.
std::vector<Refused> refusedOf(const FrameworkOperators &operators) {
  std::vector<Refused> groups;
  std::map<const RefusedOperators::Entry *, size_t> counts;
  for (const std::string &name : operators.all)
    if (!operators.isTaken(name))
      ++counts[operators.refused->find(name)];
  for (const RefusedOperators::Entry &entry : operators.refused->entries()) {
    if (groups.empty() || groups.back().reason != entry.reason)
      groups.push_back({entry.reason.str(), {}, 0});
    groups.back().names.insert(escaped(entry.name.str()));
    groups.back().count += counts[&entry];
  }
  return groups;
}

void printFramework(std::ostream &out, const FrameworkOperators &operators) {
  std::set<std::string> taken, others;
  for (const std::string &name : operators.taken)
    (operators.all.count(name) ? taken : others).insert(name);
  out << "\n## " << operators.refused->framework().str() << "\n\n";
  printNames(out, "**Taken**", taken, taken.size());
  if (!others.empty()) {
    out << "\n";
    printNames(out, "Taken beside that list", others, others.size());
  }
  out << "\n**Refused**, by reason:\n\n";
  for (const Refused &group : refusedOf(operators))
    printNames(out, "- " + group.reason, group.names, group.count);
}

void printCounts(std::ostream &out, const std::vector<FrameworkOperators> &frameworks) {
  out << "| operators of | taken | refused | of these not yet |\n|---|---|---|---|\n";
  for (const FrameworkOperators &operators : frameworks) {
    size_t refused = 0, notYet = 0;
    for (const Refused &group : refusedOf(operators)) {
      refused += group.count;
      notYet += group.reason.ends_with("not yet") ? group.count : 0;
    }
    out << "| " << operators.source << " | " << operators.all.size() - refused << " | " << refused
        << " | " << notYet << " |\n";
  }
}

void printBackends(std::ostream &out) {
  out << "\n## Graph operators by backend\n\n"
         "Element types that a backend runs, as it answers for the cases of `tests/conformance`; "
         "\"in part\": not every shape or attribute. What a backend refuses goes to the next one, "
         "and `tandem compile --report` says why. `i8`, `u8`, `q16`, `q32`: codes of a quantized "
         "type; `ui8`, `i1`, `i32`, `i64`: plain; `hybrid`: f32 activations, 8-bit filter.\n\n| op "
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
}

std::string page() {
  std::ostringstream out;
  out << "# Operators\n\nMade by `build/bin/op_table`; a test says when it is stale.\n\n"
         "Every operator that a framework has is taken by its importer or refused with a reason, "
         "which is also in the message about a model with it. A name with `*` stands for all that "
         "are like it and not taken.\n\n";
  std::vector<FrameworkOperators> frameworks = frameworkOperators();
  printCounts(out, frameworks);
  printBackends(out);
  for (const FrameworkOperators &operators : frameworks)
    printFramework(out, operators);
  return out.str();
}

} // namespace
} // namespace tandem::test

int main(int argc, char **argv) {
  return tandem::test::printOrCheckPage(tandem::test::page(), argc, argv, "op_table");
}
