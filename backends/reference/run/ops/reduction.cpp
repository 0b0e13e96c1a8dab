// mean, sum, reduce_prod, reduce_max, reduce_min, reduce_any, reduce_all, arg_max, arg_min.
#include "backends/reference/run/elements.h"
#include "backends/reference/run/product.h"

#include <limits>

namespace tandem::reference {
namespace {

/// A reduction as two walks: over the results, and over the elements that go into each.
struct Reduction {
  Shape kept, reduced;
  Steps keptSteps, reducedSteps;
  int64_t count = 1; ///< elements that go into each result

  /// `begin(first element)`, then `add(element)` for each, then `finish(index of the result)`.
  template <typename T, typename Begin, typename Add, typename Finish>
  void run(const T *input, Begin begin, Add add, Finish finish) const {
    int64_t index = 0;
    walk<1>(kept, {keptSteps}, [&](const auto &start) {
      const T *from = input + start[0];
      begin(*from);
      walk<1>(reduced, {reducedSteps}, [&](const auto &at) { add(from[at[0]]); });
      finish(index++);
    });
  }
};

Result<Reduction> reductionOver(const Op &op, const std::vector<int64_t> &axes) {
  const Shape &in = op.operand(0).shape;
  std::vector<bool> isReduced(in.size(), false);
  for (int64_t axis : axes) {
    if (axis < 0 || axis >= static_cast<int64_t>(in.size()) || isReduced[axis])
      return op.error("axis ", axis, " is outside rank ", in.size(), " or there twice");
    isReduced[axis] = true;
  }
  Steps steps = rowMajorSteps(in);
  Reduction result;
  Shape expected;
  bool keepDims = op.flag("keep_dims");
  for (size_t d = 0; d < in.size(); ++d) {
    (isReduced[d] ? result.reduced : result.kept).push_back(in[d]);
    (isReduced[d] ? result.reducedSteps : result.keptSteps).push_back(steps[d]);
    result.count *= isReduced[d] ? in[d] : 1;
    if (keepDims || !isReduced[d])
      expected.push_back(isReduced[d] ? 1 : in[d]);
  }
  if (op.result().shape != expected)
    return op.wrongShape();
  return result;
}

/// `add` takes what was gathered from `start` on, and one more element.
template <typename T, typename Add>
Kernel accumulate(const Op &op, const Reduction &reduction, T start, Add add) {
  return [=, x = op.operand(0).as<const T>(), y = op.result().as<T>()] {
    T sum = start;
    reduction.run(
        x, [&](T) { sum = start; }, [&](T element) { sum = add(sum, element); },
        [&](int64_t at) { y[at] = sum; });
  };
}

/// Integers wrap, as unsigned ones do.
template <typename Add>
Kernel accumulateIntegers(const Op &op, const Reduction &reduction, int start, Add add) {
  if (op.result().type == ElementType::kI32)
    return accumulate<uint32_t>(op, reduction, static_cast<uint32_t>(start), add);
  return accumulate<uint64_t>(op, reduction, static_cast<uint64_t>(start), add);
}

/// Sums codes less their zero points and rescales by `by`.
Kernel codesKernel(const Op &op, const Reduction &reduction, FixedMultiplier by) {
  const Tensor &in = op.operand(0), &out = op.result();
  CodeRange all = allCodes(out.type);
  return withCodeType(out.type, [&](auto code) {
    using T = decltype(code);
    return Kernel([=, inZero = in.zeroPoint(), outZero = out.zeroPoint(), x = in.as<const T>(),
                   y = out.as<T>()] {
      int64_t sum = 0;
      reduction.run(
          x, [&](T) { sum = 0; }, [&](T element) { sum += element - inZero; },
          [&](int64_t at) {
            int64_t result =
                int64_t(multiplyRoundingTwice(static_cast<int32_t>(sum), by)) + outZero;
            y[at] = static_cast<T>(std::clamp<int64_t>(result, all.low, all.high));
          });
    });
  });
}

/// `divide`: the mean, else the sum.
Result<Kernel> prepareSumOrMean(const Op &op, bool divide) {
  TANDEM_ASSIGN_OR_RETURN(Reduction reduction, reductionOver(op, op.integersOf("axes")));
  const Tensor &in = op.operand(0), &out = op.result();
  if (!in.isFloat() && !in.isCodes())
    return accumulateIntegers(op, reduction, 0, std::plus<>());
  if (!in.isFloat())
    return codesKernel(op, reduction,
                       divide ? meanMultiplier(in.scale(), out.scale(), reduction.count)
                              : quantizeMultiplier(double(in.scale()) / double(out.scale())));
  auto divisor = static_cast<float>(divide ? reduction.count : 1);
  return Kernel([=, x = in.as<const float>(), y = out.as<float>()] {
    float sum = 0;
    reduction.run(
        x, [&](float) { sum = 0; }, [&](float element) { sum += element; },
        [&](int64_t at) { y[at] = sum / divisor; });
  });
}
Result<Kernel> prepareMean(const Op &op) {
  return prepareSumOrMean(op, true);
}
Result<Kernel> prepareSum(const Op &op) {
  return prepareSumOrMean(op, false);
}

Result<Kernel> prepareReduceProd(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Reduction reduction, reductionOver(op, op.integersOf("axes")));
  auto multiply = [](auto a, auto b) { return a * b; };
  if (op.result().isFloat())
    return accumulate<float>(op, reduction, 1, multiply);
  return accumulateIntegers(op, reduction, 1, multiply);
}

Result<Kernel> prepareReduceAny(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Reduction reduction, reductionOver(op, op.integersOf("axes")));
  return accumulate<uint8_t>(op, reduction, 0, std::logical_or<>());
}
Result<Kernel> prepareReduceAll(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(Reduction reduction, reductionOver(op, op.integersOf("axes")));
  return accumulate<uint8_t>(op, reduction, 1, std::logical_and<>());
}

template <typename Choose> Result<Kernel> prepareChoice(const Op &op, Choose choose) {
  TANDEM_ASSIGN_OR_RETURN(Reduction reduction, reductionOver(op, op.integersOf("axes")));
  return withComparable(op, [&](auto zero) {
    using T = decltype(zero);
    return Kernel([=, x = op.operand(0).as<const T>(), y = op.result().as<T>()] {
      T best = 0;
      reduction.run(
          x, [&](T first) { best = first; }, [&](T element) { best = choose(element, best); },
          [&](int64_t at) { y[at] = best; });
    });
  });
}
Result<Kernel> prepareReduceMax(const Op &op) {
  return prepareChoice(op, [](auto a, auto b) { return largerOf(a, b); });
}
Result<Kernel> prepareReduceMin(const Op &op) {
  return prepareChoice(op, [](auto a, auto b) { return smallerOf(a, b); });
}

/// The first of equal ones.
template <typename Better> Result<Kernel> prepareArg(const Op &op, Better better) {
  TANDEM_ASSIGN_OR_RETURN(int64_t axis, op.integer("axis", 0, op.operand(0).rank() - 1));
  TANDEM_ASSIGN_OR_RETURN(Reduction reduction, reductionOver(op, {axis}));
  return withComparable(op, [&](auto zero) {
    using T = decltype(zero);
    return Kernel([=, x = op.operand(0).as<const T>(), out = op.output] {
      T best = 0;
      int64_t bestPlace = 0, place = 0;
      reduction.run(
          x,
          [&](T first) {
            best = first;
            bestPlace = place = 0;
          },
          [&](T element) {
            if (better(element, best)) {
              best = element;
              bestPlace = place;
            }
            ++place;
          },
          [&](int64_t at) {
            if (out->type == ElementType::kI32)
              out->as<int32_t>()[at] = static_cast<int32_t>(bestPlace);
            else
              out->as<int64_t>()[at] = bestPlace;
          });
    });
  });
}
Result<Kernel> prepareArgMax(const Op &op) {
  return prepareArg(op, [](auto a, auto b) { return a > b; });
}
Result<Kernel> prepareArgMin(const Op &op) {
  return prepareArg(op, [](auto a, auto b) { return a < b; });
}
} // namespace

void registerReduction(KernelTable &table) {
  table.add("mean", prepareMean);
  table.add("sum", prepareSum);
  table.add("reduce_max", prepareReduceMax);
  table.add("reduce_min", prepareReduceMin);
  table.add("reduce_prod", prepareReduceProd);
  table.add("reduce_any", prepareReduceAny);
  table.add("reduce_all", prepareReduceAll);
  table.add("arg_max", prepareArgMax);
  table.add("arg_min", prepareArgMin);
}

} // namespace tandem::reference
