#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/describe_comparison.hpp"
#include "cli/merge_requests.hpp"
#include "cli/read_trees.hpp"
#include "cli/terminal.hpp"
#include "emit/collisions.hpp"
#include "emit/json.hpp"
#include "emit/text.hpp"

namespace statelane::cli {

int run_affected(const Options& options) {
  if (options.history != 0) return run_history(options);
  const repo::Repository repository = open_repository(options);
  const Comparison comparison = read_comparison(repository, options);
  if (comparison.head.has_faulty_config) {
    write_diagnostics(comparison.diagnostics, comparison.head.tree.get(), options.strict);
    return options.exit_code ? 4 : 1;
  }
  const pipeline::ComparedCommits ends = describe_comparison(comparison);
  std::optional<comparison::Collisions> collisions;
  if (options.merge_requests) collisions = look_at_merge_requests(repository, comparison, options);
  if (options.json) {
    write_output(emit::render_affected_json(ends, comparison.impact, collisions ? &*collisions : nullptr));
  } else {
    write_output(emit::render_affected_text(ends, comparison.impact, count_states(comparison), output_view(options)));
    if (collisions) write_output(emit::render_collisions_text(*collisions, output_view(options)));
  }
  if (collisions) write_remarks(*collisions);
  const bool has_errors = write_diagnostics(comparison.diagnostics, comparison.head.tree.get(), options.strict);
  const bool is_unclaimed = write_unclaimed(comparison, options, !options.json && is_one_terminal());
  write_ledger_notes(comparison);
  write_next_step(comparison, options);
  if (!comparison.impact.affected.empty() && !options.json) {
    const std::string range = options.range.empty() ? "" : " " + options.range;
    const std::string id = comparison.impact.affected.front().id;
    write_next_commands(
        {fmt::format("statelane why {}{}", as_typed(id), range), fmt::format("statelane generate{}", range)});
  }
  if (has_errors) return options.exit_code ? 4 : 1;
  if (is_unclaimed) return 1;
  return options.exit_code && !comparison.impact.affected.empty() ? 1 : 0;
}

}  // namespace statelane::cli
