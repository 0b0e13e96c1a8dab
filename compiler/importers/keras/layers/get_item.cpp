// x[...] of a tensor: a node of Keras 3 ("GetItem"), in Keras 2 a function of TensorFlow.
#include "compiler/importers/common/excerpt.h"
#include "compiler/importers/common/python_range.h"
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

namespace {
/// One of the terms between the brackets: begin:end:step, an index, None for a new dimension, or
/// "..." for all dimensions that the others leave.
struct Term {
  enum Kind { kSlice, kIndex, kNew, kRest } kind = kSlice;
  std::optional<int64_t> begin, end;
  int64_t step = 1;
};

std::optional<Term> parseTerm(const Json &value) {
  Term term;
  if (value.is_null()) {
    term.kind = Term::kNew;
    return term;
  }
  if (std::optional<int64_t> index = asInt(value)) {
    term.kind = Term::kIndex;
    term.begin = index;
    return term;
  }
  StringRef className = stringMember(value, "class_name");
  if (className == "__ellipsis__") {
    term.kind = Term::kRest;
    return term;
  }
  // Keras 3 has it in a class, Keras 2 as it is.
  const Json *slice = className == "__slice__" ? member(value, "config") : &value;
  if (!slice || !slice->is_object() || !slice->contains("start"))
    return std::nullopt;
  constexpr int64_t kMost = INT32_MAX; // keeps sums in range
  for (auto [key, place] : {std::pair("start", &term.begin), std::pair("stop", &term.end)}) {
    const Json *given = member(*slice, key);
    if (!given)
      continue;
    *place = asInt(*given);
    if (!*place)
      return std::nullopt;
    **place = std::clamp(**place, -kMost, kMost);
  }
  if (const Json *step = member(*slice, "step")) {
    std::optional<int64_t> number = asInt(*step);
    if (!number || *number == 0 || std::abs(*number) > kMost)
      return std::nullopt;
    term.step = *number;
  }
  return term;
}

FailureOr<SmallVector<Term>> readTerms(Layer &layer) {
  const Json *key = layer.argument(1, "slice_spec");
  const Json none;
  if (!key) // x[None]
    key = &none;
  SmallVector<Term> terms;
  for (const Json &each : key->is_array() ? *key : Json::array({*key})) {
    std::optional<Term> term = parseTerm(each);
    if (!term)
      return layer.unsupported("an index " + excerpt(each.dump(), kMostOfValue) +
                               ", only numbers and ranges are");
    terms.push_back(*term);
  }
  return terms;
}
} // namespace

static MaybeValue importGetItem(Layer &layer) {
  MaybeValue x = layer.operand(0, "tensor");
  FailureOr<SmallVector<Term>> terms = readTerms(layer);
  if (failed(x) || failed(terms))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*x);
  size_t taken = llvm::count_if(
      *terms, [](const Term &t) { return t.kind == Term::kSlice || t.kind == Term::kIndex; });
  if (taken > shape.size())
    return layer.invalid("has " + Twine(taken) + " indices for an input of shape " +
                         shapeText(shape));
  SmallVector<int64_t> begins(shape.size(), 0), sizes(shape), steps(shape.size(), 1), result;
  size_t d = 0, rest = shape.size() - taken;
  for (const Term &term : *terms) {
    if (term.kind == Term::kNew) {
      result.push_back(1);
    } else if (term.kind == Term::kRest) {
      for (; rest > 0; --rest)
        result.push_back(shape[d++]);
    } else if (term.kind == Term::kIndex) {
      std::optional<int64_t> index = normalizedAxis(*term.begin, shape[d]);
      if (!index)
        return layer.invalid("has an index " + Twine(*term.begin) + " for a dimension of " +
                             Twine(shape[d]));
      begins[d] = *index;
      sizes[d++] = 1;
    } else {
      PythonRange range = pythonRange(term.begin.value_or(0), term.end.value_or(0), term.step,
                                      !term.begin, !term.end, shape[d]);
      begins[d] = range.begin;
      steps[d] = term.step;
      result.push_back(sizes[d++] = range.size);
    }
  }
  llvm::append_range(result, shape.drop_front(d));
  return layer.reshape(layer.create<graph::SliceOp>(x, begins, sizes, steps), result);
}

void registerGetItem(LayerTable &table) {
  for (StringRef name : {"ops.GetItem", "tf.__operators__.getitem", "tf._slice_helper"})
    table.add(name, importGetItem, Takes::kIntegers);
}

} // namespace tandem::keras
