#include <fmt/format.h>

#include <cstdio>

#include "base/error.hpp"
#include "base/files.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/no_states.hpp"
#include "cli/output_files.hpp"
#include "cli/propose_parent.hpp"
#include "cli/shared_address.hpp"
#include "emit/line_diff.hpp"

namespace statelane::cli {

namespace {

namespace fs = std::filesystem;

/// A file of which nothing is lost is no loss to anybody; any other change of one that is there has to be told.
void refuse_overwriting(const std::vector<Proposal>& proposals) {
  for (const Proposal& proposal : proposals) {
    if (proposal.loses_nothing) continue;
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
  const repo::Repository repository = open_repository(options);
  const auto root = repository.work_tree();
  if (!root) throw Error(ErrorKind::environment, "a bare repository has no files to write");
  Diagnostics diagnostics;
  const LoadedTree side = read_tree(repository, options, diagnostics);
  const Proposals proposals = propose_parent(*root, side, find_default_branch(repository), options, diagnostics);
  const bool has_errors = write_diagnostics(diagnostics, side.tree.get(), options.strict);
  const bool may_write = options.write || options.force;
  if (may_write && !options.force) refuse_overwriting(proposals.files);
  for (const Proposal& proposal : proposals.files) {
    write_output(emit::render_line_diff(proposal.name, proposal.before, proposal.after, output_view(options)));
  }
  fmt::print(stderr, "{} found\n", emit::count_of(side.states.graph.states().size(), "state", "states"));
  write_no_states_hint(side.states);
  if (proposals.files.empty()) {
    if (!has_errors) fmt::print(stderr, "everything is as init would write it\n");
    return has_errors ? 1 : 0;
  }
  if (may_write) write_all(*root, proposals.files);
  if (const std::string advice = advise_lasting_token(side); !advice.empty()) write_hint(advice);
  write_advice(proposals, options, may_write);
  return has_errors ? 1 : 0;
}

}  // namespace statelane::cli
