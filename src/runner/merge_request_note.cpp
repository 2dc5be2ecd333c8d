#include "runner/merge_request_note.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "base/digest.hpp"
#include "base/error.hpp"

namespace statelane::runner {

namespace {

using std::chrono::milliseconds;
using Time = std::chrono::steady_clock::time_point;

constexpr int most_pages = 1000;
constexpr int most_tries = 6;
constexpr milliseconds first_wait{2'000};
/// Of one exchange: a server that hangs must leave time for another try.
constexpr milliseconds longest_exchange{30'000};

/// What another try may mend.
struct Trouble {
  std::string text;
  std::optional<milliseconds> wait{};  ///< what the server asks for
};

std::string mark_of(const Note& note) { return fmt::format("<!-- statelane note {} ", note.key); }

std::string write_body(const Note& note) {
  return fmt::format("{}{} -->\n{}{}", mark_of(note), sha256_hex(note.text), note.text, note.footer);
}

/// GitLab says what is wrong in `message` or `error`; whatever else it is stays out of the log.
std::string reason_of(const HttpResponse& response) {
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  if (!answer.is_object()) return "";
  for (const char* key : {"message", "error_description", "error"}) {
    const auto found = answer.find(key);
    if (found == answer.end()) continue;
    const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
    return ": " + text.substr(0, 200);
  }
  return "";
}

std::optional<milliseconds> retry_after(const HttpResponse& response) {
  const auto header = response.headers.find("retry-after");
  if (header == response.headers.end()) return std::nullopt;
  long seconds = 0;
  const std::string& text = header->second;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (fault != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > 86'400) return std::nullopt;
  return std::chrono::seconds(seconds);
}

[[noreturn]] void fail(const std::string& reason, std::vector<std::string> hints) {
  throw Error(ErrorKind::environment, "cannot write the merge request's note: " + reason, std::move(hints));
}

[[noreturn]] void refuse(const NotePlace& place, const HttpResponse& response) {
  const std::string why = fmt::format("{}{}", response.status, reason_of(response));
  switch (response.status) {
    case 401:
      fail(fmt::format("GitLab does not know the token ({})", why),
           {"it has expired or was revoked: put a new one into STATELANE_NOTE_TOKEN"});
    case 403:
      fail(fmt::format("the token may not do this ({})", why),
           {"it needs the scope \"api\" and a role that may comment: a project access token of a reporter has both"});
    case 404:
      fail(fmt::format("there is no merge request !{} in project {}, or the token may not see it ({})",
                       place.merge_request, place.project, why),
           {"the token has to be a member of the project that the merge request goes to"});
    default: fail(fmt::format("GitLab answers {}", why), {});
  }
}

/// One try: every request of it, each with what is left of the time.
class NoteWriter {
 public:
  NoteWriter(const NotePlace& place, const Note& note, const NoteWorld& world, Time deadline)
      : place_(place), note_(note), world_(world), deadline_(deadline) {}

  /// Throws `Trouble` for what another try may mend, and `Error` for the rest.
  NoteOutcome run() const {
    for (int page = 1; page <= most_pages; ++page) {
      const HttpResponse response =
          send("GET", fmt::format("?sort=asc&order_by=created_at&per_page=100&page={}", page));
      if (response.status != 200) refuse(place_, response);
      const auto notes = nlohmann::json::parse(response.body, nullptr, false);
      if (!notes.is_array()) fail("the answer is no list of notes", {"is CI_API_V4_URL the address of GitLab's API?"});
      for (const auto& found : notes) {
        if (const auto outcome = take(found)) return *outcome;
      }
      if (!has_next_page(response)) break;
    }
    if (!note_.is_worth_starting) return NoteOutcome::left_out;
    const HttpResponse response = send("POST", "");
    if (response.status != 201) refuse(place_, response);
    return NoteOutcome::written;
  }

 private:
  /// Empty: this is not our note, or none that we may edit.
  std::optional<NoteOutcome> take(const nlohmann::json& found) const {
    if (!found.is_object()) return std::nullopt;
    const auto system = found.find("system");
    if (system != found.end() && *system == true) return std::nullopt;
    const auto body = found.find("body");
    const auto id = found.find("id");
    if (body == found.end() || !body->is_string() || id == found.end() || !id->is_number_integer()) return std::nullopt;
    const std::string& text = body->get_ref<const std::string&>();
    if (!text.starts_with(mark_of(note_))) return std::nullopt;
    const std::string wanted = write_body(note_);
    if (text.starts_with(wanted.substr(0, wanted.find('\n')))) return NoteOutcome::unchanged;
    const HttpResponse response = send("PUT", fmt::format("/{}", id->get<std::int64_t>()));
    if (response.status == 403 || response.status == 404) return std::nullopt;
    if (response.status != 200) refuse(place_, response);
    return NoteOutcome::updated;
  }

  /// GitLab leaves the header empty on the last page; some proxies drop it and leave the link.
  static bool has_next_page(const HttpResponse& response) {
    if (const auto next = response.headers.find("x-next-page"); next != response.headers.end()) {
      return !next->second.empty();
    }
    const auto link = response.headers.find("link");
    return link != response.headers.end() && link->second.find("rel=\"next\"") != std::string::npos;
  }

  HttpResponse send(const std::string& method, const std::string& rest) const {
    HttpRequest request{method,
                        fmt::format("{}/projects/{}/merge_requests/{}/notes{}", place_.api_url, place_.project,
                                    place_.merge_request, rest),
                        {{"PRIVATE-TOKEN", place_.token}, {"Accept", "application/json"}},
                        {}};
    if (method != "GET") {
      request.headers.emplace_back("Content-Type", "application/json");
      // Bytes that are no UTF-8 must not stop a note.
      request.body =
          nlohmann::json{{"body", write_body(note_)}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - world_.now());
    if (left <= milliseconds::zero()) throw Trouble{"GitLab took too long"};
    return judge(world_.send(request, std::min(left, longest_exchange)));
  }

  static HttpResponse judge(HttpResult result) {
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
      using Kind = HttpFailure::Kind;
      if (failure->kind == Kind::untrusted) {
        fail(failure->text, {"name the authority's certificate with CI_SERVER_TLS_CA_FILE or SSL_CERT_FILE"});
      }
      if (failure->kind == Kind::address) fail(failure->text, {});
      throw Trouble{failure->text};
    }
    HttpResponse& response = std::get<HttpResponse>(result);
    const bool may_pass = response.status == 408 || response.status == 429 || response.status >= 500;
    if (may_pass)
      throw Trouble{fmt::format("GitLab answers {}{}", response.status, reason_of(response)), retry_after(response)};
    return std::move(response);
  }

  const NotePlace& place_;
  const Note& note_;
  const NoteWorld& world_;
  Time deadline_;
};

}  // namespace

NoteOutcome publish_note(const NotePlace& place, const Note& note, milliseconds patience, const NoteWorld& world) {
  const Time deadline = world.now() + patience;
  const NoteWriter writer(place, note, world, deadline);
  milliseconds next_wait = first_wait;
  for (int attempt = 1;; ++attempt) {
    try {
      return writer.run();
    } catch (const Trouble& trouble) {
      const milliseconds wait = trouble.wait.value_or(next_wait);
      const bool is_over = world.now() + wait >= deadline;
      const std::string tries = attempt == 1 ? "" : fmt::format(" ({} tries)", attempt);
      if (is_over && trouble.wait) {
        fail(fmt::format("{}, and asks to wait {} s{}", trouble.text, wait.count() / 1000, tries),
             {"retry this job later, or allow it more time with --note-timeout"});
      }
      if (is_over || attempt == most_tries) fail(trouble.text + tries, {"retry this job: nothing else depends on it"});
      world.wait(wait);
      next_wait *= 2;
    }
  }
}

NoteWorld open_note_world(const std::filesystem::path& authorities) {
  return {[authorities](const HttpRequest& request, milliseconds time_out) {
            HttpSettings settings;
            settings.time_out = time_out;
            settings.authorities = authorities;
            return send_http(request, settings);
          },
          [](milliseconds time) { std::this_thread::sleep_for(time); }, &std::chrono::steady_clock::now};
}

}  // namespace statelane::runner
