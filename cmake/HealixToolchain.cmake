# SPDX-License-Identifier: Apache-2.0
# Compiler, linker and sanitizer choices, steered by the presets.

set(HEALIX_SANITIZE "" CACHE STRING "Value of -fsanitize= for our code, empty for none")
option(HEALIX_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
option(HEALIX_BENCH "Build the benchmarks" OFF)
option(HEALIX_TESTS "Build the unit tests" ON)

add_library(healix_flags INTERFACE)
target_compile_options(healix_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these falsely through inlined std::variant, std::optional and std::string.
  target_compile_options(healix_flags INTERFACE
    -Wno-maybe-uninitialized $<$<CONFIG:Release>:-Wno-uninitialized> -Wno-restrict -Wno-error=array-bounds -Wno-error=stringop-overflow)
endif()
if(HEALIX_SANITIZE)
  target_compile_options(healix_flags INTERFACE
    -fsanitize=${HEALIX_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(healix_flags INTERFACE -fsanitize=${HEALIX_SANITIZE})
endif()

find_program(HEALIX_MOLD mold)
if(HEALIX_MOLD AND NOT HEALIX_FUZZ)
  target_link_options(healix_flags INTERFACE -fuse-ld=mold)
endif()
find_program(HEALIX_CCACHE ccache)
if(HEALIX_CCACHE)
  # The same file in two checkouts is one cache entry.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
    ${HEALIX_CCACHE})
endif()
