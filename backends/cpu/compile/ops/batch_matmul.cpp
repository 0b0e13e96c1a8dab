// batch_matmul: a batch of matrix products is one convolution of 1x1 with a group for each of them.

#include "backends/cpu/compile/conv_f32.h"
#include "backends/cpu/compile/copy.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/strided.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

namespace {
struct Product {
  int64_t batches = 1, rows, inner, columns;

  explicit Product(graph::BatchMatmulOp op) {
    ArrayRef<int64_t> lhs = graph::tensorType(op.getLhs()).getShape();
    ArrayRef<int64_t> out = graph::tensorType(op.getResult()).getShape();
    for (int64_t size : out.drop_back(2))
      batches *= size;
    rows = out[out.size() - 2];
    columns = out.back();
    inner = op.getTransposeLhs() ? lhs[lhs.size() - 2] : lhs.back();
  }
};

/// [batch][row][inner], as the convolution reads its pixels.
TypedBuffer planLhs(graph::BatchMatmulOp op, const Product &p, Plan &plan) {
  TypedBuffer lhs = plan.typed(op.getLhs());
  if (!op.getTransposeLhs())
    return lhs;
  TypedBuffer turned = plan.scratch(lhs.type);
  std::vector<int64_t> box = {p.batches, p.rows, p.inner};
  Buffers buffers(plan);
  buffers.add(lhs);
  buffers.add(turned);
  planCopy(buffers, box, {{p.rows * p.inner, 1, p.rows}}, {denseStrides(box)}, plan);
  return turned;
}

void planBatchMatmul(Operation *generic, Plan &plan) {
  auto op = cast<graph::BatchMatmulOp>(generic);
  Product p(op);
  ConvShape shape = ConvShape::product(p.rows, p.inner, p.columns);
  WeightSteps steps = op.getTransposeRhs() ? WeightSteps{p.inner * p.columns, p.inner, 1}
                                           : WeightSteps{p.inner * p.columns, 1, p.columns};
  TypedBuffer rhs = planPacking(op.getRhs(), p.batches, p.columns, p.inner, steps, plan);
  ConvPlaces places = ConvPlaces::dense(shape);
  places.groups = p.batches;
  places.in.group = places.in.entry;
  places.out.group = places.out.entry;
  places.channels = 0; // the columns are the same in every product
  planProductF32(shape, places, rhs, planLhs(op, p, plan), op, graph::Activation::None, plan);
}
} // namespace

void registerBatchMatmul(HandlerTable &table) {
  table.add<graph::BatchMatmulOp>({supportsF32, planBatchMatmul, ofResult});
}

} // namespace tandem::cpu
