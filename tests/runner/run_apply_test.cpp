#include "runner/run_apply.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>

#include "base/digest.hpp"
#include "runner/plan_metadata.hpp"
#include "verbs_support.hpp"

using statelane::runner::BranchCheck;
using statelane::runner::Guard;
using statelane::runner::render_metadata;
using verbs::Outcome;
using verbs::Project;

namespace {

/// Plans, changes something, and applies.
Outcome apply_after(Project& project, const std::function<void(Project&)>& change) {
  REQUIRE(project.plan().code == 0);
  change(project);
  return project.apply();
}

/// The artifacts of a plan that has changes, made by a stand-in.
void pretend_plan(const Project& project) {
  statelane::runner::PlanMetadata metadata;
  metadata.state = "net";
  metadata.commit = project.job.commit;
  metadata.root_pipeline = project.job.root_pipeline;
  metadata.inputs_digest = project.lane.inputs_digest;
  metadata.tool = project.lane.tool;
  metadata.tool_version = "1.11.4";
  metadata.has_changes = true;
  metadata.plan_digest = statelane::sha256_hex("plan");
  project.scratch.write(".statelane/net/plan.bin", "plan");
  project.scratch.write(".statelane/net/meta.json", statelane::runner::render_metadata(metadata));
}

constexpr const char* tells_version = "[ \"$1\" != version ] || exec echo Terraform v1.11.4\n";

void flip_byte(const std::filesystem::path& file, std::size_t at) {
  std::string text = read_text(file);
  text.at(at) = static_cast<char>(text[at] ^ 1);
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("the reviewed plan is applied, and a second apply of it is stale") {
  if (!has_tool("terraform")) return;
  Project project;
  const Outcome first = apply_after(project, [](Project&) {});
  INFO(first.log);
  CHECK(first.code == 0);
  CHECK(first.says("Apply complete! Resources: 1 added"));
  CHECK(first.says("statelane: net is applied: 1 created\n"));
  CHECK(project.state().find("terraform_data") != std::string::npos);

  const Outcome second = project.apply();
  CHECK(second.code == 125);
  CHECK(second.says("the state has changed since this plan was made"));
  CHECK(second.says("fix: retry the plan job, review its plan"));
}

TEST_CASE("a plan without changes ends at once, without calling Terraform's apply") {
  if (!has_tool("terraform")) return;
  Project project;
  REQUIRE(apply_after(project, [](Project&) {}).code == 0);
  const Outcome outcome = apply_after(project, [](Project& changed) { changed.job.deploy_freeze = "true"; });
  CHECK(outcome.code == 0);
  CHECK(outcome.says("statelane: the plan of net has no changes; there is nothing to apply\n"));
  CHECK_FALSE(outcome.says("terraform init"));
}

TEST_CASE("what is not the reviewed plan of this state, commit and pipeline is refused, each with its own message") {
  if (!has_tool("terraform")) return;
  const std::vector<std::pair<std::string, std::function<void(Project&)>>> rows = {
      {"the plan file is not the one that was planned", [](Project& p) { flip_byte(p.artifact("plan.bin"), 100); }},
      {"meta.json is not there; the artifact of its plan job is missing or has expired",
       [](Project& p) { std::filesystem::remove(p.artifact("meta.json")); }},
      {"plan.bin is not there; the artifact of its plan job is missing or has expired",
       [](Project& p) { std::filesystem::remove(p.artifact("plan.bin")); }},
      {"the plan's metadata (meta.json) is damaged", [](Project& p) { flip_byte(p.artifact("meta.json"), 0); }},
      {"the plan is of state 'net', not of 'other'", [](Project& p) { p.lane.state_id = "other"; }},
      {"the plan was made for commit 111111111111, and this job is at commit 222222222222",
       [](Project& p) { p.job.commit = "2222222222222222222222222222222222222222"; }},
      {"the plan was made in pipeline 700, and this job belongs to pipeline 701",
       [](Project& p) { p.job.root_pipeline = "701"; }},
      {"the files that the state depends on differ", [](Project& p) { p.lane.inputs_digest = "other"; }},
      {"planned with other provider versions: the dependency lock file .terraform.lock.hcl differs",
       [](Project& p) { p.scratch.write("net/.terraform.lock.hcl", "\n"); }},
      {"a deploy freeze is on", [](Project& p) { p.job.deploy_freeze = "true"; }},
      {"this is a merge request pipeline", [](Project& p) { p.job.merge_request = "3"; }},
      {"branch main has moved on, and what this state depends on differs there: net/main.tf",
       [](Project& p) {
         p.branch = {BranchCheck::Result::inputs_differ, "main", "net/main.tf"};
       }},
      {"branch main is not there any more",
       [](Project& p) {
         p.branch = {BranchCheck::Result::gone, "main", ""};
       }},
      {"branch main no longer contains this commit",
       [](Project& p) {
         p.branch = {BranchCheck::Result::not_contained, "main", ""};
       }},
      {"it cannot be told whether this commit is still the newest: no git",
       [](Project& p) {
         p.branch = {BranchCheck::Result::cannot_tell, "main", "no git"};
       }},
      {"this is a destroy job", [](Project& p) { p.options.destroy = true; }},
  };
  for (const auto& [message, change] : rows) {
    CAPTURE(message);
    Project project;
    const Outcome outcome = apply_after(project, change);
    INFO(outcome.log);
    CHECK(outcome.code == 125);
    CHECK(outcome.says(message));
    CHECK(outcome.says("\nhint: "));
    CHECK(project.state().empty());
  }
}

TEST_CASE("each guard is passed by its option, which is printed and recorded") {
  if (!has_tool("terraform")) return;
  const std::vector<std::pair<Guard, std::function<void(Project&)>>> rows = {
      {Guard::state, [](Project& p) { p.lane.state_id = "other"; }},
      {Guard::commit, [](Project& p) { p.job.commit = "2222222222222222222222222222222222222222"; }},
      {Guard::pipeline, [](Project& p) { p.job.root_pipeline = "701"; }},
      {Guard::plan_file, [](Project& p) { flip_byte(p.artifact("plan.txt"), 0); }},
      {Guard::inputs, [](Project& p) { p.lane.inputs_digest = "other"; }},
      {Guard::branch, [](Project& p) { p.job.merge_request = "3"; }},
      {Guard::deploy_freeze, [](Project& p) { p.job.deploy_freeze = "true"; }},
      {Guard::newest_commit, [](Project& p) { p.branch.result = BranchCheck::Result::gone; }},
      {Guard::tool_version,
       [](Project& p) {
         auto metadata = statelane::runner::parse_metadata(p.text("meta.json"));
         metadata.tool_version = "0.1";
         p.scratch.write(".statelane/net/meta.json", render_metadata(metadata));
       }},
  };
  for (const auto& [guard, change] : rows) {
    const std::string option(statelane::runner::option_of(guard));
    CAPTURE(option);
    Project project;
    const Outcome refused = apply_after(project, change);
    CHECK(refused.code == 125);
    CHECK(refused.says("hint: to go on all the same: " + option + "\n"));
    project.options.passed = {guard};
    const Outcome passed = project.apply();
    INFO(passed.log);
    CHECK(passed.code == 0);
    CHECK(passed.says("statelane: " + option));
    CHECK(project.text("applied.json").find("\"" + option + "\"") != std::string::npos);
  }
}

TEST_CASE("what cannot be handed on is refused before anything is applied") {
  Project project;
  project.options.dotenv_outputs = {"my-out"};
  const Outcome outcome = project.apply();
  CHECK(outcome.code == 1);
  CHECK(outcome.says("'my-out' is no name of a variable; write VARIABLE=my-out"));
}

TEST_CASE("a plan past its time is refused, and its option lets it pass and is logged") {
  if (!has_tool("terraform")) return;
  Project project;
  project.lane.plan_life = std::chrono::seconds(-1);
  CHECK(apply_after(project, [](Project&) {}).says("refused to apply net: the plan expired at "));
  project.options.passed = {Guard::expiry};
  const Outcome outcome = project.apply();
  CHECK(outcome.code == 0);
  CHECK(outcome.says("statelane: --allow-expired lets this pass: the plan expired at "));
}

TEST_CASE("the newest commit is not asked for when its guard is off, and a branch that moved on elsewhere is fine") {
  if (!has_tool("terraform")) return;
  Project project;
  project.options.passed = {Guard::newest_commit};
  const Outcome off = apply_after(project, [](Project& p) { p.branch.result = BranchCheck::Result::gone; });
  CHECK(off.code == 0);
  CHECK(off.says("\nstatelane: --newest-commit off: whether the branch has moved on is not looked at\n"));

  Project moved;
  CHECK(apply_after(moved, [](Project& p) { p.branch = {BranchCheck::Result::same_inputs, "main", ""}; }).code == 0);
}

TEST_CASE("more deletes and replaces than allowed are refused") {
  if (!has_tool("terraform")) return;
  Project project;
  project.configure("resource \"terraform_data\" \"a\" { count = 3 }\n");
  REQUIRE(apply_after(project, [](Project&) {}).code == 0);
  project.lane.max_destroy = 2;
  project.configure("");
  const Outcome refused = apply_after(project, [](Project&) {});
  CHECK(refused.code == 125);
  CHECK(refused.says("the plan deletes or replaces 3 resources, and max_destroy is 2"));
  project.options.passed = {Guard::max_destroy};
  CHECK(project.apply().code == 0);
}

TEST_CASE("a destroy plan is applied by a destroy job only") {
  if (!has_tool("terraform")) return;
  Project project;
  REQUIRE(apply_after(project, [](Project&) {}).code == 0);
  project.options.destroy = true;
  const Outcome refused = apply_after(project, [](Project& p) { p.options.destroy = false; });
  CHECK(refused.code == 125);
  CHECK(refused.says("the plan destroys the state, and this is no destroy job"));
  project.options.destroy = true;
  CHECK(project.apply().code == 0);
  CHECK(project.state().find("terraform_data") == std::string::npos);
}

TEST_CASE("one stop signal during an apply lets Terraform write its state and ends with its code") {
  if (!has_tool("terraform")) return;
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    Project project;
    project.configure(
        "resource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"b\" {\n  depends_on = [terraform_data.a]\n"
        "  provisioner \"local-exec\" { command = \"echo ready-in-apply; exec sleep 60\" }\n}\n");
    REQUIRE(project.plan().code == 0);
    auto helper = project.start_apply();
    REQUIRE(helper.wait_for("ready-in-apply\n"));
    for (int times = 0; times < 3; ++times) helper.signal(signal);
    CHECK(helper.finish() == 1);
    INFO(helper.log());
    CHECK(helper.log().find("Interrupt received") != std::string::npos);
    CHECK(helper.log().find("Two interrupts") == std::string::npos);
    CHECK(helper.log().find(
              "'apply' was interrupted once and ended by itself\nstatelane: what was done until then is "
              "in the state, and its lock is released\n  to look at the state: terraform -chdir=net state "
              "list\nstatelane: done until then: 1 created\n  created   terraform_data.a\n") != std::string::npos);
    CHECK(project.text("applied.json").find("\"terraform_data.a\"") != std::string::npos);
    CHECK(project.state().find("\"name\": \"a\"") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(project.scratch.path / "net/.terraform.tfstate.lock.info"));
  }
}

TEST_CASE("a state that the tool could not write whole to its file is not said to be kept there") {
  Project project;
  project.use_tool(
      "case \"$1\" in\n"
      "version) echo OpenTofu v1.12.6 ;;\n"
      "plan) for a; do case \"$a\" in -out=*) echo PK >\"${a#-out=}\" ;; esac; done; exit 2 ;;\n"
      "show) echo '{\"format_version\":\"1.2\",\"terraform_version\":\"1.12.6\",\"resource_changes\":"
      "[{\"address\":\"a.b\",\"change\":{\"actions\":[\"create\"],\"after\":{}}}]}' ;;\n"
      "apply) echo '{\"version\": 4,' >errored.tfstate; exit 1 ;;\n"
      "esac\n");
  REQUIRE(project.plan().code == 0);
  const Outcome outcome = project.apply();
  INFO(outcome.log);
  CHECK(outcome.code == 1);
  CHECK(outcome.says(
      "statelane: the state could not be saved, and errored.tfstate is not whole; the tool prints the state where it "
      "cannot write it\n"
      "  when the backend works again: copy it from the tool's output to a file, and ./tool -chdir=net state push "
      "FILE\n"));
  CHECK_FALSE(outcome.says("is kept in"));
  CHECK_FALSE(project.has("errored.tfstate"));
}

TEST_CASE("a stop signal before Terraform's apply begins means that it never does") {
  if (!has_tool("terraform")) return;
  Project project;
  REQUIRE(project.plan().code == 0);
  auto helper = project.start([&project] {
    const auto raise_and_answer = [] {
      ::raise(SIGTERM);
      return BranchCheck{};
    };
    return statelane::runner::run_apply(project.lane, project.job, project.options, {raise_and_answer, {}});
  });
  CHECK(helper.finish() == 128 + SIGTERM);
  CHECK(helper.log().find("stopped by signal TERM before 'apply' began; nothing was changed") != std::string::npos);
  CHECK(project.state().empty());
}

TEST_CASE("Terraform killed from outside is told with its signal") {
  if (!has_tool("terraform")) return;
  Project project;
  project.configure(
      "resource \"terraform_data\" \"b\" {\n  provisioner \"local-exec\" { command = \"kill -9 $PPID; sleep 1\" "
      "}\n}\n");
  const Outcome outcome = apply_after(project, [](Project&) {});
  CHECK(outcome.code == 137);
  CHECK(
      outcome.says("\nstatelane: 'apply' was killed by signal KILL\n"
                   "statelane: the state may lack what was done last, and its lock may still be held; the next run "
                   "names its holder\n  to look at the state: terraform -chdir=net state list\n"));
}

namespace {

/// Two states, the second of which reads the first; applied once.
struct Chain {
  Project up;
  Project down;

  Chain() {
    up.lane.state_id = up.lane.slug = up.lane.directory = "up";
    configure_up("v1", "z1");
    down.lane.project_directory = up.scratch.path;
    up.scratch.write("net/main.tf",
                     "data \"terraform_remote_state\" \"up\" {\n  backend = \"local\"\n  config = { path = "
                     "\"../up/terraform.tfstate\" }\n}\n"
                     "locals { vpc = data.terraform_remote_state.up.outputs.vpc }\nresource \"terraform_data\" \"a\" { "
                     "input = local.vpc }\n");
    REQUIRE(up.plan().code == 0);
    REQUIRE(up.apply().code == 0);
    REQUIRE(down.plan().code == 0);
    REQUIRE(down.apply().code == 0);
  }
  void configure_up(const std::string& vpc, const std::string& zone) const {
    up.scratch.write("up/main.tf", "resource \"terraform_data\" \"a\" { input = \"" + vpc + zone +
                                       "\" }\noutput \"vpc\" { value = \"" + vpc +
                                       "\" }\noutput \"zone\" { value = \"" + zone + "\" }\n");
  }
};

}  // namespace

TEST_CASE(
    "an apply is refused when an output that its plan read was changed by an apply in between, until it is planned "
    "again") {
  if (!has_tool("terraform")) return;
  Chain chain;
  chain.configure_up("v2", "z1");
  REQUIRE(chain.up.plan().code == 0);
  REQUIRE(chain.down.plan().code == 0);
  REQUIRE(chain.up.apply().code == 0);
  const Outcome refused = chain.down.apply();
  INFO(refused.log);
  CHECK(refused.code == 125);
  CHECK(refused.log ==
        "error: refused to apply net: output 'vpc' of state 'up' has changed since the plan read it "
        "(data.terraform_remote_state.up)\n"
        "hint: retry the plan job of this state, review its plan, then start this job again\n"
        "hint: to go on all the same: --allow-changed-outputs\n");
  REQUIRE(chain.down.plan().code == 0);
  CHECK(chain.down.apply().code == 0);
  CHECK(read_text(chain.up.scratch.path / "net/terraform.tfstate").find("\"v2\"") != std::string::npos);
}

TEST_CASE("a changed output that the state does not refer to refuses nothing where that is known") {
  if (!has_tool("terraform")) return;
  Chain chain;
  chain.down.lane.read_outputs = {{"vpc"}};
  chain.configure_up("v1", "z2");
  REQUIRE(chain.up.plan().code == 0);
  REQUIRE(chain.down.plan().code == 0);
  REQUIRE(chain.up.apply().code == 0);
  CHECK(chain.down.apply().code == 0);
  chain.down.lane.read_outputs.reset();
  CHECK(chain.down.apply().code == 125);
  chain.down.options.passed = {Guard::changed_outputs};
  CHECK(chain.down.apply().code == 0);
}

TEST_CASE("an apply is refused where one that comes first left no record, or that of a failure") {
  if (!has_tool("terraform")) return;
  Chain chain;
  chain.down.job.applies_before = "up";
  const std::filesystem::path record = chain.up.scratch.path / ".statelane/up/applied.json";
  // A plan without changes leaves its record too.
  std::filesystem::remove(record);
  REQUIRE(chain.up.plan().code == 0);
  REQUIRE(chain.up.apply().code == 0);
  CHECK(std::filesystem::exists(record));
  chain.up.scratch.write("net/more.tf", "resource \"terraform_data\" \"more\" {}\n");
  REQUIRE(chain.down.plan().code == 0);

  std::filesystem::rename(record, record.string() + ".kept");
  const Outcome missing = chain.down.apply();
  INFO(missing.log);
  CHECK(missing.code == 125);
  CHECK(missing.says(
      "the apply of 'up', which comes first, left no record: it did not end well, or its artifact has expired"));
  CHECK(missing.says("retry that apply, then the plan job of this state, review its plan and start this job again"));
  CHECK(missing.says("--allow-changed-outputs"));

  std::filesystem::rename(record.string() + ".kept", record);
  chain.up.scratch.write(
      "up/fail.tf", "resource \"terraform_data\" \"f\" {\n  provisioner \"local-exec\" { command = \"false\" }\n}\n");
  REQUIRE(chain.up.plan().code == 0);
  REQUIRE(chain.up.apply().code != 0);
  const Outcome failed = chain.down.apply();
  CHECK(failed.code == 125);
  CHECK(failed.says("the apply of 'up', which comes first, failed with code 1"));
  CHECK(failed.says("mend it and retry it, then the plan job of this state, and review its plan"));

  chain.down.options.passed = {Guard::changed_outputs};
  CHECK(chain.down.apply().code == 0);
}

TEST_CASE("a state that is suddenly empty is refused") {
  if (!has_tool("terraform")) return;
  Project project;
  project.existed_at_base = true;
  const Outcome refused = apply_after(project, [](Project&) {});
  CHECK(refused.code == 125);
  CHECK(refused.says("the state is empty though it is no new one"));
  project.options.passed = {Guard::empty_state};
  CHECK(project.apply().code == 0);
  project.options.passed = {};
  project.configure("resource \"terraform_data\" \"a\" { input = 1 }\nresource \"terraform_data\" \"b\" {}\n");
  CHECK(apply_after(project, [](Project&) {}).code == 0);
}

TEST_CASE("what an apply did is recorded, and outputs are handed on when asked, also without changes") {
  if (!has_tool("terraform")) return;
  Project project;
  project.configure("resource \"terraform_data\" \"a\" {}\noutput \"address\" { value = \"10.0.0.1\" }\n");
  project.options.dotenv_outputs = {"ADDRESS=address"};
  project.options.passed = {Guard::newest_commit};
  REQUIRE(apply_after(project, [](Project&) {}).code == 0);
  CHECK(project.text("outputs.env") == "ADDRESS=10.0.0.1\n");
  CHECK(project.text("applied.json").find("\"exit_code\": 0") != std::string::npos);
  CHECK(project.text("applied.json").find("\"--newest-commit off\"") != std::string::npos);
  CHECK(project.text("apply.txt").find("Apply complete!") != std::string::npos);
  REQUIRE(apply_after(project, [](Project&) {}).code == 0);
  CHECK(project.text("outputs.env") == "ADDRESS=10.0.0.1\n");
  CHECK(project.has("applied.json"));
}

TEST_CASE("a stop that also ends the tool while it is asked for its version is told as a stop") {
  Project project;
  project.use_tool("[ \"$1\" = version ] || exit 1\nkill -TERM $PPID\nkill -TERM $$\n");
  pretend_plan(project);
  const Outcome outcome = project.apply();
  CHECK(outcome.code == 128 + SIGTERM);
  CHECK(outcome.log == "statelane: stopped by signal TERM before the apply began; nothing was changed\n");
}

TEST_CASE("a tool that does not tell its version stops the apply with the reason") {
  Project project;
  project.use_tool("");
  pretend_plan(project);
  project.options.answer_time = std::chrono::milliseconds(200);
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"echo 'broken by hand' >&2; exit 1", "broken by hand"},
      {"exit 4", "it ends with code 4"},
      {"echo 1.11", "its answer cannot be understood"},
      {"exec sleep 60", "it does not answer"},
  };
  for (const auto& [script, reason] : rows) {
    project.use_tool(script + "\n");
    const Outcome outcome = project.apply();
    CHECK(outcome.code == 3);
    CHECK(outcome.log == fmt::format("error: cannot ask './tool' for its version: {}\n", reason));
  }
}

TEST_CASE("a missing plan is refused with what may have become of it") {
  const Project project;
  const Outcome outcome = project.apply();
  CHECK(outcome.code == 125);
  CHECK(outcome.log == fmt::format("error: refused to apply net: {} is not there; the artifact of its plan job is "
                                   "missing or has expired\n"
                                   "hint: retry the plan job and review its plan\n"
                                   "hint: let the apply job need its plan job, with artifacts\n",
                                   project.artifact("meta.json").string()));
}

TEST_CASE("each further reason not to apply is told too") {
  Project project;
  project.use_tool(tells_version);
  pretend_plan(project);
  project.job.commit = "2222222222222222222222222222222222222222";
  project.job.root_pipeline = "701";
  CHECK(
      project.apply().log ==
      "statelane: also: the plan was made in pipeline 700, and this job belongs to pipeline 701\n"
      "error: refused to apply net: the plan was made for commit 111111111111, and this job is at commit 222222222222\n"
      "hint: run the plan job of this pipeline, then this job\n"
      "hint: to go on all the same: --allow-other-commit\n");
}

TEST_CASE("outputs that cannot be read are told, and are an error where they are to be handed on") {
  Project project;
  project.use_tool(std::string(tells_version) +
                   "[ \"$1\" = output ] || exit 0\necho 'Error: no outputs today' >&2\nexit 1\n");
  pretend_plan(project);
  const Outcome told = project.apply();
  CHECK(told.code == 0);
  CHECK(told.log.ends_with("\nstatelane: the outputs cannot be read: Error: no outputs today\n"));
  project.options.dotenv_outputs = {"vpc"};
  const Outcome outcome = project.apply();
  CHECK(outcome.code == 3);
  CHECK(
      outcome.log.ends_with("\nstatelane: the outputs cannot be read: Error: no outputs today\n"
                            "error: the outputs of net cannot be handed on\n"));
  project.lane.commands.emplace();
  const Outcome outside = project.apply();
  CHECK(outside.code == 2);
  CHECK(outside.log == "error: net is a lane outside Terraform; it has no outputs\n");
}

TEST_CASE("the job's page links to the whole output of the apply") {
  Project project;
  project.use_tool(tells_version);
  pretend_plan(project);
  project.job.job_url = "https://gitlab.example.com/g/p/-/jobs/7";
  CHECK(project.apply().code == 0);
  CHECK(project.text("annotations.json") ==
        R"({"statelane":[{"external_link":{"label":"the whole output of the apply",)"
        R"("url":"https://gitlab.example.com/g/p/-/jobs/7/artifacts/file/.statelane/net/apply.txt"}}]})"
        "\n");
}

TEST_CASE("an apply that is stopped and could not release its lock does not say that all went well") {
  Project project;
  project.use_tool(std::string(tells_version) +
                   "[ \"$1\" = apply ] || exit 0\ntrap 'echo \"Error: Error releasing the state lock\"; exit 1' INT\n"
                   "echo ready\nwhile :; do sleep 0.01; done\n");
  pretend_plan(project);
  auto helper = project.start_apply();
  REQUIRE(helper.wait_for("ready\n"));
  helper.signal(SIGTERM);
  CHECK(helper.finish() == 1);
  CHECK(
      helper.log().ends_with("\nstatelane: net: the state's lock could not be released and may still be held\n"
                             "  fix: the next run of this state names the holder and the command that opens it\n"
                             "statelane: stopped by signal TERM; 'apply' was interrupted once and ended by itself\n"
                             "statelane: what became of the state and its lock is told above\n"
                             "  to look at the state: ./tool -chdir=net state list\n"
                             "statelane: no resource was changed completely\n"));
}

TEST_CASE("an old OpenTofu that is interrupted is said to keep the lock of an http backend") {
  Project project;
  project.lane.backend_type = "http";
  project.use_tool(
      "[ \"$1\" != version ] || exec echo OpenTofu v1.11.2\n[ \"$1\" = apply ] || exit 0\ntrap 'exit 1' INT\n"
      "echo ready\nwhile :; do sleep 0.01; done\n");
  pretend_plan(project);
  project.options.passed = {Guard::tool_version};
  auto helper = project.start_apply();
  REQUIRE(helper.wait_for("ready\n"));
  helper.signal(SIGTERM);
  CHECK(helper.finish() == 1);
  CHECK(helper.log().find("\nstatelane: what was done until then is in the state; OpenTofu before 1.11.3 does not "
                          "release the lock of an http backend when it is interrupted, and the next run of this state "
                          "names its holder\n") != std::string::npos);
}

TEST_CASE("what has become of the branch since the plan is told with its remedy") {
  using Result = BranchCheck::Result;
  struct Row {
    BranchCheck check;
    std::string message;
    std::string fix;
  };
  const std::vector<Row> rows = {
      {{Result::inputs_differ, "main", "net/main.tf"},
       "branch main has moved on, and what this state depends on differs there: net/main.tf",
       "apply from the newest pipeline of the branch"},
      {{Result::inputs_differ, "main", ""},
       "branch main has moved on, and what this state depends on differs there",
       "apply from the newest pipeline of the branch"},
      {{Result::gone, "main", ""},
       "branch main is not there any more",
       "apply from a pipeline of a branch that exists"},
      {{Result::not_contained, "main", ""},
       "branch main no longer contains this commit",
       "apply from the newest pipeline of the branch"},
      {{Result::cannot_tell, "main", "no git"},
       "it cannot be told whether this commit is still the newest: no git",
       "use an image with git and let the job fetch from its remote"},
      {{Result::cannot_tell, "main", "bad gateway", true},
       "it cannot be told whether this commit is still the newest: bad gateway",
       "when origin answers again, start this job again"},
      {{Result::cannot_tell, "", "no branch"},
       "it cannot be told whether this commit is still the newest: no branch",
       "apply in a pipeline of a branch"},
  };
  Project project;
  project.use_tool(tells_version);
  pretend_plan(project);
  for (const Row& row : rows) {
    project.branch = row.check;
    const Outcome outcome = project.apply();
    CHECK(outcome.code == 125);
    CHECK(outcome.log.ends_with(
        fmt::format("\nerror: refused to apply net: {}\nhint: {}\nhint: to go on all the same: --newest-commit off\n",
                    row.message, row.fix)));
  }
}

TEST_CASE("an origin that gives no answer is asked again, as often as init is tried") {
  Project project;
  project.use_tool(tells_version);
  pretend_plan(project);
  auto helper = project.start([&project] {
    int asked = 0;
    const auto newest = [&] {
      using Result = BranchCheck::Result;
      return ++asked < 3 ? BranchCheck{Result::cannot_tell, "main", "bad gateway", true} : BranchCheck{};
    };
    return statelane::runner::run_apply(project.lane, project.job, project.options, {newest, {}});
  });
  const Outcome outcome = Project::end(std::move(helper));
  INFO(outcome.log);
  CHECK(outcome.code == 0);
  CHECK(outcome.says("\nstatelane: origin gave no answer: bad gateway; try 2 of 4 in 0.0 s\n"));
  CHECK(outcome.says("\nstatelane: origin gave no answer: bad gateway; try 3 of 4 in 0.0 s\n"));
}

TEST_CASE("what the plan tells of outputs that are asked for is refused before anything is changed") {
  if (!has_tool("terraform")) return;
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"missing", "the plan leaves no such output"},
      {"secret", "it is sensitive"},
      {"list", "it is not a string, number or boolean"},
      {"lines", "it has a line end"},
      {"edge", "it begins or ends with a blank, which GitLab would drop"},
      {"control", "it has a control character"}};
  for (const auto& [name, reason] : rows) {
    CAPTURE(name);
    Project project;
    project.configure(
        "resource \"terraform_data\" \"a\" { input = 1 }\n"
        "output \"secret\" {\n  sensitive = true\n  value     = \"x\"\n}\noutput \"list\" { value = [1] }\n"
        "output \"lines\" { value = \"a\\nb\" }\noutput \"edge\" { value = \" a\" }\n"
        "output \"control\" { value = \"a\\u0007b\" }\n");
    REQUIRE(project.plan().code == 0);
    project.options.dotenv_outputs = {name};
    const Outcome outcome = project.apply();
    CHECK(outcome.code == 1);
    CHECK(outcome.says(fmt::format("error: cannot write output '{}' as a variable: {}\n", name, reason)));
    CHECK(project.state().empty());
  }
}

TEST_CASE(
    "an output whose value is known after the apply only is not refused before it, a known one that is too long is") {
  if (!has_tool("terraform")) return;
  Project project;
  project.configure(
      "resource \"terraform_data\" \"a\" { input = 1 }\noutput \"id\" { value = terraform_data.a.id }\n"
      "output \"long\" { value = join(\"\", [for i in range(1000) : \"xxxxxx\"]) }\n");
  REQUIRE(project.plan().code == 0);
  project.options.dotenv_outputs = {"LONG=long"};
  const Outcome refused = project.apply();
  CHECK(refused.code == 1);
  CHECK(refused.says("error: cannot write 6006 bytes of outputs as variables: GitLab takes fewer than 5120\n"));
  CHECK(project.state().empty());
  project.options.dotenv_outputs = {"ID=id"};
  CHECK(project.apply().code == 0);
  CHECK(project.text("outputs.env").starts_with("ID="));
}

TEST_CASE("the record of an apply holds no digest of a sensitive output, and still tells that it has changed") {
  if (!has_tool("terraform")) return;
  const auto configure = [](Project& project, const std::string& pin) {
    project.configure("output \"pin\" {\n  sensitive = true\n  value     = \"" + pin +
                      "\"\n}\noutput \"open\" { value = 1 }\n");
  };
  Project project;
  configure(project, "4711");
  REQUIRE(apply_after(project, [](Project&) {}).code == 0);
  const std::string first = project.text("applied.json");
  CHECK(first.find("\"pin\": \"sensitive, changed\"") != std::string::npos);
  REQUIRE(apply_after(project, [](Project&) {}).code == 0);
  CHECK(project.text("applied.json").find("\"pin\": \"sensitive\"") != std::string::npos);
  CHECK(project.text("applied.json").find("changed\"") == std::string::npos);
  configure(project, "4712");
  REQUIRE(apply_after(project, [](Project&) {}).code == 0);
  const std::string record = project.text("applied.json");
  CHECK(record.find("\"pin\": \"sensitive\"") != std::string::npos);
  CHECK(record.find("\"pin\": \"sensitive, changed\"") != std::string::npos);
}
