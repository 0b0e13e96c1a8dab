#include "tests/conformance/text.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace tandem::test {

Element elementOf(const std::string &kind, float scale, int zeroPoint) {
  return {kind, scale, kind == "u8" ? zeroPoint + 120 : zeroPoint};
}

Element fixedResult(const std::string &op, const std::string &type) {
  if (type == "f32")
    return {type};
  if (op == "sigmoid" || op == "softmax")
    return {type, 1.0f / 256, type == "i8" ? -128 : 0};
  if (op == "tanh" || op == "l2_normalization")
    return {type, 1.0f / 128, type == "i8" ? 0 : 128};
  if (op == "exp")
    return elementOf(type, 1.7f, -90);
  return elementOf(type, 0.047f, 6);
}

static std::string number(float value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9e", static_cast<double>(value));
  return text;
}

static std::string elementText(const Element &element) {
  bool bytes = element.kind == "i8" || element.kind == "u8", wide = element.kind[0] == 'q';
  if (!bytes && !wide)
    return element.kind;
  return "!quant.uniform<" + (wide ? "i" + element.kind.substr(1) : element.kind) + ":f32, " +
         number(element.scale) + ":" + std::to_string(element.zeroPoint) + ">";
}

static std::string shaped(const Shape &shape, const std::string &element) {
  std::string text = "tensor<";
  for (int64_t dim : shape)
    text += std::to_string(dim) + "x";
  return text + element + ">";
}

std::string tensorText(const Shape &shape, const Element &element) {
  return shaped(shape, elementText(element));
}

uint32_t ModuleText::random() {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 17;
  state_ ^= state_ << 5;
  return state_;
}

static std::string hex(const void *data, size_t bytes) {
  std::string text = "dense<\"0x";
  const auto *at = static_cast<const unsigned char *>(data);
  for (size_t i = 0; i < bytes; ++i) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02X", at[i]);
    text += digits;
  }
  return text + "\">";
}

/// MLIR reads a hex string of a single element as a splat, which is the same thing.
template <typename T> static std::string dense(const std::vector<T> &values) {
  return hex(values.data(), values.size() * sizeof(T));
}

std::string ModuleText::define(const std::string &text, const std::string &type) {
  std::string name = "%v" + std::to_string(values_.size());
  body_ += "  " + name + " = " + text + " loc(\"" + name.substr(1) + "\")\n";
  values_.emplace_back(name, type);
  return name;
}

const std::string &ModuleText::typeOf(const std::string &value) const {
  return std::find_if(values_.begin(), values_.end(),
                      [&](const auto &entry) { return entry.first == value; })
      ->second;
}

/// Symmetric i8, with `axis` >= 0 of another scale in every slice.
static std::string filterType(const Shape &shape, const Element &element, int axis) {
  std::string quantized = "!quant.uniform<i8<-127:127>:f32";
  if (axis < 0)
    return shaped(shape, quantized + ", " + number(element.scale) + ">");
  quantized += ":" + std::to_string(axis) + ", {";
  for (int64_t i = 0; i < shape[static_cast<size_t>(axis)]; ++i)
    quantized += (i ? "," : "") + number(element.scale * (0.5f + static_cast<float>(i % 7) / 7));
  return shaped(shape, quantized + "}>");
}

std::string ModuleText::argument(const Shape &shape, const Element &element, int axis) {
  std::string name = "%in" + std::to_string(arguments_.size());
  std::string type = axis < 0 ? tensorText(shape, element) : filterType(shape, element, axis);
  arguments_.emplace_back(name, type);
  values_.emplace_back(name, type);
  return name;
}

std::string ModuleText::constant(const Shape &shape, const Element &element) {
  auto count = static_cast<size_t>(*elementCount(shape));
  std::string value, stored = element.kind;
  if (element.kind == "f32") {
    std::vector<float> values(count);
    for (float &v : values)
      v = static_cast<float>(random() % 2001) / 1000.0f - 1.0f;
    value = dense(values);
  } else {
    std::vector<uint8_t> codes(count);
    for (uint8_t &code : codes)
      code = static_cast<uint8_t>(random());
    value = dense(codes);
    stored = "i8";
  }
  std::string type = tensorText(shape, element);
  return define("graph.constant " + value + " : " + shaped(shape, stored) + " : " + type, type);
}

std::string ModuleText::number(float value) {
  std::string type = tensorText({}, {"f32"});
  return define("graph.constant " + dense(std::vector{value}) + " : " + type + " : " + type, type);
}

std::string ModuleText::integers(const Shape &shape, const std::vector<int32_t> &values) {
  std::string type = shaped(shape, "i32");
  return define("graph.constant " + dense(values) + " : " + type + " : " + type, type);
}

std::string ModuleText::filter(const Shape &shape, const Element &element, int axis) {
  if (element.kind != "i8")
    return constant(shape, element);
  std::vector<int8_t> codes(static_cast<size_t>(*elementCount(shape)));
  for (int8_t &code : codes)
    code = static_cast<int8_t>(static_cast<int>(random() % 255) - 127);
  std::string type = filterType(shape, element, axis);
  return define("graph.constant " + dense(codes) + " : " + shaped(shape, "i8") + " : " + type,
                type);
}

std::string ModuleText::bias(int64_t count, const std::string &kind) {
  if (kind == "f32" || kind == "hybrid")
    return constant({count}, {"f32"});
  std::vector<int32_t> values(static_cast<size_t>(count));
  for (int32_t &value : values)
    value = static_cast<int32_t>(random() % 4001) - 2000;
  return integers({count}, values);
}

std::string ModuleText::apply(const std::string &op, const std::vector<std::string> &operands,
                              const std::string &attributes, const std::string &resultType) {
  std::string text = "graph." + op + " ", types;
  for (const std::string &operand : operands) {
    text += (types.empty() ? "" : ", ") + operand;
    types += (types.empty() ? "" : ", ") + typeOf(operand);
  }
  return define(text + " " + attributes + " : (" + types + ") -> " + resultType, resultType);
}

std::string ModuleText::finish(const std::vector<std::string> &values) const {
  std::string text = "func.func @main(", names, types;
  for (const auto &[name, type] : arguments_)
    text += (name == "%in0" ? "" : ", ") + name + ": " + type;
  for (const std::string &value : values) {
    names += (names.empty() ? "" : ", ") + value;
    types += (types.empty() ? "" : ", ") + typeOf(value);
  }
  return text + ") -> (" + types + ") {\n" + body_ + "  return " + names + " : " + types + "\n}\n";
}

OpCase moved(const std::string &op, const std::string &type, const Shape &from, const Shape &to,
             const std::string &attributes, const std::string &variant) {
  ModuleText text;
  std::string input = text.argument(from, elementOf(type));
  return {op, type, variant,
          text.finish(text.apply(op, {input}, attributes, tensorText(to, elementOf(type))))};
}

} // namespace tandem::test
