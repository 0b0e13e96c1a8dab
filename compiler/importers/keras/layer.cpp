#include "compiler/importers/keras/layer.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/permute.h"
#include "compiler/importers/common/excerpt.h"
#include "compiler/importers/keras/array_argument.h"
#include "compiler/importers/keras/masks.h"

#include <cmath>

using namespace mlir;

namespace tandem::keras {

Layer::Layer(ImportState &state, const LayerConfig &config, const LayerCall &call,
             ArrayRef<mlir::Value> inputs, LayerWeights weights, ArrayRef<mlir::Value> masks)
    : NodeBuilder(state.builder, NameLoc::get(state.builder.getStringAttr(config.name))),
      state_(state), config_(config), call_(call), inputs_(inputs), masks_(masks),
      weights_(std::move(weights)) {}

std::optional<SmallVector<double>> asNumbers(const Json &value) {
  SmallVector<double> numbers;
  if (!value.is_array())
    return std::nullopt;
  for (const Json &element : value) {
    std::optional<double> number = asNumber(element);
    if (!number)
      return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

/// "float32", or Keras 3's {"class_name": "DTypePolicy", "config": {"name": "float32"}}.
StringRef dtypeName(const Json &config) {
  const Json *dtype = member(config, "dtype");
  if (!dtype) // Keras's own default
    return "float32";
  if (std::optional<StringRef> name = asString(*dtype))
    return *name;
  const Json *policy = member(*dtype, "config");
  if (policy && stringMember(*dtype, "class_name").starts_with("Quantized"))
    return stringMember(*policy, "mode"); // "int8", of a policy that has no name
  return policy ? stringMember(*policy, "name") : "";
}

/// The graph computes in f32, and that is not what a layer of another type gives.
LogicalResult Layer::checkClass() {
  if (className().contains(kOfPackage))
    return unsupported("a class of your own, whose code is not in the file: build it of layers of "
                       "Keras or functions of keras.ops");
  bool isFunction = className().starts_with("ops.") || className().starts_with("tf.");
  StringRef dtype = dtypeName(config_.config);
  const LayerTable::Entry *entry = state_.table.find(className());
  bool isInteger = entry && entry->makesIntegers && dtype.starts_with("int");
  if (dtype != "float32" && !isInteger && !isFunction) // whose 'dtype' is an argument
    return unsupported("dtype '" + dtype + "', only 'float32' is");
  if (entry)
    return success();
  state_.unsupported.addUnknown(className(), name());
  failed_ = true;
  return failure();
}

void Layer::listUnknown() {
  (void)checkClass();
}

/// Masks that a call is given mean other results, which few handlers compute; and so does
/// training=True before Keras 3, where what runs the model overrules it.
LogicalResult Layer::checkCall() {
  if (!call_.arguments)
    return success();
  for (auto &[key, value] : call_.arguments->named.items())
    if (StringRef(key).ends_with("mask") && !value.is_null() && !value.is_boolean() &&
        !takesMaskArgument(className(), key))
      return unsupported("'" + key + "' given to its call");
  const Json *training = member(call_.arguments->named, "training");
  if (kerasMajor() < 3 && training && asBool(*training).value_or(false))
    return unsupported("called with training=True");
  return success();
}

Results Layer::import() {
  if (mlir::failed(checkClass()) || mlir::failed(checkCall()))
    return failure();
  const LayerTable::Entry &entry = *state_.table.find(className());
  if (inputs_.empty())
    return invalid("has no inputs");
  for (mlir::Value mask : masks_)
    if (mask && !getElementTypeOrSelf(mask).isInteger(1))
      return unsupported("a mask that has no truth values");
  for (mlir::Value value : inputs_)
    if (entry.takes == Takes::kReals && !isa<FloatType>(getElementTypeOrSelf(value)))
      return unsupported("inputs of integers");
  if (entry.many) {
    Results results = entry.many(*this);
    if (succeeded(results) && results->empty())
      return invalid("has no results");
    return results;
  }
  MaybeValue result = entry.one(*this);
  if (mlir::failed(result))
    return failure();
  return Values{*result};
}

LayerConfig Layer::layerInside(const Json *json) const {
  LayerConfig inner;
  const Json *config = json ? member(*json, "config") : nullptr;
  if (!config || !config->is_object())
    return inner;
  inner.className = classNameOf(*json);
  inner.name = config_.name;
  inner.config = *config;
  return inner;
}

Results Layer::run(const LayerConfig &inner, ArrayRef<mlir::Value> inputs, LayerWeights weights) {
  const LayerCall noArguments;
  Layer layer(state_, inner, noArguments, inputs, std::move(weights));
  Results results = layer.import();
  failed_ |= layer.failed();
  return results;
}

FailureOr<LayerWeights> Layer::weightsInside(StringRef member) {
  llvm::Expected<LayerWeights> inside = weights_.inside(member);
  if (!inside)
    return invalid(llvm::toString(inside.takeError()));
  return std::move(*inside);
}

FailureOr<std::vector<LayerWeights>>
Layer::splitWeights(ArrayRef<InnerLayer> inner, LayerWeights::MemberOf memberOf, bool isInOrder) {
  llvm::Expected<std::vector<LayerWeights>> parts = weights_.split(inner, memberOf, isInOrder);
  if (!parts)
    return invalid(llvm::toString(parts.takeError()));
  return std::move(*parts);
}

LogicalResult Layer::unsupported(const Twine &reason) {
  if (!failed_) // one reason per layer
    state_.unsupported.add(config_.className, config_.name, reason.str());
  failed_ = true;
  return failure();
}

LogicalResult Layer::invalid(const Twine &what) {
  failed_ = true;
  return error() << what;
}

bool Layer::hasOneInput() {
  if (inputs_.size() == 1)
    return true;
  (void)invalid("has " + Twine(inputs_.size()) + " inputs, expected 1");
  return false;
}

bool Layer::hasOneInput(int64_t rank) {
  if (!hasOneInput())
    return false;
  if (static_cast<int64_t>(inputShape().size()) == rank)
    return true;
  (void)invalid("has an input of shape " + shapeText(inputShape()) + ", expected " + Twine(rank) +
                " dimensions");
  return false;
}

const Json *Layer::find(StringRef key) const {
  const Json *named = call_.arguments ? member(call_.arguments->named, key) : nullptr;
  return named ? named : member(config_.config, key);
}

template <typename T>
T Layer::get(StringRef key, std::optional<T> absent, std::optional<T> (*convert)(const Json &),
             StringRef expected) {
  const Json *value = find(key);
  if (!value && absent)
    return *absent;
  std::optional<T> result = value ? convert(*value) : std::nullopt;
  if (!result)
    (void)invalid("'" + key + "' is " + (value ? excerpt(value->dump(), kMostOfValue) : "absent") +
                  ", expected " + expected);
  return result.value_or(T());
}

int64_t Layer::integer(StringRef key, std::optional<int64_t> absent) {
  return get(key, absent, asInt, "an integer");
}
double Layer::number(StringRef key, std::optional<double> absent) {
  return get(key, absent, asNumber, "a number");
}
bool Layer::flag(StringRef key, bool absent) {
  return get(key, std::optional(absent), asBool, "true or false");
}
StringRef Layer::string(StringRef key, StringRef absent) {
  return get(key, std::optional(absent), asString, "a string");
}
SmallVector<int64_t> Layer::integers(StringRef key) {
  return get<SmallVector<int64_t>>(key, std::nullopt, asInts, "a list of integers");
}

static std::optional<SmallVector<int64_t>> asOneOrMore(const Json &value) {
  if (std::optional<int64_t> one = asInt(value))
    return SmallVector<int64_t>{*one};
  return asInts(value);
}
SmallVector<int64_t> Layer::oneOrMore(StringRef key, ArrayRef<int64_t> absent) {
  return get<SmallVector<int64_t>>(key, SmallVector<int64_t>(absent), asOneOrMore,
                                   "an integer or a list of them");
}

static std::optional<Pair> asPair(const Json &value) {
  if (std::optional<int64_t> both = asInt(value))
    return Pair{*both, *both};
  std::optional<SmallVector<int64_t>> two = asInts(value);
  if (!two || two->size() != 2)
    return std::nullopt;
  return Pair{(*two)[0], (*two)[1]};
}
Pair Layer::pair(StringRef key, std::optional<Pair> absent) {
  // What is no positive number here is no number of a model; the limit keeps products in range.
  constexpr int64_t kMost = 1 << 24;
  Pair result = get(key, absent, asPair, "two integers");
  if (failed_)
    return {1, 1};
  if (llvm::all_of(result, [](int64_t size) { return size >= 1 && size <= kMost; }))
    return result;
  (void)invalid("'" + key + "' is " + shapeText(result) + ", expected positive numbers");
  return {1, 1};
}

int64_t Layer::axis(StringRef key, int64_t absent) {
  const Json *value = find(key);
  std::optional<SmallVector<int64_t>> list = value ? asInts(*value) : std::nullopt;
  // tf.keras writes the axis of BatchNormalization as a list of one.
  int64_t given = list && list->size() == 1 ? list->front() : integer(key, absent);
  std::optional<int64_t> axis = normalizedAxis(given, inputShape().size());
  if (!axis && !failed_)
    (void)invalid("'" + key + "' is " + Twine(given) + ", outside an input of shape " +
                  shapeText(inputShape()));
  return axis.value_or(0);
}

FailureOr<SmallVector<int64_t>> Layer::axes(StringRef key, ArrayRef<int64_t> absent) {
  return axes(key, absent, inputShape());
}
FailureOr<SmallVector<int64_t>> Layer::axes(StringRef key, ArrayRef<int64_t> absent,
                                            ArrayRef<int64_t> shape) {
  SmallVector<int64_t> axes = oneOrMore(key, absent);
  if (failed_)
    return failure();
  if (axes.empty() && !absent.empty())
    return invalid("'" + key + "' has no axis");
  for (int64_t &axis : axes) {
    std::optional<int64_t> normal = normalizedAxis(axis, shape.size());
    if (!normal)
      return invalid("'" + key + "' has " + Twine(axis) + ", outside an input of shape " +
                     shapeText(shape));
    axis = *normal;
  }
  llvm::sort(axes);
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end())
    return invalid("'" + key + "' has an axis twice");
  return axes;
}

FailureOr<Hdf5Dataset> Layer::dataset(size_t index, StringRef what) {
  index = weights_.indexOf(what, index);
  if (index >= weights_.size())
    return invalid("has " + Twine(weights_.size()) + " weights, its " + what + " is missing");
  llvm::Expected<Hdf5Dataset> dataset = weights_.read(index);
  if (!dataset)
    return invalid(llvm::toString(dataset.takeError()));
  return std::move(*dataset);
}

FailureOr<Hdf5Dataset> Layer::dataset(size_t index, StringRef what, ArrayRef<int64_t> shape) {
  FailureOr<Hdf5Dataset> found = dataset(index, what);
  if (succeeded(found) && ArrayRef<int64_t>(found->shape) != shape)
    return invalid("its " + what + " has shape " + shapeText(found->shape) + ", expected " +
                   shapeText(shape));
  return found;
}

MaybeValue Layer::weight(size_t index, StringRef what) {
  FailureOr<Hdf5Dataset> found = dataset(index, what);
  if (mlir::failed(found))
    return failure();
  return graph::createConstant(builder(), location(),
                               RankedTensorType::get(found->shape, builder().getF32Type()),
                               found->bytes());
}

FailureOr<std::vector<float>> Layer::weightValues(size_t index, StringRef what,
                                                  ArrayRef<int64_t> shape) {
  FailureOr<Hdf5Dataset> found = dataset(index, what, shape);
  if (mlir::failed(found))
    return mlir::failure();
  return found->values();
}

MaybeValue Layer::weight(size_t index, StringRef what, ArrayRef<int64_t> shape,
                         ArrayRef<int64_t> permutation) {
  FailureOr<Hdf5Dataset> found = dataset(index, what, shape);
  if (mlir::failed(found))
    return mlir::failure();
  ArrayRef<char> bytes = found->bytes();
  Type f32 = builder().getF32Type();
  if (permutation.empty())
    return graph::createConstant(builder(), location(), RankedTensorType::get(shape, f32), bytes);
  SmallVector<int64_t> turned;
  for (int64_t from : permutation)
    turned.push_back(shape[from]);
  auto type = RankedTensorType::get(turned, f32);
  return graph::ConstantOp::create(
             builder(), location(), type,
             graph::takeElements(type, graph::permuted(bytes, sizeof(float), shape, permutation)))
      .getResult();
}

const Json *Layer::argument(size_t index, StringRef argumentName) const {
  if (!call_.arguments)
    return nullptr;
  const Json &positional = call_.arguments->positional;
  if (!positional.is_array() || index >= positional.size())
    return member(call_.arguments->named, argumentName);
  return positional[index].is_null() ? nullptr : &positional[index];
}

Values Layer::tensorsIn(const Json *argument) const {
  if (!argument)
    return {};
  if (argument->is_array()) {
    Values all;
    for (const Json &element : *argument)
      all.append(tensorsIn(&element));
    return all;
  }
  const Json *place = member(*argument, "tensor");
  std::optional<int64_t> index = place ? asInt(*place) : std::nullopt;
  if (!index || *index < 0 || *index >= static_cast<int64_t>(inputs_.size()))
    return {};
  return {inputs_[*index]};
}

MaybeValue Layer::operand(size_t index, StringRef argumentName) {
  const Json *given = argument(index, argumentName);
  if (!given)
    return invalid("argument " + Twine(index) + " is missing");
  if (std::optional<double> number = asNumber(*given)) {
    bool isWhole = std::trunc(*number) == *number;
    return isWhole || isa<FloatType>(elementType())
               ? scalarLike(input(), *number)
               : constant(builder().getF32Type(), {1}, static_cast<float>(*number));
  }
  Values tensors = tensorsIn(given);
  if (tensors.size() == 1)
    return tensors.front();
  if (std::optional<ArrayArgument> array = arrayArgument(*given); array && tensors.empty())
    return numbers(*array);
  return unsupported("argument " + Twine(index) + " " + excerpt(given->dump(), kMostOfValue) +
                     ", only tensors and numbers are");
}

/// In the type that they are said to have; of a list that of the first tensor, if it can hold them.
MaybeValue Layer::numbers(const ArrayArgument &array) {
  bool isWhole = StringRef(array.dtype).starts_with("int") ||
                 (array.dtype.empty() && array.isWhole() && !isa<FloatType>(elementType()));
  if (!isWhole)
    return constant(builder().getF32Type(), array.shape,
                    SmallVector<float>(array.values.begin(), array.values.end()));
  Type type = array.dtype.empty()      ? elementType()
              : array.dtype == "int64" ? Type(builder().getI64Type())
                                       : Type(builder().getI32Type());
  return integerConstant(type, array.shape,
                         SmallVector<int64_t>(array.values.begin(), array.values.end()));
}

MaybeValue Layer::bias(size_t index, int64_t channels) {
  if (!flag("use_bias", true))
    return mlir::Value();
  return weight(index, "bias", channels);
}

} // namespace tandem::keras
