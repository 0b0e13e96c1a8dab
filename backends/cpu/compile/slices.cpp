#include "backends/cpu/compile/slices.h"

#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace tandem::cpu {

static ArrayRef<int64_t> shapeOf(Value value) {
  return graph::tensorType(value).getShape();
}

int64_t rowOf(Value value) {
  ArrayRef<int64_t> shape = shapeOf(value);
  return shape.empty() ? 1 : shape.back();
}

namespace {

class SliceChooser {
public:
  SliceChooser(const Region &region, const SliceRules &rules)
      : rules_(rules), ours_(region.ops.begin(), region.ops.end()),
        outputs_(region.outputs.begin(), region.outputs.end()) {
    // From the last one on: what takes the result of another one has its place first.
    for (Operation *op : llvm::reverse(region.ops))
      if (auto concat = dyn_cast<graph::ConcatOp>(op))
        chooseOperands(concat);
      else if (auto pad = dyn_cast<graph::PadOp>(op); pad && !isAdded(pad))
        choosePart(pad.getInput(), pad.getResult(), pad.getLow());
    for (Operation *op : region.ops)
      if (auto slice = dyn_cast<graph::SliceOp>(op))
        if (llvm::all_of(slice.getStrides(), [](int64_t stride) { return stride == 1; }))
          choosePart(slice.getResult(), slice.getInput(), slice.getBegin());
  }

  Slices take() { return std::move(slices_); }

private:
  void chooseOperands(graph::ConcatOp concat) {
    SmallVector<int64_t> begin(shapeOf(concat.getResult()).size());
    int64_t &done = begin[static_cast<size_t>(concat.getAxis())];
    for (Value input : concat.getInputs()) {
      choosePart(input, concat.getResult(), begin);
      done += shapeOf(input)[static_cast<size_t>(concat.getAxis())];
    }
  }

  /// A sum takes what has fewer channels as it is, mostly (fusion.cpp).
  static bool isAdded(graph::PadOp pad) {
    Value result = pad.getResult();
    return graph::tensorType(result).getElementType().isF32() && result.hasOneUse() &&
           isa<graph::AddOp>(*result.getUsers().begin());
  }

  /// `part` is the elements of `whole` from `begin` on, as many as it has; a slice of it, if these
  /// are rows side by side.
  void choosePart(Value part, Value whole, ArrayRef<int64_t> begin) {
    ArrayRef<int64_t> own = shapeOf(part), all = shapeOf(whole);
    auto found = slices_.find(whole);
    Slice slice = found == slices_.end() ? Slice{whole, 0, rowOf(whole)} : found->second;
    if (own.empty())
      return;
    size_t last = own.size() - 1, first = 0;
    while (first < last && own[first] == 1)
      ++first;
    for (size_t d = first + 1; d < last; ++d)
      if (own[d] != all[d])
        return;
    slice.offset += begin[last];
    int64_t stride = slice.step;
    for (size_t d = last; d-- > 0; stride *= all[d])
      slice.offset += begin[d] * stride;
    if (graph::tensorType(part).getNumElements() == rowOf(part))
      slice.step = rowOf(part);
    place(part, slice);
  }

  /// Gives the value its place if everything that writes or reads it takes it there.
  bool place(Value value, const Slice &slice) {
    Operation *definition = value.getDefiningOp();
    if (!definition || !ours_.contains(definition) || slices_.contains(value) ||
        !rules_.storedAlike(value, slice.of) || !isInside(value))
      return false;
    bool isDense = slice.step == rowOf(value);
    auto reshape = dyn_cast<graph::ReshapeOp>(definition);
    auto readsApart = [&](OpOperand &use) {
      RowsApart may = rules_.rowsApart(use.getOwner());
      return may == RowsApart::kAll || (may == RowsApart::kFirst && use.getOperandNumber() == 0);
    };
    if (!isDense && (reshape || rules_.rowsApart(definition) == RowsApart::kNone ||
                     !llvm::all_of(value.getUses(), readsApart)))
      return false;
    if (reshape) {
      Value from = reshape.getInput();
      if (!place(from, {slice.of, slice.offset, rowOf(from)}))
        return false;
    }
    slices_[value] = slice;
    return true;
  }

  /// Whether nobody outside the region sees the value's bytes, under this shape or another.
  bool isInside(Value value) const {
    return !outputs_.contains(value) && llvm::all_of(value.getUsers(), [&](Operation *user) {
      return !isa<graph::ReshapeOp>(user) || isInside(user->getResult(0));
    });
  }

  const SliceRules &rules_;
  llvm::DenseSet<Operation *> ours_;
  llvm::DenseSet<Value> outputs_;
  Slices slices_;
};

} // namespace

Slices chooseSlices(const Region &region, const SliceRules &rules) {
  return SliceChooser(region, rules).take();
}

} // namespace tandem::cpu
