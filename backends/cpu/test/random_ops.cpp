#include "backends/cpu/test/random_ops.h"

#include <algorithm>

namespace tandem::test {

std::string listText(const std::vector<int64_t> &values) {
  std::string text = "[";
  for (int64_t value : values)
    text += (text.size() > 1 ? ", " : "") + std::to_string(value);
  return text + "]";
}

std::string RandomModule::type(std::initializer_list<const char *> types) {
  std::string chosen = any(types);
  bool hasF32 = std::find(types.begin(), types.end(), std::string_view("f32")) != types.end();
  return around_ == Around::kProducts && hasF32 ? "f32" : chosen;
}

Element RandomModule::element(const std::string &type) {
  float scale = any<float>({0.05f, 0.05f, 0.031f, 0.031f, 0.017f, 0.0011f, 0.7f});
  int zeroPoint = static_cast<int>(number(-20, 20));
  if (type == "i8")
    return {type, scale, once(6) ? any<int>({-128, 127}) : zeroPoint};
  if (type == "u8")
    return {type, scale, once(6) ? any<int>({0, 255}) : zeroPoint + 120};
  return {type};
}

Shape RandomModule::shape(int64_t lowestRank, int64_t highestRank, int64_t mostElements) {
  // Products take and give rows and images.
  Shape shape(
      static_cast<size_t>(around_ == Around::kProducts ? 4 : number(lowestRank, highestRank)));
  for (int64_t &dim : shape)
    dim = any<int64_t>({1, 2, 3, 4, 5, 7, 8, 13, 16, 19, 24, 33});
  while (*elementCount(shape) > mostElements) {
    int64_t &largest = *std::max_element(shape.begin(), shape.end());
    largest = (largest + 1) / 2;
  }
  return shape;
}

Shape RandomModule::image(int64_t largest) {
  return {any<int64_t>({1, 1, 2}), number(1, largest), number(1, largest), channels()};
}

/// A convolution of one pixel, or a product of rows.
std::string RandomModule::product(const std::string &input, const Shape &shape, int64_t channels) {
  Shape out = shape, filter = {channels, shape.back()};
  out.back() = channels;
  if (shape.size() == 4)
    filter.insert(filter.begin() + 1, {1, 1});
  return text.apply(shape.size() == 4 ? "conv_2d" : "fully_connected",
                    {input, text.filter(filter, {"f32"}, -1)}, "", tensorText(out, {"f32"}));
}

std::string RandomModule::operand(const Shape &shape, const Element &element) {
  Shape wide = shape;
  if (around_ == Around::kProducts && element.kind == "f32" &&
      (shape.size() == 2 || shape.size() == 4)) {
    wide.back() = 16;
    return product(text.argument(wide, element), wide, shape.back());
  }
  if (around_ != Around::kSlices || shape.empty() || once(4))
    return text.argument(shape, element);
  std::vector<int64_t> begin(shape.size()), strides(shape.size(), 1);
  begin.back() = number(0, 5);
  wide.back() += begin.back() + number(0, 5);
  return text.apply("slice", {text.argument(wide, element)},
                    "begin " + listText(begin) + " size " + listText(shape) + " strides " +
                        listText(strides),
                    tensorText(shape, element));
}

std::string RandomModule::positive(const Shape &shape) {
  return text.apply("exp", {operand(shape, {"f32"})}, "", tensorText(shape, {"f32"}));
}

std::string RandomModule::finish(const std::string &result, const Shape &shape,
                                 const Element &element) {
  if (around_ == Around::kProducts && element.kind == "f32" &&
      (shape.size() == 2 || shape.size() == 4))
    return text.finish(product(result, shape, 20));
  if (around_ != Around::kSlices || shape.empty())
    return text.finish(result);
  Shape other = shape, whole = shape;
  other.back() = number(1, 5);
  whole.back() += other.back();
  std::vector<std::string> parts = {text.argument(other, element), result};
  if (once(2))
    std::swap(parts[0], parts[1]);
  return text.finish(text.apply("concat", parts,
                                "axis " + std::to_string(static_cast<int64_t>(shape.size()) - 1),
                                tensorText(whole, element)));
}

} // namespace tandem::test
