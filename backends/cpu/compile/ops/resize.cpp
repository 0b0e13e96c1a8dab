// resize_bilinear and resize_nearest: where to read is a table made here.

#include "backends/cpu/compile/handlers.h"
#include "compiler/graph/types.h"

#include <cmath>

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
struct Resize {
  int64_t batch, inHeight, inWidth, outHeight, outWidth, channels;
  bool bilinear;
  unsigned input, output;
  unsigned rows, columns;                 ///< first source row and column, per output
  unsigned nextRows, nextColumns;         ///< the second ones
  unsigned rowFractions, columnFractions; ///< weight of the second ones
};

/// One dimension's table.
struct Positions {
  std::vector<int32_t> first, second;
  std::vector<float> fraction;
};

Positions positions(int64_t in, int64_t out, bool alignCorners, bool halfPixel, bool bilinear) {
  Positions result;
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

class ResizeCode {
public:
  ResizeCode(KernelBuilder &k, const Resize &resize) : k_(k), r_(resize) {}

  void build() {
    k_.units = r_.batch * r_.outHeight;
    k_.loop(k_.begin(), k_.end(), 1, [&](Value row) {
      Value batch = k_.div(row, r_.outHeight), y = k_.rem(row, r_.outHeight);
      k_.loop(r_.outWidth, [&](Value x) {
        Value out = k_.mul(k_.add(k_.mul(row, r_.outWidth), x), r_.channels);
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
  void blend(Value batch, Value y, Value x, Value out) {
    Value one = k_.constant(k_.getF32Type(), 1);
    Value dy = k_.load(k_.buffer(r_.rowFractions), y),
          dx = k_.load(k_.buffer(r_.columnFractions), x);
    Value sy = arith::SubFOp::create(k_, one, dy), sx = arith::SubFOp::create(k_, one, dx);
    Value y0 = at(r_.rows, y), y1 = at(r_.nextRows, y);
    Value x0 = at(r_.columns, x), x1 = at(r_.nextColumns, x);
    const std::pair<Value, Value> corners[] = {
        {pixel(batch, y0, x0), arith::MulFOp::create(k_, sy, sx)},
        {pixel(batch, y1, x0), arith::MulFOp::create(k_, dy, sx)},
        {pixel(batch, y0, x1), arith::MulFOp::create(k_, sy, dx)},
        {pixel(batch, y1, x1), arith::MulFOp::create(k_, dy, dx)}};
    k_.loop(r_.channels, [&](Value c) {
      Value sum;
      for (auto [corner, weight] : corners) {
        Value part =
            arith::MulFOp::create(k_, k_.load(k_.buffer(r_.input), k_.add(corner, c)), weight);
        sum = sum ? Value(arith::AddFOp::create(k_, sum, part)) : part;
      }
      k_.store(sum, k_.buffer(r_.output), k_.add(out, c));
    });
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
  resize.bilinear = bilinear;
  resize.input = buffers.add(op.getInput());
  resize.output = buffers.add(op.getResult());
  bool align = op.getAlignCorners(), half = op.getHalfPixelCenters();
  Positions rows = positions(in[1], out[1], align, half, bilinear);
  Positions columns = positions(in[2], out[2], align, half, bilinear);
  resize.rows = buffers.addConstant(rows.first);
  resize.columns = buffers.addConstant(columns.first);
  if (bilinear) {
    resize.nextRows = buffers.addConstant(rows.second);
    resize.nextColumns = buffers.addConstant(columns.second);
    resize.rowFractions = buffers.addConstant(rows.fraction);
    resize.columnFractions = buffers.addConstant(columns.fraction);
  }
  plan.step({buffers.types, [=](KernelBuilder &k) { ResizeCode(k, resize).build(); }}, buffers.ids);
}
} // namespace

void registerResize(HandlerTable &table) {
  table.add<graph::ResizeBilinearOp>({supportsF32, [](Operation *op, Plan &plan) {
                                        planResize(cast<graph::ResizeBilinearOp>(op), true, plan);
                                      }});
  table.add<graph::ResizeNearestOp>({supportsAny, [](Operation *op, Plan &plan) {
                                       planResize(cast<graph::ResizeNearestOp>(op), false, plan);
                                     }});
}

} // namespace tandem::cpu
