#include "cli/format_only.hpp"

#include "hcl/token_digest.hpp"
#include "terraform/file_names.hpp"

namespace statelane::cli {

namespace {

bool is_read_as_tokens(std::string_view name) {
  return terraform::is_configuration_name(name) || terraform::is_variable_name(name) || name.ends_with(".tfbackend") ||
         name.ends_with(".hcl");
}

std::string digest(const repo::Tree& tree, const RepoPath& path) {
  const std::string text = tree.read(path);
  return terraform::syntax_of(path.name()) == terraform::Syntax::json ? hcl::json_token_digest(text)
                                                                      : hcl::native_token_digest(text);
}

}  // namespace

std::unordered_set<RepoPath> find_format_only(const repo::Tree* base, const repo::Tree& head,
                                              const repo::ChangeSet& changes) {
  std::unordered_set<RepoPath> result;
  for (const repo::FileChange& change : changes) {
    const bool is_same_kind = change.kind == repo::ChangeKind::modified && change.before_kind == change.after_kind &&
                              change.before_kind != repo::EntryKind::symlink &&
                              change.before_kind != repo::EntryKind::submodule;
    if (base == nullptr || !is_same_kind || !is_read_as_tokens(change.path.name())) continue;
    if (digest(*base, change.path) == digest(head, change.path)) result.insert(change.path);
  }
  return result;
}

}  // namespace statelane::cli
