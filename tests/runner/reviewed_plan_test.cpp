#include "runner/reviewed_plan.hpp"

#include <doctest/doctest.h>

using namespace statelane::runner;

namespace {

PlanCertificate certificate() {
  PlanCertificate result{"net", "c0ffeec0ffeec0ffee", "c0ffeec0ffeec0ffee", "42", true, "key", "digest", "unchanged"};
  result.parts = {{"a.one", "create", {"n"}, "hash"}};
  return result;
}

ReviewedPlan reviewed() { return {"!42", FoundCertificate{certificate(), true}, "", true}; }

PlanSummary creates_one() {
  PlanSummary summary;
  summary.create = 1;
  summary.created = {"a.one"};
  summary.complete = true;
  return summary;
}

}  // namespace

TEST_CASE("a gate may open by itself only under every one of its conditions") {
  const auto may_open = [](const ReviewedPlan& plan, const PlanCertificate& now, const PlanSummary& summary) {
    return judge_reviewed_plan(plan, now, summary).may_open_gate;
  };
  const ReviewVerdict verdict = judge_reviewed_plan(reviewed(), certificate(), creates_one());
  CHECK(verdict == ReviewVerdict{"equal to the plan reviewed in !42 at c0ffeec0ffee", {}, true});

  ReviewedPlan plan = reviewed();
  plan.is_proven = false;
  CHECK_FALSE(may_open(plan, certificate(), creates_one()));
  plan = reviewed();
  plan.certificate->is_signed = false;
  CHECK_FALSE(may_open(plan, certificate(), creates_one()));
  plan = reviewed();
  plan.certificate->certificate.is_protected = false;
  CHECK_FALSE(may_open(plan, certificate(), creates_one()));
  CHECK_FALSE(may_open({.why_not = "nobody knows"}, certificate(), creates_one()));

  PlanCertificate now = certificate();
  now.unchanged = "another";
  CHECK_FALSE(may_open(reviewed(), now, creates_one()));
  now = certificate();
  now.digest = "another";
  CHECK_FALSE(may_open(reviewed(), now, creates_one()));
  for (const char* subject : {"action action.a.run", "deferred a.later", "deferred action action.a.run"}) {
    now = certificate();
    now.parts.push_back({subject, "invoke"});
    CHECK_FALSE(may_open(reviewed(), now, creates_one()));
  }

  for (std::vector<std::string> PlanSummary::*list :
       {&PlanSummary::deleted, &PlanSummary::replaced, &PlanSummary::forgotten, &PlanSummary::succeeded}) {
    PlanSummary summary = creates_one();
    (summary.*list).push_back("a.two");
    CHECK_FALSE(may_open(reviewed(), certificate(), summary));
  }
  for (const std::optional<bool> complete : {std::optional<bool>(false), std::optional<bool>()}) {
    PlanSummary summary = creates_one();
    summary.complete = complete;
    CHECK_FALSE(may_open(reviewed(), certificate(), summary));
  }
}

TEST_CASE("what a plan is against the reviewed one is told in one sentence and line by line, bounded") {
  CHECK(render_verdict(judge_reviewed_plan({.why_not = "nobody knows"}, certificate(), {})) ==
        "statelane: the plan was not reviewed: nobody knows\n");
  PlanCertificate now = certificate();
  now.digest = "another";
  now.parts = {{"a.one", "update", {"n"}, "hash"}, {"a.two\x1b", "create"}};
  const ReviewVerdict verdict = judge_reviewed_plan(reviewed(), now, creates_one());
  CHECK(render_verdict(verdict) ==
        "statelane: not the plan reviewed in !42 at c0ffeec0ffee; they differ:\n"
        "  a.one: update now, create when it was reviewed\n"
        "  a.two\\x1b: create, which was not in the plan that was reviewed\n");
  CHECK(render_verdict(verdict, 1) ==
        "statelane: not the plan reviewed in !42 at c0ffeec0ffee; they differ:\n"
        "  a.one: update now, create when it was reviewed\n"
        "  ... and 1 more, all in review.json\n");
}
