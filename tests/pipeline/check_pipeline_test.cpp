#include "pipeline/check_pipeline.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

using statelane::Diagnostics;
namespace yaml = statelane::yaml;
using statelane::pipeline::check_pipeline;
using statelane::pipeline::Job;
using statelane::pipeline::Pipeline;
using List = yaml::Value::List;
using Map = yaml::Value::Map;

namespace {

Pipeline with(std::vector<Job> jobs) { return {{}, {{"stages", List{"plan", "apply"}}}, {}, std::move(jobs)}; }

Job job(std::string name, Map keywords = {}) {
  keywords.emplace_back("script", List{"true"});
  keywords.emplace_back("stage", "plan");
  return {std::move(name), {}, std::move(keywords)};
}

Map needing(const std::string& name) { return {{"needs", List{Map{{"job", name}}}}}; }

std::vector<std::string> messages(const std::vector<Pipeline>& files) {
  Diagnostics diagnostics;
  check_pipeline(files, {18, 0, 0}, diagnostics);
  std::vector<std::string> texts;
  for (const auto& found : diagnostics.sorted()) texts.push_back(found.message);
  return texts;
}

/// The one message about one job, without its beginning.
std::string fault(std::vector<Job> jobs) {
  const auto all = messages({with(std::move(jobs))});
  REQUIRE(all.size() == 1);
  return all[0].substr(all[0].find("meant: ") + 7);
}

}  // namespace

TEST_CASE("a sound pipeline has no faults") { CHECK(messages({with({job("a"), job("b", needing("a"))})}).empty()); }

TEST_CASE("a fault names the job and says what GitLab would do") {
  CHECK(messages({with({{"a", {}, {{"stage", "plan"}}}})}) ==
        std::vector<std::string>{"GitLab would not run the job \"a\" as it is meant: it has no script"});
}

TEST_CASE("rule 4: a pipeline without visible jobs is refused") {
  CHECK(messages({with({job(".a")})}) == std::vector<std::string>{"GitLab refuses a pipeline without jobs"});
}

TEST_CASE("rule 33: needs must be there, once, earlier, not too many, and in no circle") {
  CHECK(fault({job("a", needing("x"))}) == "needs names \"x\", and there is no such job");
  CHECK(fault({job("a", needing(".h")), job(".h")}) == "needs names \".h\", and there is no such job");
  CHECK(fault({job("a", needing("b")), {"b", {}, {{"script", "x"}, {"stage", "apply"}}}}) ==
        "needs names \"b\", which is in a later stage");
  CHECK(fault({job("a"), job("b", {{"needs", List{"a", "a"}}})}) == "needs \"a\" twice");
  CHECK(fault({job("a", needing("b")), job("b", needing("a"))}) == "needs goes in a circle: \"a\", \"b\"");
  std::vector<Job> jobs;
  List needs;
  for (int number = 0; number < 51; ++number) {
    jobs.push_back(job(fmt::format("j{}", number)));
    needs.emplace_back(jobs.back().name);
  }
  jobs.push_back(job("z", {{"needs", needs}}));
  CHECK(fault(jobs) == "51 needs; GitLab takes at most 50");
}

TEST_CASE("rule 33: the stage must be declared, also through extends") {
  CHECK(fault({{".t", {}, {{"stage", "x"}}}, {"a", {}, {{"script", "x"}, {"extends", ".t"}}}}) ==
        "the stage \"x\" is not declared");
}

TEST_CASE("rule 3: only and rules exclude each other, also through extends") {
  CHECK(fault({{".t", {}, {{"only", List{"main"}}}},
               job("a", {{"extends", List{".t"}}, {"rules", List{Map{{"when", "always"}}}}})}) ==
        "\"only\" cannot stand beside \"rules\" in one job");
}

TEST_CASE("rule 33: extended jobs must be there") {
  CHECK(fault({job("a", {{"extends", ".x"}})}) == "extends \".x\", which no file defines");
}

TEST_CASE("rules 14 and 15: names have limits") {
  CHECK(fault({job(std::string(256, 'x'))}) == "its name has more than 255 characters");
  CHECK(fault({job("image")}) == "its name is a keyword");
  CHECK(fault({job("a"), job("a")}) == "another job has the same name");
  CHECK(messages({with({job("a")}), {{}, {}, {}, {job("a")}}}).size() == 1);
}

TEST_CASE("rule 16: a lock or environment with a name that GitLab does not take would be no lock, or fail") {
  CHECK(fault({job("a", {{"resource_group", "a@b"}})}) == "GitLab does not take \"a@b\" as the name of its lock");
  CHECK(
      fault({job("a", {{"environment", Map{{"name", "/a"}}}})}) ==
      "\"environment:name\" takes a name of letters, digits, blanks and _ / . - $ { }, with no slash at its ends, not "
      "\"/a\"");
  CHECK(fault({job("a", {{"environment", "a$b"}})}) == "GitLab does not take \"a$b\" as the name of its environment");
  CHECK(messages({with({job("a", {{"environment", "a/b c.d_e-f"}})})}).empty());
}

TEST_CASE("rule 19: patterns that never match are found") {
  for (const std::string pattern : {"a{b", "a[b", "/a", "./a", "a//b", "", "a}"}) {
    CAPTURE(pattern);
    CHECK(fault({job("a", {{"only", Map{{"changes", List{pattern}}}}})}) ==
          fmt::format("the pattern \"{}\" never matches", pattern));
  }
  for (const std::string pattern : {"a\\{b", "a\\[b", "a[{]b", "{a,b}/**/*", "a]"}) {
    CAPTURE(pattern);
    CHECK(messages({with({job("a", {{"only", Map{{"changes", List{pattern}}}}})})}).empty());
  }
}

TEST_CASE("rule 33: a rule has at most 50 patterns") {
  CHECK(fault({job("a", {{"rules", List{Map{{"changes", List(51, yaml::Value("x"))}}}}})}) ==
        "one rule has 51 patterns, and GitLab allows 50");
}

TEST_CASE("rules 14 and 21: keys given twice and text that is not UTF-8 are found") {
  CHECK(fault({job("a", {{"tags", List{}}, {"tags", List{}}})}) == "\"tags\" is there twice");
  CHECK(fault({job("a", {{"tags", List{"\xFF"}}})}) == "a value is not UTF-8");
  CHECK(fault({job("a", {{"variables", Map{{"\xFF", "x"}}}})}) == "a keyword is not UTF-8");
  CHECK(fault({job("\xFF")}) == "its name is not UTF-8");
}

TEST_CASE("rule 9: a file that is larger than GitLab takes is an error that says what to do") {
  Diagnostics diagnostics;
  const Pipeline file = with({job("a", {{"variables", Map{{"X", std::string(2 << 20, 'x')}}}})});
  check_pipeline({&file, 1}, {18, 0, 0}, diagnostics);
  REQUIRE_FALSE(diagnostics.empty());
  CHECK(render_diagnostic(diagnostics.sorted()[0]) ==
        ".statelane.yml: error: GitLab would measure 2098465 bytes in one file, and takes 2097152\n"
        "hint: choose fewer states with --state, or split the pipeline into several children\n");
}

TEST_CASE("rule 11: more than 500 jobs with an environment are too many for one pipeline") {
  std::vector<Job> jobs;
  for (int number = 0; number < 501; ++number) jobs.push_back(job(fmt::format("j{}", number), {{"environment", "x"}}));
  CHECK(messages({with(jobs)}) ==
        std::vector<std::string>{"501 jobs deploy to an environment, and GitLab allows 500 in one pipeline"});
}
