#pragma once

#include "backends/cpu/test/random_case.h"
#include "backends/cpu/test/random_choice.h"
#include "tests/conformance/text.h"

#include <vector>

namespace tandem::test {

/// Where an op's operands come from and its result goes: ops have other code where tensors have
/// their rows apart, or are stored in 16 bits.
enum class Around {
  kNothing,  ///< arguments and result of the model
  kSlices,   ///< parts of rows: of larger arguments, and of a concat
  kProducts, ///< of f32
};

/// One op of random shapes, attributes and types: what a row of the table of ops writes.
class RandomModule : public RandomChoice {
public:
  RandomModule(uint32_t seed, Around around) : RandomChoice(seed), seed_(seed), around_(around) {}

  ModuleText text;

  /// One of them; between products f32, if that is one.
  std::string type(std::initializer_list<const char *> types);
  /// Of another scale and zero point each time where they are codes.
  Element element(const std::string &type);
  /// Of the one in turn: with as many seeds each comes once.
  template <typename T> T inTurn(const std::vector<T> &values) const {
    return values[seed_ % values.size()];
  }
  /// So many dimensions at least and at most, and not many elements.
  Shape shape(int64_t lowestRank, int64_t highestRank, int64_t mostElements = 2000);
  int64_t channels() { return any<int64_t>({1, 3, 4, 8, 13, 16, 20, 24, 33, 40, 64}); }
  Shape image(int64_t largest = 12);
  int64_t axisOf(const Shape &shape) { return number(0, static_cast<int64_t>(shape.size()) - 1); }

  /// Between products none that would leave of large sums small results, with the rounding of the
  /// large ones.
  std::string activation() {
    return around_ == Around::kProducts ? any({"", " activation relu"})
                                        : RandomChoice::activation();
  }
  bool isBetweenProducts() const { return around_ == Around::kProducts; }

  std::string operand(const Shape &shape, const Element &element);
  /// Of numbers from 0.13 to 8.
  std::string positive(const Shape &shape);
  std::string finish(const std::string &result, const Shape &shape, const Element &element);
  /// Of one op.
  std::string finish(const std::string &op, const std::vector<std::string> &operands,
                     const std::string &attributes, const Shape &shape, const Element &element) {
    return finish(text.apply(op, operands, attributes, tensorText(shape, element)), shape, element);
  }

private:
  std::string product(const std::string &input, const Shape &shape, int64_t channels);

  uint32_t seed_;
  Around around_;
};

/// "[1, 2, 3]"
std::string listText(const std::vector<int64_t> &values);

struct RandomOp {
  const char *name;
  std::string (*text)(RandomModule &module);
  uint32_t seeds = 8;
  bool isIn16Bits = false; ///< may be between values that are stored so
  double tolerance = 1e-5; ///< of reals, as a part of the largest
};

// One file each.
void addRandomProducts(std::vector<RandomOp> &ops);
void addRandomWindows(std::vector<RandomOp> &ops);
void addRandomRows(std::vector<RandomOp> &ops);
void addRandomElementwise(std::vector<RandomOp> &ops);
void addRandomMoves(std::vector<RandomOp> &ops);

} // namespace tandem::test
