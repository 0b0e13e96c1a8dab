#include "backends/cpu/compile/widen.h"

#include "backends/cpu/compile/strided.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

static Widened inputOf(const ConvShape &s) {
  Widened w = {};
  w.batch = s.batch;
  w.height = w.inHeight = s.inHeight;
  w.width = w.inWidth = s.inWidth;
  w.channels = w.inChannels = s.inChannels;
  return w;
}

Widened withoutPadding(const ConvShape &shape) {
  return inputOf(shape);
}

Widened withPadding(const ConvShape &s, int64_t groups, int64_t together) {
  Widened w = inputOf(s);
  w.top = s.padTop;
  w.left = s.padLeft;
  w.channels = (s.inChannels + together - 1) / together * together;
  // Windows may reach less far than the input.
  auto reach = [](int64_t out, int64_t stride, int64_t kernel, int64_t dilation) {
    return (out - 1) * stride + (kernel - 1) * dilation + 1;
  };
  w.height = std::max(reach(s.outHeight, s.strideHeight, s.kernelHeight, s.dilationHeight),
                      s.inHeight + s.padTop);
  w.width = std::max(reach(s.outWidth, s.strideWidth, s.kernelWidth, s.dilationWidth),
                     s.inWidth + s.padLeft);
  for (int64_t *columns : {&w.width, &w.inWidth, &w.left})
    *columns *= groups;
  return w;
}

namespace {
class WidenCode {
public:
  WidenCode(KernelBuilder &k, const Widened &shape, const WideElement &element,
            const Centre &centre, unsigned output)
      : k_(k), w_(shape), element_(element), centre_(centre), input_(k.buffer(0)),
        output_(k.buffer(output)) {}

  void build() {
    if (w_.isPlain())
      return plain();
    int64_t rowSize = w_.width * w_.channels;
    k_.units = w_.batch * w_.height;
    k_.loop(k_.begin(), k_.end(), 1, [&](Value row) {
      Value out = k_.mul(row, rowSize);
      Value entry = k_.div(row, w_.height), y = k_.add(k_.rem(row, w_.height), -w_.top);
      Value above = k_.less(y, k_.index(0)), inside = k_.less(y, k_.index(w_.inHeight));
      Value isRow = arith::SelectOp::create(
          k_, above, arith::ConstantIntOp::create(k_, 0, 1).getResult(), inside);
      auto branch = scf::IfOp::create(k_, isRow, /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(k_);
      k_.setInsertionPoint(branch.thenBlock()->getTerminator());
      int64_t left = w_.left * w_.channels, image = w_.inWidth * w_.channels;
      Value in = k_.mul(k_.add(k_.mul(entry, w_.inHeight), y), w_.inWidth * w_.inChannels);
      outside(entry, out, left);
      imageRow(entry, in, k_.add(out, left));
      outside(entry, k_.add(out, left + image), rowSize - left - image);
      k_.setInsertionPoint(branch.elseBlock()->getTerminator());
      outside(entry, out, rowSize);
    });
  }

private:
  void plain() {
    Chunks chunks{w_.batch, w_.elements() / w_.batch};
    chunks.build(k_, [&](Value, Value entry, Value from, Value to) {
      k_.loop(from, to, 1, [&](Value i) { widen(entry, i, i); });
    });
  }
  void imageRow(Value entry, Value in, Value out) {
    if (w_.channels == w_.inChannels) {
      k_.loop(w_.inWidth * w_.channels,
              [&](Value i) { widen(entry, k_.add(in, i), k_.add(out, i)); });
      return;
    }
    k_.loop(w_.inWidth, [&](Value x) {
      Value from = k_.add(in, k_.mul(x, w_.inChannels)), to = k_.add(out, k_.mul(x, w_.channels));
      k_.loop(w_.inChannels, [&](Value c) { widen(entry, k_.add(from, c), k_.add(to, c)); });
    });
  }
  void outside(Value entry, Value out, int64_t count) {
    Value value = element_.outsideOf ? k_.fromI32(element_.outsideOf(k_, entry), element_.type)
                                     : k_.constant(k_.elementType(element_.type), element_.outside);
    k_.loop(count, [&](Value i) { k_.store(value, output_, k_.add(out, i)); });
  }
  void widen(Value entry, Value from, Value to) {
    Value code = centre_(k_, k_.load(input_, from), entry);
    k_.store(k_.fromI32(code, element_.type), output_, to);
  }

  KernelBuilder &k_;
  const Widened &w_;
  const WideElement &element_;
  const Centre &centre_;
  Value input_, output_;
};
} // namespace

TypedBuffer planWiden(const Widened &shape, const WideElement &element, const Centre &centre,
                      Buffers buffers, Plan &plan) {
  TypedBuffer wide = plan.scratch({element.type, shape.elements()});
  unsigned output = buffers.add(wide);
  auto build = [=](KernelBuilder &k) { WidenCode(k, shape, element, centre, output).build(); };
  plan.step({buffers.types, build}, buffers.ids);
  return wide;
}

} // namespace tandem::cpu
