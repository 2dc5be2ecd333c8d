#include "states/remote_reads.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "states/loaded.hpp"

namespace {

using namespace statelane;

std::string s3(const std::string& key) {
  return fmt::format("terraform {{\n  backend \"s3\" {{\n    bucket = \"b\"\n    key    = \"{}\"\n  }}\n}}\n", key);
}

std::string reads(const std::string& config) {
  return "data \"terraform_remote_state\" \"r\" {\n  backend = \"s3\"\n  config = " + config + "\n}\n";
}

/// `net`, `other` and `app`, which says `text`.
Loaded with(const std::string& text, std::map<std::string, std::string> more = {}) {
  more.merge(std::map<std::string, std::string>{
      {"app/main.tf", s3("app") + text}, {"net/main.tf", s3("net")}, {"other/main.tf", s3("other")}});
  return Loaded(more);
}

/// The edges, and what nothing answers, as lines.
std::vector<std::string> edges(const Loaded& loaded) {
  constexpr std::array kinds = {"remote_state", "possible", "declared"};
  std::vector<std::string> result;
  for (const states::Edge& edge : loaded.states.graph.edges())
    result.push_back(fmt::format("{} > {} {}", loaded.states.graph.states()[edge.from].id,
                                 loaded.states.graph.states()[edge.to].id, kinds[static_cast<std::size_t>(edge.kind)]));
  for (const states::Unmatched& unmatched : loaded.states.unmatched)
    result.push_back(fmt::format("{} misses {}", unmatched.state, unmatched.what));
  return result;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("what a merge says for certain makes a possible edge, whatever its other arguments are") {
  const Lines possible = {"app > net possible"};
  CHECK(edges(with(reads("merge(module.x.cfg, { key = \"net\" })"))) == possible);
  CHECK(edges(with(reads("merge({ bucket = \"b\" }, module.x.cfg, { key = \"net\" })"))) == possible);
  CHECK(edges(with("locals {\n  c = merge(module.x.cfg, { key = \"net\" })\n}\n" + reads("local.c"))) == possible);
  CHECK(edges(with(reads("module.x.on ? merge(module.x.cfg, { key = \"net\" }) : module.x.cfg"))) == possible);
  CHECK(edges(with(reads("merge({ bucket = \"b\" }, { key = \"net\" })"))) == Lines{"app > net remote_state"});
}

TEST_CASE("what may be replaced by an argument that is not known is not certain") {
  CHECK(
      edges(with(reads("merge({ bucket = \"b\", key = \"net\" }, module.x.cfg)"))) ==
      Lines{"app misses s3 bucket=(not known) endpoint=(not known) key=(not known) workspace_key_prefix=(not known)"});
}

TEST_CASE("a config of which nothing is known is reported, with the place") {
  for (const std::string config : {"module.x.cfg", "var.c", "module.x[\"a\"].cfg"}) {
    const Loaded loaded = with("variable \"c\" {}\n" + reads(config));
    REQUIRE(loaded.states.unmatched.size() == 1);
    CHECK(loaded.states.unmatched[0].place.file == RepoPath::of("app/main.tf"));
    REQUIRE(loaded.state("app").unknown.size() == 1);
    CHECK(loaded.state("app").unknown[0].what ==
          "data.terraform_remote_state.r: its backend or config is not known statically");
  }
}

TEST_CASE("a default that the lane does not fix is one possibility") {
  CHECK(edges(with("variable \"c\" {\n  default = { bucket = \"b\", key = \"net\" }\n}\n" + reads("var.c"))) ==
        Lines{"app > net possible"});
}

TEST_CASE("a backend type that is not known may be any: what the config says decides") {
  const auto of_type = [](const std::string& type, const std::string& config) {
    return edges(
        with("data \"terraform_remote_state\" \"r\" {\n  backend = " + type + "\n  config = " + config + "\n}\n"));
  };
  CHECK(of_type("var.type", "{ bucket = \"b\", key = \"net\" }") == Lines{"app > net possible"});
  CHECK(of_type("var.type", "{ bucket = \"b\", key = \"none\" }") ==
        Lines{"app misses backend=(not known) bucket=\"b\" key=\"none\""});
  CHECK(of_type("var.type", "module.x.cfg") == Lines{"app misses backend=(not known)"});
}

TEST_CASE("a data source of a check is one like others, in either syntax") {
  const std::string config = "{ bucket = \"b\", key = \"net\" }";
  const Lines certain = {"app > net remote_state"};
  CHECK(edges(with("check \"c\" {\n  data \"terraform_remote_state\" \"r\" {\n    backend = \"s3\"\n    config = " +
                   config + "\n  }\n  assert {\n    condition = true\n    error_message = \"no\"\n  }\n}\n")) ==
        certain);
  CHECK(edges(with("", {{"app/check.tf.json",
                         R"({"check": {"c": {"data": {"terraform_remote_state": {"r": {"backend": "s3",
                             "config": {"bucket": "b", "key": "net"}}}},
                             "assert": {"condition": true, "error_message": "no"}}}})"}})) == certain);
}

TEST_CASE("outputs of Terraform Cloud are an edge to the workspace that they name, whatever its host") {
  const std::string cloud =
      "terraform {\n  cloud {\n    hostname = \"tfe.example.com\"\n    organization = \"o\"\n"
      "    workspaces {\n      name = \"net\"\n    }\n  }\n}\n";
  const auto reading = [&](const std::string& body) {
    return edges(
        Loaded({{"net/main.tf", cloud}, {"app/main.tf", s3("app") + "data \"tfe_outputs\" \"t\" {\n" + body + "}\n"}}));
  };
  CHECK(reading("  organization = \"o\"\n  workspace = \"net\"\n") == Lines{"app > net remote_state"});
  CHECK(reading("  workspace = \"net\"\n") == Lines{"app > net possible"});
  CHECK(reading("  organization = \"o\"\n  workspace = \"n${var.t}\"\n") == Lines{"app > net possible"});
  CHECK(reading("  organization = \"p\"\n  workspace = \"net\"\n") ==
        Lines{"app misses remote organization=\"p\" workspaces.name=\"net\""});
}

TEST_CASE("several possibilities of which none is answered are all reported") {
  CHECK(edges(with("variable \"on\" {}\n" +
                   reads("var.on ? { bucket = \"b\", key = \"x\" } : { bucket = \"b\", key = \"y\" }"))) ==
        Lines{"app misses s3 bucket=\"b\" key=\"x\"", "app misses s3 bucket=\"b\" key=\"y\""});
}

TEST_CASE("an instance's own variable files are what its backend reads") {
  const Loaded loaded(
      {{".statelane.yml",
        "version: 1\nstates:\n  rules:\n    - {match: app, tool: tofu, instances: \"env/{instance}.tfvars\", "
        "var_files: [\"env/{instance}.tfvars\"]}\n"},
       {"app/main.tf",
        "variable \"env\" {\n  type = string\n}\nterraform {\n  backend \"s3\" {\n    bucket = \"b-${var.env}\"\n"
        "    key    = \"app/${var.env}\"\n  }\n}\n"},
       {"app/env/dev.tfvars", "env = \"dev\"\n"},
       {"app/env/prod.tfvars", "env = \"prod\"\n"},
       {"use/main.tf", s3("use") + "data \"terraform_remote_state\" \"r\" {\n  backend = \"s3\"\n"
                                   "  config = { bucket = \"b-prod\", key = \"app/prod\" }\n}\n"}});
  CHECK(edges(loaded) == Lines{"use > app@prod remote_state"});
  CHECK(loaded.state("app@dev").backend->known.at("bucket") == "b-dev");
}
