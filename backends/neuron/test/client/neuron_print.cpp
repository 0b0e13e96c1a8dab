// neuron_print FILE.mlir [--types u8,i32] [--version 5.1.2] [--property KEY=VALUE]...
// [KEY=VALUE]...
//
// Compiles each function of the file as one region of the neuron backend and prints the networks,
// for lit tests. KEY=VALUE: a setting of the backend. What is refused is printed with every reason.
#include "backends/neuron/test/client/print.h"
#include "compiler/backend/backend.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>

using namespace mlir;

namespace tandem {
const Backend &neuronBackend();

namespace {

struct Request {
  std::string file;
  Processor processor;
  std::map<std::string, std::string> settings;
};

std::pair<std::string, std::string> keyAndValue(StringRef text) {
  auto [key, value] = text.split('=');
  return {key.str(), value.str()};
}

std::optional<Request> parse(ArrayRef<const char *> arguments) {
  Request request;
  request.processor.name = "apu";
  for (size_t i = 0; i < arguments.size(); ++i) {
    StringRef word = arguments[i];
    bool takesValue = word == "--types" || word == "--version" || word == "--property";
    if (takesValue && i + 1 == arguments.size())
      return std::nullopt;
    StringRef value = takesValue ? arguments[++i] : "";
    if (word == "--types")
      for (StringRef name : llvm::split(value, ','))
        if (auto type = elementTypeFromName(name.str()))
          request.processor.types.push_back(*type);
        else
          return std::nullopt;
    else if (word == "--version")
      request.processor.version = value.str();
    else if (word == "--property")
      request.processor.properties.insert(keyAndValue(value));
    else if (word.contains('='))
      request.settings.insert(keyAndValue(word));
    else
      request.file = word.str();
  }
  return request;
}

Region regionOf(func::FuncOp function) {
  Region region;
  region.name = function.getName().str();
  for (Operation &op : function.getBody().front().without_terminator())
    if (!isa<graph::ConstantOp>(op))
      region.ops.push_back(&op);
  region.inputs.assign(function.args_begin(), function.args_end());
  Operation *end = function.getBody().front().getTerminator();
  region.outputs.assign(end->operand_begin(), end->operand_end());
  return region;
}

void print(func::FuncOp function, const Request &request) {
  llvm::outs() << "@" << function.getName() << "\n";
  Region region = regionOf(function);
  bool refused = false;
  for (Operation *op : region.ops)
    for (const std::string &reason : neuronBackend().supports(op, request.processor).reasons) {
      llvm::outs() << "refused: " << reason << "\n";
      refused = true;
    }
  if (refused)
    return;
  ModelBuilder builder;
  CompileOptions options;
  options.processor = &request.processor;
  options.settings = request.settings;
  llvm::Expected<std::string> artifact = neuronBackend().compile(region, builder, options);
  if (artifact)
    llvm::outs() << neuron::test::print(*neuron::artifact::GetArtifact(artifact->data()));
  else
    llvm::outs() << "error: " << llvm::toString(artifact.takeError()) << "\n";
}

} // namespace
} // namespace tandem

int main(int argc, char **argv) {
  auto request = tandem::parse(llvm::ArrayRef<const char *>(argv + 1, argc - 1));
  if (!request) {
    llvm::errs() << "neuron_print: an option lacks its value, or there is no such type\n";
    return 2;
  }
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<tandem::graph::GraphDialect, quant::QuantDialect, func::FuncDialect>();
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(request->file, &context);
  if (!module)
    return 1;
  for (auto function : module->getOps<func::FuncOp>())
    tandem::print(function, *request);
  return 0;
}
