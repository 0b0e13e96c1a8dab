#pragma once

#include "base/quantized_math.h"

#include <string_view>

namespace tandem {

// The graph dialect's ops of one operand, by name ("relu6"), in f32 and on 8-bit codes. What a
// backend looks up and what the reference computes are one table. Pure functions; any thread.

/// The op's function in f32; null for ops that have a parameter (leaky_relu, elu) and for others.
float (*realFunction(std::string_view op))(float);

/// A tensor of 8-bit codes with one scale.
struct CodeType {
  ElementType element; ///< kI8 or kU8
  float scale;
  int32_t zeroPoint;

  Quantization quantization() const { return {{scale}, {zeroPoint}, 0}; }
  bool operator==(const CodeType &) const = default;
};

/// Result code of each input code, as LiteRT's reference kernels compute it, of an op whose input
/// and result have one element type. `alpha`: the parameter of leaky_relu and elu, not used by
/// others. Nothing when there is no such op, or the scales do not fit its arithmetic.
///
/// Sources, each measured against LiteRT 2.3.0 on random scales (tests/models/README.md): tables of
/// the function in float for sigmoid, tanh, exp, log, gelu and elu; fixed point for relu and its
/// kin, leaky_relu, hard_swish, abs and rsqrt; sqrt is cut off, not rounded. `neg` follows the real
/// values, LiteRT negates the code whatever its zero point; it has no floor and hard_sigmoid.
std::optional<ByteTable> unaryTable(std::string_view op, const CodeType &input,
                                    const CodeType &result, float alpha);

/// Codes of one scale as codes of another, as CONCATENATION has them: rounded in float.
ByteTable concatTable(const CodeType &input, const CodeType &result);

/// Whether hard_swish's fixed point has room: the result at most 128 times finer than the input.
bool hardSwishFits(float input, float result);

} // namespace tandem
