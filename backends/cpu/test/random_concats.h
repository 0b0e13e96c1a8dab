#pragma once

#include "backends/cpu/test/random_choice.h"
#include "tests/conformance/text.h"

namespace tandem::test {

/// The text of a graph of convolutions, pools, elementwise ops, slices, pads and concats of random
/// shapes, whose concats take results of others, one value twice, and rows as well as channels.
class RandomConcats : RandomChoice {
public:
  /// `kind`: "f32", "i8" or "u8"; empty: any of them.
  explicit RandomConcats(uint32_t seed, std::string kind = "")
      : RandomChoice(seed), kind_(std::move(kind)) {
    if (kind_.empty())
      kind_ = any<std::string>({"f32", "f32", "i8", "u8"});
  }

  std::string text() {
    height_ = number(1, 7);
    width_ = number(1, 9);
    batch_ = any<int64_t>({1, 1, 1, 2});
    known_.push_back(argument());
    known_.push_back(argument());
    for (int64_t ops = number(4, 9); ops > 0; --ops)
      known_.push_back(next());
    // All that nothing has read, so that nothing is in vain; and something once more.
    std::vector<Known> ends;
    for (const Known &value : known_)
      if (!value.isRead)
        ends.push_back(value);
    ends.push_back(pick());
    return text_.finish(concat(ends).name);
  }

private:
  struct Known {
    std::string name;
    int64_t channels;
    Element element;
    bool isRead = false;
  };

  int64_t channels() { return any<int64_t>({1, 3, 8, 13, 16, 20, 24, 33, 64, 72}); }
  /// One of two, so that some concats have nothing to rescale.
  Element element() { return elementOf(kind_, any<float>({0.3f, 0.3f, 0.45f})); }
  std::string typeOf(const Known &value) const {
    return tensorText({batch_, height_, width_, value.channels}, value.element);
  }
  std::string activation() { return " activation " + any<std::string>({"none", "none", "relu"}); }

  Known argument() {
    Known value{"", channels(), element()};
    value.name = text_.argument({batch_, height_, width_, value.channels}, value.element);
    return value;
  }
  /// Rather one of the last.
  Known pick() {
    auto back = static_cast<size_t>(number(1, any<int64_t>({2, 4, 100})));
    Known &value = known_[known_.size() - std::min(back, known_.size())];
    value.isRead = true;
    return value;
  }

  Known next() {
    switch (number(0, 11)) {
    case 0:
    case 1:
      return convolution(any<int64_t>({1, 1, 3}));
    case 2:
      return depthwise();
    case 3:
      return pool();
    case 4:
      return unary();
    case 5:
      return sum();
    case 6:
      return slice();
    case 7:
      return pad();
    default:
      return concat(number(0, 4) == 0 ? std::vector<Known>{pick()} : several());
    }
  }
  std::vector<Known> several() {
    std::vector<Known> values;
    for (int64_t count = number(2, 4); count > 0; --count)
      values.push_back(pick());
    return values;
  }

  Known convolution(int64_t size) {
    Known from = pick(), to{"", channels(), element()};
    std::string filter =
        text_.filter({to.channels, size, size, from.channels}, {kind_, 0.02f, 128}, -1);
    std::string pads = size == 1 ? "" : "pad_low [1, 1] pad_high [1, 1] ";
    to.name = text_.apply("conv_2d", {from.name, filter, text_.bias(to.channels, kind_)},
                          pads + "groups 1" + activation(), typeOf(to));
    return to;
  }
  Known depthwise() {
    Known from = pick(), to{"", from.channels, element()};
    std::string filter = text_.filter({1, 3, 3, from.channels}, {kind_, 0.02f, 128}, -1);
    to.name = text_.apply("depthwise_conv_2d", {from.name, filter, text_.bias(to.channels, kind_)},
                          "pad_low [1, 1] pad_high [1, 1]" + activation(), typeOf(to));
    return to;
  }
  Known pool() {
    Known from = pick(), to{"", from.channels, from.element};
    to.name =
        text_.apply(any<std::string>({"max_pool_2d", "average_pool_2d"}), {from.name},
                    "window [3, 3] pad_low [1, 1] pad_high [1, 1]" + activation(), typeOf(to));
    return to;
  }
  Known unary() {
    Known from = pick(), to{"", from.channels, from.element};
    to.name = text_.apply("relu", {from.name}, "", typeOf(to));
    return to;
  }
  /// Of a value and a convolution to as many channels, which may be fused.
  Known sum() {
    Known other = pick(), product, to{"", other.channels, element()};
    Known from = pick();
    product = {"", other.channels, element()};
    std::string filter =
        text_.filter({product.channels, 1, 1, from.channels}, {kind_, 0.02f, 128}, -1);
    product.name = text_.apply("conv_2d", {from.name, filter, text_.bias(product.channels, kind_)},
                               "groups 1", typeOf(product));
    std::vector<std::string> operands = {product.name, other.name};
    if (number(0, 1) == 0)
      std::swap(operands[0], operands[1]);
    to.name = text_.apply("add", operands, activation(), typeOf(to));
    return to;
  }
  Known slice() {
    Known from = pick();
    int64_t first = number(0, from.channels - 1);
    Known to{"", number(1, from.channels - first), from.element};
    std::string sizes = std::to_string(batch_) + ", " + std::to_string(height_) + ", " +
                        std::to_string(width_) + ", " + std::to_string(to.channels);
    to.name = text_.apply("slice", {from.name},
                          "begin [0, 0, 0, " + std::to_string(first) + "] size [" + sizes +
                              "] strides [1, 1, 1, 1]",
                          typeOf(to));
    return to;
  }
  Known pad() {
    Known from = pick();
    int64_t low = number(0, 5), high = number(0, 9);
    Known to{"", low + from.channels + high, from.element};
    to.name = text_.apply("pad", {from.name},
                          "low [0, 0, 0, " + std::to_string(low) + "] high [0, 0, 0, " +
                              std::to_string(high) + "]" + any<std::string>({"", " value 1.5"}),
                          typeOf(to));
    return to;
  }
  Known concat(const std::vector<Known> &values) {
    if (values.size() == 1)
      return rowsTwice(values.front());
    Known to{"", 0, values.front().element};
    std::vector<std::string> names;
    for (const Known &value : values) {
      names.push_back(value.name);
      to.channels += value.channels;
    }
    to.name = text_.apply("concat", names, "axis 3", typeOf(to));
    return to;
  }
  /// And back to the usual height, by a view with more channels.
  Known rowsTwice(const Known &value) {
    std::string twice =
        text_.apply("concat", {value.name, value.name}, "axis 1",
                    tensorText({batch_, 2 * height_, width_, value.channels}, value.element));
    Known view{"", 2 * value.channels, value.element};
    std::string shape = std::to_string(batch_) + ", " + std::to_string(height_) + ", " +
                        std::to_string(width_) + ", " + std::to_string(view.channels);
    view.name = text_.apply("reshape", {twice}, "shape [" + shape + "]", typeOf(view));
    return view;
  }

  std::string kind_;
  int64_t batch_ = 1, height_ = 1, width_ = 1;
  ModuleText text_;
  std::vector<Known> known_;
};

} // namespace tandem::test
