#pragma once

#include <map>
#include <string>
#include <vector>

#include "applied/ledger.hpp"

namespace statelane::applied {

/// What GitLab's API says of the wanted states. States without an answer have `why_unknown`. `slugs` has the stored
/// slug of each environment that was seen, for the refs.
struct ApiReading {
  bool is_readable = false;  ///< false: nothing could be read, and `remarks` says why
  Ledger ledger{};
  std::map<std::string, std::string> slugs{};
};

ApiReading read_api(const std::vector<Wanted>& wanted, const std::string& branch, Api& api);

/// Whether a success counts for the state, or is foreign.
bool counts_for(const Wanted& wanted, const std::string& branch, const Deployment& record);

}  // namespace statelane::applied
