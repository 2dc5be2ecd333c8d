#include <algorithm>

#include "config/config.hpp"
#include "config/value_reader.hpp"
#include "yaml/read.hpp"

namespace statelane::config {

namespace {

/// Reads one document with a strict schema. Each reader of a value adds an error and leaves the default when it does
/// not fit.
class ConfigReader : ValueReader {
 public:
  using ValueReader::ValueReader;

  Config read(const yaml::Value& root) {
    Config config;
    if (std::holds_alternative<std::nullptr_t>(root.data)) return config;
    read_map(root, "the configuration",
             {{"version", [&](const yaml::Value& value) { read_version(value); }},
              {"states", [&](const yaml::Value& value) { read_states(value, config); }},
              {"ignore", [&](const yaml::Value& value) { config.ignore = read_globs(value, "ignore"); }},
              {"global_inputs",
               [&](const yaml::Value& value) { config.global_inputs = read_globs(value, "global_inputs"); }},
              {"pipeline", [&](const yaml::Value& value) { read_pipeline(value, config); }},
              {"gitlab", [&](const yaml::Value& value) { read_gitlab(value, config); }}});
    return config;
  }

 private:
  void read_version(const yaml::Value& value) {
    const auto* number = std::get_if<std::int64_t>(&value.data);
    if (number == nullptr || *number != 1) error(value, "version has to be 1");
  }

  void read_states(const yaml::Value& value, Config& config) {
    read_map(value, "states",
             {{"include", [&](const yaml::Value& entry) { config.include = read_globs(entry, "include"); }},
              {"exclude", [&](const yaml::Value& entry) { config.exclude = read_globs(entry, "exclude"); }},
              {"rules", [&](const yaml::Value& entry) {
                 for (const yaml::Value& rule : list_of(entry, "rules")) read_rule(rule, config);
               }}});
  }

  void read_rule(const yaml::Value& value, Config& config) {
    Rule rule;
    Settings& settings = rule.settings;
    const auto text_into = [&](std::optional<Located>& target, const char* name) {
      return Key{name, [&, name](const yaml::Value& entry) { target = read_text(entry, name); }};
    };
    const auto texts_into = [&](std::optional<std::vector<Located>>& target, const char* name) {
      return Key{name, [&, name](const yaml::Value& entry) { target = read_texts(entry, name); }};
    };
    read_map(value, "a rule",
             {{"match", [&](const yaml::Value& entry) { rule.match = read_glob(entry, "match").value_or(Located{}); }},
              {"instances", [&](const yaml::Value& entry) { settings.instances = read_instances(entry); }},
              {"variables", [&](const yaml::Value& entry) { settings.variables = read_variables(entry); }},
              texts_into(settings.var_files, "var_files"),
              texts_into(settings.backend_config, "backend_config"),
              text_into(settings.workspace, "workspace"),
              {"inputs", [&](const yaml::Value& entry) { settings.inputs = read_globs(entry, "inputs"); }},
              texts_into(settings.depends_on, "depends_on"),
              text_into(settings.tool, "tool"),
              {"job", [&](const yaml::Value& entry) { read_job(entry, settings); }},
              {"apply", [&](const yaml::Value& entry) { read_apply(entry, settings); }},
              {"plan_environment",
               [&](const yaml::Value& entry) { settings.plan_environment = read_plan_environment(entry); }},
              {"after_plan", [&](const yaml::Value& entry) { settings.after_plan = read_words(entry, "after_plan"); }},
              {"max_destroy", [&](const yaml::Value& entry) { read_max_destroy(entry, settings); }},
              {"local_state", [&](const yaml::Value& entry) { settings.local_state = read_local_state(entry); }},
              {"gitlab_state", [&](const yaml::Value& entry) { settings.gitlab_state = read_state_name(entry); }},
              {"commands", [&](const yaml::Value& entry) { read_commands(entry, settings); }},
              {"after", [&](const yaml::Value& entry) { settings.after = read_after(entry); }}});
    if (value.as_map() == nullptr) return;
    if (value.find("match") == nullptr) return error(value, "a rule needs match, a glob on the state directory");
    if (!rule.match.text.empty()) config.rules.push_back(std::move(rule));
  }

  std::optional<Instances> read_instances(const yaml::Value& value) {
    if (value.as_list() != nullptr) return read_instance_names(value);
    auto pattern = read_text(value, "instances");
    if (!pattern) return std::nullopt;
    if (pattern->text.find("{instance}") == std::string::npos) {
      error(value, "instances needs {instance} in its pattern",
            {"a list of names is written [development, production]"});
      return std::nullopt;
    }
    return *std::move(pattern);
  }

  std::optional<Instances> read_instance_names(const yaml::Value& value) {
    std::vector<Located> names = read_texts(value, "instances");
    if (value.as_list()->empty()) error(value, "instances needs a name at least");
    for (auto name = names.begin(); name != names.end(); ++name) {
      const bool is_name = name->text.find_first_of("/{}") == std::string::npos;
      const bool is_first = std::find(names.begin(), name, *name) == name;
      const std::string fault = !is_name ? "is no name: a list has names without slashes and braces" : "stands twice";
      if (!is_name || !is_first)
        error_at(name->range.begin, name->text.size(), fmt::format("\"{}\" in instances {}", name->text, fault), {});
    }
    return names;
  }

  /// Terraform's own variables only: what else a job needs is set for all that runs in it.
  std::vector<Pair> read_variables(const yaml::Value& value) {
    std::vector<Pair> pairs = read_pairs(value, "variables");
    std::erase_if(pairs, [&](const Pair& pair) {
      const bool is_input = pair.key.text.starts_with("TF_VAR_") && pair.key.text.size() > 7;
      if (!is_input)
        error_at(pair.key.range.begin, pair.key.text.size(),
                 fmt::format("\"{}\" in variables has to begin with TF_VAR_", pair.key.text),
                 {"what is no variable of Terraform's configuration is written into job: {variables: {…}}"});
      return !is_input;
    });
    return pairs;
  }

  std::vector<Pair> read_after(const yaml::Value& value) {
    std::vector<Pair> pairs = read_pairs(value, "after");
    for (const Pair& pair : pairs) {
      if (pair.value.text == pair.key.text)
        error_at(pair.value.range.begin, pair.value.text.size(),
                 fmt::format("\"{}\" comes after itself", pair.key.text), {});
    }
    return pairs;
  }

  std::optional<std::string> read_plan_environment(const yaml::Value& value) {
    static constexpr Choice<std::string_view> actions[] = {
        {"none", "none"}, {"access", "access"}, {"prepare", "prepare"}};
    const auto action = read_choice<std::string_view>(value, "plan_environment", actions);
    return action ? std::optional(std::string(*action)) : std::nullopt;
  }

  void read_job(const yaml::Value& value, Settings& settings) {
    if (value.as_map() == nullptr) return error(value, "job has to be a map of GitLab's keywords");
    if (const yaml::Value* inner = value.find("plan_environment")) {
      return error(*inner, "plan_environment is no keyword of a job", {"write it beside job, in the rule"});
    }
    settings.job = value;
  }

  void read_apply(const yaml::Value& value, Settings& settings) {
    static constexpr Choice<Gate> gates[] = {{"blocking", Gate::blocking},
                                             {"optional", Gate::optional},
                                             {"automatic", Gate::automatic},
                                             {"automatic_if_reviewed", Gate::automatic_if_reviewed}};
    read_map(value, "apply",
             {{"branches", [&](const yaml::Value& entry) { settings.apply_branches = read_words(entry, "branches"); }},
              {"gate", [&](const yaml::Value& entry) { settings.gate = read_choice<Gate>(entry, "gate", gates); }}});
  }

  void read_max_destroy(const yaml::Value& value, Settings& settings) {
    const auto* number = std::get_if<std::int64_t>(&value.data);
    if (number == nullptr || *number < 0) return error(value, "max_destroy has to be a whole number, 0 or more");
    settings.max_destroy = *number;
  }

  std::optional<LocalState> read_local_state(const yaml::Value& value) {
    static constexpr Choice<LocalState> choices[] = {{"lost", LocalState::lost}, {"kept", LocalState::kept}};
    return read_choice<LocalState>(value, "local_state", choices);
  }

  /// GitLab takes any name of a state without a slash.
  std::optional<Located> read_state_name(const yaml::Value& value) {
    auto name = read_text(value, "gitlab_state");
    if (name && name->text.find('/') != std::string::npos) {
      error(value, "gitlab_state is a name without slashes", {"{slug} stands for the state's id without them"});
      return std::nullopt;
    }
    return name;
  }

  void read_commands(const yaml::Value& value, Settings& settings) {
    Commands commands;
    read_map(value, "commands",
             {{"plan", [&](const yaml::Value& entry) { commands.plan = read_words(entry, "plan"); }},
              {"apply", [&](const yaml::Value& entry) { commands.apply = read_words(entry, "apply"); }}});
    if (value.as_map() == nullptr) return;
    if (commands.plan.empty() || commands.apply.empty())
      return error(value, "commands needs plan and apply, each a list of words");
    settings.commands = std::move(commands);
  }

  void read_pipeline(const yaml::Value& value, Config& config) {
    static constexpr Choice<ChangesKeyword> keywords[] = {
        {"only", ChangesKeyword::only}, {"rules", ChangesKeyword::rules}, {"none", ChangesKeyword::none}};
    static constexpr Choice<Order> orders[] = {{"parallel", Order::parallel}, {"strict", Order::strict}};
    static constexpr Choice<Jobs> jobs[] = {{"helper", Jobs::helper}, {"shell", Jobs::shell}};
    static constexpr Choice<Gates> gates[] = {{"affected", Gates::affected}, {"changed", Gates::changed}};
    static constexpr Choice<Dependents> dependents[] = {
        {"none", Dependents::none}, {"direct", Dependents::direct}, {"all", Dependents::all}};
    static constexpr Choice<Compare> compares[] = {{"applied", Compare::applied}, {"push", Compare::push}};
    static constexpr Choice<Deleted> deleted[] = {{"warn", Deleted::warn}, {"destroy-gate", Deleted::destroy_gate}};
    read_map(
        value, "pipeline",
        {{"changes",
          [&](const yaml::Value& entry) { config.changes = read_choice<ChangesKeyword>(entry, "changes", keywords); }},
         {"order",
          [&](const yaml::Value& entry) {
            config.order = read_choice<Order>(entry, "order", orders).value_or(config.order);
          }},
         {"dependents",
          [&](const yaml::Value& entry) {
            config.dependents = read_choice<Dependents>(entry, "dependents", dependents).value_or(config.dependents);
          }},
         {"deleted",
          [&](const yaml::Value& entry) {
            config.deleted = read_choice<Deleted>(entry, "deleted", deleted).value_or(config.deleted);
          }},
         {"compare",
          [&](const yaml::Value& entry) {
            config.compare = read_choice<Compare>(entry, "compare", compares).value_or(config.compare);
          }},
         {"jobs",
          [&](const yaml::Value& entry) {
            config.jobs = read_choice<Jobs>(entry, "jobs", jobs).value_or(config.jobs);
          }},
         {"gates_for",
          [&](const yaml::Value& entry) {
            config.gates = read_choice<Gates>(entry, "gates_for", gates).value_or(config.gates);
          }},
         {"plan_environment",
          [&](const yaml::Value& entry) { config.plan_environment = read_plan_environment(entry); }},
         {"expire_in",
          [&](const yaml::Value& entry) {
            if (auto text = read_text(entry, "expire_in")) config.expire_in = std::move(text->text);
          }},
         {"templates", [&](const yaml::Value& entry) { config.templates = read_text(entry, "templates"); }}});
  }

  void read_gitlab(const yaml::Value& value, Config& config) {
    read_map(value, "gitlab", {{"version", [&](const yaml::Value& entry) {
                                  const auto text = read_text(entry, "version");
                                  if (!text) return;
                                  const bool is_version =
                                      text->text.find_first_not_of("0123456789.") == std::string::npos;
                                  if (!is_version) return error(entry, "version has to look like \"17.0\"");
                                  config.gitlab_version = text->text;
                                }}});
  }
};

}  // namespace

Config parse_config(std::string_view text, const RepoPath& path, Diagnostics& diagnostics) {
  const auto root = yaml::read_strictly(text, path, diagnostics);
  return root ? ConfigReader(text, path, diagnostics).read(*root) : Config{};
}

}  // namespace statelane::config
