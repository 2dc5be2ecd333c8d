#include "cli/command_table.hpp"

#include <iterator>

#include "cli/option_rows.hpp"

namespace statelane::cli {

const std::vector<CommandRow>& command_table() {
  static const std::vector<CommandRow> table = [] {
    std::vector<CommandRow> result;
    for (auto* part : {reading_commands, comparing_commands, job_commands, shell_commands}) {
      std::ranges::move(part(), std::back_inserter(result));
    }
    return result;
  }();
  return table;
}

std::span<const CommandGroup> command_groups() {
  static const std::vector<CommandGroup> groups = {{"run", "run Terraform inside a job"}};
  return groups;
}

const OptionGroup& common_options() {
  static const OptionGroup group = [] {
    OptionRow directory =
        text("-C", "DIR", &Options::directory, "run as if started in this directory", Offers::directories);
    OptionRow color = choice<Color>("--color", &Options::color,
                                    {{"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}},
                                    "whether answers are coloured; auto: on a terminal, unless NO_COLOR is set");
    return OptionGroup{"Everywhere", {std::move(directory), std::move(color)}};
  }();
  return group;
}

std::string_view title_of(Section section) {
  switch (section) {
    case Section::reading: return "Look at the repository";
    case Section::comparing: return "Look at a change";
    case Section::pipeline: return "Make the pipeline";
    case Section::job: return "In its jobs";
    case Section::adopting: return "Set up";
  }
  return "";
}

std::vector<std::string> names_of(const OptionRow& option) {
  std::vector<std::string> result;
  std::size_t begin = 0;
  while (begin <= option.names.size()) {
    const std::size_t end = std::min(option.names.find(',', begin), option.names.size());
    result.push_back(option.names.substr(begin, end - begin));
    begin = end + 1;
  }
  if (option.can_be_negated) result.push_back("--no-" + result.back().substr(2));
  return result;
}

std::string name_of(const OptionRow& option) { return option.names.substr(option.names.rfind(',') + 1); }

}  // namespace statelane::cli
