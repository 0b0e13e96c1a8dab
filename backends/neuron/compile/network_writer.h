#pragma once

#include "backends/neuron/abi/neuron_types.h"
#include "backends/neuron/client/artifact_generated.h"
#include "backends/neuron/compile/capability.h"
#include "compiler/graph/graph.h"

#include "llvm/ADT/DenseMap.h"

#include <map>

namespace tandem::neuron {

/// Index of an operand of the network.
using OperandId = uint32_t;

/// What an operand is told to the library with.
struct OperandType {
  NeuronOperandCode code = NEURON_TENSOR_FLOAT32;
  std::vector<uint32_t> dimensions = {};
  float scale = 0;
  int32_t zeroPoint = 0;
  std::vector<float> channelScales = {};
  uint32_t channelDimension = 0;
};

/// Turns the ops of a region into a Neuron network, one after another.
class NetworkWriter {
public:
  NetworkWriter(ModelBuilder &builder, const Target &target) : builder_(builder), target_(target) {}

  const Target &target() const { return target_; }
  /// The op whose operations are added from now on.
  void begin(mlir::Operation *op);

  /// The type that a value has in the network: i8 codes are u8 where the target wants it.
  OperandType typeOf(mlir::Value value) const;
  /// The operand of a value: made once; a constant's bytes are inline or the bundle's weights.
  OperandId tensor(mlir::Value value);
  /// A value between the operations of one op.
  OperandId intermediate(const OperandType &type);
  /// A tensor known now; `bytes` are its elements.
  OperandId constant(const OperandType &type, llvm::ArrayRef<char> bytes);
  /// A tensor of one element of `like`'s type, a real one.
  OperandId real(float value, const OperandType &like);
  /// Several of them.
  OperandId reals(std::vector<uint32_t> dimensions, llvm::ArrayRef<float> values,
                  const OperandType &like);
  /// A 1-D tensor of i32.
  OperandId vector(llvm::ArrayRef<int64_t> values);
  /// The dimensions of a value, as such a tensor.
  OperandId shapeOf(mlir::Value value);
  /// A tensor of i32 with two columns: before and after, for each dimension.
  OperandId matrix(llvm::ArrayRef<int64_t> values);

  // Scalars.
  OperandId integer(int64_t value);
  OperandId flag(bool value);
  /// A scalar of the real type that tensors of `like`'s type go with.
  OperandId scalar(float value, const OperandType &like);
  OperandId fuse(graph::Activation activation);

  void add(NeuronOperationType code, llvm::ArrayRef<OperandId> inputs,
           llvm::ArrayRef<OperandId> outputs);
  void add(NeuronOperationType code, llvm::ArrayRef<OperandId> inputs, mlir::Value output) {
    add(code, inputs, llvm::ArrayRef<OperandId>(tensor(output)));
  }
  /// A general operation of the vendor's extension.
  void addExtension(llvm::StringRef function, llvm::ArrayRef<OperandId> inputs, mlir::Value output);

  /// Without reshapes, which move nothing.
  unsigned operationCount() const;

  /// Declares what crosses the region's borders and gives away the network.
  artifact::ArtifactT finish(llvm::ArrayRef<mlir::Value> inputs,
                             llvm::ArrayRef<mlir::Value> outputs);

private:
  artifact::OperandT &addOperand(const OperandType &type, artifact::Source source);
  /// Scalars and short lists: equal ones are one operand.
  OperandId shared(const OperandType &type, llvm::ArrayRef<char> bytes);
  OperandId integers(std::vector<uint32_t> dimensions, llvm::ArrayRef<int64_t> values);

  ModelBuilder &builder_;
  const Target &target_;
  artifact::ArtifactT artifact_;
  std::string node_;
  llvm::DenseMap<mlir::Value, OperandId> tensorOf_;
  /// By type, dimensions and bytes.
  std::map<std::tuple<NeuronOperandCode, std::vector<uint32_t>, std::string>, OperandId> sharedOf_;
};

} // namespace tandem::neuron
