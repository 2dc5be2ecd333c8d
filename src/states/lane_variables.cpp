#include "states/lane_variables.hpp"

#include "base/replace_all.hpp"
#include "terraform/read_facts.hpp"

namespace statelane::states {

namespace {

/// A type of which the text itself is a value; Terraform 0.11 wrote it in quotes.
bool is_read_as_text(const hcl::Expression* type) {
  if (type == nullptr) return true;
  const std::string written = hcl::render_expression(*type);
  for (const char* name : {"string", "number", "bool", "\"string\""})
    if (written == name) return true;
  return false;
}

std::string to_literal(std::string text) {
  for (const auto& [from, to] :
       {std::pair{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}, {"\r", "\\r"}, {"${", "$${"}, {"%{", "%%{"}})
    text = replace_all(std::move(text), from, to);
  return "\"" + text + "\"";
}

}  // namespace

terraform::VariableFile to_variable_file(std::span<const LaneVariable> variables, const Module& module) {
  std::string text;
  for (const LaneVariable& variable : variables) {
    const std::string name = variable.name.substr(std::string_view("TF_VAR_").size());
    const auto declared = module.variables.find(name);
    const bool is_text = declared == module.variables.end() || is_read_as_text(declared->second.type);
    text += name + " = " + (is_text ? to_literal(variable.value) : variable.value) + "\n";
  }
  return terraform::read_variable_file(text, terraform::Syntax::native);
}

}  // namespace statelane::states
