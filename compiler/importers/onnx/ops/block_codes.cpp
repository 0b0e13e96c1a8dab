#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

namespace {
/// The matrix of com.microsoft.MatMulNBits: rows of N outputs, each in blocks along K that have a
/// scale and a zero point; codes of 4 or 8 bits, the first one in the low bits.
struct BlockCodes {
  int64_t outputs = 0, depth = 0, bits = 4, blockSize = 0, blocks = 0;
  std::optional<Elements> codes, scales, zeros;

  int64_t code(const Elements &bytes, int64_t rowBytes, int64_t row, int64_t place) const {
    int64_t perByte = 8 / bits;
    int64_t byte = bytes.integer(row * rowBytes + place / perByte) & 0xff;
    return byte >> place % perByte * bits & ((int64_t(1) << bits) - 1);
  }
  double zeroOf(int64_t output, int64_t block) const {
    if (!zeros)
      return static_cast<double>(int64_t(1) << (bits - 1));
    if (zeros->isReal())
      return zeros->real(output * blocks + block);
    return static_cast<double>(code(*zeros, (blocks * bits + 7) / 8, output, block));
  }
  double weight(int64_t i) const {
    int64_t output = i / depth, place = i % depth, block = place / blockSize;
    int64_t row = output * blocks + block;
    auto value = static_cast<double>(code(*codes, blockSize * bits / 8, row, place % blockSize));
    return (value - zeroOf(output, block)) * scales->real(row);
  }
};

FailureOr<BlockCodes> readBlockCodes(OnnxNode &node) {
  BlockCodes read;
  read.depth = node.integer("K");
  read.outputs = node.integer("N");
  read.bits = node.integer("bits", 4);
  read.blockSize = node.integer("block_size");
  FailureOr<Elements> codes = node.constant(1, "the matrix of weights"),
                      scales = node.constant(2, "a scale");
  if (failed(codes) || failed(scales) || node.failed())
    return failure();
  constexpr int64_t kMost = int64_t(1) << 31;
  if ((read.bits != 4 && read.bits != 8) || node.has(4))
    return node.unsupported(Twine(read.bits) + " bits, or an order of its own ('g_idx')");
  if (read.depth < 1 || read.outputs < 1 || read.blockSize < 16 || read.depth > kMost ||
      read.outputs > kMost || read.blockSize > kMost || read.blockSize % 16 != 0)
    return node.invalid("a matrix of " + Twine(read.outputs) + "x" + Twine(read.depth) +
                        " in blocks of " + Twine(read.blockSize));
  read.blocks = (read.depth + read.blockSize - 1) / read.blockSize;
  read.codes = *codes;
  read.scales = *scales;
  int64_t count = read.outputs * read.blocks;
  if (node.has(3)) {
    FailureOr<Elements> zeros = node.constant(3, "a zero point");
    if (failed(zeros))
      return failure();
    read.zeros = *zeros;
    int64_t expected = zeros->isReal() ? count : read.outputs * ((read.blocks * read.bits + 7) / 8);
    if (zeros->count() != expected)
      return node.invalid(Twine(zeros->count()) + " zero points, expected " + Twine(expected));
  }
  if (codes->isReal() || codes->count() != count * (read.blockSize * read.bits / 8) ||
      !scales->isReal() || scales->count() != count)
    return node.invalid("weights of shape " + shapeText(codes->shape()) + " with scales of shape " +
                        shapeText(scales->shape()));
  return read;
}
} // namespace

/// com.microsoft.MatMulNBits: the weights become f32 here, whatever 'accuracy_level' allows.
static MaybeValue importMatMulNBits(OnnxNode &node) {
  FailureOr<BlockCodes> read = readBlockCodes(node);
  MaybeValue bias = node.optionalInput(5);
  if (failed(read) || failed(bias))
    return failure();
  MaybeValue weights = node.constantOf(Elements::ofReals(
      ElementType::kF32, {read->outputs, read->depth}, [&](int64_t i) { return read->weight(i); }));
  return multiplyRows(node, node.input(0), weights, bias);
}

void registerBlockCodes(OpTable &table) {
  table.add("com.microsoft.MatMulNBits", importMatMulNBits);
}

} // namespace tandem::onnx
