#include "compiler/codegen/emit.h"

#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

#include <mutex>

using namespace llvm;

namespace tandem::codegen {

static void initialiseTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
  });
}

static Expected<std::unique_ptr<TargetMachine>> makeMachine(const Isa &isa) {
  initialiseTargets();
  Triple triple(isa.architecture.triple);
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return createStringError("LLVM has no target for " + triple.str() + ": " + message);
  TargetOptions options;
  options.AllowFPOpFusion = FPOpFusion::Standard; // multiply-adds are written out where wanted
  options.FunctionSections = true;
  return std::unique_ptr<TargetMachine>(
      target->createTargetMachine(triple, isa.cpu, isa.features, options, Reloc::PIC_,
                                  CodeModel::Small, CodeGenOptLevel::Default));
}

/// Adds the exported function: it takes the buffers' addresses from an array and calls the body.
/// The body stays a function of its own, so that its noalias parameters keep their meaning.
static void addEntry(Module &module, Function &body) {
  body.setLinkage(GlobalValue::InternalLinkage);
  body.addFnAttr(Attribute::NoInline);
  LLVMContext &context = module.getContext();
  Type *pointer = PointerType::getUnqual(context), *i64 = Type::getInt64Ty(context);
  auto *entry = Function::Create(
      FunctionType::get(Type::getVoidTy(context), {pointer, i64, i64}, false),
      GlobalValue::ExternalLinkage, body.getName().drop_back(kBodySuffix.size()), module);
  IRBuilder<> builder(BasicBlock::Create(context, "", entry));
  SmallVector<Value *> arguments;
  for (unsigned i = 0; i + 2 < body.arg_size(); ++i)
    arguments.push_back(builder.CreateLoad(
        pointer, builder.CreateConstInBoundsGEP1_64(pointer, entry->getArg(0), i)));
  arguments.append({entry->getArg(1), entry->getArg(2)});
  builder.CreateCall(&body, arguments);
  builder.CreateRetVoid();
}

static void setTarget(Module &module, TargetMachine &machine, const Isa &isa) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  module.setPICLevel(PICLevel::BigPIC);
  SmallVector<Function *> bodies;
  for (Function &function : module)
    if (!function.isDeclaration() && function.getName().ends_with(kBodySuffix))
      bodies.push_back(&function);
  for (Function *body : bodies)
    addEntry(module, *body);
  std::string width = std::to_string(isa.vectorBits);
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.setDSOLocal(true);
    function.addFnAttr("target-cpu", isa.cpu);
    if (!isa.features.empty())
      function.addFnAttr("target-features", isa.features);
    function.addFnAttr("prefer-vector-width", width);
    function.addFnAttr("min-legal-vector-width", width);
    // Registers that do not find room go to the stack, which is aligned to 16 bytes; LLVM aligns it
    // further only where it has not given the frame pointer away. Else they lie across cache lines.
    constexpr int64_t kStackBits = 128;
    if (isa.vectorBits > kStackBits)
      function.addFnAttr("frame-pointer", "all");
    function.addFnAttr("no-builtins"); // no loop becomes memset or memcpy: there is no libc
    function.addFnAttr(Attribute::NoUnwind);
  }
}

static void optimise(Module &module, TargetMachine &machine) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager callGraph;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine);
  TargetLibraryInfoImpl none(machine.getTargetTriple());
  none.disableAllFunctions();
  functions.registerPass([&] { return TargetLibraryAnalysis(none); }); // before the default one
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2).run(module, modules);
}

Expected<ObjectCode> emitObject(mlir::ModuleOp source, const Isa &isa) {
  LLVMContext context; // one for each compilation: threads share nothing
  std::unique_ptr<Module> module = mlir::translateModuleToLLVMIR(source, context, "kernels");
  if (!module)
    return createStringError("generated kernels could not be translated to LLVM IR");
  Expected<std::unique_ptr<TargetMachine>> machine = makeMachine(isa);
  if (!machine)
    return machine.takeError();
  setTarget(*module, **machine, isa);
  optimise(*module, **machine);

  ObjectCode object;
  raw_svector_ostream stream(object);
  legacy::PassManager passes; // LLVM 22 generates code with the old pass manager only
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr, CodeGenFileType::ObjectFile))
    return createStringError("LLVM emits no object files for " + isa.architecture.triple);
  passes.run(*module);
  return object;
}

} // namespace tandem::codegen
