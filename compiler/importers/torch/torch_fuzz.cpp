// Whatever the bytes: a module or an error, no crash, and no more memory than they account for. A
// zip's checksums keep changed bytes from the readers behind it, so these are fed on their own as
// well: by its first byte an input is an archive, a program's JSON with weights made up, or a
// pickle.
#include "compiler/importers/torch/graph.h"
#include "compiler/importers/torch/pickle.h"
#include "compiler/importers/torch/program.h"

namespace tandem {
const Importer &torchImporter();
} // namespace tandem

using namespace tandem;
using namespace tandem::torch;

namespace {

template <typename T> void drop(llvm::Expected<T> result) {
  if (!result)
    llvm::consumeError(result.takeError());
}

/// Every tensor that the program asks for, as far as it is of a size that a model would have.
void makeUpWeights(Archive &archive) {
  llvm::Expected<GraphRecord> graph = parseGraph(archive.program);
  if (!graph)
    return llvm::consumeError(graph.takeError());
  auto zeros = std::make_shared<const std::string>(1 << 16, '\0');
  for (const InputRecord &input : graph->inputs) {
    auto meta = graph->tensors.find(input.name);
    if (input.kind == InputRecord::kUser || meta == graph->tensors.end())
      continue;
    auto &tensors = input.kind == InputRecord::kWeight ? archive.weights : archive.constants;
    const TensorMeta &of = meta->second;
    tensors[input.stored] = {of.type, of.sizes, of.strides, of.offset, zeros};
  }
}

void importJson(std::string_view text) {
  llvm::Expected<Json> program = parseJson(text, "the program");
  if (!program)
    return llvm::consumeError(program.takeError());
  Archive archive{std::move(*program), {}, {}};
  makeUpWeights(archive);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  drop(importProgram(archive, {}, context));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr size_t kMost = 1 << 18; // larger inputs say nothing new and take longer
  if (size == 0 || size > kMost)
    return 0;
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  constexpr char kPickle = '\x80';
  if (bytes.front() == '{') {
    importJson(bytes);
  } else if (bytes.front() == kPickle) {
    drop(readTensorPickle(bytes));
  } else {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    drop(torchImporter().import("model.pt2", bytes, {}, context));
  }
  return 0;
}
