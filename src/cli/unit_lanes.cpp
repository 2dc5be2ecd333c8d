#include "cli/unit_lanes.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace statelane::cli {

namespace {

constexpr std::string_view hint =
    "give units commands of their own: under states.rules in .statelane.yml, match their directories with commands";

}  // namespace

void check_unit_lanes(const LoadedTree& head, const std::vector<std::string>& ids, const Options& options,
                      Diagnostics& diagnostics) {
  if (options.jobs.value_or(head.config.jobs) != config::Jobs::shell) return;
  std::vector<const states::State*> units;
  for (const std::string& id : ids) {
    const auto index = head.states.graph.find(id);
    if (index && head.states.graph.states()[*index].kind == states::StateKind::terragrunt)
      units.push_back(&head.states.graph.states()[*index]);
  }
  if (units.empty()) return;
  const std::string more = units.size() == 1 ? " is a unit" : fmt::format(" and {} more are units", units.size() - 1);
  const std::string which = units.front()->id + more + " of Terragrunt";
  const RepoPath& file = units.front()->reason_place.file;
  diagnostics.error(file, std::nullopt, which + ", and jobs of plain shell would run Terraform alone there",
                    {std::string(hint)});
}

}  // namespace statelane::cli
