#include "emit/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "emit/table.hpp"
#include "emit/words.hpp"
#include "pipeline/describe_cause.hpp"
#include "pipeline/patterns_of.hpp"

namespace statelane::emit {

namespace {

using states::State;
using states::StateGraph;

std::string safe(std::string_view text) { return escape_for_terminal(text); }

std::string reason_of(const State& state) {
  switch (state.reason) {
    case states::StateReason::backend_block: return "backend block";
    case states::StateReason::cloud_block: return "cloud block";
    case states::StateReason::lock_file: return "lock file";
    case states::StateReason::configured: return "configured";
  }
  return "";
}

/// `s3 bucket=b key=k`; what is not known is a `*`.
std::string backend_of(const State& state) {
  if (state.kind == states::StateKind::custom) return "its own commands";
  if (!state.backend) return "-";
  std::string text = state.backend->type;
  for (const auto& [name, value] : state.backend->known) text += fmt::format(" {}={}", name, value);
  for (const auto& [name, parts] : state.backend->partial) {
    text += fmt::format(" {}=", name);
    for (const auto& part : parts) text += part ? *part : "*";
  }
  for (const std::string& name : state.backend->unknown) text += fmt::format(" {}=*", name);
  return text;
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

void add_section(std::string& out, const std::string& title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  if (!out.empty()) out += "\n";
  out += title + "\n";
  for (const std::string& line : lines) out += "  " + safe(line) + "\n";
}

std::vector<std::string> texts_of(std::span<const RepoPath> paths) {
  std::vector<std::string> texts;
  for (const RepoPath& path : paths) texts.push_back(path.display());
  return texts;
}

std::string render_state(const impact::Affected& affected, const Painter& painter) {
  std::string from = affected.from.empty() ? "" : " from " + affected.from;
  if (!affected.orphans.empty()) from += ", would orphan the resources of " + affected.orphans;
  std::string out =
      fmt::format("{}  {}{}\n", painter.paint(safe(affected.id), Style::bold), word_of(affected.change), safe(from));
  for (const impact::Cause& cause : affected.causes) out += "  " + safe(pipeline::describe_cause(cause)) + "\n";
  return out;
}

std::string render_unclaimed(std::span<const RepoPath> unclaimed, const Painter& painter) {
  std::string out;
  add_section(out, painter.paint("no state's input:", Style::yellow), texts_of(unclaimed));
  return out;
}

}  // namespace

std::string render_list_text(const states::LoadedStates& loaded, std::span<const RepoPath> unclaimed, bool color) {
  const Painter painter(color);
  const StateGraph& graph = loaded.graph;
  std::vector<std::vector<std::string>> rows = {{"STATE", "REASON", "BACKEND", "INPUTS"}};
  for (const State& state : graph.states()) {
    rows.push_back({safe(state.id), reason_of(state), safe(backend_of(state)), inputs_of(state)});
  }
  std::string out = graph.states().empty() ? "no state directories\n" : render_table(rows, painter);
  std::vector<std::string> left_out;
  for (const states::LeftOut& entry : loaded.left_out)
    left_out.push_back(fmt::format("{}: {}", entry.directory.display(), entry.why));
  add_section(out, painter.paint("left out:", Style::dim), left_out);
  if (!unclaimed.empty()) out += "\n" + render_unclaimed(unclaimed, painter);
  return out;
}

std::string render_affected_text(const pipeline::Comparison& comparison, const impact::Impact& impact, bool color) {
  const Painter painter(color);
  std::string out =
      fmt::format("base {} ({})\nhead {}\n", comparison.base.empty() ? "none" : safe(comparison.base),
                  safe(comparison.base_text), comparison.head.empty() ? "the work tree" : safe(comparison.head));
  out += impact.affected.empty() ? "\nno state is affected\n" : "";
  for (const impact::Affected& affected : impact.affected) out += "\n" + render_state(affected, painter);
  std::vector<std::string> skipped;
  for (const impact::Skipped& entry : impact.skipped) skipped.push_back(entry.id);
  add_section(out, painter.paint("skipped, since only comments and layout differ:", Style::dim), skipped);
  std::vector<std::string> touched;
  std::set_difference(impact.dependents.begin(), impact.dependents.end(), impact.untouched.begin(),
                      impact.untouched.end(), std::back_inserter(touched));
  add_section(out, painter.paint("depend on these, and do not run:", Style::dim), touched);
  add_section(out, painter.paint("depend on these, but read no output that this can change:", Style::dim),
              impact.untouched);
  if (!impact.unclaimed.empty()) out += "\n" + render_unclaimed(impact.unclaimed, painter);
  return out;
}

std::string render_inputs_text(const State& state, std::span<const RepoPath> files, bool color) {
  const Painter painter(color);
  std::vector<std::string> unknown;
  for (const states::Unknown& entry : state.unknown) {
    unknown.push_back(fmt::format("{}:{}: {}", entry.place.file.str(), entry.place.line, entry.what));
  }
  std::vector<std::string> modules;
  for (const states::Input& input : state.inputs) {
    if (input.kind == states::InputKind::module_directory) modules.push_back(input.path.display());
  }
  std::string out;
  add_section(out, painter.paint("modules:", Style::bold), modules);
  add_section(out, painter.paint("patterns:", Style::bold), pipeline::patterns_of(state));
  add_section(out, painter.paint("files:", Style::bold), texts_of(files));
  add_section(out, painter.paint("not known:", Style::yellow), unknown);
  return out;
}

}  // namespace statelane::emit
