#include "states/remote_reads.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hcl/alternatives.hpp"
#include "hcl/text_pieces.hpp"
#include "repo/links.hpp"
#include "states/partial_text.hpp"
#include "states/path_inputs.hpp"

namespace statelane::states {

namespace {

using hcl::Value;

/// Possibilities multiply; past this many the attribute counts as unknown.
constexpr std::size_t most_possibilities = 16;

/// No longer chain of `local.x` that stand for one another, calls within calls and conditionals is followed.
constexpr int most_steps = 8;

/// One map that a `config` may be.
struct PossibleConfig {
  Value::Map attributes;
  bool is_open = false;  ///< it may have more attributes than are known
};

/// Every combination of the attributes' possible texts.
std::vector<BackendSettings> combinations(const std::string& type, const PossibleConfig& config) {
  const auto attributes = to_attributes(Value{config.attributes});
  std::vector<BackendSettings> result = {{type, {}, config.is_open}};
  for (const auto& [name, texts] : *attributes) {
    const bool is_too_many = result.size() * texts.size() > most_possibilities;
    std::vector<BackendSettings> next;
    for (const BackendSettings& settings : result) {
      for (const PossibleText& text : texts) {
        next.push_back(settings);
        next.back().values[name] = is_too_many ? PartialText{std::nullopt} : text.text;
        if (is_too_many) break;
      }
    }
    result = std::move(next);
  }
  return result;
}

/// What a `config` may be. Where folding gives up, what is written of it still tells something.
class ConfigReader {
 public:
  ConfigReader(const Module& module, const Fold& fold, const Round& round)
      : module_(module), fold_(fold), round_(round) {}

  std::vector<PossibleConfig> read(const hcl::Expression& expression, int steps = 0) const {
    const Value value = fold_(expression, round_);
    if (const Value::Map* map = value.as_map()) return {{*map, false}};
    const Value::OneOf* one_of = value.as_one_of();
    std::vector<PossibleConfig> result;
    for (const Value& alternative : one_of == nullptr ? std::vector<Value>{} : one_of->values) {
      if (const Value::Map* map = alternative.as_map()) result.push_back({*map, false});
    }
    const bool is_whole = one_of != nullptr && result.size() == one_of->values.size();
    if (is_whole) return result;
    const auto written = read_written(expression, steps);
    result.insert(result.end(), written.begin(), written.end());
    return result;
  }

 private:
  std::vector<PossibleConfig> read_written(const hcl::Expression& expression, int steps) const {
    if (steps == most_steps) return {{{}, true}};
    if (const hcl::Expression* definition = definition_of(expression)) return read(*definition, steps + 1);
    if (expression.kind == hcl::ExpressionKind::conditional) {
      std::vector<PossibleConfig> result = read(*expression.operands[1], steps + 1);
      const auto others = read(*expression.operands[2], steps + 1);
      result.insert(result.end(), others.begin(), others.end());
      return result;
    }
    if (expression.kind == hcl::ExpressionKind::call && expression.text == "merge" && !expression.has_ellipsis)
      return {merge(expression, steps)};
    return {{{}, true}};
  }

  /// Later arguments replace attributes of earlier ones, so one of which nothing is known leaves those after it.
  PossibleConfig merge(const hcl::Expression& call, int steps) const {
    PossibleConfig result;
    for (const hcl::Expression* argument : call.operands) {
      const std::vector<PossibleConfig> possible = read(*argument, steps + 1);
      const bool is_known = possible.size() == 1 && !possible.front().is_open;
      if (!is_known) {
        for (auto& [name, value] : result.attributes) value = Value::unknown("", argument->range);
        result.is_open = true;
      }
      if (possible.size() != 1) continue;
      for (const auto& [name, value] : possible.front().attributes) result.attributes.insert_or_assign(name, value);
    }
    return result;
  }

  /// The one definition of `local.x`; null for all else.
  const hcl::Expression* definition_of(const hcl::Expression& expression) const {
    const bool is_local = expression.kind == hcl::ExpressionKind::attribute &&
                          expression.operands[0]->kind == hcl::ExpressionKind::variable &&
                          expression.operands[0]->text == "local";
    const auto found = is_local ? module_.locals.find(expression.text) : module_.locals.end();
    const bool is_one = found != module_.locals.end() && found->second.alternatives.size() == 1;
    return is_one ? found->second.alternatives.front()->value : nullptr;
  }

  const Module& module_;
  const Fold& fold_;
  const Round& round_;
};

/// The types that a `backend` may be; an empty one for what is not known.
std::vector<std::string> types_of(const Value& value) {
  std::vector<std::string> result;
  for (const PossibleText& type : to_texts(value)) {
    const bool is_known = type.text.size() == 1 && type.text.front();
    result.push_back(is_known ? *type.text.front() : std::string());
  }
  return result.empty() ? std::vector{std::string()} : result;
}

/// The file that a local backend reads, where the block says which.
std::optional<Value> local_file_of(const PossibleConfig& config, const std::optional<std::string>& workspace) {
  if (workspace && *workspace != "default") {
    const auto directory = config.attributes.find("workspace_dir");
    if (directory == config.attributes.end()) return std::nullopt;
    const Value parts[] = {directory->second};
    return hcl::combine(parts, [&](std::span<const Value> chosen) {
      Value::Text path = hcl::to_text(chosen[0], {});
      hcl::append_text(path, fmt::format("/{}/terraform.tfstate", *workspace));
      return Value{std::move(path)};
    });
  }
  const auto path = config.attributes.find("path");
  return path == config.attributes.end() ? std::nullopt : std::optional(path->second);
}

/// All that one element of the block reads. False when something of it is not known at all.
bool add_reads(const Module::Read& read, const ConfigReader& configs, const Fold& fold, const Round& round,
               const RepoPath& working_directory, RemoteReads& found) {
  const terraform::RemoteState& block = read.block;
  const auto workspace = block.workspace == nullptr ? std::nullopt : fold(*block.workspace, round).as_known_string();
  const auto types =
      block.backend == nullptr ? types_of(Value::unknown("", {})) : types_of(fold(*block.backend, round));
  const auto possible = block.config == nullptr ? std::vector{PossibleConfig{}} : configs.read(*block.config);
  std::vector<RemoteRead> reads;
  const Place place{read.file->path, block.line};
  bool is_whole = true;
  for (const std::string& type : types) {
    for (const PossibleConfig& config : possible) {
      is_whole = is_whole && !type.empty() && !config.is_open;
      const bool may_be_local = type.empty() || type == "local";
      if (auto file = may_be_local ? local_file_of(config, workspace) : std::nullopt)
        found.files.push_back(*std::move(file));
      for (const BackendSettings& settings : combinations(type, config))
        reads.push_back({identify_backend(settings, workspace, working_directory), false,
                         settings.values.contains("password"), place});
    }
  }
  for (RemoteRead& one : reads) {
    one.is_alternative = reads.size() > 1 || !is_whole;
    found.reads.push_back(std::move(one));
  }
  return is_whole;
}

}  // namespace

RemoteReads find_remote_reads(const Module& module, const Module::Read& read, const Fold& fold,
                              const RepoPath& working_directory, std::vector<Unknown>& unknown) {
  RemoteReads result;
  bool is_whole = true;
  for (const Round& round : find_rounds(read.block.loops, fold)) {
    const ConfigReader configs(module, fold, round);
    is_whole = add_reads(read, configs, fold, round, working_directory, result) && is_whole;
  }
  if (!is_whole) {
    unknown.push_back({{read.file->path, read.block.line},
                       fmt::format("{}: its backend or config is not known statically", read.block.address)});
  }
  return result;
}

bool may_be_stored(const std::vector<Value>& files, const repo::Tree& tree, const RepoPath& working_directory) {
  const auto is_stored = [&](const PossibleText& text) {
    if (text.text.empty() || (text.text.size() == 1 && !text.text.front())) return text.may_climb;
    const auto anchor = anchor_of(working_directory, text.text.front().value_or(""));
    if (!anchor || text.text.size() > 1) return anchor.has_value();
    const auto found = repo::resolve_links(tree, anchor->directory, anchor->rest);
    const bool is_found = found.outcome == repo::Resolved::Outcome::found;
    return is_found || (is_inside(found) && lies_in_submodule(tree, found.path));
  };
  return std::any_of(files.begin(), files.end(), [&](const Value& file) {
    const auto texts = to_texts(file);
    return std::any_of(texts.begin(), texts.end(), is_stored);
  });
}

}  // namespace statelane::states
