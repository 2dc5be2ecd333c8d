#include "lint/kept_files.hpp"

#include <algorithm>

#include "base/glob.hpp"
#include "lint/job_paths.hpp"

namespace statelane::lint {

namespace {

/// The pattern fits the path or a directory above it, which is kept with all that is in it.
bool covers(const std::string& pattern, const std::string& path) {
  for (std::size_t end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
    if (matches_glob(pattern, std::string_view(path).substr(0, end))) return true;
  }
  return matches_glob(pattern, path);
}

}  // namespace

KeptFiles::KeptFiles(const Job& job, const yaml::Value* keyword, const repo::Tree& tree) : tree_(tree) {
  if (keyword == nullptr) return;
  paths_ = read(job, keyword->find("paths"));
  excluded_ = read(job, keyword->find("exclude"));
  const yaml::Value* untracked = keyword->find("untracked");
  if (untracked != nullptr && untracked->as_bool() != nullptr && *untracked->as_bool()) untracked_ = untracked;
}

std::vector<KeptFiles::Pattern> KeptFiles::read(const Job& job, const yaml::Value* list) {
  std::vector<Pattern> patterns;
  for (const auto& matrix : matrix_of(job)) {
    for (const yaml::Value* node : yaml::texts_of(list)) {
      const std::string text = expand_variables(job, matrix, *node->as_string());
      // `.` is the whole checkout: a pattern that everything lies below.
      const auto path = known_path("", text);
      const bool is_known = text.find(unknown_text) == std::string::npos;
      if (is_known && !path) continue;
      patterns.push_back({is_known ? (path->empty() ? "**/*" : *path) : "", node});
    }
  }
  return patterns;
}

bool KeptFiles::is_excluded(const std::string& path) const {
  return std::any_of(excluded_.begin(), excluded_.end(),
                     [&](const Pattern& pattern) { return pattern.text.empty() || matches_glob(pattern.text, path); });
}

bool KeptFiles::is_open() const {
  return std::any_of(paths_.begin(), paths_.end(), [](const Pattern& pattern) { return pattern.text.empty(); });
}

KeptFiles::Answer KeptFiles::keeps(const std::string& path) const {
  if (find(path) != nullptr) return Answer::yes;
  return is_open() && !is_excluded(path) ? Answer::unknown : Answer::no;
}

const yaml::Value* KeptFiles::find(const std::string& path) const {
  if (is_excluded(path)) return nullptr;
  const auto entry = std::find_if(paths_.begin(), paths_.end(), [&](const Pattern& pattern) {
    return !pattern.text.empty() && covers(pattern.text, path);
  });
  if (entry != paths_.end()) return entry->node;
  const auto tracked = RepoPath::parse(path);
  return untracked_ != nullptr && tracked && !tree_.find(*tracked) ? untracked_ : nullptr;
}

}  // namespace statelane::lint
