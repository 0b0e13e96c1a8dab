// What an artifact says about its steps, for who measures them.

#include "backends/cpu/run/variants.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"
#include "tests/conformance/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;

/// "NAME: OP" of each step.
std::vector<std::string> stepsOf(const std::string &text) {
  OneRegion model(cpuBackend(), cpuDevice(), text, {{"avx2"}});
  EXPECT_TRUE(model.ready()) << model.refusal();
  std::vector<uint64_t> aligned(model.artifact().size() / sizeof(uint64_t) + 1);
  std::memcpy(aligned.data(), model.artifact().data(), model.artifact().size());
  const cpu::Artifact *artifact =
      cpu::openArtifact(std::as_bytes(std::span(aligned)).first(model.artifact().size()));
  std::vector<std::string> steps;
  if (artifact)
    for (const cpu::Step *step : *artifact->steps())
      steps.push_back(step->name()->str() + ": " + step->op()->str());
  return steps;
}

TEST(CpuSteps, TellTheHalvesOfASeparableConvolutionApart) {
  // As Keras writes it: one layer, and so one name.
  EXPECT_THAT(
      stepsOf(R"(
func.func @main(%x: tensor<1x6x5x8xf32>) -> tensor<1x6x5x8xf32> {
  %d = graph.constant dense<0.25> : tensor<1x3x3x8xf32> : tensor<1x3x3x8xf32>
  %p = graph.constant dense<0.375> : tensor<8x1x1x8xf32> : tensor<8x1x1x8xf32>
  %0 = graph.depthwise_conv_2d %x, %d pad_low [1, 1] pad_high [1, 1] : (tensor<1x6x5x8xf32>, tensor<1x3x3x8xf32>) -> tensor<1x6x5x8xf32> loc("separable")
  %1 = graph.conv_2d %0, %p : (tensor<1x6x5x8xf32>, tensor<8x1x1x8xf32>) -> tensor<1x6x5x8xf32> loc("separable")
  %2 = graph.add %x, %1 : (tensor<1x6x5x8xf32>, tensor<1x6x5x8xf32>) -> tensor<1x6x5x8xf32> loc("sum")
  %3 = graph.relu %2 : (tensor<1x6x5x8xf32>) -> tensor<1x6x5x8xf32> loc("end")
  return %3 : tensor<1x6x5x8xf32>
})"),
      ElementsAre("separable: depthwise_conv_2d", "separable + sum + end: conv_2d + add + relu"));
}

TEST(CpuSteps, NameWhatIsFusedInTheOrderOfTheData) {
  // The first one puts the padding around what it quantizes.
  std::string steps = "in + product + out: quantize + conv_2d + dequantize";
  EXPECT_THAT(stepsOf(R"(
!in = tensor<1x5x6x8x!quant.uniform<i8:f32, 0.05:3>>
!out = tensor<1x5x6x20x!quant.uniform<i8:f32, 0.5:3>>
!filter = tensor<20x3x3x8x!quant.uniform<i8<-127:127>:f32, 0.02>>
func.func @main(%x: tensor<1x5x6x8xf32>) -> tensor<1x5x6x20xf32> {
  %w = graph.constant dense<57> : tensor<20x3x3x8xi8> : !filter
  %q = graph.quantize %x : (tensor<1x5x6x8xf32>) -> !in loc("in")
  %c = graph.conv_2d %q, %w pad_low [1, 1] pad_high [1, 1] : (!in, !filter) -> !out loc("product")
  %r = graph.dequantize %c : (!out) -> tensor<1x5x6x20xf32> loc("out")
  return %r : tensor<1x5x6x20xf32>
})"),
              ElementsAre(steps, steps));
}

/// A network of 6×5 pixels, written op by op.
class Network {
public:
  explicit Network(int64_t channels) : channels_(channels) {
    input = text_.argument({1, 6, 5, channels}, {"f32"});
  }

  std::string apply(const std::string &op, const std::vector<std::string> &operands,
                    const std::string &attributes = "") {
    return text_.apply(op, operands, attributes, text_.typeOf(operands.front()));
  }
  std::string number(float value) { return text_.number(value); }
  std::string perChannel() { return text_.constant({channels_}, {"f32"}); }
  std::string product(const std::string &x, const std::string &attributes = "") {
    std::string filter = text_.constant({channels_, 1, 1, channels_}, {"f32"});
    return apply("conv_2d", {x, filter, text_.bias(channels_, "f32")}, attributes);
  }
  std::string depthwise(const std::string &x) {
    std::string filter = text_.constant({1, 3, 3, channels_}, {"f32"});
    return apply("depthwise_conv_2d", {x, filter}, "pad_low [1, 1] pad_high [1, 1]");
  }
  std::string mean(const std::string &x, const std::string &axes, const Shape &shape) {
    return text_.apply("mean", {x}, "axes [" + axes + "] keep_dims", tensorText(shape, {"f32"}));
  }
  std::string averaged(const std::string &x) { return mean(x, "1, 2", {1, 1, 1, channels_}); }
  /// x * sigmoid(x)
  std::string swish(const std::string &x) { return apply("mul", {x, apply("sigmoid", {x})}); }
  /// x * relu6(x + 3) / 6
  std::string hardSwish(const std::string &x) {
    std::string gate = apply("add", {x, number(3)}, "activation relu6");
    return apply("div", {apply("mul", {x, gate}), number(6)});
  }

  /// "OP + OP" of each step, of avx2.
  std::vector<std::string> steps(const std::string &result) {
    std::string module = text_.finish(result);
    expectSame(module, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{"avx2"}},
               /*tolerance=*/1e-4);
    std::vector<std::string> ops = stepsOf(module);
    for (std::string &op : ops)
      op.erase(0, op.find(": ") + 2);
    return ops;
  }

  std::string input;

private:
  ModuleText text_;
  int64_t channels_;
};

TEST(CpuSteps, OfABlockOfMobileNetV3AreItsProductsAMeanAndTheGate) {
  Network net(16);
  std::string wide = net.hardSwish(net.product(net.input));
  std::string deep = net.hardSwish(net.depthwise(wide));
  std::string gate = net.product(net.averaged(deep), "activation relu");
  gate = net.apply("hard_sigmoid", {net.product(gate)});
  std::string narrow = net.product(net.apply("mul", {deep, gate}));
  EXPECT_THAT(net.steps(net.apply("add", {narrow, net.input})),
              ElementsAre("conv_2d + add + mul + div", "depthwise_conv_2d + add + mul + div",
                          "mean", "conv_2d", "conv_2d + hard_sigmoid", "mul", "conv_2d + add"));
}

TEST(CpuSteps, OfABlockOfEfficientNetAreItsProductsAMeanAndTheGate) {
  Network net(24);
  std::string wide = net.swish(net.product(net.input));
  std::string deep = net.swish(net.depthwise(wide));
  std::string gate = net.swish(net.product(net.averaged(deep)));
  gate = net.apply("sigmoid", {net.product(gate)});
  std::string narrow = net.product(net.apply("mul", {deep, gate}));
  EXPECT_THAT(net.steps(net.apply("add", {narrow, net.input})),
              ElementsAre("conv_2d + sigmoid + mul", "depthwise_conv_2d + sigmoid + mul", "mean",
                          "conv_2d + sigmoid + mul", "conv_2d + sigmoid", "mul", "conv_2d + add"));
}

TEST(CpuSteps, OfGeluArePartOfTheProduct) {
  Network net(32);
  // By the error function, with the scale of the layer and its residual behind it.
  std::string x = net.product(net.input);
  std::string erf = net.apply("erf", {net.apply("div", {x, net.number(1.4142135f)})});
  std::string half = net.apply("mul", {x, net.number(0.5f)});
  std::string gelu = net.apply("mul", {half, net.apply("add", {erf, net.number(1)})});
  std::string scaled = net.apply("mul", {net.product(gelu), net.perChannel()});
  std::string sum = net.apply("add", {scaled, net.input});
  // By tanh.
  std::string y = net.product(sum);
  std::string cube = net.apply("mul", {net.apply("mul", {y, y}), y});
  std::string inner = net.apply("add", {y, net.apply("mul", {cube, net.number(0.044715f)})});
  std::string tanh = net.apply("tanh", {net.apply("mul", {inner, net.number(0.7978846f)})});
  std::string gate = net.apply("mul", {net.apply("add", {tanh, net.number(1)}), net.number(0.5f)});
  EXPECT_THAT(net.steps(net.apply("mul", {y, gate})),
              ElementsAre("conv_2d + div + erf + mul + add + mul", "conv_2d + mul + add",
                          "conv_2d + mul + mul + mul + add + mul + tanh + add + mul + mul"));
}

TEST(CpuSteps, OfALayerNormAreTwoMeansTheRootAndALoop) {
  Network net(48);
  std::string x = net.product(net.input);
  std::string centred = net.apply("sub", {x, net.mean(x, "3", {1, 6, 5, 1})});
  std::string variance = net.mean(net.apply("mul", {centred, centred}), "3", {1, 6, 5, 1});
  std::string root = net.apply("rsqrt", {net.apply("add", {variance, net.number(1e-5f)})});
  std::string normal = net.apply("mul", {centred, root});
  std::string scaled = net.apply("mul", {normal, net.perChannel()});
  // The difference from the mean is not stored: both that read it compute it.
  EXPECT_THAT(
      net.steps(net.apply("add", {scaled, net.perChannel()})),
      ElementsAre("conv_2d", "mean", "sub + mul + mean", "add + rsqrt", "sub + mul + mul + add"));
}

} // namespace
} // namespace tandem::test
