// The values that tensors of the code have, and what becomes of them when one is written to.
#include "compiler/graph/constants.h"
#include "compiler/importers/common/integer_folding.h"
#include "compiler/importers/torch/in_place.h"
#include "compiler/importers/torch/script/aten_calls.h"
#include "compiler/importers/torch/script/known_tensors.h"
#include "compiler/importers/torch/script/result_types.h"

#include "llvm/Support/SaveAndRestore.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch::script {

/// A tensor of the archive as a constant.
static llvm::Expected<Value> constantOf(const Tensor &weight, OpBuilder builder) {
  const StoredTensor &stored = *weight.stored;
  std::string subject = "the tensor '" + weight.name + "'";
  if (!scalarSize(stored.type))
    return llvm::createStringError(subject + " is " + scalarName(stored.type));
  llvm::Expected<Elements> elements = readElements(stored);
  if (!elements)
    return llvm::createStringError(subject + ": " + llvm::toString(elements.takeError()));
  auto type = RankedTensorType::get(stored.sizes, graphType(builder.getContext(), stored.type));
  return graph::ConstantOp::create(
             builder, NameLoc::get(builder.getStringAttr(weight.name)), type,
             graph::makeElements(type, elements->bytes, std::move(elements->owner)))
      .getResult();
}

FailureOr<Value> AtenCalls::read(Tensor &tensor, const Place &place) {
  if (tensor.stored) {
    llvm::Expected<Value> constant = constantOf(tensor, atEnd());
    if (!constant)
      return fail(place, llvm::toString(constant.takeError()));
    if (failed(spend(bytesOf(constant->getDefiningOp<graph::ConstantOp>()), place)))
      return failure();
    return *constant;
  }
  const Memory *memory = tensor.itsMemory();
  if (!memory)
    return tensor.value;
  const std::string &unclear = memory->unclear;
  if (!unclear.empty())
    return fail(place, "it reads a tensor that " + unclear + " may have changed in place");
  if (tensor.writes == memory->writes)
    return tensor.value;
  if (tensor.how.sharing == Sharing::kMaybe)
    return fail(place, "it reads what '" + tensor.how.operation +
                           "' made of a tensor that was changed in place since");
  // What it looks into has another value now: look again. Other operands may be views, too.
  llvm::SaveAndRestore<int> deeper(readsDeep_, readsDeep_ + 1);
  if (readsDeep_ > kMostLinks)
    return fail(place, "what a tensor looks into was made of more than " + Twine(kMostLinks) +
                           " others that were changed in place since");
  MaybeItem again = call(tensor.how.operation, tensor.how.arguments, tensor.how.keywords, place);
  if (failed(again))
    return failure();
  const std::vector<Item> *several = itemsOf(*again);
  Item item = *again;
  if (several)
    item = tensor.how.result < several->size() ? (*several)[tensor.how.result] : Item(Unknown());
  Tensor *const *fresh = std::get_if<Tensor *>(&item);
  if (!fresh)
    return fail(place, "'" + tensor.how.operation + "' of a changed tensor is not supported");
  tensor.value = (*fresh)->value;
  tensor.writes = memory->writes;
  return tensor.value;
}

FailureOr<RankedTensorType> AtenCalls::type(Tensor &tensor, const Place &place) {
  if (tensor.stored && scalarSize(tensor.stored->type) && hasSaneSize(tensor.stored->sizes))
    return RankedTensorType::get(tensor.stored->sizes,
                                 graphType(main_.module->getContext(), tensor.stored->type));
  FailureOr<Value> value = read(tensor, place);
  if (failed(value))
    return failure();
  return cast<RankedTensorType>(value->getType());
}

FailureOr<std::optional<double>> AtenCalls::known(Tensor &tensor, const Place &place) {
  if (tensor.stored)
    return onlyNumber(*tensor.stored);
  FailureOr<Value> value = read(tensor, place);
  if (failed(value))
    return failure();
  OpBuilder builder = atEnd();
  return onlyNumber(foldIntegers(builder, *value));
}

MaybeItem AtenCalls::constant(ScalarType type, ArrayRef<int64_t> shape, ArrayRef<double> numbers,
                              const Place &place) {
  constexpr double kMostInteger = 9.2e18;
  for (double number : numbers)
    if (type != ScalarType::kFloat && type != ScalarType::kDouble &&
        !(std::abs(number) < kMostInteger))
      return fail(place, "a tensor of integers has the number " + Twine(std::to_string(number)));
  if (failed(spend(numbers.size() * sizeof(int64_t), place)))
    return failure();
  OpBuilder builder = atEnd();
  NodeBuilder build(builder, NameLoc::get(builder.getStringAttr(nodeName("tensor", place))));
  Type element = graphType(builder.getContext(), type);
  MaybeValue value = failure();
  if (isa<IntegerType>(element)) {
    SmallVector<int64_t> integers;
    for (double number : numbers)
      integers.push_back(static_cast<int64_t>(number));
    value = build.integerConstant(element, shape, integers);
  } else {
    value = build.constant(element, shape, SmallVector<float>(numbers.begin(), numbers.end()));
  }
  if (failed(value))
    return fail(place, "a tensor of numbers cannot be made");
  return Item(make(*value));
}

FailureOr<Value> AtenCalls::callForValue(StringRef operation, std::vector<Item> arguments,
                                         const Place &place) {
  std::vector<std::string> keywords(arguments.size());
  MaybeItem item = call(operation, arguments, keywords, place);
  if (failed(item))
    return failure();
  Tensor *const *tensor = std::get_if<Tensor *>(&*item);
  return tensor ? (*tensor)->value : Value();
}

/// What `tensor` looks into, with `value` in the tensor's place; null when that cannot be said.
FailureOr<Value> AtenCalls::asWhole(Tensor &tensor, Value value, const Place &place) {
  Item part = make(value), whole = tensor.of;
  std::vector<Item> arguments = tensor.how.arguments;
  switch (tensor.how.sharing) {
  case Sharing::kPart: {
    bool isPlain = llvm::all_of(tensor.how.keywords, [](auto &name) { return name.empty(); });
    if (tensor.how.operation == "narrow" || !isPlain)
      return Value();
    arguments.insert(arguments.begin() + 1, part);
    return callForValue(tensor.how.operation + "_scatter", std::move(arguments), place);
  }
  case Sharing::kShape: {
    FailureOr<RankedTensorType> shape = type(*tensor.of, place);
    if (failed(shape))
      return failure();
    std::vector<Item> sizes(shape->getShape().begin(), shape->getShape().end());
    return callForValue("reshape", {part, heap_.list(std::move(sizes))}, place);
  }
  case Sharing::kSwap:
    arguments.front() = part;
    return callForValue(tensor.how.operation, std::move(arguments), place);
  default:
    return Value();
  }
}

/// The tensor is `made` from here on, which looks into what it was; so do those that looked into
/// it.
MaybeItem AtenCalls::become(Tensor &tensor, const Tensor &made, const Place &place) {
  if (!tensor.itsMemory()) {
    const Tensor *weight = &tensor;
    while (weight->of)
      weight = weight->of;
    return fail(place, changesState(weight->name));
  }
  Tensor &before = tensors_.emplace_back(tensor);
  auto follow = [&](Item &item) {
    Tensor **each = std::get_if<Tensor *>(&item);
    if (each && *each == &tensor)
      *each = &before;
  };
  heap_.look(tensors_.size());
  for (Tensor &each : tensors_) {
    each.of = each.of == &tensor ? &before : each.of;
    for (Item &argument : each.how.arguments) {
      follow(argument);
      if (List *const *list = std::get_if<List *>(&argument)) // a copy of the code's
        llvm::for_each((*list)->items, follow);
    }
  }
  tensor = made;
  return Item(&tensor);
}

LogicalResult AtenCalls::write(Tensor &tensor, Value value, const Place &place) {
  Memory *memory = tensor.itsMemory();
  if (!memory) {
    const Tensor *weight = &tensor;
    while (weight->of)
      weight = weight->of;
    return fail(place, changesState(weight->name));
  }
  if (failed(read(tensor, place))) // what is old cannot be written to in part
    return failure();
  if (value.getType() != tensor.value.getType())
    return fail(place, "it writes a tensor of shape " + shapeText(shapeOf(value)) +
                           " over one of shape " + shapeText(shapeOf(tensor.value)) +
                           ", or of another type");
  SmallVector<std::pair<Tensor *, Value>> changed;
  for (Tensor *at = &tensor; at; at = at->of) {
    changed.push_back({at, value});
    FailureOr<Value> whole = at->of ? asWhole(*at, value, place) : FailureOr<Value>(Value());
    if (failed(whole))
      return failure();
    if (at->of && !*whole) { // may be a copy: from here on it has memory of its own
      memory->unclear = place.text();
      memory = &memories_.emplace_back(Memory{.writes = memory->writes});
      at->memory = memory;
      at->of = nullptr;
    }
    value = *whole;
  }
  ++memory->writes;
  for (auto [each, its] : changed) {
    each->value = its;
    each->writes = memory->writes;
  }
  return success();
}

} // namespace tandem::torch::script
