#pragma once

#include "backends/neuron/host/reply.h"

#include <cstdint>
#include <string_view>

namespace tandem::neuron::host {

/// Sets of element types, as bits.
enum TypeSet : uint8_t {
  kF16 = 1,
  kF32 = 2,
  kU8 = 4,
  kS8 = 8, ///< types 13 and 14, which LiteRT mixes
  kI32 = 16,
  kB8 = 32,
  kU16 = 64,
  kS16 = 128,
  kFloats = kF16 | kF32,
  kCodes = kU8 | kS8 | kS16, ///< 16 bits wherever NNAPI has 8: LiteRT sends them so
  kNumbers = kFloats | kCodes,
};

/// One operation of the ABI: how its operands look. A form is a string with a letter for each
/// operand:
///
///     x  tensor of the operation's types; all of them have one type
///     p  as x, or float: the slopes that LiteRT gives a quantized operation
///     w  filter: of x's type, or of any quantized type for a quantized x
///     B  bias: float as x, or 32-bit integers
///     t  tensor of any type           m  TENSOR_BOOL8         I  TENSOR_INT32
///     F  float tensor                 Q  quantized tensor
///     i  INT32                        b  BOOL                 f  FLOAT32 or FLOAT16
///     j  INT32, or a tensor of one: the axis that LiteRT gives SPLIT
///     v  number or tensor of one number: what to pad with
///     M  a model                      ?  anything
///     *  any number more of the letter before
///     [ ]  may be left out at the end
struct OperationInfo {
  int32_t code;
  std::string_view name;
  uint8_t types; ///< of x
  std::string_view inputs, otherInputs, outputs;
  /// The library version that first has it, as 0xMMmmpp; kNever: none does, though it has a number.
  uint32_t since;
};
inline constexpr uint32_t kNever = ~0u;

/// Null for a number that stands for no operation.
const OperationInfo *operationInfo(int32_t code);

} // namespace tandem::neuron::host
