// SPDX-License-Identifier: Apache-2.0
#include "app/result_output.h"

#include <fmt/format.h>

#include "app/file_output.h"

namespace healix::app {
namespace {

namespace engine = lakehouse::engine;
using lakehouse::sql::StatementResult;

/// Calls `use`, which prints, for each row of the stream; stops when nobody can read it any more.
template <typename Use>
Status ForEachRow(engine::ResultStream& rows, const Console& console, Use&& use) {
  while (true) {
    HEALIX_TRY(const auto block, rows.NextRows());
    if (block.empty()) return {};
    for (const engine::TextRow& row : block) use(row);
    HEALIX_RETURN_IF_ERROR(console.output());
  }
}

std::vector<std::string> ColumnNames(const engine::ResultStream& rows) {
  std::vector<std::string> names;
  for (const engine::ResultColumn& column : rows.columns()) names.push_back(column.name);
  return names;
}

class JsonOutput final : public ResultOutput {
 public:
  explicit JsonOutput(Console& console) : console_(console) {}

  Status Take(StatementResult result) override {
    if (result.rows == nullptr) return {};
    const auto names = engine::UniqueNames(result.rows->columns());
    return ForEachRow(*result.rows, console_, [&](const engine::TextRow& row) {
      text_ += first_ ? "[" : ",\n ";
      first_ = false;
      engine::AppendJsonObject(text_, names, row);
      Flush(kFlushBytes);
    });
  }

  Status Finish() override {
    text_ += first_ ? "[]\n" : "]\n";
    Flush(0);
    return {};
  }

 private:
  static constexpr std::size_t kFlushBytes = 1 << 16;
  /// Prints what has gathered, up to the last line break, so that PrintExact() adds none of its
  /// own.
  void Flush(std::size_t at_least) {
    if (text_.size() < at_least) return;
    const std::size_t end = text_.rfind('\n');
    if (end == std::string::npos) return;
    console_.PrintExact(std::string_view(text_).substr(0, end + 1));
    text_.erase(0, end + 1);
  }

  Console& console_;
  std::string text_;
  bool first_ = true;
};

void AppendCsvField(std::string& line, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char byte : text) {
    if (byte == '"') line += '"';
    line += byte;
  }
  line += '"';
}

class CsvOutput final : public ResultOutput {
 public:
  explicit CsvOutput(Console& console) : console_(console) {}

  Status Take(StatementResult result) override {
    if (result.rows == nullptr) return {};
    std::string line;
    for (const std::string& name : ColumnNames(*result.rows)) {
      if (!line.empty()) line += ',';
      AppendCsvField(line, name);
    }
    console_.PrintExact(line + "\n");
    return ForEachRow(*result.rows, console_, [&](const engine::TextRow& row) {
      line.clear();
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) line += ',';
        if (row[i].kind != engine::TextCell::Kind::kNull) AppendCsvField(line, row[i].text);
      }
      console_.PrintExact(line += '\n');
    });
  }

  Status Finish() override { return {}; }

 private:
  Console& console_;
};

/// Shows rows to people: aligned columns, long values cut, at most the first thousand rows.
class TableOutput final : public ResultOutput {
 public:
  explicit TableOutput(Console& console) : console_(console) {}

  Status Take(StatementResult result) override {
    if (result.rows_changed) {
      console_.Print(fmt::format("{} rows", WithThousands(*result.rows_changed)));
    }
    if (result.rows == nullptr) {
      if (!result.rows_changed) console_.Print("done");
      return {};
    }
    if (result.kind == engine::StatementKind::kExplain) return PrintPlan(*result.rows);
    std::vector<std::vector<std::string>> shown;
    std::uint64_t count = 0;
    HEALIX_RETURN_IF_ERROR(ForEachRow(*result.rows, console_, [&](const engine::TextRow& row) {
      if (++count <= kRowsShown) shown.push_back(Shorten(row));
    }));
    console_.PrintTable(ColumnNames(*result.rows), shown);
    console_.Print(count > kRowsShown
                       ? fmt::format("({} rows, the first {} shown; --format csv shows all)",
                                     WithThousands(count), kRowsShown)
                       : fmt::format("({} {})", WithThousands(count), count == 1 ? "row" : "rows"));
    return {};
  }

  Status Finish() override { return {}; }

 private:
  static constexpr std::uint64_t kRowsShown = 1000;
  static constexpr std::size_t kCellBytesShown = 80;

  /// A plan is drawn over many lines; it is shown as it is.
  Status PrintPlan(engine::ResultStream& rows) {
    return ForEachRow(rows, console_,
                      [&](const engine::TextRow& row) { console_.Print(row.back().text); });
  }

  static std::vector<std::string> Shorten(const engine::TextRow& row) {
    std::vector<std::string> cells;
    for (const engine::TextCell& cell : row) {
      std::string text = cell.kind == engine::TextCell::Kind::kNull ? "NULL" : cell.text;
      for (char& byte : text) {
        if (byte == '\n' || byte == '\t' || byte == '\r') byte = ' ';
      }
      if (text.size() > kCellBytesShown) {
        std::size_t end = kCellBytesShown;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
        text = text.substr(0, end) + "…";
      }
      cells.push_back(std::move(text));
    }
    return cells;
  }

  Console& console_;
};

}  // namespace

Result<std::unique_ptr<ResultOutput>> MakeResultOutput(const ResultOutputOptions& options) {
  if (!options.output_file.empty()) return MakeFileOutput(options);
  switch (options.format) {
    case SqlArguments::Format::kJson:
      return std::unique_ptr<ResultOutput>(std::make_unique<JsonOutput>(options.console));
    case SqlArguments::Format::kCsv:
      return std::unique_ptr<ResultOutput>(std::make_unique<CsvOutput>(options.console));
    case SqlArguments::Format::kTable:
      return std::unique_ptr<ResultOutput>(std::make_unique<TableOutput>(options.console));
  }
  HEALIX_CHECK(false, "a format outside the enum");
}

}  // namespace healix::app
