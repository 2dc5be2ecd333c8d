#include "emit/shared_parts.hpp"

#include <algorithm>
#include <string_view>

namespace statelane::emit {

namespace {

constexpr std::string_view steps = " /.";

std::size_t count_shared(std::string_view left, std::string_view right) {
  return static_cast<std::size_t>(std::ranges::mismatch(left, right).in1 - left.begin());
}

std::size_t count_shared_end(std::string_view left, std::string_view right) {
  const auto [in_left, in_right] = std::mismatch(left.rbegin(), left.rend(), right.rbegin(), right.rend());
  return static_cast<std::size_t>(in_left - left.rbegin());
}

}  // namespace

SharedParts take_shared_parts(std::vector<std::string>& names) {
  std::vector<std::string*> named;
  for (std::string& name : names) {
    if (!name.empty()) named.push_back(&name);
  }
  if (named.size() < 2) return {};
  const std::string first = *named.front();
  std::size_t before = first.size(), after = first.size();
  for (const std::string* name : named) {
    before = std::min(before, count_shared(first, *name));
    after = std::min(after, count_shared_end(first, *name));
  }
  // Whole steps only: the part before ends with a separator, the part after begins with one.
  const std::size_t last = std::string_view(first).substr(0, before).find_last_of(" /");
  before = last == std::string_view::npos ? 0 : last + 1;
  const std::size_t start = first.find_first_of(steps, first.size() - after);
  after = start == std::string::npos ? 0 : first.size() - start;
  const bool leaves_all =
      std::ranges::all_of(named, [&](const std::string* name) { return name->size() > before + after; });
  if (!leaves_all) return {};
  for (std::string* name : named) *name = name->substr(before, name->size() - before - after);
  return {first.substr(0, before), first.substr(first.size() - after)};
}

}  // namespace statelane::emit
