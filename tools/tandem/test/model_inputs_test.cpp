#include "tools/tandem/model_inputs.h"

#include "base/bfloat.h"

#include <gmock/gmock.h>

#include <array>
#include <cstring>

namespace tandem {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Lt;

/// What goes into an input of so many elements, as those of T.
template <typename T>
std::vector<T> filled(const InputValue &value, ElementType type, size_t count,
                      std::string_view name = "x", Quantization quantization = {}) {
  std::vector<T> data(count, T(7));
  TensorView tensor;
  tensor.name = name;
  tensor.type = type;
  tensor.shape = {static_cast<int64_t>(count)};
  tensor.data = reinterpret_cast<std::byte *>(data.data());
  tensor.bytes = count * sizeof(T);
  tensor.quantization = std::move(quantization);
  EXPECT_TRUE(fillInput({&tensor, value}).ok());
  return data;
}

InputValue randomOf(uint64_t seed) {
  return {.kind = InputValue::Kind::kRandom, .seed = seed};
}

TEST(ModelInputs, ZerosAreTheRealNumberAlsoAsCodes) {
  const InputValue zeros{.kind = InputValue::Kind::kZeros};
  EXPECT_THAT(filled<float>(zeros, ElementType::kF32, 3), Each(0.0f));
  EXPECT_THAT(filled<int64_t>(zeros, ElementType::kI64, 3), Each(0));
  EXPECT_THAT(filled<uint8_t>(zeros, ElementType::kU8, 3), Each(0));
  const Quantization quantization{.scales = {0.5f}, .zeroPoints = {-4}};
  EXPECT_THAT(filled<int8_t>(zeros, ElementType::kI8, 3, "x", quantization), Each(-4));
}

/// Whoever compares two machines by them compares the same.
TEST(ModelInputs, RandomValuesAreTheSameEverywhere) {
  std::vector<float> values = filled<float>(randomOf(7), ElementType::kF32, 1000);
  EXPECT_EQ(values, filled<float>(randomOf(7), ElementType::kF32, 1000));
  EXPECT_THAT(values, Each(AllOf(Ge(-1.0f), Lt(1.0f))));
  EXPECT_NE(values, filled<float>(randomOf(8), ElementType::kF32, 1000));
  EXPECT_NE(values, filled<float>(randomOf(7 + (uint64_t{1} << 40)), ElementType::kF32, 1000));
  EXPECT_NE(values, filled<float>(randomOf(7), ElementType::kF32, 1000, "y"));
}

TEST(ModelInputs, RandomValuesAreSuchAsTheirTypeTakes) {
  for (int64_t index : filled<int64_t>(randomOf(1), ElementType::kI64, 100))
    EXPECT_THAT(index, AllOf(Ge(0), Lt(2)));
  for (uint8_t truth : filled<uint8_t>(randomOf(1), ElementType::kBool, 100))
    EXPECT_LT(truth, 2);
  for (uint16_t bits : filled<uint16_t>(randomOf(1), ElementType::kF16, 100))
    EXPECT_THAT(halfToFloat(bits), AllOf(Ge(-1.0f), ::testing::Le(1.0f)));
  for (uint16_t bits : filled<uint16_t>(randomOf(1), ElementType::kBF16, 100))
    EXPECT_THAT(bfloatToFloat(bits), AllOf(Ge(-1.0f), ::testing::Le(1.0f)));
  std::array<bool, 256> seen = {};
  for (uint8_t code : filled<uint8_t>(randomOf(1), ElementType::kU8, 10'000))
    seen[code] = true;
  EXPECT_THAT(seen, Each(true));
}

} // namespace
} // namespace tandem
