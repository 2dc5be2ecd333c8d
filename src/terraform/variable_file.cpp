#include "terraform/variable_file.hpp"

#include <vector>

#include "terraform/references.hpp"

namespace statelane::terraform {

const hcl::Expression* VariableFile::find(std::string_view name) const {
  for (const NamedExpression& value : values) {
    if (value.name == name) return value.value;
  }
  return nullptr;
}

VariableFile to_variable_file(const hcl::File& file, Diagnostics faults) {
  VariableFile result;
  std::vector<NamedExpression> values;
  std::vector<FileReference> references;
  LoopStack loops(result.arena);
  for (const hcl::Attribute& attribute : file.body().attributes) {
    values.push_back({result.arena.copy(attribute.name), copy_expression(*attribute.value, result.arena),
                      attribute.range.begin.line});
    collect_references(*attribute.value, true, Wanted::everything, loops, result.arena, references);
  }
  result.values = result.arena.copy(std::span<const NamedExpression>(values));
  result.references = result.arena.copy(std::span<const FileReference>(references));
  result.faults = std::move(faults);
  result.is_cut = file.is_cut();
  return result;
}

}  // namespace statelane::terraform
