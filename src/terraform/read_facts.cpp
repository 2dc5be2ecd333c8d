#include "terraform/read_facts.hpp"

#include <array>

#include "hcl/parse.hpp"

namespace statelane::terraform {

FileFacts read_file_facts(std::string text, Syntax) {
  Diagnostics faults;
  const hcl::File file = hcl::parse(std::move(text), RepoPath(), faults);
  return to_file_facts(file, std::move(faults));
}

VariableFile read_variable_file(std::string text, Syntax) {
  Diagnostics faults;
  const hcl::File file = hcl::parse(std::move(text), RepoPath(), faults);
  return to_variable_file(file, std::move(faults));
}

}  // namespace statelane::terraform
