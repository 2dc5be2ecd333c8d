#include "applied/reviewed.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "gitlab/names.hpp"

namespace statelane::applied {

namespace {

constexpr int most_pages = 10;
constexpr int most_note_pages = 20;

using Json = nlohmann::json;

/// A member that is a string; GitLab writes null for what it does not know.
std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

CommitRequest read_request(const Json& json) {
  return {json.at("iid").get<std::uint64_t>(), text_of(json, "sha"), text_of(json, "target_branch"),
          text_of(json, "state") == "merged"};
}

}  // namespace

CommitRequests find_commit_requests(Api& api, const std::string& commit) {
  CommitRequests result;
  std::vector<CommitRequest> requests;
  for (int page = 1; page <= most_pages; ++page) {
    const Answer answer =
        api.get(fmt::format("/repository/commits/{}/merge_requests?per_page=100&page={}", commit, page));
    if (!answer.is_success()) {
      result.why_not = answer.why_not;
      return result;
    }
    try {
      for (const Json& request : Json::parse(answer.body)) requests.push_back(read_request(request));
    } catch (const Json::exception&) {
      result.why_not = "GitLab's answer is no list of merge requests";
      return result;
    }
    if (!answer.has_next_page) break;
  }
  result.requests = std::move(requests);
  return result;
}

std::optional<std::uint64_t> find_request_in_message(std::string_view message, std::string_view project) {
  while (!message.empty() && std::string_view(" \r\n\t").find(message.back()) != std::string_view::npos)
    message.remove_suffix(1);
  std::string_view line = message.substr(message.rfind('\n') + 1);
  constexpr std::string_view start = "See merge request ";
  if (!line.starts_with(start)) return std::nullopt;
  line.remove_prefix(start.size());
  const std::size_t mark = line.find('!');
  if (mark == std::string_view::npos || (mark > 0 && line.substr(0, mark) != project)) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(line.data() + mark + 1, line.data() + line.size(), number);
  const bool is_number = fault == std::errc() && end == line.data() + line.size();
  return is_number ? std::optional(number) : std::nullopt;
}

RequestNotes find_notes(Api& api, std::uint64_t request, std::string_view mark) {
  RequestNotes result;
  std::vector<ReadNote> notes;
  for (int page = 1; page <= most_note_pages; ++page) {
    const Answer answer = api.get(
        fmt::format("/merge_requests/{}/notes?sort=desc&order_by=updated_at&per_page=20&page={}", request, page));
    if (!answer.is_success()) {
      result.why_not = answer.why_not;
      return result;
    }
    try {
      for (const Json& note : Json::parse(answer.body)) {
        std::string body = text_of(note, "body");
        const auto author = note.find("author");
        if (body.find(mark) == std::string::npos || author == note.end() || !author->is_object()) continue;
        notes.push_back({author->value("id", std::int64_t{0}), std::move(body)});
      }
    } catch (const Json::exception&) {
      result.why_not = "GitLab's answer is no list of notes";
      return result;
    }
    if (!answer.has_next_page) break;
  }
  result.notes = std::move(notes);
  return result;
}

std::optional<std::string> read_request_artifact(Api& api, std::uint64_t request, const std::string& job,
                                                 const std::string& path) {
  const Answer answer = api.get(fmt::format("/jobs/artifacts/{}/raw/{}?job={}",
                                            gitlab::escape_for_url(fmt::format("refs/merge-requests/{}/head", request)),
                                            path, gitlab::escape_for_url(job)));
  return answer.is_success() ? std::optional(answer.body) : std::nullopt;
}

}  // namespace statelane::applied
