// Lists of tensors, which loops read from and write to: TensorList of TensorFlow 2 and TensorArray
// of TensorFlow 1, whose flow is its value. Places are known, so that a list is only a table of
// values.
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

static constexpr int64_t kMostItems = 1 << 12;

namespace {
using List = std::shared_ptr<const TensorList>;

Slot slotOf(TensorList list) {
  Slot slot{Slot::kList};
  slot.list = std::make_shared<const TensorList>(std::move(list));
  return slot;
}
Slot slotOf(Value value) {
  return {Slot::kValue, value};
}
FailureOr<Slots> oneSlot(MaybeValue value) {
  if (failed(value))
    return failure();
  return Slots{slotOf(*value)};
}

/// An input that counts items.
FailureOr<int64_t> countFrom(TfNode &node, size_t index) {
  FailureOr<int64_t> count = node.integer(index, "the number of tensors");
  if (failed(count))
    return failure();
  if (*count < 0)
    return node.invalid("a list of " + Twine(*count) + " tensors");
  if (*count > kMostItems)
    return node.unsupported("a list of more than " + Twine(kMostItems) + " tensors");
  return count;
}

/// An input that is a place in a list; past its end where it may grow.
FailureOr<int64_t> placeFrom(TfNode &node, size_t index, const TensorList &list, bool grows) {
  FailureOr<int64_t> place = node.integer(index, "the place in a list");
  if (failed(place))
    return failure();
  auto count = static_cast<int64_t>(list.size());
  if (*place < 0 || *place >= (grows ? kMostItems : count))
    return node.invalid("place " + Twine(*place) + " of a list of " + Twine(count) + " tensors");
  return place;
}

/// The slices of a tensor along its first dimension.
FailureOr<TensorList> itemsOf(TfNode &node, MaybeValue tensor) {
  if (failed(tensor))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*tensor);
  if (shape.empty())
    return node.invalid("a list of the parts of a scalar");
  if (shape[0] > kMostItems)
    return node.unsupported("a list of more than " + Twine(kMostItems) + " tensors");
  TensorList list;
  for (int64_t i = 0; i < shape[0]; ++i) {
    MaybeValue item = node.reshape(sliceAlong(node, tensor, 0, i, 1), shape.drop_front());
    if (failed(item))
      return failure();
    list.push_back(*item);
  }
  return list;
}

/// Zeros in place of what is not written: of the shape that the other items have, or that the input
/// `shape` says where it is not 0.
MaybeValue unwritten(TfNode &node, const TensorList &list, size_t shape) {
  const auto *written = llvm::find_if(ArrayRef(list), [](Value item) { return bool(item); });
  SmallVector<int64_t> dims;
  if (written != list.data() + list.size()) {
    dims.assign(shapeOf(*written).begin(), shapeOf(*written).end());
  } else if (shape != 0) {
    FailureOr<SmallVector<int64_t>> given = node.integers(shape, "the shape of the tensors");
    if (failed(given))
      return failure();
    dims = *given;
  }
  FailureOr<Type> type = node.elementType(node.has("element_dtype") ? "element_dtype" : "dtype");
  if (failed(type))
    return failure();
  if (llvm::any_of(dims, [](int64_t size) { return size < 0; }))
    return node.unsupported("a tensor of open shape that nothing was written to");
  if (isa<FloatType>(*type))
    return node.fill(*type, dims, 0);
  std::optional<int64_t> count = elementCount(dims);
  if (!count || *count > NodeBuilder::kMaxFill)
    return node.invalid("a result of shape " + shapeText(dims) + " is too large");
  return node.integerConstant(*type, dims, SmallVector<int64_t>(*count, 0));
}

MaybeValue itemAt(TfNode &node, const TensorList &list, int64_t place, size_t shape) {
  return list[place] ? MaybeValue(list[place]) : unwritten(node, list, shape);
}

/// The items at these places side by side in a new first dimension.
MaybeValue stacked(TfNode &node, const TensorList &list, ArrayRef<int64_t> places, size_t shape) {
  if (places.empty())
    return node.unsupported("a tensor of an empty list");
  SmallVector<MaybeValue> parts;
  for (int64_t place : places) {
    if (place < 0 || place >= static_cast<int64_t>(list.size()))
      return node.invalid("place " + Twine(place) + " of a list of " + Twine(list.size()) +
                          " tensors");
    MaybeValue item = itemAt(node, list, place, shape);
    if (failed(item))
      return failure();
    parts.push_back(*item);
  }
  return stackAlong(node, parts, 0);
}

SmallVector<int64_t> allPlaces(const TensorList &list) {
  return llvm::to_vector(llvm::seq<int64_t>(0, static_cast<int64_t>(list.size())));
}

/// The items one behind the other along their first dimension, and how long each is.
FailureOr<Slots> joined(TfNode &node, const TensorList &list) {
  Values parts;
  SmallVector<int64_t> lengths;
  for (Value item : list) {
    if (!item || shapeOf(item).empty())
      return node.unsupported("to join tensors some of which are not written, or scalars");
    parts.push_back(item);
    lengths.push_back(shapeOf(item)[0]);
  }
  if (parts.empty())
    return node.unsupported("a tensor of an empty list");
  MaybeValue all = concatAlong(node, parts, 0);
  if (failed(all))
    return failure();
  Value sizes = constantFrom(node, Numbers::vectorOf(node.builder().getI64Type(), lengths));
  return Slots{slotOf(*all), slotOf(sizes)};
}

/// Items along the first dimension of a tensor with these lengths.
FailureOr<TensorList> split(TfNode &node, MaybeValue tensor, size_t lengthsInput) {
  FailureOr<SmallVector<int64_t>> lengths = node.integers(lengthsInput, "the lengths");
  if (failed(tensor) || failed(lengths))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*tensor);
  auto sizes = shape.empty() ? std::nullopt : partSizes(*lengths, shape[0]);
  if (!sizes || llvm::is_contained(*lengths, -1) ||
      static_cast<int64_t>(sizes->size()) > kMostItems)
    return node.invalid("parts of " + shapeText(*lengths) + " of a tensor of shape " +
                        shapeText(shape));
  FailureOr<Values> parts = splitAlong(node, tensor, 0, *sizes);
  if (failed(parts))
    return failure();
  return TensorList(parts->begin(), parts->end());
}

/// A list with an item replaced.
FailureOr<Slots> written(TfNode &node, size_t listInput, size_t placeInput, size_t itemInput,
                         bool grows) {
  FailureOr<List> list = node.list(listInput);
  MaybeValue item = node.input(itemInput);
  if (failed(list) || failed(item))
    return failure();
  FailureOr<int64_t> place = placeFrom(node, placeInput, **list, grows);
  if (failed(place))
    return failure();
  TensorList changed = **list;
  if (*place >= static_cast<int64_t>(changed.size()))
    changed.resize(*place + 1);
  changed[*place] = *item;
  return Slots{slotOf(std::move(changed))};
}

/// A list with the parts of a tensor at the places that another input names.
FailureOr<Slots> scatteredInto(TfNode &node, TensorList list, size_t tensorInput,
                               size_t placesInput) {
  FailureOr<TensorList> items = itemsOf(node, node.input(tensorInput));
  FailureOr<SmallVector<int64_t>> places = node.integers(placesInput, "the places in a list");
  if (failed(items) || failed(places))
    return failure();
  if (items->size() != places->size())
    return node.invalid(Twine(places->size()) + " places for " + Twine(items->size()) + " tensors");
  for (auto [place, item] : llvm::zip(*places, *items)) {
    if (place < 0 || place >= kMostItems)
      return node.invalid("place " + Twine(place) + " of a list");
    if (place >= static_cast<int64_t>(list.size()))
      list.resize(place + 1);
    list[place] = item;
  }
  return Slots{slotOf(std::move(list))};
}
} // namespace

// TensorList: handles are values, and everything that changes one makes a new one.

/// Reserve: the shape of the items, and how many.
static FailureOr<Slots> importReserve(TfNode &node) {
  FailureOr<int64_t> count = countFrom(node, 1);
  if (failed(count))
    return failure();
  return Slots{slotOf(TensorList(*count))};
}
static FailureOr<Slots> importEmpty(TfNode &) {
  return Slots{slotOf(TensorList())};
}
static FailureOr<Slots> importFromTensor(TfNode &node) {
  FailureOr<TensorList> list = itemsOf(node, node.input(0));
  if (failed(list))
    return failure();
  return Slots{slotOf(std::move(*list))};
}
static FailureOr<Slots> importSetItem(TfNode &node) {
  return written(node, 0, 1, 2, node.flag("resize_if_index_out_of_bounds", false));
}
static FailureOr<Slots> importGetItem(TfNode &node) {
  FailureOr<List> list = node.list(0);
  if (failed(list))
    return failure();
  FailureOr<int64_t> place = placeFrom(node, 1, **list, /*grows=*/false);
  if (failed(place))
    return failure();
  return oneSlot(itemAt(node, **list, *place, 2));
}
static FailureOr<Slots> importStack(TfNode &node) {
  FailureOr<List> list = node.list(0);
  if (failed(list))
    return failure();
  return oneSlot(stacked(node, **list, allPlaces(**list), 1));
}
static FailureOr<Slots> importGatherItems(TfNode &node) {
  FailureOr<List> list = node.list(0);
  FailureOr<SmallVector<int64_t>> places = node.integers(1, "the places in a list");
  if (failed(list) || failed(places))
    return failure();
  return oneSlot(stacked(node, **list, *places, 2));
}
static FailureOr<Slots> importLength(TfNode &node) {
  FailureOr<List> list = node.list(0);
  if (failed(list))
    return failure();
  auto count = static_cast<int64_t>((*list)->size());
  return Slots{slotOf(constantFrom(node, Numbers::scalarOf(node.builder().getI32Type(), count)))};
}
static FailureOr<Slots> importPushBack(TfNode &node) {
  FailureOr<List> list = node.list(0);
  MaybeValue item = node.input(1);
  if (failed(list) || failed(item))
    return failure();
  if (static_cast<int64_t>((*list)->size()) >= kMostItems)
    return node.unsupported("a list of more than " + Twine(kMostItems) + " tensors");
  TensorList longer = **list;
  longer.push_back(*item);
  return Slots{slotOf(std::move(longer))};
}
static FailureOr<Slots> importPopBack(TfNode &node) {
  FailureOr<List> list = node.list(0);
  if (failed(list))
    return failure();
  if ((*list)->empty())
    return node.invalid("the last tensor of an empty list");
  MaybeValue item = itemAt(node, **list, static_cast<int64_t>((*list)->size()) - 1, 1);
  if (failed(item))
    return failure();
  TensorList shorter = **list;
  shorter.pop_back();
  return Slots{slotOf(std::move(shorter)), slotOf(*item)};
}
static FailureOr<Slots> importResizeList(TfNode &node) {
  FailureOr<List> list = node.list(0);
  FailureOr<int64_t> count = countFrom(node, 1);
  if (failed(list) || failed(count))
    return failure();
  TensorList resized = **list;
  resized.resize(*count);
  return Slots{slotOf(std::move(resized))};
}
static FailureOr<Slots> importConcatList(TfNode &node) {
  FailureOr<List> list = node.list(0);
  return failed(list) ? FailureOr<Slots>(failure()) : joined(node, **list);
}
static FailureOr<Slots> importSplitTensor(TfNode &node) {
  FailureOr<TensorList> list = split(node, node.input(0), 2);
  if (failed(list))
    return failure();
  return Slots{slotOf(std::move(*list))};
}
/// Scatter of TensorList: the tensor, the places, the shape of the items and how many at least.
static FailureOr<Slots> importScatterNew(TfNode &node) {
  TensorList list;
  if (node.inputCount() > 3) {
    FailureOr<int64_t> count = node.integer(3, "the number of tensors");
    if (failed(count))
      return failure();
    if (*count > kMostItems)
      return node.unsupported("a list of more than " + Twine(kMostItems) + " tensors");
    list.resize(std::max<int64_t>(*count, 0));
  }
  return scatteredInto(node, std::move(list), 0, 1);
}
static FailureOr<Slots> importScatterInto(TfNode &node) {
  FailureOr<List> list = node.list(0);
  return failed(list) ? FailureOr<Slots>(failure()) : scatteredInto(node, **list, 1, 2);
}

// TensorArray: a handle, which nothing is read from, and a flow, which has the items here.

static FailureOr<Slots> importArray(TfNode &node) {
  FailureOr<int64_t> count = countFrom(node, 0);
  if (failed(count))
    return failure();
  Slot slot = slotOf(TensorList(*count));
  return Slots{slot, slot};
}
static FailureOr<Slots> importArrayRead(TfNode &node) {
  FailureOr<List> list = node.list(2);
  if (failed(list))
    return failure();
  FailureOr<int64_t> place = placeFrom(node, 1, **list, /*grows=*/false);
  if (failed(place))
    return failure();
  if (!(**list)[*place])
    return node.invalid("place " + Twine(*place) + " is read, which nothing was written to");
  return Slots{slotOf((**list)[*place])};
}
static FailureOr<Slots> importArrayWrite(TfNode &node) {
  return written(node, 3, 1, 2, /*grows=*/true);
}
static FailureOr<Slots> importArrayGather(TfNode &node) {
  FailureOr<List> list = node.list(2);
  FailureOr<SmallVector<int64_t>> places = node.integers(1, "the places in a list");
  if (failed(list) || failed(places))
    return failure();
  return oneSlot(stacked(node, **list, *places, 0));
}
static FailureOr<Slots> importArrayScatter(TfNode &node) {
  FailureOr<List> list = node.list(3);
  return failed(list) ? FailureOr<Slots>(failure()) : scatteredInto(node, **list, 2, 1);
}
static FailureOr<Slots> importArraySize(TfNode &node) {
  FailureOr<List> list = node.list(1);
  if (failed(list))
    return failure();
  auto count = static_cast<int64_t>((*list)->size());
  return Slots{slotOf(constantFrom(node, Numbers::scalarOf(node.builder().getI32Type(), count)))};
}
static FailureOr<Slots> importArrayConcat(TfNode &node) {
  FailureOr<List> list = node.list(1);
  return failed(list) ? FailureOr<Slots>(failure()) : joined(node, **list);
}
static FailureOr<Slots> importArraySplit(TfNode &node) {
  FailureOr<TensorList> list = split(node, node.input(1), 2);
  if (failed(list))
    return failure();
  return Slots{slotOf(std::move(*list))};
}

void registerTensorList(OpTable &table) {
  table.addLists("TensorListReserve", importReserve);
  table.addLists("EmptyTensorList", importEmpty);
  table.addLists("TensorListFromTensor", importFromTensor);
  table.addLists("TensorListSetItem", importSetItem);
  table.addLists("TensorListGetItem", importGetItem);
  table.addLists("TensorListStack", importStack);
  table.addLists("TensorListGather", importGatherItems);
  table.addLists("TensorListLength", importLength);
  table.addLists("TensorListPushBack", importPushBack);
  table.addLists("TensorListPopBack", importPopBack);
  table.nameOutputs("TensorListPopBack", {"output_handle", "tensor"});
  table.addLists("TensorListResize", importResizeList);
  for (StringRef op : {"TensorListConcat", "TensorListConcatV2"}) {
    table.addLists(op, importConcatList);
    table.nameOutputs(op, {"tensor", "lengths"});
  }
  table.addLists("TensorListSplit", importSplitTensor);
  for (StringRef op : {"TensorListScatter", "TensorListScatterV2"})
    table.addLists(op, importScatterNew);
  table.addLists("TensorListScatterIntoExistingList", importScatterInto);
  for (StringRef version : {"V2", "V3"}) {
    auto add = [&](StringRef name, ListHandler handler) {
      table.addLists(("TensorArray" + name + version).str(), handler);
    };
    add("", importArray);
    table.nameOutputs(("TensorArray" + version).str(), {"handle", "flow"});
    add("Read", importArrayRead);
    add("Write", importArrayWrite);
    add("Gather", importArrayGather);
    add("Scatter", importArrayScatter);
    add("Size", importArraySize);
    add("Concat", importArrayConcat);
    table.nameOutputs(("TensorArrayConcat" + version).str(), {"value", "lengths"});
    add("Split", importArraySplit);
  }
}

} // namespace tandem::tensorflow
