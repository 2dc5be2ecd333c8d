#include "states/edges.hpp"

#include <doctest/doctest.h>

using namespace statelane;
using namespace statelane::states;

namespace {

BackendIdentity gcs(std::string prefix) { return {"gcs", {{"bucket", "b"}, {"prefix", std::move(prefix)}}, {}, {}}; }

State state(const std::string& id, std::optional<BackendIdentity> backend = std::nullopt) {
  State result;
  result.id = id;
  result.directory = RepoPath::of(id);
  result.backend = std::move(backend);
  result.reason_place = {RepoPath::of(id + "/main.tf"), 2};
  return result;
}

RemoteRead read(BackendIdentity wanted, bool is_alternative = false) {
  return {std::move(wanted), is_alternative, false, {RepoPath::of("x.tf"), 7}};
}

struct Found {
  std::vector<Edge> edges;
  std::vector<Unmatched> unmatched;
  std::string messages;
};

Found find(const std::vector<State>& states, const std::vector<std::vector<RemoteRead>>& reads) {
  Found result;
  Diagnostics diagnostics;
  result.edges =
      find_edges(states, reads, std::vector<std::vector<UnitDependency>>(states.size()), result.unmatched, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.sorted()) result.messages += render_diagnostic(diagnostic);
  return result;
}

}  // namespace

TEST_CASE("a read that one state answers is an edge, one that none answers is reported") {
  const Found found = find({state("a", gcs("a")), state("b", gcs("b"))}, {{}, {read(gcs("a")), read(gcs("z"))}});
  CHECK(found.edges == std::vector<Edge>{{1, 0, EdgeKind::remote_state, {RepoPath::of("x.tf"), 7}}});
  REQUIRE(found.unmatched.size() == 1);
  CHECK(found.unmatched[0].state == "b");
  CHECK(found.unmatched[0].what == "gcs bucket=\"b\" prefix=\"z\"");
}

TEST_CASE("a state that reads itself has no edge, and is answered") {
  const Found found = find({state("a", gcs("a"))}, {{read(gcs("a"))}});
  CHECK(found.edges.empty());
  CHECK(found.unmatched.empty());
}

TEST_CASE("one of several possibilities is possible, and none of them is missed aloud") {
  const Found found =
      find({state("a", gcs("a")), state("b", gcs("b"))}, {{}, {read(gcs("a"), true), read(gcs("z"), true)}});
  REQUIRE(found.edges.size() == 1);
  CHECK(found.edges[0].kind == EdgeKind::possible);
  CHECK(found.unmatched.empty());
}

TEST_CASE("a state of which a part is not known may answer") {
  BackendIdentity open{"gcs", {{"bucket", "b"}}, {}, {"prefix"}};
  const Found found = find({state("a", open), state("b", gcs("b"))}, {{}, {read(gcs("a"))}});
  REQUIRE(found.edges.size() == 1);
  CHECK(found.edges[0].kind == EdgeKind::possible);
}

TEST_CASE("two reads of one state at one place are one edge") {
  CHECK(find({state("a", gcs("a")), state("b")}, {{}, {read(gcs("a")), read(gcs("a"))}}).edges.size() == 1);
}

TEST_CASE("depends_on names states by id, and a wrong one is an error with a suggestion") {
  std::vector<State> states = {state("net@prod"), state("svc@prod")};
  states[0].instance = states[1].instance = "prod";
  states[1].settings.depends_on = std::vector<config::Located>{{"net@{instance}", {}}, {"nett@prod", {}}};
  const Found found = find(states, {{}, {}});
  REQUIRE(found.edges.size() == 1);
  CHECK(found.edges[0].kind == EdgeKind::declared);
  CHECK(found.messages.find("svc@prod depends on \"nett@prod\", which is no state") != std::string::npos);
  CHECK(found.messages.find("hint: did you mean \"net@prod\"?") != std::string::npos);
}

TEST_CASE("states that write one stored state are warned of, those that may are not") {
  BackendIdentity open{"gcs", {{"bucket", "b"}}, {}, {"prefix"}};
  Diagnostics diagnostics;
  check_identities({state("a", gcs("x")), state("b", gcs("x")), state("c", open), state("d", open)}, diagnostics);
  const auto all = diagnostics.sorted();
  REQUIRE(all.size() == 1);
  CHECK(render_diagnostic(all[0]) ==
        "b/main.tf:2:1: warning: a and b write the same state: gcs bucket=\"b\" prefix=\"x\"\n"
        "hint: give each its own key, address or prefix; two lanes on one state destroy each other's resources\n");
}

TEST_CASE("a state whose backend is completed at init may be the one that is read, whatever init sets") {
  const BackendIdentity open{"s3", {{"workspace_key_prefix", "env:"}, {"endpoint", ""}}, {}, {"bucket", "key"}};
  const BackendIdentity wanted{
      "s3", {{"bucket", "b"}, {"key", "k"}, {"workspace_key_prefix", "w"}, {"endpoint", ""}}, {}, {}};
  const Found found =
      find({state("a", open), state("b", open), state("c", gcs("c"))}, {{}, {read(wanted)}, {read(open)}});
  CHECK(found.unmatched.empty());
  const Place place{RepoPath::of("x.tf"), 7};
  CHECK(found.edges == std::vector<Edge>{{1, 0, EdgeKind::possible, place},
                                         {2, 0, EdgeKind::possible, place},
                                         {2, 1, EdgeKind::possible, place}});
  const BackendIdentity elsewhere{
      "s3", {{"bucket", "other"}, {"workspace_key_prefix", "env:"}, {"endpoint", ""}}, {}, {"key"}};
  CHECK(find({state("a", elsewhere), state("b", gcs("b"))}, {{}, {read(wanted)}}).unmatched.size() == 1);
}
