// Schedules that were measured instead of chosen by the model.

#include "backends/cpu/compile/tuning.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"

#include "base/file.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace tandem::test {
namespace {

using cpu::ConvSchedule;
using cpu::Tuning;
using ::testing::HasSubstr;

const codegen::Isa &avx2() {
  return *codegen::findIsa("avx2");
}

cpu::ConvQuestion question(bool singleRow) {
  return {.isa = avx2(),
          .operation = "conv f32 of a test",
          .rowPixels = 49,
          .channels = 96,
          .singleRow = singleRow,
          .registers = {}};
}

TEST(Schedules, AreReadAsTheyAreWritten) {
  for (bool singleRow : {false, true})
    for (const ConvSchedule &schedule : cpu::scheduleCandidates(question(singleRow))) {
      auto read = cpu::parseSchedule(cpu::scheduleText(schedule));
      ASSERT_TRUE(read);
      EXPECT_EQ(read->tile.pixels, schedule.tile.pixels);
      EXPECT_EQ(read->tile.vectors, schedule.tile.vectors);
      EXPECT_EQ(read->order, schedule.order);
    }
  for (const char *text : {"", "14x2", "14x2 upwards", "0x2 row-units", "14x9 row-units",
                           "65x1 row-units", "-1x1 row-units", "14 row-units", "14x2 row-units "})
    EXPECT_FALSE(cpu::parseSchedule(text)) << text;
}

TEST(Schedules, ThatAreCandidatesFitIntoTheRegistersAndDiffer) {
  std::set<std::string> texts;
  auto candidates = cpu::scheduleCandidates(question(true));
  EXPECT_GE(candidates.size(), 6u);
  for (const ConvSchedule &schedule : candidates) {
    EXPECT_TRUE(texts.insert(cpu::scheduleText(schedule)).second) << cpu::scheduleText(schedule);
    EXPECT_LT(schedule.tile.pixels * schedule.tile.vectors + schedule.tile.vectors,
              avx2().registers);
  }
}

TEST(Tuning, HasTheEntriesOfItsMachine) {
  TuningLog log;
  log.entries[{"mine", "avx2 conv f32 of a test"}] = {"4x3 row-units", 1, 2};
  auto mine = Tuning::ofLog(log, "mine"), other = Tuning::ofLog(log, "other");
  ASSERT_TRUE(bool(mine) && bool(other));
  ASSERT_TRUE(mine->find(question(false)));
  EXPECT_EQ(cpu::scheduleText(*mine->find(question(false))), "4x3 row-units");
  EXPECT_FALSE(other->find(question(false)));

  log.entries[{"other", "x"}] = {"fast", 1, 2};
  auto wrong = Tuning::ofLog(log, "mine");
  EXPECT_THAT(llvm::toString(wrong.takeError()), HasSubstr("'fast' of 'x' is no schedule"));
}

TEST(Tuning, CandidatesEnd) {
  size_t count = cpu::scheduleCandidates(question(true)).size();
  EXPECT_FALSE(Tuning().isExhausted(question(true)));
  EXPECT_FALSE(Tuning::ofCandidate(count).isExhausted(question(true)));
  EXPECT_TRUE(Tuning::ofCandidate(count + 1).isExhausted(question(true)));
}

/// Every schedule computes the same: of a row of pixels, and of an image with borders.
TEST(Tuning, EveryCandidateGivesTheSame) {
  const std::string kImage = R"(
func.func @main(%x: tensor<1x7x9x5xf32>) -> tensor<1x7x9x20xf32> {
  %w = graph.constant dense<0.375> : tensor<20x3x3x5xf32> : tensor<20x3x3x5xf32>
  %b = graph.constant dense<0.5> : tensor<20xf32> : tensor<20xf32>
  %0 = graph.conv_2d %x, %w, %b pad_low [1, 1] pad_high [1, 1] : (tensor<1x7x9x5xf32>, tensor<20x3x3x5xf32>, tensor<20xf32>) -> tensor<1x7x9x20xf32>
  return %0 : tensor<1x7x9x20xf32>
})";
  const std::string kRow = R"(
func.func @main(%x: tensor<1x7x9x5xf32>) -> tensor<1x7x9x20xf32> {
  %w = graph.constant dense<0.375> : tensor<20x1x1x5xf32> : tensor<20x1x1x5xf32>
  %b = graph.constant dense<0.5> : tensor<20xf32> : tensor<20xf32>
  %0 = graph.conv_2d %x, %w, %b : (tensor<1x7x9x5xf32>, tensor<20x1x1x5xf32>, tensor<20xf32>) -> tensor<1x7x9x20xf32>
  return %0 : tensor<1x7x9x20xf32>
})";
  for (const std::string &text : {kImage, kRow})
    for (int candidate = 1; candidate <= 18; ++candidate) {
      SCOPED_TRACE(candidate);
      CompileOptions options{.isas = {"avx2"}};
      options.settings["candidate"] = std::to_string(candidate);
      expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(), options);
    }
}

class TuningLogFile : public ::testing::Test {
protected:
  std::string path = testing::TempDir() + "tuning_log.json";
  void TearDown() override { std::filesystem::remove(path); }

  std::string refusal(const std::string &text) {
    EXPECT_TRUE(writeFileAtomically(path, text).ok());
    Result<TuningLog> log = TuningLog::read(path);
    return log.ok() ? "none" : log.error().message;
  }
};

TEST_F(TuningLogFile, IsReadAsItWasWritten) {
  TuningLog log;
  log.entries[{"a \"machine\"", "op"}] = {"4x3 row-units", 1.5, 2.25};
  ASSERT_TRUE(log.write(path).ok());
  Result<TuningLog> read = TuningLog::read(path);
  ASSERT_TRUE(read.ok()) << read.error().text();
  ASSERT_EQ(read->entries.size(), 1u);
  const auto &[key, entry] = *read->entries.begin();
  EXPECT_EQ(key, std::pair(std::string("a \"machine\""), std::string("op")));
  EXPECT_EQ(entry.schedule, "4x3 row-units");
  EXPECT_EQ(entry.us, 1.5);
  EXPECT_EQ(entry.modelUs, 2.25);
}

TEST_F(TuningLogFile, SaysWhatIsWrongWithIt) {
  EXPECT_THAT(refusal("{"), HasSubstr("no tuning log: "));
  EXPECT_THAT(refusal("[]"), HasSubstr("'format' is not 'tandem-tuning'"));
  EXPECT_THAT(refusal(R"({"format": "tandem-tuning"})"), HasSubstr("'version' is no number"));
  EXPECT_THAT(refusal(R"({"format": "tandem-tuning", "version": 2})"),
              HasSubstr("version 2, this build reads 1"));
  EXPECT_THAT(refusal(R"({"format": "tandem-tuning", "version": 1})"),
              HasSubstr("'schedules' is no list"));
  EXPECT_THAT(refusal(R"({"format": "tandem-tuning", "version": 1, "schedules": [1]})"),
              HasSubstr("schedule 0 is no object"));
  EXPECT_THAT(refusal(R"({"format": "tandem-tuning", "version": 1,
                          "schedules": [{"machine": "m", "operation": 1}]})"),
              HasSubstr("schedule 0 lacks one of"));
  EXPECT_EQ(refusal(R"({"format": "tandem-tuning", "version": 1, "schedules": []})"), "none");
}

} // namespace
} // namespace tandem::test
