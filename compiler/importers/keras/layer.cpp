#include "compiler/importers/keras/layer.h"

#include "compiler/graph/constants.h"
#include "compiler/importers/common/permute.h"
#include "compiler/importers/common/pool_window.h"
#include "compiler/importers/common/shortened.h"

using namespace mlir;

namespace tandem::keras {

Layer::Layer(OpBuilder &builder, const LayerConfig &config, const LayerCall &call,
             ArrayRef<mlir::Value> inputs, const LayerWeights &weights, int kerasMajor,
             UnsupportedOps &unsupported)
    : NodeBuilder(builder, NameLoc::get(builder.getStringAttr(config.name))), config_(config),
      call_(call), inputs_(inputs), weights_(weights), kerasMajor_(kerasMajor),
      unsupported_(unsupported) {}

LogicalResult Layer::unsupported(const Twine &reason) {
  if (!failed_) // one reason per layer
    unsupported_.add(config_.className, config_.name, reason.str());
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

template <typename T>
T Layer::get(StringRef key, std::optional<T> absent, std::optional<T> (*convert)(const Json &),
             StringRef expected) {
  const Json *value = find(key);
  if (!value && absent)
    return *absent;
  std::optional<T> result = value ? convert(*value) : std::nullopt;
  if (!result)
    (void)invalid("'" + key + "' is " +
                  (value ? shortened(value->dump(), kMostOfValue) : "absent") + ", expected " +
                  expected);
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

void Layer::checkDataFormat() {
  StringRef format = string("data_format", "channels_last");
  if (format != "channels_last")
    (void)unsupported("data_format '" + format + "', only 'channels_last' is");
}

std::pair<Pair, Pair> Layer::padding(const Pair &kernel, const Pair &stride, const Pair &dilation) {
  std::pair<Pair, Pair> pads = {{0, 0}, {0, 0}};
  StringRef padding = string("padding", "valid");
  if (padding == "same") {
    for (int i = 0; i < 2; ++i) {
      auto both = samePadding(inputShape()[1 + i], kernel[i], stride[i], dilation[i]);
      if (both)
        std::tie(pads.first[i], pads.second[i]) = *both;
      else
        (void)invalid("has a window that is too large");
    }
  } else if (padding != "valid") {
    (void)unsupported("padding '" + padding + "', only 'valid' and 'same' are");
  }
  return pads;
}

FailureOr<Hdf5Dataset> Layer::dataset(size_t index, StringRef what, ArrayRef<int64_t> shape) {
  if (index >= weights_.size())
    return invalid("has " + Twine(weights_.size()) + " weights, its " + what + " is missing");
  llvm::Expected<Hdf5Dataset> dataset = weights_.read(index);
  if (!dataset)
    return invalid(llvm::toString(dataset.takeError()));
  if (ArrayRef<int64_t>(dataset->shape) != shape)
    return invalid("its " + what + " has shape " + shapeText(dataset->shape) + ", expected " +
                   shapeText(shape));
  return std::move(*dataset);
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
             graph::takeElements(type, permuted(bytes, sizeof(float), shape, permutation)))
      .getResult();
}

/// Tensors are in the order in which they stand among the arguments.
MaybeValue Layer::argument(size_t index) {
  const Json *arguments = call_.arguments.get();
  if (!arguments || !arguments->is_array() || index >= arguments->size())
    return invalid("argument " + Twine(index) + " is missing");
  const Json &given = (*arguments)[index];
  if (std::optional<double> number = asNumber(given))
    return scalarLike(input(), *number);
  size_t before = 0;
  for (size_t i = 0; i < index; ++i)
    before += (*arguments)[i].is_object();
  if (!given.is_object() || before >= inputs_.size())
    return unsupported("argument " + Twine(index) + " " + given.dump().substr(0, 40) +
                       ", only tensors and numbers are");
  return inputs_[before];
}

MaybeValue Layer::bias(size_t index, int64_t channels) {
  if (!flag("use_bias", true))
    return mlir::Value();
  return weight(index, "bias", channels);
}

} // namespace tandem::keras
