// What a concat takes is written into its result: how many steps and buffers are left, and that
// random graphs of concats, nested, of one value twice, of reshapes, are what the reference gives.

#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/random_concats.h"
#include "backends/cpu/test/runners.h"

#include <gtest/gtest.h>

namespace tandem::test {
namespace {

/// That `text` gives what the reference does, by so many steps with so many buffers that are no
/// constants.
void expectPlan(size_t steps, size_t buffers, const std::string &text) {
  for (const char *isa : {wideIsa(), "avx2"}) {
    SCOPED_TRACE(isa);
    OneRegion model(cpuBackend(), cpuDevice(), text, {{isa}});
    ASSERT_TRUE(model.ready()) << model.refusal();
    EXPECT_EQ(model.steps(), steps);
    EXPECT_EQ(model.variables(), buffers);
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{isa}});
  }
}

/// Two values of 5 and 4 channels, %a and %b, and then `rest`.
std::string ofTwo(const std::string &results, const std::string &rest) {
  return "func.func @main(%x: tensor<1x6x3x5xf32>) -> (" + results + R"() {
  %w = graph.constant dense<0.375> : tensor<4x1x1x5xf32> : tensor<4x1x1x5xf32>
  %c = graph.constant dense<[0.5, -0.5, 0.25, 1.0]> : tensor<4xf32> : tensor<4xf32>
  %a = graph.max_pool_2d %x window [3, 3] pad_low [1, 1] pad_high [1, 1] : (tensor<1x6x3x5xf32>) -> tensor<1x6x3x5xf32>
  %b = graph.conv_2d %x, %w, %c activation relu : (tensor<1x6x3x5xf32>, tensor<4x1x1x5xf32>, tensor<4xf32>) -> tensor<1x6x3x4xf32>
)" + rest +
         "\n}\n";
}

TEST(CpuSlices, OfChannelsAreWrittenAtOnce) {
  expectPlan(2, 2, ofTwo("tensor<1x6x3x9xf32>", R"(
  %0 = graph.concat %a, %b axis 3 : (tensor<1x6x3x5xf32>, tensor<1x6x3x4xf32>) -> tensor<1x6x3x9xf32>
  return %0 : tensor<1x6x3x9xf32>)"));
}

TEST(CpuSlices, OfRowsAreWrittenAtOnceByAnyOp) {
  expectPlan(2, 2, R"(
func.func @main(%x: tensor<1x6x3x5xf32>) -> tensor<1x12x3x5xf32> {
  %a = graph.softmax %x axis 3 : (tensor<1x6x3x5xf32>) -> tensor<1x6x3x5xf32>
  %b = graph.softmax %a axis 3 : (tensor<1x6x3x5xf32>) -> tensor<1x6x3x5xf32>
  %0 = graph.concat %b, %a axis 1 : (tensor<1x6x3x5xf32>, tensor<1x6x3x5xf32>) -> tensor<1x12x3x5xf32>
  return %0 : tensor<1x12x3x5xf32>
})");
}

TEST(CpuSlices, GoThroughReshapesAsInHeadsOfDetectors) {
  expectPlan(2, 2, ofTwo("tensor<1x162xf32>", R"(
  %ra = graph.reshape %a shape [1, 90] : (tensor<1x6x3x5xf32>) -> tensor<1x90xf32>
  %rb = graph.reshape %b shape [1, 72] : (tensor<1x6x3x4xf32>) -> tensor<1x72xf32>
  %0 = graph.concat %ra, %rb axis 1 : (tensor<1x90xf32>, tensor<1x72xf32>) -> tensor<1x162xf32>
  return %0 : tensor<1x162xf32>)"));
}

TEST(CpuSlices, OfSlicesAreWrittenIntoTheOuterConcat) {
  // A loop of elementwise ops reads the inner one with its pixels apart.
  expectPlan(3, 2, ofTwo("tensor<1x6x3x18xf32>", R"(
  %0 = graph.concat %a, %b axis 3 : (tensor<1x6x3x5xf32>, tensor<1x6x3x4xf32>) -> tensor<1x6x3x9xf32>
  %1 = graph.tanh %0 : (tensor<1x6x3x9xf32>) -> tensor<1x6x3x9xf32>
  %2 = graph.exp %1 : (tensor<1x6x3x9xf32>) -> tensor<1x6x3x9xf32>
  %3 = graph.concat %0, %2 axis 3 : (tensor<1x6x3x9xf32>, tensor<1x6x3x9xf32>) -> tensor<1x6x3x18xf32>
  return %3 : tensor<1x6x3x18xf32>)"));
}

/// That a map of %a and of %s, a slice of it that is read for more elements than its own, is not
/// computed in the memory of %a.
void expectKept(const std::string &slice, const std::string &shape, const std::string &rest) {
  std::string whole = "tensor<1x64x9x16xf32>";
  std::string text = "func.func @main(%x: " + whole + ") -> " + whole + " {\n" +
                     "  %a = graph.tanh %x : (" + whole + ") -> " + whole + "\n" +
                     "  %s = graph.slice %a " + slice + " : (" + whole + ") -> tensor<" + shape +
                     "xf32>\n" + rest + "  %m = graph.softmax %r axis 3 : (" + whole + ") -> " +
                     whole + "\n  return %m : " + whole + "\n}\n";
  for (const char *isa : {wideIsa(), "avx2"}) {
    SCOPED_TRACE(isa + text);
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{isa}});
  }
}

TEST(CpuSlices, AreNotOverwrittenByWhoReadsThemForOtherElements) {
  std::string row = "begin [0, 61, 0, 0] size [1, 1, 9, 16] strides [1, 1, 1, 1]";
  std::string channel = "begin [0, 0, 0, 3] size [1, 64, 9, 1] strides [1, 1, 1, 1]";
  for (const char *op : {"mul", "sub"}) {
    auto map = [&](const std::string &operand, const std::string &shape) {
      return std::string("  %r = graph.") + op + " %a, " + operand +
             " : (tensor<1x64x9x16xf32>, tensor<" + shape + "xf32>) -> tensor<1x64x9x16xf32>\n";
    };
    expectKept(row, "1x1x9x16", map("%s", "1x1x9x16"));
    expectKept(channel, "1x64x9x1", map("%s", "1x64x9x1"));
    expectKept(row, "1x1x9x16",
               "  %t = graph.reshape %s shape [9, 16] : (tensor<1x1x9x16xf32>) -> "
               "tensor<9x16xf32>\n" +
                   map("%t", "9x16"));
  }
}

TEST(CpuSlices, AreNotOverwrittenByTheSumThatReadsThemInAPad) {
  expectKept("begin [0, 60, 0, 0] size [1, 4, 9, 16] strides [1, 1, 1, 1]", "1x4x9x16", R"(
  %p = graph.pad %s low [0, 0, 0, 0] high [0, 60, 0, 0] value 0.0 : (tensor<1x4x9x16xf32>) -> tensor<1x64x9x16xf32>
  %w = graph.constant dense<0.07> : tensor<16x1x1x16xf32> : tensor<16x1x1x16xf32>
  %c = graph.conv_2d %x, %w : (tensor<1x64x9x16xf32>, tensor<16x1x1x16xf32>) -> tensor<1x64x9x16xf32>
  %t = graph.add %c, %a : (tensor<1x64x9x16xf32>, tensor<1x64x9x16xf32>) -> tensor<1x64x9x16xf32>
  %r = graph.add %t, %p : (tensor<1x64x9x16xf32>, tensor<1x64x9x16xf32>) -> tensor<1x64x9x16xf32>
)");
}

TEST(CpuSlices, OfOneValueTwiceAreCopiedOnce) {
  expectPlan(3, 2, ofTwo("tensor<1x6x3x14xf32>", R"(
  %0 = graph.concat %a, %b, %a axis 3 : (tensor<1x6x3x5xf32>, tensor<1x6x3x4xf32>, tensor<1x6x3x5xf32>) -> tensor<1x6x3x14xf32>
  return %0 : tensor<1x6x3x14xf32>)"));
}

TEST(CpuSlices, OfTwoConcatsLieInOne) {
  // %a and %b are in the second; the first has copies.
  expectPlan(4, 3, ofTwo("tensor<1x6x3x9xf32>, tensor<1x6x3x9xf32>", R"(
  %0 = graph.concat %a, %b axis 3 : (tensor<1x6x3x5xf32>, tensor<1x6x3x4xf32>) -> tensor<1x6x3x9xf32>
  %1 = graph.concat %b, %a axis 3 : (tensor<1x6x3x4xf32>, tensor<1x6x3x5xf32>) -> tensor<1x6x3x9xf32>
  return %0, %1 : tensor<1x6x3x9xf32>, tensor<1x6x3x9xf32>)"));
}

TEST(CpuSlices, InputsAndOutputsOfTheModelAreCopied) {
  expectPlan(4, 4, ofTwo("tensor<1x6x3x9xf32>, tensor<1x6x3x4xf32>", R"(
  %0 = graph.concat %x, %b axis 3 : (tensor<1x6x3x5xf32>, tensor<1x6x3x4xf32>) -> tensor<1x6x3x9xf32>
  return %0, %b : tensor<1x6x3x9xf32>, tensor<1x6x3x4xf32>)"));
}

TEST(CpuSlices, ThatAreAResultUnderAnotherShapeAreCopied) {
  expectPlan(3, 3, ofTwo("tensor<1x6x3x9xf32>, tensor<72xf32>", R"(
  %0 = graph.concat %a, %b axis 3 : (tensor<1x6x3x5xf32>, tensor<1x6x3x4xf32>) -> tensor<1x6x3x9xf32>
  %1 = graph.reshape %b shape [72] : (tensor<1x6x3x4xf32>) -> tensor<72xf32>
  return %0, %1 : tensor<1x6x3x9xf32>, tensor<72xf32>)"));
}

TEST(CpuSlices, OfAnOpThatWritesPixelsSideBySideAreCopied) {
  expectPlan(4, 4, ofTwo("tensor<1x6x3x9xf32>", R"(
  %s = graph.softmax %a axis 3 : (tensor<1x6x3x5xf32>) -> tensor<1x6x3x5xf32>
  %0 = graph.concat %s, %b axis 3 : (tensor<1x6x3x5xf32>, tensor<1x6x3x4xf32>) -> tensor<1x6x3x9xf32>
  return %0 : tensor<1x6x3x9xf32>)"));
}

TEST(CpuSlices, HaveWhatAnElementwiseOpWouldOverwrite) {
  // %a, which is in %0, is read after %1 is made of it: that may not replace it.
  expectPlan(7, 6, ofTwo("tensor<1x6x3x9xf32>", R"(
  %0 = graph.concat %a, %b axis 3 : (tensor<1x6x3x5xf32>, tensor<1x6x3x4xf32>) -> tensor<1x6x3x9xf32>
  %1 = graph.exp %0 : (tensor<1x6x3x9xf32>) -> tensor<1x6x3x9xf32>
  %2 = graph.tanh %a : (tensor<1x6x3x5xf32>) -> tensor<1x6x3x5xf32>
  %3 = graph.concat %2, %b axis 3 : (tensor<1x6x3x5xf32>, tensor<1x6x3x4xf32>) -> tensor<1x6x3x9xf32>
  %4 = graph.softmax %1 axis 3 : (tensor<1x6x3x9xf32>) -> tensor<1x6x3x9xf32>
  %5 = graph.add %4, %3 : (tensor<1x6x3x9xf32>, tensor<1x6x3x9xf32>) -> tensor<1x6x3x9xf32>
  return %5 : tensor<1x6x3x9xf32>)"));
}

TEST(CpuSlices, OfChannelsAreReadWhereTheyAre) {
  // As a unit of ShuffleNet: %x0 is copied into the concat, %x1 is not copied at all.
  expectPlan(4, 4, R"(
func.func @main(%x: tensor<1x6x3x8xf32>) -> tensor<1x6x3x8xf32> {
  %w = graph.constant dense<0.375> : tensor<4x1x1x4xf32> : tensor<4x1x1x4xf32>
  %0 = graph.tanh %x : (tensor<1x6x3x8xf32>) -> tensor<1x6x3x8xf32>
  %x0 = graph.slice %0 begin [0, 0, 0, 0] size [1, 6, 3, 4] strides [1, 1, 1, 1] : (tensor<1x6x3x8xf32>) -> tensor<1x6x3x4xf32>
  %x1 = graph.slice %0 begin [0, 0, 0, 4] size [1, 6, 3, 4] strides [1, 1, 1, 1] : (tensor<1x6x3x8xf32>) -> tensor<1x6x3x4xf32>
  %1 = graph.conv_2d %x1, %w : (tensor<1x6x3x4xf32>, tensor<4x1x1x4xf32>) -> tensor<1x6x3x4xf32>
  %2 = graph.concat %x0, %1 axis 3 : (tensor<1x6x3x4xf32>, tensor<1x6x3x4xf32>) -> tensor<1x6x3x8xf32>
  %3 = graph.exp %2 : (tensor<1x6x3x8xf32>) -> tensor<1x6x3x8xf32>
  return %3 : tensor<1x6x3x8xf32>
})");
}

TEST(CpuSlices, OfRowsAreReadByAnyOp) {
  expectPlan(2, 3, R"(
func.func @main(%x: tensor<1x6x3x8xf32>) -> tensor<1x2x3x8xf32> {
  %0 = graph.slice %x begin [0, 3, 0, 0] size [1, 2, 3, 8] strides [1, 1, 1, 1] : (tensor<1x6x3x8xf32>) -> tensor<1x2x3x8xf32>
  %1 = graph.softmax %0 axis 3 : (tensor<1x2x3x8xf32>) -> tensor<1x2x3x8xf32>
  %2 = graph.tanh %1 : (tensor<1x2x3x8xf32>) -> tensor<1x2x3x8xf32>
  return %2 : tensor<1x2x3x8xf32>
})");
}

TEST(CpuSlices, OfEverySecondElementAreCopied) {
  expectPlan(2, 3, R"(
func.func @main(%x: tensor<1x6x3x8xf32>) -> tensor<1x3x3x8xf32> {
  %0 = graph.slice %x begin [0, 1, 0, 0] size [1, 3, 3, 8] strides [1, 2, 1, 1] : (tensor<1x6x3x8xf32>) -> tensor<1x3x3x8xf32>
  %1 = graph.softmax %0 axis 3 : (tensor<1x3x3x8xf32>) -> tensor<1x3x3x8xf32>
  return %1 : tensor<1x3x3x8xf32>
})");
}

TEST(CpuSlices, ArePaddedByWritingWhatIsAroundThem) {
  expectPlan(6, 4, ofTwo("tensor<1x6x3x9xf32>", R"(
  %0 = graph.pad %a low [0, 0, 0, 0] high [0, 0, 0, 4] value 2.5 : (tensor<1x6x3x5xf32>) -> tensor<1x6x3x9xf32>
  %1 = graph.pad %b low [0, 0, 0, 2] high [0, 0, 0, 3] : (tensor<1x6x3x4xf32>) -> tensor<1x6x3x9xf32>
  %2 = graph.mul %0, %1 : (tensor<1x6x3x9xf32>, tensor<1x6x3x9xf32>) -> tensor<1x6x3x9xf32>
  return %2 : tensor<1x6x3x9xf32>)"));
}

/// Convolutions of 16×16 pixels of 4 channels, a KB each, one behind another; a result of so many
/// channels is of so many KB.
class OfKilobytes {
public:
  OfKilobytes() { add(text_.argument(shape(4), {"f32"}), 4); }

  std::string convolution(const std::string &from, int64_t to) {
    std::string filter = text_.filter({to, 1, 1, channels_.at(from)}, {"f32"}, -1);
    return add(text_.apply("conv_2d", {from, filter}, "", tensorText(shape(to), {"f32"})), to);
  }
  std::string first(int64_t to) { return convolution("%in0", to); }
  /// The same of other ops.
  std::string op(const std::string &name, const std::vector<std::string> &operands,
                 const std::string &attributes, int64_t to) {
    return add(text_.apply(name, operands, attributes, tensorText(shape(to), {"f32"})), to);
  }
  std::string finish(const std::string &result) { return text_.finish(result); }

private:
  static Shape shape(int64_t channels) { return {1, 16, 16, channels}; }
  std::string add(const std::string &value, int64_t channels) {
    channels_[value] = channels;
    return value;
  }

  ModuleText text_;
  std::map<std::string, int64_t> channels_; ///< of values
};

/// That `text` takes so much memory, by so many steps.
void expectMemory(size_t kilobytes, size_t steps, const std::string &text) {
  OneRegion model(cpuBackend(), cpuDevice(), text, {{"avx2"}});
  ASSERT_TRUE(model.ready()) << model.refusal();
  EXPECT_EQ(model.arenaBytes(), kilobytes << 10);
  EXPECT_EQ(model.steps(), steps);
  expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{"avx2"}});
}

TEST(CpuSlices, AreCopiedWhereTheWholeWouldBeThereTooEarly) {
  // %a is there while both of 64 KB are: in the concat of 32 it would take them as well.
  OfKilobytes m;
  std::string a = m.first(8), wide = m.convolution(m.convolution(a, 64), 64);
  std::string whole = m.op("concat", {a, m.convolution(wide, 24)}, "axis 3", 32);
  expectMemory(4 + 8 + 64 + 64, 6, m.finish(m.convolution(whole, 4)));
}

TEST(CpuSlices, AreWrittenAtOnceWhereOtherTimesNeedMoreMemory) {
  OfKilobytes m;
  std::string a = m.first(8), wide = m.convolution(m.convolution(a, 64), 16);
  std::string whole = m.op("concat", {a, m.convolution(wide, 24)}, "axis 3", 32);
  std::string end = m.convolution(m.convolution(whole, 96), 4);
  expectMemory(4 + 32 + 96, 6, m.finish(end));
}

TEST(CpuSlices, AreCopiedWhereTheWholeWouldBeThereTooLong) {
  OfKilobytes m;
  std::string whole = m.first(32);
  std::string part =
      m.op("slice", {whole}, "begin [0, 0, 0, 8] size [1, 16, 16, 8] strides [1, 1, 1, 1]", 8);
  std::string wide = m.convolution(m.convolution(whole, 64), 64);
  std::string end = m.op("add", {m.convolution(wide, 8), part}, "", 8);
  expectMemory(4 + 8 + 64 + 64, 6, m.finish(m.convolution(end, 4)));
}

/// Two results of a convolution of codes, the second of this scale, as channels of one.
std::string ofCodes(const std::string &scale) {
  std::string whole = "!quant.uniform<i8:f32, 0.5:3>",
              other = "!quant.uniform<i8:f32, " + scale + ":3>";
  auto tensor = [](const std::string &shape, const std::string &element) {
    return "tensor<" + shape + "x" + element + ">";
  };
  std::string filter = tensor("20x1x1x8", "!quant.uniform<i8<-127:127>:f32, 0.02>");
  std::string x = tensor("1x5x6x8", "!quant.uniform<i8:f32, 0.05:3>");
  std::string a = tensor("1x5x6x20", whole), b = tensor("1x5x6x20", other),
              c = tensor("1x5x6x40", whole);
  return "func.func @main(%x: " + x + ") -> " + c +
         " {\n  %w = graph.constant dense<57> : " + "tensor<20x1x1x8xi8> : " + filter +
         "\n  %a = graph.conv_2d %x, %w : (" + x + ", " + filter + ") -> " + a +
         "\n  %b = graph.conv_2d %x, %w activation relu : (" + x + ", " + filter + ") -> " + b +
         "\n  %0 = graph.concat %a, %b axis 3 : (" + a + ", " + b + ") -> " + c +
         "\n  return %0 : " + c + "\n}\n";
}

TEST(CpuSlices, OfCodesOfOneScaleAreWrittenAtOnce) {
  // Each convolution has a step that makes unsigned codes.
  expectPlan(4, 4, ofCodes("0.5"));
}

TEST(CpuSlices, OfCodesOfAnotherScaleAreRescaledOnTheWay) {
  expectPlan(5, 5, ofCodes("0.7"));
}

class RandomConcatGraphs : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomConcatGraphs, AreThoseOfTheReference) {
  std::string text = RandomConcats(GetParam()).text();
  for (const char *isa : {wideIsa(), "avx2"}) {
    SCOPED_TRACE(isa);
    // Several convolutions one behind another, some by Winograd.
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), {{isa}},
               /*tolerance=*/1e-4);
  }
}

TEST_P(RandomConcatGraphs, AreThoseOfTheReferenceInBf16) {
  std::string text = RandomConcats(GetParam(), "f32").text();
  CompileOptions options{{"avx2"}};
  options.settings["precision"] = "bf16";
  // 2^-7 of the largest result for each op, whose errors add up like independent ones: twenty.
  expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), options,
             /*tolerance=*/0.035);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomConcatGraphs, ::testing::Range(0u, 60u));

/// On the other instruction sets and precisions, whose rows are read and stored by other code.
class RandomConcatGraphsElsewhere : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomConcatGraphsElsewhere, AreThoseOfTheReference) {
  expectAsReference(RandomConcats(GetParam()).text(), runnersNamed({"neon", "dotprod", "i8mm"}),
                    /*relativeToLargest=*/1e-4);
}
TEST_P(RandomConcatGraphsElsewhere, AreThoseOfTheReferenceInBf16) {
  expectAsReference(RandomConcats(GetParam(), "f32").text(), runnersNamed({"avx512bf16", "bf16"}),
                    /*relativeToLargest=*/0.035, "bf16");
}
TEST_P(RandomConcatGraphsElsewhere, AreThoseOfTheReferenceInF16) {
  expectAsReference(RandomConcats(GetParam(), "f32").text(),
                    runnersNamed({"avx512", "avx2", "fp16", "neon"}),
                    /*relativeToLargest=*/0.035, "f16");
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomConcatGraphsElsewhere, ::testing::Range(60u, 70u));

} // namespace
} // namespace tandem::test
