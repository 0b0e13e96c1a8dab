#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

namespace {
/// "abc,cd->abd": one letter for each dimension.
struct Equation {
  StringRef left, right, result;
};

/// A letter stands in both operands and the result (batch), in both operands only (it is summed
/// over), or in one operand and the result.
struct Roles {
  std::string batch, summed, rows, columns;
};

bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isPlain(StringRef letters) {
  for (auto [index, letter] : llvm::enumerate(letters))
    if (!isLetter(letter) || letters.drop_front(index + 1).contains(letter))
      return false;
  return true;
}

std::optional<Equation> parse(StringRef text) {
  Equation equation;
  StringRef operands;
  std::tie(operands, equation.result) = text.split("->");
  std::tie(equation.left, equation.right) = operands.split(',');
  bool isComplete = text.contains("->") && operands.contains(',') && isPlain(equation.left) &&
                    isPlain(equation.right) && isPlain(equation.result);
  return isComplete ? std::optional(equation) : std::nullopt;
}

/// Nothing where a letter of one operand alone is summed over, or the result has one of its own.
std::optional<Roles> rolesOf(const Equation &equation) {
  Roles roles;
  for (char letter : equation.left) {
    bool isRight = equation.right.contains(letter), isKept = equation.result.contains(letter);
    if (!isRight && !isKept)
      return std::nullopt;
    (isRight && isKept ? roles.batch : isRight ? roles.summed : roles.rows) += letter;
  }
  for (char letter : equation.right) {
    if (equation.left.contains(letter))
      continue;
    if (!equation.result.contains(letter))
      return std::nullopt;
    roles.columns += letter;
  }
  size_t kept = roles.batch.size() + roles.rows.size() + roles.columns.size();
  return kept == equation.result.size() ? std::optional(roles) : std::nullopt;
}

/// Where each letter of `wanted` is in `letters`.
SmallVector<int64_t> placesOf(const std::string &wanted, StringRef letters) {
  SmallVector<int64_t> places;
  for (char letter : wanted)
    places.push_back(static_cast<int64_t>(letters.find(letter)));
  return places;
}

/// The sizes of some letters, which stand for the dimensions of `shape`.
SmallVector<int64_t> sizesOf(const std::string &wanted, StringRef letters,
                             ArrayRef<int64_t> shape) {
  SmallVector<int64_t> sizes;
  for (int64_t place : placesOf(wanted, letters))
    sizes.push_back(shape[place]);
  return sizes;
}
} // namespace

/// Einsum of two operands, as one batch of matrix products between reshapes: how attention layers
/// write theirs.
static MaybeValue importEinsum(TfNode &node) {
  std::string text = node.string("equation", "").str();
  FailureOr<Values> operands = node.inputs(0, node.inputCount());
  if (node.failed() || failed(operands))
    return failure();
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  std::optional<Equation> equation = parse(text);
  std::optional<Roles> roles = equation ? rolesOf(*equation) : std::nullopt;
  if (!roles || operands->size() != 2)
    return node.unsupported("'equation' '" + text +
                            "', only products of two tensors with a letter "
                            "for each dimension are");
  ArrayRef<int64_t> left = shapeOf((*operands)[0]), right = shapeOf((*operands)[1]);
  if (left.size() != equation->left.size() || right.size() != equation->right.size())
    return node.invalid("'" + text + "' of shapes " + shapeText(left) + " and " + shapeText(right));
  SmallVector<int64_t> batch = sizesOf(roles->batch, equation->left, left),
                       rows = sizesOf(roles->rows, equation->left, left),
                       summed = sizesOf(roles->summed, equation->left, left),
                       columns = sizesOf(roles->columns, equation->right, right);
  int64_t b = *elementCount(batch), m = *elementCount(rows), k = *elementCount(summed),
          n = *elementCount(columns);
  MaybeValue lhs = node.reshape(
      node.transpose((*operands)[0],
                     placesOf(roles->batch + roles->rows + roles->summed, equation->left)),
      {b, m, k});
  MaybeValue rhs = node.reshape(
      node.transpose((*operands)[1],
                     placesOf(roles->batch + roles->summed + roles->columns, equation->right)),
      {b, k, n});
  MaybeValue product;
  if (batch.empty() && !failed(lhs) && !failed(rhs)) { // weights: one matrix for all rows
    MaybeValue filter = node.transpose(node.reshape(rhs, {k, n}), {1, 0});
    product = node.create<graph::FullyConnectedOp>(node.reshape(lhs, {m, k}), filter, Value(),
                                                   graph::Activation::None);
  } else {
    product = node.create<graph::BatchMatmulOp>(lhs, rhs, /*transposeLhs=*/false,
                                                /*transposeRhs=*/false);
  }
  SmallVector<int64_t> shape(batch);
  shape.append(rows);
  shape.append(columns);
  return node.transpose(
      node.reshape(product, shape),
      placesOf(equation->result.str(), roles->batch + roles->rows + roles->columns));
}

void registerEinsum(OpTable &table) {
  table.add("Einsum", importEinsum);
}

} // namespace tandem::tensorflow
