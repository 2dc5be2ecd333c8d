#include "applied/merge_requests.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace statelane::applied {

namespace {

constexpr int most_pages = 10;

}  // namespace

std::optional<std::set<std::uint64_t>> parse_merge_requests(std::string_view body) {
  try {
    std::set<std::uint64_t> numbers;
    for (const nlohmann::json& request : nlohmann::json::parse(body))
      numbers.insert(request.at("iid").get<std::uint64_t>());
    return numbers;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::optional<std::set<std::uint64_t>> find_open_merge_requests(Api& api) {
  std::set<std::uint64_t> all;
  for (int page = 1; page <= most_pages; ++page) {
    const Answer answer = api.get(fmt::format("/merge_requests?state=opened&per_page=100&page={}", page));
    const auto numbers = answer.is_success() ? parse_merge_requests(answer.body) : std::nullopt;
    if (!numbers) return std::nullopt;
    all.insert(numbers->begin(), numbers->end());
    if (!answer.has_next_page) break;
  }
  return all;
}

}  // namespace statelane::applied
