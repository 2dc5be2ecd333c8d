#include "cli/output_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <sstream>
#include <utility>

#include "base/error.hpp"
#include "base/files.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

/// Readable for all, as what an editor writes.
constexpr unsigned output_mode = 0644;

files::Draft write_draft(const fs::path& file, std::string_view text) {
  std::error_code fault;
  const fs::file_status target = fs::status(file, fault);
  // Renaming onto /dev/stdout would take it from everybody.
  if (fs::exists(target) && !fs::is_regular_file(target) && !fs::is_directory(target)) {
    throw Error(ErrorKind::environment, fmt::format("cannot write {}: it is not a file", file.string()),
                {"leave --output out to have it on standard output"});
  }
  files::Draft draft(files::place_of(file, fs::current_path()), output_mode);
  draft.write(text);
  draft.close();
  return draft;
}

/// A name up to its first dot, a leading one left out, and the rest.
std::pair<std::string, std::string> split_name(const std::string& name) {
  const std::size_t dot = std::min(name.find('.', 1), name.size());
  return {name.substr(0, dot), name.substr(dot)};
}

std::string escape_for_regex(const std::string& text) {
  return std::regex_replace(text, std::regex(R"([.^$|()\[\]{}*+?\\])"), R"(\$&)");
}

bool is_made_here(const fs::path& file) {
  constexpr std::uint64_t largest_output = std::uint64_t{256} << 20;
  try {
    const std::string text = files::read(files::place_of(file, fs::current_path()), largest_output).value_or("");
    std::istringstream stream(text);
    std::string line;
    for (int count = 0; count < 4 && std::getline(stream, line); ++count) {
      if (line.starts_with("# Made by statelane ")) return true;
    }
  } catch (const Error&) {  // it is not a file of ours
  }
  return false;
}

}  // namespace

void write_file(const fs::path& file, std::string_view text) { write_draft(file, text).keep(); }

void write_files(const std::vector<OutputFile>& outputs) {
  std::vector<files::Draft> written;
  written.reserve(outputs.size());
  for (const OutputFile& file : outputs) written.push_back(write_draft(file.path, file.text()));
  // Beyond this point nothing can be too large or refused; the directory took a new file of each name.
  if (outputs.size() > 1) {
    for (const files::Draft& draft : written) files::remove(draft.place());
  }
  for (auto draft = written.rbegin(); draft != written.rend(); ++draft) draft->keep();
}

std::vector<fs::path> name_child_files(const fs::path& first, std::size_t children, std::size_t files) {
  const auto [stem, extension] = split_name(first.filename().string());
  std::vector<fs::path> names;
  for (std::size_t child = 1; child <= children; ++child) {
    for (std::size_t file = 1; file <= files; ++file) {
      const std::string child_part = child > 1 ? fmt::format("-child{}", child) : "";
      const std::string file_part = file > 1 ? fmt::format("-file{}", file) : "";
      names.push_back(first.parent_path() / (stem + child_part + file_part + extension));
    }
  }
  return names;
}

std::vector<fs::path> find_stale_files(const fs::path& first, const std::vector<fs::path>& kept) {
  const auto [stem, extension] = split_name(first.filename().string());
  const std::regex pattern(escape_for_regex(stem) + "(-child[0-9]+)?(-file[0-9]+)?" + escape_for_regex(extension));
  const fs::path directory = first.parent_path();
  std::vector<fs::path> stale;
  std::error_code fault;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(directory.empty() ? fs::path(".") : directory, fault)) {
    const fs::path path = directory / entry.path().filename();
    if (!std::regex_match(entry.path().filename().string(), pattern)) continue;
    if (std::find(kept.begin(), kept.end(), path) == kept.end() && is_made_here(path)) stale.push_back(path);
  }
  std::sort(stale.begin(), stale.end());
  return stale;
}

}  // namespace statelane::cli
