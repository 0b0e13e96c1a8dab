#include "tests/conformance/run_case.h"

#include "base/file.h"
#include "compiler/driver/compiler.h"
#include "runtime/session.h"

#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace tandem::test {
namespace {

/// A folder of this process, gone at its end.
class Scratch {
public:
  Scratch()
      : folder_(std::filesystem::temp_directory_path() /
                ("tandem_conformance_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string file(const char *name) const { return (folder_ / name).string(); }

private:
  std::filesystem::path folder_;
};

bool needsPositive(const std::string &op) {
  return op == "log" || op == "sqrt" || op == "rsqrt" || op == "pow" || op == "div";
}

/// Codes and integers over the whole range; reals in -2..2, or in 0.1..2.1 where the op needs
/// positive ones.
void fill(const TensorView &tensor, const OpCase &opCase, uint32_t &state) {
  auto random = [&] {
    state = state * 1664525u + 1013904223u;
    return state >> 8;
  };
  if (tensor.type != ElementType::kF32) {
    uint32_t kept = tensor.type == ElementType::kBool ? 1 : 0xff;
    for (size_t i = 0; i < tensor.bytes; ++i)
      tensor.data[i] = static_cast<std::byte>(random() & kept);
    return;
  }
  for (size_t i = 0; i < tensor.bytes / sizeof(float); ++i) {
    float value = static_cast<float>(random() % 4001) / 1000.0f - 2.0f;
    if (needsPositive(opCase.op))
      value = value / 2 + 1.1f;
    std::memcpy(tensor.data + i * sizeof value, &value, sizeof value);
  }
}

/// Of a Session, or what is used like one.
template <typename SessionT>
Result<std::vector<CaseOutput>> outputsOf(SessionT &session, const OpCase &opCase) {
  uint32_t state = 12345;
  for (const TensorView &input : session.inputs())
    fill(input, opCase, state);
  // Twice: the second run must not depend on what the first left behind.
  TANDEM_RETURN_IF_ERROR(session.run());
  TANDEM_RETURN_IF_ERROR(session.run());
  std::vector<CaseOutput> outputs;
  for (const TensorView &output : session.outputs())
    outputs.push_back({output.type, {output.data, output.data + output.bytes}});
  return outputs;
}

} // namespace

Result<std::vector<CaseOutput>> runCase(const OpCase &opCase, const std::string &backend,
                                        const std::string &isa, EmulatedMachine *machine) {
  static const Scratch kScratch;
  CompileRequest request;
  request.modelPath = kScratch.file("case.mlir");
  request.backends = {backend};
  if (!isa.empty())
    request.isas = {isa};
  TANDEM_RETURN_IF_ERROR(writeFileAtomically(request.modelPath, opCase.mlir));
  std::string path = kScratch.file("case.tandem");
  TANDEM_RETURN_IF_ERROR(compileModel(request, path).status());

  if (machine) {
    TANDEM_RETURN_IF_ERROR(machine->open(path));
    return outputsOf(*machine, opCase);
  }
  TANDEM_ASSIGN_OR_RETURN(auto bundle, Bundle::open(path));
  TANDEM_ASSIGN_OR_RETURN(auto session, Session::create(bundle, "", SessionOptions()));
  return outputsOf(*session, opCase);
}

} // namespace tandem::test
