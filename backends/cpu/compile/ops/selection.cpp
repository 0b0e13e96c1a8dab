// gather, top_k_values and top_k_indices: elements chosen by indices, or by their order.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/rows.h"
#include "backends/cpu/compile/strided.h"
#include "compiler/graph/types.h"

#include <limits>

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {
/// A copy over (what is before the axis, index, what is behind it), from where the index says.
void planGather(Operation *op, Plan &plan) {
  auto gather = cast<graph::GatherOp>(op);
  ArrayRef<int64_t> shape = graph::tensorType(gather.getInput()).getShape();
  auto axis = static_cast<size_t>(gather.getAxis());
  auto count = [](ArrayRef<int64_t> dims) {
    return std::accumulate(dims.begin(), dims.end(), int64_t(1), std::multiplies<>());
  };
  int64_t length = shape[axis], slice = count(shape.drop_front(axis + 1));
  std::vector<int64_t> box = {count(shape.take_front(axis)),
                              graph::tensorType(gather.getIndices()).getNumElements(), slice};
  Buffers buffers(plan);
  unsigned input = buffers.add(gather.getInput()), indices = buffers.add(gather.getIndices());
  unsigned output = buffers.add(gather.getResult());
  plan.step({buffers.types,
             [=](KernelBuilder &k) {
               StridedNest nest(box);
               nest.add({length * slice, 0, 1});
               nest.add({0, 1, 0});
               nest.add(denseStrides(box));
               nest.build(k, [&](ArrayRef<Value> at) {
                 Value index = arith::IndexCastOp::create(k, k.getIndexType(),
                                                          k.load(k.buffer(indices), at[1]));
                 index = k.smaller(k.larger(index, k.index(0)), k.index(length - 1));
                 Value from = k.add(at[0], k.mul(index, slice));
                 k.store(k.load(k.buffer(input), from), k.buffer(output), at[2]);
               });
             }},
            buffers.ids);
}

struct TopK {
  Rows rows;
  int64_t count;
  ElementType element;
  bool values; ///< else indices
  unsigned input, output;
};

/// Rank by rank: the largest of the elements behind the one before. That one is known by value and
/// index, so nothing has to be remembered or sorted; right for the few that models ask for.
class TopKCode {
public:
  TopKCode(KernelBuilder &k, const TopK &top) : k_(k), t_(top) {}

  void build() {
    t_.rows.build(k_, [&](Value first, Value row) {
      Value out = k_.mul(row, t_.count);
      // In front of every element: of the largest value there can be, and before index 0.
      Values none = {extreme(true), k_.index(-1)};
      k_.loop(k_.index(0), k_.index(t_.count), 1, none, [&](Value rank, ValueRange last) {
        Value index = next(first, last[0], last[1]);
        Value place = k_.add(first, index);
        Value result = t_.values ? k_.load(k_.buffer(t_.input), place)
                                 : arith::IndexCastOp::create(k_, k_.getI32Type(), index);
        k_.store(result, k_.buffer(t_.output), k_.add(out, rank));
        return Values{element(place), index};
      });
    });
  }

private:
  bool isFloat() const { return t_.element == ElementType::kF32; }

  /// What is compared. NaN comes last, as the lowest.
  Value element(Value place) {
    Value x = k_.load(k_.buffer(t_.input), place);
    if (!isFloat())
      return t_.element == ElementType::kI64 ? x : k_.toI32(x, t_.element);
    Value isNan = arith::CmpFOp::create(k_, arith::CmpFPredicate::UNO, x, x);
    return arith::SelectOp::create(k_, isNan, extreme(false), x);
  }
  Value extreme(bool largest) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    if (isFloat())
      return k_.constant(k_.getF32Type(), largest ? kInfinity : -kInfinity);
    bool isLong = t_.element == ElementType::kI64;
    int64_t high = isLong ? INT64_MAX : INT32_MAX;
    Type type = isLong ? k_.getI64Type() : k_.getI32Type();
    return arith::ConstantOp::create(k_, k_.getIntegerAttr(type, largest ? high : -high - 1));
  }

  Value isAbove(Value a, Value b) {
    return isFloat() ? Value(arith::CmpFOp::create(k_, arith::CmpFPredicate::OGT, a, b))
                     : Value(arith::CmpIOp::create(k_, arith::CmpIPredicate::sgt, a, b));
  }
  Value isEqual(Value a, Value b) {
    return isFloat() ? Value(arith::CmpFOp::create(k_, arith::CmpFPredicate::OEQ, a, b))
                     : Value(arith::CmpIOp::create(k_, arith::CmpIPredicate::eq, a, b));
  }

  /// The index of the first of the largest elements behind (`last`, `lastIndex`) in the order.
  Value next(Value first, Value last, Value lastIndex) {
    Values none = {extreme(false), k_.index(-1)};
    return k_.loop(k_.index(0), k_.index(t_.rows.length), 1, none, [&](Value i, ValueRange best) {
      Value x = element(k_.add(first, i));
      Value isLater = arith::AndIOp::create(k_, isEqual(x, last), k_.less(lastIndex, i));
      Value isBehind = arith::OrIOp::create(k_, isAbove(last, x), isLater);
      Value isFirst = k_.less(best[1], k_.index(0));
      Value isBetter = arith::OrIOp::create(k_, isFirst, isAbove(x, best[0]));
      Value takes = arith::AndIOp::create(k_, isBehind, isBetter);
      return Values{arith::SelectOp::create(k_, takes, x, best[0]),
                    arith::SelectOp::create(k_, takes, i, best[1])};
    })[1];
  }

  KernelBuilder &k_;
  const TopK &t_;
};

Support supportsTopK(Operation *op) {
  ElementType element =
      *graph::elementTypeOf(graph::tensorType(op->getOperand(0)).getElementType());
  if (element == ElementType::kF16 || element == ElementType::kBF16)
    return Support::no("orders elements of a type that has no kernel");
  return Support::yes();
}

template <typename OpT> void planTopK(Operation *op, Plan &plan) {
  auto topK = cast<OpT>(op);
  RankedTensorType type = graph::tensorType(topK.getInput());
  TopK top = {};
  top.rows = rowsAlong(type.getShape(), type.getRank() - 1);
  top.count = static_cast<int64_t>(topK.getK());
  top.values = std::is_same_v<OpT, graph::TopKValuesOp>;
  Buffers buffers(plan);
  top.input = buffers.add(topK.getInput());
  top.output = buffers.add(topK.getResult());
  top.element = buffers.types[top.input].element;
  plan.step({buffers.types, [=](KernelBuilder &k) { TopKCode(k, top).build(); }}, buffers.ids);
}
} // namespace

void registerSelection(HandlerTable &table) {
  table.add<graph::GatherOp>({supportsAny, planGather});
  table.add<graph::TopKValuesOp>({supportsTopK, planTopK<graph::TopKValuesOp>});
  table.add<graph::TopKIndicesOp>({supportsTopK, planTopK<graph::TopKIndicesOp>});
}

} // namespace tandem::cpu
