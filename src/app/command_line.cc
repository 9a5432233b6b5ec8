// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <map>

namespace healix::app {
namespace {

constexpr const char* kAbout =
    "healix: hospital files in, open tables out, every byte accounted for.";

/// Builds the grammar; each Add* declares one command and stores what it read in `result`.
class Grammar final {
 public:
  Grammar() : root_(kAbout, "healix") {
    root_.require_subcommand(1);
    root_.add_option("--home", result_.home_folder, "the home folder (or HEALIX_HOME)")
        ->envname("HEALIX_HOME");
    root_.add_flag_function(
        "--json", [this](std::int64_t) { result_.style = Style::kJson; },
        "answer and report errors as JSON");
    root_.fallthrough();
    root_.footer("Example: healix init /srv/healix && healix --home /srv/healix ingest export/");
    AddInit();
    AddIngest();
    AddSql();
    AddTable();
    AddQuarantine();
    AddReceipt();
    AddTrace();
    AddSynth();
    AddJobs();
    AddPlain<VersionArguments>("version", "print the version", "healix version --json");
    AddPlain<DoctorArguments>("doctor", "check the program, the home folder and the settings",
                              "healix doctor --home /srv/healix");
  }

  CLI::App& root() { return root_; }
  Arguments Take() { return std::move(result_); }

 private:
  CLI::App* Command(const std::string& name, const std::string& about, const std::string& example) {
    CLI::App* command = root_.add_subcommand(name, about);
    command->footer("Example: " + example);
    return command;
  }

  template <typename Chosen>
  CLI::App* AddPlain(const std::string& name, const std::string& about,
                     const std::string& example) {
    CLI::App* command = Command(name, about, example);
    command->callback([this] { result_.command = Chosen{}; });
    return command;
  }

  /// Declares a sub-subcommand of a command that has actions.
  template <typename Chosen>
  CLI::App* AddAction(CLI::App* command, const std::string& name, const std::string& about,
                      typename Chosen::Action action, Chosen& chosen) {
    CLI::App* sub = command->add_subcommand(name, about);
    sub->callback([this, &chosen, action] {
      chosen.action = action;
      result_.command = chosen;
    });
    return sub;
  }

  void AddInit() {
    CLI::App* init = Command("init", "make a home folder", "healix init /srv/healix");
    init->add_option("DIR", init_.folder, "the folder to make")->required();
    init->callback([this] { result_.command = init_; });
  }

  void AddIngest() {
    CLI::App* ingest = Command("ingest", "take files and folders in, with a signed receipt",
                               "healix ingest --source ward3 export/ labs.csv.gz");
    ingest->add_option("--source", ingest_.source, "source name, [a-z][a-z0-9]*");
    ingest->add_flag_function(
        "--check", [this](std::int64_t) { ingest_.mode = IngestArguments::Mode::kCheck; },
        "report the same findings, write nothing");
    ingest->add_flag_function(
        "--strict",
        [this](std::int64_t) { ingest_.quarantine = IngestArguments::Quarantine::kStrict; },
        "exit with 3 when a record was quarantined");
    ingest->add_option("PATH", ingest_.paths, "files and folders")->required();
    ingest->callback([this] { result_.command = ingest_; });
  }

  void AddSql() {
    CLI::App* sql = Command("sql", "run SQL over the tables",
                            "healix sql -c 'SELECT count(*) AS n FROM raw.patient'");
    sql->add_option("-c,--command", sql_.statement, "the statements to run");
    sql->add_option("FILE", sql_.file, "a file of statements, - for standard input");
    using Format = SqlArguments::Format;
    const std::map<std::string, Format> names = {
        {"table", Format::kTable}, {"json", Format::kJson}, {"csv", Format::kCsv}};
    sql->add_option_function<Format>(
           "--format", [this](const Format& format) { sql_.format = format; }, "table, json or csv")
        ->transform(CLI::CheckedTransformer(names).description("FORMAT"));
    sql->add_option("-o,--output", sql_.output_file, "write rows to FILE.parquet or FILE.arrow");
    sql->callback([this] {
      if (sql_.statement.empty() == sql_.file.empty()) {
        throw CLI::ValidationError("sql", "give either -c SQL or FILE");
      }
      result_.command = sql_;
    });
  }

  void AddTable() {
    CLI::App* table = Command("table", "look after tables", "healix table history raw.fhir");
    table->require_subcommand(1);
    using Action = TableArguments::Action;
    AddAction(table, "list", "list tables and views", Action::kList, table_);
    const auto named = [&](const char* name, const char* about, Action action) {
      CLI::App* sub = AddAction(table, name, about, action, table_);
      sub->add_option("TABLE", table_.table, "schema.name")->required();
      return sub;
    };
    named("show", "show columns, partitions and files", Action::kShow);
    named("history", "list the snapshots", Action::kHistory);
    CLI::App* expire = named("expire", "forget old snapshots", Action::kExpire);
    expire->add_option("--keep", table_.keep_snapshots, "newest snapshots to keep")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    expire->add_option("--older-than-hours", table_.older_than_hours, "only those older than this")
        ->capture_default_str();
    named("compact", "merge small files and apply deletes", Action::kCompact);
    named("orphans", "remove old files that no snapshot names", Action::kOrphans);
    named("undrop", "bring a dropped table back", Action::kUndrop);
    AddAction(table, "purge", "remove for good what was dropped long ago", Action::kPurge, table_);
  }

  void AddQuarantine() {
    CLI::App* quarantine = Command("quarantine", "look after records that could not be taken in",
                                   "healix quarantine list");
    quarantine->require_subcommand(1);
    using Action = QuarantineArguments::Action;
    AddAction(quarantine, "list", "list them", Action::kList, quarantine_);
    AddAction(quarantine, "show", "show one with its bytes", Action::kShow, quarantine_)
        ->add_option("ID", quarantine_.id, "from the list")
        ->required();
    AddAction(quarantine, "redrive", "try again, one or all", Action::kRedrive, quarantine_)
        ->add_option("ID", quarantine_.id, "from the list; all when left out");
  }

  void AddReceipt() {
    CLI::App* receipt = Command("receipt", "show and verify receipts", "healix receipt list");
    receipt->require_subcommand(1);
    using Action = ReceiptArguments::Action;
    AddAction(receipt, "list", "list them", Action::kList, receipt_);
    AddAction(receipt, "show", "print one", Action::kShow, receipt_)
        ->add_option("ID", receipt_.id, "from the list")
        ->required();
    AddAction(receipt, "verify", "check signature and tables", Action::kVerify, receipt_)
        ->add_option("ID", receipt_.id, "from the list")
        ->required();
  }

  void AddTrace() {
    CLI::App* trace = Command("trace", "go back from rows to the bytes they came from",
                              "healix trace raw.patient 0a1b2c");
    trace->add_option("TABLE", trace_.table, "a table or view of raw")->required();
    trace->add_option("ID", trace_.ids, "resource ids")->required();
    trace->callback([this] { result_.command = trace_; });
  }

  void AddSynth() {
    CLI::App* synth = Command("synth", "make synthetic patients as FHIR R4 bulk export",
                              "healix synth --patients 1000 --seed 1 -o sample/");
    synth->add_option("--patients", synth_.patients, "how many")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000'000}))
        ->capture_default_str();
    synth->add_option("--seed", synth_.seed, "same seed, same bytes")->capture_default_str();
    synth->add_option("-o,--output", synth_.folder, "folder to write to")->required();
    synth->callback([this] { result_.command = synth_; });
  }

  void AddJobs() {
    CLI::App* jobs = Command("jobs", "list, run and cancel background jobs", "healix jobs list");
    using Action = JobsArguments::Action;
    jobs->require_subcommand(0, 1);
    jobs->callback([this, jobs] {
      if (jobs->get_subcommands().empty()) result_.command = jobs_;
    });
    AddAction(jobs, "list", "list them", Action::kList, jobs_);
    AddAction(jobs, "run", "work off what waits", Action::kRun, jobs_);
    AddAction(jobs, "cancel", "ask one to stop", Action::kCancel, jobs_)
        ->add_option("ID", jobs_.id, "from the list")
        ->required();
  }

  Arguments result_;
  InitArguments init_;
  IngestArguments ingest_;
  SqlArguments sql_;
  TableArguments table_;
  QuarantineArguments quarantine_;
  ReceiptArguments receipt_;
  TraceArguments trace_;
  SynthArguments synth_;
  JobsArguments jobs_;
  CLI::App root_;
};

/// Says in `text` what CLI11 would print.
UsageAnswer Answer(const CLI::App& root, const CLI::ParseError& error) {
  std::ostringstream out;
  const int code = root.exit(error, out, out);
  return {code == 0 ? 0 : 2, out.str()};
}

}  // namespace

std::variant<Arguments, UsageAnswer> ParseCommandLine(std::span<const char* const> words) {
  Grammar grammar;
  try {
    grammar.root().parse(static_cast<int>(words.size()), words.data());
  } catch (const CLI::ParseError& error) {
    return Answer(grammar.root(), error);
  }
  return grammar.Take();
}

}  // namespace healix::app
