#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace statelane::cli {

/// Writes a file by rename, so that it is whole or not there; what was there stays when it cannot be written.
void write_file(const std::filesystem::path& file, std::string_view text);

/// A file of a set and what makes its text, asked once.
struct OutputFile {
  std::filesystem::path path;
  std::function<std::string()> text;
};

/// Writes files that only make sense together. All are written beside their places first; when one cannot be, every
/// place stays as it was. Then what was there is removed before the first takes its place, and the first of the list
/// comes last: whoever is stopped in between leaves a set that lacks files, never one of two runs.
void write_files(const std::vector<OutputFile>& outputs);

/// Where the files of several children go: `lanes.gitlab-ci.yml` is the first child's first file, then follow
/// `lanes-file2.gitlab-ci.yml` …, `lanes-child2.gitlab-ci.yml`, `lanes-child2-file2.gitlab-ci.yml` …, child by child.
std::vector<std::filesystem::path> name_child_files(const std::filesystem::path& first, std::size_t children,
                                                    std::size_t files);

/// Files beside `first` that an earlier run made for more children or more files than `kept` has, by their names and
/// their first line. Sorted.
std::vector<std::filesystem::path> find_stale_files(const std::filesystem::path& first,
                                                    const std::vector<std::filesystem::path>& kept);

}  // namespace statelane::cli
