#include "applied/deployment.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace statelane::applied {

namespace {

using Json = nlohmann::json;

/// Names and addresses of any length are not for us.
constexpr std::size_t longest_text = 4096;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return "";
  const std::string& text = found->get_ref<const std::string&>();
  return text.size() <= longest_text ? text : "";
}

std::int64_t number_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

const Json* object_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? &*found : nullptr;
}

Status status_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Status>, 7> words = {{{"created", Status::created},
                                                                         {"running", Status::running},
                                                                         {"success", Status::success},
                                                                         {"failed", Status::failed},
                                                                         {"canceled", Status::canceled},
                                                                         {"skipped", Status::skipped},
                                                                         {"blocked", Status::blocked}}};
  const auto found = std::find_if(words.begin(), words.end(), [&](const auto& word) { return word.first == text; });
  return found == words.end() ? Status::other : found->second;
}

/// The list has no time of its own for the end: the job's is taken, without a job that of the last change.
void take_job(const Json& record, Deployment& result) {
  result.finished_at = text_of(record, "finished_at");
  const Json* job = object_of(record, "deployable");
  if (job != nullptr) {
    result.job = text_of(*job, "name");
    if (result.finished_at.empty()) result.finished_at = text_of(*job, "finished_at");
    result.has_started = job->find("started_at") == job->end() || !text_of(*job, "started_at").empty();
    if (const Json* pipeline = object_of(*job, "pipeline")) result.pipeline_url = text_of(*pipeline, "web_url");
  }
  if (result.finished_at.empty()) result.finished_at = text_of(record, "updated_at");
  if (result.finished_at.empty()) result.finished_at = text_of(record, "created_at");
  result.finished = parse_time(result.finished_at);
}

std::optional<Deployment> to_deployment(const Json& record) {
  const Json* environment = record.is_object() ? object_of(record, "environment") : nullptr;
  if (environment == nullptr) return std::nullopt;
  Deployment result;
  result.iid = number_of(record, "iid");
  result.environment = text_of(*environment, "name");
  result.commit = text_of(record, "sha");
  result.branch = text_of(record, "ref");
  result.status = status_of(text_of(record, "status"));
  const Json* user = object_of(record, "user");
  if (user != nullptr) result.user = text_of(*user, "username");
  take_job(record, result);
  if (result.environment.empty() || !is_commit(result.commit)) return std::nullopt;
  return result;
}

std::optional<Environment> to_environment(const Json& record) {
  if (!record.is_object()) return std::nullopt;
  const std::string state = text_of(record, "state");
  Environment result{number_of(record, "id"), text_of(record, "name"), text_of(record, "slug"),
                     state == "stopped" || state == "stopping", parse_time(text_of(record, "created_at"))};
  if (result.name.empty()) return std::nullopt;
  return result;
}

template <typename Value, typename Read>
std::optional<std::vector<Value>> parse_list(std::string_view body, const Read& read) {
  const Json list = Json::parse(body, nullptr, false);
  if (!list.is_array()) return std::nullopt;
  std::vector<Value> result;
  for (const Json& entry : list) {
    if (auto value = read(entry)) result.push_back(*std::move(value));
  }
  return result;
}

/// Takes exactly `count` digits from the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
  int value = 0;
  if (text.size() < count) return std::nullopt;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + count, value);
  if (fault != std::errc() || end != text.data() + count || value < 0) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view wanted) {
  if (text.empty() || wanted.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Days since 1970 of a date of the Gregorian calendar.
std::int64_t days_of(int year, int month, int day) {
  const std::int64_t shifted = year - (month <= 2 ? 1 : 0);
  const std::int64_t era = shifted / 400;
  const std::int64_t year_of_era = shifted - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/// Digits behind the point, as microseconds.
std::int64_t take_fraction(std::string_view& text) {
  std::int64_t result = 0;
  std::int64_t weight = 100'000;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), weight /= 10) {
    result += (text.front() - '0') * weight;
  }
  return result;
}

/// `Z`, or `+02:00`, in seconds; empty when there is none.
std::optional<std::int64_t> take_zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const bool is_west = text.starts_with('-');
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_number(text, 2);
  take(text, ":");
  const auto minutes = take_number(text, 2);
  if (!hours || !minutes || !text.empty()) return std::nullopt;
  return (is_west ? -60 : 60) * (*hours * 60 + *minutes);
}

}  // namespace

std::int64_t parse_time(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, "-")) return 0;
  const auto month = take_number(text, 2);
  if (!month || !take(text, "-")) return 0;
  const auto day = take_number(text, 2);
  if (!day || !take(text, "Tt ")) return 0;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ":")) return 0;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ":")) return 0;
  const auto second = take_number(text, 2);
  if (!second) return 0;
  const std::int64_t fraction = take(text, ".") ? take_fraction(text) : 0;
  const auto zone = take_zone(text);
  if (!zone) return 0;
  const std::int64_t seconds = (days_of(*year, *month, *day) * 24 + *hour) * 3600 + *minute * 60 + *second - *zone;
  return seconds * 1'000'000 + fraction;
}

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         text.find_first_not_of('0') != std::string_view::npos;
}

std::optional<std::vector<Deployment>> parse_deployments(std::string_view body) {
  return parse_list<Deployment>(body, to_deployment);
}

std::optional<std::vector<Environment>> parse_environments(std::string_view body) {
  return parse_list<Environment>(body, to_environment);
}

}  // namespace statelane::applied
