#include "emit/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "emit/backend_text.hpp"
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
  std::string text = fmt::format("{} in {}", count_of(graph.states().size(), "state", "states"),
                                 count_of(directories.size(), "directory", "directories"));
  if (unclaimed > 0) {
    text += fmt::format(", {} no state's input",
                        count_of(unclaimed, "infrastructure file that is", "infrastructure files that are"));
  }
  return text;
}

/// On a screen a column that says the same of every state takes the room of those that do not.
bool is_reason_shown(const StateGraph& graph, const View& view) {
  const auto& all = graph.states();
  return !view.width || std::any_of(all.begin(), all.end(),
                                    [&](const State& state) { return reason_of(state) != reason_of(all.front()); });
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
  std::vector<std::vector<std::string>> rows;
  for (const State& state : loaded.graph.states()) {
    rows.push_back({escape_for_terminal(state.id), reason_of(state), escape_for_terminal(render_backend(state)),
                    inputs_of(state)});
  }
  std::vector<Column> columns = {
      {"STATE", Cut::last}, {"REASON"}, {"BACKEND", Cut::first}, {"INPUTS", Cut::first, true}};
  std::string counts = count_states(loaded.graph, unclaimed.size());
  if (!rows.empty() && !is_reason_shown(loaded.graph, view)) {
    counts += fmt::format("; {}: {}", rows.size() == 1 ? "reason" : "reason of each", rows.front()[1]);
    columns.erase(columns.begin() + 1);
    for (auto& row : rows) row.erase(row.begin() + 1);
  }
  std::string out = rows.empty() ? "no state directories\n" : render_table(columns, rows, view);
  add_left_out(out, loaded.left_out, view);
  add_unclaimed(out, unclaimed, view);
  return out + "\n" + paint(view, counts, Style::aside) + "\n";
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
  return out + "\n" + paint(view, counts, Style::aside) + "\n";
}

}  // namespace statelane::emit
