#include "backends/reference/run/op.h"
#include "base/unary_functions.h"

#include <cstring>

namespace tandem::reference {
namespace {

/// One input's place in the result: `outer` runs of `bytes`, `step` apart there.
struct Run {
  const std::byte *from;
  int64_t offset, bytes;
  /// Codes of another scale are looked up here.
  std::optional<ByteTable> table;
};

std::optional<ByteTable> requantization(const Tensor &in, const Tensor &out) {
  if (!in.isCodes() || in.quantization.perChannel() ||
      (in.scale() == out.scale() && in.zeroPoint() == out.zeroPoint()))
    return std::nullopt;
  return concatTable({in.type, in.scale(), in.zeroPoint()},
                     {out.type, out.scale(), out.zeroPoint()});
}

void copyRun(const Run &run, int64_t index, std::byte *to) {
  const std::byte *from = run.from + index * run.bytes;
  if (!run.table) {
    std::memcpy(to, from, static_cast<size_t>(run.bytes));
    return;
  }
  for (int64_t i = 0; i < run.bytes; ++i)
    to[i] = std::byte((*run.table)[static_cast<uint8_t>(from[i])]);
}

Result<Kernel> prepareConcat(const Op &op) {
  const Tensor &out = op.result();
  TANDEM_ASSIGN_OR_RETURN(int64_t axis, op.integer("axis", 0, out.rank() - 1));
  int64_t inner = static_cast<int64_t>(elementSize(out.type)), outer = 1;
  for (int64_t d = 0; d < out.rank(); ++d)
    (d < axis ? outer : inner) *= d == axis ? 1 : out.dim(d);
  std::vector<Run> runs;
  int64_t covered = 0;
  for (const Tensor *in : op.operands) {
    Shape expected = out.shape;
    if (in->rank() != out.rank())
      return op.wrongShape();
    expected[axis] = in->dim(axis);
    if (in->shape != expected)
      return op.wrongShape();
    runs.push_back({in->data, covered * inner, in->dim(axis) * inner, requantization(*in, out)});
    covered += in->dim(axis);
  }
  if (covered != out.dim(axis))
    return op.wrongShape();
  return Kernel([=, runs = std::move(runs), step = covered * inner, y = out.data] {
    for (int64_t index = 0; index < outer; ++index)
      for (const Run &run : runs)
        copyRun(run, index, y + index * step + run.offset);
  });
}
} // namespace

void registerConcat(KernelTable &table) {
  table.add("concat", prepareConcat);
}

} // namespace tandem::reference
