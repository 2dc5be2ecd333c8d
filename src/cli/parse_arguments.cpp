#include "cli/parse_arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "base/error.hpp"
#include "cli/help_text.hpp"
#include "cli/take_values.hpp"

namespace statelane::cli {

namespace {

/// CLI11 is used to part words into options, values and arguments; what a value may be is the table's business.
struct ParserOption {
  const OptionRow* row;
  CLI::Option* parsed;
};

struct ParserCommand {
  const CommandRow* row;
  CLI::App* app;
  std::vector<ParserOption> options;
  std::vector<CLI::Option*> arguments;
};

ParserOption add_option(CLI::App& app, const OptionRow& row) {
  if (!row.value.empty()) {
    CLI::Option* option = app.add_option(row.names, [](const CLI::results_t&) { return true; });
    // Of several values each comes with its own option, and the last is the one that counts.
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
    return {&row, option};
  }
  std::string names = row.names;
  if (row.can_be_negated) names += ",!" + names_of(row).back();
  CLI::Option* option = app.add_flag(names);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return {&row, option};
}

/// With `is_typed` the command gets its options; one whose name is no word of the command line is never parsed into.
ParserCommand add_command(CLI::App& parent, const std::string& name, const CommandRow& row, bool is_typed) {
  ParserCommand command{&row, parent.add_subcommand(name), {}, {}};
  if (!is_typed) return command;
  command.app->allow_extras();
  for (const OptionGroup& group : row.options) {
    for (const OptionRow& option : group.rows) command.options.push_back(add_option(*command.app, option));
  }
  for (const OptionRow& option : common_options().rows) command.options.push_back(add_option(*command.app, option));
  for (const ArgumentRow& argument : row.arguments) {
    command.arguments.push_back(command.app->add_option(argument.name, [](const CLI::results_t&) { return true; }));
    if (argument.fields != nullptr)
      command.arguments.back()->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(true);
  }
  return command;
}

/// The whole command line as CLI11 sees it.
class Parser {
 public:
  explicit Parser(std::span<const char* const> words) : app_("", "statelane") {
    const auto is_typed = [&](const std::string& name) { return std::ranges::find(words, name) != words.end(); };
    app_.require_subcommand(0, 1);
    app_.allow_extras();
    // CLI11's own flag for help throws, and the first exception of a static program takes longer than all else here.
    app_.set_help_flag();
    help_flags_.push_back(app_.add_flag("-h,--help"));
    is_version_asked_ = app_.add_flag("--version");
    for (const OptionRow& option : common_options().rows) options_.push_back(add_option(app_, option));
    for (const CommandGroup& group : command_groups()) {
      CLI::App* app = app_.add_subcommand(group.name);
      groups_.emplace(group.name, app);
      if (!is_typed(group.name)) continue;
      app->require_subcommand(0, 1);
      app->allow_extras();
      help_flags_.push_back(app->add_flag("-h,--help"));
      for (const OptionRow& option : common_options().rows) options_.push_back(add_option(*app, option));
    }
    for (const CommandRow& row : command_table()) {
      const std::size_t blank = row.name.find(' ');
      const bool is_grouped = blank != std::string::npos;
      CLI::App& parent = is_grouped ? *groups_.at(row.name.substr(0, blank)) : app_;
      const std::string name = is_grouped ? row.name.substr(blank + 1) : row.name;
      commands_.push_back(add_command(parent, name, row, is_typed(name)));
      if (is_typed(name)) help_flags_.push_back(commands_.back().app->add_flag("-h,--help"));
    }
  }

  /// The command that was typed; null when there is none.
  const ParserCommand* parse(std::span<const char* const> arguments) {
    try {
      app_.parse(static_cast<int>(arguments.size()), arguments.data());
    } catch (const CLI::ArgumentMismatch& fault) {
      const std::string option = std::string(fault.what()).substr(0, std::string_view(fault.what()).find(':'));
      throw Error(ErrorKind::usage, fmt::format("{} wants a value", option), {help_hint(typed_words())});
    } catch (const CLI::ParseError& fault) {
      throw Error(ErrorKind::usage, fault.what(), {help_hint(typed_words())});
    }
    const auto found = std::ranges::find_if(commands_, [](const auto& command) { return command.app->parsed(); });
    return found == commands_.end() ? nullptr : &*found;
  }

  bool is_help_asked() const {
    return std::ranges::any_of(help_flags_, [](const CLI::Option* flag) { return flag->count() > 0; });
  }
  bool is_version_asked() const { return is_version_asked_->count() > 0; }
  const std::vector<ParserOption>& options() const { return options_; }
  /// Words that nothing takes. CLI11 counts the two dashes before arguments among them.
  std::vector<std::string> extras() const {
    std::vector<std::string> result = app_.remaining(true);
    std::erase(result, "--");
    return result;
  }

  /// The words of the command as far as they were understood: "", "run", "run plan".
  std::string typed_words() const {
    for (const ParserCommand& command : commands_) {
      if (command.app->parsed()) return command.row->name;
    }
    for (const auto& [name, app] : groups_) {
      if (app->parsed()) return name;
    }
    return "";
  }

 private:
  CLI::App app_;
  CLI::Option* is_version_asked_;
  std::vector<CLI::Option*> help_flags_;
  std::map<std::string, CLI::App*> groups_;
  std::vector<ParserOption> options_;
  std::vector<ParserCommand> commands_;
};

std::vector<TypedOption> typed_options(const Parser& parser, const ParserCommand& command) {
  std::vector<TypedOption> result;
  for (const auto* options : {&parser.options(), &command.options}) {
    for (const ParserOption& option : *options) result.push_back({option.row, option.parsed->results()});
  }
  return result;
}

/// The words before and after the first `--`.
struct DividedWords {
  std::span<const char* const> before;
  std::span<const char* const> after;
};

/// Where the words after `--` are a command line of its own, they are parted off; elsewhere only their options are
/// none.
DividedWords divide(std::span<const char* const> arguments) {
  const auto dashes = std::ranges::find(arguments, std::string_view("--"));
  if (dashes == arguments.end()) return {arguments, {}};
  const auto count = static_cast<std::size_t>(dashes - arguments.begin());
  const std::span<const char* const> before = arguments.first(count);
  Parser parser(before);
  const ParserCommand* command = parser.parse(before);
  if (command == nullptr || command->row->command == nullptr) return {arguments, {}};
  return {before, arguments.subspan(count + 1)};
}

/// `help run plan` is `run plan --help`; empty where something else is typed.
std::optional<ParsedArguments> find_help(std::span<const char* const> arguments, std::size_t width) {
  if (arguments.size() < 2 || std::string_view(arguments[1]) != "help") return std::nullopt;
  std::vector<const char*> words(arguments.begin(), arguments.end());
  words.erase(words.begin() + 1);
  words.push_back("--help");
  return parse_arguments(
      words, [](const std::string&) { return std::optional<std::string>(); }, width);
}

}  // namespace

ParsedArguments parse_arguments(std::span<const char* const> arguments, const Environment& environment,
                                std::size_t width) {
  if (auto help = find_help(arguments, width)) return *std::move(help);
  const DividedWords divided = divide(arguments);
  Parser parser(divided.before);
  const ParserCommand* command = parser.parse(divided.before);
  const std::string words = parser.typed_words();
  if (parser.is_help_asked()) return {.text = render_help(words, width)};
  if (parser.is_version_asked()) return {.text = "statelane " STATELANE_VERSION "\n"};
  if (const auto extras = parser.extras(); !extras.empty()) refuse_word(words, extras.front());
  if (command == nullptr) return {.text = render_help(words, width), .exit_code = 2};

  ParsedArguments result{.command = command->row};
  if (command->row->defaults != nullptr) command->row->defaults(result.options);
  take_options(typed_options(parser, *command), environment, result.options);
  for (std::size_t index = 0; index < command->arguments.size(); ++index) {
    take_arguments(*command->row, command->row->arguments[index], command->arguments[index]->results(), result.options);
  }
  if (command->row->command != nullptr)
    command->row->command(result.options).assign(divided.after.begin(), divided.after.end());
  return result;
}

}  // namespace statelane::cli
