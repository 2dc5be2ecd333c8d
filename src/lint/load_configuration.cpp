#include <fmt/format.h>

#include <algorithm>

#include "gitlab/extends.hpp"
#include "gitlab/keywords.hpp"
#include "lint/check_structure.hpp"
#include "lint/configuration.hpp"
#include "lint/document.hpp"
#include "lint/interpolate_inputs.hpp"

namespace statelane::lint {

namespace {

constexpr std::size_t most_includes = 150;  ///< ci_max_includes
constexpr int most_levels = 100;

bool is_file(const repo::TreeEntry& entry) {
  return entry.kind == repo::EntryKind::file || entry.kind == repo::EntryKind::executable;
}

bool is_yaml_name(std::string_view name) { return name.ends_with(".yml") || name.ends_with(".yaml"); }

/// GitLab's wildcards in `include:local`: `**` is any text, `*` any without a slash
/// (app/models/repository.rb#search_files_by_wildcard_path).
bool matches_wildcard(std::string_view pattern, std::string_view text) {
  // The lengths of the text's beginnings that the pattern so far fits: work grows with the two lengths' product.
  std::vector<bool> fits(text.size() + 1, false);
  fits[0] = true;
  while (!pattern.empty()) {
    const bool is_wildcard = pattern.front() == '*';
    const bool any = pattern.starts_with("**");
    std::vector<bool> next(text.size() + 1, false);
    for (std::size_t length = 0; length <= text.size(); ++length) {
      if (is_wildcard) {
        const bool goes_on = length > 0 && next[length - 1] && (any || text[length - 1] != '/');
        next[length] = fits[length] || goes_on;
      } else {
        next[length] = length > 0 && fits[length - 1] && text[length - 1] == pattern.front();
      }
    }
    fits = std::move(next);
    pattern.remove_prefix(any ? 2 : 1);
  }
  return fits[text.size()];
}

class Loader {
 public:
  Loader(const repo::Tree& tree, Configuration& configuration, Report& report)
      : tree_(tree), configuration_(configuration), report_(report) {}

  /// The content of a file with everything that it includes laid below it; empty when it cannot be read.
  std::optional<yaml::Value::Map> load(const RepoPath& path, const yaml::Value* inputs) {
    std::string text = tree_.read(path);
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    const std::uint32_t file = report_.add_file({path, std::move(text)});
    auto document = read_document(file, report_);
    if (!document) return std::nullopt;
    if (document->header) {
      add(gitlab::check_header_keywords(*document->header));
      add(interpolate_inputs(*document->header, inputs, document->content));
    }
    add(check_given_inputs(document->header ? *document->header : yaml::Value(), inputs));
    values_ += yaml::count_values(document->content, most_configuration_values);
    if (values_ > most_configuration_values) {
      report_.add(Rule::too_large, {file, {}, 1}, "", "all files together hold too many values");
      return std::nullopt;
    }
    open_.push_back(path);
    yaml::Value::Map merged = load_includes(document->content);
    open_.pop_back();
    yaml::deep_merge(merged, *document->content.as_map());
    std::erase_if(merged, [](const yaml::Value::Entry& entry) { return entry.key == "include"; });
    return merged;
  }

 private:
  yaml::Value::Map load_includes(const yaml::Value& content) {
    yaml::Value::Map merged;
    const yaml::Value* include = content.find("include");
    if (include == nullptr) return merged;
    if (const auto* list = include->as_list()) {
      for (const yaml::Value& item : *list) load_include(item, merged);
    } else {
      load_include(*include, merged);
    }
    return merged;
  }

  void load_include(const yaml::Value& include, yaml::Value::Map& merged) {
    if (const auto* text = include.as_string()) {
      if (text->starts_with("http://") || text->starts_with("https://")) {
        configuration_.unseen.push_back({include.spot, fmt::format("remote file {}", *text), ""});
      } else {
        load_local(include, nullptr, merged);
      }
    } else if (const yaml::Value* local = include.find("local")) {
      if (local->as_string() != nullptr) check_include(include);
      load_local(*local, include.find("inputs"), merged);
    } else if (include.as_map() != nullptr) {
      check_include(include);
      note_unseen(include);
    } else if (const auto* list = include.as_list()) {
      for (const yaml::Value& item : *list) load_include(item, merged);
    } else if (!include.is_null()) {
      report_.add(Rule::invalid_value, include.spot, "", fmt::format("an include is {}", yaml::kind_of(include)),
                  {"write a path, or a map with local, project, remote, template or component"});
    }
  }

  void check_include(const yaml::Value& include) { add(gitlab::check_include_keywords(include)); }

  void add(const std::vector<gitlab::KeywordFault>& faults) {
    for (const gitlab::KeywordFault& fault : faults)
      report_.add(rule_of(fault.kind), fault.spot, "", fault.message, fault.hints);
  }

  void note_unseen(const yaml::Value& include) {
    for (const std::string_view kind : {"remote", "template", "component", "project", "artifact"}) {
      const yaml::Value* value = include.find(kind);
      if (value == nullptr) continue;
      std::string what = fmt::format("{} {}", kind == "remote" ? "remote file" : kind,
                                     value->as_string() != nullptr ? *value->as_string() : "");
      for (const yaml::Value* file : yaml::texts_of(include.find("file")))
        what += fmt::format(" {}", *file->as_string());
      std::string directory;
      const yaml::Value* inputs = include.find("inputs");
      for (const std::string_view name : {"root_dir", "root-dir", "tf_root", "tf-root", "working_dir", "working-dir"}) {
        const yaml::Value* root = inputs != nullptr ? inputs->find(name) : nullptr;
        if (root != nullptr && root->as_string() != nullptr) directory = *root->as_string();
      }
      configuration_.unseen.push_back({value->spot, std::move(what), std::move(directory)});
      return;
    }
    report_.add(Rule::invalid_value, include.spot, "",
                "an include without local, project, remote, template or component");
  }

  void load_local(const yaml::Value& local, const yaml::Value* inputs, yaml::Value::Map& merged) {
    const std::string* text = local.as_string();
    if (text == nullptr) {
      report_.add(Rule::invalid_value, local.spot, "",
                  fmt::format("include:local is {}, not a path", yaml::kind_of(local)));
      return;
    }
    if (text->find('$') != std::string::npos) {
      configuration_.unseen.push_back({local.spot, fmt::format("local file {}", *text), ""});
      return;
    }
    const std::string_view relative = std::string_view(*text).substr(
        text->find_first_not_of('/') == std::string::npos ? text->size() : text->find_first_not_of('/'));
    if (!is_yaml_name(relative)) {
      report_.add(Rule::include_not_found, local.spot, "",
                  fmt::format("\"{}\" has no YAML extension, which GitLab asks of an included file", *text));
      return;
    }
    const std::vector<RepoPath> files =
        relative.find('*') == std::string_view::npos ? find_file(local, relative) : find_files(local, relative);
    for (const RepoPath& file : files) load_file(local, file, inputs, merged);
  }

  std::vector<RepoPath> find_file(const yaml::Value& local, std::string_view relative) {
    const auto path = RepoPath::parse(relative);
    const auto entry = path ? tree_.find(*path) : std::nullopt;
    if (entry && is_file(*entry)) return {*path};
    report_.add(Rule::include_not_found, local.spot, "", fmt::format("\"{}\" does not exist", *local.as_string()),
                {"an include:local is relative to the repository's root"});
    return {};
  }

  std::vector<RepoPath> find_files(const yaml::Value& local, std::string_view pattern) {
    const std::string_view literal = pattern.substr(0, pattern.find('*'));
    const auto top = RepoPath::parse(literal.substr(0, literal.rfind('/') + 1));
    std::vector<RepoPath> found;
    if (top) find_matching(*top, pattern, 0, found);
    std::sort(found.begin(), found.end());
    if (found.empty()) {
      report_.add(Rule::include_not_found, local.spot, "", fmt::format("no file matches \"{}\"", *local.as_string()));
    }
    return found;
  }

  void find_matching(const RepoPath& directory, std::string_view pattern, int level, std::vector<RepoPath>& found) {
    if (level > most_levels) return;
    for (const repo::TreeEntry& entry : tree_.list(directory)) {
      const RepoPath path = directory.child(entry.name);
      if (entry.kind == repo::EntryKind::directory) find_matching(path, pattern, level + 1, found);
      if (is_file(entry) && matches_wildcard(pattern, path.str())) found.push_back(path);
    }
  }

  void load_file(const yaml::Value& local, const RepoPath& file, const yaml::Value* inputs, yaml::Value::Map& merged) {
    if (std::find(open_.begin(), open_.end(), file) != open_.end()) {
      report_.add(Rule::include_not_found, local.spot, "", fmt::format("\"{}\" includes itself", file.str()));
      return;
    }
    if (++includes_ > most_includes) {
      if (includes_ == most_includes + 1) {
        report_.add(Rule::too_large, local.spot, "", fmt::format("more than {} includes", most_includes));
      }
      return;
    }
    if (const auto content = load(file, inputs)) yaml::deep_merge(merged, *content);
  }

  const repo::Tree& tree_;
  Configuration& configuration_;
  Report& report_;
  std::vector<RepoPath> open_;
  std::size_t includes_ = 0;
  std::size_t values_ = 0;
};

void lay_over_bases(Configuration& configuration, Report& report) {
  const auto files = configuration.unseen.empty() ? gitlab::Files::all_seen : gitlab::Files::some_unseen;
  gitlab::Extended extended = gitlab::resolve_extends(configuration.root, files);
  for (gitlab::ExtendsFault& fault : extended.faults) {
    report.add(fault.is_too_large ? Rule::too_large : Rule::invalid_extends, fault.spot, fault.job,
               std::move(fault.message), std::move(fault.hints));
  }
  configuration.unseen_bases = std::move(extended.unseen);
}

}  // namespace

std::optional<Configuration> load_configuration(const repo::Tree& tree, const RepoPath& path, Report& report) {
  const auto entry = tree.find(path);
  if (!entry || !is_file(*entry)) return std::nullopt;
  Configuration configuration;
  auto root = Loader(tree, configuration, report).load(path, nullptr);
  if (!root) return std::nullopt;
  configuration.root = *std::move(root);
  lay_over_bases(configuration, report);
  resolve_references(configuration, report);
  return configuration;
}

}  // namespace statelane::lint
