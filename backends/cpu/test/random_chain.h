#pragma once

#include "backends/cpu/test/random_choice.h"
#include "tests/conformance/text.h"

#include <map>

namespace tandem::test {

/// The text of a random graph of ops on single elements that ends in one value: unary ones, binary
/// ones with operands that broadcast, values that are read again, choices and casts; alone or
/// behind a product. All functions of computed values in it are continuous, and what they give
/// stays small.
class RandomChain : RandomChoice {
public:
  explicit RandomChain(uint32_t seed) : RandomChoice(seed) {}

  /// What comes before a chain, that with the chain behind it, and with all values of the chain as
  /// results, the last one at the end.
  struct Texts {
    std::string before, chain, apart;
  };

  /// One that is one loop.
  Texts alone() {
    shape_ = any<Shape>({{2, 3, 5, 7}, {1, 4, 4, 16}, {3, 40}, {1, 1, 1, 9}, {5, 6, 33}, {300}});
    mayChoose_ = true;
    std::string first = text_.argument(shape_, {"f32"});
    bounds_[first] = kOfInputs;
    return chain("", first, number(2, 8), /*operands=*/4);
  }

  /// One that is reduced along some dimensions in the same loop.
  std::string reduced() {
    shape_ = any<Shape>({{2, 3, 5, 7}, {1, 4, 4, 16}, {3, 40}, {5, 6, 33}, {2, 1, 3, 21}});
    std::string first = text_.argument(shape_, {"f32"});
    bounds_[first] = kOfInputs;
    std::string last =
        make(kOfInputs, "hard_swish", {chainOf(first, number(1, 6), /*operands=*/3)});
    std::string axes;
    Shape left;
    for (size_t d = 0; d < shape_.size(); ++d)
      if (number(0, 1) == 0 || (axes.empty() && d + 1 == shape_.size()))
        axes += (axes.empty() ? "" : ", ") + std::to_string(d);
      else
        left.push_back(shape_[d]);
    return text_.finish(text_.apply(any<std::string>({"mean", "sum", "reduce_max", "reduce_min"}),
                                    {last}, "axes [" + axes + "]", tensorText(left, {"f32"})));
  }

  Texts behindAProduct() {
    std::string product = this->product();
    std::string before = text_.finish(product);
    bounds_[product] = kLargest; // about; functions are of smaller numbers then
    results_.push_back(product);
    return chain(before, product, number(1, 6), /*operands=*/4);
  }

private:
  static constexpr double kOfInputs = 2, kLargest = 32;

  std::string product() {
    int64_t channels = any<int64_t>({7, 16, 24, 40}), in = any<int64_t>({5, 8});
    int64_t batch = any<int64_t>({1, 2}), height = any<int64_t>({6, 9}), width = 5;
    auto filter = [&](const Shape &shape) { return text_.filter(shape, {"f32"}, -1); };
    auto image = [&](int64_t depth) {
      return text_.argument({batch, height, width, depth}, {"f32"});
    };
    shape_ = {batch, height, width, channels};
    const char *kPadded = "pad_low [1, 1] pad_high [1, 1]";
    switch (number(0, 8)) {
    case 0:
    case 1:
      return apply("conv_2d",
                   {image(in), filter({channels, 1, 1, in}), text_.bias(channels, "f32")},
                   activation());
    case 2:
      return apply("conv_2d", {image(in), filter({channels, 3, 3, in})}, kPadded);
    case 3: // by Winograd
      shape_[3] = 32;
      return apply("conv_2d", {image(64), filter({32, 3, 3, 64})}, kPadded);
    case 4:
      return apply("depthwise_conv_2d", {image(channels), filter({1, 3, 3, channels})},
                   kPadded + activation());
    case 5: // in groups
      shape_[3] = 24;
      return apply("conv_2d", {image(24), filter({24, 3, 3, 8})},
                   kPadded + std::string(" groups 3"));
    case 6:
      return apply("batch_matmul",
                   {image(in), text_.argument({batch, height, in, channels}, {"f32"})});
    case 7:
      shape_ = {height, channels};
      return apply("fully_connected", {text_.argument({height, in}, {"f32"}),
                                       filter({channels, in}), text_.bias(channels, "f32")});
    default:
      shape_ = {batch, 2 * height, 2 * width, channels};
      return apply("transpose_conv_2d", {image(in), filter({channels, 3, 3, in})},
                   "stride [2, 2] pad_low [0, 0] pad_high [1, 1]");
    }
  }

  std::string apply(const std::string &op, const std::vector<std::string> &operands,
                    const std::string &attributes = "", const std::string &element = "f32") {
    return text_.apply(op, operands, attributes, tensorText(shape_, {element}));
  }
  /// A value of the chain that is at most as large as `bound`.
  std::string make(double bound, const std::string &op, const std::vector<std::string> &operands,
                   const std::string &attributes = "") {
    std::string result = apply(op, operands, attributes);
    results_.push_back(result);
    for (const std::string &operand : operands)
      std::erase(open_, operand);
    if (bound > kLargest)
      return make(1, any<std::string>({"tanh", "relu_n1_to_1", "sigmoid"}), {result});
    bounds_[result] = bound;
    return result;
  }
  /// But for operands, which may have another shape.
  std::string within1(const std::string &value) {
    bool isOperand = std::find(operands_.begin(), operands_.end(), value) != operands_.end();
    return bounds_[value] <= 1 || isOperand ? value : make(1, "relu_n1_to_1", {value});
  }

  /// An argument or constant that broadcasts to the chain's shape.
  std::string operand() {
    Shape shape = shape_;
    if (number(0, 2) > 0)
      shape.erase(shape.begin(), shape.begin() + number(0, static_cast<int64_t>(shape.size()) - 1));
    for (int64_t &size : shape)
      if (number(0, 3) == 0)
        size = 1;
    std::string value =
        number(0, 2) == 0 ? text_.constant(shape, {"f32"}) : text_.argument(shape, {"f32"});
    bounds_[value] = kOfInputs;
    operands_.push_back(value);
    return value;
  }
  /// A new operand, what nothing reads yet, or anything that there is.
  std::string other(int64_t &operands) {
    int64_t kind = number(0, 2);
    if (kind == 0 && operands-- > 0)
      return operand();
    const std::vector<std::string> &among = kind == 1 && !open_.empty() ? open_ : values_;
    return among[static_cast<size_t>(number(0, static_cast<int64_t>(among.size()) - 1))];
  }

  Texts chain(const std::string &before, const std::string &first, int64_t ops, int64_t operands) {
    std::string last = chainOf(first, ops, operands);
    std::erase(results_, last);
    results_.push_back(last);
    return {before, text_.finish(last), text_.finish(results_)};
  }

  std::string chainOf(const std::string &first, int64_t ops, int64_t operands) {
    open_ = values_ = {first};
    for (int64_t i = 0; i < ops; ++i) {
      // Sometimes what is read already is read again.
      std::string value = number(0, 3) == 0 ? values_.back() : open_.back();
      std::string result = step(value, operands);
      open_.push_back(result);
      values_.push_back(result);
    }
    while (open_.size() > 1) {
      std::string a = open_[0], b = open_[1];
      open_.push_back(make(bounds_[a] + bounds_[b], any<std::string>({"add", "sub"}), {a, b}));
    }
    return open_.front();
  }

  std::string step(const std::string &value, int64_t &operands) {
    double bound = bounds_[value];
    switch (number(0, mayChoose_ ? 8 : 6)) {
    case 0:
      return make(bound, any<std::string>({"relu", "hard_swish", "gelu", "abs", "neg"}), {value});
    case 1:
      return make(
          1.6, any<std::string>({"relu_n1_to_1", "sigmoid", "tanh", "erf", "hard_sigmoid", "atan"}),
          {value});
    case 2: { // of what is neither near zero nor large
      std::string inside = make(0.8, "sigmoid", {within1(value)});
      return make(3, any<std::string>({"exp", "sqrt", "log", "rsqrt"}), {inside});
    }
    case 3: { // its gate
      std::string gate = make(1, any<std::string>({"sigmoid", "hard_sigmoid", "tanh"}), {value});
      return make(bound, "mul", {gate, value});
    }
    case 7: {             // a choice by what comes in as it is
      mayChoose_ = false; // those are many operands
      std::string given = text_.argument(shape_, {"f32"});
      std::string isLess = apply("less", {given, operand()}, "", "i1");
      results_.push_back(isLess);
      return make(std::max(bound, kOfInputs), "select", {isLess, value, given});
    }
    case 8: { // what comes in, rounded
      mayChoose_ = false;
      std::string rounded =
          apply("cast", {text_.argument(shape_, {"f32"})}, "", any<std::string>({"f16", "i32"}));
      results_.push_back(rounded);
      return make(bound + kOfInputs, "add", {make(kOfInputs, "cast", {rounded}), value});
    }
    default:
      return binary(value, other(operands));
    }
  }

  std::string binary(std::string a, std::string b) {
    double sum = bounds_[a] + bounds_[b];
    switch (number(0, 4)) {
    case 0:
      return make(kOfInputs, "mul", {within1(a), within1(b)});
    case 1:
      return make((1 + kOfInputs) * (1 + kOfInputs), "squared_difference",
                  {within1(a), within1(b)});
    case 2: // by what is no less than a half
      return make(2 * bounds_[a], "div",
                  {a, make(1, "sigmoid", {make(sum, "abs", {make(sum, "add", {a, b})})})});
    case 3:
      return make(sum, "add", {a, b}, activation());
    default:
      return make(sum, any<std::string>({"sub", "maximum", "minimum"}), {a, b});
    }
  }

  ModuleText text_;
  Shape shape_;
  bool mayChoose_ = false;
  // Results of steps, those that nothing reads, all values of the chain, and what it reads.
  std::vector<std::string> values_, open_, results_, operands_;
  std::map<std::string, double> bounds_;
};

} // namespace tandem::test
