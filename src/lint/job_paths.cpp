#include "lint/job_paths.hpp"

#include <algorithm>
#include <vector>

#include "lint/terraform_runs.hpp"
#include "states/path_inputs.hpp"

namespace statelane::lint {

std::optional<std::string> path_from_root(std::string_view text) {
  if (!text.starts_with(states::repository_root)) return std::nullopt;
  text.remove_prefix(states::repository_root.size());
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::string_view part = text.substr(0, slash);
    text.remove_prefix(std::min(slash + 1, text.size()));
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  std::string result;
  for (const std::string_view part : parts) result += (result.empty() ? "" : "/") + std::string(part);
  return result;
}

std::string join_path(const std::string& from, const std::string& to) {
  // A text of which the beginning is unknown may be absolute.
  if (to.starts_with('/') || to.starts_with(unknown_text)) return to;
  return from + "/" + to;
}

std::optional<std::string> known_path(std::string_view directory, const std::string& text) {
  if (directory.find(unknown_text) != std::string_view::npos || text.find(unknown_text) != std::string::npos)
    return std::nullopt;
  return path_from_root(join_path(std::string(states::repository_root) + "/" + std::string(directory), text));
}

std::string_view base_name_of(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

}  // namespace statelane::lint
