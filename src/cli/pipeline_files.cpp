#include "cli/pipeline_files.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "cli/console.hpp"
#include "cli/output_files.hpp"
#include "cli/read_back.hpp"
#include "cli/shared_address.hpp"
#include "emit/write_yaml.hpp"
#include "gitlab/limits.hpp"
#include "pipeline/provider_caches.hpp"
#include "yaml/read.hpp"

namespace statelane::cli {

namespace fs = std::filesystem;

pipeline::TemplateSet load_templates(const LoadedTree& head, Diagnostics& diagnostics,
                                     const comparison::TrustedConfig* trusted) {
  pipeline::TemplateSet templates;
  const auto& named = head.config.templates;
  if (!named) return templates;
  const auto path = RepoPath::parse(named->text);
  const repo::Tree& tree = trusted == nullptr ? *head.tree : *trusted->tree;
  if (path && tree.find(*path) && tree.size(*path) > yaml::most_bytes) {
    diagnostics.error(RepoPath::of(config::file_name), named->range,
                      fmt::format("\"{}\" is larger than {} bytes", named->text, yaml::most_bytes));
  } else if (path && tree.find(*path)) {
    templates.override_with(tree.read(*path), *path, diagnostics);
  } else {
    diagnostics.error(RepoPath::of(config::file_name), named->range,
                      fmt::format("there is no file \"{}\"", named->text));
  }
  return templates;
}

gitlab::Version configured_version(const config::Config& config) {
  if (!config.gitlab_version) return gitlab::assumed_version;
  return gitlab::parse_version(*config.gitlab_version).value_or(gitlab::assumed_version);
}

gitlab::Version server_version(const gitlab::PredefinedVariables& variables, const config::Config& config) {
  const auto version = gitlab::parse_version(gitlab::value_of(variables, "CI_SERVER_VERSION"));
  return version ? *version : configured_version(config);
}

std::string render_file(const pipeline::Pipeline& file, const gitlab::Version& server) {
  const std::size_t most = gitlab::max_yaml_bytes(server);
  std::string text = emit::write_yaml(file);
  if (text.size() <= most) return text;
  pipeline::Pipeline bare = file;
  for (auto* jobs : {&bare.templates, &bare.jobs}) {
    for (pipeline::Job& job : *jobs) job.comments.clear();
  }
  bare.comments.emplace_back("Without comments, with which the file would be larger than GitLab takes.");
  text = emit::write_yaml(bare);
  if (text.size() <= most) return text;
  throw Error(ErrorKind::user_files, fmt::format("a file would have {} bytes, and GitLab takes {}", text.size(), most),
              {"take fewer states at a time with --state"});
}

pipeline::PipelineRequest describe_job(const LoadedTree& head, const Options& options) {
  const gitlab::PredefinedVariables variables = read_predefined_variables();
  const auto text = [&](std::string_view name) { return std::string(gitlab::value_of(variables, name)); };
  // In a child it is the root's: plans and applies of one root pipeline belong together.
  const char* root = std::getenv("STATELANE_ROOT_PIPELINE");
  pipeline::PipelineRequest request;
  request.tool_version = STATELANE_VERSION;
  request.kind = gitlab::find_pipeline_kind(variables);
  request.server = server_version(variables, head.config);
  request.branch = text("CI_COMMIT_BRANCH");
  request.default_branch = text("CI_DEFAULT_BRANCH");
  // GitLab always says so; where it does not, the default branch is the one that is protected by default.
  const std::string is_protected = text("CI_COMMIT_REF_PROTECTED");
  request.is_protected = is_protected.empty() ? request.branch == request.default_branch : is_protected == "true";
  request.root_pipeline = root != nullptr && *root != '\0' ? root : text("CI_PIPELINE_ID");
  request.image = options.image.empty() ? text("CI_JOB_IMAGE") : options.image;
  request.shared = describe_shared_variables(head);
  request.gates = options.gates;
  request.changes_keyword = options.changes;
  request.gates_of = options.gates_for;
  request.jobs = options.jobs;
  return request;
}

std::map<std::string, std::string> find_lock_files(const LoadedTree& head, const std::vector<std::string>& ids) {
  std::map<std::string, std::string> result;
  for (const std::string& id : ids) {
    const auto state = head.states.graph.find(id);
    if (!state) continue;
    const states::State& found = head.states.graph.states()[*state];
    if (!pipeline::wants_provider_cache(found, false)) continue;
    const ContentId content = head.tree->content_id(found.directory.child(".terraform.lock.hcl"));
    const std::string_view bytes(reinterpret_cast<const char*>(content.bytes.data()), content.bytes.size());
    result[id] = content.is_zero() ? "" : to_hex(bytes);
  }
  return result;
}

void write_pipeline(std::string_view text, const Options& options) {
  if (options.output.empty()) {
    write_output(text);
  } else {
    write_file(options.output, text);
  }
}

void check_output(const Options& options) {
  if (options.output.empty() && (options.children > 1 || options.files > 1)) {
    throw Error(ErrorKind::usage, "several files cannot go to standard output", {"name the first with --output FILE"});
  }
  const std::string extension = fs::path(options.output).extension().string();
  if (!options.output.empty() && extension != ".yml" && extension != ".yaml") {
    fmt::print(stderr, "statelane: warning: GitLab includes only files whose names end in .yml or .yaml\n");
  }
}

namespace {

/// The files of all children, each child read back.
std::vector<std::string> render_children(const std::vector<pipeline::Child>& children, const gitlab::Version& server) {
  std::vector<std::string> all;
  for (const pipeline::Child& child : children) {
    std::vector<std::string> texts;
    for (const pipeline::Pipeline& file : child) texts.push_back(render_file(file, server));
    read_back(texts, server);
    all.insert(all.end(), std::make_move_iterator(texts.begin()), std::make_move_iterator(texts.end()));
  }
  return all;
}

}  // namespace

void write_children(const std::vector<pipeline::Child>& children, const gitlab::Version& server,
                    const Options& options) {
  // Beyond this point nothing is written that has not been read back.
  const std::vector<std::string> texts = render_children(children, server);
  if (options.output.empty()) return write_output(texts.front());
  const auto names = name_child_files(options.output, options.children, options.files);
  std::vector<OutputFile> files;
  for (const std::string& text : texts) files.push_back({names[files.size()], [&text] { return text; }});
  write_files(files);
  for (const fs::path& stale : find_stale_files(options.output, names)) fs::remove(stale);
}

}  // namespace statelane::cli
