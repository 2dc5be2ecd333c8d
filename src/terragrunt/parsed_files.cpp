#include "terragrunt/parsed_files.hpp"

#include <array>

#include "hcl/parse.hpp"
#include "hcl/parse_json.hpp"

namespace statelane::terragrunt {

namespace {

using hcl::BlockSchema;

constexpr std::array in_terraform = {BlockSchema{"extra_arguments", 1}, BlockSchema{"before_hook", 1},
                                     BlockSchema{"after_hook", 1}, BlockSchema{"error_hook", 1}};
constexpr std::array in_errors = {BlockSchema{"retry", 1}, BlockSchema{"ignore", 1}};

/// Source: Terragrunt's page "Blocks".
constexpr std::array blocks = {BlockSchema{"include", 1},
                               BlockSchema{"locals"},
                               BlockSchema{"terraform", 0, in_terraform},
                               BlockSchema{"dependency", 1},
                               BlockSchema{"dependencies"},
                               BlockSchema{"feature", 1},
                               BlockSchema{"exclude"},
                               BlockSchema{"errors", 0, in_errors},
                               BlockSchema{"engine"},
                               BlockSchema{"catalog"},
                               BlockSchema{"unit", 1},
                               BlockSchema{"stack", 1}};

}  // namespace

const hcl::File* ParsedFiles::find(const RepoPath& path) {
  const RepoPath origin = files_.origin(path);
  const auto known = files_by_origin_.find(origin);
  if (known != files_by_origin_.end()) return known->second.get();
  auto& entry = files_by_origin_[origin];
  auto text = files_.read(origin);
  if (!text) return nullptr;
  Diagnostics faults;
  const bool is_json = origin.name().ends_with(".json");
  entry = std::make_unique<hcl::File>(is_json ? hcl::parse_json(*std::move(text), origin, blocks, faults)
                                              : hcl::parse(*std::move(text), origin, faults));
  for (Diagnostic fault : faults.sorted()) {
    fault.severity = Severity::warning;
    diagnostics_.add(std::move(fault));
  }
  return entry.get();
}

}  // namespace statelane::terragrunt
