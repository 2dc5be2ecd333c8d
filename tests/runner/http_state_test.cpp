#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <vector>

#include "runner/unsaved_state.hpp"
#include "state_server.hpp"
#include "verbs_support.hpp"

using verbs::Outcome;
using verbs::Project;

namespace {

/// A project whose state lies on a server like GitLab's, and a job that may use it.
struct HttpProject : Project {
  StateServer server;

  HttpProject() {
    const std::map<std::string, std::string> settings = {{"TF_HTTP_ADDRESS", server.state_url("net")},
                                                         {"TF_HTTP_LOCK_ADDRESS", server.state_url("net") + "/lock"},
                                                         {"TF_HTTP_UNLOCK_ADDRESS", server.state_url("net") + "/lock"},
                                                         {"TF_HTTP_LOCK_METHOD", "POST"},
                                                         {"TF_HTTP_UNLOCK_METHOD", "DELETE"},
                                                         {"TF_HTTP_RETRY_MAX", "0"}};
    for (const auto& [name, value] : settings) ::setenv(name.c_str(), value.c_str(), 1);
    ::unsetenv("TF_HTTP_USERNAME");
    ::unsetenv("TF_HTTP_PASSWORD");
    job.terraform.insert(settings.begin(), settings.end());
    job.api_url = server.api_url();
    job.job_token = "job-token";
    lane.backend_type = "http";
    options.lock_time_out = std::chrono::seconds(0);
    configure("terraform {\n  backend \"http\" {}\n}\nresource \"terraform_data\" \"a\" { input = 1 }\n");
  }
  ~HttpProject() {
    for (const auto& [name, value] : job.terraform) ::unsetenv(name.c_str());
  }

  /// A resource whose creation says `ready-in-apply` and then waits, after another one is done.
  void configure_slow() const {
    configure(
        "terraform {\n  backend \"http\" {}\n}\nresource \"terraform_data\" \"a\" { input = 1 }\nresource "
        "\"terraform_data\" \"b\" {\n"
        "  depends_on = [terraform_data.a]\n  provisioner \"local-exec\" { command = \"echo ready-in-apply; exec sleep "
        "60\" }\n}\n");
  }
  bool is_locked() const { return server.report().find("\"locks\": {}") == std::string::npos; }
  bool has_resource(const std::string& name) const {
    return server.report().find("\"name\": \"" + name + "\"") != std::string::npos;
  }
};

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("a state in this GitLab is planned and applied with the job's own token, which nothing keeps") {
  if (!has_tool("terraform")) return;
  const HttpProject project;
  const Outcome planned = project.plan();
  INFO(planned.log);
  REQUIRE(planned.code == 0);
  const Outcome applied = project.apply();
  INFO(applied.log);
  CHECK(applied.code == 0);
  CHECK(project.has_resource("a"));
  CHECK_FALSE(project.is_locked());
  CHECK_FALSE(planned.says("job-token"));
  CHECK_FALSE(applied.says("job-token"));
}

TEST_CASE("a token that the server refuses is explained") {
  if (!has_tool("terraform")) return;
  HttpProject project;
  project.job.job_token = "wrong";
  const Outcome outcome = project.plan();
  INFO(outcome.log);
  CHECK(outcome.code == 1);
  CHECK(outcome.says("statelane: net: the state server "));
}

TEST_CASE("a held lock is told with its holder and the command that opens it, and is left alone") {
  if (!has_tool("terraform")) return;
  HttpProject project;
  project.options.lock = true;
  project.server.request("POST", "/api/v4/projects/1/terraform/state/net/lock", R"({"ID": "the-holder"})");
  const Outcome outcome = project.plan();
  INFO(outcome.log);
  CHECK(outcome.code == 1);
  CHECK(outcome.says("statelane: net: the state is locked by the-holder\n"));
  CHECK(outcome.says(": terraform -chdir=net force-unlock the-holder\n"));
  CHECK(project.is_locked());
}

TEST_CASE("a plan whose lock only the job's own token could free takes none, and says so") {
  if (!has_tool("terraform")) return;
  const HttpProject project;
  project.server.request("POST", "/api/v4/projects/1/terraform/state/net/lock", R"({"ID": "the-holder"})");
  const Outcome outcome = project.plan();
  INFO(outcome.log);
  CHECK(outcome.code == 0);
  CHECK(outcome.says(
      "statelane: the plan takes no lock: only this job's token could free it, and it is dead once the server ends the "
      "job\n"));
}

TEST_CASE("merge request pipelines plan without a lock") {
  if (!has_tool("terraform")) return;
  HttpProject project;
  project.job.merge_request = "3";
  project.server.request("POST", "/api/v4/projects/1/terraform/state/net/lock", R"({"ID": "the-holder"})");
  CHECK(project.plan().code == 0);
}

TEST_CASE("a state that cannot be saved is kept on a runner that keeps directories, until the stored one has it") {
  if (!has_tool("terraform")) return;
  HttpProject project;
  const Scratch builds;
  project.job.ci = true;
  project.job.keeps_directories = true;
  project.job.builds_directory = builds.path;
  project.job.project_id = "1";
  project.job.job_id = "41";
  project.lane.apply_branches = {"main"};
  REQUIRE(project.plan().code == 0);
  project.server.steer(R"({"fail": {"POST state": 401}})");
  const Outcome outcome = project.apply();
  INFO(outcome.log);
  CHECK(outcome.code != 0);
  const std::filesystem::path kept = builds.path / ".statelane-unsaved/1/net/41.tfstate";
  CHECK(outcome.says(fmt::format(
      "statelane: it is also kept on this runner, in {}: the next plan or apply here stops for it\n", kept.string())));
  CHECK(read_text(kept).find("\"terraform_data\"") != std::string::npos);
  CHECK(std::filesystem::status(kept).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  project.server.steer("{}");
  std::filesystem::remove_all(project.scratch.path / ".statelane");  // as the next job's checkout does

  const Outcome stopped = project.plan();
  INFO(stopped.log);
  CHECK(stopped.code == 125);
  statelane::runner::StateVersionReader unsaved;
  unsaved.add(read_text(kept));
  const statelane::runner::StateVersion version = unsaved.finish();
  CHECK(version.serial == 1);
  CHECK(
      stopped.says(fmt::format("refused to plan net: job 41 could not save the state ({}, unverified), which is kept "
                               "on this runner in {}; nothing is stored\n",
                               describe(version), kept.string())));
  CHECK(stopped.says(fmt::format(
      "store it: terraform -chdir=net state push {}; or remove the file when it is of no use\n", kept.string())));
  CHECK(stopped.says("to go on all the same: --allow-unsaved-state"));

  HttpProject& other = project;
  other.job.merge_request = "3";
  CHECK(other.plan().code == 0);
  other.job.merge_request.clear();
  other.options.passed.insert(statelane::runner::Guard::unsaved_state);
  const Outcome passed = other.plan();
  CHECK(passed.code == 0);
  CHECK(passed.says("statelane: --allow-unsaved-state lets this pass: job 41 could not save the state"));
  CHECK(std::filesystem::exists(kept));
  other.options.passed.clear();

  const auto pushed =
      statelane::process::run_captured({{"terraform", "-chdir=net", "state", "push", kept.string()},
                                        {{"TF_HTTP_USERNAME", "somebody"}, {"TF_HTTP_PASSWORD", "job-token"}},
                                        project.scratch.path},
                                       {std::chrono::minutes(1), [] { return false; }});
  REQUIRE(pushed.status.succeeded());
  const Outcome caught_up = project.plan();
  INFO(caught_up.log);
  CHECK(caught_up.code == 0);
  CHECK(caught_up.says(
      fmt::format("statelane: the state that job 41 could not save is stored now; {} is removed\n", kept.string())));
  CHECK_FALSE(std::filesystem::exists(kept));
}

TEST_CASE("where nothing outlives the job it is said that only its artifacts have the state") {
  if (!has_tool("terraform")) return;
  HttpProject project;
  project.job.ci = true;
  project.lane.apply_branches = {"main"};
  REQUIRE(project.plan().code == 0);
  project.server.steer(R"({"fail": {"POST state": 500}})");
  CHECK(project.apply().says(
      "statelane: it is in the artifacts of this job only: this runner keeps nothing between jobs\n"));
}

TEST_CASE("a state that cannot be saved is kept, readable by its owner only, with the command that saves it") {
  if (!has_tool("terraform")) return;
  const HttpProject project;
  REQUIRE(project.plan().code == 0);
  project.server.steer(R"({"fail": {"POST state": 500}})");
  const Outcome outcome = project.apply();
  INFO(outcome.log);
  CHECK(outcome.code == 1);
  CHECK(outcome.says("statelane: net: the state could not be saved to the backend"));
  CHECK(
      outcome.says("\nstatelane: the state that could not be saved is kept in .statelane/net/errored.tfstate\n"
                   "  when the backend works again: terraform -chdir=net state push "
                   "../.statelane/net/errored.tfstate\n"));
  CHECK(project.text("errored.tfstate").find("\"terraform_data\"") != std::string::npos);
  CHECK(std::filesystem::status(project.artifact("errored.tfstate")).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK_FALSE(std::filesystem::exists(project.scratch.path / "net/errored.tfstate"));
  CHECK_FALSE(project.is_locked());
}

TEST_CASE("stop signals during a slow write of the state lose nothing") {
  if (!has_tool("terraform")) return;
  const HttpProject project;
  project.configure_slow();
  REQUIRE(project.plan().code == 0);
  auto helper = project.start_apply();
  REQUIRE(helper.wait_for("ready-in-apply\n"));
  project.server.steer(R"({"hold": ["POST state"]})");
  helper.signal(SIGTERM);
  REQUIRE(helper.wait_for("Interrupt received"));
  project.server.await_held();
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGTERM}) helper.signal(signal);
  ::usleep(500000);  // past the settle time: nothing may be sent in it
  project.server.steer("{}");
  CHECK(helper.finish() == 1);
  INFO(helper.log());
  CHECK(helper.log().find("Two interrupts") == std::string::npos);
  CHECK(project.has_resource("a"));
  CHECK(project.has_resource("b"));
  CHECK_FALSE(project.is_locked());
}

TEST_CASE("every process signalled, the highest id first, as the docker executor does: one interrupt, nothing lost") {
  if (!has_tool("terraform")) return;
  const HttpProject project;
  project.configure_slow();
  REQUIRE(project.plan().code == 0);
  auto helper = project.start_apply();
  REQUIRE(helper.wait_for("ready-in-apply\n"));
  project.server.steer(R"({"hold": ["POST state"]})");
  const pid_t terraform = children_of(helper.pid()).back();
  std::vector<pid_t> processes = children_of(terraform);
  processes.push_back(terraform);
  processes.push_back(helper.pid());
  std::sort(processes.rbegin(), processes.rend());
  for (const pid_t process : processes) ::kill(process, SIGTERM);
  project.server.await_held();
  ::usleep(500000);  // past the settle time: nothing may be sent in it
  project.server.steer("{}");
  CHECK(helper.finish() == 1);
  INFO(helper.log());
  CHECK(count_of(helper.log(), "Interrupt received") == 1);
  CHECK(helper.log().find("Two interrupts") == std::string::npos);
  CHECK(helper.log().find("'apply' had been interrupted already") != std::string::npos);
  CHECK(project.has_resource("a"));
  CHECK_FALSE(project.is_locked());
}

TEST_CASE("a helper that is killed leaves Terraform to finish and to release its lock") {
  if (!has_tool("terraform")) return;
  const HttpProject project;
  project.configure(
      "terraform {\n  backend \"http\" {}\n}\nresource \"terraform_data\" \"b\" {\n"
      "  provisioner \"local-exec\" { command = \"echo ready-in-apply; while [ ! -e go ]; do sleep 0.01; done\" "
      "}\n}\n");
  REQUIRE(project.plan().code == 0);
  auto helper = project.start_apply();
  REQUIRE(helper.wait_for("ready-in-apply\n"));
  helper.signal(SIGKILL);
  CHECK(helper.finish() == 137);
  project.scratch.write("net/go", "");
  while (project.is_locked()) ::usleep(5000);
  CHECK(project.has_resource("b"));
}
