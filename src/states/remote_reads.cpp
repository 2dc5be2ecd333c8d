#include "states/remote_reads.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "states/partial_text.hpp"

namespace statelane::states {

namespace {

using hcl::Value;

/// Possibilities multiply; past this many the attribute counts as unknown.
constexpr std::size_t most_possibilities = 16;

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

/// The maps that a `config` may be, without alternatives. One that is not known is left out.
std::vector<const Value*> maps_of(const Value& value) {
  std::vector<const Value*> result;
  const auto add = [&](const Value& candidate) {
    if (candidate.as_map() != nullptr) result.push_back(&candidate);
  };
  if (const auto* one_of = value.as_one_of()) {
    std::for_each(one_of->values.begin(), one_of->values.end(), add);
  } else {
    add(value);
  }
  return result;
}

/// All that one element of the block reads. False when something of it is not known at all.
bool add_reads(const terraform::RemoteState& block, const Fold& fold, const Round& round, const Place& place,
               const RepoPath& working_directory, std::vector<RemoteRead>& reads) {
  const auto folded = [&](const hcl::Expression* expression, Value otherwise) {
    return expression == nullptr ? std::move(otherwise) : fold(*expression, round);
  };
  const auto workspace = folded(block.workspace, Value{}).as_known_string();
  const auto types = to_texts(folded(block.backend, Value{Value::Unknown{}}));
  const Value config = folded(block.config, Value{Value::Map{}});
  const auto maps = maps_of(config);
  std::vector<BackendIdentity> wanted;
  bool is_whole = !maps.empty() && !types.empty();
  if (const auto* one_of = config.as_one_of()) is_whole = maps.size() == one_of->values.size();
  for (const PossibleText& type : types) {
    if (type.text.size() != 1 || !type.text.front()) {
      is_whole = false;
      continue;
    }
    for (const Value* map : maps) {
      for (const BackendSettings& settings : combinations(*type.text.front(), *to_attributes(*map)))
        wanted.push_back(identify_backend(settings, workspace, working_directory));
    }
  }
  const bool is_alternative = wanted.size() > 1 || !is_whole;
  for (BackendIdentity& identity : wanted) reads.push_back({std::move(identity), is_alternative, place});
  return is_whole;
}

}  // namespace

std::vector<RemoteRead> find_remote_reads(const terraform::RemoteState& block, const Fold& fold, const Place& place,
                                          const RepoPath& working_directory, std::vector<Unknown>& unknown) {
  std::vector<RemoteRead> result;
  bool is_whole = true;
  for (const Round& round : find_rounds(block.loops, fold))
    is_whole = add_reads(block, fold, round, place, working_directory, result) && is_whole;
  if (!is_whole) {
    unknown.push_back(
        {place,
         fmt::format("data.terraform_remote_state.{}: its backend or config is not known statically", block.name)});
  }
  return result;
}

}  // namespace statelane::states
