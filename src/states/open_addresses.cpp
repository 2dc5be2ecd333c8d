#include "states/open_addresses.hpp"

#include <algorithm>

#include "states/identity_text.hpp"

namespace statelane::states {

namespace {

OpenAddress to_open_address(const BackendIdentity& wanted, const Place& place) {
  if (const auto known = wanted.known.find("address"); known != wanted.known.end()) return {known->second, true, place};
  const auto partial = wanted.partial.find("address");
  return {partial == wanted.partial.end() ? "" : partial->second.front().value_or(""), false, place};
}

}  // namespace

std::vector<OpenAddress> find_open_addresses(const Closure& closure, const Place& own) {
  std::vector<OpenAddress> result;
  for (const RemoteRead& read : closure.reads) {
    const bool may_ask = read.wanted.type == "http" || read.wanted.type.empty();
    if (may_ask && !read.has_password) result.push_back(to_open_address(read.wanted, read.place));
  }
  const auto& settings = closure.backend.values;
  for (const char* name : {"lock_address", "unlock_address"}) {
    const auto set =
        closure.backend.type == "http" && !settings.contains("password") ? settings.find(name) : settings.end();
    if (set == settings.end() || set->second.empty()) continue;
    const bool is_whole = set->second.size() == 1 && set->second.front();
    const std::string known = set->second.front().value_or("");
    result.push_back({is_whole ? normalise_address(known) : known, is_whole, own});
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

}  // namespace statelane::states
