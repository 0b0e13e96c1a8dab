#include "backends/cpu/test/precision.h"

#include "backends/cpu/artifact_generated.h"
#include "backends/cpu/test/backends.h"
#include "base/element_type.h"
#include "compiler/codegen/isa.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <sstream>

namespace tandem::test {
namespace {

float ofHex(const std::string &digits) {
  return std::bit_cast<float>(
      __builtin_bswap32(static_cast<uint32_t>(std::stoul(digits, nullptr, 16))));
}
std::string hexOf(float real) {
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08X", __builtin_bswap32(std::bit_cast<uint32_t>(real)));
  return digits;
}

float magnitude(float real) {
  return std::abs(real);
}
/// The module without its activation.
std::string linear(std::string text) {
  constexpr std::string_view kActivation = "activation ";
  size_t at = text.find(kActivation) + kActivation.size();
  return text.replace(at, text.find(' ', at) - at, "none");
}

/// The channels of a constant of these dimensions ("4x3x3x2"): its first ones, or the last where
/// there is but one of those, or all elements.
class Channels {
public:
  Channels(const CodeForm &form, const std::string &dimensions) : form_(form) {
    std::vector<size_t> sizes;
    std::istringstream text(dimensions);
    for (std::string size; std::getline(text, size, 'x');)
      sizes.push_back(std::stoul(size));
    if (!form.perChannel)
      return;
    axis_ = sizes.front() > 1 ? 0 : sizes.size() - 1;
    count_ = sizes[axis_];
    for (size_t d = axis_ + 1; d < sizes.size(); ++d)
      inner_ *= sizes[d];
  }

  std::string codeOf(size_t index, float real) const {
    size_t channel = index / inner_ % count_;
    int code = static_cast<int>(real / scaleOf(channel)) + zeroPointOf(channel);
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02X", static_cast<unsigned>(code) & 0xff);
    return digits;
  }

  std::string type() const {
    std::string scales;
    for (size_t channel = 0; channel < count_; ++channel)
      scales += (channel ? "," : "") + std::to_string(scaleOf(channel)) + ":" +
                std::to_string(zeroPointOf(channel));
    std::string of = std::string("!quant.uniform<") + form_.storage + ":f32";
    return form_.perChannel ? of + ":" + std::to_string(axis_) + ", {" + scales + "}>"
                            : of + ", " + scales + ">";
  }

private:
  static float scaleOf(size_t channel) { return channel % 2 ? 0.25f : 1.0f; }
  int zeroPointOf(size_t channel) const { return form_.zeroPoint + static_cast<int>(channel % 3); }

  CodeForm form_;
  size_t axis_ = 0, count_ = 1, inner_ = 1;
};

} // namespace

std::string withRounded(std::string text, float (*round)(float)) {
  constexpr std::string_view kBegin = "dense<\"0x";
  for (size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at))
    for (at += kBegin.size(); text[at] != '"'; at += 8)
      text.replace(at, 8, hexOf(round(ofHex(text.substr(at, 8)))));
  return text;
}

std::string storedAsHalves(const std::string &text) {
  constexpr std::string_view kBegin = "dense<\"0x", kType = "xf32>";
  std::string result;
  size_t done = 0;
  for (size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, done)) {
    at += kBegin.size();
    result += text.substr(done, at - done);
    for (; text[at] != '"'; at += 8) {
      char digits[5];
      uint16_t half = floatToHalf(ofHex(text.substr(at, 8)));
      std::snprintf(digits, sizeof digits, "%04X", __builtin_bswap16(half));
      result += digits;
    }
    done = text.find(kType, at);
    result += text.substr(at, done - at) + "xf16>";
    done += kType.size();
  }
  return result + text.substr(done);
}

std::string storedAsCodes(const std::string &text, const CodeForm &form) {
  constexpr std::string_view kBegin = "dense<\"0x", kTensor = "tensor<", kType = "xf32>";
  std::string result, resources;
  size_t done = 0, count = 0;
  for (size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, done)) {
    std::string name = "codes" + std::to_string(count++);
    result += text.substr(done, at - done) + "dense_resource<" + name + ">";
    size_t first = at + kBegin.size(), last = text.find('"', first);
    size_t type = text.find(kTensor, last) + kTensor.size();
    done = text.find(kType, type);
    Channels channels(form, text.substr(type, done - type));
    resources += (resources.empty() ? "" : ", ") + name + ": \"0x01000000";
    for (size_t i = 0; first + 8 * i < last; ++i)
      resources += channels.codeOf(i, ofHex(text.substr(first + 8 * i, 8)));
    resources += '"';
    result += " : " + text.substr(type - kTensor.size(), done + 1 - type + kTensor.size()) +
              channels.type() + ">";
    done += kType.size();
  }
  return result + text.substr(done) + "\n{-# dialect_resources: { builtin: { " + resources +
         " } } #-}\n";
}

std::vector<Bytes> roundedInputs(std::vector<Bytes> inputs, float (*round)(float)) {
  for (Bytes &bytes : inputs) {
    std::vector<float> reals = as<float>(bytes);
    for (float &real : reals)
      real = round(real);
    std::memcpy(bytes.data(), reals.data(), bytes.size());
  }
  return inputs;
}

float roundedToF16(float real) {
  return halfToFloat(floatToHalf(real));
}

std::vector<std::string> variantsFor(const char *architecture, const char *precision) {
  CompileOptions options;
  for (const codegen::Isa *isa : codegen::isasOf(*codegen::findArchitecture(architecture)))
    options.isas.push_back(isa->name.str());
  options.settings = {{"precision", precision}};
  OneRegion region(cpuBackend(), cpuDevice(), productsAround("nothing"), options);
  EXPECT_TRUE(region.supported()) << region.refusal();
  std::vector<std::string> names;
  for (const cpu::Variant *variant : *cpu::GetArtifact(region.artifact().data())->variants())
    names.push_back(variant->isa()->str());
  return names;
}

std::vector<CodeRunner> allRunners() {
  return runnersNamed({"avx2", "avx2-wide", "avx512", "avx512bf16", "neon", "fp16", "bf16"});
}

std::vector<std::vector<float>> realsOf(const std::string &text, const CodeRunner &runner,
                                        const char *precision, const std::vector<Bytes> &inputs) {
  std::vector<std::vector<float>> reals;
  for (const std::vector<Bytes> &results : resultsOf(text, runner, precision, inputs))
    reals.push_back(results.empty() ? std::vector<float>() : as<float>(results[0]));
  return reals;
}

Bounded::Bounded(const std::string &text, const std::vector<Bytes> &inputs) {
  OneRegion reference(referenceBackend(), referenceDevice(), text);
  OneRegion bounds(referenceBackend(), referenceDevice(), linear(withRounded(text, magnitude)));
  expected = as<float>(reference.run(inputs)[0]);
  largest = as<float>(bounds.run(roundedInputs(inputs, magnitude))[0]);
}

void expectWithin(const std::string &text, const char *precision, const std::vector<Bytes> &inputs,
                  double part) {
  SCOPED_TRACE(text.substr(0, 2000));
  Bounded bounded(text, inputs);
  for (const CodeRunner &runner : allRunners()) {
    SCOPED_TRACE(runner.isa);
    for (const std::vector<float> &actual : realsOf(text, runner, precision, inputs)) {
      ASSERT_EQ(actual.size(), bounded.expected.size());
      for (size_t i = 0; i < actual.size(); ++i)
        ASSERT_LE(std::abs(actual[i] - bounded.expected[i]), part * bounded.largest[i]) << i;
    }
  }
}

void expectNearReference(const std::string &text, const char *precision, double relativeToLargest) {
  expectAsReference(text, allRunners(), relativeToLargest, precision);
}

} // namespace tandem::test
