#include "terraform/read_outputs.hpp"

#include <algorithm>

namespace statelane::terraform {

namespace {

bool is_name_byte(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_' ||
         byte == '-' || code >= 0x80;
}

std::string_view take_name(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_name_byte);
  const std::string_view name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(name.size());
  return name;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

/// Passes over `[…]`. False when its end is not found; a bracket in a string is not looked for, so the end may come too
/// early, and then what follows is no `.outputs`.
bool skip_index(std::string_view& text) {
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '[') ++depth;
    if (text[at] == ']' && --depth == 0) {
      text.remove_prefix(at + 1);
      return true;
    }
  }
  return false;
}

/// What follows `data.terraform_remote_state`: `.x.outputs.NAME`, `.x[…].outputs["NAME"]`. Empty when it says no name.
std::string_view read_output_name(std::string_view text) {
  if (!take(text, ".") || take_name(text).empty()) return {};
  if (text.starts_with("[") && !skip_index(text)) return {};
  if (!take(text, ".outputs")) return {};
  if (take(text, ".")) return take_name(text);
  if (!take(text, "[\"")) return {};
  const std::string_view name = take_name(text);
  return text.starts_with("\"]") ? name : std::string_view{};
}

}  // namespace

std::optional<std::set<std::string>> find_read_outputs(std::string_view text) {
  constexpr std::string_view type = "terraform_remote_state";
  std::set<std::string> result;
  for (std::size_t at = text.find(type); at != std::string_view::npos; at = text.find(type, at + 1)) {
    const std::string_view rest = text.substr(at + type.size());
    // The label of the data block itself.
    if (at > 0 && text[at - 1] == '"' && rest.starts_with("\"")) continue;
    const std::string_view name = read_output_name(rest);
    if (name.empty()) return std::nullopt;
    result.emplace(name);
  }
  return result;
}

}  // namespace statelane::terraform
