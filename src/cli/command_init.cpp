#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/error.hpp"
#include "base/files.hpp"
#include "cli/add_include.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/hand_written.hpp"
#include "cli/no_states.hpp"
#include "cli/output_files.hpp"
#include "cli/read_trees.hpp"
#include "emit/line_diff.hpp"
#include "emit/parent_pipeline.hpp"
#include "gitlab/version.hpp"
#include "yaml/read.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* parent_name = ".gitlab-ci.yml";
constexpr const char* included_name = ".gitlab/statelane.gitlab-ci.yml";
constexpr const char* placeholder_image = "registry.example.com/tools/statelane:1";

/// A file as it is and as `init` would leave it.
struct Proposal {
  std::string name;
  std::string before;
  std::string after;
  bool only_grows = false;  ///< nothing that is there is lost
};

/// What `init` would write, and what is left to a person.
struct Proposals {
  std::vector<Proposal> files;
  std::vector<std::string> hints;
};

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The stages of an existing pipeline, GitLab's own where it names none.
std::vector<std::string> find_stages(const yaml::Value& pipeline) {
  std::vector<std::string> stages;
  const yaml::Value* named = pipeline.find("stages");
  const yaml::Value::List* list = named == nullptr ? nullptr : named->as_list();
  for (const yaml::Value& stage : list == nullptr ? yaml::Value::List{} : *list) {
    if (const std::string* name = stage.as_string()) stages.push_back(*name);
  }
  return stages.empty() ? std::vector<std::string>{"build", "deploy"} : stages;
}

gitlab::Version server_version(const Options& options, const config::Config& config) {
  const std::string asked =
      !options.gitlab_version.empty() ? options.gitlab_version : config.gitlab_version.value_or("");
  if (asked.empty()) return gitlab::assumed_version;
  const auto version = gitlab::parse_version(asked);
  if (!version) throw Error(ErrorKind::usage, fmt::format("\"{}\" is no version of GitLab", asked), {"as 17.0 is"});
  return *version;
}

emit::ParentRequest to_request(const Options& options, const config::Config& config) {
  const gitlab::Version version = server_version(options, config);
  return {.image = options.image.empty() ? placeholder_image : options.image,
          .first_stage = "prepare",
          .last_stage = "lanes",
          .has_gates = options.gates,
          .has_auto_cancel = gitlab::supports(gitlab::Feature::workflow_auto_cancel, version),
          .has_mirror = gitlab::supports(gitlab::Feature::strategy_mirror, version)};
}

/// Whether a pipeline was written by `init`, and so is its own to change.
bool is_own(const std::string& text) { return text.find("\nstatelane-generate:\n") != std::string::npos; }

void propose(Proposals& proposals, const fs::path& root, const std::string& name, std::string after) {
  std::string before = read_text(root / name);
  if (before == after) return;
  const bool only_grows = after.starts_with(before);
  proposals.files.push_back({name, std::move(before), std::move(after), only_grows});
}

/// A pipeline that is there already gets a file to include, and the line that includes it.
void propose_included(Proposals& proposals, const fs::path& root, const std::string& existing,
                      emit::ParentRequest request) {
  Diagnostics ignored;  // GitLab has the last word on that file
  const auto pipeline = yaml::read_strictly(existing, RepoPath::of(parent_name), ignored).value_or(yaml::Value{});
  const std::vector<std::string> stages = find_stages(pipeline);
  request.is_included = true;
  request.first_stage = stages.front();
  request.last_stage = stages.back();
  propose(proposals, root, included_name, emit::render_parent_pipeline(request));
  if (existing.find(included_name) != std::string::npos) return;
  if (const auto including = add_include(existing, included_name)) {
    proposals.files.push_back({parent_name, existing, *including, true});
  } else {
    proposals.hints.push_back(fmt::format("add to include in {}: - local: {}", parent_name, included_name));
  }
}

/// Jobs that people wrote go on beside those of Statelane until somebody takes them away.
void warn_of_own_jobs(Proposals& proposals, const LoadedTree& side) {
  const std::size_t covered = ask_hand_written(side, {}, "").covered.size();
  if (covered == 0) return;
  proposals.hints.push_back(
      fmt::format("jobs in {} plan or apply {} already: they go on beside these until you remove them", parent_name,
                  emit::count_of(covered, "state", "states")));
}

Proposals propose_all(const fs::path& root, const Options& options, const LoadedTree& side) {
  const emit::ParentRequest request = to_request(options, side.config);
  const std::string existing = read_text(root / parent_name);
  Proposals proposals;
  if (existing.empty() || is_own(existing)) {
    propose(proposals, root, parent_name, emit::render_parent_pipeline(request));
  } else {
    propose_included(proposals, root, existing, request);
    warn_of_own_jobs(proposals, side);
  }
  if (options.with_config) propose(proposals, root, std::string(config::file_name), emit::render_starter_config());
  return proposals;
}

/// A file that only grows is no loss to anybody; any other change of one that is there has to be told.
void refuse_overwriting(const std::vector<Proposal>& proposals) {
  for (const Proposal& proposal : proposals) {
    if (proposal.only_grows) continue;
    throw Error(ErrorKind::usage, fmt::format("{} is there already, and differs", proposal.name),
                {"look at what would change: statelane init", "--force writes it all the same"});
  }
}

void write_all(const fs::path& root, const std::vector<Proposal>& proposals) {
  for (const Proposal& proposal : proposals) {
    const files::Place place{root, proposal.name};
    fs::create_directories(place.parent().path());
    files::write(place, proposal.after, 0644);
    fmt::print(stderr, "wrote {}\n", proposal.name);
  }
}

/// What the next person has to know.
void write_advice(const Proposals& proposals, const Options& options, bool is_written) {
  for (const std::string& hint : proposals.hints) write_hint(hint);
  if (options.image.empty()) {
    write_hint(fmt::format("put an image with statelane, git, a shell and Terraform in place of {} (--image)",
                           placeholder_image));
  }
  if (!is_written) write_hint("nothing is written yet; statelane init --write does it");
  if (options.gates) return;
  write_hint("this only plans; once its plans are right, statelane init --gates adds the manual applies");
}

}  // namespace

int run_init(const Options& options) {
  const repo::Repository repository = open_repository();
  const auto root = repository.work_tree();
  if (!root) throw Error(ErrorKind::environment, "a bare repository has no files to write");
  Diagnostics diagnostics;
  const LoadedTree side = read_tree(repository, options, diagnostics);
  const bool has_errors = write_diagnostics(diagnostics, side.tree.get(), options.strict);
  const Proposals proposals = propose_all(*root, options, side);
  const bool may_write = options.write || options.force;
  if (may_write && !options.force) refuse_overwriting(proposals.files);
  for (const Proposal& proposal : proposals.files) {
    write_output(emit::render_line_diff(proposal.name, proposal.before, proposal.after, output_view(options)));
  }
  fmt::print(stderr, "{} found\n", emit::count_of(side.states.graph.states().size(), "state", "states"));
  write_no_states_hint(side.states);
  if (proposals.files.empty()) {
    fmt::print(stderr, "everything is as init would write it\n");
    return has_errors ? 1 : 0;
  }
  if (may_write) write_all(*root, proposals.files);
  write_advice(proposals, options, may_write);
  return has_errors ? 1 : 0;
}

}  // namespace statelane::cli
