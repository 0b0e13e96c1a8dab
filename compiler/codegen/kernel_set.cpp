#include "compiler/codegen/kernel_set.h"

#include "compiler/codegen/link.h"
#include "compiler/codegen/lower.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace tandem::codegen {

namespace {
/// Builds kernels one after another and keeps those that are new.
class Collector {
public:
  Collector(ModuleOp module, const Isa &isa) : module_(module), isa_(isa) {}

  uint32_t add(const Kernel &kernel, int64_t &units, std::string &schedule) {
    KernelBuilder builder(module_, isa_, "kernel", kernel.buffers);
    kernel.build(builder);
    builder.finish();
    units = builder.units;
    schedule = builder.schedule;
    auto function = cast<func::FuncOp>(module_.getBody()->back());
    // The printed form is the identity of a kernel: no key that could leave something out.
    std::string text;
    llvm::raw_string_ostream stream(text);
    function.print(stream, OpPrintingFlags().useLocalScope());
    auto [found, isNew] = numberOf_.try_emplace(text, static_cast<uint32_t>(numberOf_.size()));
    if (isNew)
      function.setName(("k" + Twine(found->second) + kBodySuffix).str());
    else
      function.erase();
    return found->second;
  }

private:
  ModuleOp module_;
  const Isa &isa_;
  llvm::StringMap<uint32_t> numberOf_;
};
} // namespace

llvm::Expected<CompiledKernels> compileKernels(llvm::ArrayRef<Kernel> kernels, const Isa &isa) {
  DialectRegistry registry;
  registerKernelDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  std::string messages;
  ScopedDiagnosticHandler collect(&context, [&](Diagnostic &diagnostic) {
    messages += messages.empty() ? diagnostic.str() : "; " + diagnostic.str();
    return success();
  });

  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  CompiledKernels compiled;
  Collector collector(*module, isa);
  for (const Kernel &kernel : kernels)
    compiled.functionOf.push_back(collector.add(kernel, compiled.unitsOf.emplace_back(),
                                                compiled.schedulesOf.emplace_back()));

  if (failed(verify(*module)) || failed(lowerToLlvm(*module)))
    return llvm::createStringError("generated kernels for " + isa.name +
                                   " could not be lowered: " + messages);
  llvm::Expected<ObjectCode> object = emitObject(*module, isa);
  if (!object)
    return object.takeError();
  llvm::Expected<std::string> image = linkImage(*object, isa);
  if (!image)
    return image.takeError();
  compiled.image = std::move(*image);
  return compiled;
}

} // namespace tandem::codegen
