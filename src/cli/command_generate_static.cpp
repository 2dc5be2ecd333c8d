#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/line_diff.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/pipeline_files.hpp"
#include "cli/read_back.hpp"
#include "cli/read_trees.hpp"
#include "cli/unit_lanes.hpp"
#include "emit/view.hpp"
#include "gitlab/expansion.hpp"
#include "pipeline/check_pipeline.hpp"
#include "pipeline/static_pipeline.hpp"

namespace statelane::cli {

namespace {

constexpr std::size_t most_diff_lines = 40;

/// What would make a difference between the commits of one branch is an option of its own here.
void refuse_what_compares(const Options& options) {
  if (!options.range.empty() || !options.base.empty() || !options.since.empty()) {
    throw Error(ErrorKind::usage, "--static compares no commits",
                {"leave out the commits; --head REV reads another tree than the work tree"});
  }
  if (!options.state_globs.empty() || options.dependents) {
    throw Error(ErrorKind::usage, "--static is for all states: GitLab chooses among them",
                {"leave states out with \"states.exclude\" in .statelane.yml"});
  }
  if (options.check && options.output.empty()) {
    throw Error(ErrorKind::usage, "--check needs the file to check", {"name it with --output"});
  }
  if (options.changes == config::ChangesKeyword::none) {
    throw Error(ErrorKind::usage, "--static needs --changes only or --changes rules");
  }
}

std::string reproduce(const Options& options) {
  std::string result = "statelane generate --static";
  if (options.changes)
    result += options.changes == config::ChangesKeyword::rules ? " --changes rules" : " --changes only";
  if (options.jobs) result += *options.jobs == config::Jobs::shell ? " --jobs shell" : " --jobs helper";
  if (!options.gates) result += " --no-gates";
  if (!options.image.empty()) result += " --image " + gitlab::quote_for_shell(options.image);
  if (!options.output.empty()) {
    const bool is_plain =
        options.output.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-") ==
        std::string::npos;
    result += " --output " + (is_plain ? options.output : gitlab::quote_for_shell(options.output));
  }
  return result;
}

/// No pipeline that GitLab takes is larger.
constexpr std::uint64_t most_committed = std::uint64_t{64} << 20;

int check_file(const std::string& text, const Options& options) {
  const auto committed = files::read(files::place_of(options.output, std::filesystem::current_path()), most_committed);
  if (!committed) {
    fmt::print(stderr, "{} cannot be read, so it is out of date\nhint: {}\n", options.output, reproduce(options));
    return 1;
  }
  if (*committed == text) {
    fmt::print(stderr, "{} is up to date\n", options.output);
    return 0;
  }
  write_output(render_line_diff(*committed, text, most_diff_lines));
  fmt::print(stderr, "{} is out of date\nhint: {}\n", options.output, reproduce(options));
  return 1;
}

}  // namespace

int run_generate_static(const Options& options) {
  refuse_what_compares(options);
  const repo::Repository repository = open_repository(options);
  Options reading = options;
  reading.revision = options.head;
  Diagnostics diagnostics;
  const LoadedTree side = read_tree(repository, reading, diagnostics);
  const pipeline::TemplateSet templates = load_templates(side, diagnostics);
  std::vector<std::string> ids;
  for (const states::State& state : side.states.graph.states()) ids.push_back(state.id);
  check_unit_lanes(side, ids, options, diagnostics);
  // Nothing of the job's own variables: they differ between a laptop and the job that checks the file.
  pipeline::PipelineRequest request;
  request.command_line = reproduce(options);
  request.server = configured_version(side.config);
  request.image = options.image;
  request.gates = options.gates;
  request.changes_keyword = options.changes;
  request.jobs = options.jobs;
  request.lock_files = find_lock_files(side, ids);
  const pipeline::Pipeline file =
      pipeline::build_static_pipeline(request, side.states.graph, templates, side.config, diagnostics);
  if (!diagnostics.has_errors()) {
    pipeline::check_pipeline({&file, 1}, request.server, diagnostics, pipeline::JobSet::chosen_by_gitlab);
  }
  if (write_diagnostics(diagnostics, side.tree.get(), options.strict)) return 1;
  const std::string text = render_file(file, request.server);
  read_back({&text, 1}, request.server);
  if (options.check) return check_file(text, options);
  write_pipeline(text, options);
  fmt::print(stderr, "{}\n", emit::count_of(side.states.graph.states().size(), "state", "states"));
  if (!options.output.empty()) fmt::print(stderr, "wrote {}\n", options.output);
  return 0;
}

}  // namespace statelane::cli
