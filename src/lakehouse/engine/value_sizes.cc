// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/value_sizes_internal.h"
//
#include <algorithm>
#include <array>
#include <charconv>
#include <duckdb/catalog/catalog_entry/scalar_function_catalog_entry.hpp>
#include <limits>
#include <string_view>
#include <vector>

namespace healix::lakehouse::engine {
namespace {

using duckdb::LogicalTypeId;

/// Bytes, as far as they can be told; factors may be anything a statement says.
double AsSize(std::size_t count) { return static_cast<double>(count); }

/// The arguments of a call for one row.
class Arguments final {
 public:
  explicit Arguments(duckdb::DataChunk& chunk) : chunk_(chunk), columns_(chunk.ColumnCount()) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      chunk.data[i].ToUnifiedFormat(chunk.size(), columns_[i]);
    }
  }

  void MoveTo(duckdb::idx_t row) { row_ = row; }
  std::size_t count() const { return columns_.size(); }

  /// The text of an argument; "" for NULL and for what is no text.
  std::string_view Text(std::size_t index) const {
    const auto type = chunk_.data[index].GetType().InternalType();
    if (type != duckdb::PhysicalType::VARCHAR) return {};
    const auto* const text = At<duckdb::string_t>(index);
    return text == nullptr ? std::string_view()
                           : std::string_view(text->GetData(), text->GetSize());
  }

  /// The number of an argument; 0 for NULL and for what is none.
  double Number(std::size_t index) const {
    switch (chunk_.data[index].GetType().InternalType()) {
      case duckdb::PhysicalType::INT32:
        return NumberAs<std::int32_t>(index);
      case duckdb::PhysicalType::INT64:
        return NumberAs<std::int64_t>(index);
      default:
        return 0;
    }
  }

 private:
  template <typename T>
  const T* At(std::size_t index) const {
    const duckdb::UnifiedVectorFormat& column = columns_[index];
    const duckdb::idx_t at = column.sel->get_index(row_);
    if (!column.validity.RowIsValid(at)) return nullptr;
    return duckdb::UnifiedVectorFormat::GetData<T>(column) + at;
  }
  template <typename T>
  double NumberAs(std::size_t index) const {
    const T* const number = At<T>(index);
    return number == nullptr ? 0 : static_cast<double>(*number);
  }

  duckdb::DataChunk& chunk_;
  std::vector<duckdb::UnifiedVectorFormat> columns_;
  duckdb::idx_t row_ = 0;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// The largest number in a text, such as the width in `%200d`.
double LargestNumberIn(std::string_view text) {
  double largest = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    double number = 0;
    for (; at < text.size() && IsDigit(text[at]); ++at) number = number * 10 + (text[at] - '0');
    largest = std::max(largest, number);
  }
  return largest;
}

/// Every place may show every argument, as wide as any number of the format or argument says.
double SizeOfFormatted(const Arguments& arguments) {
  constexpr double kNumberCharacters = 512;  // 1e308 in full, with what stands behind the point
  const std::string_view format = arguments.Text(0);
  const auto is_place = [](char c) { return c == '%' || c == '{'; };
  const auto places = std::count_if(format.begin(), format.end(), is_place);
  double width = kNumberCharacters + LargestNumberIn(format);
  const bool takes_width =
      format.find('*') != std::string_view::npos || format.find(":{") != std::string_view::npos;
  for (std::size_t i = 1; i < arguments.count(); ++i) {
    width = std::max(width, AsSize(arguments.Text(i).size()));
    if (takes_width) width = std::max(width, arguments.Number(i));
  }
  return AsSize(format.size()) + static_cast<double>(places) * width;
}

double SizeOfPadded(const Arguments& arguments) {
  constexpr double kCharacterBytesMax = 4;
  return arguments.Number(1) * kCharacterBytesMax;
}

double SizeOfReplaced(const Arguments& arguments) {
  const std::string_view text = arguments.Text(0);
  const std::string_view from = arguments.Text(1);
  const std::string_view to = arguments.Text(2);
  if (from.empty() || to.size() <= from.size()) return AsSize(text.size());
  std::size_t found = 0;
  for (std::size_t at = text.find(from); at != std::string_view::npos;
       at = text.find(from, at + from.size())) {
    ++found;
  }
  return AsSize(text.size()) + AsSize(found) * AsSize(to.size() - from.size());
}

/// At most one match per byte and its end; all matches together are the text.
double SizeOfRegexReplaced(const Arguments& arguments) {
  const double text = AsSize(arguments.Text(0).size());
  const std::string_view to = arguments.Text(2);
  const auto groups = static_cast<double>(std::count(to.begin(), to.end(), '\\'));
  const bool is_global =
      arguments.count() > 3 && arguments.Text(3).find('g') != std::string_view::npos;
  return text * (1 + groups) + AsSize(to.size()) * (is_global ? text + 1 : 1);
}

double SizeOfTranslated(const Arguments& arguments) { return AsSize(arguments.Text(0).size()) * 4; }

double SizeOfDistanceTable(const Arguments& arguments) {
  return (AsSize(arguments.Text(0).size()) + 1) * (AsSize(arguments.Text(1).size()) + 1) *
         sizeof(std::uint64_t);
}

/// To add a function, see in test/functional/test_memory.py that it needs a guard.
struct GuardedFunction {
  const char* name;
  double (*size_of)(const Arguments&);
};
constexpr std::array kGuarded = {
    GuardedFunction{"damerau_levenshtein", SizeOfDistanceTable},
    GuardedFunction{"format", SizeOfFormatted},
    GuardedFunction{"lpad", SizeOfPadded},
    GuardedFunction{"printf", SizeOfFormatted},
    GuardedFunction{"regexp_replace", SizeOfRegexReplaced},
    GuardedFunction{"replace", SizeOfReplaced},
    GuardedFunction{"rpad", SizeOfPadded},
    GuardedFunction{"translate", SizeOfTranslated},
};

/// Functions that make a long list of short arguments.
constexpr std::array kMakeLists = {
    "array_resize",       "generate_series",       "list_resize",  "range",
    "regexp_extract_all", "regexp_split_to_array", "repeat",       "split",
    "str_split",          "str_split_regex",       "string_split", "string_split_regex",
    "string_to_array"};

/// A list of constants would be made while the statement is planned, one object of 80 bytes for
/// each element, which nobody counts. What is volatile is made when the statement runs, as a
/// vector.
void MakeWhenRun(duckdb::ScalarFunctionCatalogEntry& entry) {
  for (duckdb::ScalarFunction& function : entry.functions.functions) {
    if (function.GetReturnType().id() == LogicalTypeId::LIST) function.SetVolatile();
  }
}

duckdb::scalar_function_t WithGuard(duckdb::scalar_function_t call, const GuardedFunction& guarded,
                                    double value_bytes_max) {
  return [call = std::move(call), size_of = guarded.size_of, value_bytes_max](
             duckdb::DataChunk& input, duckdb::ExpressionState& state, duckdb::Vector& result) {
    Arguments arguments(input);
    for (duckdb::idx_t row = 0; row < input.size(); ++row) {
      arguments.MoveTo(row);
      if (size_of(arguments) > value_bytes_max) {
        throw duckdb::OutOfMemoryException("a function would make a value over the limit");
      }
    }
    call(input, state, result);
  };
}

}  // namespace

void GuardValueSizes(duckdb::DatabaseInstance& database, std::uint64_t value_bytes_max) {
  duckdb::Connection connection(database);
  connection.BeginTransaction();
  duckdb::ClientContext& context = *connection.context;
  duckdb::Catalog& system = duckdb::Catalog::GetSystemCatalog(database);
  for (const GuardedFunction& guarded : kGuarded) {
    auto& entry =
        system.GetEntry<duckdb::ScalarFunctionCatalogEntry>(context, DEFAULT_SCHEMA, guarded.name);
    for (duckdb::ScalarFunction& function : entry.functions.functions) {
      function.SetFunctionCallback(
          WithGuard(function.GetFunctionCallback(), guarded, static_cast<double>(value_bytes_max)));
    }
  }
  for (const char* const name : kMakeLists) {
    MakeWhenRun(system.GetEntry<duckdb::ScalarFunctionCatalogEntry>(context, DEFAULT_SCHEMA, name));
  }
  connection.Rollback();
}

}  // namespace healix::lakehouse::engine
