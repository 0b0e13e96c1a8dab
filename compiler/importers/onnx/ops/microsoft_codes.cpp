// Operators on codes of com.microsoft beside those of qlinear.cpp, as ONNX Runtime's quantizer
// writes them in its operator format. Between reals: the passes compute on codes what they can.
#include "compiler/importers/onnx/quantization.h"
#include "compiler/importers/onnx/window.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"

#include "compiler/graph/types.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tandem::onnx {

static MaybeValue dequantized(OnnxNode &node, MaybeValue codes) {
  return node.createTyped<graph::DequantizeOp>(node.builder().getF32Type(), codes);
}
/// In the result's scale and zero point, which are at these inputs.
static MaybeValue quantized(OnnxNode &node, MaybeValue reals, size_t scaleIndex) {
  FailureOr<Type> type = quantizedType(node, scaleIndex, scaleIndex + 1);
  if (failed(type))
    return failure();
  return node.createTyped<graph::QuantizeOp>(*type, reals);
}

/// com.microsoft.QGemm: a, b and their scales, a bias in i32 at the product of both, the result's
/// scale.
static MaybeValue importQGemm(OnnxNode &node) {
  bool turnsB = node.flag("transB", false);
  if (node.flag("transA", false) || node.number("alpha", 1) != 1 || !node.has(7))
    return node.unsupported("'transA', an 'alpha' other than 1, or a result in reals");
  FailureOr<Type> type = quantizedType(node, 7, 8);
  MaybeValue rows = quantizedInput(node, 0),
             weight = quantizedInput(node, 3, /*axis=*/turnsB ? 0 : 1),
             bias = node.optionalInput(6);
  if (failed(type) || failed(rows) || failed(weight) || failed(bias) || node.failed())
    return failure();
  if (shapeOf(*rows).size() != 2 || shapeOf(*weight).size() != 2)
    return node.invalid("shapes " + shapeText(shapeOf(*rows)) + " and " +
                        shapeText(shapeOf(*weight)));
  if (!turnsB) {
    SmallVector<int64_t> turn = {1, 0};
    Type element = graph::transposedElement(getElementTypeOrSelf(*weight), turn);
    weight = node.createTyped<graph::TransposeOp>(element, weight, ArrayRef<int64_t>(turn));
  }
  if (*bias && failed(weight))
    return failure();
  if (*bias)
    bias = node.reshape(bias, shapeOf(*weight)[0]);
  return node.createTyped<graph::FullyConnectedOp>(*type, rows, weight, bias,
                                                   graph::Activation::None);
}

/// com.microsoft.QLinearSoftmax. Before opset 13 all dimensions from 'axis' on are one.
static MaybeValue importQLinearSoftmax(OnnxNode &node) {
  MaybeValue x = dequantized(node, quantizedInput(node, 0));
  if (failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  auto rank = static_cast<int64_t>(shape.size());
  bool isFlat = node.integer("opset", 13) < 13;
  int64_t axis = node.axis("axis", rank, -1);
  if (node.failed())
    return failure();
  if (isFlat) {
    int64_t before = *elementCount(ArrayRef(shape).take_front(axis));
    x = node.reshape(x, {before, *elementCount(ArrayRef(shape).drop_front(axis))});
    axis = 1;
  }
  x = node.create<graph::SoftmaxOp>(x, axis, llvm::APFloat(1.0f));
  return quantized(node, node.reshape(x, shape), 3);
}

/// com.microsoft.QLinearWhere: a condition, and two tensors with their scales.
static MaybeValue importQLinearWhere(OnnxNode &node) {
  MaybeValue x = dequantized(node, quantizedInput(node, 1)),
             y = dequantized(node, quantizedInput(node, 4));
  return quantized(node, node.select(node.input(0), x, y), 7);
}

/// com.microsoft.QLinearAveragePool.
static MaybeValue importQLinearAveragePool(OnnxNode &node) {
  bool countsPadding = node.flag("count_include_pad", false);
  MaybeValue x = dequantized(node, quantizedInput(node, 0));
  if (failed(x) || node.failed())
    return failure();
  if (node.flag("channels_last", false) || node.flag("ceil_mode", false) || shapeOf(*x).size() != 4)
    return node.unsupported("'channels_last', 'ceil_mode', or what is no image");
  FailureOr<Window> window = readWindow(node, *x, 2, {});
  if (failed(window))
    return failure();
  PoolWindow pool{
      .size = window->size, .stride = window->stride, .low = window->low, .high = window->high};
  return quantized(node, node.toNchw(averagePool(node, node.toNhwc(x), pool, countsPadding)), 3);
}

namespace {
/// The table of com.microsoft.GatherBlockQuantized: codes of 4 or 8 bits along `axis` in blocks
/// with a scale and a zero point each; in bytes two of 4 bits, the first one in the low bits.
struct BlockTable {
  SmallVector<int64_t> shape; ///< of the numbers
  int64_t axis = 0, block = 0, perByte = 1, bits = 4;

  int64_t blocks() const { return (shape[axis] + block - 1) / block; }
  int64_t inner() const { return *elementCount(ArrayRef(shape).drop_front(axis + 1)); }
  int64_t scaleOf(int64_t i) const {
    int64_t entry = i / inner() % shape[axis], outer = i / inner() / shape[axis];
    return (outer * blocks() + entry / block) * inner() + i % inner();
  }
  int64_t codeOf(const Elements &bytes, int64_t i) const {
    if (perByte == 1)
      return bytes.integer(i);
    return (bytes.integer(i / perByte) & 0xff) >> (i % perByte * bits) & ((1 << bits) - 1);
  }
};
} // namespace

/// com.microsoft.GatherBlockQuantized: rows of a table in blocks, which becomes reals here.
static MaybeValue importGatherBlockQuantized(OnnxNode &node) {
  bool isBytes = node.known(0).has_value(); // else codes of 4 bits as the file has them
  node.unpackCodes();
  FailureOr<Elements> codes = node.constant(0, "a table of codes"),
                      scales = node.constant(2, "a scale");
  MaybeValue indices = node.input(1);
  if (failed(codes) || failed(scales) || failed(indices))
    return failure();
  std::optional<Elements> zeros = node.known(3);
  BlockTable table;
  table.bits = node.integer("bits", 4);
  table.block = node.integer("block_size", 128);
  table.shape.assign(codes->shape().begin(), codes->shape().end());
  auto rank = static_cast<int64_t>(table.shape.size());
  table.axis = node.axis("quantize_axis", rank, 1);
  int64_t gathered = node.axis("gather_axis", rank, 0);
  if (node.failed())
    return failure();
  if (codes->count() == 0 || table.block < 1 || (table.bits != 4 && table.bits != 8) ||
      codes->isReal() || !scales->isReal())
    return node.invalid("codes of " + Twine(table.bits) + " bits in blocks of " +
                        Twine(table.block));
  table.block = std::min(table.block, kMaxElements); // longer ones are all of the dimension too
  table.perByte = isBytes ? 8 / table.bits : 1;
  if (table.perByte != 1 && table.axis != rank - 1)
    return node.unsupported("bytes of two codes along another dimension than the last");
  table.shape.back() *= table.perByte;
  int64_t blocks = table.blocks(), rowBytes = llvm::divideCeil(blocks, table.perByte);
  SmallVector<int64_t> expected(table.shape);
  expected[table.axis] = blocks;
  int64_t zeroCount = scales->count() / blocks * rowBytes;
  if (scales->shape() != ArrayRef<int64_t>(expected) ||
      (node.has(3) && (!zeros || zeros->count() != zeroCount)))
    return node.unsupported("codes of shape " + shapeText(codes->shape()) +
                            " with scales of shape " + shapeText(scales->shape()));
  auto zeroOf = [&](int64_t scale) -> int64_t {
    if (!zeros)
      return isBytes ? int64_t(1) << (table.bits - 1) : 0;
    if (table.perByte == 1)
      return zeros->integer(scale);
    int64_t byte = zeros->integer(scale / blocks * rowBytes + scale % blocks / table.perByte);
    return (byte & 0xff) >> (scale % blocks % table.perByte * table.bits) & ((1 << table.bits) - 1);
  };
  MaybeValue reals = node.constantOf(Elements::ofReals(scales->type(), table.shape, [&](int64_t i) {
    int64_t scale = table.scaleOf(i);
    return static_cast<double>(table.codeOf(*codes, i) - zeroOf(scale)) * scales->real(scale);
  }));
  return takeAlong(node, reals, indices, gathered);
}

void registerMicrosoftCodes(OpTable &table) {
  table.add("com.microsoft.QGemm", importQGemm);
  table.add("com.microsoft.QLinearSoftmax", importQLinearSoftmax);
  table.add("com.microsoft.QLinearWhere", importQLinearWhere);
  table.add("com.microsoft.QLinearAveragePool", importQLinearAveragePool);
  table.add("com.microsoft.GatherBlockQuantized", importGatherBlockQuantized);
}

} // namespace tandem::onnx
