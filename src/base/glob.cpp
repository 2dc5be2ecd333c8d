#include "base/glob.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/utf8.hpp"

namespace statelane {

namespace {

/// Bytes that read as NUL past the end, like the C strings that Ruby's matcher walks.
class Text {
 public:
  explicit Text(std::string_view text) : text_(text) {}

  char operator[](std::size_t index) const { return index < text_.size() ? text_[index] : '\0'; }
  std::size_t size() const { return text_.size(); }
  std::string_view from(std::size_t index) const { return text_.substr(std::min(index, text_.size())); }

  /// The end of a component: the end of the text, or a separator.
  bool is_end(std::size_t index) const { return (*this)[index] == '\0' || (*this)[index] == '/'; }
  /// Ruby's UNESCAPE: a backslash stands for what follows it, at the end of the pattern for nothing.
  std::size_t unescape(std::size_t index) const { return (*this)[index] == '\\' ? index + 1 : index; }
  /// A byte that begins no character counts as one.
  std::size_t character_length(std::size_t index) const {
    const std::size_t length = first_utf8_character(from(index)).length;
    return length == 0 ? std::min<std::size_t>(1, from(index).size()) : length;
  }
  std::size_t skip_component(std::size_t index) const { return std::min(text_.find('/', index), text_.size()); }

 private:
  std::string_view text_;
};

/// The two positions of a match within one component.
struct Cursor {
  std::size_t pattern = 0;
  std::size_t path = 0;
};

/// What stands between `[` and `]` against one character: the position past `]` when it matches.
std::optional<std::size_t> match_bracket(const Text& pattern, std::size_t at, std::string_view subject) {
  const bool is_negated = pattern[at] == '!' || pattern[at] == '^';
  if (is_negated) ++at;
  const auto begins_subject = [&](std::size_t from, std::size_t length) {
    return subject.starts_with(pattern.from(from).substr(0, length));
  };
  const auto is_between = [&](std::size_t first, std::size_t last) {
    const Utf8Character value = first_utf8_character(subject);
    const Utf8Character low = first_utf8_character(pattern.from(first));
    const Utf8Character high = first_utf8_character(pattern.from(last));
    if (value.length == 0 || low.length == 0 || high.length == 0) return false;
    return low.value <= value.value && value.value <= high.value;
  };

  bool is_found = false;
  while (at < pattern.size()) {
    if (pattern[at] == ']') return is_found == is_negated ? std::nullopt : std::optional(at + 1);
    const std::size_t first = pattern[at] == '\\' ? at + 1 : at;
    if (first >= pattern.size()) return std::nullopt;
    const std::size_t first_length = pattern.character_length(first);
    at = first + first_length;
    if (at >= pattern.size()) return std::nullopt;
    if (pattern[at] != '-' || pattern[at + 1] == ']') {
      is_found = is_found || begins_subject(first, first_length);
      continue;
    }
    const std::size_t last = pattern[at + 1] == '\\' ? at + 2 : at + 1;
    if (last >= pattern.size()) return std::nullopt;
    const std::size_t last_length = pattern.character_length(last);
    at = last + last_length;
    is_found =
        is_found || begins_subject(first, first_length) || begins_subject(last, last_length) || is_between(first, last);
  }
  return std::nullopt;
}

/// Matches one component from `cursor` on and leaves `cursor` where it stopped: at the ends of both components on
/// success. One retry position suffices: a later `*` never has to give back what an earlier one took.
class ComponentMatcher {
 public:
  ComponentMatcher(const Text& pattern, const Text& path, Cursor& cursor)
      : pattern_(pattern), path_(path), at_(cursor) {}

  bool match() {
    while (true) {
      if (pattern_[at_.pattern] == '*') {
        while (pattern_[at_.pattern] == '*') ++at_.pattern;
        if (pattern_.is_end(pattern_.unescape(at_.pattern))) {
          at_.pattern = pattern_.unescape(at_.pattern);
          return true;
        }
        if (path_.is_end(at_.path)) return false;
        retry_ = at_;
        continue;
      }
      const std::size_t next = pattern_.unescape(at_.pattern);
      if (path_.is_end(at_.path)) {
        const bool is_wildcard = pattern_[at_.pattern] == '?' || pattern_[at_.pattern] == '[';
        if (!is_wildcard) at_.pattern = next;
        return !is_wildcard && pattern_.is_end(next);
      }
      if (!match_character(next) && !retry()) return false;
    }
  }

 private:
  bool match_character(std::size_t next) {
    if (pattern_[at_.pattern] == '?') {
      ++at_.pattern;
      at_.path += path_.character_length(at_.path);
      return true;
    }
    if (pattern_[at_.pattern] == '[') {
      const auto after = match_bracket(pattern_, at_.pattern + 1, path_.from(at_.path));
      if (!after) return false;
      at_.pattern = *after;
      at_.path += path_.character_length(at_.path);
      return true;
    }
    const std::size_t length = first_utf8_character(pattern_.from(next)).length;
    if (pattern_.is_end(next) || length == 0) return false;
    if (!path_.from(at_.path).starts_with(pattern_.from(next).substr(0, length))) return false;
    at_ = {next + length, at_.path + length};
    return true;
  }

  bool retry() {
    if (!retry_) return false;
    retry_->path += path_.character_length(retry_->path);
    at_ = *retry_;
    return true;
  }

  const Text& pattern_;
  const Text& path_;
  Cursor& at_;
  std::optional<Cursor> retry_;
};

/// A pattern whose braces are resolved.
bool matches_plain(std::string_view pattern_text, std::string_view path_text) {
  const Text pattern(pattern_text);
  const Text path(path_text);
  Cursor at;
  std::optional<Cursor> retry;
  while (true) {
    if (pattern.from(at.pattern).starts_with("**/")) {
      while (pattern.from(at.pattern).starts_with("**/")) at.pattern += 3;
      retry = at;
    }
    if (ComponentMatcher(pattern, path, at).match()) {
      at.path = path.skip_component(at.path);
      const bool is_pattern_done = at.pattern >= pattern.size();
      const bool is_path_done = at.path >= path.size();
      if (is_pattern_done && is_path_done) return true;
      if (!is_pattern_done && !is_path_done) {
        ++at.pattern;
        ++at.path;
        continue;
      }
    }
    if (!retry) return false;
    retry->path = path.skip_component(retry->path);
    if (retry->path >= path.size()) return false;
    ++retry->path;
    at = *retry;
  }
}

struct Braces {
  std::size_t open = 0;
  std::optional<std::size_t> close;
};

/// The first brace and the one that closes it; empty without a brace.
std::optional<Braces> find_braces(std::string_view pattern) {
  std::optional<Braces> found;
  int depth = 0;
  for (std::size_t index = 0; index < pattern.size(); ++index) {
    const char character = pattern[index];
    if (character == '{' && depth++ == 0) found = Braces{index, std::nullopt};
    if (character == '}' && found && --depth == 0) {
      found->close = index;
      return found;
    }
    if (character == '\\') ++index;
  }
  return found;
}

/// The alternatives of `inside`, split at its commas outside nested braces.
std::vector<std::string_view> split_alternatives(std::string_view inside) {
  std::vector<std::string_view> result;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t index = 0; index < inside.size(); ++index) {
    if (inside[index] == '{') ++depth;
    if (inside[index] == '}') --depth;
    if (inside[index] == '\\') {
      ++index;
    } else if (inside[index] == ',' && depth == 0) {
      result.push_back(inside.substr(begin, index - begin));
      begin = index + 1;
    }
  }
  result.push_back(inside.substr(begin));
  return result;
}

/// Calls `visit` with each pattern that the braces stand for until it returns true.
bool any_alternative(std::string_view pattern, const std::function<bool(std::string_view)>& visit) {
  const std::optional<Braces> braces = find_braces(pattern);
  if (!braces) return visit(pattern);
  if (!braces->close) return false;
  const std::string_view inside = pattern.substr(braces->open + 1, *braces->close - braces->open - 1);
  for (const std::string_view alternative : split_alternatives(inside)) {
    std::string expanded(pattern.substr(0, braces->open));
    expanded.append(alternative).append(pattern.substr(*braces->close + 1));
    if (any_alternative(expanded, visit)) return true;
  }
  return false;
}

std::vector<std::string_view> split_components(std::string_view path) {
  std::vector<std::string_view> components;
  while (true) {
    const std::size_t slash = path.find('/');
    components.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return components;
    path.remove_prefix(slash + 1);
  }
}

/// The parts of a pattern whose braces are resolved that may go on below `directory`, each as the component it begins
/// with.
std::set<std::size_t> components_below(std::span<const std::string_view> components, std::string_view directory) {
  std::set<std::size_t> places = {0};
  for (const std::string_view name : split_components(directory)) {
    std::set<std::size_t> next;
    for (std::size_t place : places) {
      // The last component names no directory.
      for (; place + 1 < components.size() && components[place] == "**"; ++place) next.insert(place);
      if (place + 1 < components.size() && matches_plain(components[place], name)) next.insert(place + 1);
    }
    places = std::move(next);
  }
  return places;
}

/// Bytes that are copied, at most, to resolve the braces of one pattern.
constexpr std::size_t most_work = std::size_t{16} << 20;
/// Bytes that `Alternatives` keeps.
constexpr std::size_t most_kept = std::size_t{4} << 20;

/// What the braces of patterns stand for: the same few patterns meet every path.
class Alternatives {
 public:
  /// Empty where there are too many.
  const std::optional<std::vector<std::string>>& of(std::string_view pattern) {
    if (const auto known = known_.find(pattern); known != known_.end()) return known->second;
    if (kept_ > most_kept) {
      known_.clear();
      kept_ = 0;
    }
    kept_ += pattern.size();
    auto& found = known_.emplace(pattern, std::nullopt).first->second;
    if (has_too_many_alternatives(pattern)) return found;
    found.emplace();
    if (count_alternatives(pattern, 1) == 0) return found;  // a brace that nothing closes, perhaps behind many others
    any_alternative(pattern, [&](std::string_view plain) {
      kept_ += plain.size();
      found->emplace_back(plain);
      return false;
    });
    return found;
  }

 private:
  std::map<std::string, std::optional<std::vector<std::string>>, std::less<>> known_;
  std::size_t kept_ = 0;
};

}  // namespace

std::vector<std::string> globs_below(std::string_view pattern, std::string_view directory) {
  std::set<std::string> result;
  if (directory.empty()) return {std::string(pattern)};
  if (has_too_many_alternatives(pattern)) return {"**/*"};
  any_alternative(pattern, [&](std::string_view plain) {
    const auto components = split_components(plain);
    for (const std::size_t place : components_below(components, directory))
      result.emplace(plain.substr(static_cast<std::size_t>(components[place].data() - plain.data())));
    return false;
  });
  return {result.begin(), result.end()};
}

bool matches_glob(std::string_view pattern, std::string_view path) {
  if (pattern.find('\0') != std::string_view::npos || path.find('\0') != std::string_view::npos) return false;
  if (pattern.find('{') == std::string_view::npos) return matches_plain(pattern, path);
  thread_local Alternatives alternatives;
  const auto& plain = alternatives.of(pattern);
  return !plain ||
         std::any_of(plain->begin(), plain->end(), [path](const std::string& one) { return matches_plain(one, path); });
}

std::vector<std::string> expand_braces(std::string_view pattern) {
  std::vector<std::string> expanded;
  if (has_too_many_alternatives(pattern) || count_alternatives(pattern, 1) == 0) return expanded;
  any_alternative(pattern, [&](std::string_view plain) {
    expanded.emplace_back(plain);
    return false;
  });
  return expanded;
}

std::size_t count_alternatives(std::string_view pattern, std::size_t limit) {
  /// An open brace, or the whole pattern: what its alternatives so far stand for, and what its last one does.
  struct Level {
    std::size_t sum = 0;
    std::size_t product = 1;
  };
  std::vector<Level> open(1);
  for (std::size_t index = 0; index < pattern.size(); ++index) {
    const char character = pattern[index];
    if (character == '\\') ++index;
    if (character == '{') open.emplace_back();
    if (open.size() == 1 || (character != ',' && character != '}')) continue;
    Level& inner = open.back();
    inner.sum = std::min(limit, inner.sum + inner.product);
    inner.product = 1;
    if (character == ',') continue;
    const std::size_t sum = inner.sum;
    open.pop_back();
    open.back().product = sum > limit / open.back().product ? limit : open.back().product * sum;
  }
  return open.size() > 1 ? 0 : std::min(limit, open.back().product);
}

bool has_too_many_alternatives(std::string_view pattern) {
  const std::size_t alternatives = count_alternatives(pattern, most_alternatives + 1);
  const auto braces = static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '{'));
  return alternatives > most_alternatives || alternatives * braces > most_work / pattern.size();
}

}  // namespace statelane
