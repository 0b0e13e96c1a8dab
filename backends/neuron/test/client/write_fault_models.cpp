// neuron_fault_models FOLDER LIBRARY: compiles the models of the fault tests, with the CPU's
// answers, so that the tests need no compiler.
#include "base/file.h"
#include "compiler/driver/compiler.h"
#include "runtime/session.h"

#include <cstdio>
#include <cstring>

namespace tandem {
namespace {

/// An operation of the vendor's extension, and a filter quantized per channel: all that a network
/// can have.
constexpr const char *kPlain = R"(
!u8 = !quant.uniform<u8:f32, 0.5:131>
!i8 = !quant.uniform<i8:f32, 0.5:3>
!filter = !quant.uniform<i8<-127:127>:f32:0, {0.5, 0.25}>
func.func @main(%x: tensor<1x2x2x1x!u8>) -> tensor<1x2x2x2x!i8> {
  %f = graph.constant dense<[[[[1]]], [[[2]]]]> : tensor<2x1x1x1xi8> : tensor<2x1x1x1x!filter>
  %b = graph.constant dense<[5, -6]> : tensor<2xi32> : tensor<2xi32>
  %q = graph.quantize %x : (tensor<1x2x2x1x!u8>) -> tensor<1x2x2x1x!i8>
  %r = graph.conv_2d %q, %f, %b : (tensor<1x2x2x1x!i8>, tensor<2x1x1x1x!filter>, tensor<2xi32>) -> tensor<1x2x2x2x!i8>
  return %r : tensor<1x2x2x2x!i8>
})";

/// Wider than any kernel that is compiled.
constexpr const char *kWide = R"(
func.func @main(%x: tensor<1x1x66x1xf32>) -> tensor<1x1x2x1xf32> {
  %f = graph.constant dense<0.5> : tensor<1x1x65x1xf32> : tensor<1x1x65x1xf32>
  %r = graph.depthwise_conv_2d %x, %f : (tensor<1x1x66x1xf32>, tensor<1x1x65x1xf32>) -> tensor<1x1x2x1xf32>
  return %r : tensor<1x1x2x1xf32>
})";

/// The library's devices are not named, so it chooses one.
constexpr const char *kAnyDevice = R"({"name": "any", "title": "any", "processors": [
  {"name": "npu", "backend": "neuron", "version": "7.0.1"}, {"name": "cpu", "backend": "cpu"}]})";

struct Model {
  const char *name, *text;
  std::vector<std::string> backends = {"neuron", "cpu"};
  const char *deadlineMs = "60000", *loadDeadlineMs = "60000";
  bool isStored = false, isAnywhere = false;
};
const Model kModels[] = {
    {.name = "plain", .text = kPlain},
    {.name = "hanging", .text = kPlain, .deadlineMs = "300", .loadDeadlineMs = "3000"},
    {.name = "stored", .text = kPlain, .isStored = true},
    {.name = "anywhere", .text = kPlain, .isAnywhere = true},
    {.name = "alone", .text = kPlain, .backends = {"neuron"}},
    {.name = "wide", .text = kWide},
};

Status compile(const Model &model, const CompileRequest &settings, const std::string &path) {
  CompileRequest request = settings;
  request.modelPath = path + ".mlir";
  request.placement = CompileSettings::Placement::kGreedy;
  TANDEM_RETURN_IF_ERROR(writeFileAtomically(request.modelPath, std::string_view(model.text)));
  return compileModel(request, path + ".tandem").status();
}

Status compileForNpu(const Model &model, const std::string &library, const std::string &path) {
  CompileRequest request;
  request.backends = model.backends;
  request.options = {
      {"neuron.relax-fp32", "true"},
      {"neuron.preference", "turbo-boost"},
      {"neuron.priority", "high"},
      {"neuron.hint", "low-latency"},
      {"neuron.options", "--opt 3"},
      {"neuron.deadline-ms", model.deadlineMs},
      {"neuron.load-deadline-ms", model.loadDeadlineMs},
  };
  if (model.isStored)
    request.options["neuron.sdk-lib"] = library;
  if (model.isAnywhere) {
    request.device = path + ".json";
    TANDEM_RETURN_IF_ERROR(writeFileAtomically(request.device, std::string_view(kAnyDevice)));
  }
  return compile(model, request, path);
}

/// What the CPU makes of an input.
Status writeAnswer(const Model &model, const std::string &path) {
  CompileRequest request;
  request.backends = {"cpu", "reference"};
  TANDEM_RETURN_IF_ERROR(compile(model, request, path));
  TANDEM_ASSIGN_OR_RETURN(auto bundle, Bundle::open(path + ".tandem"));
  TANDEM_ASSIGN_OR_RETURN(auto session, Session::create(std::move(bundle)));
  constexpr std::byte kInput[] = {std::byte{0}, std::byte{100}, std::byte{131}, std::byte{255}};
  std::memcpy(session->inputs()[0].data, kInput, sizeof kInput);
  TANDEM_RETURN_IF_ERROR(session->run());
  const TensorView &output = session->outputs()[0];
  TANDEM_RETURN_IF_ERROR(writeFileAtomically(path + ".input", kInput));
  return writeFileAtomically(path + ".answer",
                             std::span<const std::byte>(output.data, output.bytes));
}

Status write(const Model &model, const std::string &library, const std::string &path) {
  TANDEM_RETURN_IF_ERROR(writeAnswer(model, path));
  return compileForNpu(model, library, path);
}

} // namespace
} // namespace tandem

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  for (const tandem::Model &model : tandem::kModels)
    if (tandem::Status status =
            tandem::write(model, argv[2], std::string(argv[1]) + "/" + model.name);
        !status.ok()) {
      std::fprintf(stderr, "neuron_fault_models: %s\n", status.error().text().c_str());
      return 1;
    }
  return 0;
}
