// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <optional>
#include <random>

#include "lakehouse/engine/failures_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::ExceptionType;

// Our own errors travel through DuckDB as the text `<carrier><number>:<message>`. The carrier can't
// be guessed, so that error('…') in a statement can't pass a value off as one of our messages.
const std::string& Carrier() {
  static const std::string carrier = [] {
    std::random_device source;
    return "healix-" + std::to_string(source()) + std::to_string(source()) + ":";
  }();
  return carrier;
}

std::optional<Error> Carried(std::string_view text) {
  const std::size_t start = text.find(Carrier());
  if (start == std::string_view::npos) return std::nullopt;
  std::string_view rest = text.substr(start + Carrier().size());
  std::uint16_t number = 0;
  const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (failed != std::errc() || end == rest.data() + rest.size() || *end != ':') return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
  return Error(static_cast<ErrorCode>(number), std::string(rest));
}

Position PositionOf(const duckdb::ErrorData& failure) {
  Position position;
  const auto& extra = failure.ExtraInfo();
  const auto found = extra.find("position");
  if (found == extra.end()) return position;
  std::uint64_t offset = 0;
  const char* const end = found->second.data() + found->second.size();
  if (std::from_chars(found->second.data(), end, offset).ec == std::errc()) {
    position.byte_offset = offset;
  }
  return position;
}

std::string Extra(const duckdb::ErrorData& failure, const char* key) {
  const auto found = failure.ExtraInfo().find(key);
  return found == failure.ExtraInfo().end() ? std::string() : found->second;
}

// A sentence in one line, without the drawing of the place in the statement.
std::string Sentence(std::string_view text) {
  std::string sentence;
  for (const char c : text.substr(0, text.find("\nLINE "))) {
    const bool is_space = duckdb::StringUtil::CharacterIsSpace(c);
    if (!is_space) {
      sentence += c;
    } else if (!sentence.empty() && sentence.back() != ' ') {
      sentence += ' ';
    }
  }
  return sentence.substr(0, sentence.find_last_not_of(' ') + 1);
}

Error Spoken(ErrorCode code, const duckdb::ErrorData& failure) {
  return MakeError(code, "{}", SafeReason(Sentence(failure.RawMessage()))).At(PositionOf(failure));
}

Error FromCatalog(const duckdb::ErrorData& failure) {
  const std::string kind = duckdb::StringUtil::Lower(Extra(failure, "type"));
  if (kind.find("function") != std::string::npos || kind.find("macro") != std::string::npos ||
      failure.RawMessage().find("Function with name") != std::string::npos) {
    return Spoken(ErrorCode::kSqlRefused, failure);
  }
  return Spoken(ErrorCode::kTableNotFound, failure);
}

Error FromBinder(const duckdb::ErrorData& failure) {
  const bool column = Extra(failure, "error_subtype") == "COLUMN_NOT_FOUND" ||
                      failure.RawMessage().find("eferenced column") != std::string::npos;
  return Spoken(column ? ErrorCode::kColumnNotFound : ErrorCode::kQueryFailed, failure);
}

Error FromMemory(const duckdb::ErrorData& failure) {
  const std::string& text = failure.RawMessage();
  if (text.find("max_temp_directory_size") != std::string::npos) {
    return MakeError(ErrorCode::kTempSpaceExceeded, "the spilled data reached its limit");
  }
  return MakeError(ErrorCode::kMemoryExceeded, "the statement needs more memory than its limit");
}

bool SpeaksOfParquet(const std::string& text) {
  return text.find("arquet") != std::string::npos ||
         text.find("magic bytes") != std::string::npos ||
         text.find("TProtocol") != std::string::npos ||
         text.find("TTransport") != std::string::npos || text.find("Snappy") != std::string::npos ||
         text.find("ZSTD") != std::string::npos;
}

// Of a statement that is bound, the words are its own.
Error FromBinding(const duckdb::ErrorData& failure) {
  switch (failure.Type()) {
    case ExceptionType::PARSER:
    case ExceptionType::SYNTAX:
      return Spoken(ErrorCode::kSqlSyntax, failure);
    case ExceptionType::CATALOG:
      return FromCatalog(failure);
    case ExceptionType::NOT_IMPLEMENTED:
      return Spoken(ErrorCode::kUnsupported, failure);
    default:
      return FromBinder(failure);
  }
}

bool SpeaksOfTheStatement(ExceptionType type) {
  switch (type) {
    case ExceptionType::PARSER:
    case ExceptionType::SYNTAX:
    case ExceptionType::CATALOG:
    case ExceptionType::NOT_IMPLEMENTED:
    case ExceptionType::BINDER:
    case ExceptionType::PARAMETER_NOT_RESOLVED:
    case ExceptionType::PARAMETER_NOT_ALLOWED:
      return true;
    default:
      return false;
  }
}

Error FromValues(const duckdb::ErrorData& failure) {
  switch (failure.Type()) {
    case ExceptionType::NOT_IMPLEMENTED:
      return MakeError(ErrorCode::kUnsupported, "a function does not support a value it got");
    case ExceptionType::CONVERSION:
      return MakeError(ErrorCode::kQueryFailed, "a value can't be converted to the type asked for");
    case ExceptionType::OUT_OF_RANGE:
    case ExceptionType::DECIMAL:
      return MakeError(ErrorCode::kQueryFailed, "a value is outside the range of its type");
    case ExceptionType::DIVIDE_BY_ZERO:
      return MakeError(ErrorCode::kQueryFailed, "division by zero");
    case ExceptionType::CONSTRAINT:
      return MakeError(ErrorCode::kQueryFailed, "a value breaks a constraint");
    default:
      break;
  }
  if (SpeaksOfParquet(failure.RawMessage())) {
    return MakeError(ErrorCode::kParquetInvalid, "a Parquet file is damaged or not what it says");
  }
  return MakeError(ErrorCode::kQueryFailed, "a function got a value that it does not take");
}

}  // namespace

Error ErrorFrom(const duckdb::ErrorData& failure, Phase phase) {
  if (auto carried = Carried(failure.RawMessage())) return carried->At(PositionOf(failure));
  if (phase == Phase::kBinding && SpeaksOfTheStatement(failure.Type())) return FromBinding(failure);
  switch (failure.Type()) {
    case ExceptionType::PERMISSION:
      return MakeError(ErrorCode::kSqlRefused, "the statement reaches for files or settings");
    case ExceptionType::OUT_OF_MEMORY:
      return FromMemory(failure);
    case ExceptionType::INTERRUPT:
      return MakeError(ErrorCode::kCancelled, "the statement was cancelled");
    case ExceptionType::FATAL:
    case ExceptionType::INTERNAL:
      return MakeError(ErrorCode::kEngineFailed, "DuckDB reported an internal error");
    case ExceptionType::IO:
      if (failure.RawMessage().find("max_temp_directory_size") != std::string::npos) {
        return FromMemory(failure);
      }
      return MakeError(ErrorCode::kIoFailed, "reading or writing a file of the engine failed");
    default:
      return FromValues(failure);
  }
}

Error ErrorFromCurrentException(Phase phase) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return MakeError(ErrorCode::kMemoryExceeded, "the machine gave no more memory");
  } catch (const std::exception& thrown) {
    return ErrorFrom(duckdb::ErrorData(thrown), phase);
  } catch (...) {
    return MakeError(ErrorCode::kEngineFailed, "DuckDB failed in an unknown way");
  }
}

void ThrowError(const Error& error) {
  throw duckdb::InvalidInputException(Carrier() + std::to_string(static_cast<int>(error.code())) +
                                      ":" + error.message());
}

void ThrowFileError(const Error& error) {
  throw duckdb::IOException(Carrier() + std::to_string(static_cast<int>(error.code())) + ":" +
                            error.message());
}

bool SpoilsTheInstance(const Error& error) { return error.code() == ErrorCode::kEngineFailed; }

}  // namespace healix::lakehouse::engine
