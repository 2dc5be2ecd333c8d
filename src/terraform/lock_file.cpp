#include "terraform/lock_file.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "hcl/parse.hpp"

namespace statelane::terraform {

namespace {

struct LockedProvider {
  std::map<std::string, std::string> settings;  ///< `version` and `constraints` as written
  std::set<std::string> hashes;
};

using Lock = std::map<std::string, LockedProvider>;

/// Empty when the block holds what a lock file does not.
std::optional<LockedProvider> read_provider(const hcl::Body& body) {
  LockedProvider provider;
  if (!body.blocks.empty()) return std::nullopt;
  for (const hcl::Attribute& attribute : body.attributes) {
    if (attribute.name != "hashes") {
      if (attribute.value->kind != hcl::ExpressionKind::string) return std::nullopt;
      provider.settings.emplace(attribute.name, attribute.value->text);
      continue;
    }
    for (const hcl::Expression* hash : attribute.value->operands) {
      if (hash->kind != hcl::ExpressionKind::string) return std::nullopt;
      provider.hashes.emplace(hash->text);
    }
  }
  return provider;
}

std::optional<Lock> read_lock(const std::string& text) {
  Diagnostics faults;
  const hcl::File file = hcl::parse(text, RepoPath(), faults);
  if (!faults.empty() || !file.body().attributes.empty()) return std::nullopt;
  Lock lock;
  for (const hcl::Block& block : file.body().blocks) {
    if (block.type != "provider" || block.labels.size() != 1) return std::nullopt;
    auto provider = read_provider(*block.body);
    if (!provider || !lock.emplace(block.labels[0].text, *std::move(provider)).second) return std::nullopt;
  }
  return lock;
}

}  // namespace

bool only_gains_hashes(const std::string& before, const std::string& after) {
  const auto old_lock = read_lock(before);
  const auto new_lock = read_lock(after);
  if (!old_lock || !new_lock) return false;
  return std::equal(old_lock->begin(), old_lock->end(), new_lock->begin(), new_lock->end(),
                    [](const auto& left, const auto& right) {
                      return left.first == right.first && left.second.settings == right.second.settings &&
                             std::includes(right.second.hashes.begin(), right.second.hashes.end(),
                                           left.second.hashes.begin(), left.second.hashes.end());
                    });
}

}  // namespace statelane::terraform
