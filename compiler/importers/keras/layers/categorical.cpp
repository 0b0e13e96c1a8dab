// Numbers that stand for classes, and what makes such of others.
#include "compiler/importers/common/selections.h"
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

/// Places below `depth` by 'output_mode': as they are ("int"), as one-hot vectors, or of each row
/// together whether one comes ("multi_hot") or how often ("count").
static MaybeValue encoded(Layer &layer, MaybeValue indices, int64_t depth, StringRef mode) {
  if (layer.flag("sparse", false))
    return layer.unsupported("'sparse'");
  if (mode == "int" || failed(indices))
    return indices;
  SmallVector<int64_t> shape(shapeOf(*indices));
  bool isOneHot = mode == "one_hot";
  if (!isOneHot && (shape.size() != 2 || (mode != "multi_hot" && mode != "count")))
    return layer.unsupported("'" + mode + "' of an input of shape " + shapeText(shape));
  std::optional<int64_t> count = elementCount(shape);
  if (!count || *count > NodeBuilder::kMaxFill * 16 / depth)
    return layer.unsupported("vectors of " + Twine(depth) + " numbers of an input of shape " +
                             shapeText(shape));
  if (isOneHot && shape.size() > 1 && shape.back() == 1)
    shape.pop_back();
  Type f32 = layer.builder().getF32Type();
  MaybeValue vectors =
      oneHot(layer, layer.reshape(indices, shape), depth, static_cast<int64_t>(shape.size()),
             layer.constant(f32, {1}, {1.0f}), layer.constant(f32, {1}, {0.0f}));
  if (isOneHot)
    return vectors;
  return mode == "count"
             ? layer.create<graph::SumOp>(vectors, ArrayRef<int64_t>{1}, /*keepDims=*/false)
             : layer.create<graph::ReduceMaxOp>(vectors, ArrayRef<int64_t>{1}, /*keepDims=*/false);
}

/// CategoryEncoding:
/// https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/
static MaybeValue importCategoryEncoding(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  int64_t depth = layer.integer("num_tokens");
  StringRef mode = layer.string("output_mode", "multi_hot");
  if (!layer.failed() && (depth < 1 || depth > NodeBuilder::kMaxFill))
    return layer.invalid("'num_tokens' is " + Twine(depth));
  if (layer.failed())
    return failure();
  return encoded(layer, layer.cast(layer.input(), layer.builder().getI32Type()), depth, mode);
}

/// With a last dimension of 1, beside `count` numbers.
static MaybeValue apart(Layer &layer, MaybeValue x, int64_t count) {
  if (failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  if (*elementCount(shape) > NodeBuilder::kMaxFill * 16 / std::max<int64_t>(count, 1))
    return layer.unsupported(Twine(count) + " numbers beside an input of shape " +
                             shapeText(shape));
  shape.push_back(1);
  return layer.reshape(x, shape);
}
/// Truth values times numbers, summed up over the last dimension.
static MaybeValue weighed(Layer &layer, MaybeValue truths, ArrayRef<float> weights) {
  if (failed(truths))
    return failure();
  Type f32 = layer.builder().getF32Type();
  auto last = static_cast<int64_t>(shapeOf(*truths).size()) - 1;
  MaybeValue products =
      layer.multiply(layer.cast(truths, f32),
                     layer.constant(f32, {static_cast<int64_t>(weights.size())}, weights));
  return layer.create<graph::SumOp>(products, ArrayRef<int64_t>{last}, /*keepDims=*/false);
}

/// Discretization:
/// https://keras.io/api/layers/preprocessing_layers/numerical/discretization/
/// How many of 'bin_boundaries' are not above a number.
static MaybeValue importDiscretization(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  StringRef mode = layer.string("output_mode", "int");
  const Json *list = layer.find("bin_boundaries");
  std::optional<SmallVector<double>> boundaries =
      list ? asNumbers(*list) : std::optional<SmallVector<double>>();
  if (layer.failed())
    return failure();
  if (!boundaries || boundaries->empty())
    return layer.unsupported("'bin_boundaries' that are not in the file");
  SmallVector<float> steps(boundaries->begin(), boundaries->end()), ones(steps.size(), 1.0f);
  auto count = static_cast<int64_t>(steps.size());
  Type f32 = layer.builder().getF32Type();
  MaybeValue isAbove = layer.compare<graph::GreaterEqualOp>(
      apart(layer, layer.cast(layer.input(), f32), count), layer.constant(f32, {count}, steps));
  MaybeValue bins = layer.cast(weighed(layer, isAbove, ones), layer.builder().getI32Type());
  return encoded(layer, bins, count + 1, mode);
}

namespace {
/// Numbers, and the places that they stand for: behind one for 'mask_token', where places are what
/// is asked for, and some for all that is not in the list.
struct Vocabulary {
  SmallVector<int64_t> tokens;
  std::optional<int64_t> mask;
  int64_t others = 1, first = 0; ///< places for what is not in the list, and the first of them

  int64_t size() const { return first + others + static_cast<int64_t>(tokens.size()); }
};

FailureOr<Vocabulary> readVocabulary(Layer &layer, bool isInt) {
  Vocabulary words;
  words.others = layer.integer("num_oov_indices", 1);
  int64_t oov = layer.integer("oov_token", -1);
  if (layer.find("mask_token"))
    words.mask = layer.integer("mask_token");
  const Json *list = layer.find("vocabulary");
  std::optional<SmallVector<int64_t>> tokens = list ? asInts(*list) : std::nullopt;
  if (layer.failed())
    return failure();
  if (!tokens || tokens->empty())
    return layer.unsupported("a 'vocabulary' that is not in the configuration");
  if (words.others < 0 || words.others > NodeBuilder::kMaxFill)
    return layer.invalid("'num_oov_indices' is " + Twine(words.others));
  if (words.others > 1 && layer.string("oov_method", "floormod") != "floormod")
    return layer.unsupported("'oov_method' other than floormod");
  words.first = isInt && words.mask ? 1 : 0;
  SmallVector<int64_t> special(words.first, words.mask.value_or(0));
  special.append(words.others, oov);
  ArrayRef<int64_t> given = *tokens; // which may begin with the special ones
  if (given.take_front(special.size()) == ArrayRef(special))
    given = given.drop_front(special.size());
  words.tokens.assign(given.begin(), given.end());
  return words;
}

/// Where in the list numbers are; of the mask 0, or where places become vectors one that is in
/// none.
MaybeValue placesOf(Layer &layer, const Vocabulary &words, MaybeValue x, bool isInt) {
  auto count = static_cast<int64_t>(words.tokens.size());
  Type i32 = layer.builder().getI32Type();
  MaybeValue isToken = layer.compare<graph::EqualOp>(
      apart(layer, x, count),
      layer.integerConstant(layer.builder().getI64Type(), {count}, words.tokens));
  SmallVector<float> places; // from 1 on, as 0 is nowhere
  for (int64_t i = 0; i < count; ++i)
    places.push_back(static_cast<float>(i + 1));
  MaybeValue place = layer.cast(weighed(layer, isToken, places), i32);
  if (failed(place))
    return failure();
  MaybeValue other = words.others == 0 ? layer.scalarLike(*place, -1)
                                       : layer.scalarLike(*place, static_cast<double>(words.first));
  if (words.others > 1) {
    MaybeValue spread =
        layer.create<graph::FloorModOp>(x, layer.scalarLike(*x, static_cast<double>(words.others)));
    other = layer.add(layer.cast(spread, i32), static_cast<double>(words.first));
  }
  MaybeValue isThere = layer.compare<graph::GreaterOp>(place, 0.0);
  MaybeValue result = layer.select(
      isThere, layer.add(place, static_cast<double>(words.first + words.others - 1)), other);
  if (!words.mask || failed(result))
    return result;
  MaybeValue isMask = layer.compare<graph::EqualOp>(x, static_cast<double>(*words.mask));
  return layer.select(isMask, layer.scalarLike(*result, isInt ? 0 : -1), result);
}

/// The numbers that stand at places; of other places 'oov_token'.
MaybeValue tokensAt(Layer &layer, const Vocabulary &words, MaybeValue places, int64_t oov) {
  SmallVector<int64_t> table(words.first, words.mask.value_or(0));
  table.append(words.others, oov);
  table.append(words.tokens);
  auto size = static_cast<int64_t>(table.size());
  MaybeValue tokens = layer.create<graph::GatherOp>(
      layer.integerConstant(layer.builder().getI64Type(), {size}, table), places, int64_t(0));
  if (failed(tokens))
    return failure();
  MaybeValue isInside = layer.create<graph::LogicalAndOp>(
      layer.compare<graph::GreaterEqualOp>(places, 0.0),
      layer.compare<graph::LessOp>(places, static_cast<double>(size)));
  return layer.select(isInside, tokens, layer.scalarLike(*tokens, static_cast<double>(oov)));
}
} // namespace

/// IntegerLookup:
/// https://keras.io/api/layers/preprocessing_layers/categorical/integer_lookup/
static MaybeValue importIntegerLookup(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  StringRef mode = layer.string("output_mode", "int");
  bool isInverse = layer.flag("invert", false), isPadded = layer.flag("pad_to_max_tokens", false);
  if (mode == "binary")
    mode = "multi_hot";
  if (mode == "tf_idf" || mode == "tf-idf")
    return layer.unsupported("'output_mode' '" + mode + "'");
  FailureOr<Vocabulary> words = readVocabulary(layer, mode == "int");
  if (failed(words))
    return failure();
  Type i64 = layer.builder().getI64Type();
  MaybeValue x = layer.cast(layer.input(), i64);
  if (isInverse)
    return tokensAt(layer, *words, x, layer.integer("oov_token", -1));
  int64_t depth = isPadded ? layer.integer("max_tokens") : words->size();
  if (!layer.failed() && (depth < words->size() || depth > NodeBuilder::kMaxFill))
    return layer.invalid("'max_tokens' is " + Twine(depth));
  if (layer.failed())
    return failure();
  MaybeValue result = encoded(layer, placesOf(layer, *words, x, mode == "int"), depth, mode);
  return mode == "int" ? layer.cast(result, i64) : result;
}

void registerCategorical(LayerTable &table) {
  table.add("CategoryEncoding", importCategoryEncoding, Takes::kIntegers);
  table.add("Discretization", importDiscretization, Takes::kIntegers);
  table.add("IntegerLookup", importIntegerLookup, Takes::kIntegers);
  for (StringRef name : {"Discretization", "IntegerLookup"})
    table.makesIntegers(name);
}

} // namespace tandem::keras
