// Writes docs/generated/neuron.md from the capability table. With a file: exit 1 when it differs.
#include "backends/neuron/compile/capability.h"
#include "backends/neuron/compile/settings.h"
#include "tests/generated_page.h"

#include <sstream>

namespace tandem::neuron {
namespace {

std::string constraintsOf(const Capability &row) {
  std::string text;
  for (const Constraint *constraint : row.constraints)
    text += (text.empty() ? "" : "; ") + constraint->rule.str();
  return text.empty() ? "–" : text;
}

std::string kindsOf(const Capability &row) {
  return kindsText(row.kinds) + (row.resultKinds ? " to " + kindsText(row.resultKinds) : "");
}

std::string formOf(const Capability &row) {
  return row.form ? row.form->text.str() : "";
}

std::string table() {
  std::ostringstream out;
  out << "# Operators on MediaTek's NPU\n\nMade by `build/bin/neuron_table` from the table that "
         "the "
         "neuron backend answers with; a test says when it is stale. Beside what stands here, "
         "every tensor has elements, less than 4 GiB of them, and one scale when it is quantized; "
         "a device's profile may refuse more. `tandem compile --report` says for each operation "
         "of a model why it is not there.\n\n"
         "| op | form | Neuron operations | since | element types | constraints |\n"
         "|---|---|---|---|---|---|\n";
  for (const Capability &row : capabilities())
    if (row.kinds)
      out << "| " << row.op.str() << " | " << formOf(row) << " | " << row.operations.str() << " | "
          << row.since.text() << " | " << kindsOf(row) << " | " << constraintsOf(row) << " |\n";
  out << "\n## Not there\n\n| op | form | why |\n|---|---|---|\n";
  for (const Capability &row : capabilities())
    if (!row.kinds)
      out << "| " << row.op.str() << " | " << formOf(row) << " | " << row.operations.str()
          << " |\n";
  out << "\nAn op that is in neither table has no Neuron operation.\n\n## Options\n\n"
         "`tandem compile --option neuron.KEY=VALUE`\n\n```\n"
      << settingsHelp() << "```\n";
  return out.str();
}

} // namespace
} // namespace tandem::neuron

int main(int argc, char **argv) {
  return tandem::test::printOrCheckPage(tandem::neuron::table(), argc, argv, "neuron_table");
}
