#include <cstdlib>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/read_trees.hpp"
#include "config/effective_settings.hpp"
#include "emit/settings.hpp"
#include "gitlab/version.hpp"

namespace statelane::cli {

namespace {

std::string_view word_of(config::ChangesKeyword keyword) {
  switch (keyword) {
    case config::ChangesKeyword::only: return "only";
    case config::ChangesKeyword::rules: return "rules";
    case config::ChangesKeyword::none: return "none";
  }
  return "";
}

std::string_view word_of(config::Dependents dependents) {
  switch (dependents) {
    case config::Dependents::none: return "none";
    case config::Dependents::direct: return "direct";
    case config::Dependents::all: return "all";
  }
  return "";
}

std::string_view word_of(config::Jobs jobs) { return jobs == config::Jobs::shell ? "shell" : "helper"; }

std::string_view word_of(config::Gates gates) { return gates == config::Gates::changed ? "changed" : "affected"; }

/// Values that beat the file: of an option, or of the variable that stands for it.
class Overlay {
 public:
  explicit Overlay(std::vector<config::EffectiveSetting>& settings) : settings_(settings) {}

  template <typename Value>
  void add(const std::string& key, const std::optional<Value>& value, const std::string& option,
           const std::string& variable) {
    if (!value) return;
    const std::string word(word_of(*value));
    const char* set = std::getenv(variable.c_str());
    const bool is_variable = set != nullptr && word == set;
    config::override_setting(settings_, key, word, is_variable ? "variable " + variable : "option " + option);
  }

 private:
  std::vector<config::EffectiveSetting>& settings_;
};

}  // namespace

int run_config(const Options& options) {
  const repo::Repository repository = open_repository(options);
  Diagnostics diagnostics;
  const LoadedTree side = read_tree(repository, options, diagnostics);
  const RepoPath path = RepoPath::of(config::file_name);
  auto effective = config::find_effective_settings(side.tree->find(path) ? side.tree->read(path) : "", path);
  Overlay overlay(effective);
  overlay.add("pipeline.changes", options.changes, "--changes", "STATELANE_OPT_CHANGES");
  overlay.add("pipeline.dependents", options.dependents, "--dependents", "STATELANE_OPT_DEPENDENTS");
  overlay.add("pipeline.gates_for", options.gates_for, "--gates-for", "STATELANE_OPT_GATES_FOR");
  overlay.add("pipeline.jobs", options.jobs, "--jobs", "STATELANE_OPT_JOBS");
  const std::string server(gitlab::value_of(read_predefined_variables(), "CI_SERVER_VERSION"));
  if (gitlab::parse_version(server)) {
    config::override_setting(effective, "gitlab.version", server, "variable CI_SERVER_VERSION");
  }
  std::vector<emit::Setting> settings;
  for (config::EffectiveSetting& setting : effective) {
    settings.push_back({"", std::move(setting.key), std::move(setting.value), std::move(setting.origin)});
  }
  write_output(options.json ? emit::render_settings_json("statelane/config/1", settings)
                            : emit::render_settings_text(settings, options.show_origin));
  return write_diagnostics(diagnostics, side.tree.get(), options.strict) ? 1 : 0;
}

}  // namespace statelane::cli
