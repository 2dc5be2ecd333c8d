#include "runner/certificate_reader.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <tuple>
#include <utility>

#include "base/digest.hpp"
#include "runner/utf8_text.hpp"

namespace statelane::runner {

namespace {

using Answer = JsonScanner::Answer;
using Kind = PlanValue::Kind;

constexpr std::int64_t day = 86'400;
/// Of hashes that are told: 128 bits.
constexpr std::size_t told_digits = 32;

std::string write_time(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm utc{};
  if (::gmtime_r(&time, &utc) == nullptr) return "";
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", utc);
}

/// Lists of the document whose elements are parts of the plan.
bool is_list(std::string_view key) {
  constexpr std::array<std::string_view, 6> lists = {"resource_changes", "resource_drift",
                                                     "deferred_changes", "action_invocations",
                                                     "checks",           "deferred_action_invocations"};
  return std::find(lists.begin(), lists.end(), key) != lists.end();
}

bool is_map(std::string_view key) { return key == "output_changes" || key == "variables"; }

/// What is as large as the stored state.
bool is_state(std::string_view key) { return key == "prior_state" || key == "planned_values"; }

std::vector<std::string> read_actions(const PlanValue& change) {
  std::vector<std::string> actions;
  if (const PlanValue* list = change.find("actions"); list != nullptr)
    for (const PlanValue& action : list->items) actions.emplace_back(action.string());
  return actions;
}

/// Something of it is true, as in `after_unknown`.
bool has_truth(const PlanValue& value) {
  return value.is_true() || std::any_of(value.items.begin(), value.items.end(), has_truth);
}

std::string write_all(const PlanValue* value) {
  bool found_time = false;
  return value == nullptr ? "" : write_canonical(*value, {}, found_time);
}

std::vector<std::string> changed_attributes(const PlanValue& change) {
  const PlanValue* before = change.find("before");
  const PlanValue* after = change.find("after");
  const PlanValue* unknown = change.find("after_unknown");
  std::set<std::string> names;
  for (const PlanValue* side : {before, after, unknown})
    if (side != nullptr) names.insert(side->keys.begin(), side->keys.end());
  std::erase_if(names, [&](const std::string& name) {
    const PlanValue* not_known = unknown == nullptr ? nullptr : unknown->find(name);
    if (not_known != nullptr && has_truth(*not_known)) return false;
    const PlanValue* old = before == nullptr ? nullptr : before->find(name);
    const PlanValue* next = after == nullptr ? nullptr : after->find(name);
    return write_all(old) == write_all(next);
  });
  return to_utf8(std::vector<std::string>(names.begin(), names.end()));
}

std::string address_of(const PlanValue& resource) {
  std::string address(string_of(resource, "address"));
  const std::string_view deposed = string_of(resource, "deposed");
  return deposed.empty() ? address : fmt::format("{} (deposed object {})", address, deposed);
}

/// Of a whole list whose order means nothing.
void sort_items(PlanValue& value) {
  std::stable_sort(value.items.begin(), value.items.end(),
                   [](const PlanValue& left, const PlanValue& right) { return write_all(&left) < write_all(&right); });
}

std::optional<PlanValue> remove_member(PlanValue& object, std::string_view key) {
  const auto found = std::find(object.keys.begin(), object.keys.end(), key);
  if (found == object.keys.end()) return std::nullopt;
  const auto item = object.items.begin() + (found - object.keys.begin());
  PlanValue member = std::move(*item);
  object.items.erase(item);
  object.keys.erase(found);
  return member;
}

std::string join_digests(const std::vector<std::string>& sorted) {
  std::string all;
  for (const std::string& one : sorted) all += fmt::format("{}:{}", one.size(), one);
  return all;
}

}  // namespace

CertificateReader::CertificateReader(std::string key, std::int64_t now)
    : scanner_("show -json", [this](const JsonEvent& event) { return receive(event); }),
      key_(std::move(key)),
      day_before_(write_time(now - day)),
      day_after_(write_time(now + day)) {}

Answer CertificateReader::receive(const JsonEvent& event) {
  using Event = JsonEvent::Kind;
  if (is_building_) {
    if (builder_.add(event)) take(builder_.take());
    return Answer::enter;
  }
  switch (event.kind) {
    case Event::key: member_ = event.text; return Answer::enter;
    case Event::end_object:
    case Event::end_array:
      if (!path_.empty()) path_.pop_back();
      is_array_.pop_back();
      return Answer::enter;
    default: break;
  }
  if (!is_array_.empty() && is_part()) {
    is_building_ = true;
    if (builder_.add(event)) take(builder_.take());
  } else if (event.kind == Event::begin_object || event.kind == Event::begin_array) {
    if (!is_array_.empty()) path_.push_back(name_of_value());
    is_array_.push_back(event.kind == Event::begin_array);
  } else {
    take_scalar(event);
  }
  return Answer::enter;
}

std::string CertificateReader::name_of_value() const { return is_array_.back() ? "[]" : member_; }

/// Whether the value that begins is taken as one.
bool CertificateReader::is_part() const {
  if (path_.empty()) return !is_list(member_) && !is_map(member_) && !is_state(member_);
  if (path_.size() == 1 && (is_list(path_.front()) || is_map(path_.front()))) return true;
  return path_.back() == "outputs" || path_.back() == "resources";
}

/// What stands between the parts of a state, or in the place of a list.
void CertificateReader::take_scalar(const JsonEvent& event) {
  std::string line;
  for (const std::string& name : path_) line += fmt::format("{}:{}", name.size(), name);
  if (!is_array_.empty()) line += "=" + name_of_value();
  rest_.push_back(fmt::format("{}={}{}", line, event.kind == JsonEvent::Kind::string ? "s" : "v", event.text));
}

void CertificateReader::take_field(PlanValue value) {
  if (member_ == "timestamp") {
    plan_time_ = value.string();
    return;
  }
  if (member_ == "configuration") {
    if (const auto root = remove_member(value, "root_module")) take_configuration(*root, "");
    return put({{"configuration of providers"}, true, std::move(value)});
  }
  const bool is_relevant = member_ == "relevant_attributes";
  if (is_relevant) sort_items(value);
  put({{is_relevant ? "what the plan refers to" : member_}, !is_relevant, std::move(value)});
}

void CertificateReader::take(PlanValue value) {
  is_building_ = false;
  if (path_.empty()) return take_field(std::move(value));
  const std::string& list = path_.front();
  if (list == "resource_changes") return take_change(std::move(value), "");
  if (list == "resource_drift") return take_change(std::move(value), "drift of ");
  if (list == "output_changes") return take_output(member_, std::move(value));
  if (list == "variables") {
    variables_.emplace_back(member_, std::move(value));
    return;
  }
  if (is_state(list)) {
    const std::string name = path_.back() == "outputs" ? "output " + member_ : address_of(value);
    return put({{(list == "prior_state" ? "state of " : "planned state of ") + name}, false, std::move(value)});
  }
  take_other(list, std::move(value));
}

void CertificateReader::take_other(const std::string& list, PlanValue value) {
  Part part;
  if (list == "deferred_changes") {
    const PlanValue* change = value.find("resource_change");
    part.told = {"deferred " + (change == nullptr ? "" : address_of(*change)), std::string(string_of(value, "reason"))};
  } else if (list == "checks") {
    const PlanValue* address = value.find("address");
    part.told = {"check " + std::string(address == nullptr ? "" : string_of(*address, "to_display")),
                 std::string(string_of(value, "status"))};
  } else {
    const bool is_deferred = list == "deferred_action_invocations";
    part.told = {(is_deferred ? "deferred action " : "action ") + address_of(value),
                 is_deferred ? "deferred" : "invoke"};
  }
  part.value = std::move(value);
  put(std::move(part));
}

void CertificateReader::take_change(PlanValue value, std::string_view prefix) {
  Part part{{std::string(prefix) + address_of(value)}, prefix.empty(), {}};
  if (const PlanValue* change = value.find("change")) {
    std::vector<std::string> actions = read_actions(*change);
    const PlanValue* importing = change->find("importing");
    if (importing != nullptr && importing->kind == Kind::object) actions.emplace_back("import");
    if (const auto previous = string_of(value, "previous_address"); !previous.empty())
      actions.push_back(fmt::format("move from {}", previous));
    if (actions.size() > 1) std::erase(actions, "no-op");
    if (actions == std::vector<std::string>{"no-op"}) part.is_change = false;
    part.told.actions = to_utf8(fmt::format("{}", fmt::join(actions, ", ")));
    part.told.attributes = changed_attributes(*change);
  }
  part.value = std::move(value);
  put(std::move(part));
}

void CertificateReader::take_output(std::string name, PlanValue value) {
  const std::vector<std::string> actions = read_actions(value);
  put({{"output " + name, fmt::format("{}", fmt::join(actions, ", "))},
       actions != std::vector<std::string>{"no-op"},
       std::move(value)});
}

/// Resource by resource: provisioners and the like are told nowhere else.
void CertificateReader::take_configuration(const PlanValue& module, const std::string& path) {
  PlanValue rest{Kind::object};
  for (std::size_t index = 0; index < module.keys.size(); ++index) {
    const std::string& key = module.keys[index];
    const PlanValue& value = module.items[index];
    if (key == "resources" && value.kind == Kind::array) {
      for (const PlanValue& resource : value.items)
        put({{"configuration of " + path + address_of(resource)}, true, resource});
      continue;
    }
    if (key == "variables" && path.empty()) {
      for (std::size_t at = 0; at < value.keys.size(); ++at) {
        const PlanValue* sensitive = value.items[at].find("sensitive");
        if (sensitive != nullptr && sensitive->is_true()) sensitive_variables_.insert(value.keys[at]);
      }
    }
    if (key == "module_calls" && value.kind == Kind::object) {
      for (std::size_t at = 0; at < value.keys.size(); ++at) {
        PlanValue call = value.items[at];
        const std::string name = fmt::format("{}module.{}", path, value.keys[at]);
        if (const auto called = remove_member(call, "module")) take_configuration(*called, name + ".");
        put({{"configuration of " + name}, true, std::move(call)});
      }
      continue;
    }
    rest.keys.push_back(key);
    rest.items.push_back(value);
  }
  put({{path.empty() ? "configuration of the root module" : "configuration inside " + path.substr(0, path.size() - 1)},
       true,
       std::move(rest)});
}

bool CertificateReader::may_hold_time(const PlanValue& value) const {
  constexpr std::size_t size = std::string_view("2006-01-02T15:04:05Z").size();
  if (value.kind == Kind::string)
    return value.text.size() == size && value.text > day_before_ && value.text < day_after_;
  return std::any_of(value.items.begin(), value.items.end(),
                     [this](const PlanValue& item) { return may_hold_time(item); });
}

void CertificateReader::put(Part part) {
  part.told.subject = to_utf8(part.told.subject);
  if (may_hold_time(part.value)) {
    waiting_.push_back(std::move(part));
  } else {
    hash(part);
  }
}

void CertificateReader::hash(const Part& part) {
  Hashed result{part.told, ""};
  if (!key_.empty()) {
    bool found_time = false;
    result.told.hash =
        hmac_sha256_hex(key_, part.told.subject + "\n" + write_canonical(part.value, {plan_time_, true}, found_time))
            .substr(0, told_digits);
    result.full = sha256_hex(write_canonical(part.value, {plan_time_, false}, found_time));
    if (found_time && part.is_change) holds_time_.insert(part.told.subject);
  }
  (part.is_change ? changes_ : others_).push_back(std::move(result));
}

void CertificateReader::hash_variables() {
  for (auto& [name, value] : variables_) {
    PlanValue marked = std::move(value);
    if (sensitive_variables_.contains(name)) {
      marked.keys.emplace_back("sensitive");
      marked.items.push_back({Kind::scalar, "true"});
    }
    hash({{to_utf8("variable " + name)}, true, std::move(marked)});
  }
}

PlanCertificate CertificateReader::finish() {
  scanner_.finish();
  for (const Part& part : waiting_) hash(part);
  hash_variables();
  std::sort(rest_.begin(), rest_.end());
  PlanCertificate result;
  const auto gather = [&](std::vector<Hashed>& parts, std::vector<CertifiedPart>& told, std::string_view what) {
    std::vector<std::string> all;
    for (const Hashed& part : parts)
      all.push_back(fmt::format("{}\n{}\n{}", part.told.subject, part.told.actions, part.full));
    std::sort(all.begin(), all.end());
    const auto order = [](const Hashed& part) { return std::tie(part.told.subject, part.told.hash); };
    std::sort(parts.begin(), parts.end(),
              [&](const Hashed& left, const Hashed& right) { return order(left) < order(right); });
    for (Hashed& part : parts) told.push_back(std::move(part.told));
    return key_.empty() ? "" : hmac_sha256_hex(key_, std::string(what) + join_digests(all));
  };
  result.digest = gather(changes_, result.parts, "changes\n");
  result.unchanged = gather(others_, result.remaining, "unchanged\n" + join_digests(rest_) + "\n");
  result.holds_time.assign(holds_time_.begin(), holds_time_.end());
  if (!key_.empty()) {
    result.key_id = hmac_sha256_hex(key_, "statelane: the id of this key").substr(0, 8);
    return result;
  }
  // What has nothing but values cannot be told without a key.
  std::erase_if(result.parts, [](const CertifiedPart& part) { return part.actions.empty(); });
  result.remaining.clear();
  return result;
}

}  // namespace statelane::runner
