# cmake -DFILE=path -DWHAT=words -P models_are_there.cmake: says which tests are skipped where a file is not there.
if(NOT EXISTS ${FILE})
  message(NOTICE "${FILE} is not there: tests on ${WHAT} are skipped")
endif()
