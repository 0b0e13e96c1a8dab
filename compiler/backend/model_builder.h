#pragma once

#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tandem {

/// Handle of a buffer of the model being compiled: an index into bundle::Model.buffers.
using BufferId = uint32_t;
/// Handle of a tensor of it (a buffer with name, type and shape): an index into
/// bundle::Model.tensors.
using TensorId = uint32_t;

/// Collects the buffers and tensors of one model while backends compile its regions in order of
/// execution, and with them when each buffer is used; the memory planner places them afterwards.
///
/// A value keeps one buffer for its life. Model inputs live for the whole run (they are still there
/// for the next one), results until the end.
class ModelBuilder {
public:
  struct BufferInfo {
    bool constant = false;
    uint64_t size = 0;                   ///< bytes
    uint64_t weightsOffset = 0;          ///< constants only
    int64_t firstUse = -1, lastUse = -1; ///< in steps; arena only
  };
  struct TensorInfo {
    mlir::Value value;
    std::string name;
    BufferId buffer = 0;
  };

  /// The buffer that holds `value`, row-major and dense as graph defines it; made on the first
  /// call. A graph.constant's goes into the weights.
  BufferId bufferOf(mlir::Value value);
  /// The same with type and shape for the run half; for backends that interpret.
  TensorId tensorOf(mlir::Value value);
  /// `value` shares the bytes of `of`, as a reshape does. Before either's next use.
  void alias(mlir::Value value, mlir::Value of);
  /// Arena memory for the inside of one step.
  BufferId scratch(uint64_t bytes);
  /// Read-only data such as packed weights; equal bytes are stored once.
  BufferId constant(llvm::ArrayRef<char> bytes);
  /// Says that the next step of execution reads or writes these buffers. Their memory is theirs
  /// from the first step that names them to the last. Buffers of one step never overlap.
  void step(llvm::ArrayRef<BufferId> uses);

  // For the driver.
  int64_t steps() const { return step_; }
  void markLive(BufferId buffer, int64_t from, int64_t to);
  /// Another tensor of the value's buffer, under a name that the user knows it by: a value may be
  /// input and output, or several outputs.
  TensorId namedTensor(mlir::Value value, llvm::StringRef name);
  const std::vector<BufferInfo> &buffers() const { return buffers_; }
  const std::vector<TensorInfo> &tensors() const { return tensors_; }
  llvm::ArrayRef<char> weights() const { return weights_; }

private:
  BufferId addBuffer(BufferInfo info);

  std::vector<BufferInfo> buffers_;
  std::vector<TensorInfo> tensors_;
  llvm::DenseMap<mlir::Value, BufferId> bufferOf_;
  llvm::DenseMap<mlir::Value, TensorId> tensorOf_;
  llvm::StringMap<BufferId> constantOf_; ///< by content hash
  std::vector<char> weights_;
  int64_t step_ = 0;
};

} // namespace tandem
