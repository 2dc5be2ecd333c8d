#include "emit/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "emit/backend_text.hpp"
#include "emit/fold.hpp"
#include "emit/shared_parts.hpp"
#include "emit/text_sections.hpp"
#include "emit/words.hpp"
#include "pipeline/patterns_of.hpp"

namespace statelane::emit {

namespace {

using states::State;
using states::StateGraph;

std::string reason_of(const State& state) {
  switch (state.reason) {
    case states::StateReason::backend_block: return "backend block";
    case states::StateReason::cloud_block: return "cloud block";
    case states::StateReason::lock_file: return "lock file";
    case states::StateReason::configured: return "configured";
    case states::StateReason::unit: return "unit";
    case states::StateReason::stack_unit: return "stack unit";
  }
  return "";
}

/// What a state reads beside its own directory.
std::string inputs_of(const State& state) {
  struct Noun {
    states::InputKind kind;
    std::string_view one;
    std::string_view many;
  };
  using states::InputKind;
  constexpr std::array nouns = {Noun{InputKind::module_directory, "module", "modules"},
                                Noun{InputKind::data_directory, "data directory", "data directories"},
                                Noun{InputKind::file, "file", "files"},
                                Noun{InputKind::pattern, "pattern", "patterns"},
                                Noun{InputKind::variable_file, "variable file", "variable files"},
                                Noun{InputKind::backend_file, "backend file", "backend files"},
                                Noun{InputKind::unit_file, "file of the unit", "files of the unit"},
                                Noun{InputKind::configured, "configured", "configured"},
                                Noun{InputKind::link, "link", "links"}};
  std::string text;
  for (const Noun& noun : nouns) {
    const auto count = std::count_if(state.inputs.begin(), state.inputs.end(),
                                     [&](const states::Input& input) { return input.kind == noun.kind; });
    if (count == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, count == 1 ? noun.one : noun.many);
  }
  return text.empty() ? "-" : text;
}

/// "29 states in 28 directories, 3 infrastructure files that are no state's input".
std::string count_states(const StateGraph& graph, std::size_t unclaimed) {
  std::set<RepoPath> directories;
  for (const State& state : graph.states()) directories.insert(state.directory);
  std::string text = count_of(graph.states().size(), "state", "states");
  if (directories.size() != graph.states().size()) {
    text += " in " + count_of(directories.size(), "directory", "directories");
  }
  if (unclaimed > 0) {
    text += fmt::format(", {} no state's input",
                        count_of(unclaimed, "infrastructure file that is", "infrastructure files that are"));
  }
  return text;
}

/// The states as a table, and what the rows would otherwise all repeat.
struct StateTable {
  std::vector<Column> columns = {
      {"STATE", Cut::last}, {"REASON"}, {"BACKEND", Cut::first}, {"INPUTS", Cut::first, true}};
  std::vector<std::vector<std::string>> rows;
  std::string shared;

  void drop_column(std::size_t index) {
    columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(index));
    for (auto& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(index));
  }

  void share(std::string_view what, std::string_view text) {
    shared += fmt::format("{}{}: {}\n", what, rows.size() == 1 ? "" : " of each", text);
  }
};

constexpr std::size_t reason_column = 1;

/// On a screen what every row says takes the room of what tells them apart.
void drop_shared_reason(StateTable& table) {
  const std::string reason = table.rows.front()[reason_column];
  const bool is_same = std::ranges::all_of(table.rows, [&](const auto& row) { return row[reason_column] == reason; });
  if (!is_same) return;
  table.share("reason", reason);
  table.drop_column(reason_column);
}

/// Whether there was something to take away.
bool shorten_backends(StateTable& table, const StateGraph& graph) {
  const std::size_t column = table.columns.size() - 2;
  std::vector<std::string> backends;
  for (std::size_t index = 0; index < table.rows.size(); ++index) {
    backends.push_back(graph.states()[index].backend ? table.rows[index][column] : "");
  }
  const SharedParts parts = take_shared_parts(backends);
  if (parts.before.empty() && parts.after.empty()) return false;
  for (std::size_t index = 0; index < table.rows.size(); ++index) {
    if (!backends[index].empty()) table.rows[index][column] = backends[index];
  }
  table.share("backend", parts.before + "…" + parts.after);
  return true;
}

StateTable build_table(const StateGraph& graph, const View& view) {
  StateTable table;
  for (const State& state : graph.states()) {
    table.rows.push_back({escape_for_terminal(state.id), reason_of(state), escape_for_terminal(render_backend(state)),
                          inputs_of(state)});
  }
  if (!view.width || table.rows.empty()) return table;
  drop_shared_reason(table);
  const bool is_shortened =
      table_widths(table.columns, table.rows).whole > *view.width && shorten_backends(table, graph);
  if (table_widths(table.columns, table.rows).least > *view.width) {
    // Ids are to be read and copied: they need the room more than a few letters of a backend do.
    table.drop_column(table.columns.size() - 2);
    if (!is_shortened) table.shared += "backends: in a wider terminal, or with --json\n";
  }
  return table;
}

/// Directories that are no states, under the reason that they share.
void add_left_out(std::string& out, const std::vector<states::LeftOut>& left_out, const View& view) {
  std::map<std::string, std::vector<std::string>> directories;
  for (const states::LeftOut& entry : left_out) directories[entry.why].push_back(entry.directory.display());
  for (const auto& [why, lines] : directories) {
    add_section(out, paint(view, fmt::format("left out, {}:", why), Style::aside), lines, most_listed);
  }
}

}  // namespace

std::string render_list_text(const states::LoadedStates& loaded, std::span<const RepoPath> unclaimed,
                             const View& view) {
  const StateTable table = build_table(loaded.graph, view);
  std::string out = table.rows.empty() ? "no state directories\n" : render_table(table.columns, table.rows, view);
  add_left_out(out, loaded.left_out, view);
  // Where nothing is a state, no file is a state's input.
  if (!table.rows.empty()) add_unclaimed(out, unclaimed, view);
  const std::string counts = count_states(loaded.graph, table.rows.empty() ? 0 : unclaimed.size());
  return out + "\n" + paint(view, fold(table.shared + counts, view), Style::aside) + "\n";
}

std::string render_inputs_text(const State& state, std::span<const RepoPath> files, const View& view) {
  std::vector<std::string> unknown;
  for (const states::Unknown& entry : state.unknown) {
    unknown.push_back(fmt::format("{}:{}: {}", entry.place.file.str(), entry.place.line, entry.what));
  }
  std::vector<std::string> modules;
  for (const states::Input& input : state.inputs) {
    if (input.kind == states::InputKind::module_directory) modules.push_back(input.path.display());
  }
  std::string out;
  add_section(out, paint(view, "modules:", Style::heading), modules);
  add_section(out, paint(view, "patterns:", Style::heading), pipeline::patterns_of(state));
  add_section(out, paint(view, "files:", Style::heading), texts_of(files));
  add_section(out, paint(view, "not known:", Style::changed), unknown);
  std::string counts = fmt::format("{}, {}", count_of(pipeline::patterns_of(state).size(), "pattern", "patterns"),
                                   count_of(files.size(), "file", "files"));
  if (!unknown.empty()) {
    counts += fmt::format(", {} not known: the patterns cover every possibility",
                          count_of(unknown.size(), "expression that is", "expressions that are"));
  }
  return out + "\n" + fold(paint(view, counts, Style::aside), view) + "\n";
}

}  // namespace statelane::emit
