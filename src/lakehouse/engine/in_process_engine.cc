// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/engine.h"
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/inner_query_internal.h"
#include "lakehouse/engine/instance_internal.h"
#include "lakehouse/engine/parquet_inspect_internal.h"
#include "lakehouse/engine/parquet_writer_internal.h"
#include "lakehouse/engine/query_stream_internal.h"
#include "lakehouse/engine/scope_catalog_internal.h"

namespace healix::lakehouse::engine {
namespace {

using Values = duckdb::case_insensitive_map_t<duckdb::BoundParameterData>;

duckdb::Value ValueFrom(const Parameter& parameter) {
  return std::visit(
      [](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return duckdb::Value();
        } else if constexpr (std::is_same_v<T, bool>) {
          return duckdb::Value::BOOLEAN(value);
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          return duckdb::Value::BIGINT(value);
        } else {
          return duckdb::Value(value);
        }
      },
      parameter);
}

Values ValuesFrom(const std::vector<Parameter>& parameters) {
  Values values;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    values[std::to_string(i + 1)] = duckdb::BoundParameterData(ValueFrom(parameters[i]));
  }
  return values;
}

std::shared_ptr<const Scope> OrEmpty(std::shared_ptr<const Scope> scope) {
  return scope ? std::move(scope) : std::make_shared<const Scope>();
}

duckdb::unique_ptr<duckdb::PendingQueryResult> Bind(duckdb::Connection& connection,
                                                    std::string_view sql,
                                                    const QueryOptions& options) {
  connection.context->config.enable_progress_bar = true;
  connection.context->config.print_progress_bar = false;
  Values values = ValuesFrom(options.parameters);
  auto statement = ParseSelect(connection, sql);
  if (statement->named_param_map.size() != values.size()) {
    ThrowError(MakeError(ErrorCode::kInvalidArgument,
                         "the statement has {} parameters, {} values were given",
                         statement->named_param_map.size(), values.size()));
  }
  auto pending = connection.context->PendingQuery(
      std::move(statement), values,
      duckdb::QueryParameters(duckdb::QueryResultOutputType::ALLOW_STREAMING));
  if (pending->HasError()) pending->ThrowError();
  return pending;
}

Result<std::vector<ResultColumn>> DescribeAs(const Instance& instance,
                                             std::shared_ptr<const Scope> scope,
                                             std::string_view sql, TypeNames names) {
  const auto connection = Connect(instance.services(), OrEmpty(std::move(scope)));
  ScopeBinding::Of(*connection->context)->set_type_names(names);
  const auto prepared = connection->Prepare(ParseSelect(*connection, sql));
  if (prepared->HasError()) return ErrorFrom(prepared->GetErrorObject(), Phase::kBinding);
  return ColumnsFrom(prepared->GetNames(), prepared->GetTypes());
}

class InProcessEngine final : public Engine {
 public:
  InProcessEngine(std::shared_ptr<InstanceSlot> slot, std::stop_token stop)
      : slot_(std::move(slot)), stop_(std::move(stop)) {}

  Result<std::unique_ptr<ResultStream>> Query(std::shared_ptr<const Scope> scope,
                                              std::string_view sql, QueryOptions options) override {
    using Stream = std::unique_ptr<ResultStream>;
    return With([&](const std::shared_ptr<Instance>& instance) -> Result<Stream> {
      RunningQuery query{slot_, instance, nullptr, nullptr};
      query.connection = Connect(instance->services(), OrEmpty(std::move(scope)));
      query.pending = Bind(*query.connection, sql, options);
      return Stream(std::make_unique<QueryStream>(std::move(query), options.batch_rows));
    });
  }

  Result<std::vector<ResultColumn>> Describe(std::shared_ptr<const Scope> scope,
                                             std::string_view sql) override {
    using Columns = std::vector<ResultColumn>;
    return With([&](const std::shared_ptr<Instance>& instance) -> Result<Columns> {
      // Names of what is stored where they can be had; functions do not take such columns.
      auto columns = DescribeAs(*instance, scope, sql, TypeNames::kStored);
      return columns ? columns : DescribeAs(*instance, scope, sql, TypeNames::kComputed);
    });
  }

  Result<std::vector<WrittenFile>> WriteParquet(WriteSource source,
                                                const WriteOptions& options) override {
    return With([&](const std::shared_ptr<Instance>& instance) {
      return WriteParquetFiles(instance->services(), std::move(source), options);
    });
  }

  Result<ParquetInfo> InspectParquet(const std::string& path) override {
    return With([&](const std::shared_ptr<Instance>& instance) {
      return InspectParquetFile(instance->services(), path);
    });
  }

 private:
  // Runs `work` on the open instance and gives the instance up when it broke.
  template <typename Work>
  auto With(Work&& work) -> decltype(work(std::shared_ptr<Instance>())) {
    if (stop_.stop_requested()) {
      return MakeError(ErrorCode::kCancelled, "the statement was cancelled");
    }
    HEALIX_TRY(const auto instance, slot_->Get());
    auto result = Guarded([&] { return work(instance); }, Phase::kBinding);
    if (!result) slot_->Judge(result.error(), instance);
    return result;
  }

  std::shared_ptr<InstanceSlot> slot_;
  std::stop_token stop_;
};

}  // namespace

Status EngineOptions::Validate() const {
  if (threads > 1024) return MakeError(ErrorCode::kInvalidArgument, "threads must be <= 1024");
  if (memory_bytes_max < (std::uint64_t{16} << 20)) {
    return MakeError(ErrorCode::kInvalidArgument, "memory_bytes_max must be at least 16 MiB");
  }
  return {};
}

Result<std::unique_ptr<Engine>> Engine::Create(base::FileSystem& files, EngineOptions options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  std::stop_token stop = options.stop;
  auto slot = std::make_shared<InstanceSlot>(files, std::move(options));
  HEALIX_TRY(const auto instance, slot->Get());
  return std::unique_ptr<Engine>(
      std::make_unique<InProcessEngine>(std::move(slot), std::move(stop)));
}

}  // namespace healix::lakehouse::engine
