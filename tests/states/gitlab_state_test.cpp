#include <doctest/doctest.h>

#include "repo/memory_tree.hpp"
#include "states/backend_identity.hpp"
#include "states/load_states.hpp"

using statelane::Diagnostics;
using statelane::RepoPath;
using statelane::config::Config;
using statelane::states::BackendIdentity;
using statelane::states::EdgeKind;
using statelane::states::LoadedStates;
using statelane::states::may_be_same;

namespace {

const std::string configuration = "states: {rules: [{match: '**', gitlab_state: '{dir}-{instance}x'}]}\n";

LoadedStates load(const std::map<std::string, std::string>& files, const std::string& config_text) {
  std::map<RepoPath, statelane::repo::MemoryTree::File> entries;
  for (const auto& [path, text] : files) entries[RepoPath::of(path)] = {text};
  const statelane::repo::MemoryTree tree(std::move(entries));
  Diagnostics diagnostics;
  const Config config =
      statelane::config::parse_config(config_text, RepoPath::of(statelane::config::file_name), diagnostics);
  statelane::facts::FactStore facts;
  return statelane::states::load_states(tree, config, facts, diagnostics);
}

}  // namespace

TEST_CASE("a state that GitLab keeps has the name that the configuration makes, unless its address is written") {
  const auto loaded =
      load({{"net/main.tf", "terraform {\n  backend \"http\" {}\n}\n"},
            {"dns/main.tf", "terraform {\n  backend \"http\" {\n    address = \"https://a/b\"\n  }\n}\n"},
            {"s3/main.tf", "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"k\"\n  }\n}\n"}},
           configuration);
  const auto name_of = [&](const char* id) { return loaded.graph.states()[*loaded.graph.find(id)].gitlab_state; };
  CHECK(name_of("net") == "net-x");
  CHECK(name_of("dns").empty());
  CHECK(name_of("s3").empty());
}

TEST_CASE("who reads an address that ends in the state's name may read that state") {
  const auto loaded =
      load({{"net/main.tf", "terraform {\n  backend \"http\" {}\n}\n"},
            {"app/main.tf",
             "terraform {\n  backend \"http\" {}\n}\ndata \"terraform_remote_state\" \"n\" {\n  backend = \"http\"\n"
             "  config = { address = \"https://gitlab.example.com/api/v4/projects/1/terraform/state/net-x\" }\n}\n"}},
           configuration);
  REQUIRE(loaded.graph.edges().size() == 1);
  CHECK(loaded.graph.edges().front().kind == EdgeKind::possible);
  CHECK(loaded.graph.states()[loaded.graph.edges().front().to].id == "net");
}

TEST_CASE(
    "the slug in a state's name is that state's own, so that states with written addresses are not taken for it") {
  const auto loaded = load({{"net/prod/main.tf", "terraform {\n  backend \"http\" {}\n}\n"}},
                           "states: {rules: [{match: '**', gitlab_state: 'x-{slug}'}]}\n");
  const auto& state = loaded.graph.states().front();
  CHECK(state.gitlab_state == "x-net--prod");
  const auto written = [](const std::string& name) {
    return BackendIdentity{"http", {{"address", "https://a/terraform/state/" + name}}, {}, {}};
  };
  CHECK(may_be_same(*state.backend, written("x-net--prod")));
  CHECK_FALSE(may_be_same(*state.backend, written("old")));
}

TEST_CASE("two states may be one where nothing that is known of both differs") {
  const BackendIdentity open{"http", {}, {}, {"address"}};
  BackendIdentity net = open;
  statelane::states::name_gitlab_state(net, "net");
  BackendIdentity dns = open;
  statelane::states::name_gitlab_state(dns, "dns");
  const BackendIdentity written{"http", {{"address", "https://a/terraform/state/net"}}, {}, {}};
  CHECK(may_be_same(open, open));
  CHECK(may_be_same(net, net));
  CHECK_FALSE(may_be_same(net, dns));
  CHECK(may_be_same(net, written));
  CHECK_FALSE(may_be_same(dns, written));
  CHECK_FALSE(may_be_same(open, BackendIdentity{"s3", {}, {}, {"bucket"}}));
}
