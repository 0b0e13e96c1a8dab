// scatter: the operand once, where it is not in its place already, then slices of contiguous
// elements.

#include "backends/cpu/compile/copy.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/strided.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
struct Scatter {
  std::vector<int64_t> named;   ///< the dimensions that indices are places in
  std::vector<int64_t> strides; ///< in the result
  int64_t rows;                 ///< of indices
  int64_t slice;                ///< elements that each names
  ElementType element;
  graph::Reduction reduction;
  unsigned indices, updates, output;
};

class ScatterCode {
public:
  ScatterCode(KernelBuilder &k, const Scatter &scatter) : k_(k), s_(scatter) {}

  void build() {
    k_.loop(s_.rows, [&](Value row) {
      KernelBuilder::Values places;
      Value isInside;
      for (size_t d = 0; d < s_.named.size(); ++d) {
        places.push_back(index(row, static_cast<int64_t>(d)));
        // A negative one is above all others so.
        Value fits = arith::CmpIOp::create(k_, arith::CmpIPredicate::ult, places.back(),
                                           k_.index(s_.named[d]));
        isInside = isInside ? Value(arith::AndIOp::create(k_, isInside, fits)) : fits;
      }
      k_.when(isInside, [&] { slice(k_.dot(places, s_.strides), k_.mul(row, s_.slice)); });
    });
  }

private:
  Value index(Value row, int64_t d) {
    Value at = k_.add(k_.mul(row, static_cast<int64_t>(s_.named.size())), d);
    return arith::IndexCastOp::create(k_, k_.getIndexType(), k_.load(k_.buffer(s_.indices), at));
  }

  /// Vectors, then what is left: each element once, as it may be added to.
  void slice(Value to, Value from) {
    int64_t lanes = k_.isa().vectorBits / (8 * static_cast<int64_t>(elementSize(s_.element)));
    int64_t inVectors = s_.slice / lanes * lanes;
    VectorType type = k_.vector(k_.elementType(s_.element), lanes);
    Value updates = k_.buffer(s_.updates), output = k_.buffer(s_.output);
    k_.loop(k_.index(0), k_.index(inVectors), lanes, [&](Value i) {
      Value place = k_.add(to, i), update = k_.loadVector(type, updates, k_.add(from, i));
      k_.storeVector(combined(update, [&] { return k_.loadVector(type, output, place); }), output,
                     place);
    });
    k_.loop(k_.index(inVectors), k_.index(s_.slice), 1, [&](Value i) {
      Value place = k_.add(to, i), update = k_.load(updates, k_.add(from, i));
      k_.store(combined(update, [&] { return k_.load(output, place); }), output, place);
    });
  }

  Value combined(Value update, llvm::function_ref<Value()> there) {
    switch (s_.reduction) {
    case graph::Reduction::None:
      break;
    case graph::Reduction::Add:
      return make<arith::AddFOp, arith::AddIOp>(there(), update);
    case graph::Reduction::Mul:
      return make<arith::MulFOp, arith::MulIOp>(there(), update);
    case graph::Reduction::Min:
      return make<arith::MinimumFOp, arith::MinSIOp>(there(), update);
    case graph::Reduction::Max:
      return make<arith::MaximumFOp, arith::MaxSIOp>(there(), update);
    }
    return update;
  }
  template <typename FloatOp, typename IntegerOp> Value make(Value there, Value update) {
    return s_.element == ElementType::kF32 ? Value(FloatOp::create(k_, there, update))
                                           : Value(IntegerOp::create(k_, there, update));
  }

  KernelBuilder &k_;
  const Scatter &s_;
};

void planScatter(Operation *op, Plan &plan) {
  auto scatter = cast<graph::ScatterOp>(op);
  Value input = scatter.getInput(), result = scatter.getResult();
  bool isInPlace = input != scatter.getUpdates() && plan.takeMemory(result, input, op);
  if (!isInPlace) {
    int64_t count = graph::tensorType(input).getNumElements();
    planCopy(input, result, {count}, {{1}}, {{1}}, plan);
  }
  ArrayRef<int64_t> shape = graph::tensorType(input).getShape();
  auto depth = static_cast<size_t>(graph::tensorType(scatter.getIndices()).getShape().back());
  std::vector<int64_t> strides = denseStrides(shape);
  Scatter s = {};
  s.named.assign(shape.begin(), shape.begin() + static_cast<ptrdiff_t>(depth));
  s.strides.assign(strides.begin(), strides.begin() + static_cast<ptrdiff_t>(depth));
  s.rows = graph::tensorType(scatter.getIndices()).getNumElements() / static_cast<int64_t>(depth);
  s.slice = llvm::product_of(shape.drop_front(depth));
  s.reduction = scatter.getReduction();
  Buffers buffers(plan);
  s.indices = buffers.add(scatter.getIndices());
  s.updates = buffers.add(scatter.getUpdates());
  s.output = buffers.add(result);
  s.element = buffers.types[s.output].element;
  plan.step({buffers.types, [=](KernelBuilder &k) { ScatterCode(k, s).build(); }}, buffers.ids);
}
} // namespace

void registerScatter(HandlerTable &table) {
  table.add<graph::ScatterOp>({supportsAny, planScatter});
}

} // namespace tandem::cpu
