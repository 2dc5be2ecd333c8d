#include "runner/plan_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/escape.hpp"

namespace statelane::runner {

namespace {

using Answer = JsonScanner::Answer;

std::int64_t count_of(const std::vector<std::string>& actions, std::string_view action) {
  return std::count(actions.begin(), actions.end(), action);
}

void sort_lists(PlanSummary& summary) {
  for (auto* list : {&summary.created, &summary.updated, &summary.replaced, &summary.deleted, &summary.imported,
                     &summary.moved, &summary.forgotten, &summary.succeeded, &summary.read}) {
    std::sort(list->begin(), list->end());
  }
  std::sort(summary.outputs.begin(), summary.outputs.end(),
            [](const OutputChange& left, const OutputChange& right) { return left.name < right.name; });
}

}  // namespace

bool PlanSummary::has_changes() const {
  if (applyable) return *applyable;
  return create + update + remove > 0 || !imported.empty() || !moved.empty() || !forgotten.empty() || !outputs.empty();
}

std::array<std::pair<std::string_view, const std::vector<std::string>*>, 9> by_action(const PlanSummary& summary) {
  return {{{"delete", &summary.deleted},
           {"replace", &summary.replaced},
           {"forget", &summary.forgotten},
           {"forget and create", &summary.succeeded},
           {"create", &summary.created},
           {"update", &summary.updated},
           {"import", &summary.imported},
           {"move", &summary.moved},
           {"read", &summary.read}}};
}

PlanSummaryReader::PlanSummaryReader()
    : scanner_("show -json", [this](const JsonEvent& event) { return receive(event); }) {}

PlanSummary PlanSummaryReader::finish() {
  scanner_.finish();
  if (format_version_.empty()) {
    throw Error(ErrorKind::environment, "the JSON of 'show -json' has no format_version: it is no plan",
                {"the tool must be Terraform 0.12 or later, or OpenTofu"});
  }
  sort_lists(summary_);
  return std::move(summary_);
}

Answer PlanSummaryReader::receive(const JsonEvent& event) {
  switch (event.kind) {
    case JsonEvent::Kind::key: return receive_key(event.text);
    case JsonEvent::Kind::begin_object:
    case JsonEvent::Kind::begin_array: enter(); break;
    case JsonEvent::Kind::end_object:
    case JsonEvent::Kind::end_array: leave(); break;
    case JsonEvent::Kind::string: receive_value(event.text, true); break;
    case JsonEvent::Kind::scalar: receive_value(event.text, false); break;
  }
  return Answer::enter;
}

Answer PlanSummaryReader::receive_key(std::string_view key) {
  struct Wanted {
    Place place;
    std::string_view key;
    Place next;
  };
  static constexpr std::array wanted = {
      Wanted{Place::document, "format_version", Place::outside},
      Wanted{Place::document, "terraform_version", Place::outside},
      Wanted{Place::document, "errored", Place::outside},
      Wanted{Place::document, "complete", Place::outside},
      Wanted{Place::document, "applyable", Place::outside},
      Wanted{Place::document, "resource_changes", Place::resources},
      Wanted{Place::document, "resource_drift", Place::drifted},
      Wanted{Place::document, "output_changes", Place::outputs},
      Wanted{Place::document, "variables", Place::variables},
      Wanted{Place::resource, "address", Place::outside},
      Wanted{Place::resource, "previous_address", Place::outside},
      Wanted{Place::resource, "deposed", Place::outside},
      Wanted{Place::resource, "change", Place::change},
      Wanted{Place::drifted_resource, "change", Place::change},
      Wanted{Place::change, "actions", Place::actions},
      Wanted{Place::change, "importing", Place::importing},
      Wanted{Place::output, "actions", Place::output_actions},
  };
  const Place here = places_.empty() ? Place::outside : places_.back();
  key_ = key;
  if (here == Place::outputs) {
    output_ = {key_, ""};
    next_ = Place::output;
    return Answer::enter;
  }
  if (here == Place::variables) {
    summary_.variables.push_back(key_);
    return Answer::skip;
  }
  const auto found = std::find_if(wanted.begin(), wanted.end(),
                                  [&](const Wanted& entry) { return entry.place == here && entry.key == key; });
  if (found == wanted.end()) return Answer::skip;
  next_ = found->next;
  return Answer::enter;
}

void PlanSummaryReader::enter() {
  const Place here = places_.empty() ? Place::document : next_;
  const Place above = places_.empty() ? Place::outside : places_.back();
  if (above == Place::resources || above == Place::drifted) {
    places_.push_back(above == Place::resources ? Place::resource : Place::drifted_resource);
    resource_ = {};
    return;
  }
  if (here == Place::importing) resource_.is_imported = true;
  places_.push_back(here);
  next_ = Place::outside;
}

void PlanSummaryReader::leave() {
  const Place left = places_.back();
  places_.pop_back();
  if (left == Place::resource) take_resource();
  // One that only moved is told of without an action.
  if (left == Place::drifted_resource && count_of(resource_.actions, "no-op") == 0) ++summary_.changed_outside;
  if (left == Place::output) take_output();
}

void PlanSummaryReader::receive_value(std::string_view text, bool is_string) {
  const Place here = places_.empty() ? Place::outside : places_.back();
  if (is_string) {
    if (here == Place::actions) resource_.actions.emplace_back(text);
    if (here == Place::output_actions) output_.action += text;
    if (here == Place::resource && key_ == "address") resource_.address = text;
    if (here == Place::resource && key_ == "previous_address") resource_.previous_address = text;
    if (here == Place::resource && key_ == "deposed") resource_.deposed = text;
    if (here == Place::document && key_ == "format_version") format_version_ = text;
    if (here == Place::document && key_ == "terraform_version") summary_.tool_version = text;
    return;
  }
  if (here != Place::document || (text != "true" && text != "false")) return;
  if (key_ == "errored") summary_.errored = text == "true";
  if (key_ == "complete") summary_.complete = text == "true";
  if (key_ == "applyable") summary_.applyable = text == "true";
}

void PlanSummaryReader::take_resource() {
  const auto& actions = resource_.actions;
  const auto created = count_of(actions, "create");
  const auto updated = count_of(actions, "update");
  const auto removed = count_of(actions, "delete");
  const auto forgotten = count_of(actions, "forget");
  // Only what is created, imported or read has not been in the state before.
  const bool is_new = std::all_of(actions.begin(), actions.end(),
                                  [](const std::string& action) { return action == "create" || action == "read"; });
  summary_.has_prior_objects = summary_.has_prior_objects || (!is_new && !resource_.is_imported);
  summary_.create += created;
  summary_.update += updated;
  summary_.remove += removed;

  std::string name = resource_.address;
  if (!resource_.deposed.empty()) name += fmt::format(" (deposed object {})", resource_.deposed);
  if (!resource_.previous_address.empty()) summary_.moved.push_back(resource_.previous_address + " -> " + name);
  if (resource_.is_imported) summary_.imported.push_back(name);
  if (count_of(actions, "read") > 0) summary_.read.push_back(name);
  if (created > 0 && forgotten > 0) return summary_.succeeded.push_back(std::move(name));
  if (forgotten > 0) summary_.forgotten.push_back(name);
  if (updated > 0) summary_.updated.push_back(name);
  if (created > 0 && removed > 0) return summary_.replaced.push_back(std::move(name));
  if (created > 0) return summary_.created.push_back(std::move(name));
  if (removed > 0) summary_.deleted.push_back(std::move(name));
}

void PlanSummaryReader::take_output() {
  if (output_.action == "no-op" || output_.action.empty()) return;
  if (output_.action != "create" && output_.action != "delete") output_.action = "update";
  summary_.outputs.push_back(std::move(output_));
}

std::string render_report(const PlanSummary& summary) {
  return fmt::format("{{\"create\":{},\"update\":{},\"delete\":{}}}\n", summary.create, summary.update, summary.remove);
}

std::string render_summary(const PlanSummary& summary, std::string_view state_id, std::string_view whole,
                           std::size_t most_lines) {
  std::string counts;
  std::vector<std::string> lines;
  for (const auto& [verb, addresses] : by_action(summary)) {
    if (addresses->empty()) continue;
    counts += fmt::format("{}{} to {}", counts.empty() ? "" : ", ", addresses->size(), verb);
    for (const std::string& address : *addresses)
      lines.push_back(fmt::format("  {:<8} {}\n", verb, escape_for_terminal(address)));
  }
  for (const OutputChange& output : summary.outputs) {
    lines.push_back(fmt::format("  {:<8} output {}\n", output.action, escape_for_terminal(output.name)));
  }
  if (!summary.outputs.empty()) {
    counts += fmt::format("{}{} output{}", counts.empty() ? "" : ", ", summary.outputs.size(),
                          summary.outputs.size() == 1 ? " changes" : "s change");
  }
  if (!summary.has_changes()) counts = "no changes";
  std::string result =
      fmt::format("plan of {}: {}\n", escape_for_terminal(state_id), counts.empty() ? "changes" : counts);
  const std::size_t shown = lines.size() <= most_lines ? lines.size() : most_lines - 1;
  for (std::size_t index = 0; index < shown; ++index) result += lines[index];
  if (shown < lines.size()) {
    result += fmt::format("  ... and {} more{}\n", lines.size() - shown,
                          whole.empty() ? "" : fmt::format(", all in {}", whole));
  }
  return result;
}

}  // namespace statelane::runner
