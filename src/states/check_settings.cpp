#include "states/check_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "states/fixed_inputs.hpp"
#include "states/instances.hpp"

namespace statelane::states {

namespace {

using config::Located;

class Checker {
 public:
  Checker(const config::Config& config, const Scan& scan, std::span<const State> states, const KeptOut& kept_out,
          Diagnostics& diagnostics)
      : config_(config), scan_(scan), states_(states), kept_out_(kept_out), diagnostics_(diagnostics) {}

  void check() {
    for (const Located& glob : config_.include) {
      check_directories(glob, "include");
      check_lost(glob);
    }
    for (const Located& glob : config_.exclude) {
      const bool is_id = std::any_of(kept_out_.excluded.begin(), kept_out_.excluded.end(),
                                     [&](const std::string& id) { return config::matches_glob(glob.text, id); });
      if (!is_id) check_directories(glob, "exclude");
    }
    for (const Located& glob : config_.global_inputs) check_input(glob, {RepoPath()});
    for (const config::Rule& rule : config_.rules) check_rule(rule);
  }

 private:
  void warn(const Located& entry, std::string message, std::string hint) {
    diagnostics_.warning(RepoPath::of(config::file_name), entry.range, std::move(message), {std::move(hint)});
  }

  void check_directories(const Located& glob, std::string_view key) {
    const bool is_matched = std::any_of(
        scan_.directories.begin(), scan_.directories.end(),
        [&](const ScannedDirectory& scanned) { return config::matches_glob(glob.text, scanned.path.display()); });
    if (is_matched) return;
    const bool is_id = glob.text.find('@') != std::string::npos && key == "include";
    warn(glob, fmt::format("\"{}\" matches no directory", glob.text),
         is_id ? fmt::format("{} takes globs of directories, not ids of states: \"{}\"", key,
                             glob.text.substr(0, glob.text.find('@')))
               : fmt::format("{} takes globs of directories{}, read from the root: \"examples/**\"", key,
                             key == "exclude" ? " or ids" : ""));
  }

  /// What such a state stores would be made anew by the next job.
  void check_lost(const Located& glob) {
    std::vector<std::string> lost;
    for (const State& state : states_) {
      const bool is_meant = state.reason == StateReason::configured && state.is_lost_with_job() &&
                            config::matches_glob(glob.text, state.directory.display());
      if (is_meant) lost.push_back(state.id);
    }
    if (lost.empty()) return;
    const std::string more = lost.size() > 1 ? fmt::format(" and {} more have", lost.size() - 1) : " has";
    warn(glob, fmt::format("{}{} no backend: what is stored there is lost with the job", lost.front(), more),
         "give it a backend, commands of its own, or local_state: kept where the directory outlives the job");
  }

  void check_rule(const config::Rule& rule) {
    std::vector<const State*> matched;
    for (const State& state : states_) {
      if (config::matches_glob(rule.match.text, state.directory.display())) matched.push_back(&state);
    }
    if (matched.empty() && rule.settings.commands) {
      return warn(rule.match, fmt::format("\"{}\" has commands, and matches no state", rule.match.text),
                  fmt::format("commands make no states: write include: [\"{}\"] under states", rule.match.text));
    }
    if (matched.empty()) {
      const bool is_told =
          std::any_of(kept_out_.without_instances.begin(), kept_out_.without_instances.end(),
                      [&](const RepoPath& path) { return config::matches_glob(rule.match.text, path.display()); });
      if (is_told) return;
      return warn(
          rule.match, fmt::format("\"{}\" matches no state directory", rule.match.text),
          "match is compared with the whole directory of a state, without an instance; statelane list shows them");
    }
    std::set<RepoPath> directories;
    for (const State* state : matched) directories.insert(state->directory);
    for (const Located& glob : rule.settings.inputs.value_or(std::vector<Located>{})) check_input(glob, directories);
    for (const auto* files : {&rule.settings.var_files, &rule.settings.backend_config}) {
      for (const Located& file : files->value_or(std::vector<Located>{})) {
        const bool is_setting = files == &rule.settings.backend_config && file.text.find('=') != std::string::npos;
        if (!is_setting) check_file(file, matched);
      }
    }
  }

  void check_input(const Located& glob, const std::set<RepoPath>& directories) {
    std::set<std::string> tried;
    for (const RepoPath& directory : directories) {
      const auto split = split_configured(directory, glob.text);
      if (!split || !tried.insert(split->glob).second) continue;
      if (has_match(*split)) return;
    }
    warn(glob, fmt::format("no file matches the input \"{}\"", glob.text),
         fmt::format("it is read from {}; everything below a directory is \"directory/**\"",
                     directories.begin()->is_root() ? "the root" : directories.begin()->str()));
  }

  bool has_match(const ConfiguredGlob& configured) const {
    const ScannedDirectory* directory = scan_.find(configured.directory);
    // What a link or a submodule on the way leads to is not looked through.
    if (directory == nullptr) return is_behind_link(configured.directory);
    for (const ScannedDirectory& scanned : scan_.below(configured.directory)) {
      for (const auto* names : {&scanned.configuration, &scanned.variables, &scanned.others}) {
        const bool is_found = std::any_of(names->begin(), names->end(), [&](const std::string& name) {
          return config::matches_glob(configured.glob, scanned.path.child(name).str());
        });
        if (is_found) return true;
      }
    }
    return false;
  }

  bool is_behind_link(RepoPath path) const {
    for (; !path.is_root(); path = path.parent()) {
      if (!scan_.links_below(path).empty() && scan_.links_below(path).front() == path) return true;
      if (!scan_.submodules_below(path).empty() && scan_.submodules_below(path).front() == path) return true;
    }
    return false;
  }

  void check_file(const Located& file, const std::vector<const State*>& states) {
    for (const State* state : states) {
      const auto path =
          state->directory.resolve(fill_in(file.text, state->directory, state->instance.value_or(std::string())));
      if (!path || has_file(*path)) return;
    }
    warn(file, fmt::format("no state of this rule has the file \"{}\"", file.text),
         fmt::format("it is read from the state directory, here {}", states.front()->directory.display()));
  }

  bool has_file(const RepoPath& path) const {
    if (is_behind_link(path)) return true;
    const ScannedDirectory* directory = scan_.find(path.parent());
    if (directory == nullptr) return false;
    for (const auto* names : {&directory->configuration, &directory->variables, &directory->others}) {
      if (std::find(names->begin(), names->end(), path.name()) != names->end()) return true;
    }
    return false;
  }

  const config::Config& config_;
  const Scan& scan_;
  std::span<const State> states_;
  const KeptOut& kept_out_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_settings(const config::Config& config, const Scan& scan, std::span<const State> states,
                    const KeptOut& kept_out, Diagnostics& diagnostics) {
  Checker(config, scan, states, kept_out, diagnostics).check();
}

}  // namespace statelane::states
