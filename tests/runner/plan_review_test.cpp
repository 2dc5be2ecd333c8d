#include "runner/plan_review.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace statelane::runner;

TEST_CASE("the review of a plan has what destroys first, is bounded, and comes back as it was written") {
  PlanSummary summary;
  summary.created = {"a.new", "a.newer"};
  summary.deleted = {"a.old"};
  summary.moved = {"a.x -> a.y"};
  summary.outputs = {{"id", "update"}};
  PlanReview review{"net\xff", "c0ffee", "https://gitlab.example.com/-/jobs/1"};
  describe_changes(summary, review, 3);
  CHECK(review.changes == std::vector<ReviewedChange>{{"delete", "a.old"}, {"create", "a.new"}, {"create", "a.newer"}});
  CHECK(review.left_out == 1);
  PlanReview read = parse_review(render_review(review));
  CHECK(read.state == "net\\xff");
  read.state = review.state;
  CHECK(read == review);
}

TEST_CASE("a review that is damaged or of another schema is refused") {
  for (const auto& [text, message] : {std::pair{"{", "the review of the plan (review.json) is damaged"},
                                      std::pair{"{\"schema\":\"x\"}", "review.json has another schema"}}) {
    try {
      parse_review(text);
      FAIL("read");
    } catch (const statelane::Error& error) {
      CHECK(std::string(error.what()) == message);
    }
  }
}
