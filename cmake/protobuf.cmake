# Records of files in protobuf's wire format.
include_guard()

find_package(Protobuf REQUIRED)

# tandem_protobuf(TARGET files.proto): generates NAME.pb.h into the build folder's mirror of this one, and a
# library of the code behind it, which is not held to our warnings.
function(tandem_protobuf target)
  set(root ${PROJECT_SOURCE_DIR})
  foreach(schema ${ARGN})
    file(RELATIVE_PATH path ${root} ${CMAKE_CURRENT_SOURCE_DIR}/${schema})
    string(REGEX REPLACE "\\.proto$" "" stem ${PROJECT_BINARY_DIR}/${path})
    add_custom_command(OUTPUT ${stem}.pb.cc ${stem}.pb.h DEPENDS ${ARGN}
      COMMAND protobuf::protoc --proto_path=${root} --cpp_out=${PROJECT_BINARY_DIR} ${root}/${path}
      VERBATIM)
    list(APPEND sources ${stem}.pb.cc)
  endforeach()
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} SYSTEM PUBLIC ${PROJECT_BINARY_DIR})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf)
endfunction()
