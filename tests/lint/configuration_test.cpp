#include "lint/configuration.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "lint/document.hpp"
#include "lint/linted.hpp"
#include "lint/pipeline.hpp"
#include "process/command.hpp"
#include "support/source_directory.hpp"
#include "support/test_repo.hpp"

using statelane::RepoPath;
namespace yaml = statelane::yaml;
using statelane::lint::build_pipeline;
using statelane::lint::Job;
using statelane::lint::load_configuration;

using statelane::lint::Pipeline;
using statelane::lint::read_document;
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
    const yaml::Value* node = job(job_name).find(keyword);
    if (node == nullptr) return "(none)";
    std::string joined;
    for (const yaml::Value* each : yaml::texts_of(node)) joined += (joined.empty() ? "" : ", ") + *each->as_string();
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
  const yaml::Value* variables = loaded.job("job").find("variables");
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
  const auto loaded =
      load({{".gitlab-ci.yml", "include: {local: t.yml, inputs: {dir: env/prod, tags: [a, b]}}\n"},
            {"t.yml",
             "spec:\n  inputs:\n    dir:\n    tags: {type: array, default: []}\n    stage: {default: deploy}\n---\n"
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
  CHECK(loaded.faults.at(0) == ".gitlab-ci.yml:501: extends makes too many values of this file");
}

TEST_CASE("references and includes cannot make files grow without bound either") {
  std::string text = ".l0: {script: [";
  for (int each = 0; each < 2000; ++each) text += "x, ";
  text += "]}\n";
  for (int each = 0; each < 1000; ++each) text += fmt::format("j{}: {{script: !reference [.l0, script]}}\n", each);
  CHECK(load(text).faults == Lines{".gitlab-ci.yml:501: !reference makes too many values of this file"});
  std::string part = "{x: [";
  for (int each = 0; each < 280'000; ++each) part += "1,";
  part += "]}\n";
  const std::string parts = "include: [/a.yml, /b.yml, /c.yml, /d.yml]\n";
  const auto joined =
      load({{".gitlab-ci.yml", parts}, {"a.yml", part}, {"b.yml", part}, {"c.yml", part}, {"d.yml", part}});
  CHECK(joined.faults == Lines{"d.yml:1: all files together hold too many values"});
}

namespace {

constexpr const char* peer = "tests/e2e/tools/node_modules/.bin/gitlab-ci-local";

bool has_peer() {
  if (std::filesystem::exists(statelane::support::source_directory() / peer)) return true;
  const char* ci = std::getenv("CI");
  if (ci != nullptr && std::string(ci) == "true") FAIL("this test needs gitlab-ci-local");
  MESSAGE("LEFT OUT: this test needs gitlab-ci-local");
  return false;
}

/// Hidden jobs that extend each other and jobs that extend, refer to and inherit from them.
std::string random_pipeline(unsigned seed) {
  std::mt19937 random(seed);
  const auto pick = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
  const auto keywords = [&](int index, std::string text) {
    if (pick(2) == 0) text += fmt::format("  tags: [t{}, u{}]\n", index, pick(3));
    if (pick(2) == 0) text += fmt::format("  variables: {{A{}: \"a{}\", B: \"b{}\"}}\n", pick(3), index, index);
    if (pick(3) == 0) text += fmt::format("  before_script: [before {}]\n", index);
    if (pick(3) == 0)
      text += fmt::format("  artifacts:\n    paths: [p{}]\n    expire_in: {} days\n", index, pick(9) + 1);
    return text;
  };
  std::string text = "default:\n  before_script: [default]\nstages: [one, two]\nvariables: {G: g}\n";
  text += ".t0:\n  script: [s0, s1]\n  variables: {A0: \"x\"}\n";
  for (int index = 1; index < 12; ++index) {
    text += fmt::format(".t{}:\n", index);
    if (pick(4) != 0)
      text += fmt::format("  extends: [.t{}, .t{}]\n", pick(static_cast<std::size_t>(index)),
                          pick(static_cast<std::size_t>(index)));
    text += keywords(index, pick(2) == 0 ? fmt::format("  script: [!reference [.t0, script], own {}]\n", index)
                                         : fmt::format("  script: own {}\n", index));
  }
  for (int index = 0; index < 25; ++index) {
    text += fmt::format("job-{}:\n  stage: {}\n  extends: .t{}\n", index, pick(2) == 0 ? "one" : "two", pick(12));
    text +=
        keywords(index, pick(2) == 0 ? fmt::format("  script: [first, !reference [.t{}, script]]\n", pick(12)) : "");
    if (pick(4) == 0) text += "  inherit: {default: [image]}\n";
  }
  return text;
}

/// The keywords that both write the same way, as one text.
std::string outline(const yaml::Value& job) {
  std::string text;
  for (const char* keyword : {"stage", "script", "before_script", "tags"}) {
    text += fmt::format("{}:", keyword);
    for (const yaml::Value* each : yaml::texts_of(job.find(keyword))) text += fmt::format(" [{}]", *each->as_string());
    text += "\n";
  }
  std::map<std::string, std::string> variables;
  const yaml::Value* map = job.find("variables");
  if (map != nullptr && map->as_map() != nullptr) {
    for (const yaml::Value::Entry& entry : *map->as_map())
      variables[entry.key] = statelane::lint::variable_text(entry.value).value_or("?");
  }
  for (const auto& [name, value] : variables) text += fmt::format("{}={}\n", name, value);
  const yaml::Value* artifacts = job.find("artifacts");
  for (const char* keyword : {"paths", "expire_in"}) {
    for (const yaml::Value* each : yaml::texts_of(artifacts != nullptr ? artifacts->find(keyword) : nullptr)) {
      text += fmt::format("{} {}\n", keyword, *each->as_string());
    }
  }
  return text;
}

}  // namespace

TEST_CASE("extends, references and defaults come out as gitlab-ci-local resolves them") {
  if (!has_peer()) return;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const std::string text = random_pipeline(seed);
    const statelane::support::TestRepo repository;
    repository.write(".gitlab-ci.yml", text);
    repository.commit();
    repository.git({"remote", "add", "origin", "git@gitlab.com:group/project.git"});
    const auto answer = statelane::process::run_captured(
        {{(statelane::support::source_directory() / peer).string(), "--preview", "--json-schema-validation=false"},
         {{"YARGS_MIN_NODE_VERSION", "18"}, {"HOME", repository.path().string()}},
         repository.path()},
        std::chrono::minutes(2));
    INFO(answer.err);
    REQUIRE(answer.status.succeeded());
    Report report;
    const auto theirs = read_document(report.add_file({RepoPath::of("preview.yml"), answer.out}), report);
    REQUIRE(theirs);
    const auto ours = load(text);
    CHECK(ours.faults.empty());
    REQUIRE(ours.pipeline.jobs.size() == 25);
    for (const Job& job : ours.pipeline.jobs) {
      const yaml::Value* peer_job = theirs->content.find(job.name);
      REQUIRE(peer_job != nullptr);
      CAPTURE(text);
      CAPTURE(job.name);
      REQUIRE(outline(yaml::Value(job.keywords, job.spot)) == outline(*peer_job));
    }
  }
}
