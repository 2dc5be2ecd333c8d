#include "comparison/format_only.hpp"

#include <map>

#include "comparison/checkout_attributes.hpp"
#include "terraform/file_names.hpp"
#include "terraform/lock_file.hpp"
#include "terraform/read_facts.hpp"

namespace statelane::comparison {

namespace {

using repo::ChangeKind;
using repo::EntryKind;
using repo::FileChange;

constexpr std::string_view lock_file = ".terraform.lock.hcl";
constexpr std::string_view attributes_file = ".gitattributes";

bool is_read_as_tokens(std::string_view name) {
  return terraform::is_configuration_name(name) || terraform::is_variable_name(name) || name.ends_with(".tfbackend") ||
         name.ends_with(".hcl");
}

bool is_regular(EntryKind kind) { return kind == EntryKind::file || kind == EntryKind::executable; }

/// A file of configuration that is merged with the others of its directory whatever its name is: no override, and
/// nothing that OpenTofu reads in place of another file.
bool is_merged_by_content(std::string_view name) {
  return terraform::is_configuration_name(name) && !terraform::is_override_name(name) && !terraform::is_tofu_name(name);
}

/// Judges the changes between two trees.
class Judge {
 public:
  Judge(const repo::Tree& base, const repo::Tree& head, facts::FactStore& facts)
      : base_(base), head_(head), facts_(facts) {}

  std::unordered_set<RepoPath> judge(const repo::ChangeSet& changes) {
    std::map<std::pair<RepoPath, std::string>, std::vector<RepoPath>> departed;  // by directory and meaning
    for (const FileChange& change : changes) {
      if (change.kind == ChangeKind::modified) {
        if (is_without_effect(change)) quiet_.insert(change.path);
      } else if (change.path.name() == attributes_file) {
        if (attributes_of(base_, change.path).empty() && attributes_of(head_, change.path).empty())
          quiet_.insert(change.path);
      } else if (change.kind == ChangeKind::deleted && is_plain(change.before_kind, base_, change.path)) {
        const std::string& meaning = digest(base_, change.path);
        if (says_nothing(meaning, change.path)) quiet_.insert(change.path);
        departed[{change.path.parent(), meaning}].push_back(change.path);
      }
    }
    for (const FileChange& change : changes) {
      if (change.kind != ChangeKind::added || !is_plain(change.after_kind, head_, change.path)) continue;
      const std::string& meaning = digest(head_, change.path);
      if (says_nothing(meaning, change.path)) quiet_.insert(change.path);
      const auto found = departed.find({change.path.parent(), meaning});
      if (found == departed.end() || found->second.empty()) continue;
      if (take_renamed(found->second, change.path)) quiet_.insert(change.path);
    }
    return std::move(quiet_);
  }

 private:
  bool is_without_effect(const FileChange& change) {
    const std::string_view name = change.path.name();
    if (change.before_kind != change.after_kind || !is_regular(change.before_kind)) return false;
    if (name == attributes_file) return attributes_of(base_, change.path) == attributes_of(head_, change.path);
    if (!is_read_as_tokens(name) || is_too_large(base_, change.path) || is_too_large(head_, change.path)) return false;
    // Equal bytes under two ids are no change of layout: an object is damaged, and nobody knows what was meant.
    if (digest(base_, change.path) == digest(head_, change.path))
      return base_.read(change.path) != head_.read(change.path);
    return name == lock_file && terraform::only_gains_hashes(base_.read(change.path), head_.read(change.path));
  }

  static bool is_plain(EntryKind kind, const repo::Tree& tree, const RepoPath& path) {
    return is_regular(kind) && is_merged_by_content(path.name()) && !is_too_large(tree, path);
  }

  static bool is_too_large(const repo::Tree& tree, const RepoPath& path) {
    return tree.size(path) > terraform::largest_configuration;
  }

  /// One of `departed` has this content, and no file of OpenTofu's hides either of them. It is taken out.
  bool take_renamed(std::vector<RepoPath>& departed, const RepoPath& arrived) {
    if (is_hidden(head_, arrived)) return false;
    for (auto path = departed.begin(); path != departed.end(); ++path) {
      if (terraform::syntax_of(path->name()) != terraform::syntax_of(arrived.name())) continue;
      if (is_hidden(base_, *path)) continue;
      quiet_.insert(*path);
      departed.erase(path);
      return true;
    }
    return false;
  }

  static bool is_hidden(const repo::Tree& tree, const RepoPath& path) {
    const std::string_view ending =
        terraform::syntax_of(path.name()) == terraform::Syntax::json ? ".tofu.json" : ".tofu";
    const std::string stem(terraform::configuration_stem(path.name()));
    return tree.find(path.parent().child(stem + std::string(ending))).has_value();
  }

  static bool says_nothing(const std::string& meaning, const RepoPath& path) {
    const terraform::Syntax syntax = terraform::syntax_of(path.name());
    return meaning == terraform::token_digest(syntax == terraform::Syntax::json ? "{}" : "", syntax);
  }

  const std::string& digest(const repo::Tree& tree, const RepoPath& path) {
    return facts_.token_digest(tree.content_id(path), terraform::syntax_of(path.name()),
                               [&] { return tree.read(path); });
  }

  /// What a file of attributes says of checkouts; nothing where there is none.
  static std::vector<std::string> attributes_of(const repo::Tree& tree, const RepoPath& path) {
    const auto entry = tree.find(path);
    return entry && is_regular(entry->kind) ? checkout_attributes(tree.read(path)) : std::vector<std::string>{};
  }

  const repo::Tree& base_;
  const repo::Tree& head_;
  facts::FactStore& facts_;
  std::unordered_set<RepoPath> quiet_;
};

}  // namespace

std::unordered_set<RepoPath> find_format_only(const repo::Tree* base, const repo::Tree& head,
                                              const repo::ChangeSet& changes, facts::FactStore& facts) {
  if (base == nullptr) return {};
  return Judge(*base, head, facts).judge(changes);
}

}  // namespace statelane::comparison
