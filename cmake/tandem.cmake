# The helpers that every room's CMakeLists.txt is written with.
include_guard()

find_package(GTest)
find_package(Threads REQUIRED)

add_library(tandem_flags INTERFACE)
target_include_directories(tandem_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_include_directories(tandem_flags SYSTEM INTERFACE ${PROJECT_BINARY_DIR}) # generated headers
target_compile_options(tandem_flags INTERFACE -Wall -Wextra -Wshadow=local -Werror)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(tandem_flags INTERFACE -Wno-unknown-warning-option -Wno-error=unknown-warning-option)
endif()
if(TANDEM_SANITIZE)
  add_compile_options(-fsanitize=${TANDEM_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TANDEM_SANITIZE})
  target_sources(tandem_flags INTERFACE
    $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${PROJECT_SOURCE_DIR}/cmake/sanitizer_options.cpp>)
endif()
if(TANDEM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# tandem_library(NAME [SOURCES files] [DEPENDS targets] [HEADERS headers] [MLIR]): a static library of the sources
# named, or of every .cpp of this folder. HEADERS: precompiled for it. MLIR: it may include MLIR and LLVM.
function(tandem_library name)
  cmake_parse_arguments(ARG "MLIR" "" "SOURCES;DEPENDS;HEADERS" ${ARGN})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS *.cpp)
    list(FILTER ARG_SOURCES EXCLUDE REGEX "_(test|fuzz)\\.cpp$")
  endif()
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC tandem_flags ${ARG_DEPENDS})
  if(ARG_MLIR)
    target_link_libraries(${name} PUBLIC tandem_mlir)
    list(PREPEND ARG_HEADERS ${TANDEM_MLIR_HEADERS})
  endif()
  if(ARG_HEADERS STREQUAL TANDEM_MLIR_HEADERS AND NOT name STREQUAL tandem_graph)
    target_precompile_headers(${name} REUSE_FROM tandem_graph_headers)
  elseif(ARG_HEADERS)
    target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
  endif()
endfunction()

# tandem_headers(NAME [DEPENDS targets] HEADERS headers): headers precompiled once, for targets of the same flags
# (REUSE_FROM NAME).
function(tandem_headers name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;HEADERS" ${ARGN})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Generated: a target has a source.\n")
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE tandem_flags ${ARG_DEPENDS})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

# tandem_test(NAME SOURCES files [DEPENDS targets] [HEADERS headers] [MLIR]): a GoogleTest program, one ctest entry per
# program. HEADERS: precompiled for it, beside what all tests include. MLIR: one of its DEPENDS is a library with MLIR.
# A test is compiled oftener than it runs long, hence -O1.
function(tandem_test name)
  cmake_parse_arguments(ARG "MLIR" "" "SOURCES;DEPENDS;HEADERS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  set(headers tandem_test_headers)
  set(includes <gmock/gmock.h> <gtest/gtest.h> <filesystem> <fstream> <sstream>)
  if(ARG_MLIR)
    set(headers tandem_mlir_test_headers)
    list(APPEND includes ${TANDEM_MLIR_HEADERS})
  endif()
  if(NOT TARGET ${headers})
    tandem_headers(${headers} DEPENDS GTest::gmock $<$<BOOL:${ARG_MLIR}>:tandem_mlir> HEADERS ${includes})
    target_compile_options(${headers} PRIVATE -O1 -fPIE) # as programs are compiled
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE tandem_flags ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  target_compile_options(${name} PRIVATE -O1)
  if(ARG_HEADERS)
    target_precompile_headers(${name} PRIVATE ${includes} ${ARG_HEADERS})
  else()
    target_precompile_headers(${name} REUSE_FROM ${headers})
  endif()
  add_test(NAME ${name} COMMAND ${name})
endfunction()

# tandem_fuzz(NAME SOURCES files [DEPENDS targets] [SEEDS folder]): a libFuzzer target in a fuzz build;
# else the same entry point over its seeds and a short run of seeded mutations, as a test.
function(tandem_fuzz name)
  cmake_parse_arguments(ARG "" "SEEDS" "SOURCES;DEPENDS" ${ARGN})
  if(TANDEM_FUZZ)
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE tandem_flags ${ARG_DEPENDS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  elseif(BUILD_TESTING)
    if(NOT TARGET tandem_fuzz_main)
      add_library(tandem_fuzz_main OBJECT ${PROJECT_SOURCE_DIR}/tests/fuzz/standalone.cpp)
      target_link_libraries(tandem_fuzz_main PRIVATE tandem_flags)
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE tandem_flags ${ARG_DEPENDS} tandem_fuzz_main)
    add_test(NAME ${name} COMMAND ${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/seeds/${name})
  endif()
endfunction()

# tandem_registry(TARGET FOLDER SIGNATURE CALL): generates into TARGET a function that calls, for every
# FOLDER/some_name.cpp, `registerSomeName`. So a new file is all that a new entry needs.
#   SIGNATURE  e.g. "void registerAllOps(OpTable &table)"    (in namespace NAMESPACE)
#   PARAMETER  e.g. "OpTable &", ARGUMENT e.g. "table", HEADER the file that declares OpTable
function(tandem_registry target)
  cmake_parse_arguments(ARG "" "FOLDER;NAMESPACE;SIGNATURE;PARAMETER;ARGUMENT;HEADER" "" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${ARG_FOLDER}/*.cpp)
  set(declarations "")
  set(calls "")
  foreach(source ${sources})
    get_filename_component(stem ${source} NAME_WE)
    if(stem MATCHES "_(test|fuzz)$")
      continue()
    endif()
    string(REPLACE "_" ";" words ${stem})
    set(camel "")
    foreach(word ${words})
      string(SUBSTRING ${word} 0 1 first)
      string(SUBSTRING ${word} 1 -1 rest)
      string(TOUPPER ${first} first)
      string(APPEND camel "${first}${rest}")
    endforeach()
    string(APPEND declarations "void register${camel}(${ARG_PARAMETER});\n")
    string(APPEND calls "  register${camel}(${ARG_ARGUMENT});\n")
    target_sources(${target} PRIVATE ${source})
  endforeach()
  set(content "// Generated by cmake/tandem.cmake from the files of a folder.\n#include \"${ARG_HEADER}\"\n\nnamespace ${ARG_NAMESPACE} {\n${declarations}\n${ARG_SIGNATURE} {\n${calls}}\n} // namespace ${ARG_NAMESPACE}\n")
  set(file ${CMAKE_CURRENT_BINARY_DIR}/${target}_registry.cpp)
  file(CONFIGURE OUTPUT ${file} CONTENT "${content}" @ONLY)
  target_sources(${target} PRIVATE ${file})
endfunction()

# tandem_flatbuffer(TARGET schema.fbs [OBJECTS] [INTO folder]): generates schema_generated.h into the build
# folder's mirror of this one (or a folder in it), as an interface library. OBJECTS: with plain structs to
# build tables from, which make a large schema's header slow to compile.
function(tandem_flatbuffer target schema)
  cmake_parse_arguments(ARG "OBJECTS" "INTO" "" ${ARGN})
  find_program(FLATC flatc REQUIRED)
  get_filename_component(stem ${schema} NAME_WE)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${ARG_INTO})
  set(header ${folder}/${stem}_generated.h)
  add_custom_command(OUTPUT ${header} DEPENDS ${schema}
    COMMAND ${FLATC} --cpp --cpp-std c++17 --scoped-enums $<$<BOOL:${ARG_OBJECTS}>:--gen-object-api>
            -o ${folder} ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
    COMMAND_EXPAND_LISTS VERBATIM)
  add_custom_target(${target}_header DEPENDS ${header})
  add_library(${target} INTERFACE)
  target_include_directories(${target} SYSTEM INTERFACE ${PROJECT_BINARY_DIR})
  add_dependencies(${target} ${target}_header)
endfunction()
