#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "applied/api.hpp"

namespace statelane::applied {

/// The numbers of the project's open merge requests, as `GET /projects/:id/merge_requests?state=opened` tells, at most
/// ten pages of 100. Empty where GitLab does not say, as to a job's token.
std::optional<std::set<std::uint64_t>> find_open_merge_requests(Api& api);

/// The numbers (`iid`) of one page; empty when it is something else.
std::optional<std::set<std::uint64_t>> parse_merge_requests(std::string_view body);

}  // namespace statelane::applied
