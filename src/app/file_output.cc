// SPDX-License-Identifier: Apache-2.0
#include "app/file_output.h"

#include <filesystem>
#include <limits>

#include "app/row_stream.h"
#include "formats/arrow_ipc/arrow_file.h"

namespace healix::app {
namespace {

namespace engine = lakehouse::engine;
namespace iceberg = lakehouse::iceberg;

/// Refuses a second SELECT and says how many rows were stored.
class FileOutput : public ResultOutput {
 public:
  explicit FileOutput(const ResultOutputOptions& options) : options_(options) {}

  Status Take(lakehouse::sql::StatementResult result) final {
    if (result.rows == nullptr) return {};
    if (stored_) {
      return MakeError(ErrorCode::kUsage, "-o takes the rows of one SELECT, there is a second one");
    }
    HEALIX_TRY(stored_, Store(std::move(result.rows)));
    return {};
  }

  Status Finish() final {
    if (!stored_) return MakeError(ErrorCode::kUsage, "no statement answered rows to store");
    if (options_.console.style() == Style::kText) {
      options_.console.Print(
          fmt::format("{} rows in {}", WithThousands(*stored_), options_.output_file));
    }
    return {};
  }

 protected:
  /// Writes the file and returns how many rows it has.
  virtual Result<std::uint64_t> Store(std::unique_ptr<engine::ResultStream> rows) = 0;
  const ResultOutputOptions& options() const { return options_; }

 private:
  ResultOutputOptions options_;
  std::optional<std::uint64_t> stored_;
};

class ArrowOutput final : public FileOutput {
 public:
  using FileOutput::FileOutput;

 protected:
  Result<std::uint64_t> Store(std::unique_ptr<engine::ResultStream> rows) override {
    const auto error = std::make_shared<std::optional<Error>>();
    ArrowArrayStream stream = ToArrowStream(std::move(rows), error).Release();
    auto count =
        formats::arrow_ipc::WriteArrowFile(options().files, options().output_file, &stream);
    if (!count && error->has_value()) return **error;
    return count;
  }
};

/// Gives the result's columns field ids from 1; every element inside gets one as well.
void NumberFields(std::vector<iceberg::Field>& fields, std::int32_t& next_id) {
  for (iceberg::Field& field : fields) field.id = next_id++;
  for (iceberg::Field& field : fields) NumberFields(field.type.fields, next_id);
}

Result<iceberg::Schema> SchemaOf(const engine::ResultStream& rows) {
  iceberg::Schema schema;
  const auto names = engine::UniqueNames(rows.columns());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const engine::ResultColumn& column = rows.columns()[i];
    if (!column.iceberg_type) {
      return MakeError(ErrorCode::kUnsupported,
                       "column {} has a type that can't be stored: cast it", i + 1);
    }
    iceberg::Field field;
    field.name = names[i];
    field.type = *column.iceberg_type;
    schema.fields.push_back(std::move(field));
  }
  std::int32_t next_id = 1;
  NumberFields(schema.fields, next_id);
  return schema;
}

class ParquetOutput final : public FileOutput {
 public:
  ParquetOutput(const ResultOutputOptions& options, engine::Engine& writer)
      : FileOutput(options), writer_(writer) {}

 protected:
  Result<std::uint64_t> Store(std::unique_ptr<engine::ResultStream> rows) override {
    // The engine writes to absolute places only.
    const std::filesystem::path path = std::filesystem::absolute(options().output_file);
    const std::string folder = path.parent_path().string();
    engine::WriteOptions write;
    HEALIX_TRY(write.schema, SchemaOf(*rows));
    write.folder = folder;
    write.base_name = path.stem().string() + ".parts";
    write.target_file_bytes = std::numeric_limits<std::int64_t>::max();
    const auto error = std::make_shared<std::optional<Error>>();
    auto written =
        writer_.WriteParquet(engine::ArrowSource{ToArrowStream(std::move(rows), error)}, write);
    if (!written) return error->has_value() ? **error : written.error();
    if (written->size() != 1) {
      return MakeError(ErrorCode::kUnsupported, "a result without rows makes no Parquet file");
    }
    HEALIX_RETURN_IF_ERROR(options().files.Rename(written->front().path, path.string()));
    HEALIX_RETURN_IF_ERROR(options().files.SyncFolder(folder));
    return written->front().record_count;
  }

 private:
  engine::Engine& writer_;
};

}  // namespace

Result<std::unique_ptr<ResultOutput>> MakeFileOutput(const ResultOutputOptions& options) {
  const std::string ending = std::filesystem::path(options.output_file).extension().string();
  if (ending == ".arrow") {
    return std::unique_ptr<ResultOutput>(std::make_unique<ArrowOutput>(options));
  }
  if (ending == ".parquet") {
    return std::unique_ptr<ResultOutput>(std::make_unique<ParquetOutput>(options, options.engine));
  }
  return MakeError(ErrorCode::kUsage, "-o takes a file that ends in .parquet or .arrow");
}

}  // namespace healix::app
