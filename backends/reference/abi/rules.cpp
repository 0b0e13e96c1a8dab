#include "backends/reference/abi/rules.h"

#include "base/unary_functions.h"

#include <algorithm>
#include <array>
#include <climits>

namespace tandem::reference {
namespace {
using Operands = std::span<const TensorFacts>;

bool isPlain(const TensorFacts &tensor, ElementType type) {
  return tensor.quantization.empty() && tensor.type == type;
}
bool isFloat(const TensorFacts &tensor) {
  return isPlain(tensor, ElementType::kF32);
}
bool is8Bit(const TensorFacts &tensor) {
  return tensor.type == ElementType::kI8 || tensor.type == ElementType::kU8;
}
/// 8-bit codes with one scale.
bool isCodes(const TensorFacts &tensor) {
  return is8Bit(tensor) && tensor.quantization.scales.size() == 1;
}
bool sameType(const TensorFacts &a, const TensorFacts &b) {
  return a.type == b.type && a.quantization.scales == b.quantization.scales &&
         a.quantization.zeroPoints == b.quantization.zeroPoints;
}
template <typename Predicate>
bool all(Operands operands, const TensorFacts &result, Predicate holds) {
  return std::all_of(operands.begin(), operands.end(), holds) && holds(result);
}

// The forms that an op can come in.

bool floats(Operands operands, const TensorFacts &result) {
  return all(operands, result, isFloat);
}

bool codes(Operands operands, const TensorFacts &result) {
  return all(operands, result,
             [&](const TensorFacts &t) { return isCodes(t) && t.type == result.type; });
}

bool integers(Operands operands, const TensorFacts &result) {
  return all(operands, result, [&](const TensorFacts &t) {
    return t.type == result.type &&
           (isPlain(t, ElementType::kI32) || isPlain(t, ElementType::kI64));
  });
}

/// Bytes that go from one place to another.
bool moved(Operands operands, const TensorFacts &result) {
  return all(operands, result, [&](const TensorFacts &t) { return sameType(t, result); });
}

bool truths(Operands operands, const TensorFacts &result) {
  return all(operands, result, [](const TensorFacts &t) { return isPlain(t, ElementType::kBool); });
}

/// Of one type of 8 bits or more.
bool bits(Operands operands, const TensorFacts &result) {
  bool isWhole = is8Bit(result) || result.type == ElementType::kI16 ||
                 result.type == ElementType::kI32 || result.type == ElementType::kI64;
  return isWhole && result.quantization.empty() && moved(operands, result);
}

/// Two of one type, to a truth value.
bool comparesPlain(Operands operands, const TensorFacts &result) {
  return isPlain(result, ElementType::kBool) &&
         std::all_of(operands.begin(), operands.end(), [&](const TensorFacts &t) {
           return t.type == operands[0].type &&
                  (isFloat(t) || isPlain(t, ElementType::kI32) || isPlain(t, ElementType::kI64) ||
                   isPlain(t, ElementType::kBool));
         });
}
bool comparesCodes(Operands operands, const TensorFacts &result) {
  return isPlain(result, ElementType::kBool) && isCodes(operands[0]) && isCodes(operands[1]) &&
         operands[0].type == operands[1].type;
}

/// Moved, and there may be new elements among them: one scale for all.
bool movedOneScale(Operands operands, const TensorFacts &result) {
  return moved(operands, result) && !result.quantization.perChannel();
}

/// Types whose elements have an order, and a kernel that knows it.
bool ordered(Operands operands, const TensorFacts &result) {
  bool known = is8Bit(result) || isFloat(result) || result.type == ElementType::kI16 ||
               isPlain(result, ElementType::kI32) || isPlain(result, ElementType::kI64);
  return known && movedOneScale(operands, result);
}

/// By a truth value from two tensors.
bool selects(Operands operands, const TensorFacts &result) {
  return isPlain(operands[0], ElementType::kBool) && movedOneScale(operands.subspan(1), result);
}

/// By indices from a tensor.
bool gathers(Operands operands, const TensorFacts &result) {
  bool indices = isPlain(operands[1], ElementType::kI32) || isPlain(operands[1], ElementType::kI64);
  return indices && movedOneScale(operands.first(1), result);
}

/// Updates, at places that indices name.
bool scatters(Operands operands, const TensorFacts &result) {
  bool indices = isPlain(operands[1], ElementType::kI32) || isPlain(operands[1], ElementType::kI64);
  return indices && movedOneScale(operands.first(1), result) && sameType(operands[2], result);
}

bool movedCodes(Operands operands, const TensorFacts &result) {
  return moved(operands, result) && codes(operands, result);
}

/// Sums of products of codes: filter per tensor or per channel, bias in i32.
bool productOfCodes(Operands operands, const TensorFacts &result) {
  bool bias = operands.size() < 3 || operands[2].type == ElementType::kI32;
  return isCodes(operands[0]) && isCodes(result) && operands[0].type == result.type &&
         is8Bit(operands[1]) && !operands[1].quantization.empty() && bias;
}

/// Everything in f32 but the filter.
bool hybridProduct(Operands operands, const TensorFacts &result) {
  return isFloat(operands[0]) && isFloat(result) && operands[1].type == ElementType::kI8 &&
         !operands[1].quantization.empty() && (operands.size() < 3 || isFloat(operands[2]));
}

/// TFLite's softmax has one scale of results, so that all of 0 to 1 has a code.
bool softmaxCodes(Operands operands, const TensorFacts &result) {
  int32_t lowest = result.type == ElementType::kI8 ? -128 : 0;
  return codes(operands, result) && result.quantization.scales[0] == 1.0f / 256 &&
         result.quantization.zeroPoints[0] == lowest;
}

/// TFLite's l2_normalization knows one scale of results too.
bool normalizedCodes(Operands operands, const TensorFacts &result) {
  int32_t middle = result.type == ElementType::kI8 ? 0 : 128;
  return codes(operands, result) && result.quantization.scales[0] == 1.0f / 128 &&
         result.quantization.zeroPoints[0] == middle;
}

/// TFLite's fixed point has no room for a result more than 128 times finer than the input.
bool hardSwishCodes(Operands operands, const TensorFacts &result) {
  return codes(operands, result) &&
         hardSwishFits(operands[0].quantization.scales[0], result.quantization.scales[0]);
}

bool toCodes(Operands operands, const TensorFacts &result) {
  bool one = result.quantization.scales.size() == 1;
  return one && (isFloat(operands[0]) || (isCodes(operands[0]) && is8Bit(result)));
}

bool fromCodes(Operands operands, const TensorFacts &result) {
  return !operands[0].quantization.empty() && isFloat(result);
}

bool casts(Operands operands, const TensorFacts &result) {
  return operands[0].quantization.empty() && result.quantization.empty();
}

bool indices(Operands operands, const TensorFacts &result) {
  bool from = isFloat(operands[0]) || isCodes(operands[0]) ||
              isPlain(operands[0], ElementType::kI32) || isPlain(operands[0], ElementType::kI64);
  return from && (isPlain(result, ElementType::kI32) || isPlain(result, ElementType::kI64));
}

bool narrowIndices(Operands operands, const TensorFacts &result) {
  return result.type == ElementType::kI32 && indices(operands, result);
}

/// The same sums themselves, of a plain input.
bool sumsOfProducts(Operands operands, const TensorFacts &result) {
  bool bias = operands.size() < 3 || isPlain(operands[2], ElementType::kI32);
  return is8Bit(operands[0]) && operands[0].quantization.empty() && is8Bit(operands[1]) &&
         !operands[1].quantization.empty() && isPlain(result, ElementType::kI32) && bias;
}

using Form = bool (*)(Operands, const TensorFacts &);
struct Rule {
  std::string_view op;
  size_t fewest, most; ///< operands
  std::array<Form, 4> forms;
};

constexpr Rule kRules[] = {
    {"conv_2d", 2, 3, {floats, productOfCodes, hybridProduct, sumsOfProducts}},
    {"depthwise_conv_2d", 2, 3, {floats, productOfCodes, hybridProduct}},
    {"fully_connected", 2, 3, {floats, productOfCodes, hybridProduct, sumsOfProducts}},
    {"transpose_conv_2d", 2, 3, {floats, productOfCodes}},
    {"batch_matmul", 2, 2, {floats}},
    {"add", 2, 2, {floats, codes, integers}},
    {"sub", 2, 2, {floats, codes, integers}},
    {"mul", 2, 2, {floats, codes, integers}},
    {"div", 2, 2, {floats, integers}},
    {"floor_div", 2, 2, {floats, integers}},
    {"floor_mod", 2, 2, {floats, integers}},
    {"maximum", 2, 2, {floats, codes, integers}},
    {"minimum", 2, 2, {floats, codes, integers}},
    {"pow", 2, 2, {floats}},
    {"squared_difference", 2, 2, {floats}},
    {"prelu", 2, 2, {floats, codes}},
    {"bitwise_and", 2, 2, {bits}},
    {"bitwise_or", 2, 2, {bits}},
    {"bitwise_xor", 2, 2, {bits}},
    {"shift_left", 2, 2, {bits}},
    {"shift_right", 2, 2, {bits}},
    {"relu", 1, 1, {floats, codes}},
    {"relu6", 1, 1, {floats, codes}},
    {"relu_n1_to_1", 1, 1, {floats, codes}},
    {"leaky_relu", 1, 1, {floats, codes}},
    {"hard_swish", 1, 1, {floats, hardSwishCodes}},
    {"sigmoid", 1, 1, {floats, codes}},
    {"tanh", 1, 1, {floats, codes}},
    {"hard_sigmoid", 1, 1, {floats, codes}},
    {"gelu", 1, 1, {floats, codes}},
    {"elu", 1, 1, {floats, codes}},
    {"erf", 1, 1, {floats, codes}},
    {"exp", 1, 1, {floats, codes}},
    {"log", 1, 1, {floats, codes}},
    {"sqrt", 1, 1, {floats, codes}},
    {"rsqrt", 1, 1, {floats, codes}},
    {"abs", 1, 1, {floats, codes, integers}},
    {"neg", 1, 1, {floats, codes, integers}},
    {"floor", 1, 1, {floats, codes}},
    {"ceil", 1, 1, {floats, codes}},
    {"round", 1, 1, {floats, codes}},
    {"sin", 1, 1, {floats, codes}},
    {"cos", 1, 1, {floats, codes}},
    {"atan", 1, 1, {floats, codes}},
    {"equal", 2, 2, {comparesPlain, comparesCodes}},
    {"not_equal", 2, 2, {comparesPlain, comparesCodes}},
    {"less", 2, 2, {comparesPlain, comparesCodes}},
    {"less_equal", 2, 2, {comparesPlain, comparesCodes}},
    {"greater", 2, 2, {comparesPlain, comparesCodes}},
    {"greater_equal", 2, 2, {comparesPlain, comparesCodes}},
    {"logical_and", 2, 2, {truths}},
    {"logical_or", 2, 2, {truths}},
    {"logical_not", 1, 1, {truths}},
    {"select", 3, 3, {selects}},
    {"gather", 2, 2, {gathers}},
    {"scatter", 3, 3, {scatters}},
    {"top_k_values", 1, 1, {ordered}},
    {"top_k_indices", 1, 1, {narrowIndices}},
    {"l2_normalization", 1, 1, {floats, normalizedCodes}},
    {"local_response_norm", 1, 1, {floats}},
    {"softmax", 1, 1, {floats, softmaxCodes}},
    {"log_softmax", 1, 1, {floats}},
    {"batch_norm", 5, 5, {floats}},
    {"max_pool_2d", 1, 1, {floats, codes}},
    {"average_pool_2d", 1, 1, {floats, codes}},
    {"l2_pool_2d", 1, 1, {floats}},
    {"mean", 1, 1, {floats, codes}},
    {"sum", 1, 1, {floats, codes, integers}},
    {"reduce_prod", 1, 1, {floats, integers}},
    {"reduce_max", 1, 1, {ordered}},
    {"reduce_min", 1, 1, {ordered}},
    {"reduce_any", 1, 1, {truths}},
    {"reduce_all", 1, 1, {truths}},
    {"arg_max", 1, 1, {indices}},
    {"arg_min", 1, 1, {indices}},
    {"reshape", 1, 1, {moved}},
    {"transpose", 1, 1, {moved}},
    {"slice", 1, 1, {moved}},
    {"pad", 1, 1, {movedOneScale}},
    {"concat", 1, SIZE_MAX, {moved, codes}},
    {"space_to_depth", 1, 1, {moved}},
    {"depth_to_space", 1, 1, {moved}},
    {"space_to_batch", 1, 1, {movedOneScale}},
    {"batch_to_space", 1, 1, {moved}},
    {"tile", 1, 1, {movedOneScale}},
    {"mirror_pad", 1, 1, {movedOneScale}},
    {"resize_nearest", 1, 1, {moved}},
    {"resize_bilinear", 1, 1, {floats, movedCodes}},
    {"quantize", 1, 1, {toCodes}},
    {"dequantize", 1, 1, {fromCodes}},
    {"cast", 1, 1, {casts}},
};

std::string typeText(const TensorFacts &tensor) {
  std::string text(elementTypeName(tensor.type));
  if (tensor.quantization.empty())
    return text;
  return text + (tensor.quantization.perChannel() ? " codes per channel" : " codes");
}
} // namespace

std::string whyNot(std::string_view op, Operands operands, const TensorFacts &result) {
  const Rule *rule = std::find_if(std::begin(kRules), std::end(kRules),
                                  [&](const Rule &candidate) { return candidate.op == op; });
  if (rule == std::end(kRules))
    return "there is no kernel for it";
  if (operands.size() < rule->fewest || operands.size() > rule->most)
    return "it has " + std::to_string(operands.size()) + " operands, expected " +
           std::to_string(rule->fewest) +
           (rule->most == rule->fewest ? ""
            : rule->most == SIZE_MAX   ? " or more"
                                       : " or one more");
  for (Form form : rule->forms)
    if (form && form(operands, result))
      return "";
  std::string types;
  for (const TensorFacts &operand : operands)
    types += (types.empty() ? "" : ", ") + typeText(operand);
  return "there is no kernel for " + types + " to " + typeText(result);
}

} // namespace tandem::reference
