#include "runner/merge_request_note.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "base/error.hpp"

using statelane::Error;
using statelane::runner::HttpFailure;
using statelane::runner::HttpRequest;
using statelane::runner::HttpResponse;
using statelane::runner::HttpResult;
using statelane::runner::NoteOutcome;
using statelane::runner::NoteWorld;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A network that gives these answers in order, the last one for ever, and a clock that only waiting moves.
struct Stage {
  std::vector<HttpResult> answers;
  std::vector<HttpRequest> sent{};
  std::vector<milliseconds> waits{};
  std::chrono::steady_clock::time_point now{};

  NoteWorld world() {
    return {[this](const HttpRequest& request, milliseconds) {
              sent.push_back(request);
              return answers[std::min(sent.size(), answers.size()) - 1];
            },
            [this](milliseconds time) {
              waits.push_back(time);
              now += time;
            },
            [this] { return now; }};
  }
  NoteOutcome publish(seconds patience = seconds(120)) {
    return publish_note({"https://gitlab.example.com/api/v4", "34", "12", "secret"}, {"report", "text\n"}, patience,
                        world());
  }
  std::string failure(seconds patience = seconds(120)) {
    try {
      publish(patience);
    } catch (const Error& error) {
      std::string text = error.what();
      for (const std::string& hint : error.hints()) text += "\nhint: " + hint;
      return text;
    }
    return "written";
  }
};

const HttpResult empty_list = HttpResponse{200, {{"x-next-page", ""}}, "[]"};
const HttpResult created = HttpResponse{201, {}, "{}"};

HttpResult busy(int status, const std::string& after = "") {
  HttpResponse response{status, {}, R"({"message":"busy"})"};
  if (!after.empty()) response.headers["retry-after"] = after;
  return response;
}

}  // namespace

TEST_CASE("a server that is busy is tried again after growing pauses") {
  Stage stage{{busy(503), HttpFailure{HttpFailure::Kind::timed_out, "slow"}, busy(500), empty_list, created}};
  CHECK(stage.publish() == NoteOutcome::written);
  CHECK(stage.waits == std::vector<milliseconds>{seconds(2), seconds(4), seconds(8)});
}

TEST_CASE("a server that says when is tried again then, and not where that is too late") {
  Stage stage{{busy(429, "7"), empty_list, created}};
  CHECK(stage.publish() == NoteOutcome::written);
  CHECK(stage.waits == std::vector<milliseconds>{seconds(7)});
  Stage late{{busy(503), busy(429, "118")}};
  CHECK(late.failure() ==
        "cannot write the merge request's note: GitLab answers 429: busy, and asks to wait 118 s (2 tries)\n"
        "hint: retry this job later, or allow it more time with --note-timeout");
  // A date, or nonsense, is as good as nothing.
  for (const char* text : {"Wed, 21 Oct 2026 07:28:00 GMT", "-1", "99999999999", "3 s"}) {
    Stage odd{{busy(429, text), empty_list, created}};
    CHECK(odd.publish() == NoteOutcome::written);
    CHECK(odd.waits == std::vector<milliseconds>{seconds(2)});
  }
}

TEST_CASE("six tries are enough, and so is the time that was allowed") {
  Stage stage{{busy(502)}};
  CHECK(stage.failure() ==
        "cannot write the merge request's note: GitLab answers 502: busy (6 tries)\n"
        "hint: retry this job: nothing else depends on it");
  CHECK(stage.sent.size() == 6);
  Stage hurried{{busy(502)}};
  CHECK(hurried.failure(seconds(6)) ==
        "cannot write the merge request's note: GitLab answers 502: busy (2 tries)\n"
        "hint: retry this job: nothing else depends on it");
  Stage none{{empty_list}};
  CHECK(none.failure(seconds(0)) ==
        "cannot write the merge request's note: GitLab took too long\n"
        "hint: retry this job: nothing else depends on it");
}

TEST_CASE("after an answer that was lost the note is looked for again, so that there never are two") {
  Stage stage{{empty_list, HttpFailure{HttpFailure::Kind::broken, "cut off"}, empty_list, created}};
  CHECK(stage.publish() == NoteOutcome::written);
  std::vector<std::string> methods;
  for (const HttpRequest& request : stage.sent) methods.push_back(request.method);
  CHECK(methods == std::vector<std::string>{"GET", "POST", "GET", "POST"});
  const std::string written = stage.sent.back().body;
  const std::string mark = written.substr(9, written.find("-->") - 9);
  Stage again{{empty_list, HttpFailure{HttpFailure::Kind::broken, "cut off"},
               HttpResponse{200, {}, R"([{"id":1,"body":")" + mark + R"(-->\ntext\n"}])"}}};
  CHECK(again.publish() == NoteOutcome::unchanged);
}

TEST_CASE("lists of anything are read without harm") {
  for (const char* body : {"[1]", "[null]", R"([{"id":"x","body":1}])", R"([{"body":"<!-- statelane note report "}])",
                           R"([{"id":1.5,"body":"<!-- statelane note report "}])"}) {
    Stage stage{{HttpResponse{200, {}, body}, created}};
    CHECK(stage.publish() == NoteOutcome::written);
  }
  for (const char* body : {"", "{}", "[", "<html>"}) {
    Stage stage{{HttpResponse{200, {}, body}}};
    CHECK(stage.failure() ==
          "cannot write the merge request's note: the answer is no list of notes\n"
          "hint: is CI_API_V4_URL the address of GitLab's API?");
  }
}
