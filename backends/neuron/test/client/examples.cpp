#include "backends/neuron/test/client/examples.h"

#include <cctype>

namespace tandem::neuron::test {
namespace {

/// `$T`, `$S`, `$V` and `$B` as filledIn() has them; `$R` the element type of the result.
struct Template {
  std::string op, form, arguments, body;
  /// Scale and zero point of `$R` where it is codes.
  std::string u8 = "1.0:3", i8 = "1.0:3";
};

const std::string kImage = "%x: tensor<1x4x6x2x$T>";
const std::string kFrom = " : (tensor<1x4x6x2x$T>) -> ";
const std::string kSame = "0.5:3"; // the codes of $T

Template unary(const std::string &op, const std::string &attributes = "",
               const std::string &u8 = kSame, const std::string &i8 = kSame) {
  return {op, "", kImage, "%r = graph." + op + " %x " + attributes + kFrom + "tensor<1x4x6x2x$R>",
          u8, i8};
}

Template binary(const std::string &op, const std::string &form = "") {
  return {op, form, "%x: tensor<1x4x6x2x$T>, %y: tensor<2x$T>",
          "%r = graph." + op +
              " %x, %y : (tensor<1x4x6x2x$T>, tensor<2x$T>) -> tensor<1x4x6x2x$R>"};
}

/// From the image to another shape of the same elements.
Template moved(const std::string &op, const std::string &form, const std::string &attributes,
               const std::string &shape) {
  return {op, form, kImage,
          "%r = graph." + op + " %x " + attributes + kFrom + "tensor<" + shape + "x$T>"};
}

void addProducts(std::vector<Template> &list) {
  const std::string filter =
      "%f = graph.constant dense<$V> : tensor<4x3x3x2x$S> : tensor<4x3x3x2x$T>\n"
      "%b = graph.constant dense<$V> : tensor<4x$B> : tensor<4x$B>\n";
  const std::string operands = ", tensor<4x3x3x2x$T>, tensor<4x$B>) -> ";
  list.push_back({"conv_2d", "one group", kImage,
                  filter + "%r = graph.conv_2d %x, %f, %b : (tensor<1x4x6x2x$T>" + operands +
                      "tensor<1x2x4x4x$R>"});
  list.push_back({"conv_2d", "several groups", "%x: tensor<1x4x6x4x$T>",
                  filter + "%r = graph.conv_2d %x, %f, %b groups 2 : (tensor<1x4x6x4x$T>" +
                      operands + "tensor<1x2x4x4x$R>"});
  list.push_back({"conv_2d", "several groups, dilated", "%x: tensor<1x5x6x4x$T>",
                  filter +
                      "%r = graph.conv_2d %x, %f, %b dilation [2, 2] groups 2 : "
                      "(tensor<1x5x6x4x$T>" +
                      operands + "tensor<1x1x2x4x$R>"});
  list.push_back({"transpose_conv_2d", "", kImage,
                  filter + "%r = graph.transpose_conv_2d %x, %f, %b : (tensor<1x4x6x2x$T>" +
                      operands + "tensor<1x6x8x4x$R>"});
  list.push_back({"depthwise_conv_2d", "", kImage,
                  "%f = graph.constant dense<$V> : tensor<1x3x3x2x$S> : tensor<1x3x3x2x$T>\n"
                  "%r = graph.depthwise_conv_2d %x, %f : (tensor<1x4x6x2x$T>, "
                  "tensor<1x3x3x2x$T>) -> tensor<1x2x4x2x$R>"});
  list.push_back({"fully_connected", "one filter scale", "%x: tensor<3x2x$T>",
                  "%f = graph.constant dense<$V> : tensor<4x2x$S> : tensor<4x2x$T>\n"
                  "%r = graph.fully_connected %x, %f : (tensor<3x2x$T>, tensor<4x2x$T>) -> "
                  "tensor<3x4x$R>"});
  list.push_back({"fully_connected", "filter scales per channel", "%x: tensor<3x2x$T>",
                  "%f = graph.constant dense<1> : tensor<2x2xi8> : "
                  "tensor<2x2x!quant.uniform<i8:f32:0, {0.5,0.25}>>\n"
                  "%r = graph.fully_connected %x, %f : (tensor<3x2x$T>, "
                  "tensor<2x2x!quant.uniform<i8:f32:0, {0.5,0.25}>>) -> tensor<3x2x$R>"});
  list.push_back({"batch_matmul", "", "%x: tensor<2x3x4x$T>, %y: tensor<2x4x5x$T>",
                  "%r = graph.batch_matmul %x, %y : (tensor<2x3x4x$T>, tensor<2x4x5x$T>) -> "
                  "tensor<2x3x5x$R>"});
}

void addElementwise(std::vector<Template> &list) {
  for (const char *op :
       {"add", "sub", "mul", "maximum", "minimum", "pow", "squared_difference", "prelu"})
    list.push_back(binary(op));
  list.push_back(binary("div", "of reals"));
  list.push_back(binary("floor_div", "of reals"));
  list.push_back(binary("floor_div", "of integers"));
  list.push_back(binary("floor_mod", "of integers"));
  for (const char *op : {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal",
                         "logical_and", "logical_or"})
    list.push_back(binary(op));
  list.push_back({"select", "", "%m: tensor<1x4x6x2xi1>, %x: tensor<1x4x6x2x$T>",
                  "%r = graph.select %m, %x, %x : (tensor<1x4x6x2xi1>, tensor<1x4x6x2x$T>, "
                  "tensor<1x4x6x2x$T>) -> tensor<1x4x6x2x$T>"});
  for (const char *op :
       {"relu", "relu6", "relu_n1_to_1", "hard_swish", "hard_sigmoid", "abs", "neg", "exp", "sqrt",
        "rsqrt", "floor", "ceil", "gelu", "erf", "elu", "logical_not"})
    list.push_back(unary(op));
  list.push_back(unary("leaky_relu", "alpha 0.1"));
  list.push_back(unary("local_response_norm", "radius 1 bias 1.0 alpha 0.5 beta 0.75"));
  list.push_back(unary("sigmoid", "", "0.00390625:0", "0.00390625:-128"));
  list.push_back(unary("softmax", "axis 3", "0.00390625:0", "0.00390625:-128"));
  list.push_back(unary("tanh", "", "0.0078125:128", "0.0078125:0"));
  list.push_back(unary("l2_normalization", "axis 3", "0.0078125:128", "0.0078125:0"));
  list.push_back({"batch_norm", "", kImage,
                  "%p = graph.constant dense<$V> : tensor<2x$S> : tensor<2x$T>\n"
                  "%r = graph.batch_norm %x, %p, %p, %p, %p epsilon 0.001 : "
                  "(tensor<1x4x6x2x$T>, tensor<2x$T>, tensor<2x$T>, tensor<2x$T>, tensor<2x$T>) "
                  "-> tensor<1x4x6x2x$T>"});
}

void addPooling(std::vector<Template> &list) {
  const std::string window = "window [3, 3] pad_low [1, 1] pad_high [1, 1]";
  list.push_back(moved("max_pool_2d", "", window, "1x4x6x2"));
  list.push_back(moved("average_pool_2d", "padding left out", window, "1x4x6x2"));
  list.push_back(
      moved("average_pool_2d", "padding counted", window + " count_include_pad", "1x4x6x2"));
  list.push_back(moved("l2_pool_2d", "", window, "1x4x6x2"));
  list.push_back(moved("mean", "codes keep their scale", "axes [1, 2]", "1x2"));
  list.push_back(moved("sum", "of reals", "axes [1, 2]", "1x2"));
  for (const char *op : {"reduce_max", "reduce_min", "reduce_any", "reduce_all"})
    list.push_back(moved(op, "", "axes [1, 2]", "1x2"));
  for (auto [op, form] : {std::pair<std::string, std::string>{"mean", "to codes of another scale"},
                          {"sum", "of codes"}})
    list.push_back(
        {op, form, kImage, "%r = graph." + op + " %x axes [1]" + kFrom + "tensor<1x6x2x$R>"});
  for (const std::string op : {"arg_max", "arg_min"})
    list.push_back(
        {op, "", kImage, "%r = graph." + op + " %x axis 3" + kFrom + "tensor<1x4x6xi32>"});
  list.push_back(moved("top_k_values", "", "k 2", "1x4x6x2"));
  list.push_back({"top_k_indices", "", kImage,
                  "%r = graph.top_k_indices %x k 1" + kFrom + "tensor<1x4x6x1xi32>"});
}

void addMovement(std::vector<Template> &list) {
  list.push_back(moved("reshape", "", "shape [48]", "48"));
  list.push_back(moved("transpose", "", "permutation [0, 3, 1, 2]", "1x2x4x6"));
  list.push_back({"concat", "", kImage,
                  "%r = graph.concat %x, %x axis 3 : (tensor<1x4x6x2x$T>, tensor<1x4x6x2x$T>) -> "
                  "tensor<1x4x6x4x$R>"});
  list.push_back(moved("slice", "strides are 1",
                       "begin [0, 1, 0, 0] size [1, 2, 6, 2] strides [1, 1, 1, 1]", "1x2x6x2"));
  list.push_back(moved("slice", "with strides",
                       "begin [0, 1, 0, 0] size [1, 2, 6, 2] strides [1, 2, 1, 1]", "1x2x6x2"));
  list.push_back(moved("pad", "with zero", "low [0, 1, 0, 0] high [0, 0, 0, 0]", "1x5x6x2"));
  list.push_back(moved("pad", "with another value", "low [0, 1, 0, 0] high [0, 0, 0, 0] value 1.0",
                       "1x5x6x2"));
  list.push_back(moved("resize_bilinear", "", "size [8, 3]", "1x8x3x2"));
  list.push_back(moved("resize_nearest", "", "size [8, 3] half_pixel_centers", "1x8x3x2"));
  list.push_back(moved("space_to_depth", "", "block 2", "1x2x3x8"));
  list.push_back({"depth_to_space", "", "%x: tensor<1x2x3x8x$T>",
                  "%r = graph.depth_to_space %x block 2 : (tensor<1x2x3x8x$T>) -> "
                  "tensor<1x4x6x2x$T>"});
  list.push_back(moved("space_to_batch", "", "block [2, 3] pad_high [2, 0]", "6x3x2x2"));
  for (auto [form, crops, shape] :
       {std::tuple{"nothing cropped", "", "1x4x6x2"}, {"cropped", "crop_low [1, 0]", "1x3x6x2"}})
    list.push_back({"batch_to_space", form, "%x: tensor<6x2x2x2x$T>",
                    "%r = graph.batch_to_space %x block [2, 3] " + std::string(crops) +
                        " : (tensor<6x2x2x2x$T>) -> tensor<" + shape + "x$T>"});
  list.push_back({"gather", "", kImage + ", %i: tensor<5xi32>",
                  "%r = graph.gather %x, %i axis 1 : (tensor<1x4x6x2x$T>, tensor<5xi32>) -> "
                  "tensor<1x5x6x2x$T>"});
  list.push_back(moved("tile", "", "multiples [1, 2, 1, 1]", "1x8x6x2"));
  list.push_back(moved("mirror_pad", "", "low [0, 3, 0, 1] high [0, 0, 2, 0]", "1x7x8x3"));
}

void addConversions(std::vector<Template> &list) {
  for (const char *form :
       {"from reals", "from codes of the other sign", "from codes of the same sign"})
    list.push_back(
        {"quantize", form, kImage, "%r = graph.quantize %x" + kFrom + "tensor<1x4x6x2x$R>"});
  list.push_back(unary("dequantize"));
  list.push_back(unary("cast"));
}

std::vector<Template> templates() {
  std::vector<Template> list;
  addProducts(list);
  addElementwise(list);
  addPooling(list);
  addMovement(list);
  addConversions(list);
  return list;
}

std::vector<ElementKind> kindsIn(unsigned kinds) {
  std::vector<ElementKind> list;
  for (ElementKind kind : {kF32, kF16, kI32, kU8, kI8, kI16, kPlainU8, kBool})
    if (kinds & kind)
      list.push_back(kind);
  return list;
}

std::string resultType(const Template &form, ElementKind kind) {
  if (kind == kU8)
    return "!quant.uniform<u8:f32, " + form.u8 + ">";
  return kind == kI8 ? "!quant.uniform<i8:f32, " + form.i8 + ">" : filledIn("$T", kind);
}

/// Codes keep their sign in one form of quantize and change it in the other; casting gives another
/// type.
bool isResult(const Capability &row, ElementKind from, ElementKind to) {
  if (row.form && row.form->text == "from codes of the same sign")
    return from == to;
  bool mayStay = row.op != "quantize" && row.op != "cast" && row.op != "dequantize";
  return mayStay || from != to || !row.resultKinds;
}

} // namespace

std::vector<Example> allExamples() {
  std::vector<Example> examples;
  for (const Template &form : templates())
    for (const Capability &row : capabilities()) {
      if (row.op != form.op || (row.form ? row.form->text.str() : "") != form.form)
        continue;
      for (ElementKind kind : kindsIn(row.kinds))
        for (ElementKind result : kindsIn(row.resultKinds ? row.resultKinds : kind)) {
          if (!isResult(row, kind, result))
            continue;
          std::string body = filledIn(form.body, kind);
          for (size_t at; (at = body.find("$R")) != std::string::npos;)
            body.replace(at, 2, resultType(form, result));
          examples.push_back(
              {form.op, form.form, kind, result, filledIn(form.arguments, kind), body});
        }
    }
  return examples;
}

std::string nameOf(const Example &example) {
  std::string name = example.op + "_" + example.form + "_" + kindsText(example.kind);
  if (example.resultKind != example.kind)
    name += "_to_" + kindsText(example.resultKind);
  for (char &c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)))
      c = '_';
  return name;
}

} // namespace tandem::neuron::test
