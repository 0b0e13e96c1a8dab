#include "devices/cost.h"

#include <gtest/gtest.h>

namespace tandem {
namespace {

Processor simple() {
  Processor processor;
  processor.peakMacsPerUs = {{ElementType::kF32, 100}, {ElementType::kI8, 400}};
  processor.efficiency[static_cast<size_t>(WorkKind::kConvolution)] = 0.5;
  processor.efficiency[static_cast<size_t>(WorkKind::kElementwise)] = 10;
  processor.bytesPerUs = 20;
  processor.opUs = 1;
  return processor;
}

TEST(Cost, ProductsTakeTheirPartOfThePeak) {
  Work work = {.kind = WorkKind::kConvolution, .macs = 5000, .elements = 10, .bytes = 40};
  EXPECT_DOUBLE_EQ(predictedUs(work, simple()), 1 + 5000 / 50.0);
  work.type = ElementType::kI8;
  EXPECT_DOUBLE_EQ(predictedUs(work, simple()), 1 + 5000 / 200.0);
}

TEST(Cost, ATypeThatTheProfileDoesNotNameRunsAtItsSlowestRate) {
  Work work = {.kind = WorkKind::kConvolution, .type = ElementType::kI64, .macs = 5000};
  EXPECT_DOUBLE_EQ(predictedUs(work, simple()), 1 + 5000 / 50.0);
}

TEST(Cost, MemoryBoundsWhatHasLittleArithmetic) {
  Work work = {.kind = WorkKind::kElementwise, .elements = 100, .bytes = 800};
  EXPECT_DOUBLE_EQ(predictedUs(work, simple()), 1 + 800 / 20.0);
}

TEST(Cost, ReshapesAreFree) {
  Work work = {.kind = WorkKind::kFree, .elements = 1000, .bytes = 8000};
  EXPECT_EQ(predictedUs(work, simple()), 0);
}

TEST(Cost, ATransferHasAStartAndARate) {
  Processor processor = simple();
  EXPECT_EQ(transferUs(1000, processor), 0) << "it shares the CPU's memory";
  processor.transferUs = 7;
  processor.transferBytesPerUs = 10;
  EXPECT_DOUBLE_EQ(transferUs(1000, processor), 107);
}

} // namespace
} // namespace tandem
