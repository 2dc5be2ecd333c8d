#include "lint/configuration.hpp"

#include "lint/linted.hpp"
#include "lint/pipeline.hpp"

using statelane::RepoPath;
using statelane::lint::build_pipeline;
using statelane::lint::Job;
using statelane::lint::load_configuration;
using statelane::lint::Node;
using statelane::lint::Pipeline;
using statelane::lint::Report;

namespace {

struct LoadResult {
  Pipeline pipeline;
  Lines faults;

  const Job& job(const std::string& name) const {
    for (const Job& each : pipeline.jobs) {
      if (each.name == name) return each;
    }
    FAIL("no job " << name);
    return pipeline.jobs.front();
  }
  std::string text(const std::string& job_name, const std::string& keyword) const {
    const Node* node = job(job_name).find(keyword);
    if (node == nullptr) return "(none)";
    std::string joined;
    for (const Node* each : texts_of(node)) joined += (joined.empty() ? "" : ", ") + *each->as_string();
    return joined;
  }
};

LoadResult load(const Files& files) {
  Report report;
  auto configuration = load_configuration(tree_of(files), RepoPath::of(".gitlab-ci.yml"), report);
  LoadResult result;
  if (configuration) result.pipeline = build_pipeline(*std::move(configuration));
  for (const auto& finding : report.take_findings()) {
    result.faults.push_back(fmt::format("{}:{}: {}", finding.diagnostic.path.str(),
                                        finding.diagnostic.range->begin.line, finding.diagnostic.message));
  }
  return result;
}

LoadResult load(const std::string& text) { return load({{".gitlab-ci.yml", text}}); }

}  // namespace

TEST_CASE("extends merges maps key by key and replaces lists, later bases first") {
  const auto loaded = load(R"(
.a: {variables: {X: a, Y: a}, script: [one, two], tags: [a]}
.b: {variables: {Y: b}, tags: [b]}
job: {extends: [.a, .b], variables: {Z: own}, script: [three]}
)");
  CHECK(loaded.faults.empty());
  CHECK(loaded.text("job", "script") == "three");
  CHECK(loaded.text("job", "tags") == "b");
  const Node* variables = loaded.job("job").find("variables");
  CHECK(*variables->find("X")->as_string() == "a");
  CHECK(*variables->find("Y")->as_string() == "b");
  CHECK(*variables->find("Z")->as_string() == "own");
}

TEST_CASE("extends may go eleven levels deep, and not in a circle") {
  std::string chain = ".l0: {script: x}\n";
  for (int level = 1; level <= 12; ++level) chain += fmt::format(".l{}: {{extends: .l{}}}\n", level, level - 1);
  const auto loaded = load(chain + "job: {extends: .l10}\n");
  CHECK(loaded.text("job", "script") == "x");
  CHECK(loaded.faults == Lines{".gitlab-ci.yml:13: extends goes more than 11 levels deep"});
  CHECK(load(".a: {extends: .b}\n.b: {extends: .a}\n").faults ==
        Lines{".gitlab-ci.yml:2: extends goes in a circle: \".a\" extends \".b\" in the end"});
  CHECK(load(".base: {}\njob: {extends: .bsae}\n").faults ==
        Lines{".gitlab-ci.yml:2: extends \".bsae\", which no file defines"});
}

TEST_CASE("a reference is followed after extends, in lists and in maps") {
  const auto loaded = load(R"(
.base: {script: [a, b]}
.setup: {extends: .base, variables: {X: x}}
job:
  script: [!reference [.setup, script], c]
  variables: !reference [.setup, variables]
)");
  CHECK(loaded.faults.empty());
  CHECK(loaded.text("job", "script") == "a, b, c");
  CHECK(*loaded.job("job").variables.at(0).value.as_string() == "x");
  CHECK(load("job: {script: !reference [.x, script]}\n").faults ==
        Lines{".gitlab-ci.yml:1: !reference [.x, script] leads nowhere"});
  CHECK(load(".a: {script: !reference [.b, script]}\n.b: {script: !reference [.a, script]}\n").faults.size() == 2);
}

TEST_CASE("default is inherited whole, key by key, unless the job says otherwise") {
  const auto loaded = load(R"(
default: {image: d, before_script: [x], tags: [t]}
variables: {G: g, H: h}
one: {script: x, image: own}
two: {script: x, inherit: {default: [tags], variables: false}}
three: {trigger: {include: x.yml}}
)");
  CHECK(loaded.text("one", "image") == "own");
  CHECK(loaded.text("one", "before_script") == "x");
  CHECK(loaded.text("two", "image") == "(none)");
  CHECK(loaded.text("two", "tags") == "t");
  CHECK(loaded.job("two").variables.empty());
  CHECK(loaded.job("one").variables.size() == 2);
  CHECK(loaded.text("three", "image") == "(none)");
}

TEST_CASE("local includes are laid below the file that includes them, wildcards and nested ones too") {
  const auto loaded = load({{".gitlab-ci.yml", "include: [/ci/a.yml, {local: \"ci/more/*.yml\"}]\njob: {image: top}\n"},
                            {"ci/a.yml", "include: ci/b.yml\njob: {script: [a], image: a}\n"},
                            {"ci/b.yml", "job: {script: [b], tags: [b]}\n"},
                            {"ci/more/x.yml", "x: {script: x}\n"},
                            {"ci/more/deep/y.yml", "y: {script: y}\n"}});
  CHECK(loaded.faults.empty());
  CHECK(loaded.text("job", "image") == "top");
  CHECK(loaded.text("job", "script") == "a");
  CHECK(loaded.text("job", "tags") == "b");
  CHECK(loaded.text("x", "script") == "x");
  CHECK(loaded.pipeline.jobs.size() == 2);
}

TEST_CASE("an include that is not there is a fault, one on a server is named") {
  const auto loaded = load(
      "include: [a.yml, b.txt, https://x/y.yml, {template: T.yml}, {project: p, file: [f, g]}]\n"
      "job: {extends: .unknown, script: x}\n");
  CHECK(loaded.faults ==
        Lines{".gitlab-ci.yml:1: \"a.yml\" does not exist",
              ".gitlab-ci.yml:1: \"b.txt\" has no YAML extension, which GitLab asks of an included file"});
  const auto& unseen = loaded.pipeline.configuration.unseen;
  REQUIRE(unseen.size() == 3);
  CHECK(unseen[0].what == "remote file https://x/y.yml");
  CHECK(unseen[1].what == "template T.yml");
  CHECK(unseen[2].what == "project p f g");
  CHECK(loaded.job("job").unseen_bases == std::set<std::string>{".unknown"});
}

TEST_CASE("a file that includes itself is a fault and ends") {
  CHECK(load({{".gitlab-ci.yml", "include: a.yml\n"}, {"a.yml", "include: a.yml\n"}}).faults ==
        Lines{"a.yml:1: \"a.yml\" includes itself"});
}

TEST_CASE("inputs of an include take the place of their names") {
  const auto loaded = load({{".gitlab-ci.yml", "include: {local: t.yml, inputs: {dir: env/prod, tags: [a, b]}}\n"},
                            {"t.yml",
                             "spec:\n  inputs:\n    dir:\n    tags: {default: []}\n    stage: {default: deploy}\n---\n"
                             "\"plan $[[ inputs.dir ]]\":\n  stage: $[[ inputs.stage ]]\n  tags: $[[ inputs.tags ]]\n"
                             "  script: cd $[[ inputs.dir | truncate(0,3) ]]\n"}});
  CHECK(loaded.faults.empty());
  CHECK(loaded.text("plan env/prod", "stage") == "deploy");
  CHECK(loaded.text("plan env/prod", "tags") == "a, b");
  CHECK(loaded.text("plan env/prod", "script") == "cd env");
}

TEST_CASE("extends cannot make a file grow without bound") {
  std::string text = ".l0: {variables: {";
  for (int each = 0; each < 2000; ++each) text += fmt::format("v{}: x, ", each);
  text += "}}\n";
  for (int each = 0; each < 1000; ++each) text += fmt::format("j{}: {{extends: .l0, script: x}}\n", each);
  const auto loaded = load(text);
  CHECK(loaded.faults.at(0).find("extends makes too many values of this file") != std::string::npos);
}
