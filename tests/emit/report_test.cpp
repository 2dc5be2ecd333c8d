#include "emit/report.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "emit/graph_layout.hpp"
#include "emit/line_diff.hpp"
#include "emit/parent_pipeline.hpp"
#include "emit/report_graph.hpp"
#include "pipeline/hand_made.hpp"

using hand_made::graph_of;
using statelane::emit::Cell;
using statelane::emit::lay_out;
using statelane::emit::Report;
using statelane::impact::Change;
using statelane::states::EdgeKind;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// One state with a plan that was applied, one without a plan, in a graph of three.
Report make_report() {
  Report report;
  report.title = "orders";
  report.comparison = {"0123456789abcdef", "parent", "the first parent of HEAD", "fedcba9876543210", false};
  report.total = 3;
  report.impact = hand_made::affected({"dns", "network"});
  report.lanes.push_back({report.impact.affected[0], statelane::emit::LaneResult{true, 2, 1, 3, false, 0}});
  report.lanes.push_back({report.impact.affected[1], {}});
  return report;
}

}  // namespace

TEST_CASE("a state stands behind everything that it depends on") {
  const std::vector<std::pair<std::size_t, std::size_t>> edges = {{1, 0}, {2, 1}, {2, 0}, {3, 0}};
  const std::vector<Cell> cells = lay_out(5, edges);
  CHECK(cells[0].layer == 0);
  CHECK(cells[1].layer == 1);
  CHECK(cells[2].layer == 2);
  CHECK(cells[3].layer == 1);
  CHECK(cells[4].layer == 0);
  for (std::size_t left = 0; left < cells.size(); ++left) {
    for (std::size_t right = left + 1; right < cells.size(); ++right) CHECK_FALSE(cells[left] == cells[right]);
  }
  CHECK(lay_out(0, {}).empty());
}

TEST_CASE("a page without edges draws no graph, since boxes alone say what the list says") {
  const std::string page = statelane::emit::render_report_page(make_report(), statelane::states::StateGraph());
  CHECK_FALSE(contains(page, "<svg"));
  CHECK_FALSE(contains(page, "What depends on what"));
  CHECK(contains(page, "<h2>States</h2>"));
}

TEST_CASE("edges that others imply are found, but not those of a circle") {
  using statelane::emit::find_implied;
  using Edges = std::vector<statelane::emit::NodePair>;
  CHECK(find_implied(4, Edges{{1, 0}, {2, 1}, {2, 0}, {3, 2}, {3, 0}}) ==
        std::vector<bool>{false, false, true, false, true});
  CHECK(find_implied(3, Edges{{0, 1}, {1, 2}, {2, 0}}) == std::vector<bool>{false, false, false});
  CHECK(find_implied(2, Edges{{1, 0}, {1, 0}}) == std::vector<bool>{false, false});
}

TEST_CASE("circles are laid out too, and rows follow neighbours") {
  const std::vector<std::pair<std::size_t, std::size_t>> circle = {{0, 1}, {1, 2}, {2, 0}};
  const std::vector<Cell> cells = lay_out(3, circle);
  CHECK(cells[0].layer == 2);
  CHECK(cells[2].layer == 0);
  const std::vector<std::pair<std::size_t, std::size_t>> crossing = {{2, 1}, {3, 0}};
  const std::vector<Cell> straight = lay_out(4, crossing);
  CHECK(straight[2].row == straight[1].row);
  CHECK(straight[3].row == straight[0].row);
  // Two that follow one stand below each other, and what follows the first goes on beside it.
  const std::vector<std::pair<std::size_t, std::size_t>> outline = {{1, 0}, {2, 0}, {3, 1}, {4, 1}};
  const std::vector<Cell> below = lay_out(5, outline);
  CHECK(below[0].row == below[3].row);
  CHECK(below[1].row == below[3].row);
  CHECK(below[4].row == below[3].row + 1);
  CHECK(below[2].row == below[4].row + 1);
}

TEST_CASE("the page tells of each state its change, causes and plan") {
  const std::string page = render_report_page(make_report(), graph_of({"app", "dns", "network"}, {{"dns", "network"}}));
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(contains(page, "<h1>2 of 3 states affected</h1>"));
  CHECK(contains(page, "<p><span>1 applied</span> · <span>1 no plan</span> · together +2 ~1 −3</p>"));
  CHECK(contains(
      page,
      "<p class=\"soft\">An arrow leads from a state to one that reads it. Red deletes, replaces or has failed, "
      "yellow changes, green is applied.</p>"));
  CHECK(contains(page, "<code>fedcba987654</code> against <code>0123456789ab</code> (the first parent of HEAD)"));
  CHECK(contains(
      page, "<span class=\"id\">dns</span><span class=\"tag\">modified</span><span class=\"soft\">applied +2 ~1 −3"));
  CHECK(contains(page, "<p>plan: 2 to create, 1 to update, 3 to delete</p>\n<p>applied</p>"));
  CHECK(contains(page, "<li>dns/main.tf changed, a file of the state&#39;s directory</li>"));
  CHECK(contains(page, "<p class=\"soft\">no plan lies beside this report</p>"));
  CHECK(contains(page,
                 "<a href=\"#state-1\"><g class=\"node modified is-applied\" data-node=\"0\"><title>dns: applied +2 ~1 "
                 "−3</title>"));
  CHECK(contains(page, "default-src 'none'"));
  CHECK_FALSE(contains(page, "src="));
  CHECK_FALSE(contains(page, "://"));
}

TEST_CASE("arrows that others imply are not drawn, and the legend says so") {
  const auto graph =
      graph_of({"app", "dns", "network", "z"},
               {{"app", "dns"}, {"app", "network"}, {"dns", "network"}, {"z", "dns", EdgeKind::possible}});
  const std::string page = render_report_page(make_report(), graph);
  CHECK(contains(page, "<path class=\"edge\" data-ends=\"0 1\""));
  CHECK(contains(page, "<path class=\"edge\" data-ends=\"1 2\""));
  CHECK_FALSE(contains(page, "data-ends=\"0 2\""));
  CHECK(contains(page, "<path class=\"edge possible\" data-ends=\"3 1\""));
  CHECK(contains(page,
                 "An arrow leads from a state to one that reads it; a dashed one may; those that others imply are "
                 "left out. Red"));
}

TEST_CASE("the page is a review: what it destroys first, each change with Terraform's text, links, who pressed") {
  Report report = make_report();
  report.has_gates = true;
  report.link = "https://gitlab.example.com/p/-/pipelines/9";
  report.subject = "smaller subnets";
  report.author = "Ada <ada@example.com>";
  report.merge_request = "!42";
  report.merge_request_link = "https://gitlab.example.com/p/-/merge_requests/42";
  statelane::emit::LaneResult& dns = *report.lanes[0].result;
  dns.apply_exit_code = 1;
  dns.applied_by = "bob";
  dns.applied_at = "2024-01-31 12:00 UTC";
  dns.apply_job = "https://gitlab.example.com/p/-/jobs/2";
  dns.changes = {{"create", "a.new"}};
  statelane::emit::LaneResult network{true, 1, 0, 1};
  network.changes = {{"replace", "aws_vpc.main", "  # aws_vpc.main must be replaced\n-/+ cidr = \"<b>\"\n"}};
  network.outputs = {"update vpc_id"};
  network.left_out = 2;
  network.plan_job = "https://gitlab.example.com/p/-/jobs/1";
  report.lanes[1].result = network;
  report.lanes[1].owners = "@net, @sre (Operations)";
  report.lanes[1].not_asked = "@sre";
  report.lanes[1].collisions = {"!7 also changes it, through modules/vpc/main.tf"};
  report.remarks = {"!8 was not looked at: it is not here"};
  statelane::emit::LaneResult failed;
  failed.failure = "the state is locked";
  report.lanes.push_back({report.impact.affected[0], failed});
  report.lanes.back().affected.id = "broken";
  sort_by_risk(report);
  CHECK(report.lanes[0].affected.id == "network");
  CHECK(report.lanes[2].affected.id == "broken");
  const std::string page = render_report_page(report, {});
  CHECK(contains(
      page,
      "<p>smaller subnets · Ada &lt;ada@example.com&gt; · <a href=\"https://gitlab.example.com/p/-/merge_requests/42\">"
      "merge request !42</a></p>"));
  CHECK(contains(page,
                 "<p><span class=\"failed\">1 plan failed</span> · <span class=\"failed\">1 apply failed</span> · "
                 "<span>1 planned</span> · together +3 ~1 −4</p>"));
  CHECK(contains(page,
                 "<p>plan: 1 to replace, and 2 more · <a href=\"https://gitlab.example.com/p/-/jobs/1\">its job</a> · "
                 "<a href=\"https://gitlab.example.com/p/-/pipelines/9\">its gate</a></p>"));
  CHECK(contains(
      page,
      "<h3 class=\"failed\">1 to replace</h3>\n<ul class=\"changes\">\n<li><details><summary><code>aws_vpc.main"
      "</code></summary><pre tabindex=\"0\">  # aws_vpc.main must be replaced\n-/+ cidr = "
      "&quot;&lt;b&gt;&quot;\n</pre>"));
  CHECK(contains(page,
                 "<p class=\"failed\">!7 also changes it, through modules/vpc/main.tf: when one is merged, the other's "
                 "plan is old</p>"));
  CHECK(contains(page, "<h2>Not looked at</h2>\n<ul>\n<li><code>!8 was not looked at: it is not here</code></li>"));
  CHECK(contains(page, "<p>owned by @net, @sre (Operations) · GitLab did not ask @sre</p>"));
  CHECK(contains(page, "<p>… and 2 more changes in the plan's log</p>"));
  CHECK(contains(page, "<li><code>update vpc_id</code></li>"));
  CHECK(contains(page,
                 "<p class=\"failed\">the apply ended with exit code 1, pressed by bob, 2024-01-31 12:00 UTC · <a "
                 "href=\"https://gitlab.example.com/p/-/jobs/2\">its job</a></p>"));
  CHECK(contains(page, "<p class=\"failed\">plan failed: the state is locked</p>"));
  CHECK(contains(page, "data-marks=\"destroys waits\""));
  CHECK(contains(page, "<input type=\"radio\" name=\"mark\" value=\"failed\">failed</label>"));

  const std::string note = render_report_markdown(report);
  CHECK(contains(note,
                 "1 to replace, and 2 more · [plan job](https://gitlab.example.com/p/-/jobs/1)\n\n- **replace** "
                 "<code>aws&#95;vpc.main</code>\n- and 2 more changes\n- output <code>update vpc&#95;id</code>\n"));
  CHECK(contains(note, "The plan failed; its job says why\n"));
  CHECK_FALSE(contains(note, "locked"));
  CHECK_FALSE(contains(note, "cidr"));
  CHECK(contains(note, "pressed by <code>bob</code> · [apply job](https://gitlab.example.com/p/-/jobs/2)"));
}

TEST_CASE("no name becomes markup, on the page or in Markdown") {
  const std::string evil = "</script><img src=x onerror=alert(1)>\"'|`[x](javascript:1)\x1b";
  Report report = make_report();
  report.title = evil;
  report.link = "javascript:alert(1)";
  report.lanes[0].affected.id = evil;
  report.lanes[0].result->passed_guards = {evil};
  report.impact.unclaimed = {statelane::RepoPath::of("<b>.tf")};
  const std::string page = render_report_page(report, {});
  CHECK_FALSE(contains(page, "<img"));
  CHECK_FALSE(contains(page, "javascript:alert"));
  CHECK_FALSE(contains(page, "<b>"));
  CHECK_FALSE(contains(page, "\x1b"));
  CHECK(contains(page, "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;|`"));
  const std::string note = render_report_markdown(report);
  CHECK_FALSE(contains(note, "<img"));
  CHECK_FALSE(contains(note, "](java"));
  CHECK(contains(note, "&#124;&#96;&#91;x&#93;(javascript&#58;1)"));
}

TEST_CASE("the note is a table, and each state with its causes below it") {
  CHECK(render_report_markdown(make_report()) ==
        "### 2 of 3 states affected\n"
        "\n"
        "1 applied · 1 no plan · together +2 ~1 −3\n"
        "\n"
        "| state | change | plan | |\n"
        "| --- | --- | --- | --- |\n"
        "| <code>dns</code> | modified | applied | +2 ~1 −3 |\n"
        "| <code>network</code> | modified | no plan |  |\n"
        "\n"
        "<details><summary><code>dns</code> applied +2 ~1 −3</summary>\n"
        "\n"
        "2 to create, 1 to update, 3 to delete\n"
        "\n"
        "\n"
        "- <code>dns/main.tf changed, a file of the state&#39;s directory</code>\n"
        "\n"
        "</details>\n"
        "<details><summary><code>network</code> no plan </summary>\n"
        "\n"
        "- <code>network/main.tf changed, a file of the state&#39;s directory</code>\n"
        "\n"
        "</details>\n");
  Report nothing;
  nothing.total = 7;
  CHECK(render_report_markdown(nothing) == "### 0 of 7 states affected\n\nNothing to plan.\n");
}

TEST_CASE("a note stays below GitLab's limit, and says what it leaves out") {
  Report report = make_report();
  report.lanes[0].affected.causes.assign(20, hand_made::own_file(std::string(4'000, 'x')));
  report.lanes.assign(100, report.lanes[0]);
  const std::string note = render_report_markdown(report);
  CHECK(note.size() < 1'000'000);
  CHECK(contains(note, "states are not shown: GitLab bounds the size of a note.\n"));
}

TEST_CASE("what became of a lane is told in a word") {
  using statelane::emit::LaneResult;
  using statelane::emit::outcome_of;
  const auto lane = [](std::optional<LaneResult> result) { return outcome_of({{}, std::move(result)}); };
  CHECK(lane({}) == "no plan");
  CHECK(lane(LaneResult{}) == "no changes");
  CHECK(lane(LaneResult{true, 1, 0, 0, false, {}, {}}) == "planned");
  CHECK(lane(LaneResult{true, 1, 0, 0, false, 0, {}}) == "applied");
  CHECK(lane(LaneResult{true, 1, 0, 0, false, 1, {}}) == "apply failed");
}

TEST_CASE("a difference of lines has three lines around each change") {
  using statelane::emit::render_line_diff;
  CHECK(render_line_diff("f", "a\n", "a\n", {}).empty());
  CHECK(render_line_diff("f", "", "a\nb\n", {}) == "--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  CHECK(render_line_diff("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", {}) ==
        "--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  CHECK(
      render_line_diff("f", "x\n", "x\n\x1b[31m\n", {.color = true}) ==
      "\x1b[1m--- a/f\x1b[0m\n\x1b[1m+++ b/f\x1b[0m\n\x1b[36m@@ -1,1 +1,2 @@\x1b[0m\n x\n\x1b[32m+\\x1b[31m\x1b[0m\n");
}

TEST_CASE("the parent pipeline suits the server and the step") {
  using statelane::emit::ParentRequest;
  using statelane::emit::render_parent_pipeline;
  const ParentRequest request{.image = "i:1", .first_stage = "prepare", .last_stage = "lanes"};
  const std::string plans = render_parent_pipeline(request);
  CHECK(contains(plans, "stages: [\"prepare\", \"lanes\"]\n"));
  CHECK(contains(plans, "    - statelane generate --no-gates --report --output statelane.gitlab-ci.yml\n"));
  CHECK(contains(plans, "      auto_cancel:\n        on_new_commit: none\n"));
  CHECK(contains(plans, "    strategy: depend\n"));
  ParentRequest later = request;
  later.has_gates = true;
  later.has_mirror = true;
  later.has_auto_cancel = false;
  const std::string gates = render_parent_pipeline(later);
  CHECK(contains(gates, "    - statelane generate --report --output statelane.gitlab-ci.yml\n"));
  CHECK(contains(gates, "    strategy: mirror\n"));
  CHECK_FALSE(contains(gates, "auto_cancel"));
  ParentRequest included = request;
  included.is_included = true;
  CHECK(contains(render_parent_pipeline(included), "\nworkflow:\n  rules:\n"));
  included.sets_workflow = false;
  const std::string jobs = render_parent_pipeline(included);
  CHECK_FALSE(contains(jobs, "\nstages:"));
  CHECK_FALSE(contains(jobs, "\nworkflow:"));
  CHECK(contains(jobs, "  needs: [statelane-generate]\n  rules:\n"));
}
