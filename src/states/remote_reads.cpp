#include "states/remote_reads.hpp"

#include <fmt/format.h>

#include "states/partial_text.hpp"

namespace statelane::states {

namespace {

using hcl::Value;
using Each = std::optional<std::pair<Value, Value>>;

/// Possibilities multiply; past this many the attribute counts as unknown.
constexpr std::size_t most_possibilities = 16;

/// The elements of a `for_each`; one without a value when there is none, or when it does not fold.
std::vector<Each> elements(const terraform::RemoteState& block, const ModuleScope& scope) {
  if (block.for_each == nullptr) return {std::nullopt};
  const Value value = scope.fold(*block.for_each);
  std::vector<Each> result;
  if (const auto* map = std::get_if<Value::Map>(&value.data)) {
    for (const auto& [key, item] : *map) result.push_back(std::pair(Value::text(key), item));
    return result;
  }
  if (const auto* list = std::get_if<Value::List>(&value.data)) {
    for (const Value& item : *list) result.push_back(std::pair(item, item));
    return result;
  }
  return {std::nullopt};
}

/// Every combination of the attributes' possible texts.
std::vector<BackendSettings> combinations(const std::string& type,
                                          const std::map<std::string, std::vector<PossibleText>>& attributes) {
  std::vector<BackendSettings> result = {{type, {}}};
  for (const auto& [name, texts] : attributes) {
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

std::optional<std::string> folded_text(const hcl::Expression* expression, const ModuleScope& scope, const Each& each) {
  return expression == nullptr ? std::nullopt : scope.fold(*expression, {}, each).as_known_string();
}

}  // namespace

std::vector<RemoteRead> find_remote_reads(const terraform::RemoteState& block, const ModuleScope& scope,
                                          const Place& place, const RepoPath& working_directory,
                                          std::vector<Unknown>& unknown) {
  std::vector<RemoteRead> result;
  for (const Each& each : elements(block, scope)) {
    const auto type = folded_text(block.backend, scope, each);
    const auto attributes = block.config == nullptr ? to_attributes(Value{Value::Map{}})
                                                    : to_attributes(scope.fold(*block.config, {}, each));
    if (!type || !attributes) {
      unknown.push_back({place, fmt::format("data.terraform_remote_state.{}: its {} is not known statically",
                                            block.name, type ? "config" : "backend")});
      continue;
    }
    const auto workspace = folded_text(block.workspace, scope, each);
    const auto all = combinations(*type, *attributes);
    for (const BackendSettings& settings : all) {
      result.push_back({identify_backend(settings, workspace, working_directory), all.size() > 1, place});
    }
  }
  return result;
}

}  // namespace statelane::states
