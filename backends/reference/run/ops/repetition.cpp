// tile and mirror_pad: result elements that are input elements, some of them several times.
#include "backends/reference/run/elements.h"

namespace tandem::reference {
namespace {

/// For each dimension and each index along it in the result, the offset of its input elements.
using Offsets = std::vector<std::vector<int64_t>>;

/// The result's elements in their order, each found by adding its dimensions' offsets.
Kernel copyFrom(const Op &op, const Offsets &offsets) {
  return withElementSize(op.result().type, [&]<typename T>(T) -> Kernel {
    return [=, shape = op.result().shape, count = op.result().count(),
            x = op.operand(0).as<const T>(), y = op.result().as<T>()] {
      std::array<int64_t, 8> index = {};
      for (int64_t i = 0; i < count; ++i) {
        int64_t from = 0;
        for (size_t d = 0; d < shape.size(); ++d)
          from += offsets[d][static_cast<size_t>(index[d])];
        y[i] = x[from];
        for (size_t d = shape.size(); d-- > 0 && ++index[d] == shape[d];)
          index[d] = 0;
      }
    };
  });
}

/// `source(dimension, index in the result)` is an index in the input.
template <typename Source> Offsets offsetsBy(const Op &op, Source source) {
  Steps steps = rowMajorSteps(op.operand(0).shape);
  Offsets offsets(steps.size());
  for (size_t d = 0; d < steps.size(); ++d)
    for (int64_t i = 0; i < op.result().shape[d]; ++i)
      offsets[d].push_back(source(d, i) * steps[d]);
  return offsets;
}

Result<Kernel> prepareTile(const Op &op) {
  const Shape &in = op.operand(0).shape, &out = op.result().shape;
  TANDEM_ASSIGN_OR_RETURN(auto multiples, op.integers("multiples", in.size(), 1, INT32_MAX));
  bool fits = out.size() == in.size();
  for (size_t d = 0; fits && d < in.size(); ++d)
    fits = out[d] % in[d] == 0 && out[d] / in[d] == multiples[d];
  if (!fits)
    return op.wrongShape();
  return copyFrom(op, offsetsBy(op, [&](size_t d, int64_t i) { return i % in[d]; }));
}

Result<Kernel> prepareMirrorPad(const Op &op) {
  const Shape &in = op.operand(0).shape, &out = op.result().shape;
  int64_t leftOut = op.flag("symmetric") ? 0 : 1; // of the elements at the border
  if (out.size() != in.size())
    return op.wrongShape();
  TANDEM_ASSIGN_OR_RETURN(auto low, op.integers("low", in.size(), 0, INT32_MAX));
  TANDEM_ASSIGN_OR_RETURN(auto high, op.integers("high", in.size(), 0, INT32_MAX));
  for (size_t d = 0; d < in.size(); ++d)
    if (low[d] > in[d] - leftOut || high[d] > in[d] - leftOut || out[d] != low[d] + in[d] + high[d])
      return op.wrongShape();
  return copyFrom(op, offsetsBy(op, [&](size_t d, int64_t i) {
                    int64_t at = i - low[d];
                    if (at < 0)
                      return leftOut - 1 - at;
                    return at < in[d] ? at : 2 * in[d] - 1 - leftOut - at;
                  }));
}
} // namespace

void registerRepetition(KernelTable &table) {
  table.add("tile", prepareTile);
  table.add("mirror_pad", prepareMirrorPad);
}

} // namespace tandem::reference
