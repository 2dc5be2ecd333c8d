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
  constexpr std::size_t largest_template = 4 * 1024 * 1024;
  if (text.size() > largest_template) {
    result.faults.warning(RepoPath(), std::nullopt, "the template is too large to be read");
    return result;
  }
  const hcl::File file = hcl::parse_template(std::move(text), RepoPath(), result.faults);
  std::vector<FileReference> references;
  LoopStack loops(result.arena);
  if (file.expression() != nullptr) {
    collect_references(*file.expression(), false, Wanted::calls, loops, result.arena, references);
  }
  result.references = result.arena.copy(std::span<const FileReference>(references));
  return result;
}

}  // namespace statelane::terraform
