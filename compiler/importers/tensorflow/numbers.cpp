#include "compiler/importers/tensorflow/numbers.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace tandem::tensorflow {

bool Numbers::isComputable(Type type) {
  return type.isF32() || type.isInteger(32) || type.isInteger(64) || type.isInteger(1);
}

Numbers Numbers::zeros(Type type, ArrayRef<int64_t> shape) {
  Numbers numbers{type, SmallVector<int64_t>(shape), {}, {}};
  size_t count = static_cast<size_t>(elementCount(shape).value_or(0));
  if (numbers.isReal())
    numbers.reals.resize(count);
  else
    numbers.integers.resize(count);
  return numbers;
}

Numbers Numbers::vectorOf(Type type, ArrayRef<int64_t> integers) {
  Numbers numbers{type, {static_cast<int64_t>(integers.size())}, {}, {}};
  if (numbers.isReal())
    numbers.reals.assign(integers.begin(), integers.end());
  else
    numbers.integers.assign(integers.begin(), integers.end());
  return numbers;
}

Numbers Numbers::scalarOf(Type type, int64_t integer) {
  Numbers numbers = vectorOf(type, integer);
  numbers.shape.clear();
  return numbers;
}

std::optional<Numbers> numbersOf(Value value) {
  auto type = graph::tensorType(value);
  if (!Numbers::isComputable(type.getElementType()) || type.getNumElements() > Numbers::kMost)
    return std::nullopt;
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(value);
  if (!bytes)
    return std::nullopt;
  Numbers numbers{type.getElementType(), SmallVector<int64_t>(type.getShape()), {}, {}};
  auto assign = [&](auto elements) { numbers.integers.assign(elements.begin(), elements.end()); };
  if (numbers.isReal())
    numbers.reals = bytes->as<float>().vec();
  else if (numbers.type.isInteger(32))
    assign(bytes->as<int32_t>());
  else if (numbers.type.isInteger(64))
    assign(bytes->as<int64_t>());
  else
    assign(bytes->as<uint8_t>());
  return numbers;
}

template <typename T> static std::vector<T> converted(const std::vector<int64_t> &integers) {
  std::vector<T> result;
  result.reserve(integers.size());
  for (int64_t integer : integers)
    result.push_back(static_cast<T>(integer));
  return result;
}

Value constantFrom(NodeBuilder &build, const Numbers &numbers) {
  auto type = RankedTensorType::get(numbers.shape, numbers.type);
  auto create = [&](const auto &elements) {
    return graph::createConstant(build.builder(), build.location(), type, ArrayRef(elements));
  };
  if (numbers.isReal())
    return create(numbers.reals);
  if (numbers.type.isInteger(32))
    return create(converted<int32_t>(numbers.integers));
  if (numbers.type.isInteger(64))
    return create(numbers.integers);
  return create(converted<uint8_t>(numbers.integers));
}

std::vector<size_t> broadcastPlaces(ArrayRef<int64_t> operand, ArrayRef<int64_t> result) {
  size_t rank = result.size(), missing = rank - operand.size();
  SmallVector<int64_t> steps(rank, 0), index(rank, 0);
  int64_t step = 1;
  for (size_t d = operand.size(); d-- > 0; step *= operand[d])
    if (operand[d] != 1)
      steps[missing + d] = step;
  std::vector<size_t> places(static_cast<size_t>(elementCount(result).value_or(0)));
  int64_t at = 0;
  for (size_t &place : places) {
    place = static_cast<size_t>(at);
    for (size_t d = rank; d-- > 0;) {
      at += steps[d];
      if (++index[d] < result[d])
        break;
      at -= steps[d] * index[d];
      index[d] = 0;
    }
  }
  return places;
}

std::optional<SmallVector<int64_t>> broadcastShape(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  SmallVector<int64_t> result;
  if (!OpTrait::util::getBroadcastedShape(a, b, result))
    return std::nullopt;
  std::optional<int64_t> count = elementCount(result);
  return count && *count <= Numbers::kMost ? std::optional(result) : std::nullopt;
}

} // namespace tandem::tensorflow
