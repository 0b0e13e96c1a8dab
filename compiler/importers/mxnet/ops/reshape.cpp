#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
/// The codes of 'shape' that are no sizes.
enum Code : int64_t {
  kCopy = 0,       ///< the input's dimension
  kInfer = -1,     ///< what is left over
  kCopyRest = -2,  ///< all remaining dimensions of the input
  kMergeTwo = -3,  ///< the product of the next two
  kSplitInTwo = -4 ///< the next dimension becomes the two that follow, one of which may be kInfer
};

/// Works through the codes, from the front of both lists.
class ReshapeCodes {
public:
  ReshapeCodes(ArrayRef<int64_t> input, ArrayRef<int64_t> codes)
      : elements_(*elementCount(input)), input_(input), codes_(codes) {}

  /// Nothing when the codes do not fit the input.
  std::optional<Ints> resolve() {
    while (!codes_.empty())
      if (!step())
        return std::nullopt;
    return inferOpen() ? std::optional(result_) : std::nullopt;
  }

private:
  std::optional<int64_t> nextDimension() {
    if (input_.empty())
      return std::nullopt;
    int64_t size = input_.front();
    input_ = input_.drop_front();
    return size;
  }
  int64_t nextCode() {
    int64_t code = codes_.front();
    codes_ = codes_.drop_front();
    return code;
  }
  bool push(std::optional<int64_t> size) {
    if (size)
      result_.push_back(*size);
    return size.has_value();
  }

  bool step();
  bool split();
  bool inferOpen();

  int64_t elements_; ///< of the input
  ArrayRef<int64_t> input_, codes_;
  Ints result_;
  std::optional<size_t> open_; ///< which of the result's dimensions is kInfer
};

bool ReshapeCodes::step() {
  int64_t code = nextCode();
  switch (code) {
  case kCopy:
    return push(nextDimension());
  case kCopyRest:
    result_.append(input_.begin(), input_.end());
    input_ = {};
    return true;
  case kMergeTwo: {
    std::optional<int64_t> first = nextDimension(), second = nextDimension();
    return first && second && push(*first * *second);
  }
  case kSplitInTwo:
    return split();
  case kInfer:
    if (open_)
      return false;
    open_ = result_.size();
    (void)nextDimension();
    return push(1);
  default:
    (void)nextDimension();
    return code > 0 && push(code);
  }
}

bool ReshapeCodes::split() {
  std::optional<int64_t> size = nextDimension();
  if (!size || codes_.size() < 2)
    return false;
  int64_t first = nextCode(), second = nextCode();
  if (first == kInfer && second > 0)
    first = *size / second;
  else if (second == kInfer && first > 0)
    second = *size / first;
  result_.append({first, second});
  int64_t product;
  return first > 0 && second > 0 && !__builtin_mul_overflow(first, second, &product) &&
         product == *size;
}

bool ReshapeCodes::inferOpen() {
  if (!open_)
    return true;
  std::optional<int64_t> known = elementCount(result_);
  if (!known || *known == 0)
    return false;
  result_[*open_] = elements_ / *known;
  return elements_ % *known == 0;
}
} // namespace

/// Reshape; with 'reverse' shape and codes are both read from the back.
static MaybeValue importReshape(SymbolNode &node) {
  MaybeValue input = node.input(0);
  bool isOld =
      !node.has("shape") && node.has("target_shape"); // before 0.9, where 0 is what is left
  Ints codes = node.integers(isOld ? "target_shape" : "shape");
  bool isReversed = node.flag("reverse", false);
  if (node.failed() || failed(input))
    return failure();
  Ints shape(shapeOf(*input));
  if (isOld)
    std::replace(codes.begin(), codes.end(), int64_t(0), int64_t(kInfer));
  if (isReversed) {
    std::reverse(shape.begin(), shape.end());
    std::reverse(codes.begin(), codes.end());
  }
  std::optional<Ints> result = ReshapeCodes(shape, codes).resolve();
  if (!result)
    return node.invalid("'shape' is " + node.string(isOld ? "target_shape" : "shape", "") +
                        " for an input of shape " + shapeText(shapeOf(*input)));
  if (isReversed)
    std::reverse(result->begin(), result->end());
  return node.reshape(input, *result);
}

/// reshape_like: dimensions of the left from 'lhs_begin' to 'lhs_end' become those of the right
/// likewise; all of them by default.
static MaybeValue importReshapeLike(SymbolNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<Ints> like = node.shape(1);
  if (failed(input) || failed(like))
    return failure();
  Ints shape(shapeOf(*input));
  auto bound = [&](StringRef name, ArrayRef<int64_t> of, size_t absent) {
    int64_t given = node.integer(name, static_cast<int64_t>(absent));
    auto size = static_cast<int64_t>(of.size());
    int64_t place = given < 0 ? given + size : given;
    if (!node.failed() && (place < 0 || place > size))
      (void)node.invalid("'" + name + "' is " + Twine(given) + ", outside of " + shapeText(of));
    return node.failed() ? 0 : static_cast<size_t>(place);
  };
  size_t leftBegin = bound("lhs_begin", shape, 0), leftEnd = bound("lhs_end", shape, shape.size());
  size_t rightBegin = bound("rhs_begin", *like, 0),
         rightEnd = bound("rhs_end", *like, like->size());
  if (node.failed())
    return failure();
  if (leftBegin > leftEnd || rightBegin > rightEnd)
    return node.invalid("a range of dimensions ends before it begins");
  Ints result(ArrayRef(shape).take_front(leftBegin));
  result.append(like->begin() + rightBegin, like->begin() + rightEnd);
  result.append(shape.begin() + leftEnd, shape.end());
  return node.reshape(input, result);
}

static MaybeValue importFlatten(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.empty())
    return node.invalid("its input has no dimensions");
  return node.reshape(input, {shape.front(), *elementCount(shape.drop_front())});
}

static MaybeValue importExpandDims(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  Ints shape(shapeOf(*input));
  int64_t axis = node.axis("axis", static_cast<int64_t>(shape.size()) + 1);
  if (node.failed())
    return failure();
  shape.insert(shape.begin() + axis, 1);
  return node.reshape(input, shape);
}

/// Dimensions of 1 go: those that 'axis' names, all of them when it is absent.
static MaybeValue importSqueeze(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  Ints axes = node.axes("axis", static_cast<int64_t>(shapeOf(*input).size())), shape;
  if (node.failed())
    return failure();
  for (auto [index, size] : llvm::enumerate(shapeOf(*input)))
    if (size != 1 || !llvm::is_contained(axes, static_cast<int64_t>(index)))
      shape.push_back(size);
  if (shape.empty() && !node.isNumpy())
    shape.push_back(1);
  return node.reshape(input, shape);
}

void registerReshape(OpTable &table) {
  for (StringRef op : {"Reshape", "reshape"})
    table.add(op, importReshape);
  for (StringRef op : {"Flatten", "flatten"})
    table.add(op, importFlatten);
  table.add("reshape_like", importReshapeLike);
  table.add("expand_dims", importExpandDims);
  table.add("squeeze", importSqueeze);
}

} // namespace tandem::mxnet
