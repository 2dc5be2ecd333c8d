#include "emit/plan_text.hpp"

#include <algorithm>
#include <set>

namespace statelane::emit {

namespace {

constexpr std::string_view heading = "  # ";

/// The address that a heading speaks of: the longest one that it begins with, since addresses have blanks too; of a
/// move the new one. Empty where it is none of these.
std::string_view find_address(std::string_view line, const std::set<std::string, std::less<>>& addresses) {
  const std::string_view said = line.substr(heading.size());
  for (std::size_t end = said.rfind(' '); end != std::string_view::npos && end > 0; end = said.rfind(' ', end - 1)) {
    const auto found = addresses.find(said.substr(0, end));
    if (found != addresses.end()) return *found;
  }
  constexpr std::string_view moved = " has moved to ";
  const std::size_t at = said.find(moved);
  if (at == std::string_view::npos) return {};
  const auto found = addresses.find(said.substr(at + moved.size()));
  return found == addresses.end() ? std::string_view() : std::string_view(*found);
}

/// The line that ends the list of objects: `Plan: 1 to add`, `Changes to Outputs:`, a rule.
bool ends_list(std::string_view line) {
  return !line.empty() && std::string_view(" +-~<#/").find(line.front()) == std::string_view::npos;
}

}  // namespace

std::map<std::string, std::string> split_plan_text(std::string_view text, const std::vector<std::string>& addresses) {
  std::map<std::string, std::string> blocks;
  const std::size_t begin = text.find(" will perform the following actions:\n");
  if (begin == std::string_view::npos) return blocks;
  const std::set<std::string, std::less<>> wanted(addresses.begin(), addresses.end());
  text.remove_prefix(text.find('\n', begin) + 1);
  std::string* block = nullptr;
  bool is_after_blank = true;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (ends_list(line)) break;
    if (is_after_blank && line.starts_with(heading)) {
      const std::string_view address = find_address(line, wanted);
      block = address.empty() ? nullptr : &blocks[std::string(address)];
    }
    is_after_blank = line.empty();
    if (block != nullptr && !(line.empty() && block->empty())) *block += std::string(line) + "\n";
  }
  for (auto& [address, found] : blocks) {
    while (found.ends_with("\n\n")) found.pop_back();
  }
  return blocks;
}

}  // namespace statelane::emit
