// Whatever the code: a module or an error, no crash, no loop without an end, and no more memory
// than a small file may ask for. The input is the code of a module with two weights.
#include "compiler/importers/torch/script/script_program.h"

using namespace tandem;
using namespace tandem::torch;

namespace {

PickledValue weight(script::PickleFile &file, const std::string &name,
                    llvm::SmallVector<int64_t> sizes, llvm::SmallVector<int64_t> strides) {
  file.storages[name] = std::make_shared<const std::string>(256, '\1');
  return {.kind = PickledValue::kTensor,
          .tensor = std::make_shared<const PickledTensor>(
              PickledTensor{ScalarType::kFloat, name, 0, std::move(sizes), std::move(strides)})};
}

/// __torch__.M with `weight` [4, 3] and `bias` [4].
script::Archive archiveOf(std::string_view code) {
  script::Archive archive;
  archive.code["code/__torch__.py"] = std::make_shared<const std::string>(code);
  archive.constants.pickle.values.push_back({.kind = PickledValue::kTuple});
  script::PickleFile &module = archive.module;
  module.pickle.values = {
      {.kind = PickledValue::kInstance, .text = "__torch__.M", .items = {1}},
      {.kind = PickledValue::kDict, .items = {2, 3, 4, 5, 6, 7}},
      {.kind = PickledValue::kString, .text = "weight"},
      weight(module, "weight", {4, 3}, {3, 1}),
      {.kind = PickledValue::kString, .text = "bias"},
      weight(module, "bias", {4}, {1}),
      {.kind = PickledValue::kString, .text = "training"},
      {.kind = PickledValue::kBool},
  };
  return archive;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr size_t kMost = 1 << 16; // larger inputs say nothing new and take longer
  if (size > kMost)
    return 0;
  std::string_view code(reinterpret_cast<const char *>(data), size);
  ImportOptions options;
  options.shapes["x"] = {2, 3};
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  if (auto module = script::importScript(archiveOf(code), options, context); !module)
    llvm::consumeError(module.takeError());
  return 0;
}
