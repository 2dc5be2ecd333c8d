#include "states/copy_rule.hpp"

#include <algorithm>

#include "base/glob.hpp"

namespace statelane::states {

namespace {

/// Terraform reads the input in the copy; what Terragrunt or its hooks read lies where it is.
bool is_read_in_copy(InputKind kind) {
  switch (kind) {
    case InputKind::own_directory:
    case InputKind::module_directory:
    case InputKind::data_directory:
    case InputKind::file:
    case InputKind::pattern: return true;
    default: return false;
  }
}

bool is_hidden(std::string_view relative) { return relative.starts_with('.') || relative.find("/.") != relative.npos; }

/// Terraform loads no file of this name, and by itself does nothing with it.
bool is_configuration_of_terragrunt(const RepoPath& path) {
  return (path.name().ends_with(".hcl") || path.name().ends_with(".hcl.json")) && path.name() != ".terraform.lock.hcl";
}

/// A glob brings in what lies below its beginning without a wildcard: never less than what it means.
bool may_match(const std::string& glob, std::string_view relative) {
  std::string_view beginning = std::string_view(glob).substr(0, glob.find_first_of("*?[{"));
  while (beginning.starts_with("./")) beginning.remove_prefix(2);
  while (beginning.ends_with('/')) beginning.remove_suffix(1);
  return relative.starts_with(beginning);
}

bool is_copied_from(const Copied& copied, const RepoPath& root, const RepoPath& path) {
  const std::string_view relative = path.within(root);
  const auto is_in = [&](const std::vector<std::string>& globs, const auto& matches) {
    return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return matches(glob); });
  };
  if (is_in(copied.excluded, [&](const std::string& glob) { return matches_glob(glob, relative); })) return false;
  if (!is_hidden(relative) || path.name() == ".terraform.lock.hcl") return true;
  return is_in(copied.included, [&](const std::string& glob) { return may_match(glob, relative); });
}

}  // namespace

bool is_without_effect(const Copied& copied, const Input& input, const RepoPath& path) {
  if (input.kind == InputKind::unit_configuration) return false;
  const bool is_tree = input.kind == InputKind::own_directory || input.kind == InputKind::module_directory ||
                       (input.kind == InputKind::data_directory && input.path == copied.unit);
  if (is_tree && is_configuration_of_terragrunt(path)) return true;
  return is_read_in_copy(input.kind) && !path.is_within(copied.unit) &&
         std::find(copied.excluded.begin(), copied.excluded.end(), "/" + path.str()) != copied.excluded.end();
}

bool is_copied(const Copied& copied, const Input& input, const RepoPath& path) {
  // Without a source the unit ran in its own directory before Terragrunt 1.0.
  if (copied.is_open || !copied.module || !is_read_in_copy(input.kind)) return true;
  const bool is_of_unit = path.is_within(copied.unit);
  const bool is_of_module = path.is_within(*copied.module);
  if (!is_of_unit && !is_of_module) return true;
  return (is_of_unit && is_copied_from(copied, copied.unit, path)) ||
         (is_of_module && is_copied_from(copied, *copied.module, path));
}

}  // namespace statelane::states
