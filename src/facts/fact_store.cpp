#include "facts/fact_store.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/parallel.hpp"
#include "facts/fact_codec.hpp"
#include "terraform/read_facts.hpp"

namespace statelane::facts {

namespace {

using terraform::FileFacts;
using terraform::Syntax;

// What a key of the cache says the content was read as.
std::uint64_t configuration_kind(Syntax syntax) { return static_cast<std::uint64_t>(syntax); }
std::uint64_t variables_kind(Syntax syntax) { return 2 + static_cast<std::uint64_t>(syntax); }
constexpr std::uint64_t template_kind = 4;

/// Facts that are in memory, under their keys.
template <typename Facts>
struct Known {
  FactKey key;
  const Facts* facts;
};

template <typename Facts>
std::vector<Known<Facts>> list_known(const std::unordered_map<ContentId, Facts>& facts, std::uint64_t kind) {
  std::vector<Known<Facts>> result;
  result.reserve(facts.size());
  for (const auto& [id, known] : facts) result.push_back({{id, kind}, &known});
  return result;
}

}  // namespace

template <typename Facts>
std::optional<Facts> FactStore::recall(const ContentId& id, std::uint64_t kind) const {
  const auto bytes = cache_.find({id, kind});
  return bytes ? decode_facts<Facts>(*bytes) : std::nullopt;
}

const FileFacts& FactStore::configuration(const ContentId& id, Syntax syntax, const Read& read) {
  auto& known = configuration_[static_cast<std::size_t>(syntax)];
  auto found = known.find(id);
  if (found != known.end()) return found->second;
  auto recalled = recall<FileFacts>(id, configuration_kind(syntax));
  return known.emplace(id, recalled ? *std::move(recalled) : terraform::read_file_facts(read(), syntax)).first->second;
}

const terraform::VariableFile& FactStore::variables(const ContentId& id, Syntax syntax, const Read& read) {
  auto& known = variables_[static_cast<std::size_t>(syntax)];
  auto found = known.find(id);
  if (found != known.end()) return found->second;
  auto recalled = recall<terraform::VariableFile>(id, variables_kind(syntax));
  return known.emplace(id, recalled ? *std::move(recalled) : terraform::read_variable_file(read(), syntax))
      .first->second;
}

const terraform::TemplateFile& FactStore::template_file(const ContentId& id, const Read& read) {
  auto found = templates_.find(id);
  if (found != templates_.end()) return found->second;
  auto recalled = recall<terraform::TemplateFile>(id, template_kind);
  return templates_.emplace(id, recalled ? *std::move(recalled) : terraform::read_template_file(read())).first->second;
}

void FactStore::read_configurations(std::span<const Wanted> wanted, const ReadAll& read_all) {
  // Each thread fills places of its own; the tables are only asked until all threads are done.
  struct Made {
    ContentId id;
    std::optional<FileFacts> facts;
  };
  std::vector<Made> made(wanted.size());
  const auto is_known = [&](const ContentId& id, Syntax syntax) {
    return configuration_[static_cast<std::size_t>(syntax)].contains(id);
  };
  std::unordered_set<ContentId> met[2];
  std::vector<std::size_t> pending;
  for (std::size_t index = 0; index < wanted.size(); ++index) {
    const auto& [id, syntax] = wanted[index];
    if (id.is_zero() || (!is_known(id, syntax) && met[static_cast<std::size_t>(syntax)].insert(id).second))
      pending.push_back(index);
  }
  if (cache_.is_on()) {
    for_each_in_parallel(pending.size(), [&](std::size_t, std::size_t place) {
      const auto& [id, syntax] = wanted[pending[place]];
      if (!id.is_zero()) made[pending[place]] = {id, recall<FileFacts>(id, configuration_kind(syntax))};
    });
    std::erase_if(pending, [&](std::size_t index) { return made[index].facts.has_value(); });
  }
  read_all(pending, [&](std::size_t index, const ContentId& id, std::string bytes) {
    const Syntax syntax = wanted[index].syntax;
    if (is_known(id, syntax)) return;
    auto recalled = recall<FileFacts>(id, configuration_kind(syntax));
    made[index] = {id, recalled ? std::move(recalled) : terraform::read_file_facts(std::move(bytes), syntax)};
  });
  for (std::size_t index = 0; index < made.size(); ++index) {
    auto& [id, facts] = made[index];
    if (facts) configuration_[static_cast<std::size_t>(wanted[index].syntax)].try_emplace(id, *std::move(facts));
  }
}

void FactStore::save() const {
  if (cache_.is_on()) save_facts();
  records_.save();
}

void FactStore::save_facts() const {
  std::vector<FactKey> used;
  std::vector<std::pair<FactKey, std::string>> fresh;
  const auto add = [&](const auto& known) {
    std::vector<std::string> encoded(known.size());
    for_each_in_parallel(known.size(), [&](std::size_t, std::size_t index) {
      if (!cache_.find(known[index].key)) encoded[index] = encode_facts(*known[index].facts);
    });
    for (std::size_t index = 0; index < known.size(); ++index) {
      used.push_back(known[index].key);
      if (!encoded[index].empty()) fresh.emplace_back(known[index].key, std::move(encoded[index]));
    }
  };
  for (const Syntax syntax : {Syntax::native, Syntax::json}) {
    add(list_known(configuration_[static_cast<std::size_t>(syntax)], configuration_kind(syntax)));
    add(list_known(variables_[static_cast<std::size_t>(syntax)], variables_kind(syntax)));
  }
  add(list_known(templates_, template_kind));
  if (fresh.empty()) return;
  std::sort(used.begin(), used.end());
  std::sort(fresh.begin(), fresh.end());
  std::vector<CacheEntry> entries;
  entries.reserve(fresh.size());
  for (const auto& [key, bytes] : fresh) entries.push_back({key, bytes});
  cache_.write(entries, used);
}

const std::string& FactStore::token_digest(const ContentId& id, terraform::Syntax syntax, const Read& read) {
  auto& known = token_digests_[static_cast<std::size_t>(syntax)];
  auto found = known.find(id);
  if (found == known.end()) found = known.emplace(id, terraform::token_digest(read(), syntax)).first;
  return found->second;
}

}  // namespace statelane::facts
