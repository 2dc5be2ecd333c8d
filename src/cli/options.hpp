#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "comparison/choose_ends.hpp"
#include "config/config.hpp"
#include "runner/lane.hpp"

namespace statelane::cli {

enum class GraphFormat { text, dot, mermaid, json };
enum class ReportFormat { html, markdown };
enum class Color { automatic, always, never };

/// What `each` runs, and how.
struct EachOptions {
  std::vector<std::string> command{};  ///< the words after `--`
  std::size_t parallel = 1;
  bool modules = false;
  bool by_order = false;  ///< --order
  bool reverse = false;
  bool keep_going = false;
  bool is_plan = false;     ///< --plan
  bool is_resumed = false;  ///< --resume
};

/// What the command line says, with `STATELANE_OPT_…` variables filled in where it is silent. Only the fields that the
/// command takes are ever set.
struct Options {
  std::string directory = ".";  ///< -C
  Color color = Color::automatic;
  bool json = false;
  bool strict = false;

  std::string config_file;  ///< --config: in place of .statelane.yml of every tree that is read

  std::string cache;      ///< --cache: where facts are kept between runs; empty: in git's own directory
  bool no_cache = false;  ///< --no-cache

  // Which tree, which commits.
  std::string revision;  ///< --rev, for commands that read one tree
  std::string range;     ///< COMMIT, A..B or A...B
  std::string base;      ///< --base
  std::string head;      ///< --head
  std::string since;     ///< --since: like --base, states that an earlier pipeline lost are offered again
  bool staged = false;   ///< --staged: the index instead of the work tree
  comparison::OnMissingBase on_missing_base = comparison::OnMissingBase::fail;
  std::chrono::milliseconds fetch_timeout{60'000};  ///< --fetch-timeout

  // Selection.
  bool all = false;
  std::vector<std::string> state_globs;
  std::optional<config::Dependents> dependents;
  bool drop_untouched = false;  ///< --drop-untouched-dependents
  bool ignore_format = true;
  bool fail_on_unclaimed = false;
  bool exit_code = false;       ///< affected --exit-code
  bool merge_requests = false;  ///< affected, report --merge-requests
  std::size_t history = 0;      ///< affected --history: how many commits; 0: none

  // generate
  std::string output;
  std::optional<config::ChangesKeyword> changes;
  std::string image;
  bool gates = true;           ///< generate, init
  bool report = false;         ///< generate: --report
  std::size_t children = 1;    ///< that the parent triggers
  std::size_t files = 1;       ///< that it includes for each
  bool is_static = false;      ///< --static
  bool is_drift = false;       ///< --drift: every state against the world
  std::string config_from;     ///< --config-from: generate, run
  std::string drift_rotation;  ///< --drift-rotation I/N
  std::string from_plans;      ///< --from-plans DIR: the second stage
  std::optional<config::Gates> gates_for;
  std::optional<config::Jobs> jobs;
  std::string eject;         ///< templates --eject
  bool show_origin = false;  ///< config --show-origin
  bool check = false;        ///< --check: compare with the file instead of writing it

  GraphFormat graph_format = GraphFormat::text;

  std::string state;            ///< STATE of why, inputs and run
  std::string path;             ///< inputs --of, FILE of lint
  bool ids = false;             ///< list --ids
  bool remembered_ids = false;  ///< list --remembered

  // run
  std::string from;  ///< --from: run on the files of this revision
  runner::RunOptions run;

  EachOptions each;

  std::string shell;  ///< completion

  // report
  std::optional<ReportFormat> report_format;
  std::string artifacts;
  bool note = false;                                ///< --note
  std::string note_key = "report";                  ///< --note-key
  std::chrono::milliseconds note_timeout{120'000};  ///< --note-timeout

  // The ledger.
  std::optional<config::Compare> compare;            ///< --compare: over the configuration
  bool pending = false;                              ///< --pending: also in pipelines that no push started
  std::vector<std::string> states;                   ///< STATE… of status
  bool baseline = false;                             ///< status --baseline
  bool forget = false;                               ///< status --forget
  std::string reason;                                ///< --reason, of a baseline or of what is forgotten
  std::string drift_results;                         ///< status --drift-results
  std::chrono::milliseconds ledger_timeout{60'000};  ///< --ledger-timeout

  // init
  bool write = false;
  bool force = false;
  bool with_config = false;
  std::string gitlab_version;
};

}  // namespace statelane::cli
