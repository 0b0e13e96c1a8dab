// What the code asks of a tensor without computing with it, and tensors made of numbers.
#include "compiler/importers/torch/script/builtins.h"
#include "compiler/importers/torch/script/result_types.h"

using namespace mlir;

namespace tandem::torch::script {

namespace {

FailureOr<RankedTensorType> typeAt(BuiltinCall &call) {
  Tensor *const *tensor = std::get_if<Tensor *>(&call[0]);
  if (!tensor)
    return call.fail(textOf(call[0]) + " is no tensor");
  return call.calls.type(**tensor, call.place);
}

/// size(x): all dimensions; size(x, dim): one.
MaybeItem size(BuiltinCall &call) {
  FailureOr<RankedTensorType> type = typeAt(call);
  if (failed(type))
    return failure();
  ArrayRef<int64_t> shape = type->getShape();
  if (call.size() == 1)
    return Item(call.heap.list(std::vector<Item>(shape.begin(), shape.end())));
  std::optional<int64_t> given = as<int64_t>(call[1]);
  std::optional<int64_t> dim = given ? normalizedAxis(*given, type->getRank()) : std::nullopt;
  if (!dim)
    return call.fail("dimension " + textOf(call[1]) + " of a tensor of shape " + shapeText(shape));
  return Item(shape[*dim]);
}
MaybeItem rank(BuiltinCall &call) {
  FailureOr<RankedTensorType> type = typeAt(call);
  return failed(type) ? MaybeItem(failure()) : MaybeItem(Item(type->getRank()));
}
MaybeItem count(BuiltinCall &call) {
  FailureOr<RankedTensorType> type = typeAt(call);
  return failed(type) ? MaybeItem(failure()) : MaybeItem(Item(type->getNumElements()));
}
MaybeItem elementType(BuiltinCall &call) {
  FailureOr<RankedTensorType> type = typeAt(call);
  if (failed(type))
    return failure();
  return Item(codeOf(scalarTypeOf(type->getElementType())));
}
MaybeItem isReal(BuiltinCall &call) {
  FailureOr<RankedTensorType> type = typeAt(call);
  return failed(type) ? MaybeItem(failure())
                      : MaybeItem(Item(isa<FloatType>(type->getElementType())));
}

MaybeItem isOfComplex(BuiltinCall &call) {
  FailureOr<RankedTensorType> type = typeAt(call);
  return failed(type) ? MaybeItem(failure())
                      : MaybeItem(Item(isa<ComplexType>(type->getElementType())));
}

template <bool value> MaybeItem always(BuiltinCall &) {
  return Item(value);
}
MaybeItem nothing(BuiltinCall &) {
  return Item(None());
}
MaybeItem first(BuiltinCall &call) {
  return call[0];
}
MaybeItem deviceOf(BuiltinCall &) {
  return Item(Device{"cpu"});
}
MaybeItem deviceType(BuiltinCall &call) {
  const Device *device = std::get_if<Device>(&call[0]);
  return device ? Item(device->name) : call[0];
}

MaybeItem raise(BuiltinCall &call) {
  return call.fail("the code refuses its inputs: '" + textOf(call[0]) + "'");
}

/// A number as a tensor without dimensions.
MaybeItem tensorOfNumber(BuiltinCall &call) {
  std::optional<double> number = numberOf(call[0]);
  if (!number && is<Tensor *>(call[0]))
    return call[0];
  if (!number)
    return call.fail("a tensor of " + textOf(call[0]));
  ScalarType type = is<double>(call[0]) ? ScalarType::kDouble
                    : is<bool>(call[0]) ? ScalarType::kBool
                                        : ScalarType::kLong;
  return call.calls.constant(type, {}, {*number}, call.place);
}

constexpr size_t kMostNumbers = 1 << 16;

/// The numbers in nested lists, and how these are nested; false when they are of different lengths
/// or hold something else.
bool flatten(const Item &item, size_t depth, SmallVectorImpl<int64_t> &shape,
             SmallVectorImpl<double> &numbers, ScalarType &type) {
  constexpr size_t kMostDimensions = 8;
  if (std::optional<double> number = numberOf(item)) {
    numbers.push_back(*number);
    if (is<double>(item))
      type = ScalarType::kFloat;
    else if (is<int64_t>(item) && type == ScalarType::kBool)
      type = ScalarType::kLong;
    return depth == shape.size() && numbers.size() <= kMostNumbers;
  }
  const std::vector<Item> *items = itemsOf(item);
  if (!items || depth > kMostDimensions)
    return false;
  auto extent = static_cast<int64_t>(items->size());
  if (depth == shape.size() && numbers.empty()) {
    shape.push_back(extent);
    size_t most = 1;
    for (int64_t size : shape)
      most *= static_cast<size_t>(std::max<int64_t>(size, 1));
    if (most > kMostNumbers)
      return false;
  }
  if (depth >= shape.size() || shape[depth] != extent)
    return false;
  return llvm::all_of(
      *items, [&](const Item &each) { return flatten(each, depth + 1, shape, numbers, type); });
}

/// torch.tensor, as_tensor: of numbers, in lists or alone.
MaybeItem tensorOfLists(BuiltinCall &call) {
  const Item *dtype = call.named("dtype");
  if (!dtype && call.size() > 1 && is<int64_t>(call[1]))
    dtype = &call[1];
  if (is<Tensor *>(call[0])) {
    std::vector<Item> arguments = {call[0]};
    if (dtype && is<int64_t>(*dtype))
      arguments.push_back(*dtype);
    return arguments.size() == 1
               ? MaybeItem(call[0])
               : call.calls.call("to", arguments, std::vector<std::string>(2), call.place);
  }
  SmallVector<int64_t> shape;
  SmallVector<double> numbers;
  ScalarType type = ScalarType::kBool;
  if (!flatten(call[0], 0, shape, numbers, type))
    return call.fail("a tensor of " + textOf(call[0]));
  if (numbers.empty())
    type = ScalarType::kFloat;
  std::optional<ScalarType> given = type;
  if (dtype && is<int64_t>(*dtype))
    given = scalarTypeOfCode(std::get<int64_t>(*dtype));
  if (!given)
    return call.fail("a tensor of type " + textOf(*dtype));
  return call.calls.constant(*given, shape, numbers, call.place);
}

} // namespace

void registerShapes(BuiltinTable &table) {
  constexpr auto kAlways = Builtin::kAlways;
  for (StringRef name : {"size", "prim.shape", "prim.size"})
    table.add(name, {size, 1, kAlways});
  for (StringRef name : {"dim", "ndimension", "prim.ndim"})
    table.add(name, {rank, 1, kAlways});
  for (StringRef name : {"numel", "prim.numel"})
    table.add(name, {count, 1, kAlways});
  table.add("prim.dtype", {elementType, 1, kAlways});
  table.add("is_floating_point", {isReal, 1, kAlways});
  table.add("is_complex", {isOfComplex, 1, kAlways});
  table.add("prim.device", {deviceOf, 1, kAlways});
  table.add("device", {deviceOf, 1, kAlways});
  table.add("prim.type", {deviceType, 1, kAlways});
  for (StringRef name : {"prim.layout", "prim.grad", "prim.index", "warn", "prim.Print", "print",
                         "set_grad_enabled"})
    table.add(name, {nothing, 0, kAlways});
  // Those of a plain tensor on a CPU.
  for (StringRef name : {"prim.is_nested", "prim.is_cuda", "prim.is_quantized", "prim.is_sparse",
                         "prim.is_mkldnn", "prim.is_xpu", "prim.is_vulkan", "prim.is_mps",
                         "prim.is_meta", "is_autocast_enabled", "is_autocast_cpu_enabled"})
    table.add(name, {always<false>, 0, kAlways});
  // Gradients lead away from kernels that do a whole layer of a transformer at once; the layers'
  // own code has the same results.
  for (StringRef name : {"is_grad_enabled", "prim.requires_grad", "is_contiguous"})
    table.add(name, {always<true>, 0, kAlways});
  for (StringRef name :
       {"prim.data", "prim.unchecked_cast", "prim.unchecked_unwrap_optional", "_unwrap_optional"})
    table.add(name, {first, 1, kAlways});
  table.add("prim.RaiseException", {raise, 1, kAlways});
  table.add("prim.NumToTensor", {tensorOfNumber, 1, kAlways});
  for (StringRef name : {"tensor", "as_tensor"})
    table.add(name, {tensorOfLists, 1, kAlways});
}

} // namespace tandem::torch::script
