#include "compiler/importers/common/einsum.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"

#include "compiler/graph/graph.h"

using namespace mlir;

namespace tandem {
namespace {

/// Dimensions of an ellipsis get letters that no equation has.
constexpr char kFirstOfEllipsis = '0';
constexpr size_t kMostOfEllipsis = 10;

bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool has(StringRef letters, char letter) {
  return letters.contains(letter);
}

/// A tensor whose dimensions have letters.
struct Term {
  std::string letters;
  MaybeValue value = failure();

  int64_t size(char letter) const { return shapeOf(*value)[letters.find(letter)]; }
};

struct Equation {
  SmallVector<Term> terms;
  std::string result;
};

/// The letters of an operand or the result. `dimensions`: how many an ellipsis there stands for.
std::optional<std::string> spell(StringRef text, size_t dimensions) {
  std::string letters;
  for (; !text.empty(); text = text.drop_front()) {
    if (text.consume_front("...")) {
      for (size_t i = 0; i < dimensions; ++i)
        letters += static_cast<char>(kFirstOfEllipsis + (kMostOfEllipsis - dimensions) + i);
      if (text.empty())
        break;
    }
    if (!isLetter(text.front()))
      return std::nullopt;
    letters += text.front();
  }
  return letters;
}

/// Without '->' the result has the ellipsis, then the letters that stand once, by their order.
std::string impliedResult(ArrayRef<Term> terms) {
  std::string all, result;
  for (const Term &term : terms)
    all += term.letters;
  llvm::sort(all);
  for (char letter : all) {
    bool isEllipsis = !isLetter(letter);
    if (isEllipsis ? !has(result, letter) : llvm::count(all, letter) == 1)
      result += letter;
  }
  return result;
}

FailureOr<Equation> parse(NodeBuilder &build, StringRef text, ArrayRef<Value> operands) {
  auto wrong = [&]() -> LogicalResult {
    return build.error() << "the equation '" << text << "' makes no sense for its operands";
  };
  auto [left, right] = text.split("->");
  SmallVector<StringRef> parts;
  left.split(parts, ',');
  if (parts.size() != operands.size())
    return wrong();
  Equation equation;
  size_t widest = 0;
  for (auto [part, operand] : llvm::zip(parts, operands)) {
    size_t rank = shapeOf(operand).size(), named = llvm::count_if(part, isLetter);
    bool isOpen = part.contains("...");
    if (named > rank || (!isOpen && named != rank) || rank - named > kMostOfEllipsis)
      return wrong();
    std::optional<std::string> letters = spell(part, rank - named);
    if (!letters)
      return wrong();
    widest = std::max(widest, rank - named);
    equation.terms.push_back({*letters, operand});
  }
  if (text.contains("->")) {
    std::optional<std::string> result = spell(right, widest);
    if (!result)
      return wrong();
    equation.result = *result;
  } else {
    equation.result = impliedResult(equation.terms);
  }
  return equation;
}

/// Letters that are not needed any more summed over.
Term reduced(NodeBuilder &build, Term term, StringRef needed) {
  SmallVector<int64_t> axes;
  std::string kept;
  for (auto [index, letter] : llvm::enumerate(term.letters)) {
    if (has(needed, letter))
      kept += letter;
    else
      axes.push_back(static_cast<int64_t>(index));
  }
  if (axes.empty())
    return term;
  return {kept, build.create<graph::SumOp>(term.value, axes, /*keepDims=*/false)};
}

/// Dimensions in the order of these letters, all of which are there.
MaybeValue ordered(NodeBuilder &build, const Term &term, StringRef letters) {
  SmallVector<int64_t> permutation;
  for (char letter : letters)
    permutation.push_back(static_cast<int64_t>(term.letters.find(letter)));
  if (llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size())))
    return term.value;
  return build.transpose(term.value, permutation);
}

/// Both terms as one. Sizes of a letter may differ where one is 1.
Term product(NodeBuilder &build, Term left, Term right, StringRef needed) {
  std::string both = left.letters + needed.str(), others = right.letters + needed.str();
  left = reduced(build, left, others);
  right = reduced(build, right, both);
  if (failed(left.value) || failed(right.value))
    return {"", failure()};
  std::string batch, summed, rows, columns;
  for (char letter : left.letters)
    (!has(right.letters, letter) ? rows : has(needed, letter) ? batch : summed) += letter;
  for (char letter : right.letters)
    if (!has(left.letters, letter))
      columns += letter;
  auto sizesOf = [&](StringRef letters, const Term &first, const Term *second = nullptr) {
    SmallVector<int64_t> sizes;
    for (char letter : letters)
      sizes.push_back(second ? std::max(first.size(letter), second->size(letter))
                             : first.size(letter));
    return sizes;
  };
  SmallVector<int64_t> batchSizes = sizesOf(batch, left, &right),
                       summedSizes = sizesOf(summed, left, &right), rowSizes = sizesOf(rows, left),
                       columnSizes = sizesOf(columns, right);
  int64_t b = *elementCount(batchSizes), m = *elementCount(rowSizes),
          k = *elementCount(summedSizes), n = *elementCount(columnSizes);
  auto matrices = [&](const Term &term, const std::string &letters,
                      std::initializer_list<ArrayRef<int64_t>> sizes, ArrayRef<int64_t> shape) {
    SmallVector<int64_t> full;
    for (ArrayRef<int64_t> part : sizes)
      full.append(part.begin(), part.end());
    return build.reshape(expandTo(build, ordered(build, term, letters), full), shape);
  };
  MaybeValue lhs =
      matrices(left, batch + rows + summed, {batchSizes, rowSizes, summedSizes}, {b, m, k});
  MaybeValue result;
  if (batch.empty()) { // weights: one matrix for all rows
    result = multiplyRows(build, build.reshape(lhs, {m, k}),
                          matrices(right, columns + summed, {columnSizes, summedSizes}, {n, k}),
                          Value());
  } else {
    MaybeValue rhs = matrices(right, batch + summed + columns,
                              {batchSizes, summedSizes, columnSizes}, {b, k, n});
    result = build.create<graph::BatchMatmulOp>(lhs, rhs, /*transposeLhs=*/false,
                                                /*transposeRhs=*/false);
  }
  SmallVector<int64_t> shape(batchSizes);
  shape.append(rowSizes);
  shape.append(columnSizes);
  return {batch + rows + columns, build.reshape(result, shape)};
}

bool isTwice(StringRef letters) {
  for (size_t i = 0; i < letters.size(); ++i)
    if (has(letters.drop_front(i + 1), letters[i]))
      return true;
  return false;
}

/// Where a letter stands twice, the elements whose indices are equal there: a diagonal.
Term diagonal(NodeBuilder &build, const Term &term) {
  if (!isTwice(term.letters))
    return term;
  ArrayRef<int64_t> shape = shapeOf(*term.value);
  Term result;
  SmallVector<int64_t> sizes, steps; // of each letter, once
  int64_t step = 1;
  for (size_t d = shape.size(); d-- > 0; step *= shape[d]) {
    size_t at = result.letters.find(term.letters[d]);
    if (at == std::string::npos) {
      at = result.letters.size();
      result.letters += term.letters[d];
      sizes.push_back(shape[d]);
      steps.push_back(0);
    }
    if (sizes[at] != shape[d]) {
      result.value = build.error() << "'" << term.letters
                                   << "' is no diagonal of a tensor of shape " << shapeText(shape);
      return result;
    }
    steps[at] += step;
  }
  if (*elementCount(sizes) > NodeBuilder::kMaxFill) {
    result.value = build.error() << "the diagonal '" << term.letters << "' is too large";
    return result;
  }
  SmallVector<int64_t> places(1, 0); // the first letter is the innermost
  for (auto [size, distance] : llvm::zip(sizes, steps)) {
    SmallVector<int64_t> more;
    for (int64_t i = 0; i < size; ++i)
      for (int64_t place : places)
        more.push_back(place + i * distance);
    places = std::move(more);
  }
  std::reverse(result.letters.begin(), result.letters.end());
  std::reverse(sizes.begin(), sizes.end());
  result.value = rearranged(build, term.value, sizes, places);
  return result;
}
} // namespace

MaybeValue einsum(NodeBuilder &build, StringRef equation, ArrayRef<Value> operands) {
  std::string text = equation.str();
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  FailureOr<Equation> parsed = parse(build, text, operands);
  if (failed(parsed))
    return failure();
  std::string all;
  for (Term &term : parsed->terms) {
    term = diagonal(build, term);
    if (failed(term.value))
      return failure();
    all += term.letters;
  }
  std::map<char, int64_t> sizes;
  for (const Term &term : parsed->terms)
    for (char letter : term.letters) {
      int64_t &size = sizes.try_emplace(letter, 1).first->second;
      if (size != 1 && term.size(letter) != 1 && size != term.size(letter))
        return build.error() << "'" << text << "' has a letter of " << size << " and "
                             << term.size(letter);
      size = std::max(size, term.size(letter));
    }
  if (isTwice(parsed->result) ||
      llvm::any_of(parsed->result, [&](char letter) { return !has(all, letter); }))
    return build.error() << "the result of '" << text << "' has a letter twice, or one of its own";
  Term whole = parsed->terms.front();
  for (size_t i = 1; i < parsed->terms.size(); ++i) {
    std::string needed = parsed->result;
    for (const Term &later : ArrayRef(parsed->terms).drop_front(i + 1))
      needed += later.letters;
    whole = product(build, whole, parsed->terms[i], needed);
    if (failed(whole.value))
      return failure();
  }
  whole = reduced(build, whole, parsed->result);
  return failed(whole.value) ? MaybeValue(failure()) : ordered(build, whole, parsed->result);
}

} // namespace tandem
