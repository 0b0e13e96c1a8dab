// Custom operators that are documented.

#include "compiler/importers/tflite/test/import_text.h"
#include "compiler/importers/tflite/test/model_builder.h"

#include <flatbuffers/flexbuffers.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tflite::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string detections(int count, bool regular, bool damaged = false) {
  ModelBuilder m;
  Ints inputs = {m.input("boxes", {1, 6, 4}), m.input("scores", {1, 6, 3}),
                 m.floats("anchors", {6, 4}, std::vector<float>(24, 0.5f))};
  Ints outputs = {m.tensor("b", {1, count, 4}), m.tensor("c", {1, count}),
                  m.tensor("s", {1, count}), m.tensor("n", {1})};
  m.custom("TFLite_Detection_PostProcess", inputs, outputs);
  flexbuffers::Builder options;
  options.Map([&] {
    options.Int("max_detections", count);
    options.Int("max_classes_per_detection", 1);
    options.Int("num_classes", 2);
    options.Bool("use_regular_nms", regular);
    options.Float("nms_score_threshold", 0.25f);
    options.Float("nms_iou_threshold", 0.5f);
    for (const char *scale : {"y_scale", "x_scale", "h_scale", "w_scale"})
      options.Float(scale, 10.0f);
  });
  options.Finish();
  m.graph().operators.back()->custom_options = options.GetBuffer();
  if (damaged)
    m.graph().operators.back()->custom_options.back() = 0xff;
  for (int output : outputs)
    m.output(output);
  return importText(m.bytes());
}

TEST(TfliteDetections, ChoosesTheBestOfThoseThatOverlap) {
  std::string text = detections(3, false);
  EXPECT_THAT(text, AllOf(HasSubstr("begin [0, 1] size [6, 2]"), HasSubstr("graph.top_k_values"),
                          HasSubstr("graph.arg_max")));
  EXPECT_THAT(detections(8, false), HasSubstr("tensor<1x8x4xf32>")); // two more than anchors
}

TEST(TfliteDetections, ChoosesOfEachClassByItselfWhereTheFileSaysSo) {
  std::string text = detections(3, true);
  EXPECT_THAT(text, AllOf(HasSubstr("graph.transpose"), HasSubstr("tensor<2x6xf32>"),
                          HasSubstr("graph.floor_div"), HasSubstr("graph.top_k_indices")));
  EXPECT_THAT(detections(3, false), Not(HasSubstr("graph.floor_div")));
  EXPECT_THAT(detections(201, true), Not(HasSubstr("error"))); // 100 of each class, the default
}

TEST(TfliteNonMaxSuppression, WantsWhatBoundsItsSizeKnown) {
  auto choose = [](int most, bool isKnown, float sigma) {
    ModelBuilder m;
    Ints inputs = {m.input("boxes", {6, 4}),
                   m.input("scores", {6}),
                   isKnown ? m.constant<int32_t>("most", {}, TensorType::INT32, {most})
                           : m.input("most", {}, TensorType::INT32),
                   m.floats("overlap", {}, {0.5f}),
                   m.floats("score", {}, {0.1f}),
                   m.floats("sigma", {}, {sigma})};
    Ints outputs = {m.tensor("places", {most}, TensorType::INT32), m.tensor("found", {most}),
                    m.tensor("count", {}, TensorType::INT32)};
    m.op(BuiltinOperator::NON_MAX_SUPPRESSION_V5, inputs, outputs);
    for (int output : outputs)
      m.output(output);
    return importText(m.bytes());
  };
  EXPECT_THAT(choose(3, true, 0),
              AllOf(HasSubstr("graph.greater_equal"), Not(HasSubstr("graph.exp"))));
  EXPECT_THAT(choose(3, true, 0.5f), HasSubstr("graph.exp"));
  EXPECT_THAT(choose(3, false, 0), HasSubstr("the number of boxes is computed at run time"));
  EXPECT_THAT(choose(0, true, 0), HasSubstr("0 boxes, expected 1 to 200"));
  EXPECT_THAT(choose(3, true, -1), HasSubstr("sigma is negative"));
}

TEST(TfliteDetections, RefusesOptionsThatItDoesNotKnow) {
  EXPECT_THAT(detections(201, false), HasSubstr("201 detections, more than 200"));
  EXPECT_THAT(detections(0, false), HasSubstr("error: "));
  EXPECT_THAT(detections(3, false, true), HasSubstr("its options are not a FlexBuffers map"));
}

std::string transposed(std::vector<uint8_t> options) {
  ModelBuilder m;
  int in = m.input("in", {1, 2, 2, 1}), w = m.floats("w", {1, 3, 3, 1}, std::vector<float>(9));
  int b = m.floats("b", {1}, {1.0f}), out = m.tensor("out", {1, 4, 4, 1});
  m.custom("Convolution2DTransposeBias", {in, w, b}, {out});
  m.graph().operators.back()->custom_options = std::move(options);
  m.output(out);
  return importText(m.bytes());
}

TEST(TfliteTransposeConvBias, IsATransposedConvolutionOfTheShapeInTheFile) {
  EXPECT_THAT(transposed({1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0}),
              HasSubstr("graph.transpose_conv_2d %arg0, %0, %1 stride [2, 2] pad_high [1, 1] : "));
  EXPECT_THAT(transposed({1, 0, 0}), HasSubstr("its options have 3 bytes, expected 12"));
  EXPECT_THAT(transposed({7, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0}), HasSubstr("padding 7, expected"));
}

} // namespace
} // namespace tandem::tflite::test
