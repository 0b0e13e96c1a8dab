// resize_bilinear and resize_nearest: where to read is a table made here.

#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

#include <cmath>

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
struct Resize {
  int64_t batch, inHeight, inWidth, outHeight, outWidth, channels;
  int64_t outStep; ///< from pixel to pixel of the result
  bool bilinear;
  ElementType element; ///< of a bilinear one: f32, i8 or u8
  unsigned input, output;
  unsigned rows, columns;                 ///< first source row and column, per output
  unsigned nextRows, nextColumns;         ///< the second ones
  unsigned rowFractions, columnFractions; ///< weight of the second ones, in parts of weightUnit()

  /// TFLite's weights: of i8 in 1024ths of a pixel, else in float.
  bool inIntegers() const { return element == ElementType::kI8; }
  double weightUnit() const { return inIntegers() ? kFixedUnit : 1; }
  static constexpr int64_t kFixedUnit = 1 << 10;
};

/// One dimension's table; fractions in float, or in integers.
template <typename Fraction> struct Positions {
  std::vector<int32_t> first, second;
  std::vector<Fraction> fraction;
};

Positions<float> positions(int64_t in, int64_t out, bool alignCorners, bool halfPixel,
                           bool bilinear) {
  Positions<float> result;
  float scale = alignCorners && out > 1 ? float(in - 1) / float(out - 1) : float(in) / float(out);
  for (int64_t i = 0; i < out; ++i) {
    float offset = halfPixel ? 0.5f : 0.0f;
    float source = (float(i) + offset) * scale;
    int64_t first;
    if (bilinear) {
      source = halfPixel ? source - 0.5f : source;
      first = std::max<int64_t>(static_cast<int64_t>(std::floor(source)), 0);
    } else {
      first = static_cast<int64_t>(alignCorners ? std::round(source) : std::floor(source));
    }
    first = std::min(first, in - 1);
    result.first.push_back(static_cast<int32_t>(first));
    result.second.push_back(static_cast<int32_t>(
        std::min(static_cast<int64_t>(std::max(std::ceil(source), 0.0f)), in - 1)));
    result.fraction.push_back(source - float(first));
  }
  return result;
}

/// The same in 1024ths, for bilinear ones of i8: places and weights as TFLite's integers have them.
Positions<int32_t> fixedPositions(int64_t in, int64_t out, bool alignCorners, bool halfPixel) {
  constexpr int64_t kUnit = Resize::kFixedUnit;
  Positions<int32_t> result;
  bool aligned = alignCorners && out > 1;
  int64_t scale = (kUnit * (in - aligned) + (out - aligned) / 2) / (out - aligned);
  for (int64_t i = 0; i < out; ++i) {
    int64_t source = i * scale + (halfPixel ? scale / 2 - kUnit / 2 : 0);
    int64_t first = std::clamp<int64_t>(source / kUnit, 0, in - 1);
    result.first.push_back(static_cast<int32_t>(first));
    result.second.push_back(
        static_cast<int32_t>(std::clamp<int64_t>((source + kUnit - 1) / kUnit, 0, in - 1)));
    result.fraction.push_back(static_cast<int32_t>(source - kUnit * first));
  }
  return result;
}

class ResizeCode {
public:
  ResizeCode(KernelBuilder &k, const Resize &resize) : k_(k), r_(resize) {}

  void build() {
    k_.units = r_.batch * r_.outHeight;
    k_.loop(k_.begin(), k_.end(), 1, [&](Value row) {
      Value batch = k_.div(row, r_.outHeight), y = k_.rem(row, r_.outHeight);
      k_.loop(r_.outWidth, [&](Value x) {
        Value out = k_.mul(k_.add(k_.mul(row, r_.outWidth), x), r_.outStep);
        if (r_.bilinear)
          blend(batch, y, x, out);
        else
          copy(pixel(batch, at(r_.rows, y), at(r_.columns, x)), out);
      });
    });
  }

private:
  Value at(unsigned table, Value i) {
    return arith::IndexCastOp::create(k_, k_.getIndexType(), k_.load(k_.buffer(table), i));
  }
  Value pixel(Value batch, Value y, Value x) {
    Value row = k_.add(k_.mul(batch, r_.inHeight), y);
    return k_.mul(k_.add(k_.mul(row, r_.inWidth), x), r_.channels);
  }
  void copy(Value from, Value to) {
    k_.loop(r_.channels, [&](Value c) {
      k_.store(k_.load(k_.buffer(r_.input), k_.add(from, c)), k_.buffer(r_.output), k_.add(to, c));
    });
  }
  Type sumType() { return r_.inIntegers() ? Type(k_.getI32Type()) : Type(k_.getF32Type()); }
  Value times(Value a, Value b) {
    return r_.inIntegers() ? Value(arith::MulIOp::create(k_, a, b))
                           : Value(arith::MulFOp::create(k_, a, b));
  }
  Value plus(Value a, Value b) {
    return r_.inIntegers() ? Value(arith::AddIOp::create(k_, a, b))
                           : Value(arith::AddFOp::create(k_, a, b));
  }
  /// Weights of the first and the second of two neighbours.
  std::pair<Value, Value> weights(unsigned fractions, Value i) {
    Value one = k_.constant(sumType(), r_.weightUnit());
    Value second = k_.load(k_.buffer(fractions), i);
    return {r_.inIntegers() ? Value(arith::SubIOp::create(k_, one, second))
                            : Value(arith::SubFOp::create(k_, one, second)),
            second};
  }

  void blend(Value batch, Value y, Value x, Value out) {
    auto [sy, dy] = weights(r_.rowFractions, y);
    auto [sx, dx] = weights(r_.columnFractions, x);
    Value y0 = at(r_.rows, y), y1 = at(r_.nextRows, y);
    Value x0 = at(r_.columns, x), x1 = at(r_.nextColumns, x);
    struct Corner {
      Value pixel, ofRow, ofColumn;
    };
    const Corner corners[] = {{pixel(batch, y0, x0), sy, sx},
                              {pixel(batch, y1, x0), dy, sx},
                              {pixel(batch, y0, x1), sy, dx},
                              {pixel(batch, y1, x1), dy, dx}};
    // Codes in float are rounded to other codes when the order of the products changes.
    bool keepsOrder = r_.element == ElementType::kU8;
    SmallVector<Value> both;
    for (const Corner &corner : corners)
      both.push_back(keepsOrder ? Value() : times(corner.ofRow, corner.ofColumn));
    k_.loop(r_.channels, [&](Value c) {
      Value sum;
      for (auto [corner, weight] : llvm::zip_equal(corners, both)) {
        Value element = real(k_.load(k_.buffer(r_.input), k_.add(corner.pixel, c)));
        Value part = keepsOrder ? times(times(element, corner.ofRow), corner.ofColumn)
                                : times(element, weight);
        sum = sum ? plus(sum, part) : part;
      }
      k_.store(stored(sum), k_.buffer(r_.output), k_.add(out, c));
    });
  }

  Value real(Value element) {
    if (r_.element == ElementType::kF32)
      return element;
    Value code = k_.toI32(element, r_.element);
    return r_.inIntegers() ? code : Value(arith::SIToFPOp::create(k_, k_.getF32Type(), code));
  }
  /// u8: half up. i8: half away from zero; sums may have wrapped on the way, but not in the end.
  Value stored(Value sum) {
    if (r_.element == ElementType::kF32)
      return sum;
    if (!r_.inIntegers()) {
      sum = arith::AddFOp::create(k_, sum, k_.constant(sumType(), 0.5));
      sum = arith::FPToSIOp::create(k_, k_.getI32Type(), k_.clampF32(sum, 0, 255));
      return k_.fromI32(sum, r_.element);
    }
    constexpr int64_t kOne = Resize::kFixedUnit * Resize::kFixedUnit;
    Value positive =
        arith::CmpIOp::create(k_, arith::CmpIPredicate::sgt, sum, k_.constant(sumType(), 0));
    Value half = arith::SelectOp::create(k_, positive, k_.constant(sumType(), kOne / 2),
                                         k_.constant(sumType(), -kOne / 2));
    sum = arith::DivSIOp::create(k_, arith::AddIOp::create(k_, sum, half),
                                 k_.constant(sumType(), kOne));
    return k_.fromI32(k_.clampInt(sum, INT8_MIN, INT8_MAX), r_.element);
  }

  KernelBuilder &k_;
  const Resize &r_;
};

template <typename OpT> void planResize(OpT op, bool bilinear, Plan &plan) {
  ArrayRef<int64_t> in = graph::tensorType(op.getInput()).getShape();
  ArrayRef<int64_t> out = graph::tensorType(op.getResult()).getShape();
  Buffers buffers(plan);
  Resize resize = {};
  std::tie(resize.batch, resize.inHeight, resize.inWidth) = std::tuple(in[0], in[1], in[2]);
  std::tie(resize.outHeight, resize.outWidth) = std::pair(out[1], out[2]);
  resize.channels = in[3];
  resize.outStep = plan.stepOf(op.getResult());
  resize.bilinear = bilinear;
  resize.input = buffers.add(op.getInput());
  resize.output = buffers.add(op.getResult());
  resize.element = buffers.types[resize.output].element;
  bool align = op.getAlignCorners(), half = op.getHalfPixelCenters();
  auto add = [&](const auto &rows, const auto &columns) {
    resize.rows = buffers.addConstant(rows.first);
    resize.columns = buffers.addConstant(columns.first);
    if (!bilinear)
      return;
    resize.nextRows = buffers.addConstant(rows.second);
    resize.nextColumns = buffers.addConstant(columns.second);
    resize.rowFractions = buffers.addConstant(rows.fraction);
    resize.columnFractions = buffers.addConstant(columns.fraction);
  };
  if (bilinear && resize.inIntegers())
    add(fixedPositions(in[1], out[1], align, half), fixedPositions(in[2], out[2], align, half));
  else
    add(positions(in[1], out[1], align, half, bilinear),
        positions(in[2], out[2], align, half, bilinear));
  plan.step({buffers.types, [=](KernelBuilder &k) { ResizeCode(k, resize).build(); }}, buffers.ids);
}
} // namespace

static Support supportsBilinear(Operation *op) {
  if (!graph::isQuantized(op->getOperand(0).getType()))
    return supportsF32(op);
  return supportsSameCodes(op);
}

void registerResize(HandlerTable &table) {
  auto planBilinear = [](Operation *op, Plan &plan) {
    planResize(cast<graph::ResizeBilinearOp>(op), true, plan);
  };
  auto planNearest = [](Operation *op, Plan &plan) {
    planResize(cast<graph::ResizeNearestOp>(op), false, plan);
  };
  table.add<graph::ResizeBilinearOp>({supportsBilinear, planBilinear, ofResult});
  table.add<graph::ResizeNearestOp>({supportsAny, planNearest, ofResult});
}

} // namespace tandem::cpu
