// softmax and log_softmax along any axis.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/strided.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;
using Values = KernelBuilder::Values;

namespace {
struct Softmax {
  std::vector<int64_t> rows, strides; ///< without the axis
  int64_t count, stride;              ///< of the axis
  float beta;
  bool logarithm;
  unsigned input, output;
};

void buildSoftmax(KernelBuilder &k, const Softmax &s) {
  constexpr auto kReassoc = arith::FastMathFlags::reassoc;
  Value input = k.buffer(s.input), output = k.buffer(s.output);
  Type f32 = k.getF32Type();
  Value beta = k.constant(f32, s.beta);
  StridedNest nest(s.rows);
  nest.add(s.strides);
  nest.build(k, [&](ArrayRef<Value> at) {
    auto place = [&](Value i) { return k.add(at[0], k.mul(i, s.stride)); };
    auto reduce = [&](double start, function_ref<Value(Value i, Value acc)> body) {
      return k.loop(k.index(0), k.index(s.count), 1, k.constant(f32, start),
                    [&](Value i, ValueRange acc) { return Values{body(i, acc[0])}; })[0];
    };
    Value largest = reduce(-std::numeric_limits<double>::infinity(), [&](Value i, Value acc) {
      return arith::MaximumFOp::create(k, acc, k.load(input, place(i)));
    });
    auto shifted = [&](Value i) -> Value {
      Value difference = arith::SubFOp::create(k, k.load(input, place(i)), largest);
      return arith::MulFOp::create(k, difference, beta);
    };
    if (s.logarithm) {
      Value sum = reduce(0, [&](Value i, Value acc) {
        return arith::AddFOp::create(k, acc, math::ExpOp::create(k, shifted(i)), kReassoc);
      });
      Value log = math::LogOp::create(k, sum);
      k.loop(s.count, [&](Value i) {
        k.store(arith::SubFOp::create(k, shifted(i), log), output, place(i));
      });
      return;
    }
    k.loop(s.count,
           [&](Value i) { k.store(math::ExpOp::create(k, shifted(i)), output, place(i)); });
    Value sum = reduce(0, [&](Value i, Value acc) {
      return arith::AddFOp::create(k, acc, k.load(output, place(i)), kReassoc);
    });
    Value inverse = arith::DivFOp::create(k, k.constant(f32, 1), sum);
    k.loop(s.count, [&](Value i) {
      k.store(arith::MulFOp::create(k, k.load(output, place(i)), inverse), output, place(i));
    });
  });
}

void planSoftmax(Operation *op, int64_t axis, float beta, bool logarithm, Plan &plan) {
  ArrayRef<int64_t> shape = graph::tensorType(op->getResult(0)).getShape();
  std::vector<int64_t> strides = denseStrides(shape);
  Softmax softmax = {{},   {},        shape[axis], strides[static_cast<size_t>(axis)],
                     beta, logarithm, 0,           0};
  for (size_t d = 0; d < shape.size(); ++d)
    if (d != static_cast<size_t>(axis)) {
      softmax.rows.push_back(shape[d]);
      softmax.strides.push_back(strides[d]);
    }
  Buffers buffers(plan);
  softmax.input = buffers.add(op->getOperand(0));
  softmax.output = buffers.add(op->getResult(0));
  plan.step({buffers.types, [=](KernelBuilder &k) { buildSoftmax(k, softmax); }}, buffers.ids);
}
} // namespace

void registerSoftmax(HandlerTable &table) {
  table.add<graph::SoftmaxOp>({supportsF32, [](Operation *op, Plan &plan) {
                                 auto softmax = cast<graph::SoftmaxOp>(op);
                                 planSoftmax(op, softmax.getAxis(),
                                             softmax.getBeta().convertToFloat(), false, plan);
                               }});
  table.add<graph::LogSoftmaxOp>({supportsF32, [](Operation *op, Plan &plan) {
                                    planSoftmax(op, cast<graph::LogSoftmaxOp>(op).getAxis(), 1,
                                                true, plan);
                                  }});
}

} // namespace tandem::cpu
