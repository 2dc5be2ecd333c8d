#include "terragrunt/run_command.hpp"

#include <algorithm>
#include <set>

namespace statelane::terragrunt {

namespace {

constexpr std::size_t longest_script = 256 * 1024;

bool is_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '_' || letter == '-';
}

/// Endings of data and scripts: `os.path` and `sys.argv` are no files.
bool is_file_ending(std::string_view ending) {
  static const std::set<std::string_view> endings = {"json", "yaml", "yml",  "hcl",        "tfvars", "toml", "ini",
                                                     "env",  "txt",  "conf", "properties", "sh",     "py",   "rb",
                                                     "js",   "csv",  "tf",   "xml",        "cfg"};
  return endings.contains(ending);
}

}  // namespace

std::vector<std::string> file_names_in(std::string_view script) {
  std::set<std::string> names;
  for (std::size_t at = script.find('.'); at != std::string_view::npos; at = script.find('.', at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && (is_letter(script[begin - 1]) || script[begin - 1] == '.')) --begin;
    std::size_t end = at + 1;
    while (end < script.size() && is_letter(script[end])) ++end;
    const std::string_view name = script.substr(begin, end - begin);
    if (begin < at && is_file_ending(script.substr(at + 1, end - at - 1))) names.emplace(name);
  }
  return {names.begin(), names.end()};
}

void note_command(FileScope& scope, std::span<const hcl::Value> words, const RepoPath& directory) {
  Evaluation& evaluation = scope.evaluation();
  for (const hcl::Value& word : words) {
    const auto text = definite_text(word);
    const auto path = text && !text->empty() ? to_path(*text, directory) : std::nullopt;
    if (!path || evaluation.files().kind(*path) != Files::Kind::file) continue;
    evaluation.note(Read::Kind::data, *path, scope.here());
    const auto script = evaluation.files().read(*path);
    if (!script || script->size() > longest_script) continue;
    for (const std::string& name : file_names_in(*script))
      evaluation.note(Read::Kind::data, RepoPath(), scope.here(), "**/" + name);
  }
}

}  // namespace statelane::terragrunt
