#include "backends/neuron/host/lowering.h"

#include "backends/neuron/host/graph_writer.h"
#include "backends/neuron/host/kernels.h"
#include "backends/neuron/host/library.h"
#include "backends/neuron/host/validate/signature.h"
#include "compiler/backend/work.h"
#include "compiler/codegen/isa.h"
#include "compiler/driver/compile_module.h"
#include "compiler/passes/pipelines.h"

#include "llvm/TargetParser/Host.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
/// The best instruction set of this machine: a compiled network is for the machine that made it.
std::vector<std::string> isasHere() {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  for (const codegen::Isa *isa : codegen::isasOf(codegen::hostArchitecture())) {
    SmallVector<StringRef> required;
    StringRef(isa->required).split(required, ',');
    if (llvm::all_of(required, [&](StringRef feature) { return features.lookup(feature); }))
      return {isa->name.str()};
  }
  return {};
}

/// How long the modelled processor would take: each op, the call, and what crosses to it and back.
double modelledUs(func::FuncOp function) {
  const Processor &processor = Library::get().processor();
  double us = processor.dispatchUs;
  for (mlir::Operation &op : function.getBody().front().without_terminator())
    if (!isa<graph::ConstantOp>(op))
      us += costUs(&op, processor, Library::get().profile());
  for (Value input : function.getArguments())
    us += transferUs(storedBytes(input), processor);
  for (Value output : function.getBody().front().getTerminator()->getOperands())
    us += transferUs(storedBytes(output), processor);
  return us;
}
} // namespace

Reply examine(const Model &model, SupportReasons &support) {
  return GraphWriter(model).write(support);
}

Reply compileForThisMachine(const Model &model, CompiledCode &compiled) {
  GraphWriter writer(model);
  SupportReasons support;
  TANDEM_NEURON_RETURN_IF_REFUSED(writer.write(support));
  for (size_t i = 0; i < support.size(); ++i)
    if (!support[i].empty())
      return Reply(NEURON_UNMAPPABLE, "operation ", i, " (", operationName(model.operations()[i]),
                   "): ", support[i]);
  TANDEM_NEURON_RETURN_IF_REFUSED(writer.finish());

  PassManager passes(writer.module().getContext());
  addGraphPipeline(passes);
  if (failed(passes.run(writer.module())))
    return Reply(NEURON_OP_FAILED, "a pass failed, a bug of the library");
  compiled.modelledUs = modelledUs(writer.function());

  CompileSettings settings;
  settings.device = kMachine;
  settings.backends = kernelBackends();
  settings.isas = isasHere();
  std::string name = model.name().empty() ? "neuron" : model.name();
  Result<CompiledModule> made = compileModule(
      writer.function(), {.path = name, .name = name, .file = name, .format = "neuron"}, settings);
  if (!made.ok())
    return Reply(NEURON_UNMAPPABLE, made.error().text());
  compiled.bundle = std::move(made.value().bundle);
  compiled.reportJson = std::move(made.value().summary.reportJson);
  return Reply();
}

} // namespace tandem::neuron::host
