// numpy's operators that move elements.
#include "compiler/importers/common/array_functions.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
/// concatenate: of what is flattened first, where 'axis' is None.
MaybeValue importConcatenate(SymbolNode &node) {
  FailureOr<Values> parts = node.inputs();
  if (failed(parts))
    return failure();
  if (node.isNone("axis")) {
    for (Value &part : *parts) {
      MaybeValue flat = node.reshape(part, *elementCount(shapeOf(part)));
      if (failed(flat))
        return failure();
      part = *flat;
    }
  }
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(parts->front()).size()), 0);
  return node.failed() ? MaybeValue(failure()) : concatAlong(node, *parts, axis);
}

/// vstack, hstack and dstack: side by side along a dimension of tensors that have at least so many.
template <int64_t axis, int64_t least> MaybeValue importStacked(SymbolNode &node) {
  FailureOr<Values> parts = node.inputs();
  return failed(parts) ? MaybeValue(failure()) : stackedRows(node, *parts, axis, least);
}

/// reshape by numpy's rule: one entry may be -1.
MaybeValue importNumpyReshape(SymbolNode &node) {
  MaybeValue input = node.input(0);
  Ints shape = node.integers("newshape");
  bool isOtherOrder = node.string("order", "C") != "C";
  if (node.failed() || failed(input))
    return failure();
  if (isOtherOrder)
    return node.unsupported("another 'order' than C");
  int64_t count = *elementCount(shapeOf(*input));
  if (auto *open = llvm::find(shape, -1); open != shape.end()) {
    *open = 1;
    std::optional<int64_t> known = elementCount(shape);
    if (!known || *known == 0 || count % *known)
      return node.invalid("'newshape' is " + node.string("newshape", "") +
                          " for an input of shape " + shapeText(shapeOf(*input)));
    *open = count / *known;
  }
  return node.reshape(input, shape);
}

/// npx.reshape: -1 is what is left, -2 copies a dimension, -3 leaves out one of 1, -4 copies all
/// that follow, -5 joins two, -6 splits one into the next two.
MaybeValue importCodedReshape(SymbolNode &node) {
  MaybeValue input = node.input(0);
  Ints codes = node.integers("newshape");
  bool isReversed = node.flag("reverse", false);
  if (node.failed() || failed(input))
    return failure();
  if (isReversed)
    return node.unsupported("'reverse'");
  ArrayRef<int64_t> shape = shapeOf(*input), left = shape;
  Ints result;
  std::optional<size_t> open;
  bool fits = true;
  auto next = [&]() -> int64_t {
    fits &= !left.empty();
    if (left.empty())
      return 1;
    int64_t size = left.front();
    left = left.drop_front();
    return size;
  };
  for (size_t i = 0; fits && i < codes.size(); ++i) {
    int64_t code = codes[i];
    if (code == -1) {
      fits = !open;
      open = result.size();
      result.push_back(1);
      left = left.drop_front(std::min<size_t>(left.size(), 1));
    } else if (code == -2) {
      result.push_back(next());
    } else if (code == -3) {
      fits &= next() == 1;
    } else if (code == -4) {
      result.append(left.begin(), left.end());
      left = {};
    } else if (code == -5) {
      int64_t first = next();
      result.push_back(first * next());
    } else if (code == -6 && i + 2 < codes.size()) {
      int64_t size = next(), first = codes[i + 1], second = codes[i + 2];
      first = first == -1 && second > 0 ? size / second : first;
      second = second == -1 && first > 0 ? size / first : second;
      fits &= first > 0 && second > 0 && first <= size && second <= size && first * second == size;
      result.append({first, second});
      i += 2;
    } else {
      fits &= code >= 0;
      result.push_back(code);
      left = left.drop_front(std::min<size_t>(left.size(), 1));
    }
  }
  std::optional<int64_t> known = fits ? elementCount(result) : std::nullopt;
  if (!known || (open && (*known == 0 || *elementCount(shape) % *known)))
    return node.invalid("'newshape' is " + node.string("newshape", "") + " for an input of shape " +
                        shapeText(shape));
  if (open)
    result[*open] = *elementCount(shape) / *known;
  return node.reshape(input, result);
}

/// moveaxis: dimensions of 'source' to the places of 'destination', the others in their order.
MaybeValue importMoveaxis(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  Ints source = node.integers("source"), destination = node.integers("destination");
  if (node.failed() || failed(shape))
    return failure();
  auto order = orderMoving(source, destination, static_cast<int64_t>(shape->size()));
  if (!order)
    return node.invalid("'source' " + node.string("source", "") + " and 'destination' " +
                        node.string("destination", "") + " for an input of shape " +
                        shapeText(*shape));
  return node.transposed(0, *order);
}

/// broadcast_to: dimensions are added in front; -2 in 'shape' keeps one.
MaybeValue importNumpyBroadcast(SymbolNode &node) {
  MaybeValue input = node.input(0);
  Ints shape = node.integers("shape");
  if (node.failed() || failed(input))
    return failure();
  ArrayRef<int64_t> given = shapeOf(*input);
  bool fits = given.size() <= shape.size() && hasSaneSize(shape);
  for (size_t i = 0; fits && i < given.size(); ++i) {
    int64_t &wanted = shape[shape.size() - given.size() + i];
    wanted = wanted == -2 ? given[i] : wanted;
    fits = given[i] == 1 || given[i] == wanted;
  }
  if (!fits)
    return node.invalid("its input of shape " + shapeText(given) + " does not broadcast to " +
                        shapeText(shape));
  return expandTo(node, input, shape);
}

/// roll: moved on by 'shift' along 'axis', or as one row.
MaybeValue importRoll(SymbolNode &node) {
  Ints shifts = node.integers("shift"), axes = node.integers("axis", Ints());
  return node.failed() ? MaybeValue(failure()) : rolledAlong(node, node.input(0), shifts, axes);
}

/// tril: zeros above a diagonal.
MaybeValue importTril(SymbolNode &node) {
  int64_t diagonal = node.integer("k", 0);
  return node.failed() ? MaybeValue(failure())
                       : triangleOf(node, node.input(0), diagonal, /*isLower=*/true);
}
} // namespace

void registerNumpyShape(OpTable &table) {
  table.add("_npi_concatenate", importConcatenate);
  table.nameOutputs("_npi_concatenate", {"out"});
  table.add("_npi_vstack", importStacked<0, 2>);
  table.add("_npi_hstack", importStacked<1, 1>);
  table.add("_npi_dstack", importStacked<2, 3>);
  table.add("_np_reshape", importNumpyReshape);
  table.add("_npi_reshape", importNumpyReshape);
  table.add("_npx_reshape", importCodedReshape);
  table.add("_np_moveaxis", importMoveaxis);
  table.add("_npi_broadcast_to", importNumpyBroadcast);
  table.add("_np_roll", importRoll);
  table.add("_npi_tril", importTril);
}

} // namespace tandem::mxnet
