#include "terragrunt/read_unit.hpp"

#include <fmt/format.h>

#include "base/digest.hpp"

namespace statelane::terragrunt {

using hcl::Value;

namespace {

const Value* find(const Value& object, const std::string& name) {
  const auto* map = object.as_map();
  const auto found = map == nullptr ? Value::Map::const_iterator{} : map->find(name);
  return map != nullptr && found != map->end() ? &found->second : nullptr;
}

/// The elements of a list, as far as they are known; what is no list may be anything.
std::vector<Value> elements(const Value* list) {
  if (list == nullptr || list->is_null()) return {};
  if (const auto* known = list->as_open_list()) return {known->begin(), known->end()};
  if (const auto* one_of = list->as_one_of()) {
    std::vector<Value> result;
    for (const Value& value : one_of->values) {
      const auto some = elements(&value);
      result.insert(result.end(), some.begin(), some.end());
    }
    return result;
  }
  return {list->is_unknown() ? *list : Value::unknown("", {})};
}

class UnitReader {
 public:
  UnitReader(Evaluation& evaluation, Unit& unit) : evaluation_(evaluation), unit_(unit) {}

  void read(const Config& config) {
    read_source(config);
    read_copy_rule(config);
    read_inputs(config);
    for (const Labelled& step : config.steps) read_step(step);
    for (const auto& [label, entry] : config.generate) read_generate(label, entry);
    if (const auto found = config.attributes.find("remote_state"); found != config.attributes.end()) {
      unit_.remote_state = found->second.value;
      generate_remote_state(found->second);
    }
    unit_.dependencies = dependencies_of(config, evaluation_.log());
    unit_.state_mark = state_mark_of(config);
  }

 private:
  void read_source(const Config& config) {
    const auto found = config.terraform.find("source");
    if (found == config.terraform.end()) return;
    unit_.has_source = true;
    const Entry& entry = found->second;
    std::vector<Value> possible = {entry.value};
    if (const auto* one_of = entry.value.as_one_of()) possible = one_of->values;
    for (const Value& value : possible) {
      const auto text = definite_text(value);
      if (!text) {
        evaluation_.note_open(value, config.directory, entry.origin, "the source of the module");
      } else if (!unit_.source) {
        read_source(*text, entry.origin);
      } else {
        evaluation_.note_open(value, config.directory, entry.origin, "the source of the module");
      }
    }
  }

  void read_source(std::string text, const Origin& origin) {
    if (text.starts_with("file://")) text.erase(0, 7);
    const bool is_local = text.starts_with('.') || text.starts_with('/');
    if (!is_local) return;
    const std::size_t after_root = text.starts_with(hcl::repository_root) ? hcl::repository_root.size() : 0;
    const std::size_t split = text.find("//", after_root);
    const std::string copied = text.substr(0, split);
    std::string within = split == std::string::npos ? "" : text.substr(split + 2);
    within = within.substr(0, within.find('?'));
    const auto directory = to_path(copied, unit_.directory);
    const auto module = directory ? directory->resolve(within) : std::nullopt;
    if (!module || !module->is_within(*directory)) {
      evaluation_.log().remarks.push_back({origin, fmt::format("source \"{}\" leaves the repository", text)});
      return;
    }
    const Files& files = evaluation_.files();
    unit_.source = Source{files.origin(*directory), files.origin(*module), origin};
  }

  void read_copy_rule(const Config& config) {
    for (const auto& [name, globs] : {std::pair("include_in_copy", &unit_.include_in_copy),
                                      std::pair("exclude_from_copy", &unit_.exclude_from_copy)}) {
      const auto found = config.terraform.find(name);
      if (found == config.terraform.end()) continue;
      for (const Value& element : elements(&found->second.value)) {
        const auto text = definite_text(element);
        if (text) globs->push_back(*text);
        if (!text) unit_.copies_all = true;
      }
    }
  }

  void read_inputs(const Config& config) {
    const auto found = config.attributes.find("inputs");
    if (found == config.attributes.end()) return;
    if (const auto* map = found->second.value.as_map()) unit_.inputs = *map;
    const auto* marks = found->second.mark.as_map();
    if (marks == nullptr) unit_.input_marks.emplace("", describe_mark(found->second.mark));
    for (const auto& [name, mark] : marks == nullptr ? Value::Map{} : *marks)
      unit_.input_marks.emplace(name, describe_mark(mark));
  }

  void read_step(const Labelled& step) {
    const Value& value = step.entry.value;
    if (!step.label.starts_with("extra_arguments.")) {
      const bool* is_on = nullptr;
      if (const Value* condition = find(value, "if")) is_on = condition->as_bool();
      if (is_on != nullptr && !*is_on) return;
      const Value* directory = find(value, "working_dir");
      const auto text = directory == nullptr ? std::nullopt : definite_text(*directory);
      const auto from = text ? to_path(*text, unit_.directory) : std::nullopt;
      for (const Value& word : elements(find(value, "execute")))
        unit_.commands.push_back({word, from, step.entry.origin});
      return;
    }
    for (const char* name : {"required_var_files", "optional_var_files"}) {
      for (const Value& file : elements(find(value, name))) unit_.var_files.push_back({file, step.entry.origin});
    }
    for (const Value& argument : elements(find(value, "arguments"))) read_argument(argument, step.entry.origin);
    if (const Value* variables = find(value, "env_vars")) {
      const Value* workspace = find(*variables, "TF_WORKSPACE");
      if (workspace != nullptr) unit_.workspace = definite_text(*workspace).value_or("");
    }
  }

  void read_argument(const Value& argument, const Origin& origin) {
    constexpr std::string_view var_file = "-var-file=";
    constexpr std::string_view backend = "-backend-config=";
    const auto* text = argument.as_text();
    if (text == nullptr || text->pieces.empty() || !text->pieces.front()) return;
    const std::string& front = *text->pieces.front();
    const auto rest = [&](std::size_t size) {
      Value::Text tail = *text;
      tail.pieces.front() = front.substr(size);
      if (tail.pieces.front()->empty()) tail.pieces.erase(tail.pieces.begin());
      return Value{std::move(tail)};
    };
    if (front.starts_with(var_file)) unit_.var_files.push_back({rest(var_file.size()), origin});
    if (!front.starts_with(backend)) return;
    const std::size_t equals = front.find('=', backend.size());
    if (equals == std::string::npos) {
      unit_.var_files.push_back({rest(backend.size()), origin});
    } else {
      unit_.backend_arguments.emplace_back(front.substr(backend.size(), equals - backend.size()), rest(equals + 1));
    }
  }

  void read_generate(const std::string& label, const Entry& entry) {
    const Value* disable = find(entry.value, "disable");
    const bool is_off = disable != nullptr && disable->as_bool() != nullptr && *disable->as_bool();
    const Value* contents = find(entry.value, "contents");
    if (is_off || contents == nullptr) return;
    const Value* path = find(entry.value, "path");
    const auto text = path == nullptr ? std::nullopt : definite_text(*path);
    unit_.generated.push_back({text.value_or(label + ".tf"), *contents, entry.origin});
  }

  /// The remote state's own file wins over a block that writes the same.
  void generate_remote_state(const Entry& entry) {
    const Value* generate = find(entry.value, "generate");
    const Value* path = generate == nullptr ? nullptr : find(*generate, "path");
    const auto text = path == nullptr ? std::nullopt : definite_text(*path);
    if (text) std::erase_if(unit_.generated, [&](const GeneratedText& other) { return other.path == *text; });
  }

  static std::string state_mark_of(const Config& config) {
    std::string result;
    if (const auto found = config.attributes.find("remote_state"); found != config.attributes.end())
      result += describe_mark(found->second.mark);
    result += describe_mark(to_object(config.generate).mark);
    return result;
  }

  Evaluation& evaluation_;
  Unit& unit_;
};

/// What is switched off writes nothing.
std::string describe_generate(const Entry& entry) {
  const Value* disable = find(entry.value, "disable");
  const bool is_off = disable != nullptr && disable->as_bool() != nullptr && *disable->as_bool();
  return is_off ? "off" : describe_mark(entry.mark);
}

/// A block `exclude` does nothing to a unit that is run alone, but for one that says `no_run`.
bool stops_single_runs(const Entry& exclude) {
  const Value* no_run = find(exclude.value, "no_run");
  const bool* is_set = no_run == nullptr ? nullptr : no_run->as_bool();
  return exclude.value.as_map() == nullptr || (no_run != nullptr && (is_set == nullptr || *is_set));
}

/// What is waited for does nothing to the plan, but one that is not there fails it.
std::string describe_paths(const Entry& paths, const RepoPath& from, const Files& files) {
  const auto* list = paths.value.as_list();
  if (list == nullptr) return describe_mark(paths.mark);
  std::string missing;
  for (const Value& path : *list) {
    const auto text = definite_text(path);
    const auto place = text ? to_path(*text, from) : std::nullopt;
    if (!place) return describe_mark(paths.mark);
    if (files.kind(*place) == Files::Kind::none) missing += place->str() + "\n";
  }
  return missing;
}

/// All that is run, in the order that counts. Locals and values do nothing by themselves.
std::string describe(const Config& config, const Unit& unit, const Files& files) {
  std::string text;
  for (const auto& [name, entry] : config.attributes) {
    const bool is_told = name != "inputs" && (name != "exclude" || stops_single_runs(entry));
    if (is_told) text += name + "=" + describe_mark(entry.mark);
  }
  for (const auto& [name, entry] : config.terraform) {
    if (name != "source" || !unit.source) text += name + "=" + describe_mark(entry.mark);
  }
  // However it is written, a module of this repository is told by its place.
  if (unit.source) text += fmt::format("source={}//{}", unit.source->copied.str(), unit.source->module.str());
  for (const Labelled& step : config.steps) text += step.label + describe_mark(step.entry.mark);
  text += describe_mark(to_object(config.dependencies).mark);
  for (const Entry& paths : config.paths) text += describe_paths(paths, unit.directory, files);
  for (const auto& [label, entry] : config.generate) text += label + describe_generate(entry);
  return text;
}

}  // namespace

void read_unit(Evaluation& evaluation, const std::optional<RepoPath>& file, const std::string& mark, Unit& unit) {
  std::string text = mark;
  const auto config = file ? evaluation.load(*file) : std::nullopt;
  if (config) {
    UnitReader(evaluation, unit).read(*config);
    text += describe(*config, unit, evaluation.files());
  }
  unit.log = std::move(evaluation.log());
  for (const Remark& remark : unit.log.remarks) text += remark.what;
  unit.fingerprint = sha256_hex(text);
}

}  // namespace statelane::terragrunt
