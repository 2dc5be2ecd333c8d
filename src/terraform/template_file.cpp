#include "terraform/template_file.hpp"

#include <vector>

#include "hcl/parse.hpp"
#include "terraform/references.hpp"

namespace statelane::terraform {

TemplateFile read_template_file(std::string text) {
  TemplateFile result;
  // Every function that reads files has this in its name.
  const bool has_sequence = text.find("${") != std::string::npos || text.find("%{") != std::string::npos;
  if (!has_sequence || text.find("file") == std::string::npos) return result;
  constexpr std::size_t largest_parsed = std::size_t{4} << 20;
  result.is_too_large = text.size() > largest_parsed;
  if (result.is_too_large) return result;
  const hcl::File file = hcl::parse_template(std::move(text), RepoPath(), result.faults);
  std::vector<FileReference> references;
  result.is_too_large = file.is_cut();
  LoopStack loops(result.arena);
  if (file.expression() != nullptr) {
    collect_references(*file.expression(), false, Wanted::calls, loops, result.arena, references);
  }
  result.references = result.arena.copy(std::span<const FileReference>(references));
  return result;
}

}  // namespace statelane::terraform
