#include "compiler/importers/tensorflow/node.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/permute.h"
#include "compiler/importers/tensorflow/graph_import.h"

using namespace mlir;

namespace tandem::tensorflow {

TfNode::TfNode(OpBuilder &builder, const FlatNode &node, GraphImport &import)
    : NodeBuilder(builder, NameLoc::get(builder.getStringAttr(node.name))), node_(node),
      import_(import) {}

LogicalResult TfNode::unsupported(const Twine &reason) {
  if (!failed_) // one reason per node
    import_.note(op(), name(), reason.str());
  failed_ = true;
  return failure();
}

LogicalResult TfNode::invalid(const Twine &what) {
  failed_ = true;
  return error() << what;
}

MaybeValue TfNode::input(size_t index) {
  if (index >= node_.inputs.size())
    return invalid("has " + Twine(node_.inputs.size()) + " inputs, expected at least " +
                   Twine(index + 1));
  return wide(import_.valueOf(*this, node_.inputs[index]));
}

Type TfNode::halfType() const {
  const proto::AttrValue *value = find("T");
  if (!value || value->value_case() != proto::AttrValue::kType)
    return {};
  std::optional<ElementType> type = graphElementType(value->type());
  bool isHalf = type == ElementType::kF16 || type == ElementType::kBF16;
  return isHalf ? graph::plainType(location().getContext(), *type) : Type();
}

MaybeValue TfNode::wide(MaybeValue value) {
  if (!widens_ || ::failed(value) || !isa<FloatType>(getElementTypeOrSelf(*value)))
    return value;
  return cast(value, Float32Type::get(value->getContext()));
}

FailureOr<SmallVector<int64_t>> TfNode::inputShape(size_t index) {
  if (index < node_.inputs.size()) {
    const Slot &slot = import_.slot(node_.inputs[index]);
    if (slot.kind == Slot::kStored)
      if (auto shape = import_.storedShape(slot))
        return *shape;
  }
  MaybeValue value = input(index);
  if (::failed(value))
    return failure();
  return SmallVector<int64_t>(shapeOf(*value));
}

FailureOr<Values> TfNode::inputs(size_t first, size_t end) {
  Values values;
  for (size_t i = first; i < end; ++i) {
    MaybeValue value = input(i);
    if (::failed(value))
      return failure();
    values.push_back(*value);
  }
  return values;
}

FailureOr<std::shared_ptr<const TensorList>> TfNode::list(size_t index) {
  if (index >= node_.inputs.size())
    return invalid("has " + Twine(node_.inputs.size()) + " inputs, expected at least " +
                   Twine(index + 1));
  const Slot &slot = import_.slot(node_.inputs[index]);
  if (slot.kind != Slot::kList)
    return invalid("input " + Twine(index) + " is no list of tensors");
  return slot.list;
}

MaybeValue TfNode::transposed(size_t index, ArrayRef<int64_t> permutation) {
  if (index < node_.inputs.size()) {
    const Slot &slot = import_.slot(node_.inputs[index]);
    if (slot.kind == Slot::kStored) {
      llvm::Expected<Elements> elements = import_.read(slot);
      if (!elements)
        return invalid(llvm::toString(elements.takeError()));
      if (elements->shape.size() == permutation.size()) {
        SmallVector<int64_t> shape;
        for (int64_t from : permutation)
          shape.push_back(elements->shape[from]);
        auto type =
            RankedTensorType::get(shape, graph::plainType(builder().getContext(), elements->type));
        import_.stored_ += type.getNumElements();
        std::vector<char> turned = graph::permuted(elements->bytes(), elementSize(elements->type),
                                                   elements->shape, permutation);
        return wide(graph::ConstantOp::create(builder(), location(), type,
                                              graph::takeElements(type, std::move(turned)))
                        .getResult());
      }
    }
  }
  return transpose(input(index), permutation);
}

FailureOr<Numbers> TfNode::constant(size_t index, StringRef what) {
  MaybeValue value = input(index);
  if (::failed(value))
    return failure();
  if (std::optional<Numbers> numbers = numbersOf(*value))
    return *numbers;
  if (graph::constantOf(*value))
    return unsupported(what + " of another type or size than indices have");
  return unsupported(what + " that is computed at run time");
}

FailureOr<SmallVector<int64_t>> TfNode::integers(size_t index, StringRef what) {
  FailureOr<Numbers> numbers = constant(index, what);
  if (::failed(numbers))
    return failure();
  if (numbers->isReal())
    return invalid(what + " is not of integers");
  return SmallVector<int64_t>(numbers->integers.begin(), numbers->integers.end());
}

FailureOr<int64_t> TfNode::integer(size_t index, StringRef what) {
  FailureOr<SmallVector<int64_t>> list = integers(index, what);
  if (::failed(list))
    return failure();
  if (list->size() != 1)
    return invalid(what + " has " + Twine(list->size()) + " elements, expected 1");
  return list->front();
}

FailureOr<int64_t> TfNode::axis(int64_t given, int64_t rank) {
  std::optional<int64_t> axis = normalizedAxis(given, rank);
  if (!axis)
    return invalid("dimension " + Twine(given) + " of a tensor of rank " + Twine(rank));
  return *axis;
}

FailureOr<SmallVector<int64_t>> TfNode::axes(size_t index, int64_t rank) {
  FailureOr<SmallVector<int64_t>> list = integers(index, "the list of dimensions");
  if (::failed(list))
    return failure();
  for (int64_t &each : *list) {
    FailureOr<int64_t> normal = axis(each, rank);
    if (::failed(normal))
      return failure();
    each = *normal;
  }
  llvm::sort(*list);
  list->erase(llvm::unique(*list), list->end());
  return list;
}

const proto::AttrValue *TfNode::find(StringRef name) const {
  auto found = node_.record->attr().find(name.str());
  return found == node_.record->attr().end() ? nullptr : &found->second;
}

const proto::AttrValue *TfNode::find(StringRef name, bool mayBeAbsent,
                                     proto::AttrValue::ValueCase kind) {
  const proto::AttrValue *value = find(name);
  if (value && value->value_case() == kind)
    return value;
  if (value && value->value_case() == proto::AttrValue::kPlaceholder)
    (void)unsupported("'" + name + "' of a function for several types");
  else if (value || !mayBeAbsent)
    (void)invalid("'" + name + "' is " + (value ? "of another kind" : "absent"));
  return nullptr;
}

int64_t TfNode::attribute(StringRef name, std::optional<int64_t> absent) {
  const proto::AttrValue *value = find(name, absent.has_value(), proto::AttrValue::kI);
  return value ? value->i() : absent.value_or(0);
}

double TfNode::number(StringRef name, double absent) {
  const proto::AttrValue *value = find(name, true, proto::AttrValue::kF);
  return value ? value->f() : absent;
}

bool TfNode::flag(StringRef name, bool absent) {
  const proto::AttrValue *value = find(name, true, proto::AttrValue::kB);
  return value ? value->b() : absent;
}

StringRef TfNode::string(StringRef name, StringRef absent) {
  const proto::AttrValue *value = find(name, true, proto::AttrValue::kS);
  return value ? StringRef(value->s()) : absent;
}

SmallVector<int64_t> TfNode::attributeList(StringRef name) {
  const proto::AttrValue *value = find(name, true, proto::AttrValue::kList);
  if (!value)
    return {};
  return {value->list().i().begin(), value->list().i().end()};
}

SmallVector<float> TfNode::numberList(StringRef name) {
  const proto::AttrValue *value = find(name, true, proto::AttrValue::kList);
  if (!value)
    return {};
  return {value->list().f().begin(), value->list().f().end()};
}

std::vector<std::string> TfNode::stringList(StringRef name) {
  const proto::AttrValue *value = find(name, true, proto::AttrValue::kList);
  if (!value)
    return {};
  return {value->list().s().begin(), value->list().s().end()};
}

FailureOr<Type> TfNode::elementType(StringRef name) {
  const proto::AttrValue *value = find(name, false, proto::AttrValue::kType);
  if (!value)
    return failure();
  if (std::optional<ElementType> type = graphElementType(value->type()))
    return graph::plainType(builder().getContext(), *type);
  return unsupported("elements of " + typeName(value->type()));
}

bool TfNode::isComplexType(StringRef name) const {
  const proto::AttrValue *value = find(name);
  return value && value->value_case() == proto::AttrValue::kType &&
         value->type() == static_cast<int32_t>(DataType::kComplex64);
}

bool TfNode::isChannelsFirst() {
  StringRef format = string("data_format", "NHWC");
  if (format != "NHWC" && format != "NCHW")
    (void)unsupported("'data_format' '" + format + "', only NHWC and NCHW are");
  return format == "NCHW";
}

MaybeValue TfNode::toNhwc(MaybeValue value) {
  return isChannelsFirst() ? NodeBuilder::toNhwc(value) : value;
}
MaybeValue TfNode::fromNhwc(MaybeValue value) {
  return isChannelsFirst() ? NodeBuilder::toNchw(value) : value;
}

MaybeValue TfNode::image(size_t index) {
  MaybeValue value = input(index);
  if (::failed(value))
    return failure();
  if (shapeOf(*value).size() != 4)
    return unsupported("an input of shape " + shapeText(shapeOf(*value)) +
                       ", only batches of images (rank 4) are");
  return toNhwc(value);
}

Pair TfNode::spatial(StringRef name) {
  return spatial(name, attributeList(name));
}

Pair TfNode::spatial(StringRef name, SmallVector<int64_t> list) {
  constexpr int64_t kMost = 1 << 24; // keeps products of what a hostile file says in range
  if (failed_)
    return {1, 1};
  if (list.empty())
    list.assign(4, 1);
  size_t row = isChannelsFirst() ? 2 : 1;
  bool isSane = list.size() == 4 &&
                llvm::all_of(list, [](int64_t each) { return each >= 1 && each <= kMost; });
  if (!isSane) {
    (void)invalid("'" + name + "' is " + shapeText(list) + ", expected 4 positive numbers");
    return {1, 1};
  }
  if (list[0] != 1 || list[row == 2 ? 1 : 3] != 1)
    (void)unsupported("'" + name + "' over batch or channels");
  return {list[row], list[row + 1]};
}

int OpTable::outputPlace(StringRef op, StringRef output) const {
  const Entry *entry = find(op);
  if (!entry)
    return 0;
  const auto *place = llvm::find(entry->outputs, output);
  return place == entry->outputs.end() ? 0 : static_cast<int>(place - entry->outputs.begin());
}

std::vector<std::string> OpTable::names() const {
  std::vector<std::string> list;
  for (const auto &entry : entries_)
    if (!entry.second.isLeaf) // known only to be refused
      list.push_back(entry.getKey().str());
  return list;
}

} // namespace tandem::tensorflow
