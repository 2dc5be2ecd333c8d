#include "terraform/tool.hpp"

namespace statelane::terraform {

Tool tool_of(std::string_view program) {
  const std::string_view name = program.substr(program.rfind('/') + 1);
  if (name == "terraform") return Tool::terraform;
  return name == "tofu" || name == "opentofu" ? Tool::opentofu : Tool::unknown;
}

}  // namespace statelane::terraform
