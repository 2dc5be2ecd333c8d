#include "gitlab/expression.hpp"

#include <doctest/doctest.h>

#include "lint/situation.hpp"

using namespace statelane::lint;  // NOLINT(google-build-using-namespace): the words of the expressions

namespace {

const VariableValues values = {{"YES", VariableValue::known("x")},
                               {"EMPTY", VariableValue::known("")},
                               {"NONE", VariableValue::unset()},
                               {"BRANCH", VariableValue::known("main")},
                               {"OTHER", VariableValue::some("main")}};

Truth truth(std::string_view expression) {
  const auto found = evaluate_expression(expression, values);
  REQUIRE(found.has_value());
  return *found;
}

}  // namespace

TEST_CASE("comparisons, patterns and connections are GitLab's") {
  CHECK(truth("$YES") == Truth::yes);
  CHECK(truth("$EMPTY") == Truth::no);
  CHECK(truth("$NONE") == Truth::no);
  CHECK(truth("$NONE == null") == Truth::yes);
  CHECK(truth("$BRANCH == \"main\"") == Truth::yes);
  CHECK(truth("$BRANCH != 'main'") == Truth::no);
  CHECK(truth("$BRANCH =~ /^ma/") == Truth::yes);
  CHECK(truth("$BRANCH =~ /^MA/i") == Truth::yes);
  CHECK(truth("$BRANCH !~ /^feature\\//") == Truth::yes);
  CHECK(truth("$NONE =~ /x/") == Truth::no);
  CHECK(truth("$YES && $NONE || $BRANCH == \"main\"") == Truth::yes);
  CHECK(truth("$YES && ($NONE || $EMPTY)") == Truth::no);
}

TEST_CASE("what is not known stays unknown unless the rest decides") {
  CHECK(truth("$UNKNOWN") == Truth::unknown);
  CHECK(truth("$UNKNOWN && $NONE") == Truth::no);
  CHECK(truth("$UNKNOWN || $YES") == Truth::yes);
  CHECK(truth("$OTHER == \"main\"") == Truth::no);
  CHECK(truth("$OTHER == \"develop\"") == Truth::unknown);
  CHECK(truth("$OTHER != null") == Truth::yes);
  CHECK(truth("$OTHER =~ /^feature/") == Truth::unknown);
}

TEST_CASE("what GitLab refuses has no value") {
  for (const char* text : {"", "$A ==", "A == B", "$A == \"x", "($A", "$A $B", "$A =~ /x", "&& $A"}) {
    CAPTURE(text);
    CHECK(!evaluate_expression(text, values).has_value());
  }
  CHECK(!evaluate_expression(std::string(5000, '('), values).has_value());
}

TEST_CASE("refs of only and except fit the kinds of pipelines") {
  const auto situations = all_situations("main");
  const auto fits = [&](std::string_view ref, Situation::Kind kind) {
    for (const Situation& situation : situations) {
      if (situation.kind == kind) return fits_ref(ref, situation);
    }
    return Truth::unknown;
  };
  using Kind = Situation::Kind;
  CHECK(fits("branches", Kind::push_branch) == Truth::yes);
  CHECK(fits("branches", Kind::merge_request) == Truth::no);
  CHECK(fits("merge_requests", Kind::merge_request) == Truth::yes);
  CHECK(fits("main", Kind::push_default) == Truth::yes);
  CHECK(fits("main", Kind::push_branch) == Truth::no);
  CHECK(fits("develop", Kind::push_branch) == Truth::unknown);
  CHECK(fits("/^ma.*$/", Kind::push_default) == Truth::yes);
  CHECK(fits("main@group/project", Kind::push_default) == Truth::yes);
  CHECK(fits("schedules", Kind::schedule) == Truth::yes);
  CHECK(fits("tags", Kind::tag) == Truth::yes);
}
