#include "comparison/format_only.hpp"

#include "terraform/file_names.hpp"

namespace statelane::comparison {

namespace {

bool is_read_as_tokens(std::string_view name) {
  return terraform::is_configuration_name(name) || terraform::is_variable_name(name) || name.ends_with(".tfbackend") ||
         name.ends_with(".hcl");
}

const std::string& digest(const repo::Tree& tree, const RepoPath& path, facts::FactStore& facts) {
  return facts.token_digest(tree.content_id(path), terraform::syntax_of(path.name()), [&] { return tree.read(path); });
}

}  // namespace

std::unordered_set<RepoPath> find_format_only(const repo::Tree* base, const repo::Tree& head,
                                              const repo::ChangeSet& changes, facts::FactStore& facts) {
  std::unordered_set<RepoPath> result;
  for (const repo::FileChange& change : changes) {
    const bool is_same_kind = change.kind == repo::ChangeKind::modified && change.before_kind == change.after_kind &&
                              change.before_kind != repo::EntryKind::symlink &&
                              change.before_kind != repo::EntryKind::submodule;
    if (base == nullptr || !is_same_kind || !is_read_as_tokens(change.path.name())) continue;
    if (digest(*base, change.path, facts) == digest(head, change.path, facts)) result.insert(change.path);
  }
  return result;
}

}  // namespace statelane::comparison
