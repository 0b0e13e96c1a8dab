// Casts one behind another, in one loop: each rounds, saturates or wraps as where its result is
// stored, to the last bit.

#include "backends/cpu/run/processor.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"
#include "base/bfloat.h"
#include "base/element_type.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

namespace tandem::test {
namespace {

const std::vector<std::string> kTypes = {"f32", "f16", "bf16", "i8", "ui8",
                                         "i16", "i32", "i64",  "i1"};

template <typename T> Bytes bytesOf(const std::vector<T> &values) {
  Bytes bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// Around each power of two, where it is halfway between two numbers of 8, 11 or 24 bits: a bit
/// less and more than that, too.
std::vector<int64_t> integers() {
  std::vector<int64_t> values = {0, 65504, 65519, 65520, 65535, INT64_MAX};
  for (int power = 0; power < 63; ++power)
    for (int bits : {8, 11, 24})
      for (int64_t odd : {0, 1, 3}) // halves to even: down, and up
        for (int64_t beside : {-1, 0, 1})
          values.push_back((int64_t(1) << power) + odd * ((int64_t(1) << power) >> bits) + beside);
  for (size_t i = 0, count = values.size(); i < count; ++i)
    values.push_back(-values[i]);
  return values;
}

std::vector<float> reals() {
  std::vector<float> values = {-0.0f, std::numeric_limits<float>::infinity(),
                               -std::numeric_limits<float>::infinity(),
                               std::numeric_limits<float>::quiet_NaN()};
  for (int64_t value : integers())
    for (float scale : {1.0f, 0x1p-16f, 0x1p-40f, 0x1p-80f})
      values.push_back(static_cast<float>(value) * scale);
  return values;
}

/// So many numbers of a type that may be anything it has.
Bytes inputOf(const std::string &type) {
  auto narrow = [&]<typename T>(const auto &values, auto convert) {
    std::vector<T> converted;
    for (auto value : values)
      converted.push_back(convert(value));
    return bytesOf(converted);
  };
  auto to = [&]<typename T>(T) {
    return narrow.template operator()<T>(integers(),
                                         [](int64_t value) { return static_cast<T>(value); });
  };
  if (type == "f32")
    return bytesOf(reals());
  if (type == "f16")
    return narrow.template operator()<uint16_t>(reals(), floatToHalf);
  if (type == "bf16")
    return narrow.template operator()<uint16_t>(reals(), floatToBfloat);
  if (type == "i1")
    return narrow.template operator()<uint8_t>(integers(), [](int64_t value) { return value & 1; });
  return type == "i64"   ? to(int64_t())
         : type == "i32" ? to(int32_t())
         : type == "i16" ? to(int16_t())
         : type == "ui8" ? to(uint8_t())
                         : to(int8_t());
}

size_t countOf(const std::string &type) {
  return type.find('f') == std::string::npos ? integers().size() : reals().size();
}

std::string chainOf(const std::vector<std::string> &types) {
  auto tensor = [&](size_t i) {
    return "tensor<" + std::to_string(countOf(types[0])) + "x" + types[i] + ">";
  };
  std::string text =
      "func.func @main(%0: " + tensor(0) + ") -> " + tensor(types.size() - 1) + " {\n";
  for (size_t i = 1; i < types.size(); ++i)
    text += "  %" + std::to_string(i) + " = graph.cast %" + std::to_string(i - 1) + " : (" +
            tensor(i - 1) + ") -> " + tensor(i) + "\n";
  size_t last = types.size() - 1;
  return text + "  return %" + std::to_string(last) + " : " + tensor(last) + "\n}\n";
}

std::vector<const char *> isasHere() {
  std::vector<const char *> isas = {"avx2", "avx2-wide"};
  if (cpu::processorHas("avx512vnni"))
    isas.push_back("avx512");
  return isas;
}

bool isNan(const std::string &type, const std::byte *at) {
  auto read = [&](auto value) {
    std::memcpy(&value, at, sizeof value);
    return value;
  };
  if (type == "f32")
    return std::isnan(read(float()));
  if (type == "f16")
    return std::isnan(halfToFloat(read(uint16_t())));
  return type == "bf16" && std::isnan(bfloatToFloat(read(uint16_t())));
}

/// The same bits, but for a NaN's.
bool isSame(const std::string &type, const std::byte *a, const std::byte *b, size_t size) {
  return std::memcmp(a, b, size) == 0 || (isNan(type, a) && isNan(type, b));
}

void expectReference(const std::vector<std::string> &types) {
  std::string text = chainOf(types);
  SCOPED_TRACE(text);
  Bytes input = inputOf(types[0]);
  Bytes expected = OneRegion(referenceBackend(), referenceDevice(), text).run({input})[0];
  size_t count = countOf(types[0]), size = expected.size() / count;
  for (const char *isa : isasHere()) {
    SCOPED_TRACE(isa);
    OneRegion region(cpuBackend(), cpuDevice(), text, {{isa}});
    ASSERT_TRUE(region.ready()) << region.refusal();
    EXPECT_EQ(region.steps(), 1u);
    Bytes actual = region.run({input})[0];
    for (size_t i = 0; i < count; ++i)
      ASSERT_TRUE(isSame(types.back(), &actual[i * size], &expected[i * size], size))
          << "element " << i;
  }
}

class CpuCasts : public ::testing::TestWithParam<std::string> {};

/// From each type through this one to each.
TEST_P(CpuCasts, RoundInAChainAsWhereTheyAreStored) {
  for (const std::string &from : kTypes)
    for (const std::string &to : kTypes)
      if (from != GetParam() && to != GetParam())
        expectReference({from, GetParam(), to});
}
INSTANTIATE_TEST_SUITE_P(Through, CpuCasts, ::testing::ValuesIn(kTypes),
                         [](const auto &info) { return info.param; });

} // namespace
} // namespace tandem::test
