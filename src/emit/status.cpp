#include "emit/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "emit/fold.hpp"
#include "emit/words.hpp"
#include "pipeline/describe_cause.hpp"

namespace statelane::emit {

namespace {

using applied::Deployment;
using comparison::LineCommit;
using comparison::Standing;
using comparison::StateStanding;

constexpr std::size_t commit_length = 12;
constexpr std::size_t most_causes = 6;
constexpr std::size_t most_commits = 12;

std::string safe(std::string_view text) { return escape_for_terminal(text); }

/// The smaller, the more it needs a person.
int need_of(const StateStanding& state) {
  switch (state.standing) {
    case Standing::failed: return 0;
    case Standing::pending: return 1;
    case Standing::never_applied: return 2;
    case Standing::foreign: return 3;
    case Standing::unknown: return state.affected ? 4 : 6;
    case Standing::left_behind: return 5;
    case Standing::applied: return 7;
  }
  return 8;
}

Style style_of(Standing standing) {
  switch (standing) {
    case Standing::failed: return Style::deleted;
    case Standing::pending:
    case Standing::never_applied: return Style::changed;
    case Standing::foreign:
    case Standing::left_behind: return Style::moved;
    case Standing::applied: return Style::added;
    case Standing::unknown: return Style::aside;
  }
  return Style::aside;
}

/// "by alice", "without a job by alice", "by the job deploy of feature/x".
std::string describe_origin(const Deployment& found, bool is_foreign) {
  const std::string user = found.user.empty() ? "" : " by " + safe(found.user);
  if (found.branch.empty()) return "";
  if (found.job.empty()) return " recorded without a job" + user;
  return is_foreign ? fmt::format(" by the job {} on {}{}", safe(found.job), safe(found.branch), user) : user;
}

std::string describe(const Deployment& found, bool is_foreign) {
  const std::string time = found.finished_at.empty() ? "" : " at " + safe(found.finished_at);
  return found.commit.substr(0, commit_length) + time + describe_origin(found, is_foreign);
}

std::string drift_cause_of(const Status& status, const StateStanding& state) {
  const auto drift = status.drift.find(state.id);
  return drift == status.drift.end() ? "" : describe_drift_cause(state, drift->second);
}

std::string render_commit(const LineCommit& commit) {
  const std::string request = commit.merge_request.empty() ? "" : commit.merge_request + " ";
  return fmt::format("{} {}{} ({})", commit.commit.substr(0, commit_length), request, safe(commit.subject),
                     safe(commit.author));
}

/// Lines below a heading of a tree.
void add_branch(std::string& out, const std::string& title, const std::vector<std::string>& lines, std::size_t most) {
  out += "├ " + title + "\n";
  const std::size_t shown = lines.size() <= most + 1 ? lines.size() : most;
  for (std::size_t index = 0; index < shown; ++index) out += "│   " + lines[index] + "\n";
  if (shown < lines.size()) out += fmt::format("│   … and {} more\n", lines.size() - shown);
}

}  // namespace

std::string_view word_of(comparison::Standing standing) {
  using comparison::Standing;
  switch (standing) {
    case Standing::applied: return "applied";
    case Standing::pending: return "pending";
    case Standing::failed: return "failed";
    case Standing::never_applied: return "never_applied";
    case Standing::left_behind: return "left_behind";
    case Standing::foreign: return "foreign";
    case Standing::unknown: return "unknown";
  }
  return "";
}

std::string_view word_of(applied::Source source) {
  switch (source) {
    case applied::Source::none: return "none";
    case applied::Source::refs: return "refs";
    case applied::Source::api: return "api";
  }
  return "";
}

std::string words_of(Standing standing) {
  std::string text(word_of(standing));
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string describe_applied(const StateStanding& state) {
  if (!state.record.applied) return "-";
  const Deployment& found = *state.record.applied;
  constexpr std::size_t date_length = 10;
  const std::string date = found.finished_at.empty() ? "" : " " + found.finished_at.substr(0, date_length);
  return found.commit.substr(0, commit_length) + date;
}

std::string describe_standing(const Status& status, const StateStanding& state) {
  std::string text = state.text;
  const auto add = [&](const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : "; ") + more;
  };
  if (state.standing != Standing::unknown && state.affected && state.affected->pending)
    add(state.affected->pending->text == state.text ? "" : state.affected->pending->text);
  if (state.record.failed)
    add(fmt::format("an apply of {} failed", state.record.failed->commit.substr(0, commit_length)));
  if (state.record.foreign) {
    const Deployment& foreign = *state.record.foreign;
    add(fmt::format("{} deployed from {}", foreign.commit.substr(0, commit_length),
                    foreign.branch.empty() ? "elsewhere" : foreign.branch));
  }
  if (text.empty() && state.affected && !state.affected->causes.empty())
    text = pipeline::describe_cause(state.affected->causes.front());
  // Else it is what stands there already.
  const std::string cause = state.affected || state.record.failed ? "" : drift_cause_of(status, state);
  if (!cause.empty()) add("drift: " + cause);
  return text.empty() ? "-" : text;
}

std::string count_standings(const std::vector<StateStanding>& states) {
  std::map<int, std::pair<Standing, std::size_t>> counts;
  for (const StateStanding& state : states) {
    auto& [standing, count] = counts[need_of(state)];
    standing = state.standing;
    ++count;
  }
  std::string text;
  for (const auto& [need, entry] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", entry.second, words_of(entry.first));
  return count_of(states.size(), "state", "states") + (text.empty() ? "" : ": " + text);
}

std::string describe_source(const Status& status) {
  const char* source = status.source == applied::Source::api    ? "GitLab's deployments"
                       : status.source == applied::Source::refs ? "the refs of GitLab's deployments"
                                                                : "nothing";
  return fmt::format("{} on {}, by {}", status.head.substr(0, commit_length), status.branch, source);
}

std::string describe_drift_cause(const StateStanding& state, const Drift& drift) {
  if (!drift.has_drifted) return "";
  if (state.standing == Standing::failed) return "an apply that failed";
  if (state.affected) return "what was merged and is not applied";
  if (!drift.changed_outside) return "not known";
  if (*drift.changed_outside > 0)
    return "the world: " + count_of(static_cast<std::size_t>(*drift.changed_outside), "object was", "objects were") +
           " changed outside";
  const std::string planned = drift.tool_version.empty() ? "" : fmt::format(" (planned by {})", drift.tool_version);
  return "nothing was changed outside: another version of the tool or of a provider" + planned +
         ", or what it reads elsewhere";
}

std::vector<const StateStanding*> sort_by_need(const std::vector<StateStanding>& states) {
  std::vector<const StateStanding*> result;
  for (const StateStanding& state : states) result.push_back(&state);
  std::stable_sort(result.begin(), result.end(), [](const StateStanding* left, const StateStanding* right) {
    return need_of(*left) < need_of(*right);
  });
  return result;
}

std::string render_status_text(const Status& status, const View& view) {
  std::vector<Column> columns = {{"STATE", Cut::last}, {"STATUS"}, {"APPLIED"}, {"WHY", Cut::first, true}};
  if (!status.drift.empty()) columns.insert(columns.begin() + 3, {"WORLD"});
  std::vector<std::vector<std::string>> rows;
  for (const StateStanding* state : sort_by_need(status.standings.states)) {
    rows.push_back({safe(state->id), words_of(state->standing), safe(describe_applied(*state)),
                    safe(describe_standing(status, *state))});
    const auto drift = status.drift.find(state->id);
    if (!status.drift.empty())
      rows.back().insert(rows.back().begin() + 3, drift == status.drift.end() ? "-" : drift->second.text);
  }
  std::string out = paint(view, safe(describe_source(status)), Style::aside) + "\n";
  if (!rows.empty()) out += "\n" + render_table(columns, rows, view);
  return out + "\n" + paint(view, count_standings(status.standings.states), Style::aside) + "\n";
}

std::string render_status_tree(const Status& status, const StateStanding& state, const View& view) {
  std::string out = fmt::format("{}  {}\n", paint(view, safe(state.id), Style::heading),
                                paint(view, words_of(state.standing), style_of(state.standing)));
  const applied::Record& record = state.record;
  if (!state.text.empty()) out += "├ " + safe(state.text) + "\n";
  out += "├ applied: " + (record.applied ? describe(*record.applied, false) : std::string("no record")) + "\n";
  if (record.failed) out += "├ failed: " + describe(*record.failed, false) + "\n";
  if (record.offered) out += "├ offered, and not pressed: " + describe(*record.offered, false) + "\n";
  if (record.foreign) out += "├ from elsewhere: " + describe(*record.foreign, true) + "\n";
  const auto drift = status.drift.find(state.id);
  if (drift != status.drift.end()) {
    const std::string cause = describe_drift_cause(state, drift->second);
    out += "├ the world: " + drift->second.text + (cause.empty() ? "" : "; " + safe(cause)) + "\n";
  }
  std::vector<std::string> commits;
  for (const std::size_t position : state.commits)
    commits.push_back(render_commit(status.standings.line.commits[position]));
  if (!commits.empty()) add_branch(out, "commits since then that touch it:", commits, most_commits);
  std::vector<std::string> causes;
  if (state.affected) {
    for (const impact::Cause& cause : state.affected->causes) causes.push_back(safe(pipeline::describe_cause(cause)));
  }
  if (!causes.empty()) add_branch(out, "what differs:", causes, most_causes);
  return fold(out + "└ " + safe(describe_source(status)) + "\n", view);
}

}  // namespace statelane::emit
