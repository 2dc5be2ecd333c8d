#include "states/generated_module.hpp"

#include "states/merge_files.hpp"
#include "terraform/read_facts.hpp"

namespace statelane::states {

namespace {

/// Stands for what is not known in a generated text. No file holds it.
constexpr char gap = '\x02';

}  // namespace

void GeneratedModules::add(const terragrunt::GeneratedText& text, const RepoPath& directory, terraform::Tool tool) {
  if (!terraform::is_configuration_name(text.path)) return;
  const auto* contents = text.contents.as_text();
  if (contents == nullptr) return;
  std::string source;
  for (const auto& piece : contents->pieces) source += piece ? *piece : std::string(1, gap);
  facts_.push_back(
      std::make_unique<terraform::FileFacts>(terraform::read_file_facts(source, terraform::syntax_of(text.path))));
  auto module = std::make_unique<Module>();
  module->directory = directory;
  module->files.push_back({text.origin.file, facts_.back().get()});
  merge_file(module->files.back(), tool, *module);
  modules_.push_back(std::move(module));
}

PartialText with_gaps(const PartialText& text) {
  PartialText result;
  for (const auto& piece : text) {
    std::string rest = piece.value_or(std::string(1, gap));
    for (std::size_t at = rest.find(gap); at != std::string::npos; at = rest.find(gap)) {
      if (at > 0) result.emplace_back(rest.substr(0, at));
      if (result.empty() || result.back()) result.emplace_back(std::nullopt);
      rest.erase(0, at + 1);
    }
    if (!rest.empty()) result.emplace_back(std::move(rest));
  }
  return result;
}

}  // namespace statelane::states
