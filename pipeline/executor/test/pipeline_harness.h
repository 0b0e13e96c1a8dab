#pragma once

#include "pipeline/executor/pipelined.h"
#include "pipeline/executor/test/fakes.h"
#include "pipeline/executor/test/plans.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace tandem::test {

using Pipeline = std::unique_ptr<PipelinedExecutor>;

inline Pipeline makePipeline(ExecutorParts parts, const PipelineOptions &options) {
  auto made = makePipelinedExecutor(std::move(parts), tableOfFakes(), options);
  EXPECT_TRUE(made.ok()) << made.error().text();
  return std::move(made).value();
}

/// One model on one number a picture; `compute` may wait, fail, or look where it is.
inline constexpr std::string_view kOneModel = R"(tandem: 1
models: {net: net.tflite}
steps:
  input: {uses: preprocess, inputs: frame, size: [1, 1], channels: grey}
  net: {model: net, inputs: input}
  out: {uses: select, inputs: net}
results: {out: out}
)";

inline ExecutorParts oneModel(const FakeModel::Compute &compute) {
  std::vector<std::unique_ptr<ModelRunner>> runners;
  runners.push_back(std::make_unique<FakeModel>(Shape{1, 1, 1, 1}, Shape{1, 1}, compute));
  return partsOf(kOneModel, tableOfFakes(), std::move(runners));
}

inline std::vector<Image> pictures(size_t count) {
  std::mt19937 random(7);
  std::vector<Image> images;
  constexpr uint8_t kGreys[] = {1, 51, 99, 200, 255};
  for (size_t i = 0; i < count; ++i)
    images.push_back(halves(kGreys[random() % 5], kGreys[random() % 5]));
  return images;
}

/// All results as text; a thread of its own takes them.
inline std::vector<std::string> runAll(PipelinedExecutor &pipeline,
                                       const std::vector<Image> &images) {
  std::vector<std::string> texts;
  std::thread taker([&] {
    while (std::optional<Result<FrameResult>> result = pipeline.await())
      texts.push_back(textOf(*result));
  });
  for (const Image &image : images)
    EXPECT_TRUE(pipeline.submit(image).ok());
  pipeline.finish();
  taker.join();
  return texts;
}

} // namespace tandem::test
