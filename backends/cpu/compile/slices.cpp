#include "backends/cpu/compile/slices.h"

#include "backends/cpu/compile/life_estimate.h"
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

/// A value that is the elements of another from `begin` on, as many as it has.
struct Part {
  Value part, whole;
  SmallVector<int64_t> begin;
};
using Parts = SmallVector<Part>;

class SliceChooser {
public:
  SliceChooser(const Region &region, const SliceRules &rules)
      : rules_(rules), ours_(region.ops.begin(), region.ops.end()),
        outputs_(region.outputs.begin(), region.outputs.end()) {
    // From the last one on: what takes the result of another one has its place first.
    for (Operation *op : llvm::reverse(region.ops))
      if (auto concat = dyn_cast<graph::ConcatOp>(op))
        parts_.push_back(operandsOf(concat));
      else if (auto pad = dyn_cast<graph::PadOp>(op); pad && !isAdded(pad))
        parts_.push_back({{pad.getInput(), pad.getResult(), SmallVector<int64_t>(pad.getLow())}});
    for (Operation *op : region.ops)
      if (auto slice = dyn_cast<graph::SliceOp>(op))
        if (llvm::all_of(slice.getStrides(), [](int64_t stride) { return stride == 1; }))
          parts_.push_back(
              {{slice.getResult(), slice.getInput(), SmallVector<int64_t>(slice.getBegin())}});
  }

  /// All that can be.
  Slices all() {
    slices_.clear();
    for (const Parts &parts : parts_)
      for (const Part &part : parts)
        choose(part);
    return slices_;
  }

  /// Those with which `fits` holds: all parts of an op, or else one after another, the last one
  /// first: it is made the shortest time before the whole.
  Slices allThatFit(function_ref<bool(const Slices &)> fits) {
    slices_.clear();
    auto attempt = [&](ArrayRef<Part> parts) {
      Slices before = slices_;
      for (const Part &part : parts)
        choose(part);
      if (slices_.size() != before.size() && !fits(slices_)) {
        slices_ = std::move(before);
        return false;
      }
      return true;
    };
    for (const Parts &parts : parts_)
      if (!attempt(parts) && parts.size() > 1)
        for (const Part &part : llvm::reverse(parts))
          attempt(part);
    return slices_;
  }

private:
  static Parts operandsOf(graph::ConcatOp concat) {
    Parts parts;
    SmallVector<int64_t> begin(shapeOf(concat.getResult()).size());
    int64_t &done = begin[static_cast<size_t>(concat.getAxis())];
    for (Value input : concat.getInputs()) {
      parts.push_back({input, concat.getResult(), begin});
      done += shapeOf(input)[static_cast<size_t>(concat.getAxis())];
    }
    return parts;
  }

  /// A sum takes what has fewer channels as it is, mostly (fusion.cpp).
  static bool isAdded(graph::PadOp pad) {
    Value result = pad.getResult();
    return graph::tensorType(result).getElementType().isF32() && result.hasOneUse() &&
           isa<graph::AddOp>(*result.getUsers().begin());
  }

  /// A slice of the whole, if its elements there are rows side by side.
  void choose(const Part &chosen) {
    const auto &[part, whole, begin] = chosen;
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
  SmallVector<Parts> parts_; ///< of one op each
  Slices slices_;
};

} // namespace

Slices chooseSlices(const Region &region, const SliceRules &rules) {
  SliceChooser chooser(region, rules);
  Slices slices = chooser.all();
  if (slices.empty())
    return slices;
  LifeEstimate lives(region, rules.bytesOf);
  // A little more memory is not worth the time that copies take.
  int64_t most = lives.mostAlive(Slices()) * 17 / 16;
  auto fits = [&](const Slices &some) -> bool { return lives.mostAlive(some) <= most; };
  return fits(slices) ? slices : chooser.allThatFit(fits);
}

} // namespace tandem::cpu
