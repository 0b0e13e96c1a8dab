#pragma once

#include "backends/reference/abi/artifact_generated.h"
#include "base/element_type.h"
#include "base/quantized_math.h"
#include "base/result.h"

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::reference {

inline constexpr int kBatch = 0, kHeight = 1, kWidth = 2, kChannel = 3; // NHWC

/// A tensor of the model. Has at least one element, and memory for all of them.
struct Tensor {
  ElementType type = ElementType::kF32;
  Shape shape;
  Quantization quantization;
  std::byte *data = nullptr;

  template <typename T> T *as() const { return reinterpret_cast<T *>(data); }
  int64_t count() const { return *elementCount(shape); }
  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  int64_t dim(int64_t index) const { return shape[static_cast<size_t>(index)]; }
  bool isFloat() const { return type == ElementType::kF32; }
  bool isCodes() const { return !quantization.empty(); }
  float scale() const { return quantization.scales[0]; }
  int32_t zeroPoint() const { return quantization.zeroPoints[0]; }
  /// Of a slice along the quantized dimension, or of all.
  float scaleOf(int64_t channel) const {
    return quantization.scales[quantization.perChannel() ? channel : 0];
  }
  int32_t zeroPointOf(int64_t channel) const {
    return quantization.zeroPoints[quantization.perChannel() ? channel : 0];
  }
};

/// An op of an artifact, bound to its tensors. Its types are checked against the rules; shapes and
/// attributes come from a file and are for the kernel to check.
struct Op {
  std::string_view name;
  std::string path, place; ///< for messages: "x.tandem", "region 'r': conv_2d 'node'"
  std::vector<const Tensor *> operands;
  const Tensor *output = nullptr;
  const flatbuffers::Vector<flatbuffers::Offset<abi::Attribute>> *attributes = nullptr;

  const Tensor &operand(size_t index) const { return *operands[index]; }
  const Tensor *optionalOperand(size_t index) const {
    return index < operands.size() ? operands[index] : nullptr;
  }
  const Tensor &result() const { return *output; }

  template <typename... Parts> Error error(const Parts &...parts) const {
    return Error(Code::kCorruptData, path, place, ": ", parts...);
  }
  Error wrongShape() const; ///< "shapes AxB, C to D do not go together"

  // Attributes, as the graph dialect names them. Every integer is within `low` and `high`.
  using Pair = std::array<int64_t, 2>;
  Result<std::vector<int64_t>> integers(std::string_view attribute, size_t count, int64_t low,
                                        int64_t high) const;
  Result<int64_t> integer(std::string_view attribute, int64_t low, int64_t high,
                          std::optional<int64_t> absent = std::nullopt) const;
  Result<Pair> pair(std::string_view attribute, int64_t low,
                    std::optional<int64_t> absent = std::nullopt) const;
  Result<float> real(std::string_view attribute, std::optional<float> absent = std::nullopt) const;
  bool flag(std::string_view attribute) const;
  /// Of an enumeration; `absent` where there is none.
  std::string_view keyword(std::string_view attribute, std::string_view absent) const;
  /// Of the attribute "activation": the interval that it keeps results in.
  Result<RealRange> activation() const;
  /// Integers as they are; empty when there is no such attribute.
  std::vector<int64_t> integersOf(std::string_view attribute) const;

private:
  const abi::Attribute *find(std::string_view attribute) const;
};

/// Does an op's work on the memory it was prepared with. Allocates nothing.
using Kernel = std::function<void()>;
/// Checks an op's shapes and attributes and makes its kernel.
using Prepare = Result<Kernel> (*)(const Op &op);

/// Ops by name, from the files of ops/.
class KernelTable {
public:
  void add(std::string_view op, Prepare prepare) { entries_.push_back({op, prepare}); }
  Prepare find(std::string_view op) const;

private:
  struct Entry {
    std::string_view op;
    Prepare prepare;
  };
  std::vector<Entry> entries_;
};

void registerAllKernels(KernelTable &table);

} // namespace tandem::reference
