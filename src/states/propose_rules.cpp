#include "states/propose_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "states/variable_files.hpp"
#include "terraform/file_names.hpp"

namespace statelane::states {

namespace {

using namespace std::string_view_literals;

/// Names of files that say nothing of whose values they hold.
constexpr std::array general_names = {"terraform"sv, "variables"sv, "vars"sv, "values"sv, "main"sv,
                                      "config"sv,    "inputs"sv,    "env"sv,  "tfvars"sv, "params"sv};
/// Names of files for all lanes.
constexpr std::array shared_names = {"common"sv,  "global"sv,   "globals"sv, "shared"sv,
                                     "default"sv, "defaults"sv, "base"sv,    "all"sv};

template <typename Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts(1);
  for (const char letter : path) {
    if (letter == '/') {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  return parts;
}

std::string_view ending_of(std::string_view name) { return name.ends_with(".json") ? ".tfvars.json" : ".tfvars"; }

/// Names with braces or wildcards would be read as patterns.
bool is_plain(std::string_view text) { return text.find_first_of("{}[]*?\\\"") == std::string_view::npos; }

/// For a file whose name and directories are `parts`: the part that names the lane, and what stands there beside it.
class Naming {
 public:
  Naming(const RepoPath& directory, std::vector<std::string> parts)
      : dir_(directory.name()), parts_(std::move(parts)), ending_(ending_of(parts_.back())) {
    stem_ = parts_.back().substr(0, parts_.back().size() - ending_.size());
  }

  std::optional<NamedValues> find() {
    const bool is_beside = parts_.front() == "..";
    if (is_beside) return find_beside();
    if (is_one_of(shared_names, stem_)) return NamedValues{join(), ""};
    const bool is_directory =
        parts_.size() > 1 && (is_one_of(general_names, stem_) || stem_ == above() || stem_ == dir_);
    if (!is_directory) return by_file();
    if (stem_ == above()) parts_.back() = "{instance}" + ending_;
    return by_directory(parts_.size() - 2);
  }

 private:
  const std::string& above() const { return parts_[parts_.size() - 2]; }

  std::optional<NamedValues> find_beside() {
    if (stem_ == dir_) {
      parts_.back() = "{dir}" + ending_;
      return by_directory(parts_.size() - 2);
    }
    const auto place = std::find(parts_.begin(), parts_.end() - 1, dir_);
    if (place == parts_.end() - 1) return std::nullopt;
    *place = "{dir}";
    if (is_one_of(shared_names, stem_)) return NamedValues{join(), ""};
    const auto index = static_cast<std::size_t>(place - parts_.begin());
    if (is_one_of(general_names, stem_)) return index == 0 ? std::nullopt : by_directory(index - 1);
    return by_file();
  }

  std::optional<NamedValues> by_directory(std::size_t index) {
    const std::string name = parts_[index];
    if (name == ".." || name == "{dir}") return std::nullopt;
    if (is_one_of(shared_names, name)) return NamedValues{join(), ""};
    parts_[index] = "{instance}";
    return NamedValues{join(), name};
  }

  std::optional<NamedValues> by_file() {
    parts_.back() = "{instance}" + ending_;
    return NamedValues{join(), stem_};
  }

  std::string join() const { return fmt::format("{}", fmt::join(parts_, "/")); }

  std::string dir_;
  std::vector<std::string> parts_;
  std::string ending_, stem_;
};

/// A YAML string.
std::string quote(std::string_view text) {
  std::string result = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') result += '\\';
    result += letter;
  }
  return result + "\"";
}

std::string quote_all(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) result += (result.empty() ? "" : ", ") + quote(text);
  return "[" + result + "]";
}

std::string render(const std::string& match, const ProposedRule& rule) {
  std::string result = "{match: " + quote(match);
  if (!rule.pattern.empty()) result += ", instances: " + quote(rule.pattern);
  if (!rule.names.empty()) result += ", instances: " + quote_all(rule.names);
  if (!rule.var_files.empty()) result += ", var_files: " + quote_all(rule.var_files);
  if (!rule.workspace.empty()) result += ", workspace: " + quote(rule.workspace);
  return result + "}";
}

/// States that one rule would serve.
struct Group {
  std::vector<const State*> states;
  std::vector<RepoPath> files;  ///< that nothing loads
  std::size_t file_count = 0;
};

class Suggester {
 public:
  Suggester(const Scan& scan, const StateGraph& graph, const std::set<RepoPath>& state_directories,
            std::span<const Unsaid> unsaid, Diagnostics& diagnostics)
      : scan_(scan), graph_(graph), state_directories_(state_directories), unsaid_(unsaid), diagnostics_(diagnostics) {}

  std::vector<std::string> suggest() {
    find_files_beside();
    for (const Unsaid& each : unsaid_) add(each);
    std::vector<std::string> rules;
    const State* first = nullptr;
    std::size_t count = 0;
    for (const auto& [key, group] : groups_) {
      const ProposedRule& rule = key.second;
      if (!group.files.empty()) {
        tell_of_files(rule, group);
        continue;
      }
      if (first == nullptr) first = group.states.front();
      count += group.states.size();
      for (std::string& line : lines_for(rule, group)) rules.push_back(std::move(line));
    }
    if (first != nullptr) tell_of_workspaces(count, *first, rules);
    return rules;
  }

 private:
  using Key = std::pair<RepoPath, ProposedRule>;  ///< where the directories lie, and the rule

  static bool may_be_said(const State& state) {
    const bool has_block = state.reason == StateReason::backend_block || state.reason == StateReason::cloud_block;
    return has_block && state.kind == StateKind::terraform && !state.instance && !state.settings.var_files;
  }

  /// Files of values outside all states, by the directory that they seem to be meant for.
  void find_files_beside() {
    std::map<std::string, std::vector<const State*>, std::less<>> by_name;
    for (const Unsaid& each : unsaid_)
      if (may_be_said(*each.state)) by_name[std::string(each.state->directory.name())].push_back(each.state);
    if (by_name.empty()) return;
    for (const ScannedDirectory& scanned : scan_.directories) {
      if (scanned.variables.empty() || !scanned.configuration.empty()) continue;
      for (const std::string& name : scanned.variables) {
        const RepoPath file = scanned.path.child(name);
        if (!graph_.is_claimed(file)) add_beside(file, by_name);
      }
    }
  }

  void add_beside(const RepoPath& file, const std::map<std::string, std::vector<const State*>, std::less<>>& by_name) {
    std::vector<std::string> names = split(file.str());
    names.back().resize(names.back().size() - ending_of(names.back()).size());
    for (const std::string& name : std::set<std::string>(names.begin(), names.end())) {
      const auto found = by_name.find(name);
      if (found == by_name.end()) continue;
      for (const State* state : found->second) {
        if (!file.is_within(state->directory)) beside_[state].push_back(file);
      }
    }
  }

  void add(const Unsaid& unsaid) {
    const State& state = *unsaid.state;
    if (!may_be_said(state)) return;
    std::vector<RepoPath> files = find_unloaded_variable_files(scan_, state.directory, state_directories_);
    const std::size_t own = files.size();
    if (const auto found = beside_.find(&state); found != beside_.end())
      files.insert(files.end(), found->second.begin(), found->second.end());
    const bool wants_workspace = unsaid.workspace_names && state.workspace.empty() && !state.settings.workspace;
    auto rule = propose_rule(state.directory, files, wants_workspace);
    if (!rule && own > 0) rule = ProposedRule{"", {}, {std::string(files.front().within(state.directory))}, ""};
    if (!rule && wants_workspace) rule = propose_names(*unsaid.workspace_names);
    if (!rule || (files.empty() && !wants_workspace)) return;
    Group& group = groups_[{state.directory.parent(), *rule}];
    group.states.push_back(&state);
    if (group.files.empty()) group.files = files;
    group.file_count += files.size();
  }

  /// As the state's own configuration compares the workspace.
  static ProposedRule propose_names(const WorkspaceNames& found) {
    if (found.names.empty()) return {"", {"default"}, {}, "{instance}"};
    return {"", found.names, {}, found.has_prefix ? "{dir}-{instance}" : "{instance}"};
  }

  /// Matches the directories of `group` and no other state's.
  std::vector<std::string> find_matches(const Group& group) const {
    const RepoPath parent = group.states.front()->directory.parent();
    const std::string prefix = parent.is_root() ? "" : parent.str() + "/";
    std::set<RepoPath> meant;
    for (const State* state : group.states) meant.insert(state->directory);
    const bool is_all =
        group.states.size() > 1 && is_plain(prefix) &&
        std::all_of(graph_.states().begin(), graph_.states().end(), [&](const State& state) {
          return state.directory.is_root() || state.directory.parent() != parent || meant.contains(state.directory);
        });
    if (is_all) return {prefix + "*"};
    constexpr std::size_t most_alternatives = 100;
    std::vector<std::string> result;
    std::vector<std::string> names;
    const auto finish = [&] {
      if (names.size() == 1) result.push_back(prefix + names.front());
      if (names.size() > 1) result.push_back(fmt::format("{}{{{}}}", prefix, fmt::join(names, ",")));
      names.clear();
    };
    for (const State* state : group.states) {
      if (state->directory.is_root()) return {"."};
      names.emplace_back(state->directory.name());
      if (names.size() == most_alternatives) finish();
    }
    finish();
    return result;
  }

  static SourceRange place_of(const State& state) {
    SourcePos place;
    place.line = std::max<std::uint32_t>(1, state.reason_place.line);
    return {place, place};
  }

  static std::string name_first(const State& first, std::size_t count) {
    return count == 1 ? first.id : fmt::format("{} and {} more", first.id, count - 1);
  }

  std::vector<std::string> lines_for(const ProposedRule& rule, const Group& group) const {
    std::vector<std::string> lines;
    for (const std::string& match : find_matches(group)) lines.push_back("- " + render(match, rule));
    return lines;
  }

  void tell_of_files(const ProposedRule& rule, const Group& group) {
    const State& first = *group.states.front();
    const bool is_one = group.states.size() == 1;
    std::vector<std::string> hints = lines_for(rule, group);
    hints.insert(hints.begin(), rules_hint);
    std::vector<std::string> names;
    for (const RepoPath& file : std::span(group.files).first(std::min<std::size_t>(3, group.files.size())))
      names.push_back(relative_path(first.directory, file));
    const std::string rest =
        group.file_count > names.size() ? fmt::format(" and {} more", group.file_count - names.size()) : "";
    diagnostics_.warning(first.reason_place.file, place_of(first),
                         fmt::format("{} {} one backend, and {} not load {}{}", name_first(first, group.states.size()),
                                     is_one ? "has" : "have each", is_one ? "its lane does" : "their lanes do",
                                     fmt::join(names, ", "), rest),
                         std::move(hints));
  }

  void tell_of_workspaces(std::size_t count, const State& first, const std::vector<std::string>& rules) {
    std::vector<std::string> hints = {rules_hint};
    if (rules.size() <= most_rules_in_note) {
      hints.insert(hints.end(), rules.begin(), rules.end());
    } else {
      hints = {
          fmt::format("statelane list prints the {} rules to paste below \"rules:\" of \"states:\" in .statelane.yml",
                      rules.size())};
    }
    diagnostics_.add(
        {Severity::note,
         first.reason_place.file,
         place_of(first),
         fmt::format("{} {} terraform.workspace, and {} none", name_first(first, count), count == 1 ? "reads" : "read",
                     count == 1 ? "its lane selects" : "their lanes select"),
         std::move(hints),
         {}});
  }

  const Scan& scan_;
  const StateGraph& graph_;
  const std::set<RepoPath>& state_directories_;
  std::span<const Unsaid> unsaid_;
  Diagnostics& diagnostics_;
  std::map<const State*, std::vector<RepoPath>> beside_;
  std::map<Key, Group> groups_;
};

}  // namespace

std::optional<NamedValues> name_values(const RepoPath& directory, const RepoPath& file) {
  const std::string path = relative_path(directory, file);
  if (!is_plain(path) || directory.is_root()) return std::nullopt;
  return Naming(directory, split(path)).find();
}

std::optional<ProposedRule> propose_rule(const RepoPath& directory, std::span<const RepoPath> files,
                                         bool is_per_workspace) {
  std::map<std::string, std::set<std::string>> instances;  ///< of each pattern
  ProposedRule rule;
  for (const RepoPath& file : files) {
    const auto named = name_values(directory, file);
    if (!named) continue;
    // A directory of the state's own path is no instance of it.
    const std::vector<std::string> own = split(directory.str());
    const bool is_own = std::find(own.begin(), own.end(), named->instance) != own.end();
    if (named->instance.empty() || is_own) {
      rule.var_files.push_back(relative_path(directory, file));
    } else {
      instances[named->pattern].insert(named->instance);
    }
  }
  const auto main = std::max_element(instances.begin(), instances.end(), [](const auto& left, const auto& right) {
    return left.second.size() < right.second.size();
  });
  if (main == instances.end()) return rule.var_files.empty() ? std::nullopt : std::optional(rule);
  if (main->second.size() == 1 && !is_per_workspace) {
    // One file is the only lane's.
    rule.var_files.clear();
    for (const RepoPath& file : files) rule.var_files.push_back(relative_path(directory, file));
    return rule;
  }
  rule.pattern = main->first;
  for (const auto& [pattern, names] : instances) {
    if (std::includes(names.begin(), names.end(), main->second.begin(), main->second.end()))
      rule.var_files.push_back(pattern);
  }
  rule.workspace = "{instance}";
  return rule;
}

std::vector<std::string> suggest_rules(const Scan& scan, const StateGraph& graph,
                                       const std::set<RepoPath>& state_directories, std::span<const Unsaid> unsaid,
                                       Diagnostics& diagnostics) {
  return Suggester(scan, graph, state_directories, unsaid, diagnostics).suggest();
}

}  // namespace statelane::states
