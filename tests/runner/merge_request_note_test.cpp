#include "runner/merge_request_note.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "base/error.hpp"

using statelane::Error;
using statelane::http::Failure;
using statelane::http::Request;
using statelane::http::Response;
using statelane::http::Result;
using statelane::runner::Note;
using statelane::runner::NoteOutcome;
using statelane::runner::NoteWorld;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A network that gives these answers in order, the last one for ever, and a clock that only waiting moves.
struct Stage {
  std::vector<Result> answers;
  std::vector<Request> sent{};
  std::vector<milliseconds> waits{};
  std::chrono::steady_clock::time_point now{};

  NoteWorld world() {
    return {[this](const Request& request, const statelane::http::Limits&) {
              sent.push_back(request);
              return answers[std::min(sent.size(), answers.size()) - 1];
            },
            [this](milliseconds time) {
              waits.push_back(time);
              now += time;
            },
            [this] { return now; }};
  }
  NoteOutcome publish(seconds patience = seconds(120), const Note& note = {"report", "text\n"}) {
    return publish_note({"https://gitlab.example.com/api/v4", "34", "12", "secret"}, note, patience, world());
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

const Result empty_list = Response{200, {{"x-next-page", ""}}, "[]"};
const Result created = Response{201, {}, "{}"};
const Result own_user = Response{200, {}, R"({"id":7})"};

Result list_of(const std::string& notes) { return Response{200, {{"x-next-page", ""}}, "[" + notes + "]"}; }

Result busy(int status, const std::string& after = "") {
  Response response{status, {}, R"({"message":"busy"})"};
  if (!after.empty()) response.headers["retry-after"] = after;
  return response;
}

}  // namespace

TEST_CASE("a server that is busy is tried again after growing pauses") {
  Stage stage{{busy(503), Failure{Failure::Kind::timed_out, "slow"}, busy(500), empty_list, created}};
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
  Stage stage{{empty_list, Failure{Failure::Kind::broken, "cut off"}, empty_list, created}};
  CHECK(stage.publish() == NoteOutcome::written);
  std::vector<std::string> methods;
  for (const Request& request : stage.sent) methods.push_back(request.method);
  CHECK(methods == std::vector<std::string>{"GET", "POST", "GET", "POST"});
  CHECK(stage.sent.back().body == R"({"body":"<!-- statelane note report -->\ntext\n"})");
  Stage again{{empty_list, Failure{Failure::Kind::broken, "cut off"},
               list_of(R"({"id":1,"author":{"id":7},"body":"<!-- statelane note report -->\ntext"})"), own_user}};
  CHECK(again.publish() == NoteOutcome::unchanged);
}

TEST_CASE("only a note that the token's own user wrote is the note") {
  const std::string body = R"("body":"<!-- statelane note report -->\ntext\n")";
  for (const std::string author :
       {R"("author":{"id":8},)", R"("author":{"id":"7"},)", R"("author":7,)", R"("author":null,)", ""}) {
    Stage stage{{list_of("{\"id\":1," + author + body + "}"), own_user, created}};
    if (author.empty()) stage.answers.erase(stage.answers.begin() + 1);
    CHECK_MESSAGE(stage.publish() == NoteOutcome::written, author);
  }
  Stage own{
      {list_of(R"({"id":1,"author":{"id":8},"body":"<!-- statelane note report -->"},{"id":2,"author":{"id":7},)" +
               body + "}"),
       own_user}};
  CHECK(own.publish() == NoteOutcome::unchanged);
  CHECK(own.sent.back().url == "https://gitlab.example.com/api/v4/user");
}

TEST_CASE("whose the token is has to be said") {
  const std::string hint = "\nhint: take a project access token with the scope \"api\"";
  const std::string found = R"({"id":1,"author":{"id":7},"body":"<!-- statelane note report -->\nold"})";
  Stage refused{{list_of(found), Response{403, {}, R"({"message":"403 Forbidden"})"}}};
  CHECK(refused.failure() ==
        "cannot write the merge request's note: GitLab does not say whose the token is (403: 403 Forbidden)" + hint);
  Stage odd{{list_of(found), Response{200, {}, R"({"id":"7"})"}}};
  CHECK(odd.failure() == "cannot write the merge request's note: GitLab does not say whose the token is (200)" + hint);
}

TEST_CASE("the whole note is compared, and of what stands below it all but the number") {
  const auto outcome = [](const std::string& body) {
    Stage stage{{list_of(R"({"id":1,"author":{"id":7},"body":")" + body + "\"}"), own_user, Response{200, {}, "{}"}}};
    return stage.publish(seconds(120), {"report", "text\n", {"[page](https://a/", "41", "/b)\n"}});
  };
  const std::string same = R"(<!-- statelane note report -->\ntext\n[page](https://a/)";
  for (const char* rest : {"41/b)", "41/b)\\n", "7/b)", R"(7/b)\r\n)"}) {
    CHECK_MESSAGE(outcome(same + rest) == NoteOutcome::unchanged, rest);
  }
  for (const char* rest : {"41/b) and more", "41/b", "41/c)", "x/b)", "/b/b)"}) {
    CHECK_MESSAGE(outcome(same + rest) == NoteOutcome::updated, rest);
  }
  CHECK(outcome(R"(<!-- statelane note report -->\nother text\n[page](https://a/41/b))") == NoteOutcome::updated);
  CHECK(outcome(R"(<!-- statelane note report 0123 -->\ntext\n[page](https://a/41/b))") == NoteOutcome::updated);
}

TEST_CASE("notes that are too long for one answer are asked for in smaller numbers") {
  const Failure too_large{Failure::Kind::too_large, "the answer of a is larger than 1 bytes"};
  Stage stage{{too_large, too_large, empty_list, created}};
  CHECK(stage.publish() == NoteOutcome::written);
  CHECK(stage.sent[2].url.ends_with("&per_page=2&page=1"));
  Stage never{{too_large}};
  CHECK(never.failure() ==
        "cannot write the merge request's note: the answer of a is larger than 1 bytes (6 tries)\n"
        "hint: retry this job: nothing else depends on it");
}

TEST_CASE("lists of anything are read without harm") {
  for (const char* body : {"[1]", "[null]", R"([{"id":"x","body":1}])", R"([{"body":"<!-- statelane note report "}])",
                           R"([{"id":1.5,"body":"<!-- statelane note report "}])"}) {
    Stage stage{{Response{200, {}, body}, created}};
    CHECK(stage.publish() == NoteOutcome::written);
  }
  for (const char* body : {"", "{}", "[", "<html>"}) {
    Stage stage{{Response{200, {}, body}}};
    CHECK(stage.failure() ==
          "cannot write the merge request's note: the answer is not a list of notes\n"
          "hint: is CI_API_V4_URL the address of GitLab's API?");
  }
}
