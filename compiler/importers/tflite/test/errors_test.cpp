// Wrong files, each with the sentence that a user reads.

#include "compiler/importers/tflite/test/import_text.h"
#include "compiler/importers/tflite/test/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tandem::tflite::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// in → RELU → out, to be broken in one place.
struct ReluModel : ModelBuilder {
  int in = input("in", {1, 2, 2, 1});
  int out = tensor("out", {1, 2, 2, 1});
  ReluModel() {
    op(BuiltinOperator::RELU, {in}, {out});
    output(out);
  }
};

TEST(TfliteErrors, NoTfliteFile) {
  const char *message = "error: no TFLite model: the identifier TFL3 is not at byte 4";
  EXPECT_EQ(importText(""), message);
  EXPECT_EQ(importText("PK\3\4 and so on"), message);
}

TEST(TfliteErrors, EveryTruncationIsRefused) {
  std::string whole = ReluModel().bytes();
  ASSERT_THAT(importText(whole), HasSubstr("graph.relu"));
  for (size_t size = 8; size + 4 < whole.size(); size += 4)
    EXPECT_THAT(importText(whole.substr(0, size)), StartsWith("error: ")) << size << " bytes";
  EXPECT_EQ(importText(whole.substr(0, whole.size() / 2)),
            "error: the file is damaged: an offset in it leads outside");
}

TEST(TfliteErrors, AnUnalignedBufferIsReadAllTheSame) {
  std::string shifted = "x" + ReluModel().bytes();
  EXPECT_THAT(importText(std::string_view(shifted).substr(1)), HasSubstr("graph.relu"));
}

TEST(TfliteErrors, AnotherVersionOfTheFormat) {
  ReluModel m;
  m.model().version = 4;
  EXPECT_EQ(importText(m.bytes()), "error: schema version 4, expected 3");
}

TEST(TfliteErrors, EveryUnsupportedOperatorAtOnce) {
  ModelBuilder m;
  int in = m.input("in", {2}), a = m.tensor("a", {2}), b = m.tensor("b", {2}),
      c = m.tensor("c", {2}), d = m.tensor("d", {2}), e = m.tensor("e", {2});
  m.custom("MaxUnpool", {in}, {a});
  m.op(BuiltinOperator::UNIQUE, {a}, {b});
  m.custom("MaxUnpool", {b}, {c});
  schema::ConcatenationOptionsT joined;
  joined.fused_activation_function = schema::ActivationFunctionType::RELU;
  m.op(BuiltinOperator::CONCATENATION, {c}, {d}, joined);
  schema::AddOptionsT add;
  add.fused_activation_function = schema::ActivationFunctionType::TANH;
  m.op(BuiltinOperator::ADD, {d, d}, {e}, add);
  m.output(e);
  EXPECT_EQ(importText(m.bytes()),
            "error: 4 unsupported operators: MaxUnpool (2: a, c; not an operator of TensorFlow "
            "Lite that Tandem knows), UNIQUE (1: b; the size of its result depends on data), "
            "CONCATENATION (1: d; a fused activation), ADD (1: e; fused activation TANH)");
}

TEST(TfliteErrors, AnOperatorFromTheFuture) {
  ReluModel m;
  m.model().operator_codes[0]->builtin_code = static_cast<BuiltinOperator>(999);
  EXPECT_EQ(importText(m.bytes()), "error: 1 unsupported operator: operator 999 (1: out; not an "
                                   "operator of TensorFlow Lite that Tandem knows)");
}

TEST(TfliteErrors, ADynamicDimension) {
  ReluModel m;
  m.at(m.in).shape_signature = {-1, 2, -1, 1};
  EXPECT_EQ(importText(m.bytes()),
            "error: input 'in': dimension 2 of ?x2x?x1 is open, fix it with --shape in=DIMS");
  m.at(m.in).shape_signature = {-1, 2, 2, 1}; // a batch of 1 is what the file runs with
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.relu"));
}

TEST(TfliteErrors, AFixedShapeThatDoesNotFit) {
  ImportOptions rank, name, negative;
  rank.shapes["in"] = {1, 2};
  name.shapes["inn"] = {1, 2, 2, 1};
  negative.shapes["in"] = {1, -2, 2, 1};
  std::string bytes = ReluModel().bytes();
  EXPECT_EQ(importText(bytes, rank),
            "error: input 'in': --shape gives 2 dimensions, the model has 4");
  EXPECT_EQ(importText(bytes, name), "error: --shape names 'inn', the model's inputs are in");
  EXPECT_THAT(importText(bytes, negative), StartsWith("error: input 'in' has shape 1x-2x2x1"));
}

TEST(TfliteErrors, OperandsThatDoNotFit) {
  ModelBuilder m;
  int in = m.input("in", {1, 2, 2, 3}), w = m.floats("w", {1, 3, 3, 3}, std::vector<float>(27));
  int out = m.tensor("out", {1, 1, 1, 1});
  schema::Conv2DOptionsT options;
  options.padding = schema::Padding::VALID;
  options.stride_h = options.stride_w = 1;
  m.op(BuiltinOperator::CONV_2D, {in, w}, {out}, options);
  m.output(out);
  EXPECT_EQ(importText(m.bytes()),
            "error: node 'out' (CONV_2D): a filter of 3x3 does not fit into an input of "
            "2x2");
}

TEST(TfliteErrors, AResultOfAnotherShapeThanTheFileSays) {
  ReluModel m;
  m.at(m.out).shape = {1, 2, 3, 1};
  EXPECT_EQ(importText(m.bytes()), "error: node 'out' (RELU): tensor 'out' has shape 1x2x2x1, the "
                                   "file says 1x2x3x1");
  m.at(m.out).shape = {1, 2, 2};
  EXPECT_EQ(importText(m.bytes()), "error: node 'out' (RELU): tensor 'out' has shape 1x2x2x1, the "
                                   "file says 1x2x2");
  m.at(m.out).shape = {}; // nothing is known of it
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.relu"));
  m.at(m.out).shape = {1, 1, 1, 1}; // what open dimensions are before anyone asks
  m.at(m.out).shape_signature = {1, -1, -1, 1};
  EXPECT_THAT(importText(m.bytes()), HasSubstr("graph.relu"));
  m.at(m.out).shape_signature = {1, -1, -1, 4};
  EXPECT_EQ(importText(m.bytes()), "error: node 'out' (RELU): tensor 'out' has shape 1x2x2x1, the "
                                   "file says 1x-1x-1x4");
}

TEST(TfliteErrors, ASoftmaxThatTurnsScoresRound) {
  for (auto [beta, text] : {std::pair(0.0f, "0"), {-1.0f, "-1"}, {INFINITY, "inf"}, {NAN, "nan"}}) {
    ReluModel m;
    schema::SoftmaxOptionsT options;
    options.beta = beta;
    m.graph().operators[0]->builtin_options.Set(options);
    m.model().operator_codes[0]->builtin_code = BuiltinOperator::SOFTMAX;
    EXPECT_EQ(importText(m.bytes()), "error: node 'out' (SOFTMAX): beta is " + std::string(text) +
                                         ", expected finite and positive");
  }
}

TEST(TfliteErrors, ATensorReadBeforeItIsComputed) {
  ReluModel m;
  m.graph().operators[0]->inputs = {m.tensor("later", {2})};
  EXPECT_EQ(importText(m.bytes()), "error: node 'out' (RELU): tensor 'later' is read and nothing "
                                   "computes it before");
}

TEST(TfliteErrors, ATensorComputedTwice) {
  ReluModel m;
  m.op(BuiltinOperator::RELU, {m.in}, {m.out});
  EXPECT_EQ(importText(m.bytes()),
            "error: node 'out' (RELU): tensor 'out' is computed or read before");
}

TEST(TfliteErrors, IndicesThatLeadOutside) {
  ReluModel code, tensor, output;
  code.graph().operators[0]->opcode_index = 7;
  EXPECT_EQ(importText(code.bytes()), "error: an operator refers to operator code 7 of 1");
  tensor.graph().operators[0]->inputs = {99};
  EXPECT_EQ(importText(tensor.bytes()),
            "error: node 'out' (RELU): the graph refers to tensor 99 of 2");
  output.graph().outputs = {-2};
  EXPECT_EQ(importText(output.bytes()), "error: the graph refers to tensor -2 of 2");
}

TEST(TfliteErrors, AConstantOfAnotherSizeThanItsShape) {
  ReluModel m;
  m.graph().operators[0]->inputs = {m.floats("w", {3}, {1.0f, 2.0f})};
  EXPECT_EQ(importText(m.bytes()), "error: node 'out' (RELU): tensor 'w' has 8 bytes, its shape 3 "
                                   "takes 12");
}

TEST(TfliteErrors, DataBehindTheEndOfTheFile) {
  ReluModel m;
  int w = m.floats("w", {1}, {1.0f});
  m.model().buffers[1]->offset = 1 << 20;
  m.model().buffers[1]->size = 4;
  m.graph().operators[0]->inputs = {w};
  EXPECT_THAT(importText(m.bytes()),
              StartsWith("error: node 'out' (RELU): tensor 'w': buffer 1 takes 4 bytes at 1048576, "
                         "the file has "));
}

TEST(TfliteErrors, ConstantsThatShareABufferToExhaustMemory) {
  ModelBuilder m;
  int in = m.input("in", {1}), first = m.floats("w", {1 << 18}, std::vector<float>(1 << 18));
  int sum = in;
  for (int i = 0; i < 200; ++i) {
    int same = m.tensor("w" + std::to_string(i), {1 << 18});
    m.at(same).buffer = m.at(first).buffer;
    int next = m.tensor("sum", {1 << 18});
    m.op(BuiltinOperator::ADD, {sum, same}, {next});
    sum = next;
  }
  m.output(sum);
  EXPECT_THAT(importText(m.bytes()), HasSubstr("the constants take more than "));
}

TEST(TfliteErrors, ScalesAndZeroPointsThatMakeNoSense) {
  auto message = [](Codes codes) {
    ModelBuilder m;
    int in = m.input("in", {2, 2}, TensorType::INT8, std::move(codes));
    m.output(in);
    return importText(m.bytes());
  };
  EXPECT_EQ(message({{0.0f}, {0}}),
            "error: tensor 'in' has a scale of 0.000000, expected finite and positive");
  EXPECT_EQ(message({{1.0f}, {200}}),
            "error: tensor 'in' has a zero point of 200 that its type does not hold");
  EXPECT_EQ(message({{1.0f, 1.0f, 1.0f}, {0}, 1}),
            "error: tensor 'in' has 3 scales along dimension 1, which does not have as many");
  EXPECT_EQ(message({{1.0f, 1.0f}, {0, 0}, -1}),
            "error: tensor 'in' has 2 scales along dimension -1, which does not have as many");
}

TEST(TfliteErrors, AnElementTypeThatTheGraphDoesNotHave) {
  ReluModel m;
  m.at(m.in).type = TensorType::STRING;
  EXPECT_EQ(importText(m.bytes()),
            "error: tensor 'in' has element type STRING, which is not supported");
}

TEST(TfliteErrors, OptionsOfAnotherOperator) {
  ReluModel m;
  m.graph().operators[0]->builtin_options.Set(schema::SoftmaxOptionsT());
  m.model().operator_codes[0]->builtin_code = BuiltinOperator::LEAKY_RELU;
  EXPECT_EQ(importText(m.bytes()), "error: node 'out' (LEAKY_RELU): has options of type 9 "
                                   "(SoftmaxOptions), expected 75 (LeakyReluOptions)");
}

TEST(TfliteErrors, SparseIndicesThatLeadOutside) {
  ReluModel m;
  int sparse = m.floats("w", {4}, {1.0f});
  auto sparsity = std::make_unique<schema::SparsityParametersT>();
  sparsity->traversal_order = {0};
  auto level = std::make_unique<schema::DimensionMetadataT>();
  level->format = schema::DimensionType::SPARSE_CSR;
  schema::Int32VectorT segments, indices;
  segments.values = {0, 1};
  indices.values = {4};
  level->array_segments.Set(segments);
  level->array_indices.Set(indices);
  sparsity->dim_metadata.push_back(std::move(level));
  m.at(sparse).sparsity = std::move(sparsity);
  m.graph().operators[0]->inputs = {sparse};
  EXPECT_EQ(importText(m.bytes()),
            "error: node 'out' (RELU): tensor 'w': its sparse indices lead outside");
}

TEST(TfliteErrors, AModelWithoutOutputs) {
  ReluModel m;
  m.graph().outputs.clear();
  EXPECT_EQ(importText(m.bytes()), "error: the model has no outputs");
}

} // namespace
} // namespace tandem::tflite::test
