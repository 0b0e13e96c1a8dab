// Writes the seeds of tflite_fuzz (tests/fuzz/seeds/tflite_fuzz): `tflite_seeds FOLDER`. They are
// small and reach as much of the reader as a few files can.

#include "compiler/importers/tflite/test/model_builder.h"

#include <cstdio>
#include <fstream>

using namespace tandem::tflite;
using namespace tandem::tflite::test;

namespace {

/// Codes per channel, a pool, a flattened product, softmax.
ModelBuilder quantizedModel() {
  ModelBuilder m;
  Codes codes = {{0.5f}, {3}};
  int in = m.input("in", {1, 4, 4, 1}, TensorType::INT8, codes);
  int w = m.constant<int8_t>("w", {2, 3, 3, 1}, TensorType::INT8, std::vector<int8_t>(18, 1),
                             {{0.25f, 0.5f}, {0, 0}, 0});
  int b = m.constant<int32_t>("b", {2}, TensorType::INT32, {1, 2});
  int conv = m.tensor("conv", {1, 4, 4, 2}, TensorType::INT8, codes);
  schema::Conv2DOptionsT convOptions;
  convOptions.stride_h = convOptions.stride_w = 1;
  convOptions.fused_activation_function = schema::ActivationFunctionType::RELU6;
  m.op(BuiltinOperator::CONV_2D, {in, w, b}, {conv}, convOptions);
  int pool = m.tensor("pool", {1, 2, 2, 2}, TensorType::INT8, codes);
  schema::Pool2DOptionsT poolOptions;
  poolOptions.filter_height = poolOptions.filter_width = 2;
  poolOptions.stride_h = poolOptions.stride_w = 2;
  m.op(BuiltinOperator::AVERAGE_POOL_2D, {conv}, {pool}, poolOptions);
  int fw = m.constant<int8_t>("fw", {2, 8}, TensorType::INT8, std::vector<int8_t>(16, 2), codes);
  int fc = m.tensor("fc", {1, 2}, TensorType::INT8, codes);
  m.op(BuiltinOperator::FULLY_CONNECTED, {pool, fw, -1}, {fc}, schema::FullyConnectedOptionsT());
  int soft = m.tensor("soft", {1, 2}, TensorType::INT8, {{1.0f / 256}, {-128}});
  schema::SoftmaxOptionsT softmax;
  softmax.beta = 1;
  m.op(BuiltinOperator::SOFTMAX, {fc}, {soft}, softmax);
  m.output(soft);
  return m;
}

/// Operators whose constant inputs become attributes.
ModelBuilder movementModel() {
  ModelBuilder m;
  int in = m.input("in", {1, 4, 4, 2});
  m.at(in).shape_signature = {-1, 4, 4, 2};
  int padded = m.tensor("padded", {1, 6, 5, 2});
  m.op(BuiltinOperator::PAD,
       {in, m.constant<int32_t>("pads", {4, 2}, TensorType::INT32, {0, 0, 1, 1, 0, 1, 0, 0})},
       {padded}, schema::PadOptionsT());
  int turned = m.tensor("turned", {1, 2, 6, 5});
  m.op(BuiltinOperator::TRANSPOSE, {padded, m.ints("order", {0, 3, 1, 2})}, {turned});
  int part = m.tensor("part", {2, 3, 5});
  schema::StridedSliceOptionsT slice;
  slice.shrink_axis_mask = 1;
  slice.end_mask = 14;
  m.op(BuiltinOperator::STRIDED_SLICE,
       {turned, m.ints("begin", {0, 0, 0, 0}), m.ints("end", {1, 0, 0, 0}),
        m.ints("strides", {1, 1, 2, 1})},
       {part}, slice);
  int flat = m.tensor("flat", {5, 6}), mean = m.tensor("mean", {5});
  m.op(BuiltinOperator::RESHAPE, {part, m.ints("shape", {-1, 6})}, {flat});
  m.op(BuiltinOperator::MEAN, {flat, m.ints("axes", {-1})}, {mean}, schema::ReducerOptionsT());
  int half = m.constant<uint16_t>("half", {5}, TensorType::FLOAT16, {1, 2, 3, 4, 5});
  int real = m.tensor("real", {5}), out = m.tensor("out", {5});
  m.op(BuiltinOperator::DEQUANTIZE, {half}, {real});
  m.op(BuiltinOperator::ADD, {mean, real}, {out}, schema::AddOptionsT());
  m.output(out);
  return m;
}

ModelBuilder sparseModel() {
  ModelBuilder m;
  int sparse = m.floats("sparse", {4, 4}, std::vector<float>(12, 1.0f));
  auto sparsity = std::make_unique<schema::SparsityParametersT>();
  sparsity->traversal_order = {0, 1, 2, 3};
  sparsity->block_map = {0, 1};
  for (int i = 0; i < 4; ++i) {
    sparsity->dim_metadata.push_back(std::make_unique<schema::DimensionMetadataT>());
    sparsity->dim_metadata[i]->dense_size = 2;
  }
  schema::Uint8VectorT segments, indices;
  segments.values = {0, 2, 3};
  indices.values = {0, 1, 1};
  sparsity->dim_metadata[1]->format = schema::DimensionType::SPARSE_CSR;
  sparsity->dim_metadata[1]->array_segments.Set(segments);
  sparsity->dim_metadata[1]->array_indices.Set(indices);
  m.at(sparse).sparsity = std::move(sparsity);
  int dense = m.tensor("dense", {4, 4}), in = m.input("in", {4, 4}), out = m.tensor("out", {4, 4});
  m.op(BuiltinOperator::DENSIFY, {sparse}, {dense});
  m.op(BuiltinOperator::MUL, {in, dense}, {out}, schema::MulOptionsT());
  m.output(out);
  return m;
}

/// Truth values, indices, and tensors that repeat.
ModelBuilder selectionModel() {
  ModelBuilder m;
  int in = m.input("in", {1, 4, 4, 2}), truth = m.tensor("truth", {1, 4, 4, 2}, TensorType::BOOL);
  int zero = m.floats("zero", {1}, {0});
  m.op(BuiltinOperator::GREATER, {in, zero}, {truth});
  int chosen = m.tensor("chosen", {1, 4, 4, 2});
  m.op(BuiltinOperator::SELECT_V2, {truth, in, zero}, {chosen});
  int mirrored = m.tensor("mirrored", {1, 6, 4, 2});
  schema::MirrorPadOptionsT mirror;
  mirror.mode = schema::MirrorPadMode::SYMMETRIC;
  m.op(BuiltinOperator::MIRROR_PAD,
       {chosen, m.constant<int32_t>("pads", {4, 2}, TensorType::INT32, {0, 0, 1, 1, 0, 0, 0, 0})},
       {mirrored}, mirror);
  int batch = m.tensor("batch", {4, 3, 2, 2});
  m.op(BuiltinOperator::SPACE_TO_BATCH_ND,
       {mirrored, m.ints("block", {2, 2}),
        m.constant<int32_t>("borders", {2, 2}, TensorType::INT32, {0, 0, 0, 0})},
       {batch});
  int tiled = m.tensor("tiled", {4, 3, 4, 2}), rows = m.tensor("rows", {4, 2, 4, 2});
  m.op(BuiltinOperator::TILE, {batch, m.ints("multiples", {1, 1, 2, 1})}, {tiled});
  schema::GatherOptionsT gather;
  gather.axis = 1;
  m.op(BuiltinOperator::GATHER, {tiled, m.ints("indices", {2, 0})}, {rows}, gather);
  int values = m.tensor("values", {4, 2, 4, 1});
  int indices = m.tensor("indices", {4, 2, 4, 1}, TensorType::INT32);
  m.op(BuiltinOperator::TOPK_V2, {rows, m.constant<int32_t>("k", {}, TensorType::INT32, {1})},
       {values, indices});
  int packed = m.tensor("packed", {2, 4, 2, 4, 1});
  schema::PackOptionsT pack;
  pack.values_count = 2;
  m.op(BuiltinOperator::PACK, {values, values}, {packed}, pack);
  m.output(packed);
  m.output(indices);
  return m;
}

/// Operators that no importer has: two of a name of their own, one that came after this schema.
ModelBuilder unsupportedModel() {
  ModelBuilder m;
  int in = m.input("in", {1, 4}), first = m.tensor("first", {1, 4});
  int second = m.tensor("second", {1, 4}), third = m.tensor("third", {1, 4});
  int out = m.tensor("out", {1, 4});
  m.custom("MaxUnpool", {in}, {first});
  m.op(BuiltinOperator::RELU, {first}, {second});
  m.custom("MaxUnpool", {second}, {third});
  m.op(static_cast<BuiltinOperator>(999), {third}, {out});
  m.output(out);
  return m;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  auto write = [&](const char *name, const ModelBuilder &model) {
    std::ofstream(std::string(argv[1]) + "/" + name, std::ios::binary) << model.bytes();
  };
  write("quantized.tflite", quantizedModel());
  write("movement.tflite", movementModel());
  write("selection.tflite", selectionModel());
  write("sparse.tflite", sparseModel());
  write("unsupported.tflite", unsupportedModel());
  return 0;
}
