#include "runner/output_digests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "runner/dotenv.hpp"

namespace statelane::runner {

namespace {

using Answer = JsonScanner::Answer;

bool is_named(const std::optional<std::vector<std::string>>& names, const std::string& name) {
  return !names || std::find(names->begin(), names->end(), name) != names->end();
}

/// `read` is what `before` holds, as far as plan and record tell.
bool is_same(const OutputDigests& read, const OutputDigests& before) {
  return std::equal(read.begin(), read.end(), before.begin(), before.end(), [](const auto& left, const auto& right) {
    const bool is_told = left.second != sensitive_before && right.second != sensitive_before;
    return left.first == right.first && (left.second == right.second || !is_told);
  });
}

bool differs(const AppliedOutputs& applied, const std::string& name) {
  const auto after = applied.after.find(name);
  return after == applied.after.end() || after->second != applied.before.at(name);
}

}  // namespace

OutputDigestReader::OutputDigestReader(Source source, std::string salt)
    : scanner_(source == Source::plan ? "show -json" : "output -json",
               [this](const JsonEvent& event) { return receive(event); }),
      first_(source == Source::plan ? Place::document : Place::own_outputs),
      salt_(std::move(salt)) {}

SeenOutputs OutputDigestReader::finish() {
  scanner_.finish();
  // Where there is no output at all, before or after, the tools leave output_changes out.
  if (!seen_.planned && has_configuration_ && !has_configured_outputs_) seen_.planned.emplace();
  return std::move(seen_);
}

Answer OutputDigestReader::receive(const JsonEvent& event) {
  if (here() == Place::value || (event.kind != JsonEvent::Kind::key && next_ == Place::value)) {
    digest(event);
    return Answer::enter;
  }
  if (event.kind != JsonEvent::Kind::key) receive_planned(event);
  switch (event.kind) {
    case JsonEvent::Kind::key: return receive_key(event.text);
    case JsonEvent::Kind::begin_object:
    case JsonEvent::Kind::begin_array: enter(); break;
    case JsonEvent::Kind::end_object:
    case JsonEvent::Kind::end_array: leave(); break;
    case JsonEvent::Kind::string: receive_text(event.text); break;
    case JsonEvent::Kind::scalar: break;
  }
  return Answer::enter;
}

Answer OutputDigestReader::receive_key(std::string_view key) {
  struct Wanted {
    Place place;
    std::string_view key;
    Place next;
  };
  static constexpr std::array wanted = {
      Wanted{Place::document, "prior_state", Place::prior_state},
      // Not prior_state's outputs: the refresh has already put the new values there.
      Wanted{Place::document, "output_changes", Place::output_changes},
      Wanted{Place::output_change, "actions", Place::output_actions},
      Wanted{Place::output_change, "before", Place::value},
      Wanted{Place::output_change, "after", Place::outside},
      Wanted{Place::output_change, "after_unknown", Place::outside},
      Wanted{Place::output_change, "before_sensitive", Place::outside},
      Wanted{Place::output_change, "after_sensitive", Place::outside},
      Wanted{Place::prior_state, "values", Place::state_values},
      Wanted{Place::state_values, "root_module", Place::module},
      Wanted{Place::module, "resources", Place::resources},
      Wanted{Place::module, "child_modules", Place::modules},
      Wanted{Place::resource, "address", Place::outside},
      Wanted{Place::resource, "type", Place::outside},
      Wanted{Place::resource, "values", Place::resource_values},
      Wanted{Place::resource_values, "outputs", Place::remote_outputs},
      Wanted{Place::document, "configuration", Place::configuration},
      Wanted{Place::configuration, "root_module", Place::root_module},
      Wanted{Place::own_output, "value", Place::value},
      Wanted{Place::own_output, "sensitive", Place::outside},
  };
  key_ = key;
  has_configuration_ = has_configuration_ || (here() == Place::configuration && key == "root_module");
  has_configured_outputs_ = has_configured_outputs_ || (here() == Place::root_module && key == "outputs");
  const bool is_name =
      here() == Place::own_outputs || here() == Place::output_changes || here() == Place::remote_outputs;
  if (is_name) {
    output_name_ = key;
    is_remote_output_ = here() == Place::remote_outputs;
    is_new_output_ = false;
    change_ = {};
    next_ = is_remote_output_ ? Place::value : here() == Place::own_outputs ? Place::own_output : Place::output_change;
    return Answer::enter;
  }
  const auto found = std::find_if(wanted.begin(), wanted.end(),
                                  [&](const Wanted& entry) { return entry.place == here() && entry.key == key; });
  // Terraform writes a resource's type before its values.
  const bool is_other_resource =
      key == "values" && here() == Place::resource && resource_type_ != "terraform_remote_state";
  if (found == wanted.end() || is_other_resource) return Answer::skip;
  next_ = found->next;
  return Answer::enter;
}

void OutputDigestReader::enter() {
  Place place = places_.empty() ? first_ : next_;
  if (here() == Place::modules) place = Place::module;
  if (here() == Place::resources) {
    place = Place::resource;
    resource_type_.clear();
    resource_address_.clear();
  }
  if (place == Place::output_changes) seen_.planned.emplace();
  if (place == Place::remote_outputs) seen_.remote.push_back({resource_address_, {}});
  places_.push_back(place);
  next_ = Place::outside;
}

void OutputDigestReader::leave() {
  if (here() == Place::output_change && is_new_output_) seen_.own.erase(output_name_);
  if (here() == Place::output_change) take_planned();
  places_.pop_back();
}

void OutputDigestReader::receive_text(std::string_view text) {
  if (here() == Place::output_actions && text == "create") is_new_output_ = true;
  if (here() != Place::resource) return;
  if (key_ == "type") resource_type_ = text;
  if (key_ == "address") resource_address_ = text;
}

void OutputDigestReader::receive_planned(const JsonEvent& event) {
  const bool is_true = event.kind == JsonEvent::Kind::scalar && event.text == "true";
  const bool is_change = here() == Place::output_change;
  if ((is_change && (key_ == "before_sensitive" || key_ == "after_sensitive") && is_true) ||
      (here() == Place::own_output && key_ == "sensitive" && is_true))
    seen_.sensitive.insert(output_name_);
  if (is_change && key_ == "after_unknown" && is_true) change_.planned.is_known = false;
  if (!is_change || key_ != "after") return;
  const bool is_text = event.kind == JsonEvent::Kind::string || event.kind == JsonEvent::Kind::scalar;
  change_.is_null = event.kind == JsonEvent::Kind::scalar && event.text == "null";
  change_.planned.size = is_text ? event.text.size() : 0;
  change_.planned.why_not = is_text ? why_no_variable(event.text) : std::string(no_variable_type);
}

void OutputDigestReader::take_planned() {
  PlannedOutput& planned = change_.planned;
  if (change_.is_null && planned.is_known) return;
  if (!planned.is_known) planned = {false, "", 0};
  if (seen_.sensitive.contains(output_name_)) planned.why_not = sensitive_variable;
  (*seen_.planned)[output_name_] = planned;
}

void OutputDigestReader::digest(const JsonEvent& event) {
  next_ = Place::outside;
  if (!digest_) {
    digest_.emplace();
    digest_->add_field(salt_);
  }
  const char kind = static_cast<char>('0' + static_cast<int>(event.kind));
  digest_->add({&kind, 1});
  digest_->add_field(event.text);
  const bool opens = event.kind == JsonEvent::Kind::begin_object || event.kind == JsonEvent::Kind::begin_array;
  const bool closes = event.kind == JsonEvent::Kind::end_object || event.kind == JsonEvent::Kind::end_array;
  if (opens) places_.push_back(Place::value);
  if (closes) places_.pop_back();
  if (here() != Place::value) take_value();
}

void OutputDigestReader::take_value() {
  OutputDigests& outputs = is_remote_output_ ? seen_.remote.back().outputs : seen_.own;
  outputs[output_name_] = digest_->finish_hex();
  digest_.reset();
}

SeenOutputs without_digests(SeenOutputs seen) {
  const auto hide = [](OutputDigests& outputs) {
    for (auto& [name, digest] : outputs) digest = sensitive_before;
  };
  hide(seen.own);
  for (RemoteOutputs& remote : seen.remote) hide(remote.outputs);
  if (!seen.planned) return seen;
  for (auto& [name, planned] : *seen.planned) planned.size = 0;
  return seen;
}

AppliedOutputs hide_sensitive(AppliedOutputs applied, const std::set<std::string>& sensitive) {
  for (const std::string& name : sensitive) {
    const auto before = applied.before.find(name);
    const auto after = applied.after.find(name);
    const bool has_before = before != applied.before.end();
    const bool has_after = after != applied.after.end();
    const bool is_changed = !has_before || !has_after || before->second != after->second;
    if (has_before) before->second = sensitive_before;
    if (has_after) after->second = is_changed ? sensitive_changed : sensitive_before;
  }
  return applied;
}

std::vector<Refusal> find_changed_outputs(const std::vector<RemoteOutputs>& read, const AppliedOutputs& applied,
                                          const std::optional<std::vector<std::string>>& names) {
  std::vector<Refusal> result;
  for (const RemoteOutputs& source : read) {
    const bool reads_this_state = !applied.before.empty() && is_same(source.outputs, applied.before);
    for (const auto& [name, digest] : reads_this_state ? source.outputs : OutputDigests{}) {
      if (!is_named(names, name) || !differs(applied, name)) continue;
      result.push_back({Guard::changed_outputs,
                        fmt::format("output '{}' of state '{}' has changed since the plan read it ({})", name,
                                    applied.state, source.address),
                        "retry the plan job of this state, review its plan, then start this job again"});
    }
  }
  return result;
}

}  // namespace statelane::runner
