# SPDX-License-Identifier: Apache-2.0
# Every third-party library as one imported target `dep::<name>`; a module names them in DEPS.

set(HEALIX_TOOLCHAIN "$ENV{HEALIX_TOOLCHAIN}" CACHE PATH "Folder filled by ./dev setup")
if(NOT HEALIX_TOOLCHAIN)
  set(HEALIX_TOOLCHAIN ${CMAKE_SOURCE_DIR}/.toolchain)
endif()

function(healix_dep NAME)
  add_library(healix_dep_${NAME} INTERFACE)
  add_library(dep::${NAME} ALIAS healix_dep_${NAME})
  target_link_libraries(healix_dep_${NAME} INTERFACE ${ARGN})
endfunction()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
healix_dep(fmt fmt::fmt)
find_package(OpenSSL REQUIRED)
healix_dep(openssl OpenSSL::Crypto)
find_package(simdjson REQUIRED)
healix_dep(simdjson simdjson::simdjson)
find_package(nlohmann_json REQUIRED)
healix_dep(nlohmann_json nlohmann_json::nlohmann_json)
find_package(pugixml REQUIRED)
healix_dep(pugixml pugixml::pugixml)
find_package(ZLIB REQUIRED)
healix_dep(zlib ZLIB::ZLIB)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
healix_dep(zstd PkgConfig::ZSTD)
pkg_check_modules(YAML_CPP REQUIRED IMPORTED_TARGET yaml-cpp)
healix_dep(yaml_cpp PkgConfig::YAML_CPP)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
healix_dep(sqlite PkgConfig::SQLITE)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
healix_dep(libpq PkgConfig::PQ)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
healix_dep(sodium PkgConfig::SODIUM)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
healix_dep(re2 PkgConfig::RE2)
find_package(CLI11 REQUIRED)
healix_dep(cli11 CLI11::CLI11)
healix_dep(threads Threads::Threads)

# DuckDB: headers and library of exactly one patch version, put there by ./dev setup.
set(HEALIX_DUCKDB_LIBRARY ${CMAKE_BINARY_DIR}/lib/libduckdb.so)
if(NOT EXISTS ${HEALIX_TOOLCHAIN}/duckdb/lib/libduckdb.so)
  message(FATAL_ERROR "DuckDB is not in ${HEALIX_TOOLCHAIN}: run ./dev setup")
endif()
configure_file(${HEALIX_TOOLCHAIN}/duckdb/lib/libduckdb.so ${HEALIX_DUCKDB_LIBRARY} COPYONLY)
add_library(healix_duckdb SHARED IMPORTED)
set_target_properties(healix_duckdb PROPERTIES
  IMPORTED_LOCATION ${HEALIX_DUCKDB_LIBRARY}
  IMPORTED_NO_SONAME OFF
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${HEALIX_TOOLCHAIN}/duckdb/include
  INTERFACE_INCLUDE_DIRECTORIES ${HEALIX_TOOLCHAIN}/duckdb/include)
healix_dep(duckdb healix_duckdb)

# Arrow C++ from the pyarrow wheel: libarrow alone (libparquet brings a second OpenSSL).
file(GLOB HEALIX_PYARROW ${HEALIX_TOOLCHAIN}/venv/lib/python3*/site-packages/pyarrow)
set(HEALIX_ARROW_LIBRARY ${CMAKE_BINARY_DIR}/lib/libarrow.so.2600)
configure_file(${HEALIX_PYARROW}/libarrow.so.2600 ${HEALIX_ARROW_LIBRARY} COPYONLY)
add_library(healix_arrow SHARED IMPORTED)
set_target_properties(healix_arrow PROPERTIES
  IMPORTED_LOCATION ${HEALIX_ARROW_LIBRARY}
  IMPORTED_SONAME libarrow.so.2600
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${HEALIX_PYARROW}/include
  INTERFACE_INCLUDE_DIRECTORIES ${HEALIX_PYARROW}/include)
healix_dep(arrow healix_arrow)

if(HEALIX_TESTS)
  find_package(GTest REQUIRED)
  healix_dep(gtest GTest::gtest)
  healix_dep(gmock GTest::gmock)
endif()
if(HEALIX_BENCH)
  find_package(benchmark REQUIRED)
  healix_dep(benchmark benchmark::benchmark)
endif()
