#include "terraform/read_facts.hpp"

#include <array>

#include "hcl/parse.hpp"
#include "hcl/parse_json.hpp"
#include "hcl/token_digest.hpp"

namespace statelane::terraform {

namespace {

using hcl::BlockSchema;

constexpr std::array backend_blocks = {BlockSchema{"workspaces", 0, {}}};
constexpr std::array store_blocks = {BlockSchema{"provider", 1, {}}};
constexpr std::array terraform_blocks = {BlockSchema{"backend", 1, backend_blocks},
                                         BlockSchema{"cloud", 0, backend_blocks},
                                         BlockSchema{"state_store", 1, store_blocks}};

constexpr std::array check_blocks = {BlockSchema{"data", 2, {}}};

/// Terraform's top-level blocks; what stands in a `.tf.json` below other names is looked through as attributes.
constexpr std::array configuration_blocks = {
    BlockSchema{"terraform", 0, terraform_blocks},
    BlockSchema{"module", 1, {}},
    BlockSchema{"data", 2, {}},
    BlockSchema{"resource", 2, {}},
    BlockSchema{"ephemeral", 2, {}},
    BlockSchema{"locals", 0, {}},
    BlockSchema{"variable", 1, {}},
    BlockSchema{"output", 1, {}},
    BlockSchema{"provider", 1, {}},
    BlockSchema{"check", 1, check_blocks},
    BlockSchema{"import", 0, {}},
    BlockSchema{"moved", 0, {}},
    BlockSchema{"removed", 0, {}},
};

hcl::File read(std::string text, Syntax syntax, std::span<const BlockSchema> schema, Diagnostics& faults) {
  return syntax == Syntax::json ? hcl::parse_json(std::move(text), RepoPath(), schema, faults)
                                : hcl::parse(std::move(text), RepoPath(), faults);
}

}  // namespace

FileFacts read_file_facts(std::string text, Syntax syntax) {
  Diagnostics faults;
  const hcl::File file = read(std::move(text), syntax, configuration_blocks, faults);
  return to_file_facts(file, std::move(faults));
}

VariableFile read_variable_file(std::string text, Syntax syntax) {
  Diagnostics faults;
  const hcl::File file = read(std::move(text), syntax, {}, faults);
  return to_variable_file(file, std::move(faults));
}

std::string token_digest(const std::string& text, Syntax syntax) {
  return syntax == Syntax::json ? hcl::json_token_digest(text) : hcl::native_token_digest(text);
}

}  // namespace statelane::terraform
