#pragma once

// What tests of `precision` have in common: models whose numbers are rounded, and bounds for what
// comes of that.

#include "backends/cpu/test/runners.h"

namespace tandem::test {

/// The module, of f32 only, with every constant rounded to what `round` gives.
std::string withRounded(std::string text, float (*round)(float));
/// The module with its constants stored as f16, which has to hold them, under their type f32.
std::string storedAsHalves(const std::string &text);
/// How codes are stored: in i8 or u8, with one scale or one per channel.
struct CodeForm {
  const char *storage;
  int zeroPoint;
  bool perChannel;
};
/// The same with constants of small integers stored as codes, which stand for f32.
std::string storedAsCodes(const std::string &text, const CodeForm &form);
std::vector<Bytes> roundedInputs(std::vector<Bytes> inputs, float (*round)(float));

/// To the nearest number that f16 holds.
float roundedToF16(float real);

/// What f32 rounds when thousands of products are added in another order, as a part of what the
/// magnitudes of the products add up to.
constexpr double kOfSums = 1e-6;

/// The instruction sets that an artifact has code for, of all that an architecture has.
std::vector<std::string> variantsFor(const char *architecture, const char *precision);

/// Those whose code differs with the precision.
std::vector<CodeRunner> allRunners();

/// The first result of resultsOf(), of f32.
std::vector<std::vector<float>> realsOf(const std::string &text, const CodeRunner &runner,
                                        const char *precision, const std::vector<Bytes> &inputs);

/// Of a module: what it gives in f32, and what the magnitudes of its products add up to without its
/// activation.
struct Bounded {
  std::vector<float> expected, largest;
  Bounded(const std::string &text, const std::vector<Bytes> &inputs);
};

/// Expects each sum to be off by no more than a part of what the magnitudes of its products add up
/// to: activations only come closer.
void expectWithin(const std::string &text, const char *precision, const std::vector<Bytes> &inputs,
                  double part);

/// Expects all results of a module of several ops to be near the reference's, as a part of the
/// largest of them.
void expectNearReference(const std::string &text, const char *precision, double relativeToLargest);

/// A product, an op on what it gives, another product and a mean: values between are stored in 16
/// bits.
std::string productsAround(const std::string &op);
inline constexpr const char *kOpsBetween[] = {
    "nothing", "depthwise", "add",     "unfused_add", "max_pool", "average_pool",
    "concat",  "swish",     "gate",    "pad",         "odd",      "padded_add",
    "reshape", "few",       "grouped", "transposed",  "winograd", "grouped_by_three"};

} // namespace tandem::test
