#include "applied/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "applied/read_api.hpp"
#include "applied/read_refs.hpp"
#include "base/error.hpp"
#include "gitlab/names.hpp"

namespace statelane::applied {

namespace {

/// The slug of each wanted state's environment: as GitLab stores it where it said so, else computed.
std::map<std::string, std::string> find_slugs(const std::vector<Wanted>& wanted,
                                              const std::map<std::string, std::string>& stored) {
  std::map<std::string, std::string> ids;
  for (const Wanted& one : wanted) {
    const auto found = stored.find(one.environment);
    const bool is_stored = found != stored.end() && !found->second.empty();
    ids.emplace(is_stored ? found->second : gitlab::environment_slug(one.environment), one.id);
  }
  return ids;
}

/// What the refs say of the states that have no answer.
void add_refs(const RefsBySlug& refs, const std::map<std::string, std::string>& ids, bool has_api, Ledger& ledger) {
  for (const auto& [slug, id] : ids) {
    Record& record = ledger.records[id];
    if (has_api && record.why_unknown.empty()) continue;
    const auto found = refs.newest.find(slug);
    if (found != refs.newest.end()) {
      record = {};
      record.applied = found->second;
    }
    if (found != refs.newest.end() || !has_api) {
      record.source = Source::refs;
      record.why_unknown.clear();
    }
  }
  if (has_api) return;
  for (const auto& [slug, newest] : refs.newest) {
    if (ids.contains(slug)) continue;
    Left left{"", "", slug, {}};
    left.record.source = Source::refs;
    left.record.applied = newest;
    ledger.left.push_back(std::move(left));
  }
  ledger.first = refs.first;
  ledger.source = Source::refs;
  if (!refs.newest.empty()) {
    ledger.remarks.emplace_back(
        "refs tell of successes alone: applies that failed, gates that were pressed out of order and environments that "
        "were stopped are not seen");
  }
}

/// Those of the states that have no answer; without the API of all environments, since what was left behind shows by
/// its refs alone.
std::vector<std::string> find_prefixes(const std::map<std::string, std::string>& ids, bool has_api,
                                       const Ledger& ledger) {
  if (!has_api) return {std::string(refs_of_environments)};
  std::vector<std::string> prefixes;
  for (const auto& [slug, id] : ids) {
    const Record* record = ledger.find(id);
    if (record != nullptr && record->why_unknown.empty()) continue;
    if (gitlab::is_environment_slug(slug))
      prefixes.push_back(fmt::format("{}{}/deployments/", refs_of_environments, slug));
  }
  return prefixes;
}

void read_refs(const std::vector<Wanted>& wanted, const Sources& sources,
               const std::map<std::string, std::string>& stored, bool has_api, Ledger& ledger) {
  if (!sources.list_refs) return;
  const std::map<std::string, std::string> ids = find_slugs(wanted, stored);
  try {
    const std::vector<std::string> prefixes = find_prefixes(ids, has_api, ledger);
    if (prefixes.empty()) return;
    add_refs(RefsBySlug::parse(sources.list_refs(prefixes), ids), ids, has_api, ledger);
  } catch (const Error& error) {
    ledger.remarks.emplace_back(error.what());
  }
}

}  // namespace

const Record* Ledger::find(const std::string& id) const {
  const auto found = records.find(id);
  return found == records.end() ? nullptr : &found->second;
}

Ledger read_ledger(const std::vector<Wanted>& wanted, const Sources& sources) {
  ApiReading reading;
  if (sources.api) {
    Api api(*sources.api, sources.world, sources.patience);
    reading = read_api(wanted, sources.branch, api);
  } else {
    reading.ledger.remarks.push_back(sources.why_no_api);
  }
  Ledger ledger = std::move(reading.ledger);
  const bool has_gaps =
      !reading.is_readable || std::any_of(ledger.records.begin(), ledger.records.end(),
                                          [](const auto& entry) { return !entry.second.why_unknown.empty(); });
  if (has_gaps) read_refs(wanted, sources, reading.slugs, reading.is_readable, ledger);
  for (const Wanted& one : wanted) {
    Record& record = ledger.records[one.id];
    if (record.source == Source::none && record.why_unknown.empty())
      record.why_unknown = "neither GitLab's API nor the refs of origin can be read";
  }
  std::sort(ledger.left.begin(), ledger.left.end(), [](const Left& left, const Left& right) {
    return std::tie(left.id, left.slug) < std::tie(right.id, right.slug);
  });
  std::erase(ledger.remarks, "");
  return ledger;
}

std::string find_state_of_job(const std::string& job, const std::string& environment) {
  constexpr std::string_view prefix = "apply: ";
  if (!job.starts_with(prefix)) return "";
  std::string id = job.substr(prefix.size());
  const bool is_exact = gitlab::job_name("apply", id) == job && gitlab::environment_name(id) == environment;
  return is_exact ? id : "";
}

std::vector<std::pair<std::string, std::string>> find_equal_slugs(const std::vector<std::string>& environments) {
  std::map<std::string, std::string> first;
  std::vector<std::pair<std::string, std::string>> result;
  for (const std::string& name : environments) {
    const auto [found, is_new] = first.emplace(gitlab::environment_slug(name), name);
    if (!is_new && found->second != name) result.emplace_back(found->second, name);
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace statelane::applied
