# SPDX-License-Identifier: Apache-2.0
# healix_module(NAME <room>/<module> LAYER <0..7>
#   SOURCES a.cc ...   HEADERS a.h ...       every file by name, no globs
#   USES <room>/<module> ...                 only lower layers, or the same room and layer 0..4
#   DEPS duckdb fmt ...                      third-party targets dep::<name>, private to the module
#   TESTS a_test.cc ...                      one test program, each case known to CTest
#   FUZZ fuzz/a_fuzz.cc ...                  one libFuzzer program each; seeds in fuzz/seeds/a_fuzz/;
#                                            test presets build it as a test that replays the seeds
#   BENCH a_bench.cc ...)                    one google-benchmark program
#
# A service (layer 5) may not use another service: what two of them share lies below.

function(healix_target_name OUT NAME)
  string(REPLACE "/" "_" flat ${NAME})
  set(${OUT} healix_${flat} PARENT_SCOPE)
endfunction()

function(healix_check_edge NAME LAYER USED)
  healix_target_name(used_target ${USED})
  if(NOT TARGET ${used_target})
    message(FATAL_ERROR "${NAME} uses ${USED}, which is not a module (or stands later in src/CMakeLists.txt)")
  endif()
  get_target_property(used_layer ${used_target} HEALIX_LAYER)
  get_filename_component(room ${NAME} DIRECTORY)
  get_filename_component(used_room ${USED} DIRECTORY)
  if(used_layer LESS LAYER)
    return()
  endif()
  if(used_layer EQUAL LAYER AND room STREQUAL used_room AND LAYER LESS 5)
    return()  # inside one room; src/CMakeLists.txt order keeps it acyclic
  endif()
  message(FATAL_ERROR "${NAME} (layer ${LAYER}) may not use ${USED} (layer ${used_layer})")
endfunction()

function(healix_module)
  cmake_parse_arguments(M "" "NAME;LAYER" "SOURCES;HEADERS;USES;DEPS;TESTS;FUZZ;BENCH" ${ARGN})
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "healix_module(${M_NAME}): unknown ${M_UNPARSED_ARGUMENTS}")
  endif()
  healix_target_name(target ${M_NAME})
  set(uses "")
  foreach(used ${M_USES})
    healix_check_edge(${M_NAME} ${M_LAYER} ${used})
    healix_target_name(used_target ${used})
    list(APPEND uses ${used_target})
  endforeach()
  list(TRANSFORM M_DEPS PREPEND dep::)

  if(M_SOURCES)
    add_library(${target} STATIC ${M_SOURCES} ${M_HEADERS})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
    target_link_libraries(${target} PUBLIC ${uses} dep::fmt PRIVATE healix_flags ${M_DEPS})
    add_dependencies(${target} healix_spec)
  else()
    add_library(${target} INTERFACE ${M_HEADERS})
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
    target_link_libraries(${target} INTERFACE ${uses} dep::fmt ${M_DEPS})
    add_dependencies(${target} healix_spec)
  endif()
  set_target_properties(${target} PROPERTIES HEALIX_LAYER ${M_LAYER})

  if(M_TESTS AND HEALIX_TESTS)
    healix_module_tests(${target} "${M_TESTS}" "${M_DEPS}")
  endif()
  if(M_FUZZ AND HEALIX_FUZZ)
    healix_module_fuzz(${target} "${M_FUZZ}" "${M_DEPS}")
  elseif(M_FUZZ AND HEALIX_TESTS)
    healix_module_seeds(${target} "${M_FUZZ}" "${M_DEPS}")
  endif()
  if(M_BENCH AND HEALIX_BENCH)
    healix_module_bench(${target} "${M_BENCH}" "${M_DEPS}")
  endif()
endfunction()

function(healix_module_tests target sources deps)
  add_executable(${target}_test ${sources})
  target_link_libraries(${target}_test PRIVATE ${target} healix_base_testing healix_flags dep::gtest ${deps})
  set_target_properties(${target}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
  target_compile_definitions(${target}_test PRIVATE
    HEALIX_TESTDATA="${CMAKE_CURRENT_SOURCE_DIR}/testdata")
  add_test(NAME ${target}_test COMMAND ${target}_test)
endfunction()

function(healix_module_fuzz target sources deps)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${target} healix_flags ${deps})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  endforeach()
endfunction()

function(healix_module_seeds target sources deps)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${target} healix_replay_seeds healix_flags ${deps})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    add_test(NAME ${name}_seeds COMMAND ${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/seeds/${name})
  endforeach()
endfunction()

function(healix_module_bench target sources deps)
  add_executable(${target}_bench ${sources})
  target_link_libraries(${target}_bench PRIVATE ${target} healix_flags dep::benchmark ${deps})
  set_target_properties(${target}_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endfunction()
