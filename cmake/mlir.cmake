# MLIR, LLVM and lld of Debian's packages, as one target `tandem_mlir`.
include_guard()

find_package(MLIR 22.1 CONFIG REQUIRED HINTS /usr/lib/llvm-22)
find_package(ZLIB REQUIRED) # both named by lldELF
find_package(zstd REQUIRED)
find_package(LLD 22.1 CONFIG REQUIRED HINTS ${LLVM_DIR}/../lld)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

add_library(tandem_mlir INTERFACE)
target_include_directories(tandem_mlir SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
target_compile_options(tandem_mlir INTERFACE -fno-rtti)
target_link_libraries(tandem_mlir INTERFACE MLIR LLVM) # the two shared libraries and nothing else

# tablegen() sees only directory properties: name every include here.
set(TANDEM_TBLGEN_INCLUDES EXTRA_INCLUDES ${MLIR_INCLUDE_DIRS} ${PROJECT_SOURCE_DIR})

# What nearly every compiler file includes, precompiled once (tandem_library).
set(TANDEM_MLIR_HEADERS
  <mlir/Bytecode/BytecodeOpInterface.h> <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/Dialect/Quant/IR/Quant.h> <mlir/Dialect/Quant/IR/QuantTypes.h> <mlir/IR/BuiltinOps.h>
  <mlir/IR/ImplicitLocOpBuilder.h> <mlir/IR/Matchers.h> <mlir/IR/OpImplementation.h>
  <mlir/IR/PatternMatch.h> <mlir/Interfaces/InferTypeOpInterface.h>
  <mlir/Interfaces/SideEffectInterfaces.h> <mlir/Pass/Pass.h> <llvm/Support/Error.h>)
