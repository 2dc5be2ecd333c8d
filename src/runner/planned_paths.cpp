#include "runner/planned_paths.hpp"

#include <algorithm>
#include <system_error>

namespace statelane::runner {

namespace {

namespace fs = std::filesystem;
using Answer = JsonScanner::Answer;

constexpr std::size_t most_paths = 1000;
constexpr std::size_t longest_path = 4096;  // PATH_MAX

bool is_path_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '.' ||
         byte == '_' || byte == '-' || byte == '/';
}

}  // namespace

PlannedPathsReader::PlannedPathsReader(const fs::path& checkout)
    : scanner_("show -json", [this](const JsonEvent& event) { return receive(event); }), checkouts_{checkout.string()} {
  std::error_code error;
  const fs::path direct = fs::canonical(checkout, error);
  if (!error && direct != checkout) checkouts_.push_back(direct.string());
}

PlannedPaths PlannedPathsReader::finish() {
  scanner_.finish();
  return std::move(paths_);
}

Answer PlannedPathsReader::receive(const JsonEvent& event) {
  switch (event.kind) {
    case JsonEvent::Kind::key: return receive_key(event.text);
    case JsonEvent::Kind::begin_object:
    case JsonEvent::Kind::begin_array: enter(); break;
    case JsonEvent::Kind::end_object:
    case JsonEvent::Kind::end_array: places_.pop_back(); break;
    case JsonEvent::Kind::string:
      if (here() == Place::actions) is_changing_ = is_changing_ || (event.text != "no-op" && event.text != "read");
      if (here() == Place::value || is_after_) take(event.text);
      is_after_ = false;
      break;
    case JsonEvent::Kind::scalar: is_after_ = false; break;
  }
  return Answer::enter;
}

Answer PlannedPathsReader::receive_key(std::string_view key) {
  switch (here()) {
    case Place::document:
      if (key != "resource_changes" && key != "output_changes") return Answer::skip;
      next_ = key == "resource_changes" ? Place::resources : Place::outputs;
      return Answer::enter;
    case Place::outputs:
      next_ = Place::change;
      is_changing_ = false;
      return Answer::enter;
    case Place::changed:
      next_ = Place::change;
      is_changing_ = false;
      return key == "change" ? Answer::enter : Answer::skip;
    case Place::change:
      if (key == "actions") {
        next_ = Place::actions;
        return Answer::enter;
      }
      // The actions come first.
      is_after_ = key == "after" && is_changing_;
      next_ = Place::value;
      return is_after_ ? Answer::enter : Answer::skip;
    default: return Answer::enter;
  }
}

void PlannedPathsReader::enter() {
  is_after_ = false;
  if (here() == Place::resources) {
    places_.push_back(Place::changed);
  } else if (here() == Place::value) {
    places_.push_back(Place::value);
  } else {
    places_.push_back(next_);
  }
}

void PlannedPathsReader::take(std::string_view text) {
  if (is_in_checkout(text)) {
    paths_.holds_checkout = true;
  } else if (text.starts_with('/') && text.size() < longest_path && paths_.elsewhere.size() < most_paths) {
    paths_.elsewhere.emplace(text);
  }
}

/// Also where the path is a part of a longer text, such as a command.
bool PlannedPathsReader::is_in_checkout(std::string_view text) const {
  return std::any_of(checkouts_.begin(), checkouts_.end(), [&](const std::string& directory) {
    for (std::size_t at = text.find(directory); at != std::string_view::npos; at = text.find(directory, at + 1)) {
      const std::size_t end = at + directory.size();
      const bool begins = at == 0 || !is_path_byte(text[at - 1]);
      if (begins && (end == text.size() || text[end] == '/' || !is_path_byte(text[end]))) return true;
    }
    return false;
  });
}

}  // namespace statelane::runner
