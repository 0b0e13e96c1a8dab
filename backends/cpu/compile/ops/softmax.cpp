// softmax and log_softmax along any axis.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/quantized_softmax.h"
#include "backends/cpu/compile/rows.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
struct Softmax {
  Rows rows;
  float beta;
  bool logarithm;
  unsigned input, output;
};

void buildSoftmax(KernelBuilder &k, const Softmax &s) {
  constexpr auto kReassoc = arith::FastMathFlags::reassoc;
  Value input = k.buffer(s.input), output = k.buffer(s.output);
  Type f32 = k.getF32Type();
  Value beta = k.constant(f32, s.beta);
  s.rows.build(k, [&](Value row, Value) {
    auto place = [&](Value i) { return s.rows.place(k, row, i); };
    auto reduce = [&](double start, function_ref<Value(Value i, Value acc)> body) {
      return s.rows.reduce(k, k.constant(f32, start), body);
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
      k.loop(s.rows.length, [&](Value i) {
        k.store(arith::SubFOp::create(k, shifted(i), log), output, place(i));
      });
      return;
    }
    k.loop(s.rows.length,
           [&](Value i) { k.store(math::ExpOp::create(k, shifted(i)), output, place(i)); });
    Value sum = reduce(0, [&](Value i, Value acc) {
      return arith::AddFOp::create(k, acc, k.load(output, place(i)), kReassoc);
    });
    Value inverse = arith::DivFOp::create(k, k.constant(f32, 1), sum);
    k.loop(s.rows.length, [&](Value i) {
      k.store(arith::MulFOp::create(k, k.load(output, place(i)), inverse), output, place(i));
    });
  });
}

void planSoftmax(Operation *op, int64_t axis, float beta, bool logarithm, Plan &plan) {
  Softmax softmax = {rowsAlong(graph::tensorType(op->getResult(0)).getShape(), axis), beta,
                     logarithm, 0, 0};
  Buffers buffers(plan);
  softmax.input = buffers.add(op->getOperand(0));
  softmax.output = buffers.add(op->getResult(0));
  plan.step({buffers.types, [=](KernelBuilder &k) { buildSoftmax(k, softmax); }}, buffers.ids);
}
} // namespace

static Support supportsSoftmax(Operation *op) {
  return graph::isQuantized(op->getOperand(0).getType()) ? supportsQuantizedSoftmax(op)
                                                         : supportsF32(op);
}

void registerSoftmax(HandlerTable &table) {
  table.add<graph::SoftmaxOp>({supportsSoftmax, [](Operation *op, Plan &plan) {
                                 auto softmax = cast<graph::SoftmaxOp>(op);
                                 if (graph::isQuantized(softmax.getInput().getType()))
                                   return planQuantizedSoftmax(softmax, plan);
                                 planSoftmax(op, softmax.getAxis(),
                                             softmax.getBeta().convertToFloat(), false, plan);
                               }});
  table.add<graph::LogSoftmaxOp>({supportsF32, [](Operation *op, Plan &plan) {
                                    planSoftmax(op, cast<graph::LogSoftmaxOp>(op).getAxis(), 1,
                                                true, plan);
                                  }});
}

} // namespace tandem::cpu
