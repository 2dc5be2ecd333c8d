#include "pipeline/complete_child.hpp"

#include <fmt/format.h>

#include "gitlab/limits.hpp"
#include "pipeline/check_pipeline.hpp"

namespace statelane::pipeline {

namespace {

/// A file that the parent includes and this child does not need. GitLab refuses an empty one.
Pipeline unused_file(std::size_t number, const std::string& tool_version) {
  return {{fmt::format("Made by statelane {}.", tool_version),
           "Not needed this time: the pipeline fits into the files before this one."},
          {},
          {},
          {{fmt::format(".statelane-unused-file-{}", number), {}, {{"script", yaml::Value::List{"true"}}}}}};
}

/// Numbers the files of a child and adds those that are not needed.
void fill_up(Child& child, std::size_t number, const Capacity& capacity, const std::string& tool_version) {
  while (child.size() < capacity.files) child.push_back(unused_file(child.size() + 1, tool_version));
  for (std::size_t file = 0; file < child.size(); ++file) {
    std::vector<std::string>& comments = child[file].comments;
    if (capacity.files > 1) {
      comments.insert(comments.begin(), fmt::format("File {} of {} of this child.", file + 1, child.size()));
    }
    if (capacity.children > 1) {
      comments.insert(comments.begin(), fmt::format("Child {} of {}.", number, capacity.children));
    }
  }
}

void report_overflow(const Child& child, std::size_t number, const Capacity& capacity, Diagnostics& diagnostics) {
  constexpr std::size_t most = gitlab::max_trigger_includes;
  const std::size_t children = divide_up(child.size() * capacity.children, most);
  diagnostics.error(RepoPath::of(config::file_name), std::nullopt,
                    fmt::format("child {} of {} takes {} files, and the parent includes {}", number, capacity.children,
                                child.size(), capacity.files),
                    {fmt::format("generate with --files {}{}, and let the parent name as many", most,
                                 children > 1 ? fmt::format(" --children {}", children) : ""),
                     "or take fewer states at a time with --state"});
}

}  // namespace

void complete_child(Child& child, std::size_t number, const Capacity& capacity, const PipelineRequest& request,
                    Diagnostics& diagnostics) {
  fill_up(child, number, capacity, request.tool_version);
  if (child.size() == capacity.files) {
    // A fault that is told with its place would be told again for each job that has it.
    if (diagnostics.has_errors()) return;
    check_pipeline(child, request.server, diagnostics);
  } else {
    report_overflow(child, number, capacity, diagnostics);
  }
}

}  // namespace statelane::pipeline
