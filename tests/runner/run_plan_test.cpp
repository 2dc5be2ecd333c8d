#include "runner/run_plan.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "runner/plan_metadata.hpp"
#include "verbs_support.hpp"

using statelane::runner::describe_destroys;
using statelane::runner::Guard;
using statelane::runner::parse_metadata;
using verbs::Outcome;
using verbs::Project;

TEST_CASE("what is checked out is the commit that the job is about, or nothing is run") {
  if (!has_tool("terraform")) return;
  Project project;
  project.job.ci = true;
  project.lane.checked_out = "2222222222222222222222222222222222222222";
  const Outcome other = project.plan();
  CHECK(other.code == 125);
  CHECK(other.says(
      "refused to run net: commit 222222222222 is checked out, and this job is about 111111111111 (CI_COMMIT_SHA)\n"));
  CHECK(other.says("take GIT_STRATEGY: none and GIT_CHECKOUT: \"false\" out of the job's variables"));
  CHECK(other.says("to go on all the same: --allow-other-commit"));
  CHECK(project.apply().code == 125);
  project.options.passed = {statelane::runner::Guard::commit};
  CHECK(project.plan().code == 0);
  project.options.passed.clear();
  project.lane.checked_out = project.job.commit;
  CHECK(project.plan().code == 0);
  project.lane.checked_out = "2222222222222222222222222222222222222222";
  project.job.ci = false;
  CHECK(project.plan().code == 0);
}

TEST_CASE("a plan leaves plan file, counts, text and metadata, and a summary in the log") {
  if (!has_tool("terraform")) return;
  const Project project;
  const Outcome outcome = project.plan();
  INFO(outcome.log);
  CHECK(outcome.code == 0);
  CHECK(outcome.says("plan of net: 1 to create\n  create   terraform_data.a\n"));
  CHECK(project.text("plan.json") == "{\"create\":1,\"update\":0,\"delete\":0}\n");
  CHECK(project.text("plan.txt").find("# terraform_data.a will be created") != std::string::npos);
  CHECK(project.text("plan.txt").find('\x1b') == std::string::npos);
  const auto metadata = parse_metadata(project.text("meta.json"));
  CHECK(metadata.state == "net");
  CHECK(metadata.has_changes);
  CHECK(metadata.create == 1);
  CHECK(metadata.plan_digest.size() == 64);
  CHECK(metadata.tool_version.starts_with("1."));
  CHECK_FALSE(project.has("output.txt"));
  const auto rights = std::filesystem::status(project.artifact("plan.bin")).permissions();
  CHECK((rights & std::filesystem::perms::others_all) == std::filesystem::perms::none);
}

TEST_CASE("the exit code tells changes only when asked") {
  if (!has_tool("terraform")) return;
  Project project;
  project.options.detailed_exit_code = true;
  CHECK(project.plan().code == 2);
  CHECK(project.apply().code == 0);
  const Outcome second = project.plan();
  CHECK(second.code == 0);
  CHECK(second.says("plan of net: no changes\n"));
}

TEST_CASE("a failed plan leaves nothing that looks like a result, not even an earlier one") {
  if (!has_tool("terraform")) return;
  Project project;
  REQUIRE(project.plan().code == 0);
  project.configure(
      "resource \"terraform_data\" \"a\" {\n  lifecycle {\n    precondition {\n      condition = "
      "terraform_data.b.input == 2\n"
      "      error_message = \"no\"\n    }\n  }\n}\nresource \"terraform_data\" \"b\" { input = 1 }\n");
  const Outcome outcome = project.plan();
  INFO(outcome.log);
  CHECK(outcome.code == 1);
  for (const char* name : {"plan.bin", "plan.json", "meta.json", "output.txt"}) CHECK_FALSE(project.has(name));
  CHECK(project.text("plan.txt").find("Error:") != std::string::npos);
  CHECK(project.apply().code == 125);
}

TEST_CASE("a variable without a value is explained with its place") {
  if (!has_tool("terraform")) return;
  const Project project;
  project.configure("variable \"x\" {}\n");
  const Outcome outcome = project.plan();
  CHECK(outcome.code == 1);
  CHECK(outcome.says("statelane: net/main.tf:1: a variable has no value\n  fix: give it one"));
}

TEST_CASE("variable files, backend files and a workspace are handed on") {
  if (!has_tool("terraform")) return;
  Project project;
  project.configure(
      "terraform {\n  backend \"local\" {}\n}\nvariable \"x\" {}\noutput \"w\" { value = "
      "\"${terraform.workspace}-${var.x}\" }\n");
  project.scratch.write("common.tfvars", "x = \"common\"\n");
  project.scratch.write("net/env/prod.tfvars", "x = \"prod\"\n");
  project.scratch.write("net/env/prod.backend", "workspace_dir = \"states\"\n");
  project.lane.var_files = {"../common.tfvars", "env/prod.tfvars"};
  project.lane.backend_config = {"env/prod.backend"};
  project.lane.workspace = "prod";
  const Outcome outcome = project.plan();
  INFO(outcome.log);
  REQUIRE(outcome.code == 0);
  const Outcome applied = project.apply();
  INFO(applied.log);
  CHECK(applied.code == 0);
  CHECK(read_text(project.scratch.path / "net/states/prod/terraform.tfstate").find("\"prod-prod\"") !=
        std::string::npos);
}

TEST_CASE("the log has sections in CI, and shows what changes Terraform's commands") {
  if (!has_tool("terraform")) return;
  Project project;
  project.job.ci = true;
  project.job.terraform["TF_CLI_ARGS_plan"] = "-parallelism=3";
  const Outcome outcome = project.plan();
  CHECK(outcome.code == 0);
  CHECK(outcome.says(":statelane_init[collapsed=true]\r\x1b[0Kterraform init -input=false"));
  CHECK(outcome.says(":statelane_plan\r\x1b[0Kterraform plan -input=false"));
  CHECK(outcome.says("statelane: TF_CLI_ARGS_plan=-parallelism=3 is set and changes what terraform does\n"));
}

TEST_CASE("secrets are in the plan file only") {
  if (!has_tool("terraform")) return;
  Project project;
  project.job.job_token = "canary-token";
  project.lane.after_plan = {"true", "{plan_json}"};
  project.configure(
      "variable \"s\" {\n  sensitive = true\n  default = \"canary-variable\"\n}\nresource \"terraform_data\" \"a\" { "
      "input = var.s }\n"
      "output \"o\" {\n  sensitive = true\n  value = terraform_data.a.output\n}\noutput \"p\" {\n  sensitive = true\n  "
      "value = \"canary-output\"\n}\n");
  const Outcome planned = project.plan();
  REQUIRE(planned.code == 0);
  CHECK_FALSE(planned.says("canary"));
  const Outcome applied = project.apply();
  CHECK(applied.code == 0);
  CHECK_FALSE(applied.says("canary"));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(project.scratch.path / ".statelane")) {
    if (!entry.is_regular_file() || entry.path().filename() == "plan.bin") continue;
    ++files;
    CAPTURE(entry.path().string());
    CHECK(read_text(entry.path()).find("canary") == std::string::npos);
  }
  CHECK(files >= 4);
}

TEST_CASE("a check after the plan reads its JSON, and its failure is the job's") {
  if (!has_tool("terraform")) return;
  Project project;
  project.lane.after_plan = {"sh", "-c", "grep -q '\"resource_changes\"' \"$0\" && echo checked", "{plan_json}"};
  const Outcome good = project.plan();
  CHECK(good.code == 0);
  CHECK(good.says("checked\n"));
  project.lane.after_plan = {"sh", "-c", "exit 9"};
  const Outcome bad = project.plan();
  CHECK(bad.code == 9);
  CHECK(bad.log.ends_with("\nstatelane: the check after the plan failed; the plan is not kept\n"));
  for (const char* name : {"plan.bin", "plan.json", "meta.json"}) CHECK_FALSE(project.has(name));
  CHECK_FALSE(std::filesystem::exists(project.scratch.path / ".statelane" / "private"));
}

TEST_CASE("init is tried again when the network fails, and only then") {
  Project project;
  project.use_tool("[ \"$1\" != version ] || exit 1\necho \"$1\" >>calls\necho 'dial tcp: i/o timeout'\nexit 1\n");
  const Outcome flaky = project.plan();
  CHECK(flaky.code == 1);
  CHECK(read_text(project.scratch.path / "net/calls") == "init\ninit\ninit\ninit\n");
  CHECK(flaky.says("\nstatelane: the network or a registry failed; try 4 of 4 in 0.0 s\n"));

  project.use_tool("[ \"$1\" != version ] || exit 1\necho \"$1\" >calls\necho 'Error: Unsupported argument'\nexit 1\n");
  CHECK(project.plan().code == 1);
  CHECK(read_text(project.scratch.path / "net/calls") == "init\n");
}

TEST_CASE("a tool that is not there is told by its exit code") {
  Project project;
  project.lane.tool = "no-such-terraform";
  const Outcome outcome = project.plan();
  CHECK(outcome.code == 127);
  CHECK(
      outcome.says("error: cannot find the program 'no-such-terraform' on PATH\n"
                   "hint: install 'no-such-terraform', or use an image that has it\n"));
}

TEST_CASE("a state directory that is not there is told with its place") {
  Project project;
  project.lane.directory = "gone";
  const Outcome outcome = project.plan();
  CHECK(outcome.code == 2);
  CHECK(outcome.log ==
        fmt::format("error: the state directory {} does not exist\n", (project.scratch.path / "gone").string()));
}

TEST_CASE("a plan that the tool cannot show, or shows as something else, is not kept") {
  Project project;
  project.use_tool("[ \"$1\" = show ] || exit 0\necho 'Error: no such plan' >&2\nexit 1\n");
  const Outcome failed = project.plan();
  CHECK(failed.code == 3);
  CHECK(failed.log.ends_with("\nerror: './tool show' cannot read the plan that was just made: Error: no such plan\n"));
  project.use_tool("[ \"$1\" = show ] || exit 0\necho '{\"format_version\":\"1.2\",\"errored\":true}'\n");
  const Outcome half = project.plan();
  CHECK(half.code == 3);
  CHECK(half.log.ends_with("\nerror: the plan stopped half-way\nhint: see the errors above\n"));
  for (const char* name : {"plan.bin", "plan.json", "meta.json"}) CHECK_FALSE(project.has(name));
}

TEST_CASE("a plan tells what it lacks and what its apply will ask for") {
  if (!has_tool("terraform")) return;
  Project project;
  project.configure("resource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"b\" {}\n");
  ::setenv("TF_CLI_ARGS_plan", "-target=terraform_data.a", 1);
  project.lane.still_used_by = "other";
  const Outcome targeted = project.plan();
  ::unsetenv("TF_CLI_ARGS_plan");
  INFO(targeted.log);
  CHECK(targeted.code == 0);
  CHECK(targeted.log.ends_with(
      "\nstatelane: the plan is not complete (targets, or deferred changes): another one will be needed after it\n"
      "statelane: state 'other' has, or may have, the same backend: this is applied only with --allow-still-used\n"));
  project.lane.still_used_by.clear();
  REQUIRE(project.apply().code == 0);
  project.lane.max_destroy = 0;
  project.configure("");
  const Outcome deleting = project.plan();
  INFO(deleting.log);
  CHECK(
      deleting.log.ends_with("\nstatelane: the plan deletes or replaces 1 resource, and max_destroy is 0: "
                             "it is applied only with --allow-destroy\n"));
  CHECK(describe_destroys(3, 2) == "the plan deletes or replaces 3 resources, and max_destroy is 2");
}

TEST_CASE("a lane outside Terraform runs its own commands under the same guards") {
  Project project;
  project.lane.commands = {{"sh", "-c", "echo would deploy"}, {"sh", "-c", "echo deployed >done"}};
  const Outcome planned = project.plan();
  INFO(planned.log);
  CHECK(planned.code == 0);
  CHECK(project.text("plan.txt") == "would deploy\n");
  CHECK_FALSE(project.has("plan.json"));

  project.job.commit = "2222222222222222222222222222222222222222";
  CHECK(project.apply().code == 125);
  CHECK_FALSE(std::filesystem::exists(project.scratch.path / "net/done"));
  project.job.commit = "1111111111111111111111111111111111111111";
  const Outcome applied = project.apply();
  INFO(applied.log);
  CHECK(applied.code == 0);
  CHECK(std::filesystem::exists(project.scratch.path / "net/done"));

  project.options.passed = {Guard::commit};
  project.job.commit = "2222222222222222222222222222222222222222";
  const Outcome passed = project.apply();
  CHECK(passed.code == 0);
  CHECK(passed.says("statelane: --allow-other-commit lets this pass: the plan was made for commit 111111111111"));

  project.options.destroy = true;
  for (const Outcome& outcome : {project.plan(), project.apply()}) {
    CHECK(outcome.code == 2);
    CHECK(outcome.log == "error: net is a lane outside Terraform; it has no command that destroys\n");
  }
  project.options.destroy = false;

  project.lane.commands->plan = {"sh", "-c", "exit 4"};
  CHECK(project.plan().code == 4);
  CHECK_FALSE(project.has("meta.json"));
}

TEST_CASE("drift is told by the exit code, without a lock and with nothing that could be applied") {
  if (!has_tool("terraform")) return;
  Project project;
  const auto drift = [&] {
    return Project::end(
        project.start([&] { return statelane::runner::run_drift(project.lane, project.job, project.options); }));
  };
  const Outcome changed = drift();
  INFO(changed.log);
  CHECK(changed.code == 2);
  CHECK(changed.says("-lock=false"));
  for (const char* name : {"plan.bin", "plan.json", "meta.json"}) CHECK_FALSE(project.has(name));
  REQUIRE(project.plan().code == 0);
  REQUIRE(project.apply().code == 0);
  CHECK(drift().code == 0);
  project.lane.commands.emplace();
  const Outcome outside = drift();
  CHECK(outside.code == 2);
  CHECK(outside.log == "error: net is a lane outside Terraform; what has drifted there is not known\n");
}

TEST_CASE("a stop signal while a plan is made keeps nothing") {
  Project project;
  project.lane.commands = {{"sh", "-c", "trap 'exit 6' INT; echo ready; while :; do sleep 0.01; done"}, {"true"}};
  auto helper = project.start_plan();
  REQUIRE(helper.wait_for("ready\n"));
  helper.signal(SIGTERM);
  CHECK(helper.finish() == 6);
  CHECK(
      helper.log().ends_with("\nstatelane: asked to stop by signal TERM; one interrupt sent, waiting for the end\n"
                             "statelane: stopped by signal TERM; 'sh' was interrupted once and ended by itself\n"));
  CHECK_FALSE(project.has("meta.json"));
}

TEST_CASE("a plan that ends before it need be interrupted says so") {
  Project project;
  project.options.settle_time = std::chrono::minutes(1);
  project.lane.commands = {{"sh", "-c", "echo ready; while [ ! -e go ]; do sleep 0.01; done; exit 5"}, {"true"}};
  auto helper = project.start_plan();
  REQUIRE(helper.wait_for("ready\n"));
  helper.signal(SIGHUP);
  project.scratch.write("net/go", "");
  CHECK(helper.finish() == 5);
  CHECK(helper.log().ends_with("\nstatelane: stopped by signal HUP; 'sh' was not interrupted and ended by itself\n"));
}

TEST_CASE("a stop signal during init changes nothing and says so") {
  Project project;
  project.use_tool("[ \"$1\" = init ] || exit 0\ntrap 'exit 1' INT\necho ready\nwhile :; do sleep 0.01; done\n");
  auto helper = project.start_plan();
  REQUIRE(helper.wait_for("ready\n"));
  helper.signal(SIGTERM);
  CHECK(helper.finish() == 1);
  CHECK(
      helper.log().ends_with("\nstatelane: stopped by signal TERM; 'init' was interrupted once and ended by itself\n"
                             "statelane: no lock was taken\n"));
}

TEST_CASE("a stop signal between the steps of a plan keeps nothing and says how far it came") {
  Project project;
  project.use_tool("[ \"$1\" = show ] || exit 0\nkill -TERM $PPID\nexit 1\n");
  const Outcome shown = project.plan();
  CHECK(shown.code == 128 + SIGTERM);
  CHECK(shown.log.ends_with("\nstatelane: stopped by signal TERM before the plan was read; it is not kept\n"));
  project.use_tool("[ \"$1\" = show ] || exit 0\necho '{\"format_version\":\"1.2\"}'\nkill -TERM $PPID\n");
  const Outcome written = project.plan();
  CHECK(written.code == 128 + SIGTERM);
  CHECK(written.log.ends_with(
      "\nstatelane: stopped by signal TERM before the results were written; the plan is not kept\n"));
  CHECK_FALSE(project.has("meta.json"));
}

TEST_CASE("a tool that is killed while it selects the workspace is told, and nothing of a lock that it never takes") {
  Project project;
  project.lane.workspace = "prod";
  project.use_tool("[ \"$1\" = init ] || kill -KILL $$\n");
  const Outcome outcome = project.plan();
  INFO(outcome.log);
  CHECK(outcome.code == 128 + SIGKILL);
  CHECK(outcome.log.ends_with("\nstatelane: 'workspace select' was killed by signal KILL\n"));
}

TEST_CASE("max_destroy is no matter of a plan that is to destroy everything") {
  if (!has_tool("terraform")) return;
  Project project;
  REQUIRE(project.plan().code == 0);
  REQUIRE(project.apply().code == 0);
  project.lane.max_destroy = 0;
  project.options.destroy = true;
  CHECK_FALSE(project.plan().says("max_destroy"));
  CHECK(project.apply().code == 0);
}

namespace {

/// A stand-in that says to be OpenTofu; `begin` is how its plan file begins.
std::string tofu_that_plans(const std::string& begin, const std::string& variables = "") {
  return "case \"$1\" in\n"
         "version) echo OpenTofu v1.12.6 ;;\n"
         "plan) echo 'a = \"canary\"'; echo 'Warning: Resource targeting is in effect'\n"
         "  for a; do case \"$a\" in -out=*) echo '" +
         begin +
         "' >\"${a#-out=}\" ;; esac; done; exit 2 ;;\n"
         "show) echo '{\"format_version\":\"1.2\",\"terraform_version\":\"1.12.6\",\"variables\":{" +
         variables +
         "},\"resource_changes\":"
         "[{\"address\":\"a.b\",\"change\":{\"actions\":[\"create\"],\"after\":{}}}]}' ;;\n"
         "esac\n";
}

}  // namespace

TEST_CASE("of an encrypted plan no text with values is kept, neither by the plan nor by the apply") {
  Project project;
  project.job.job_url = "https://gitlab.example.com/g/p/-/jobs/7";
  project.use_tool(tofu_that_plans(R"({"meta":{},"encrypted_data":"x"})"));
  const Outcome planned = project.plan();
  INFO(planned.log);
  REQUIRE(planned.code == 0);
  CHECK(project.has("plan.bin"));
  CHECK_FALSE(project.has("plan.txt"));
  CHECK(project.text("annotations.json") == "{}\n");
  CHECK(project.apply().code == 0);
  CHECK_FALSE(project.has("apply.txt"));
  CHECK(project.text("annotations.json") == "{}\n");
  project.use_tool(tofu_that_plans("PK"));
  REQUIRE(project.plan().code == 0);
  CHECK(project.has("plan.txt"));
  CHECK(project.has("annotations.json"));
}

TEST_CASE("a plan of OpenTofu is known to be incomplete by the tool's own warning") {
  Project project;
  project.use_tool(tofu_that_plans("PK"));
  const Outcome planned = project.plan();
  CHECK(
      planned.says("\nstatelane: the plan is not complete (targets, or deferred changes): another one will be needed "
                   "after it\n"));
}

TEST_CASE("a variable that is another one in each job is named") {
  Project project;
  project.use_tool(tofu_that_plans("PK", R"("job":{},"other":{},"same":{})"));
  project.job.terraform = {{"TF_VAR_job", "4711"}, {"TF_VAR_other", "x"}, {"TF_VAR_undeclared", "4711"}};
  project.job.of_job = {{"CI_JOB_ID", "4711"}};
  const Outcome refused = project.plan();
  CHECK(
      refused.log.ends_with("\nstatelane: variable 'job' has the value of CI_JOB_ID, which is another one in the apply "
                            "job: OpenTofu will refuse to apply the plan\n"));
  std::string old = tofu_that_plans("PK", R"("job":{})");
  old.replace(old.find("OpenTofu v1.12.6"), 16, "Terraform v1.11.4");
  project.use_tool(old);
  CHECK(project.plan().log.ends_with(
      "\nstatelane: variable 'job' has the value of CI_JOB_ID, which is another one in the apply job: the plan's value "
      "is applied\n"));
}

TEST_CASE("a plan without a lock is ended at once, since it holds and writes nothing") {
  Project project;
  project.job.merge_request = "3";
  project.use_tool("[ \"$1\" = plan ] || exit 0\necho ready\nexec sleep 100\n");
  auto helper = project.start_plan();
  REQUIRE(helper.wait_for("ready\n"));
  helper.signal(SIGTERM);
  CHECK(helper.finish() == 128 + SIGTERM);
  CHECK(
      helper.log().ends_with("\nstatelane: stopped by signal TERM; 'plan' was ended at once\n"
                             "statelane: nothing was changed, and no lock is held\n"));
}

TEST_CASE("a stopped plan of a state that may be new does not claim that nothing was written") {
  Project project;
  project.use_tool("[ \"$1\" = plan ] || exit 0\ntrap 'exit 1' INT\necho ready\nwhile :; do sleep 0.01; done\n");
  auto helper = project.start_plan();
  REQUIRE(helper.wait_for("ready\n"));
  helper.signal(SIGTERM);
  CHECK(helper.finish() == 1);
  CHECK(helper.log().ends_with(
      "\nstatelane: stopped by signal TERM; 'plan' was interrupted once and ended by itself\n"
      "statelane: no resource was changed, and the lock is released; a state that was new may have been written empty, "
      "and then an older plan of it is stale\n  to look at the state: ./tool -chdir=net state list\n"));
}

TEST_CASE("the http backend is kept from writing an empty state, and that is told") {
  Project project;
  project.lane.backend_type = "http";
  project.use_tool(
      "[ \"$1\" = plan ] || exit 0\ntrap 'exit 1' INT\necho $TF_HTTP_UPDATE_METHOD; echo ready\n"
      "while :; do sleep 0.01; done\n");
  auto helper = project.start_plan();
  REQUIRE(helper.wait_for("GET\nready\n"));
  helper.signal(SIGTERM);
  CHECK(helper.finish() == 1);
  CHECK(helper.log().ends_with(
      "statelane: nothing was changed, and the lock is released; if saving a state failed above, that is how it was "
      "kept from writing an empty one\n  to look at the state: ./tool -chdir=net state list\n"));
}

TEST_CASE("a crash is no plan with changes: 2 only where the plan said so") {
  Project project;
  project.use_tool("[ \"$1\" = plan ] || exit 0\necho 'fatal error: out of memory'\nexit 2\n");
  const Outcome planned = project.plan();
  CHECK(planned.code == 1);
  CHECK(
      planned.log.ends_with("\nstatelane: 'plan' crashed (exit code 2)\n"
                            "statelane: the state's lock may still be held; the next run names its holder\n"
                            "  to look at the state: ./tool -chdir=net state list\n"));
  project.options.lock = false;
  CHECK(project.plan().log.ends_with("\nstatelane: 'plan' crashed (exit code 2)\n"));
  project.use_tool("exit 2\n");
  CHECK(project.plan().code == 1);
}

TEST_CASE("a check's own 2 is not taken for changes where those were asked for") {
  if (!has_tool("terraform")) return;
  Project project;
  project.lane.after_plan = {"sh", "-c", "exit 2"};
  CHECK(project.plan().code == 2);
  project.options.detailed_exit_code = true;
  CHECK(project.plan().code == 1);
}

TEST_CASE("a job says its last words below the limit that its runner has for a log") {
  verbs::Project project;
  project.job.ci = true;
  project.options.log_limit = std::uint64_t{64} * 1024;
  project.use_tool("case $1 in version) echo 'Terraform v1.11.4';; plan) seq 100000; exit 1;; esac\n");
  const verbs::Outcome outcome = project.plan();
  CHECK(outcome.code == 1);
  CHECK(outcome.says("99999\n100000\n"));
  CHECK(outcome.says("left out here; the whole text is in"));
  CHECK(outcome.log.size() < 56 * 1024);
}
