#include <doctest/doctest.h>

#include "gitlab_model.hpp"
#include "pipeline/check_pipeline.hpp"
#include "pipeline/children.hpp"
#include "pipeline/split_pipeline.hpp"
#include "random_commit.hpp"

// GitLab's decisions, modelled in gitlab_model.hpp, against what the generator wrote for random repositories, commits
// and kinds of pipelines.

using namespace statelane;
using gitlab::PipelineKind;
using gitlab_model::Circumstances;
using gitlab_model::Configuration;
using gitlab_model::Creation;
using gitlab_model::Run;
using gitlab_model::Status;
using impact::Affected;
using impact::Change;
using pipeline::Child;
using pipeline::Pipeline;

namespace {

using Names = std::set<std::string>;

constexpr std::uint32_t repositories = 1000;
constexpr std::array kinds = {
    PipelineKind::push_default,  PipelineKind::push_branch, PipelineKind::merge_request_detached,
    PipelineKind::merged_result, PipelineKind::merge_train, PipelineKind::tag,
    PipelineKind::schedule,      PipelineKind::web,         PipelineKind::api,
    PipelineKind::trigger,       PipelineKind::local,       PipelineKind::parent_pipeline};

/// From index to index, over certain edges, along or against them.
std::vector<bool> reach(const states::StateGraph& graph, std::uint32_t from, bool against) {
  std::vector<bool> reached(graph.states().size(), false);
  std::vector<std::uint32_t> open = {from};
  while (!open.empty()) {
    const std::uint32_t state = open.back();
    open.pop_back();
    for (const states::Edge& edge : graph.edges()) {
      const std::uint32_t here = against ? edge.to : edge.from;
      const std::uint32_t there = against ? edge.from : edge.to;
      if (edge.kind == states::EdgeKind::possible || here != state || reached[there]) continue;
      reached[there] = true;
      open.push_back(there);
    }
  }
  return reached;
}

/// What must be, by the product's own words, for one commit.
class Expectation {
 public:
  explicit Expectation(const RandomCommit& commit) : commit_(commit) {
    for (const Affected& affected : commit.impact.affected) add(affected);
    for (const std::string& id : applied_) add_order_of_apply(id);
    for (const std::string& id : destroyed_) add_order_of_destruction(id);
  }

  const Names& lanes() const { return lanes_; }
  bool has_departed() const { return has_departed_; }

  /// Jobs that have to be done before this one may start.
  const Names& before(const std::string& job) { return before_[job]; }

 private:
  bool may_apply(const std::optional<std::vector<std::string>>& branches) const {
    const auto& request = commit_.request;
    if (request.kind != PipelineKind::push_default && request.kind != PipelineKind::push_branch) return false;
    if (!branches) return request.branch == "main";
    return std::any_of(branches->begin(), branches->end(),
                       [&](const std::string& name) { return name == "*" || name == request.branch; });
  }

  void add(const Affected& affected) {
    if (affected.change == Change::retired || affected.change == Change::deleted) {
      has_departed_ = true;
      if (affected.change == Change::deleted && is_destroyed(affected.id)) {
        lanes_.insert("plan destroy: " + affected.id);
        if (may_apply(std::nullopt)) {
          lanes_.insert("destroy: " + affected.id);
          destroyed_.insert(affected.id);
        }
      }
      return;
    }
    const states::State& state = commit_.head.states()[commit_.head.find(affected.id).value()];
    lanes_.insert("plan: " + affected.id);
    if (!may_apply(state.settings.apply_branches)) return;
    lanes_.insert("apply: " + affected.id);
    applied_.insert(affected.id);
    if (commit_.config.order == config::Order::strict || affected.change == Change::dependent)
      strict_.insert(affected.id);
  }

  /// Nobody stores in the same place here; but somebody who does not change may still read it.
  bool is_destroyed(const std::string& id) const {
    if (commit_.config.deleted != config::Deleted::destroy_gate) return false;
    const std::vector<std::uint32_t> readers = commit_.base.dependents(commit_.base.find(id).value());
    return std::none_of(readers.begin(), readers.end(), [&](std::uint32_t index) {
      const std::string& reader = commit_.base.states()[index].id;
      return commit_.head.find(reader) && commit_.impact.find(reader) == nullptr;
    });
  }

  void add_order_of_apply(const std::string& id) {
    const std::string job = "apply: " + id;
    const std::uint32_t index = commit_.head.find(id).value();
    const std::vector<bool> below = reach(commit_.head, index, false);
    const std::vector<bool> above = reach(commit_.head, index, true);
    before_[job].insert("plan: " + id);
    for (std::uint32_t other = 0; other < below.size(); ++other) {
      const std::string& dependency = commit_.head.states()[other].id;
      if (!below[other] || above[other] || !applied_.contains(dependency)) continue;
      before_[job].insert("apply: " + dependency);
      if (strict_.contains(id)) before_["plan: " + id].insert("apply: " + dependency);
    }
  }

  void add_order_of_destruction(const std::string& id) {
    const std::string job = "destroy: " + id;
    const std::uint32_t index = commit_.base.find(id).value();
    const std::vector<bool> below = reach(commit_.base, index, false);
    const std::vector<bool> above = reach(commit_.base, index, true);
    before_[job].insert("plan destroy: " + id);
    for (std::uint32_t other = 0; other < above.size(); ++other) {
      const std::string& reader = commit_.base.states()[other].id;
      if (!above[other] || below[other]) continue;
      if (destroyed_.contains(reader)) before_[job].insert("destroy: " + reader);
      if (applied_.contains(reader)) before_[job].insert("apply: " + reader);
    }
  }

  const RandomCommit& commit_;
  Names lanes_;
  Names applied_;
  Names destroyed_;
  Names strict_;
  bool has_departed_ = false;
  std::map<std::string, Names> before_;
};

bool is_lane(const std::string& name) {
  return name.starts_with("plan: ") || name.starts_with("apply: ") || name.starts_with("plan destroy: ") ||
         name.starts_with("destroy: ");
}

bool starts_itself(const std::string& name) {
  return name.starts_with("barrier: ") || name.starts_with("deleted: ") || name.starts_with("retired: ") ||
         name.starts_with("left: ") || name == "nothing-to-do";
}

/// Everything that is wrong with how the children's jobs ran, in the order in which they started.
std::string find_fault(const std::vector<std::string>& started, const Names& failing, const Names& optional,
                       Expectation& expected) {
  Names done;
  Names seen;
  for (const std::string& job : started) {
    if (!seen.insert(job).second && job.starts_with("apply: ")) return job + " ran twice";
    for (const std::string& earlier : expected.before(job)) {
      if (!done.contains(earlier)) return job + " started before " + earlier;
    }
    // GitLab goes on behind an optional gate whose job failed, as behind every job that may fail.
    if (!failing.contains(job) || optional.contains(job)) done.insert(job);
  }
  return "";
}

/// Presses buttons in any order until none is left, in all children at once.
std::vector<std::string> play(std::vector<Run>& children, RandomCommit& random) {
  std::vector<std::string> order;
  std::vector<std::size_t> told(children.size(), 0);
  const auto collect = [&] {
    for (std::size_t child = 0; child < children.size(); ++child) {
      const auto& started = children[child].started();
      order.insert(order.end(), started.begin() + static_cast<std::ptrdiff_t>(told[child]), started.end());
      told[child] = started.size();
    }
  };
  collect();
  for (;;) {
    std::vector<std::pair<std::size_t, std::string>> buttons;
    for (std::size_t child = 0; child < children.size(); ++child) {
      for (std::string& name : children[child].buttons()) buttons.emplace_back(child, std::move(name));
    }
    if (buttons.empty()) return order;
    const auto& [child, name] = buttons[random.below(buttons.size())];
    children[child].press(name);
    collect();
  }
}

std::vector<Creation> create_all(const std::vector<Child>& children, const Circumstances& at) {
  std::vector<Creation> created;
  for (const Child& child : children) created.push_back(Configuration(child).create(at));
  return created;
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
  const std::vector<std::string> order = play(good, commit);
  if (order.size() != jobs) return "some job never started though all succeeded";
  const std::string fault = find_fault(order, {}, optional, expected);
  return !fault.empty() ? fault : find_fault(play(bad, commit), failing, optional, expected);
}

pipeline::Pipeline build(const RandomCommit& commit, const impact::Impact& impact, Diagnostics& diagnostics) {
  return pipeline::build_pipeline(commit.request, impact, commit.base, commit.head, {}, commit.config, diagnostics);
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
        value = YamlValue(YamlValue::List(value.as_list()->begin(), value.as_list()->begin() + 1));
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
