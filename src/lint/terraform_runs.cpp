#include "lint/terraform_runs.hpp"

#include <algorithm>
#include <set>

#include "lint/job_paths.hpp"
#include "lint/script_variables.hpp"
#include "states/path_inputs.hpp"

namespace statelane::lint {

namespace {

constexpr std::size_t most_script_bytes = std::size_t{256} << 10;
constexpr int most_script_levels = 4;

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_tool(std::string_view word) {
  return is_any_of(base_name_of(word), {"terraform", "tofu", "terragrunt", "gitlab-terraform", "gitlab-tofu"});
}

/// Commands that run the command behind them.
bool is_wrapper(std::string_view word) {
  return is_any_of(base_name_of(word), {"sudo", "exec", "env", "command", "nohup", "timeout", "nice", "xargs", "retry",
                                        "ionice", "stdbuf", "chronic", "unbuffer"});
}

/// Reads the commands of one job with one choice of its matrix.
class Reader {
 public:
  Reader(const Job& job, const std::map<std::string, std::string>& matrix, const repo::Tree& tree, const Report& report,
         JobCommands& commands)
      : variables_(job, matrix), tree_(tree), report_(report), commands_(commands) {}

  void read_items(const yaml::Value* script) {
    for (const yaml::Value* item : yaml::texts_of(script)) {
      item_ = item;
      read(*item->as_string(), 0);
    }
  }

  void start_anew() { enter({std::string(states::repository_root)}); }

 private:
  void read(std::string_view script, int level) {
    std::vector<Texts> outer;
    for (const ShellCommand& command : parse_shell(script)) {
      if (command.kind == ShellCommand::Kind::subshell_begins) {
        outer.push_back(directories_);
      } else if (command.kind == ShellCommand::Kind::subshell_ends) {
        if (outer.empty()) continue;
        enter(outer.back());
        outer.pop_back();
      } else {
        run(command, level);
      }
    }
  }

  void run(const ShellCommand& command, int level) {
    std::map<std::string, Texts> before;
    for (const auto& [name, value] : command.assignments) {
      auto earlier = variables_.set(name, variables_.expand(value));
      if (!command.words.empty() && earlier) before[name] = *std::move(earlier);
    }
    if (command.words.empty()) return;
    const Texts words = variables_.expand_words(command.words);
    if (words.empty()) return;
    if (is_any_of(words[0], {"export", "declare", "local", "readonly"})) {
      assign(command);
    } else if (words[0] == "for" && words.size() > 3 && words[2] == "in") {
      loop(command);
    } else if (is_any_of(words[0], {"cd", "pushd"})) {
      change_directory(command);
    } else if (words[0] == "popd") {
      enter(previous_);
    } else if (words[0] == "set") {
      set_arguments(words);
    } else {
      run_program(command, words, level);
    }
    for (auto& [name, values] : before) variables_.set(name, std::move(values));
  }

  void assign(const ShellCommand& command) {
    for (std::size_t index = 1; index < command.words.size(); ++index) {
      ShellWord word = command.words[index];
      if (word.empty() || word[0].kind != WordPart::Kind::literal) continue;
      const std::size_t equals = word[0].text.find('=');
      if (equals == std::string::npos) continue;
      const std::string name = word[0].text.substr(0, equals);
      word[0].text.erase(0, equals + 1);
      variables_.set(name, variables_.expand(word));
    }
  }

  void loop(const ShellCommand& command) {
    Texts values;
    for (std::size_t index = 3; index < command.words.size(); ++index) {
      for (const std::string& value : variables_.expand(command.words[index])) {
        // `"$LIST"` and globs give several words each.
        for (const std::string& word : split_words(value)) {
          values.push_back(word.find_first_of("*?[") != std::string::npos ? std::string(1, unknown_text) : word);
        }
      }
    }
    if (values.empty() || values.size() > most_alternatives) values = {std::string(1, unknown_text)};
    variables_.set(literal_of(command.words[1]), std::move(values));
  }

  void change_directory(const ShellCommand& command) {
    std::size_t index = 1;
    while (index < command.words.size() && is_any_of(literal_of(command.words[index]), {"--", "-P", "-L", "-e"}))
      ++index;
    previous_.swap(directories_);
    if (index >= command.words.size()) {
      enter({std::string(1, unknown_text)});
    } else if (literal_of(command.words[index]) != "-") {
      enter(join(previous_, variables_.expand(command.words[index])));
    } else {
      enter(directories_);
    }
  }

  void enter(Texts directories) {
    directories_ = std::move(directories);
    variables_.set("PWD", directories_);
  }

  /// `set -- a b`: what `"$@"` is from here on.
  void set_arguments(const Texts& words) {
    const auto dashes = std::find(words.begin(), words.end(), "--");
    if (dashes == words.end()) return;
    std::string all;
    for (auto word = dashes + 1; word != words.end(); ++word) all += (all.empty() ? "" : " ") + *word;
    variables_.set("@", {std::move(all)});
  }

  static Texts join(const Texts& from, const Texts& to) {
    std::set<std::string> joined;
    for (const std::string& left : from) {
      for (const std::string& right : to) {
        if (joined.size() < most_alternatives) joined.insert(join_path(left, right));
      }
    }
    return {joined.begin(), joined.end()};
  }

  void run_program(const ShellCommand& command, const Texts& words, int level) {
    const std::optional<std::size_t> source = std::exchange(feeding_, std::nullopt);
    if (words[0] == "tee" && source) keep_output(words, *source);
    for (std::size_t index = 0; index < words.size(); ++index) {
      if (is_tool(words[index])) {
        const Texts before = directories_;
        if (base_name_of(words[0]) == "env") enter_for_one(words, index);
        add_run(command, words, index);
        enter(before);
        return;
      }
      const bool goes_on = index > 0 || is_wrapper(words[0]);
      // `aws-vault exec profile -- terraform plan`
      const auto dashes = std::find(words.begin(), words.end(), "--");
      if (index == 0 && !goes_on && dashes != words.end() && dashes + 1 != words.end() && is_tool(*(dashes + 1))) {
        add_run(command, words, static_cast<std::size_t>(dashes + 1 - words.begin()));
        return;
      }
      if (!goes_on) break;
    }
    const bool is_shell = is_any_of(base_name_of(words[0]), {"sh", "bash", "ash", "dash", "zsh", "eval"});
    const auto text = std::find_if(words.begin() + 1, words.end(), [](const std::string& word) {
      return word.size() > 1 && word[0] == '-' && word[1] != '-' && word.ends_with('c');
    });
    if (is_shell && level < most_script_levels && (words[0] == "eval" || text != words.end())) {
      if (words[0] == "eval") text_of_eval(words, level);
      if (text == words.end() || text + 1 == words.end()) return;
      auto variables = variables_.save();
      const Texts directories = directories_;
      read(*(text + 1), level + 1);
      variables_.restore(std::move(variables));
      enter(directories);
      return;
    }
    if (!read_script(words, is_shell, level)) {
      commands_.others.push_back({words, spot_of(command), expand_files(command), from_root(directories_)});
    }
  }

  /// `env -C DIR` in front of the word `tool`.
  void enter_for_one(const Texts& words, std::size_t tool) {
    for (std::size_t at = 1; at < tool; ++at) {
      if (words[at] == "-C" || words[at] == "--chdir") enter(join(directories_, {words[at + 1]}));
      if (words[at].starts_with("--chdir=")) enter(join(directories_, {words[at].substr(8)}));
    }
  }

  /// `terraform show -json plan | tee plan.json`
  void keep_output(const Texts& words, std::size_t run) {
    for (std::size_t index = 1; index < words.size(); ++index) {
      if (!words[index].starts_with('-')) commands_.runs[run].output_files.push_back(file_of(words[index]));
    }
  }

  void text_of_eval(const Texts& words, int level) {
    std::string text;
    for (std::size_t index = 1; index < words.size(); ++index) text += words[index] + " ";
    read(text, level + 1);
  }

  /// Reads a shell script of the repository that the words call.
  bool read_script(const Texts& words, bool is_shell, int level) {
    const bool is_sourced = is_any_of(words[0], {"source", "."});
    std::size_t index = is_shell || is_sourced ? 1 : 0;
    while (index > 0 && index < words.size() && words[index].starts_with('-')) ++index;
    if (index >= words.size() || (index == 0 && words[0].find('/') == std::string::npos)) return false;
    if (level >= most_script_levels) return false;
    const auto directory = path_from_root(join_path(directories_.front(), words[index]));
    const auto path = directory ? RepoPath::parse(*directory) : std::nullopt;
    const auto entry = path && !path->is_root() ? tree_.find(*path) : std::nullopt;
    if (!entry || (entry->kind != repo::EntryKind::file && entry->kind != repo::EntryKind::executable)) return false;
    const std::string text = tree_.read(*path);
    const bool is_script = path->name().ends_with("sh") ||
                           (text.starts_with("#!") && text.substr(0, text.find('\n')).find("sh") != std::string::npos);
    if (!is_script || text.size() > most_script_bytes) return false;
    auto variables = variables_.save();
    const auto directories = directories_;
    for (std::size_t each = index + 1; each < words.size() && each - index <= 9; ++each) {
      variables_.set(std::to_string(each - index), {words[each]});
    }
    read(text, level + 1);
    if (is_sourced) return true;
    variables_.restore(std::move(variables));
    enter(directories);
    return true;
  }

  void add_run(const ShellCommand& command, const Texts& words, std::size_t index) {
    TerraformRun run;
    run.tool = base_name_of(words[index]);
    Texts directories = is_any_of(run.tool, {"gitlab-terraform", "gitlab-tofu"}) ? root_directories() : directories_;
    for (std::size_t at = index + 1; at < words.size(); ++at) {
      const std::string& word = words[at];
      const bool is_flag = word.starts_with('-');
      for (const std::string_view name : {"-chdir=", "--terragrunt-working-dir=", "--working-dir="}) {
        if (word.starts_with(name)) directories = join(directories_, expand_argument(command, word, name.size()));
        if (word.starts_with("-chdir=")) run.started_in = from_root(directories_);
      }
      if (is_any_of(word, {"--terragrunt-working-dir", "--working-dir"}) && at + 1 < words.size()) {
        directories = join(directories_, {words[++at]});
      } else if (run.verb.empty() && is_any_of(word, {"run-all", "run", "--all", "-a"})) {
        run.runs_many = run.runs_many || word != "run";
      } else if (run.verb.empty() && !is_flag) {
        run.verb = word;
        if (run.verb.ends_with("-all")) {
          run.runs_many = true;
          run.verb.resize(run.verb.size() - 4);
        }
      } else if (!run.verb.empty()) {
        run.runs_many = run.runs_many || word == "--all";
        run.arguments.push_back(word);
      }
    }
    add_legacy_directory(run, directories);
    run.directories = from_root(directories);
    run.spot = spot_of(command);
    run.feeds_pipe = command.feeds_pipe;
    run.output_files = expand_files(command);
    commands_.runs.push_back(std::move(run));
    if (command.feeds_pipe) feeding_ = commands_.runs.size() - 1;
  }

  /// Those inside the repository, and those of which nothing is known.
  static Texts from_root(const Texts& directories) {
    Texts found;
    for (const std::string& directory : directories) {
      if (auto inside = path_from_root(directory)) found.push_back(*std::move(inside));
      if (directory.starts_with(unknown_text)) found.push_back(directory);
    }
    return found;
  }

  /// All alternatives of the argument that expands to `word`, without its first `skipped` bytes.
  Texts expand_argument(const ShellCommand& command, const std::string& word, std::size_t skipped) const {
    for (const ShellWord& each : command.words) {
      Texts texts = variables_.expand(each);
      if (texts.front() != word) continue;
      for (std::string& text : texts) text.erase(0, std::min(skipped, text.size()));
      return texts;
    }
    return {word.substr(skipped)};
  }

  /// GitLab's wrappers change into `TF_ROOT`.
  Texts root_directories() const {
    for (const char* name : {"TF_ROOT", "GITLAB_TOFU_ROOT_DIR"}) {
      const Texts values = variables_.values_of({WordPart::Kind::variable, name, ""});
      if (values != Texts{std::string(1, unknown_text)}) return join(directories_, values);
    }
    return directories_;
  }

  /// Up to Terraform 0.14 the directory was an argument: `terraform plan env/prod`.
  void add_legacy_directory(const TerraformRun& run, Texts& directories) const {
    if (run.tool != "terraform" || !is_any_of(run.verb, {"init", "plan", "apply", "validate", "destroy", "refresh"}))
      return;
    for (const std::string& argument : run.positional()) {
      const auto inside = path_from_root(join_path(directories_.front(), argument));
      const auto path = inside ? RepoPath::parse(*inside) : std::nullopt;
      const auto entry = path ? tree_.find(*path) : std::nullopt;
      if (entry && entry->kind == repo::EntryKind::directory) directories = join(directories_, {argument});
    }
  }

  Texts expand_files(const ShellCommand& command) const {
    Texts files;
    for (const ShellWord& word : command.output_files) files.push_back(file_of(variables_.expand(word).front()));
    return files;
  }

  std::string file_of(const std::string& text) const {
    return path_from_root(join_path(directories_.front(), text)).value_or(text);
  }

  /// The line of a literal block, or the whole script item.
  yaml::Spot spot_of(const ShellCommand& command) const {
    yaml::Spot spot = item_->spot;
    const std::string_view text = report_.files()[spot.file].text;
    std::size_t end = std::min(text.find('\n', spot.begin.offset), text.size());
    const std::string_view header = text.substr(spot.begin.offset, end - spot.begin.offset);
    const std::size_t bar = header.rfind('|');
    if (bar == std::string_view::npos || header.find_first_not_of("|+-0123456789 \t\r", bar) != std::string_view::npos)
      return spot;
    std::uint32_t line = spot.begin.line;
    std::size_t begin = end;
    for (std::uint32_t each = 0; each <= command.line && end < text.size(); ++each, ++line) {
      begin = end + 1;
      end = std::min(text.find('\n', begin), text.size());
    }
    std::string_view found = text.substr(std::min(begin, text.size()), end - std::min(begin, end));
    const std::size_t indent = std::min(found.find_first_not_of(" \t"), found.size());
    while (found.ends_with('\r') || found.ends_with(' ')) found.remove_suffix(1);
    return {spot.file,
            {line, static_cast<std::uint32_t>(indent + 1), static_cast<std::uint32_t>(begin + indent)},
            static_cast<std::uint32_t>(std::max<std::size_t>(found.size() - std::min(indent, found.size()), 1))};
  }

  ScriptVariables variables_;
  const repo::Tree& tree_;
  const Report& report_;
  JobCommands& commands_;
  const yaml::Value* item_ = nullptr;
  Texts directories_;
  Texts previous_;
  std::optional<std::size_t> feeding_;  ///< the run whose output goes into the next command
};

bool same_run(const TerraformRun& left, const TerraformRun& right) {
  return left.spot == right.spot && left.tool == right.tool && left.verb == right.verb &&
         left.arguments == right.arguments;
}

/// What several matrix entries do in the same place is one run in several directories.
void join_runs(std::vector<TerraformRun>& runs) {
  std::vector<TerraformRun> joined;
  for (TerraformRun& run : runs) {
    const auto same = std::find_if(joined.begin(), joined.end(), [&](const auto& each) { return same_run(each, run); });
    if (same == joined.end()) {
      joined.push_back(std::move(run));
      continue;
    }
    for (std::string& directory : run.directories) {
      if (std::find(same->directories.begin(), same->directories.end(), directory) == same->directories.end()) {
        same->directories.push_back(std::move(directory));
      }
    }
  }
  runs = std::move(joined);
}

}  // namespace

JobCommands read_commands(const Job& job, const repo::Tree& tree, const Report& report) {
  JobCommands commands;
  for (const auto& matrix : matrix_of(job)) {
    Reader reader(job, matrix, tree, report, commands);
    reader.start_anew();
    reader.read_items(job.find("before_script"));
    reader.read_items(job.find("script"));
    reader.start_anew();
    reader.read_items(job.find("after_script"));
  }
  join_runs(commands.runs);
  return commands;
}

}  // namespace statelane::lint
