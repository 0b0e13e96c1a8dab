// Wrong graphs: one sentence each, in bounded time and memory.

#include "compiler/importers/tensorflow/test/graph_builder.h"

#include "base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace tandem::tensorflow::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(TensorflowImporter, KnowsItsFilesByTheirContents) {
  GraphBuilder g;
  g.input("x", {1});
  g.op("Relu", "y", {"x"});
  const Importer &importer = tensorflowImporter();
  EXPECT_TRUE(importer.recognizes("renamed.bin", g.bytes()));
  EXPECT_TRUE(importer.recognizes("empty.pb", "?"));
  EXPECT_FALSE(importer.recognizes("notes.txt", "\n\nsome text"));
  EXPECT_FALSE(importer.recognizes("model.onnx", std::string_view("\x08\x07\x12\x07pytorch", 11)));
  EXPECT_FALSE(importer.recognizes("empty.tflite", ""));
  proto::SavedModel saved;
  saved.set_saved_model_schema_version(1);
  saved.add_meta_graphs()->mutable_meta_info_def()->add_tags("serve");
  EXPECT_TRUE(importer.recognizes("renamed.bin", saved.SerializeAsString()));
}

TEST(TensorflowErrors, NameAllUnsupportedOperatorsAtOnce) {
  GraphBuilder g;
  g.input("x", {1});
  g.op("Mystery", "a", {"x"});
  g.op("Mystery", "b", {"a"});
  g.op("Relu", "between", {"b"});
  g.op("Riddle", "c", {"between"});
  EXPECT_EQ(g.text(),
            "error: 2 unsupported operators: Mystery (2: a, b; not an operator of TensorFlow that "
            "Tandem knows), Riddle (1: c; not an operator of TensorFlow that Tandem knows)");
}

TEST(TensorflowErrors, NameTheNode) {
  GraphBuilder g;
  g.input("x", {1, 4});
  g.ints("shape", {3, -1});
  g.op("Reshape", "wrong", {"x", "shape"});
  EXPECT_EQ(g.text(), "error: node 'wrong' (Reshape): 4 elements do not fit into the new shape");
  GraphBuilder missing;
  missing.input("x", {1});
  missing.op("Relu", "y", {"nowhere"});
  EXPECT_EQ(missing.text(), "error: node 'y': there is no node 'nowhere'");
  GraphBuilder few;
  few.input("x", {1});
  few.op("Add", "sum", {"x"});
  EXPECT_EQ(few.text(), "error: node 'sum' (Add): has 1 inputs, expected at least 2");
  GraphBuilder output;
  output.input("x", {1});
  output.op("Relu", "first", {"x"});
  output.op("Relu", "second", {"first:3"});
  EXPECT_EQ(output.text(),
            "error: 1 unsupported operator: Relu (1: first; its output 3, which is not made)");
}

TEST(TensorflowErrors, CyclesAreFound) {
  GraphBuilder g;
  g.input("x", {1});
  g.op("Add", "a", {"x", "b"});
  g.op("Relu", "b", {"a"});
  g.op("Tanh", "y", {"b"});
  EXPECT_EQ(g.text(), "error: node 'a' (Add): its inputs lead back to itself");
}

TEST(TensorflowErrors, DeepGraphsNeedNoDeepStack) {
  constexpr int kDepth = 50000;
  GraphBuilder g;
  g.input("n0", {1});
  for (int i = 1; i <= kDepth; ++i)
    g.op("Identity", "n" + std::to_string(i), {"n" + std::to_string(i - 1)});
  EXPECT_THAT(g.text(), HasSubstr("graph.name = \"n50000\""));
}

TEST(TensorflowErrors, VariablesOfAGraphThatIsNotFrozen) {
  GraphBuilder g;
  g.input("x", {1});
  g.op("VarHandleOp", "weights", {});
  g.op("ReadVariableOp", "read", {"weights"});
  g.op("Add", "y", {"x", "read"});
  EXPECT_EQ(g.text(), "error: node 'y' (Add): the variable 'weights' has no value here: give the "
                      "SavedModel's folder, or freeze the graph");
}

TEST(TensorflowErrors, ConstantsLargerThanTheirBytes) {
  GraphBuilder g;
  g.input("x", {1});
  g.constant("c", DataType::kFloat, {1 << 29}).add_float_val(1);
  g.op("Mul", "y", {"x", "c"});
  EXPECT_EQ(g.text(), "error: node 'y' (Mul): shape 536870912 has 1 listed elements, the last of "
                      "which may stand for others up to 1048576 elements in all");
  GraphBuilder content;
  content.input("x", {1});
  content.constant("c", DataType::kFloat, {1 << 20, 1 << 20, 1 << 20})
      .set_tensor_content("12345678");
  content.op("Mul", "y", {"x", "c"});
  EXPECT_THAT(content.text(), HasSubstr("of float32 does not fit its 8 bytes"));
}

TEST(TensorflowErrors, AConditionThatCannotBeRead) {
  GraphBuilder g;
  for (const char *name : {"then", "otherwise"}) {
    proto::FunctionDef &function = *g.graph.mutable_library()->add_function();
    function.mutable_signature()->set_name(name);
    function.mutable_signature()->add_input_arg()->set_name("x");
    function.mutable_signature()->add_output_arg()->set_name("y");
    (*function.mutable_ret())["y"] = "x";
  }
  g.input("x", {1});
  g.constant("flag", DataType::kBool, {2}).set_tensor_content("x");
  g.op("If", "if", {"flag", "x"})
      .function("then_branch", "then")
      .function("else_branch", "otherwise");
  g.op("Relu", "y", {"if"});
  EXPECT_THAT(g.text(), HasSubstr("of bool does not fit its 1 bytes"));
}

TEST(TensorflowErrors, SizesComputedBeyondAllMeasure) {
  GraphBuilder g;
  g.input("x", {1});
  g.ints("size", {1 << 30, 1 << 30});
  g.floats("one", {}, {1});
  g.op("Fill", "fill", {"size", "one"});
  g.op("Mul", "y", {"x", "fill"});
  EXPECT_EQ(g.text(), "error: node 'fill' (Fill): a result of shape 1073741824x1073741824 is too "
                      "large");
  GraphBuilder range;
  range.input("x", {1});
  range.scalar("zero", 0);
  range.scalar("limit", INT32_MAX);
  range.scalar("one", 1);
  range.op("Range", "range", {"zero", "limit", "one"});
  range.op("Mul", "y", {"x", "range"});
  EXPECT_EQ(range.text(), "error: node 'range' (Range): a range of too many elements");
}

/// f0 calls f1 twice, which calls f2 twice, and so on: 2^40 nodes.
TEST(TensorflowErrors, FunctionsThatGrowWithoutBounds) {
  GraphBuilder g;
  for (int i = 0; i < 40; ++i) {
    proto::FunctionDef &function = *g.graph.mutable_library()->add_function();
    function.mutable_signature()->set_name("f" + std::to_string(i));
    function.mutable_signature()->add_input_arg()->set_name("x");
    function.mutable_signature()->add_output_arg()->set_name("y");
    std::string next = "f" + std::to_string(i + 1);
    addNode(*function.mutable_node_def(), "PartitionedCall", "a", {"x"}).function("f", next);
    addNode(*function.mutable_node_def(), "PartitionedCall", "b", {"a:output:0"})
        .function("f", next);
    (*function.mutable_ret())["y"] = "b:output:0";
  }
  *g.graph.mutable_library()->add_function() = g.graph.library().function(39);
  proto::FunctionDef &last = *g.graph.mutable_library()->mutable_function(40);
  last.mutable_signature()->set_name("f40");
  last.clear_node_def();
  (*last.mutable_ret())["y"] = "x";
  g.input("x", {1});
  g.op("PartitionedCall", "call", {"x"}).function("f", "f0");
  EXPECT_THAT(g.text(),
              HasSubstr("the graph has more than 262144 nodes once its function calls and loops "
                        "are inlined"));
}

TEST(TensorflowErrors, FunctionsThatAreNotThereOrCallThemselves) {
  GraphBuilder g;
  g.input("x", {1});
  g.op("PartitionedCall", "call", {"x"}).function("f", "loop");
  EXPECT_EQ(g.text(), "error: node 'call': the function 'loop' is not in the model");
  proto::FunctionDef &function = *g.graph.mutable_library()->add_function();
  function.mutable_signature()->set_name("loop");
  function.mutable_signature()->add_input_arg()->set_name("x");
  function.mutable_signature()->add_output_arg()->set_name("y");
  addNode(*function.mutable_node_def(), "PartitionedCall", "again", {"x"}).function("f", "loop");
  (*function.mutable_ret())["y"] = "again:output:0";
  EXPECT_EQ(g.text(), "error: node 'call': node 'again': the function 'loop' calls itself");
}

TEST(TensorflowErrors, BytesThatAreCutOffOrFlipped) {
  GraphBuilder g;
  g.input("x", {1, 4, 4, 2});
  g.floats("w", {1, 2, 2, 3}, counted(12));
  g.op("Conv2D", "y", {"x", "w"}).list("strides", {1, 2, 2, 1}).string("padding", "SAME");
  std::string good = g.bytes();
  auto import = [](const std::string &bytes) {
    return tandem::test::importText(tensorflowImporter(), "test.pb", bytes);
  };
  for (size_t length = 0; length < good.size(); ++length)
    EXPECT_THAT(import(good.substr(0, length)), AnyOf(StartsWith("error: "), StartsWith("module")));
  EXPECT_EQ(import(good.substr(0, good.size() - 1)),
            "error: it is no TensorFlow graph, or cut off");
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string broken = good;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << bit % 8));
    EXPECT_THAT(import(broken), AnyOf(StartsWith("error: "), StartsWith("module")));
  }
}

TEST(TensorflowErrors, AGraphWithoutResults) {
  GraphBuilder g;
  g.input("x", {1});
  EXPECT_EQ(g.text(), "error: the graph has no result: 1 nodes, and none that no other node reads");
}

} // namespace
} // namespace tandem::tensorflow::test
