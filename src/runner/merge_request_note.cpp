#include "runner/merge_request_note.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "http/answer.hpp"

namespace statelane::runner {

namespace {

using std::chrono::milliseconds;
using Time = std::chrono::steady_clock::time_point;

constexpr int most_pages = 1000;
/// Notes are shown by so many: GitLab takes notes of a million characters, each up to six bytes in its answer, and what
/// people write must not keep this one from being found.
constexpr std::array page_sizes = {100, 10, 2};
constexpr std::size_t most_bytes = 16 << 20;
constexpr int most_tries = 6;
constexpr milliseconds first_wait{2'000};
/// Of one exchange: a server that hangs must leave time for another try.
constexpr milliseconds longest_exchange{30'000};

/// What another try may mend.
struct Trouble : std::runtime_error {
  explicit Trouble(const std::string& text, std::optional<milliseconds> asked_wait = {})
      : std::runtime_error(text), wait(asked_wait) {}
  std::optional<milliseconds> wait;  ///< what the server asks for
};

/// What fewer notes in one answer may mend.
struct TooLarge : Trouble {
  using Trouble::Trouble;
};

std::string mark_of(const Note& note) { return fmt::format("<!-- statelane note {} ", note.key); }

/// Bytes that are not UTF-8 must not stop a note.
std::string to_json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string write_body(const Note& note) {
  const NoteFooter& footer = note.footer;
  return fmt::format("{}-->\n{}{}{}{}", mark_of(note), note.text, footer.before, footer.number, footer.after);
}

/// GitLab takes blanks and line ends from the end of a note; an editor in a browser may have changed all others.
std::string normalise(std::string text) {
  std::erase(text, '\r');
  text.erase(text.find_last_not_of(" \t\n") + 1);
  return text;
}

/// Whether a note with this body says what `note` does, whatever job it names.
bool says_the_same(const std::string& body, const Note& note) {
  NoteFooter footer = note.footer;
  const std::string wanted = nlohmann::json::parse(to_json_text(write_body({note.key, note.text, {footer.before}})));
  if (body.starts_with(wanted)) {
    const std::size_t end = std::min(body.find_first_not_of("0123456789", wanted.size()), body.size());
    if (!footer.number.empty()) footer.number = body.substr(wanted.size(), end - wanted.size());
  }
  const std::string whole = nlohmann::json::parse(to_json_text(write_body({note.key, note.text, footer})));
  return normalise(body) == normalise(whole);
}

[[noreturn]] void fail(const std::string& reason, std::vector<std::string> hints) {
  throw Error(ErrorKind::environment, "cannot write the merge request's note: " + reason, std::move(hints));
}

[[noreturn]] void refuse(const NotePlace& place, const http::Response& response) {
  const std::string why = fmt::format("{}{}", response.status, http::reason_of(response));
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
  NoteOutcome run() {
    const auto found = find_own_note();
    if (!found && !note_.is_worth_starting) return NoteOutcome::left_out;
    if (!found) {
      const http::Response response = ask(write("POST", ""));
      if (response.status != 201) refuse(place_, response);
      return NoteOutcome::written;
    }
    if (says_the_same(found->body, note_)) return NoteOutcome::unchanged;
    const http::Response response = ask(write("PUT", fmt::format("/{}", found->id)));
    if (response.status != 200) refuse(place_, response);
    return NoteOutcome::updated;
  }

 private:
  struct FoundNote {
    std::int64_t id = 0;
    std::string body;
  };

  std::optional<FoundNote> find_own_note() {
    for (const int page_size : page_sizes) {
      try {
        return find_own_note(page_size);
      } catch (const TooLarge&) {
        if (page_size == page_sizes.back()) throw;
      }
    }
    return std::nullopt;
  }

  std::optional<FoundNote> find_own_note(int page_size) {
    for (int page = 1; page <= most_pages; ++page) {
      const http::Response response =
          ask(read(notes_url() + fmt::format("?sort=asc&order_by=created_at&per_page={}&page={}", page_size, page)));
      if (response.status != 200) refuse(place_, response);
      const auto notes = nlohmann::json::parse(response.body, nullptr, false);
      if (!notes.is_array()) {
        fail("the answer is not a list of notes", {"is CI_API_V4_URL the address of GitLab's API?"});
      }
      for (const auto& note : notes) {
        if (auto found = take(note)) return found;
      }
      if (!has_next_page(response)) break;
    }
    return std::nullopt;
  }

  /// Empty: this is not our note.
  std::optional<FoundNote> take(const nlohmann::json& found) {
    if (!found.is_object()) return std::nullopt;
    const auto system = found.find("system");
    if (system != found.end() && *system == true) return std::nullopt;
    const auto body = found.find("body");
    const auto id = found.find("id");
    if (body == found.end() || !body->is_string() || id == found.end() || !id->is_number_integer()) return std::nullopt;
    const std::string& text = body->get_ref<const std::string&>();
    if (!text.starts_with(mark_of(note_))) return std::nullopt;
    const auto author = found.find("author");
    if (author == found.end() || find_id(*author) != own_id()) return std::nullopt;
    return FoundNote{id->get<std::int64_t>(), text};
  }

  static std::optional<std::int64_t> find_id(const nlohmann::json& user) {
    if (!user.is_object()) return std::nullopt;
    const auto id = user.find("id");
    return id != user.end() && id->is_number_integer() ? std::optional(id->get<std::int64_t>()) : std::nullopt;
  }

  /// Of the token's user; asked for where a note with the mark is found.
  std::int64_t own_id() {
    if (own_id_) return *own_id_;
    const http::Response response = ask(read(place_.api_url + "/user"));
    if (response.status == 200) own_id_ = find_id(nlohmann::json::parse(response.body, nullptr, false));
    if (!own_id_) {
      fail(fmt::format("GitLab does not say whose the token is ({}{})", response.status, http::reason_of(response)),
           {"take a project access token with the scope \"api\""});
    }
    return *own_id_;
  }

  /// GitLab leaves the header empty on the last page; some proxies drop it and leave the link.
  static bool has_next_page(const http::Response& response) {
    if (const auto next = response.headers.find("x-next-page"); next != response.headers.end()) {
      return !next->second.empty();
    }
    const auto link = response.headers.find("link");
    return link != response.headers.end() && link->second.find("rel=\"next\"") != std::string::npos;
  }

  std::string notes_url() const {
    return fmt::format("{}/projects/{}/merge_requests/{}/notes", place_.api_url, place_.project, place_.merge_request);
  }

  http::Request read(std::string url) const {
    return {"GET", std::move(url), {{"PRIVATE-TOKEN", place_.token}, {"Accept", "application/json"}}, {}};
  }

  http::Request write(std::string method, const std::string& rest) const {
    http::Request request = read(notes_url() + rest);
    request.method = std::move(method);
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = fmt::format("{{\"body\":{}}}", to_json_text(write_body(note_)));
    return request;
  }

  http::Response ask(const http::Request& request) const {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - world_.now());
    if (left <= milliseconds::zero()) throw Trouble("GitLab took too long");
    http::Limits limits;
    limits.time = std::min(left, longest_exchange);
    limits.body_bytes = most_bytes;
    return judge(world_.send(request, limits));
  }

  static http::Response judge(http::Result result) {
    if (const auto* failure = std::get_if<http::Failure>(&result)) {
      using Kind = http::Failure::Kind;
      switch (failure->kind) {
        case Kind::untrusted:
          fail(failure->text, {"name the authority's certificate with CI_SERVER_TLS_CA_FILE or SSL_CERT_FILE"});
        case Kind::unusable: fail(failure->text, {});
        case Kind::proxy:
          fail(failure->text,
               {"proxies are taken from HTTPS_PROXY, https_proxy, ALL_PROXY and all_proxy; NO_PROXY names "
                "the hosts to reach without"});
        case Kind::too_large: throw TooLarge(failure->text);
        default: throw Trouble(failure->text);
      }
    }
    http::Response& response = std::get<http::Response>(result);
    const bool may_pass = response.status == 408 || response.status == 429 || response.status >= 500;
    if (may_pass)
      throw Trouble(fmt::format("GitLab answers {}{}", response.status, http::reason_of(response)),
                    http::retry_after(response));
    return std::move(response);
  }

  const NotePlace& place_;
  const Note& note_;
  const NoteWorld& world_;
  Time deadline_;
  std::optional<std::int64_t> own_id_;
};

}  // namespace

NoteOutcome publish_note(const NotePlace& place, const Note& note, milliseconds patience, const NoteWorld& world) {
  const Time deadline = world.now() + patience;
  NoteWriter writer(place, note, world, deadline);
  milliseconds next_wait = first_wait;
  for (int attempt = 1;; ++attempt) {
    try {
      return writer.run();
    } catch (const Trouble& trouble) {
      const milliseconds wait = trouble.wait.value_or(next_wait);
      const bool is_over = world.now() + wait >= deadline;
      const std::string tries = attempt == 1 ? "" : fmt::format(" ({} tries)", attempt);
      if (is_over && trouble.wait) {
        fail(fmt::format("{}, and asks to wait {} s{}", trouble.what(), wait.count() / 1000, tries),
             {"retry this job later, or allow it more time with --note-timeout"});
      }
      if (is_over || attempt == most_tries)
        fail(fmt::format("{}{}", trouble.what(), tries), {"retry this job: nothing else depends on it"});
      world.wait(wait);
      next_wait *= 2;
    }
  }
}

NoteWorld open_note_world(http::Client& client) {
  return {[&client](const http::Request& request, const http::Limits& limits) { return client.send(request, limits); },
          [](milliseconds time) { std::this_thread::sleep_for(time); }, &std::chrono::steady_clock::now};
}

}  // namespace statelane::runner
