#pragma once

// What runs the code for each instruction set, and that all of it does what the reference does.

#include "backends/cpu/test/harness.h"
#include "tests/emulated/machine.h"

#include <map>
#include <span>

namespace tandem::test {

CompileOptions optionsFor(const char *isa, const char *precision);

/// What runs the code for an instruction set: this machine, or an emulated one.
struct CodeRunner {
  const char *isa;
  EmulatedMachine *machine = nullptr;
  std::map<std::string, std::string> settings = {}; ///< of the backend, beside the precision
};
/// Those of x86-64 that this processor has.
std::vector<CodeRunner> runnersHere();
/// The widest code that this processor runs.
const char *wideIsa();
/// All of aarch64 that differ for some precision; none where nothing can be emulated.
std::vector<CodeRunner> runnersEmulated();
/// Those of the two that have these names.
std::vector<CodeRunner> runnersNamed(std::initializer_list<std::string_view> isas);

std::vector<Bytes> inputsOf(const std::string &text);

/// All results of the module, once with one thread and once with three, with every byte around its
/// buffers watched; on an emulated machine once, with one thread. Fails the test where it does not
/// run.
std::vector<std::vector<Bytes>> resultsOf(const std::string &text, const CodeRunner &runner,
                                          const char *precision, const std::vector<Bytes> &inputs);

/// Expects the results of every runner to be the reference's: reals within a part of the largest,
/// all others to be equal.
void expectAsReference(const std::string &text, std::span<const CodeRunner> runners,
                       double relativeToLargest, const char *precision = "f32");

} // namespace tandem::test
