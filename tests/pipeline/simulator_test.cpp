#include <doctest/doctest.h>

#include "expected_jobs.hpp"
#include "gitlab_model.hpp"
#include "pipeline/check_pipeline.hpp"
#include "pipeline/children.hpp"
#include "pipeline/split_pipeline.hpp"
#include "random_commit.hpp"

// GitLab's decisions, modelled in gitlab_model.hpp, against what the generator wrote for random repositories, commits
// and kinds of pipelines.

using namespace statelane;
using namespace expected_jobs;
using gitlab::PipelineKind;
using gitlab_model::Circumstances;
using gitlab_model::Configuration;
using gitlab_model::Creation;
using pipeline::Child;
using pipeline::Pipeline;

namespace {

constexpr std::uint32_t repositories = 1000;
constexpr std::array kinds = {
    PipelineKind::push_default,  PipelineKind::push_branch, PipelineKind::merge_request_detached,
    PipelineKind::merged_result, PipelineKind::merge_train, PipelineKind::tag,
    PipelineKind::schedule,      PipelineKind::web,         PipelineKind::api,
    PipelineKind::trigger,       PipelineKind::local,       PipelineKind::parent_pipeline};

std::vector<Creation> create_all(const std::vector<Child>& children, const Circumstances& at) {
  std::vector<Creation> created;
  for (const Child& child : children) created.push_back(Configuration(child).create(at));
  return created;
}

/// A pipeline that GitLab calls a success, or skipped, though an apply that has to be decided on was not started.
std::string find_silent_success(const std::vector<Run>& runs, const RandomCommit& commit) {
  for (const Run& run : runs) {
    const std::string status = run.composite();
    if (status != "success" && status != "skipped") continue;
    for (const gitlab_model::Job& job : run.jobs()) {
      const auto state = job.name.starts_with("apply: ") ? commit.head.find(job.name.substr(7)) : std::nullopt;
      if (!state || run.status(job.name) == gitlab_model::Status::success) continue;
      if (commit.head.states()[*state].settings.gate == config::Gate::optional) continue;
      return job.name + " was not started, and the pipeline is a " + status;
    }
  }
  return "";
}

/// Creates the jobs as GitLab does, and presses the buttons in two ways: everything succeeds, and some jobs fail.
std::string find_fault(const std::vector<Child>& children, RandomCommit& commit, std::size_t hidden) {
  Expectation expected(commit);
  Circumstances at = commit.circumstances;
  at.hidden_by_renames = hidden;
  Names lanes;
  Names optional;
  std::vector<Run> good;
  std::vector<Run> bad;
  Names failing;
  std::size_t jobs = 0;
  for (const Creation& creation : create_all(children, at)) {
    if (!creation.refusal.empty()) return "GitLab refuses: " + creation.refusal;
    for (const gitlab_model::Job& job : creation.jobs) {
      if (!is_lane(job.name) && !starts_itself(job.name)) return "what is " + job.name;
      if (job.waits_for_stages) return job.name + " would wait for whole stages";
      if (is_lane(job.name) && !lanes.insert(job.name).second) return job.name + " is there twice";
      if (job.allows_failure) optional.insert(job.name);
      if (job.name.starts_with("apply: ") != (job.name.starts_with("apply: ") && !job.needs.empty())) return "no needs";
      if (commit.chance(15)) failing.insert(job.name);
      ++jobs;
    }
    good.emplace_back(creation.jobs, Names{});
    bad.emplace_back(creation.jobs, failing);
  }
  if (lanes != expected.lanes()) {
    std::string text = "other jobs than expected:";
    for (const std::string& name : lanes) text += expected.lanes().contains(name) ? "" : " +" + name;
    for (const std::string& name : expected.lanes()) text += lanes.contains(name) ? "" : " -" + name;
    return text;
  }
  if (const std::string fault = find_silent_success(good, commit); !fault.empty()) return fault;
  const std::vector<std::string> order = play(good, commit);
  if (order.size() != jobs) return "some job never started though all succeeded";
  const std::string fault = find_fault(order, {}, optional, expected);
  return !fault.empty() ? fault : find_fault(play(bad, commit), failing, optional, expected);
}

pipeline::Pipeline build(const RandomCommit& commit, const impact::Impact& impact, Diagnostics& diagnostics) {
  return pipeline::build_pipeline(commit.request, impact, commit.base, commit.head, built_in_templates(), commit.config,
                                  diagnostics);
}

}  // namespace

TEST_CASE(
    "in every kind of pipeline GitLab creates exactly the affected states' jobs, and no order of buttons is wrong") {
  std::size_t with_rules = 0;
  std::size_t with_barriers = 0;
  std::size_t with_destructions = 0;
  std::size_t with_order = 0;
  for (std::uint32_t seed = 0; seed < repositories; ++seed) {
    // Pushes hold everything there is to be wrong about; every other kind has its turn.
    for (const PipelineKind kind : {kinds[seed % 2], kinds[2 + seed % (kinds.size() - 2)]}) {
      RandomCommit commit(seed, kind);
      CAPTURE(seed);
      CAPTURE(gitlab::describe(kind));
      Diagnostics diagnostics;
      const Pipeline made = build(commit, commit.impact, diagnostics);
      pipeline::check_pipeline({&made, 1}, commit.request.server, diagnostics);
      REQUIRE_FALSE(diagnostics.has_errors());
      const auto added = std::count_if(commit.changes.begin(), commit.changes.end(),
                                       [](const auto& entry) { return entry.kind == repo::ChangeKind::added; });
      // GitLab may find every rename that there could be, or none.
      for (const std::size_t hidden : {std::size_t{0}, static_cast<std::size_t>(added)}) {
        const std::string fault = find_fault({{made}}, commit, hidden);
        REQUIRE_MESSAGE(fault.empty(), fault);
      }
      for (const pipeline::Job& job : made.jobs) {
        with_rules += job.name.starts_with(".changes: ") ? 1 : 0;
        with_barriers += job.name.starts_with("barrier: ") ? 1 : 0;
        with_destructions += job.name.starts_with("destroy: ") ? 1 : 0;
        with_order += job.name.starts_with("apply: ") && job.find("needs")->as_list()->size() > 1 ? 1 : 0;
      }
    }
  }
  // The seeds reach what they are there for.
  CHECK(with_rules > 500);
  CHECK(with_barriers > 5);
  CHECK(with_destructions > 50);
  CHECK(with_order > 100);
}

TEST_CASE("several children hold the same jobs as one, and no order of buttons in all of them at once is wrong") {
  std::size_t parted = 0;
  for (std::uint32_t seed = 0; seed < repositories / 2; ++seed) {
    RandomCommit commit(seed, kinds[seed % 2]);
    CAPTURE(seed);
    Diagnostics diagnostics;
    std::vector<Child> children;
    const auto parts = pipeline::split_into_children(commit.impact, commit.base, commit.head, 2 + seed % 3);
    for (const impact::Impact& part : parts) children.push_back({build(commit, part, diagnostics)});
    const std::string fault = find_fault(children, commit, 0);
    REQUIRE_MESSAGE(fault.empty(), fault);
    parted += parts[0].affected.empty() || parts[1].affected.empty() ? 0 : 1;
  }
  CHECK(parted > 100);
}

TEST_CASE("whatever gates, order and edges three states have, no change is silently done and no button is lost") {
  using config::Gate;
  constexpr std::array gates = {Gate::blocking, Gate::optional, Gate::automatic};
  const std::vector<hand_made::NamedEdge> all_edges = {{"b", "a"}, {"c", "a"}, {"c", "b"}};
  std::size_t blocked = 0;
  for (std::size_t number = 0; number < 27 * 8 * 2; ++number) {
    std::vector<states::State> states;
    std::size_t rest = number;
    for (const char* id : {"a", "b", "c"}) {
      states.push_back(hand_made::state(id));
      states.back().settings.gate = gates[rest % 3];
      rest /= 3;
    }
    std::vector<hand_made::NamedEdge> edges;
    for (const hand_made::NamedEdge& edge : all_edges) {
      if (rest % 2 == 1) edges.push_back(edge);
      rest /= 2;
    }
    config::Config config;
    config.order = rest == 1 ? config::Order::strict : config::Order::parallel;
    CAPTURE(number);
    const states::StateGraph head = hand_made::graph(states, edges);
    Diagnostics diagnostics;
    const Pipeline made =
        pipeline::build_pipeline(hand_made::push({"a", "b", "c"}), hand_made::affected({"a", "b", "c"}), {}, head,
                                 built_in_templates(), config, diagnostics);
    Circumstances at;
    at.is_branch = true;
    const Creation creation = Configuration({&made, 1}).create(at);
    REQUIRE(creation.refusal.empty());
    Run run(creation.jobs, {});
    for (bool is_pressed = true; is_pressed;) {
      // Until everything that is not the person's own choice is applied, the pipeline waits.
      const bool is_done = std::all_of(states.begin(), states.end(), [&](const states::State& state) {
        return state.settings.gate == Gate::optional ||
               run.status("apply: " + state.id) == gitlab_model::Status::success;
      });
      const std::string status = run.composite();
      if (!is_done) CHECK((status == "manual" || status == "running"));
      const std::vector<std::string> buttons = run.buttons();
      is_pressed = !buttons.empty();
      if (is_pressed) run.press(number % 2 == 0 ? buttons.front() : buttons.back());
    }
    CHECK(run.started().size() == creation.jobs.size());
    CHECK(run.composite() == "success");
    blocked += diagnostics.empty() ? 0 : 1;
  }
  CHECK(blocked > 100);
}

TEST_CASE("the model notices an order or a job that is taken out") {
  std::size_t orders = 0;
  std::size_t jobs = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    RandomCommit commit(seed, PipelineKind::push_default);
    Diagnostics diagnostics;
    Pipeline made = build(commit, commit.impact, diagnostics);
    const auto last = std::find_if(made.jobs.rbegin(), made.jobs.rend(), [](const auto& job) {
      return job.name.starts_with("apply: ") && job.find("needs")->as_list()->size() > 1;
    });
    if (last == made.jobs.rend()) continue;
    for (auto& [keyword, value] : last->keywords) {
      if (keyword == "needs")
        value = yaml::Value(yaml::Value::List(value.as_list()->begin(), value.as_list()->begin() + 1));
    }
    for (int attempt = 0; attempt < 5; ++attempt) {
      if (find_fault({{made}}, commit, 0).find(" started before ") == std::string::npos) continue;
      ++orders;
      break;
    }
    std::erase_if(made.jobs, [&, name = last->name](const auto& job) { return job.name == name; });
    jobs += find_fault({{made}}, commit, 0).empty() ? 0 : 1;
  }
  CHECK(orders > 10);
  CHECK(jobs >= orders);
}
