#include "base/repo_path.hpp"

#include <stdexcept>

namespace statelane {

namespace {

/// Appends the components of `text` to `base`. False when it leaves the repository.
bool append_components(std::string& base, std::string_view text) {
  std::size_t begin = 0;
  while (begin <= text.size()) {
    std::size_t end = text.find('/', begin);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view component = text.substr(begin, end - begin);
    begin = end + 1;
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      if (base.empty()) return false;
      const std::size_t slash = base.rfind('/');
      base.resize(slash == std::string::npos ? 0 : slash);
      continue;
    }
    if (!base.empty()) base += '/';
    base += component;
  }
  return true;
}

/// Nothing is to be done: no component is empty, `.` or `..`, and there is no NUL.
bool is_normal(std::string_view text) {
  bool is_dots = true;  // the component that is read holds nothing but dots, if anything
  for (const char letter : text) {
    if (letter == '/' ? is_dots : letter == '\0') return false;
    is_dots = letter == '/' || (is_dots && letter == '.');
  }
  return text.empty() || !is_dots;
}

}  // namespace

std::optional<RepoPath> RepoPath::parse(std::string_view text) {
  return is_normal(text) ? RepoPath(std::string(text)) : RepoPath().resolve(text);
}

RepoPath RepoPath::of(std::string_view text) {
  auto path = parse(text);
  if (!path) throw std::logic_error("not a repository path: " + std::string(text));
  return *std::move(path);
}

std::optional<RepoPath> RepoPath::resolve(std::string_view text) const {
  if (text.starts_with('/') || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::string result = text_;
  if (!append_components(result, text)) return std::nullopt;
  return RepoPath(std::move(result));
}

RepoPath RepoPath::child(std::string_view name) const {
  std::string result;
  result.reserve(text_.size() + 1 + name.size());
  result = text_;
  if (!result.empty()) result += '/';
  result += name;
  return RepoPath(std::move(result));
}

RepoPath RepoPath::parent() const {
  const std::size_t slash = text_.rfind('/');
  return slash == std::string::npos ? RepoPath() : RepoPath(text_.substr(0, slash));
}

std::string_view RepoPath::name() const {
  const std::size_t slash = text_.rfind('/');
  return slash == std::string::npos ? std::string_view(text_) : std::string_view(text_).substr(slash + 1);
}

bool RepoPath::is_within(const RepoPath& directory) const {
  if (directory.is_root()) return true;
  if (!text_.starts_with(directory.text_)) return false;
  return text_.size() == directory.text_.size() || text_[directory.text_.size()] == '/';
}

std::string_view RepoPath::within(const RepoPath& directory) const {
  if (directory.is_root()) return text_;
  if (text_.size() == directory.text_.size()) return {};
  return std::string_view(text_).substr(directory.text_.size() + 1);
}

std::string relative_path(const RepoPath& from, const RepoPath& to) {
  RepoPath common = from;
  std::string result;
  while (!to.is_within(common)) {
    result += result.empty() ? ".." : "/..";
    common = common.parent();
  }
  const std::string_view rest = to.within(common);
  if (!rest.empty()) {
    if (!result.empty()) result += '/';
    result += rest;
  }
  return result.empty() ? "." : result;
}

}  // namespace statelane
