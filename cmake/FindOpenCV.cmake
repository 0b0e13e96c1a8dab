# OpenCV's modules core, imgproc, imgcodecs and videoio as OpenCV::<module>. Debian puts OpenCV's own CMake package only
# into libopencv-dev, which brings every module and 500 MB; the packages of single modules have none.
include(FindPackageHandleStandardArgs)

find_path(OpenCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4)
set(libraries "")
foreach(module core imgproc imgcodecs videoio)
  find_library(OpenCV_${module}_LIBRARY opencv_${module})
  mark_as_advanced(OpenCV_${module}_LIBRARY)
  list(APPEND libraries OpenCV_${module}_LIBRARY)
endforeach()
mark_as_advanced(OpenCV_INCLUDE_DIR)
find_package_handle_standard_args(OpenCV REQUIRED_VARS OpenCV_INCLUDE_DIR ${libraries})

if(OpenCV_FOUND AND NOT TARGET OpenCV::core)
  foreach(module core imgproc imgcodecs videoio)
    add_library(OpenCV::${module} UNKNOWN IMPORTED)
    set_target_properties(OpenCV::${module} PROPERTIES IMPORTED_LOCATION ${OpenCV_${module}_LIBRARY}
                          INTERFACE_INCLUDE_DIRECTORIES ${OpenCV_INCLUDE_DIR})
  endforeach()
endif()
