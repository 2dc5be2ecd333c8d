#include "states/promotions.hpp"

#include <doctest/doctest.h>

#include "states/loaded.hpp"

namespace {

using Files = std::map<std::string, std::string>;

std::string backend(const std::string& key) {
  return "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"" + key + "\"\n  }\n}\n";
}

std::string reads(const std::string& key) {
  return "data \"terraform_remote_state\" \"x\" {\n  backend = \"s3\"\n  config = {\n    bucket = \"b\"\n    key = \"" +
         key + "\"\n  }\n}\n";
}

std::string config(const std::string& rule) { return "states:\n  rules:\n    - {match: \"**\", " + rule + "}\n"; }

Texts waits(const Loaded& loaded) {
  Texts result;
  for (const auto& promotion : loaded.states.graph.promotions())
    result.push_back(loaded.states.graph.states()[promotion.from].id + " after " +
                     loaded.states.graph.states()[promotion.to].id);
  return result;
}

std::string messages(const Loaded& loaded) {
  std::string result;
  for (const auto& diagnostic : loaded.diagnostics.sorted()) result += render_diagnostic(diagnostic);
  return result;
}

}  // namespace

TEST_CASE("instances of one directory are promoted by their names, directories by a name of their path") {
  const Loaded instances(
      {{".statelane.yml", config("instances: [dev, prod, test], workspace: \"{instance}\", after: {prod: "
                                 "test, test: dev}")},
       {"a/main.tf", backend("a")},
       {"b/main.tf", backend("b")}});
  CHECK(messages(instances) == "");
  CHECK(waits(instances) ==
        Texts{"a@prod after a@test", "a@test after a@dev", "b@prod after b@test", "b@test after b@dev"});
  const Loaded directories({{".statelane.yml", config("after: {prod: test}")},
                            {"live/prod/eu/net/main.tf", backend("a")},
                            {"live/test/eu/net/main.tf", backend("b")},
                            {"live/prod/only/main.tf", backend("c")},
                            {"prod/main.tf", backend("d")},
                            {"test/main.tf", backend("e")}});
  CHECK(messages(directories) == "");
  CHECK(waits(directories) == Texts{"live/prod/eu/net after live/test/eu/net", "prod after test"});
}

TEST_CASE("names by which nothing waits are errors with their place") {
  const auto said = [](const std::string& after) {
    return messages(
        Loaded({{".statelane.yml", config("instances: [prod, staging], workspace: \"{instance}\", after: " + after)},
                {"a/main.tf", backend("a")}}));
  };
  CHECK(said("{prod: stagin}") ==
        ".statelane.yml:3:88: error: no state of \"**\" is \"stagin\" where another is \"prod\"\n"
        "hint: did you mean \"staging\"?\n");
  CHECK(said("{live: staging}") ==
        ".statelane.yml:3:82: error: no state of \"**\" is \"live\" where another is \"staging\"\n"
        "hint: after has names of instances, or of directories in which states lie\n");
}

TEST_CASE("a state that would come after itself is an error, by names alone or by what it reads") {
  const Loaded names({{".statelane.yml", config("after: {prod: test, test: prod}")},
                      {"prod/main.tf", backend("a")},
                      {"test/main.tf", backend("b")}});
  CHECK(messages(names) ==
        ".statelane.yml:3:35: error: prod would come after itself: it waits for test, and that for it\n"
        "hint: take one of the two out of after, or what one reads of the other out of the configuration\n"
        ".statelane.yml:3:47: error: test would come after itself: it waits for prod, and that for it\n"
        "hint: take one of the two out of after, or what one reads of the other out of the configuration\n");
  const Loaded read({{".statelane.yml", config("after: {prod: test}")},
                     {"prod/main.tf", backend("a")},
                     {"test/main.tf", backend("b") + reads("a")}});
  CHECK(messages(read).find("error: prod would come after itself: it waits for test, and that for it") !=
        std::string::npos);
}
