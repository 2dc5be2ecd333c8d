#include "cli/option_rows.hpp"

#include <fmt/format.h>

#include <charconv>

#include "gitlab/duration.hpp"

namespace statelane::cli {

namespace {

OptionRow valued(std::string names, std::string value, std::string help, Offers offers) {
  OptionRow row{.names = names, .value = std::move(value), .help = std::move(help), .variable = variable_of(names)};
  row.offers = offers;
  return row;
}

}  // namespace

std::string variable_of(const std::string& names) {
  const std::size_t begin = names.find("--");
  if (begin == std::string::npos) return "";
  std::string result = "STATELANE_OPT_";
  for (const char letter : names.substr(begin + 2)) {
    const bool is_small = letter >= 'a' && letter <= 'z';
    result += letter == '-' ? '_' : is_small ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  return result;
}

OptionRow flag(std::string names, Field<bool> field, std::string help) {
  OptionRow row{.names = names, .help = std::move(help), .variable = variable_of(names)};
  row.set = [field = std::move(field)](Options& options, std::string_view value) {
    field(options) = value == "true";
    return true;
  };
  return row;
}

OptionRow negatable_flag(std::string names, Field<bool> field, std::string help) {
  OptionRow row = flag(std::move(names), std::move(field), std::move(help));
  row.can_be_negated = true;
  return row;
}

OptionRow text(std::string names, std::string value, Field<std::string> field, std::string help, Offers offers) {
  OptionRow row = valued(std::move(names), std::move(value), std::move(help), offers);
  row.set = [field = std::move(field)](Options& options, std::string_view typed) {
    field(options) = typed;
    return true;
  };
  return row;
}

OptionRow texts(std::string names, std::string value, Field<std::vector<std::string>> field, std::string help,
                Offers offers) {
  OptionRow row = valued(std::move(names), std::move(value), std::move(help), offers);
  row.is_repeatable = true;
  row.set = [field = std::move(field)](Options& options, std::string_view typed) {
    field(options).emplace_back(typed);
    return true;
  };
  return row;
}

OptionRow number(std::string names, std::string value, Range range, std::function<void(Options&, std::size_t)> take,
                 std::string help) {
  OptionRow row = valued(std::move(names), std::move(value), std::move(help), Offers::nothing);
  row.expects = fmt::format("a whole number from {} to {}", range.smallest, range.greatest);
  row.set = [range, take = std::move(take)](Options& options, std::string_view typed) {
    std::size_t parsed = 0;
    const auto [end, fault] = std::from_chars(typed.data(), typed.data() + typed.size(), parsed);
    if (fault != std::errc() || end != typed.data() + typed.size()) return false;
    if (parsed < range.smallest || parsed > range.greatest) return false;
    take(options, parsed);
    return true;
  };
  return row;
}

OptionRow duration(std::string names, std::function<void(Options&, std::chrono::milliseconds)> take, std::string help) {
  OptionRow row = valued(std::move(names), "TIME", std::move(help), Offers::nothing);
  row.expects = "a span of time (90, 5m, 200ms)";
  row.set = [take = std::move(take)](Options& options, std::string_view typed) {
    const auto time = gitlab::parse_duration(typed);
    if (time) take(options, *time);
    return time.has_value();
  };
  return row;
}

OptionGroup answer_options() {
  OptionGroup group = strict_option();
  group.rows.insert(group.rows.begin(), flag("--json", &Options::json, "print JSON"));
  return group;
}

OptionGroup strict_option() {
  return {"Answer", {flag("--strict", &Options::strict, "faults in the user's files are errors: exit code 1")}};
}

OptionGroup tree_options() {
  return {"Which tree",
          {text("--rev", "REV", &Options::revision, "read this revision instead of the work tree", Offers::revisions),
           flag("--staged", &Options::staged, "read the index instead of the work tree"), config_file_option()}};
}

OptionRow config_file_option() {
  OptionRow row =
      text("--config", "FILE", &Options::config_file,
           "take this configuration in place of .statelane.yml, for every commit that is read", Offers::files);
  row.variable.clear();  // what is executed in a job is not chosen by a variable
  return row;
}

OptionGroup cache_options() {
  return {"Speed",
          {text("--cache", "DIR", &Options::cache,
                "keep what was read for the next run in this directory instead of .git/statelane", Offers::directories),
           flag("--no-cache", &Options::no_cache, "keep nothing, and take nothing from an earlier run")}};
}

std::vector<OptionGroup> comparison_options() {
  using config::Dependents;
  return {
      {"Which commits",
       {
           text("--base", "REV", &Options::base, "compare with this revision", Offers::revisions),
           text("--head", "REV", &Options::head, "take this revision instead of the work tree or CI_COMMIT_SHA",
                Offers::revisions),
           flag("--staged", &Options::staged, "take the index instead of the work tree"),
           text("--since", "REV", &Options::since,
                "compare with this revision, to offer again what an earlier pipeline lost", Offers::revisions),
           choice<comparison::OnMissingBase>(
               "--on-missing-base", &Options::on_missing_base,
               {{"fail", comparison::OnMissingBase::fail}, {"all", comparison::OnMissingBase::all}},
               "when the base cannot be had: fail, or take all states, without gates"),
           duration(
               "--fetch-timeout",
               [](Options& options, std::chrono::milliseconds time) { options.fetch_timeout = time; },
               "for each fetch of what the clone lacks (default 60s)"),
           config_file_option(),
       }},
      {"Which states",
       {
           flag("--all", &Options::all, "all states, whatever changed"),
           texts("--state", "GLOB", &Options::state_globs, "only states whose id matches this glob; repeatable",
                 Offers::states),
           choice<Dependents>("--dependents", &Options::dependents,
                              {{"none", Dependents::none}, {"direct", Dependents::direct}, {"all", Dependents::all}},
                              "also run states that depend on affected ones"),
           flag("--drop-untouched-dependents", &Options::drop_untouched,
                "leave out dependents that read no output which the change can touch, by syntax"),
           negatable_flag("--ignore-format", &Options::ignore_format,
                          "changes of comments and layout only do not count (default)"),
           flag("--fail-on-unclaimed", &Options::fail_on_unclaimed,
                "exit code 1 when a changed infrastructure file is no state's input"),
       }},
      ledger_options(),
      cache_options(),
  };
}

OptionGroup ledger_options() {
  return {"What was applied",
          {choice<config::Compare>("--compare", &Options::compare,
                                   {{"applied", config::Compare::applied}, {"push", config::Compare::push}},
                                   "on apply branches: with what was applied last (default), or with the push alone"),
           flag("--pending", &Options::pending,
                "in schedules and pipelines started by hand: offer what was merged and not applied"),
           ledger_timeout_option()}};
}

OptionRow ledger_timeout_option() {
  return duration(
      "--ledger-timeout", [](Options& options, std::chrono::milliseconds time) { options.ledger_timeout = time; },
      "for all that GitLab is asked about applies (default 60s)");
}

OptionRow config_from_option() {
  return text("--config-from", "target|default", &Options::config_from,
              "take what is executed from the configuration of the merge request's target branch, or of the default "
              "branch, which then says where to apply as well");
}

ArgumentRow range_argument() {
  return {.name = "RANGE",
          .help = "COMMIT (against its first parent), A..B or A...B",
          .offers = Offers::revisions,
          .field = &Options::range};
}

ArgumentRow state_argument(bool is_required) {
  return {.name = "STATE",
          .help = "the state's id, or a path to its directory",
          .is_required = is_required,
          .offers = Offers::states,
          .field = &Options::state};
}

}  // namespace statelane::cli
