#include "backends/cpu/artifact_generated.h"
#include "backends/cpu/compile/handlers.h"
#include "compiler/codegen/kernel_set.h"
#include "compiler/graph/types.h"

#include <thread>

using namespace mlir;

namespace tandem {

namespace cpu {
namespace {

const HandlerTable &handlers() {
  static const HandlerTable kTable = [] {
    HandlerTable made;
    registerAllHandlers(made);
    return made;
  }();
  return kTable;
}

llvm::Expected<std::vector<const codegen::Isa *>> chosenIsas(const CompileOptions &options,
                                                             Precision precision) {
  std::vector<const codegen::Isa *> chosen;
  for (const std::string &name : options.isas) {
    const codegen::Isa *isa = codegen::findIsa(name);
    if (!isa)
      return llvm::createStringError("the cpu backend knows no instruction set '" + name +
                                     "', only " + codegen::isaNames());
    chosen.push_back(isa);
  }
  if (chosen.empty())
    llvm::append_range(chosen, codegen::isasOf(codegen::hostArchitecture()));
  auto gainsNothing = [&](const codegen::Isa *isa) {
    return !isa->onlyFor.empty() && isa->onlyFor != precisionName(precision);
  };
  if (!llvm::all_of(chosen, gainsNothing))
    llvm::erase_if(chosen, gainsNothing);
  return chosen;
}

/// All instruction sets at the same time, a thread and an MLIR context each.
llvm::Expected<std::vector<codegen::CompiledKernels>>
compileAll(llvm::ArrayRef<codegen::Kernel> kernels, llvm::ArrayRef<const codegen::Isa *> isas) {
  std::vector<std::optional<llvm::Expected<codegen::CompiledKernels>>> results(isas.size());
  std::vector<std::thread> threads;
  for (size_t i = 1; i < isas.size(); ++i)
    threads.emplace_back([&, i] { results[i].emplace(compileKernels(kernels, *isas[i])); });
  results[0].emplace(compileKernels(kernels, *isas[0]));
  for (std::thread &thread : threads)
    thread.join();

  std::vector<codegen::CompiledKernels> compiled;
  llvm::Error errors = llvm::Error::success();
  for (auto &result : results) {
    if (*result)
      compiled.push_back(std::move(**result));
    else
      errors = llvm::joinErrors(std::move(errors), result->takeError());
  }
  if (errors)
    return std::move(errors);
  return compiled;
}

std::string makeArtifact(const Plan &plan, llvm::ArrayRef<const codegen::Isa *> isas,
                         std::vector<codegen::CompiledKernels> compiled) {
  ArtifactT artifact;
  for (const Plan::Step &step : plan.steps()) {
    artifact.steps.push_back(std::make_unique<StepT>());
    for (const BufferPlace &buffer : step.buffers)
      artifact.steps.back()->buffers.push_back(buffer.id);
    if (llvm::any_of(step.buffers, [](const BufferPlace &buffer) { return buffer.offset != 0; }))
      for (const BufferPlace &buffer : step.buffers)
        artifact.steps.back()->offsets.push_back(static_cast<uint64_t>(buffer.offset));
    artifact.steps.back()->nanoseconds = step.nanoseconds;
    artifact.steps.back()->name = step.name;
    artifact.steps.back()->op = step.op;
  }
  for (auto [isa, kernels] : llvm::zip_equal(isas, compiled)) {
    auto variant = std::make_unique<VariantT>();
    variant->isa = isa->name.str();
    variant->architecture = isa->architecture.name.str();
    llvm::SmallVector<llvm::StringRef> features;
    isa->required.split(features, ',');
    for (llvm::StringRef feature : features)
      variant->required.push_back(feature.str());
    variant->image.assign(kernels.image.begin(), kernels.image.end());
    variant->functions = std::move(kernels.functionOf);
    variant->units = std::move(kernels.unitsOf);
    variant->schedules = std::move(kernels.schedulesOf);
    artifact.variants.push_back(std::move(variant));
  }
  flatbuffers::FlatBufferBuilder builder;
  FinishArtifactBuffer(builder, Artifact::Pack(builder, &artifact));
  return std::string(reinterpret_cast<const char *>(builder.GetBufferPointer()), builder.GetSize());
}

class CpuBackend final : public Backend {
public:
  llvm::StringRef name() const override { return "cpu"; }

  llvm::Error checkSettings(const CompileOptions &options) const override {
    return parseSettings(options).takeError();
  }

  Support supports(Operation *op, const Processor &) const override {
    const OpHandler *handler = handlers().find(op);
    if (!handler)
      return Support::no("no kernel for " + op->getName().getStringRef().str());
    auto isEmpty = [](Value value) { return graph::tensorType(value).getNumElements() == 0; };
    if (llvm::any_of(op->getOperands(), isEmpty) || llvm::any_of(op->getResults(), isEmpty))
      return Support::no("has a tensor without elements, kernels have at least one");
    return handler->supports(op);
  }

  llvm::Expected<std::string> compile(const Region &region, ModelBuilder &builder,
                                      const CompileOptions &options) const override {
    llvm::Expected<Settings> settings = parseSettings(options);
    if (!settings)
      return settings.takeError();
    llvm::Expected<int64_t> secondCache = secondCacheOf(*options.processor);
    if (!secondCache)
      return secondCache.takeError();
    settings->secondCache = *secondCache;
    llvm::Expected<std::vector<const codegen::Isa *>> isas =
        chosenIsas(options, settings->precision);
    if (!isas)
      return isas.takeError();
    settings->inF16 =
        settings->precision == Precision::kF16 &&
        llvm::any_of(*isas, [](const codegen::Isa *isa) { return isa->f16Arithmetic; });
    auto rowsApart = [&](Operation *op) {
      const OpHandler *handler = handlers().find(op);
      return handler->rowsApart ? handler->rowsApart(op, *settings) : RowsApart::kNone;
    };
    auto elementCode = [](Operation *op) {
      const OpHandler *handler = handlers().find(op);
      return handler && handler->elementCode ? handler->elementCode(op) : ElementCode{};
    };
    Plan plan(region, builder, *settings, rowsApart, elementCode);
    for (Operation *op : region.ops)
      if (!plan.isFused(op)) {
        plan.begin(op);
        handlers().find(op)->plan(op, plan);
        plan.end(*options.processor);
      }
    auto compiled = compileAll(plan.kernels(), *isas);
    if (!compiled)
      return compiled.takeError();
    return makeArtifact(plan, *isas, std::move(*compiled));
  }
};

} // namespace
} // namespace cpu

const Backend &cpuBackend() {
  static const cpu::CpuBackend kBackend;
  return kBackend;
}

} // namespace tandem
