// Small files that ask for much, or for what is not theirs, in every format: one sentence, in
// bounded time and memory. What the readers refuse beside that stands in their own tests.

#include "tests/cli/hostile_bytes.h"
#include "tests/cli/refused_models.h"

#include <gmock/gmock.h>

namespace tandem::test {
namespace {

using ::testing::EndsWith;

using Files = std::vector<std::pair<std::string, std::string>>;

constexpr uint64_t kLargest = INT64_MAX;

// ONNX: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

Message onnxNode(const std::string &kind, const std::vector<std::string> &inputs,
                 const std::string &output) {
  Message node;
  for (const std::string &input : inputs)
    node.bytes(1, input);
  return node.bytes(2, output).bytes(3, "n_" + output).bytes(4, kind);
}

/// With elements of float32.
Message onnxTensor(const std::string &name, const std::vector<uint64_t> &dims) {
  Message tensor;
  for (uint64_t size : dims)
    tensor.number(1, size);
  return tensor.number(2, 1).bytes(8, name);
}

/// The result is 'y'. `graph` has all but the input 'x', one float, and the output.
Message onnxModel(Message graph) {
  Message shape, type;
  shape.bytes(1, Message().number(1, 1));
  type.bytes(1, Message().number(1, 1).bytes(2, shape));
  graph.bytes(11, Message().bytes(1, "x").bytes(2, type));
  graph.bytes(12, Message().bytes(1, "y").bytes(2, type));
  return Message().number(1, 8).bytes(7, graph).bytes(8, Message().number(2, 17));
}

/// x + w.
Files onnxSum(const Message &tensor) {
  Message graph;
  return {{"m.onnx",
           onnxModel(graph.bytes(1, onnxNode("Add", {"x", "w"}, "y")).bytes(5, tensor)).text()}};
}

Files onnxExternal(const std::string &location) {
  Message tensor = onnxTensor("w", {1});
  tensor.bytes(13, Message().bytes(1, "location").bytes(2, location)).number(14, 1);
  return onnxSum(tensor);
}

Files onnxCycle() {
  Message graph;
  graph.bytes(1, onnxNode("Add", {"x", "b"}, "a")).bytes(1, onnxNode("Relu", {"a"}, "b"));
  return {{"m.onnx", onnxModel(graph.bytes(1, onnxNode("Relu", {"b"}, "y"))).text()}};
}

/// Forty functions, each of which calls the one before twice.
Files onnxDoublingFunctions() {
  Message graph, model;
  constexpr int kFunctions = 40;
  auto domain = [](Message &node) -> Message & { return node.bytes(7, "d"); };
  Message call = onnxNode("f39", {"x"}, "y");
  model = onnxModel(graph.bytes(1, domain(call)));
  for (int i = 0; i < kFunctions; ++i) {
    std::string before = i == 0 ? "Relu" : "f" + std::to_string(i - 1);
    Message first = onnxNode(before, {"p"}, "q"), second = onnxNode(before, {"q"}, "r"), function;
    if (i > 0) {
      domain(first);
      domain(second);
    }
    function.bytes(1, "f" + std::to_string(i)).bytes(4, "p").bytes(5, "r");
    function.bytes(7, first).bytes(7, second).bytes(9, Message().number(2, 17)).bytes(10, "d");
    model.bytes(25, function);
  }
  return {{"m.onnx", model.bytes(8, Message().bytes(1, "d").number(2, 1)).text()}};
}

// TensorFlow: https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework

Message attribute(const std::string &name, const Message &value) {
  return Message().bytes(1, name).bytes(2, value);
}
Message typeFloat() {
  return Message().number(6, 1);
}
Message tensorflowNode(const std::string &name, const std::string &kind,
                       const std::vector<std::string> &inputs) {
  Message node;
  node.bytes(1, name).bytes(2, kind);
  for (const std::string &input : inputs)
    node.bytes(3, input);
  return node;
}
Message placeholder() {
  Message shape;
  shape.bytes(2, Message().number(1, 1));
  return tensorflowNode("x", "Placeholder", {})
      .bytes(5, attribute("dtype", typeFloat()))
      .bytes(5, attribute("shape", Message().bytes(7, shape)));
}
Message tensorflowAdd(const std::string &name, const std::vector<std::string> &inputs) {
  return tensorflowNode(name, "AddV2", inputs).bytes(5, attribute("T", typeFloat()));
}

Files tensorflowConstant(const std::vector<uint64_t> &dims) {
  Message shape, tensor, graph;
  for (uint64_t size : dims)
    shape.bytes(2, Message().number(1, size));
  tensor.number(1, 1).bytes(2, shape).bytes(4, "12345678");
  Message constant = tensorflowNode("w", "Const", {});
  constant.bytes(5, attribute("dtype", typeFloat()));
  constant.bytes(5, attribute("value", Message().bytes(8, tensor)));
  graph.bytes(1, placeholder()).bytes(1, constant);
  return {{"m.pb", graph.bytes(1, tensorflowAdd("y", {"x", "w"})).text()}};
}

Files tensorflowCycle() {
  Message graph;
  graph.bytes(1, placeholder()).bytes(1, tensorflowAdd("a", {"x", "b"}));
  return {{"m.pb", graph.bytes(1, tensorflowAdd("b", {"a", "a"}))
                       .bytes(1, tensorflowAdd("y", {"b", "x"}))
                       .text()}};
}

/// A function that calls itself, or the one before twice.
Files tensorflowFunctions(bool isRecursive) {
  constexpr int kFunctions = 40;
  Message library, graph;
  for (int i = 0; i < kFunctions; ++i) {
    std::string before = "f" + std::to_string(isRecursive ? i : i - 1);
    bool isLast = !isRecursive && i == 0;
    auto call = [&](const std::string &name, const std::string &input) {
      return isLast ? tensorflowNode(name, "Relu", {input}).bytes(5, attribute("T", typeFloat()))
                    : tensorflowNode(name, before, {input});
    };
    Message signature, function;
    signature.bytes(1, "f" + std::to_string(i));
    signature.bytes(2, Message().bytes(1, "p").number(3, 1));
    signature.bytes(3, Message().bytes(1, "r").number(3, 1));
    std::string result = isLast ? ":activations:0" : ":r:0";
    function.bytes(1, signature).bytes(3, call("one", "p")).bytes(3, call("two", "one" + result));
    function.bytes(4, Message().bytes(1, "r").bytes(2, "two" + result));
    library.bytes(1, function);
  }
  graph.bytes(1, placeholder()).bytes(1, tensorflowNode("y", "f39", {"x"})).bytes(2, library);
  return {{"m.pb", graph.text()}};
}

// MXNet

constexpr const char *kSymbol = R"j({"nodes": [
  {"op": "null", "name": "data", "attrs": {"__shape__": "(1, 4)"}, "inputs": []},
  {"op": "null", "name": "w", "inputs": []},
  {"op": "broadcast_add", "name": "y", "inputs": [[0, 0, 0], [1, 0, 0]]}],
  "arg_nodes": [0, 1], "heads": [[2, 0, 0]]})j";

/// Parameters of one array 'w' of float32 with these dimensions and eight bytes.
Files mxnetArray(const std::vector<uint64_t> &dims) {
  std::string file = little(0x112, 8) + little(0, 8) + little(1, 8);
  file += little(0xf993fac9, 4) + little(0, 4) + little(dims.size(), 4);
  for (uint64_t size : dims)
    file += little(size, 8);
  file += little(1, 4) + little(0, 4) + little(0, 4) + "12345678";
  file += little(1, 8) + little(5, 8) + "arg:w";
  return {{"m-symbol.json", kSymbol}, {"m-0000.params", file}};
}

Files mxnetCount(uint64_t arrays) {
  return {{"m-symbol.json", kSymbol},
          {"m-0000.params", little(0x112, 8) + little(0, 8) + little(arrays, 8)}};
}

Files mxnetSymbol(const std::string &json) {
  return {{"m-symbol.json", json},
          {"m-0000.params", little(0x112, 8) + little(0, 8) + little(0, 8) + little(0, 8)}};
}

constexpr const char *kCyclicSymbol = R"j({"nodes": [
  {"op": "null", "name": "data", "attrs": {"__shape__": "(1, 4)"}, "inputs": []},
  {"op": "broadcast_add", "name": "a", "inputs": [[0, 0, 0], [2, 0, 0]]},
  {"op": "relu", "name": "b", "inputs": [[1, 0, 0]]}],
  "arg_nodes": [0], "heads": [[2, 0, 0]]})j";
constexpr const char *kHugeSymbol = R"j({"nodes": [
  {"op": "null", "name": "data", "attrs": {"__shape__": "(1, 4)"}, "inputs": []},
  {"op": "_zeros", "name": "w", "attrs": {"shape": "(2147483647, 2147483647, 2147483647)"}, "inputs": []},
  {"op": "broadcast_add", "name": "y", "inputs": [[0, 0, 0], [1, 0, 0]]}],
  "arg_nodes": [0], "heads": [[2, 0, 0]]})j";

// PyTorch

std::string pickled(const std::string &text) {
  return "X" + little(text.size(), 4) + text;
}
std::string pickled(const std::vector<uint64_t> &numbers) {
  std::string tuple = "(";
  for (uint64_t number : numbers)
    tuple += "\x8a\x08" + little(number, 8);
  return tuple + "t";
}

/// data.pkl of a module M with the tensor 'w', whose elements are in the file `storage`.
std::string modulePickle(const std::string &storage, uint64_t elements,
                         const std::vector<uint64_t> &dims) {
  std::vector<uint64_t> steps(dims.size(), 1);
  for (size_t d = dims.size(); d-- > 1;)
    steps[d - 1] = steps[d] * dims[d];
  return "\x80\x02"
         "c__torch__\nM\n)\x81}(" +
         pickled("w") + "ctorch._utils\n_rebuild_tensor_v2\n((" + pickled("storage") +
         "ctorch\nFloatStorage\n" + pickled(storage) + pickled("cpu") + "\x8a\x08" +
         little(elements, 8) + "tQK" + std::string(1, '\0') + pickled(dims) + pickled(steps) +
         "\x89"
         "ccollections\nOrderedDict\n)RtRub.";
}

Files script(const std::string &pickle, const std::string &body = "return torch.add(x, self.w)") {
  ZipArchive zip;
  std::string code = "class M(Module):\n  w : Tensor\n"
                     "  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n    " +
                     body + "\n";
  zip.store("m/data.pkl", pickle).store("m/data/0", "12345678");
  return {{"m.pt", zip.store("m/code/__torch__.py", code).finish()}};
}

/// A program of torch.export, whose weight is in the archive's file of this name.
Files exported(const std::string &weight) {
  ZipArchive zip;
  zip.store("m/archive_format", "pt2")
      .store("m/models/model.json", R"({"schema_version": {"major": 8}})");
  zip.store("m/data/weights/model_weights_config.json",
            R"({"config": {"w": {"path_name": ")" + weight +
                R"(", "is_param": true, "use_pickle": false, "tensor_meta": {"dtype": 7,
                "sizes": [{"as_int": 2}], "strides": [{"as_int": 1}],
                "storage_offset": {"as_int": 0}}}}})");
  return {
      {"m.pt2",
       zip.store("m/data/constants/model_constants_config.json", R"({"config": {}})").finish()}};
}

constexpr uint32_t kBomb = 100 << 20;

Files bomb(const std::string &file, const std::string &format) {
  ZipArchive zip;
  if (format == "keras")
    zip.store("metadata.json", R"({"keras_version": "3.0.0"})");
  if (format == "pt2")
    zip.store("m/archive_format", "pt2");
  if (format == "pt")
    zip.store("m/data.pkl", modulePickle("0", 2, {2}));
  return {{"m." + format, zip.deflateZeros(file, kBomb).finish()}};
}

// Keras and TFLite: files of the tests with other numbers in them.

Files kerasFile(const std::string &name) {
  return {{"m.h5", readBytes(sourceFile("compiler/importers/keras/testdata/" + name))}};
}

Files tflite(size_t at, const std::string &bytes) {
  std::string good = readBytes(sourceFile("tests/fuzz/seeds/tflite_fuzz/quantized.tflite"));
  return {{"m.tflite", patched(good, at, bytes)}};
}
constexpr size_t kFirstInput = 524, kFilterShape = 1136; // of the convolution
std::string tfliteShape(std::initializer_list<uint32_t> dims) {
  std::string bytes;
  for (uint32_t size : dims)
    bytes += little(size, 4);
  return bytes;
}

struct Hostile {
  const char *name;
  Files (*files)();
  const char *message; ///< its end, behind the place in calls of functions
};
std::ostream &operator<<(std::ostream &out, const Hostile &hostile) {
  return out << hostile.name;
}

class HostileModels : public RefusedModels, public ::testing::WithParamInterface<Hostile> {};

TEST_P(HostileModels, AreRefusedInBoundedTimeAndMemory) {
  // Ten times what a small model takes.
  constexpr long kMemory = 1500L << 20;
  constexpr int kSeconds = 20;
  std::vector<std::string> arguments;
  if (GetParam().files().front().first == "m.pt") // code has no shapes
    arguments = {"--shape", "x=2"};
  std::string refusal =
      refusalOf(GetParam().files(), {.memoryBytes = kMemory, .seconds = kSeconds}, arguments);
  EXPECT_THAT(refusal, EndsWith(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, HostileModels,
    ::testing::Values(
        Hostile{"onnx_above", [] { return onnxExternal("../m.onnx"); },
                "node 'n_y' (Add): tensor 'w': its elements are in the file '../m.onnx', which is "
                "not below the model's folder"},
        Hostile{"onnx_absolute", [] { return onnxExternal("/etc/passwd"); },
                "node 'n_y' (Add): tensor 'w': its elements are in the file '/etc/passwd', which "
                "is not below the model's folder"},
        Hostile{
            "onnx_huge",
            [] { return onnxSum(onnxTensor("w", {512, 1024, 1024}).bytes(9, "12345678")); },
            "node 'n_y' (Add): tensor 'w': shape 512x1024x1024 of FLOAT does not go with 8 bytes"},
        Hostile{
            "onnx_overflow",
            [] { return onnxSum(onnxTensor("w", {kLargest, kLargest, 4}).bytes(9, "12345678")); },
            "node 'n_y' (Add): tensor 'w': the shape 9223372036854775807x9223372036854775807x4 "
            "makes no sense"},
        Hostile{"onnx_cycle", onnxCycle,
                "node 'n_a' (Add): it reads 'b', which no earlier node makes"},
        Hostile{"onnx_doubling", onnxDoublingFunctions,
                "node 'n_q' (Relu): the model has more than 1048576 nodes"},
        Hostile{"tensorflow_huge", [] { return tensorflowConstant({512, 1024, 1024}); },
                "node 'y' (AddV2): shape 512x1024x1024 of float32 does not fit its 8 bytes"},
        Hostile{"tensorflow_overflow", [] { return tensorflowConstant({kLargest, kLargest, 4}); },
                "node 'y' (AddV2): shape 9223372036854775807x9223372036854775807x4 of float32 does "
                "not fit its 8 bytes"},
        Hostile{"tensorflow_cycle", tensorflowCycle,
                "node 'a' (AddV2): its inputs lead back to itself"},
        Hostile{"tensorflow_recursion", [] { return tensorflowFunctions(true); },
                "node 'y': node 'two': the function 'f39' calls itself"},
        Hostile{"tensorflow_doubling", [] { return tensorflowFunctions(false); },
                "node 'one': the graph has more than 262144 nodes once its function calls and "
                "loops are inlined"},
        Hostile{"mxnet_huge", [] { return mxnetArray({512, 1024, 1024}); },
                "'m-0000.params': the parameters are damaged: array 0: its shape 512x1024x1024 of "
                "float32 is more than the 29 bytes that are left of the file"},
        Hostile{"mxnet_overflow", [] { return mxnetArray({kLargest, kLargest, 4}); },
                "'m-0000.params': the parameters are damaged: array 0: its shape "
                "9223372036854775807x9223372036854775807x4 of float32 is more than the 29 bytes "
                "that are left of the file"},
        Hostile{"mxnet_count", [] { return mxnetCount(kLargest); },
                "'m-0000.params': the parameters are damaged: it says to hold more arrays than it "
                "has bytes for"},
        Hostile{"mxnet_cycle", [] { return mxnetSymbol(kCyclicSymbol); },
                "the node 'b' waits for its own result, by way of 'a'"},
        Hostile{
            "mxnet_zeros", [] { return mxnetSymbol(kHugeSymbol); },
            "node 'w' (_zeros): a constant of shape 2147483647x2147483647x2147483647 is too large"},
        Hostile{"script_above", [] { return script(modulePickle("../../../etc/passwd", 2, {2})); },
                "the archive has no file 'm/data/../../../etc/passwd'"},
        Hostile{"script_huge", [] { return script(modulePickle("0", 1 << 29, {512, 1024, 1024})); },
                "the tensor 'w': shape 512x1024x1024 does not fit into 8 bytes"},
        Hostile{"script_overflow",
                [] { return script(modulePickle("0", 2, {kLargest, kLargest, 4})); },
                "the tensor 'w': shape 9223372036854775807x9223372036854775807x4 does not fit into "
                "8 bytes"},
        Hostile{"script_recursion",
                [] { return script(modulePickle("0", 2, {2}), "return (self).forward(x, )"); },
                "calls and blocks are nested too deeply"},
        Hostile{"script_loop",
                [] {
                  return script(modulePickle("0", 2, {2}),
                                "n = 0\n    while True:\n      n = torch.add(n, 1)\n    return x");
                },
                "the code takes more than 1048576 steps"},
        Hostile{"script_bomb", [] { return bomb("m/code/__torch__.py", "pt"); },
                "the file 'm/code/__torch__.py' in the archive says that it has 104857393 bytes, "
                "of an archive of 660851: no model is packed so well"},
        Hostile{"torch_above", [] { return exported("../../../../etc/passwd"); },
                "the archive has no file 'm/data/weights/../../../../etc/passwd'"},
        Hostile{"torch_bomb", [] { return bomb("m/models/model.json", "pt2"); },
                "the file 'm/models/model.json' in the archive says that it has 104857393 bytes, "
                "of an archive of 660689: no model is packed so well"},
        Hostile{"keras_bomb", [] { return bomb("config.json", "keras"); },
                "the file 'config.json' in the .keras file says that it has 104857393 bytes, of an "
                "archive of 660690: no model is packed so well"},
        Hostile{"keras_huge", [] { return kerasFile("huge_weights.h5"); },
                "layer 'conv' (Conv2D): the weights 'conv/kernel:0': the HDF5 file is damaged: its "
                "data is outside the file"},
        Hostile{"keras_cycle", [] { return kerasFile("cycle.h5"); },
                "layers wait for one another's results: 'a', 'b'"},
        Hostile{"tflite_huge",
                [] { return tflite(kFilterShape, tfliteShape({2, 32768, 32768, 1})); },
                "node 'conv' (CONV_2D): the constants take more than 67193856 bytes, in a file of "
                "1328"},
        Hostile{
            "tflite_overflow",
            [] { return tflite(kFilterShape, tfliteShape({2, INT32_MAX, INT32_MAX, INT32_MAX})); },
            "node 'conv' (CONV_2D): tensor 'w' of shape 2x2147483647x2147483647x2147483647 is too "
            "large"},
        Hostile{"tflite_cycle", [] { return tflite(kFirstInput, little(7, 4)); },
                "node 'conv' (CONV_2D): tensor 'soft' is read and nothing computes it before"}),
    [](const auto &info) { return std::string(info.param.name); });

} // namespace
} // namespace tandem::test
