#include "backends/cpu/compile/sums.h"

#include "backends/cpu/compile/reals.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
/// An integer that the model computes times one constant for each channel.
struct ZeroPoint {
  Value number; ///< of one element
  std::vector<int32_t> factors;
};

/// Ops behind a product of codes, from one to the next: each is all that reads what is before it.
class Follower {
public:
  Follower(Operation *op, const Plan &plan)
      : plan_(plan), result_(op->getResult(0)), channels_(rowOf(result_)) {}

  Value result() const { return result_; }
  ArrayRef<Operation *> taken() const { return taken_; }

  /// Takes a reshape that leaves the rows as they are.
  void takeReshape() {
    auto reshape = next<graph::ReshapeOp>();
    if (reshape && rowOf(reshape.getResult()) == channels_)
      take(reshape);
  }
  /// Takes a subtraction of a zero point's part, if one is next.
  std::optional<ZeroPoint> takeZeroPoint() {
    auto less = next<graph::SubOp>();
    if (!less || less.getLhs() != result_ || less.getActivation() != graph::Activation::None ||
        less.getType() != result_.getType())
      return std::nullopt;
    auto product = less.getRhs().getDefiningOp<graph::MulOp>();
    if (!product || product.getActivation() != graph::Activation::None ||
        !plan_.isOnlyReadInside(product.getResult()))
      return std::nullopt;
    std::optional<graph::ConstantBytes> factors = graph::constantOf(product.getRhs());
    RankedTensorType type = graph::tensorType(product.getRhs());
    if (!factors || type.getNumElements() != channels_ || type.getShape().back() != channels_ ||
        graph::tensorType(product.getLhs()).getNumElements() != 1 ||
        product.getLhs().getType() == product.getType()) // may be of one loop, which keeps it
      return std::nullopt;
    ZeroPoint zero = {product.getLhs(), factors->as<int32_t>().vec()};
    SmallVector<Operation *> computed; // later, if not here
    if (!plan_.isReady(product.getResult()))
      computed.push_back(product);
    // What it is cast from may be there already. Of what is cast before there may be nothing else.
    if (auto cast = zero.number.getDefiningOp<graph::CastOp>();
        cast && !plan_.isReady(zero.number)) {
      if (plan_.isOnlyReadInside(cast.getResult()))
        computed.push_back(cast);
      zero.number = cast.getInput();
    }
    bool isInteger = isa<IntegerType>(graph::tensorType(zero.number).getElementType());
    if (!plan_.isReady(zero.number) || !isInteger)
      return std::nullopt;
    taken_.append(computed);
    take(less);
    return zero;
  }
  graph::CastOp takeCast() {
    auto cast = next<graph::CastOp>();
    if (!cast || !graph::tensorType(cast.getResult()).getElementType().isF32())
      return {};
    take(cast);
    return cast;
  }

private:
  template <typename OpT> OpT next() const {
    return plan_.isOnlyReadInside(result_) ? dyn_cast<OpT>(*result_.getUsers().begin()) : OpT();
  }
  void take(Operation *op) {
    taken_.push_back(op);
    result_ = op->getResult(0);
  }

  const Plan &plan_;
  Value result_;
  int64_t channels_;
  SmallVector<Operation *> taken_;
};

/// Sums before the first product: constants, less what the zero point adds.
std::function<Value(KernelBuilder &, Value)> initialSums(Operation *op,
                                                         const std::optional<ZeroPoint> &zero,
                                                         ArrayRef<int32_t> missing,
                                                         Buffers &buffers) {
  std::vector<int32_t> starts(
      static_cast<size_t>(graph::tensorType(op->getResult(0)).getShape().back()));
  if (op->getNumOperands() > 2)
    starts = graph::constantOf(op->getOperand(2))->as<int32_t>().vec();
  for (auto [start, more] : llvm::zip(starts, missing)) // none, or one for each
    start += more;
  unsigned initial = buffers.addPerChannel(starts);
  if (!zero)
    return [=](KernelBuilder &k, Value channel) {
      return k.loadVector(k.vectorI32(), k.buffer(initial), channel);
    };
  unsigned number = buffers.add(zero->number), factors = buffers.addPerChannel(zero->factors);
  return [=, element = buffers.types[number].element](KernelBuilder &k, Value channel) -> Value {
    VectorType type = k.vectorI32();
    Value one = k.toI32(k.load(k.buffer(number), k.index(0)), element);
    Value added = arith::MulIOp::create(k, k.broadcast(one, type),
                                        k.loadVector(type, k.buffer(factors), channel));
    return arith::SubIOp::create(k, k.loadVector(type, k.buffer(initial), channel), added);
  };
}
} // namespace

Epilogue sumsEpilogue(Operation *op, Plan &plan, Buffers &buffers, ArrayRef<int32_t> missing) {
  Follower follower(op, plan);
  follower.takeReshape();
  std::optional<ZeroPoint> zero = follower.takeZeroPoint();
  follower.takeReshape();
  graph::CastOp toReal = buffers.channelGroups == 1 ? follower.takeCast() : graph::CastOp();
  for (Operation *taken : follower.taken())
    plan.fuse(taken);
  auto initial = initialSums(op, zero, missing, buffers);
  if (!toReal) {
    Value result = follower.result();
    unsigned output = buffers.add(result);
    return {initial,
            [=](KernelBuilder &k, Value sum, Value index, Value, int64_t valid) {
              k.storePart(sum, k.buffer(output), index, valid);
            },
            /*finishBlock=*/nullptr, plan.stepOf(result)};
  }
  Tail tail = plan.takeTail(toReal, graph::Activation::None);
  unsigned output = buffers.add(tail.result);
  TailCode tailCode = buffers.add(tail);
  return {initial,
          [=](KernelBuilder &k, Value sum, Value index, Value channel, int64_t valid) {
            auto type = cast<VectorType>(sum.getType());
            Value real = arith::SIToFPOp::create(k, type.clone(k.getF32Type()), sum);
            storeReals(k, applyTail(k, tailCode, real, index, channel), k.buffer(output), index,
                       valid);
          },
          /*finishBlock=*/nullptr, plan.stepOf(tail.result), tail.isLong};
}

} // namespace tandem::cpu
