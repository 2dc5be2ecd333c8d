#include "runner/terraform_command.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

using statelane::runner::apply_arguments;
using statelane::runner::artifact_paths;
using statelane::runner::call_by_hand;
using statelane::runner::hidden_arguments;
using statelane::runner::init_arguments;
using statelane::runner::is_network_failure;
using statelane::runner::JobEnvironment;
using statelane::runner::lacks_providers;
using statelane::runner::LaneDescription;
using statelane::runner::output_arguments;
using statelane::runner::plan_arguments;
using statelane::runner::retry_pause;
using statelane::runner::RunOptions;
using statelane::runner::show_arguments;
using statelane::runner::terraform_environment;
using statelane::runner::workspace_arguments;

namespace {

using Arguments = std::vector<std::string>;

const statelane::runner::ToolIdentity terraform{"Terraform", "1.11.4"};
const statelane::runner::ToolIdentity tofu{"OpenTofu", "1.12.6"};

LaneDescription lane() {
  LaneDescription result;
  result.state_id = "services/api@prod";
  result.slug = "services-api-prod";
  result.project_directory = "/builds/p";
  result.directory = "services/api";
  result.var_files = {"../../common.tfvars", "env/prod/a b.tfvars"};
  result.backend_config = {"env/prod/backend.tfvars"};
  return result;
}

LaneDescription http_lane(std::optional<std::string> address = {}) {
  LaneDescription result = lane();
  result.backend_type = "http";
  result.backend_address = std::move(address);
  return result;
}

JobEnvironment gitlab_job() {
  JobEnvironment job;
  job.api_url = "https://gitlab.example.com/api/v4";
  job.job_token = "token";
  return job;
}

bool has_credentials(const LaneDescription& description, const JobEnvironment& job) {
  const auto environment = terraform_environment(description, job);
  return environment.contains("TF_HTTP_PASSWORD") && environment.at("TF_HTTP_PASSWORD") == "token" &&
         environment.at("TF_HTTP_USERNAME") == "gitlab-ci-token";
}

}  // namespace

TEST_CASE("a state in GitLab without an address gets one by its name, with a lock, as GitLab documents it") {
  JobEnvironment job = gitlab_job();
  job.project_id = "42";
  LaneDescription lane = http_lane();
  CHECK_FALSE(terraform_environment(lane, job).contains("TF_HTTP_ADDRESS"));
  lane.gitlab_state = "net @prod";
  const auto environment = terraform_environment(lane, job);
  const std::string address = "https://gitlab.example.com/api/v4/projects/42/terraform/state/net%20%40prod";
  CHECK(environment.at("TF_HTTP_ADDRESS") == address);
  CHECK(environment.at("TF_HTTP_LOCK_ADDRESS") == address + "/lock");
  CHECK(environment.at("TF_HTTP_UNLOCK_ADDRESS") == address + "/lock");
  CHECK(environment.at("TF_HTTP_LOCK_METHOD") == "POST");
  CHECK(environment.at("TF_HTTP_UNLOCK_METHOD") == "DELETE");
  CHECK(environment.at("TF_HTTP_RETRY_WAIT_MIN") == "5");
  CHECK(has_credentials(lane, job));
  lane.backend_config = {};
  CHECK(init_arguments(lane, terraform, true) ==
        Arguments{"terraform", "init", "-input=false", "-reconfigure", "-lockfile=readonly"});
}

TEST_CASE("an address or a name that is set already wins over the configured name") {
  JobEnvironment job = gitlab_job();
  job.project_id = "42";
  LaneDescription lane = http_lane("https://states.example.com/net");
  lane.gitlab_state = "net";
  CHECK_FALSE(terraform_environment(lane, job).contains("TF_HTTP_ADDRESS"));
  lane = http_lane();
  lane.gitlab_state = "net";
  job.terraform = {{"TF_STATE_NAME", "other"}, {"TF_HTTP_LOCK_METHOD", "LOCK"}};
  const auto named = terraform_environment(lane, job);
  CHECK(named.at("TF_HTTP_ADDRESS") == "https://gitlab.example.com/api/v4/projects/42/terraform/state/other");
  CHECK_FALSE(named.contains("TF_HTTP_LOCK_METHOD"));
  job.terraform["TF_ADDRESS"] = "https://states.example.com/a";
  CHECK(terraform_environment(lane, job).at("TF_HTTP_ADDRESS") == "https://states.example.com/a");
  CHECK_FALSE(has_credentials(lane, job));
  job.terraform["TF_HTTP_ADDRESS"] = "https://states.example.com/b";
  CHECK_FALSE(terraform_environment(lane, job).contains("TF_HTTP_ADDRESS"));
}

TEST_CASE("nothing is derived for other backends, or outside GitLab") {
  LaneDescription lane = http_lane();
  lane.gitlab_state = "net";
  CHECK_FALSE(terraform_environment(lane, JobEnvironment{}).contains("TF_HTTP_ADDRESS"));
  lane.backend_type = "s3";
  JobEnvironment job = gitlab_job();
  job.project_id = "42";
  CHECK_FALSE(terraform_environment(lane, job).contains("TF_HTTP_ADDRESS"));
}

TEST_CASE("init is given the backend files, never prompts or migrates, and keeps a lock file as it is") {
  CHECK(init_arguments(lane(), terraform, true) == Arguments{"terraform", "init", "-input=false", "-reconfigure",
                                                             "-lockfile=readonly",
                                                             "-backend-config=env/prod/backend.tfvars"});
  LaneDescription cloud = lane();
  cloud.backend_type = "cloud";
  cloud.backend_config = {};
  cloud.tool = "tofu";
  CHECK(init_arguments(cloud, {}, false) == Arguments{"tofu", "init", "-input=false"});
}

TEST_CASE("plan is given the variable files in order, and locks unless a merge request's role may not") {
  RunOptions options;
  JobEnvironment job;
  const auto paths = artifact_paths(lane());
  CHECK(plan_arguments(lane(), job, options, paths) ==
        Arguments{"terraform", "plan", "-input=false", "-detailed-exitcode",
                  "-out=/builds/p/.statelane/services-api-prod/plan.bin", "-lock-timeout=300s",
                  "-var-file=../../common.tfvars", "-var-file=env/prod/a b.tfvars"});
  job.merge_request = "7";
  CHECK(plan_arguments(lane(), job, options, paths)[5] == "-lock=false");
  options.lock = true;
  options.destroy = true;
  CHECK(plan_arguments(lane(), job, options, paths)[5] == "-destroy");
  CHECK(plan_arguments(lane(), job, options, paths)[6] == "-lock-timeout=300s");
}

TEST_CASE("apply is given the plan file and nothing that could change it") {
  CHECK(apply_arguments(lane(), terraform, RunOptions(), artifact_paths(lane())) ==
        Arguments{"terraform", "apply", "-input=false", "-lock-timeout=300s",
                  "/builds/p/.statelane/services-api-prod/plan.bin"});
}

TEST_CASE("what a configuration leaves in place is no failure of a destroy, where the tool can be told so") {
  RunOptions destroy;
  destroy.destroy = true;
  const auto paths = artifact_paths(lane());
  const auto is_told = [&](const statelane::runner::ToolIdentity& tool, const RunOptions& options) {
    const Arguments arguments = apply_arguments(lane(), tool, options, paths);
    return std::find(arguments.begin(), arguments.end(), "-suppress-forget-errors") != arguments.end();
  };
  CHECK(is_told(tofu, destroy));
  CHECK_FALSE(is_told(tofu, {}));
  CHECK_FALSE(is_told({"OpenTofu", "1.11.5"}, destroy));
  CHECK_FALSE(is_told(terraform, destroy));
}

TEST_CASE("the commands that want the variables again are given the variable files again") {
  const auto paths = artifact_paths(lane());
  const Arguments files = {"-var-file=../../common.tfvars", "-var-file=env/prod/a b.tfvars"};
  const auto has_files = [&](const Arguments& arguments) {
    return std::search(arguments.begin(), arguments.end(), files.begin(), files.end()) != arguments.end();
  };
  LaneDescription prod = lane();
  prod.workspace = "prod";
  const Arguments init = init_arguments(prod, tofu, false);
  CHECK(Arguments(init.end() - 2, init.end()) == files);
  const Arguments workspace = workspace_arguments(prod, tofu);
  CHECK(has_files(workspace));
  CHECK(workspace.back() == "prod");
  CHECK(has_files(show_arguments(prod, tofu, paths)));
  CHECK(show_arguments(prod, tofu, paths).back() == paths.plan_file.string());
  CHECK(has_files(apply_arguments(prod, tofu, {}, paths)));
  CHECK(apply_arguments(prod, tofu, {}, paths).back() == paths.plan_file.string());
  CHECK(has_files(output_arguments(prod, tofu)));
  CHECK_FALSE(has_files(init_arguments(prod, terraform, false)));
  CHECK(output_arguments(prod, terraform) == Arguments{"terraform", "output", "-json"});
  prod.has_ephemeral_variables = true;
  CHECK(has_files(apply_arguments(prod, terraform, {}, paths)));
  prod.backend_type = "remote";
  CHECK_FALSE(has_files(apply_arguments(prod, terraform, {}, paths)));
}

TEST_CASE("a workspace is selected, by environment where the backend knows no selection before init") {
  LaneDescription with_workspace = lane();
  CHECK(workspace_arguments(with_workspace, terraform).empty());
  with_workspace.workspace = "prod";
  CHECK(workspace_arguments(with_workspace, terraform) ==
        Arguments{"terraform", "workspace", "select", "-or-create=true", "prod"});
  CHECK(terraform_environment(with_workspace, {}).at("TF_WORKSPACE") == std::nullopt);
  with_workspace.backend_type = "cloud";
  CHECK(workspace_arguments(with_workspace, terraform).empty());
  CHECK(terraform_environment(with_workspace, {}).at("TF_WORKSPACE") == "prod");
  CHECK_FALSE(terraform_environment(lane(), {}).contains("TF_WORKSPACE"));
}

TEST_CASE("a cache of ours is told to the tool, a user's own needs no telling") {
  statelane::runner::EnvironmentChanges environment;
  statelane::runner::add_provider_cache(environment, {"/cache", false, ""}, true);
  CHECK(environment.empty());
  statelane::runner::add_provider_cache(environment, {"/cache", true, ""}, true);
  CHECK(environment == statelane::runner::EnvironmentChanges{{"TF_PLUGIN_CACHE_DIR", "/cache"}});
  statelane::runner::add_provider_cache(environment, {"/cache", true, ""}, false);
  CHECK(environment.at("TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE") == "1");
}

TEST_CASE("an init that lacks the planned providers is told apart from one that lacks the network") {
  for (const char* title :
       {"Failed to query available provider packages", "Failed to resolve provider packages",
        "Failed to install provider", "Inconsistent dependency lock file", "Provider dependency changes detected"}) {
    CAPTURE(title);
    CHECK(lacks_providers(fmt::format("\xE2\x95\xB7\n\xE2\x94\x82 Error: {}\n\xE2\x94\x82 \n", title)));
    CHECK_FALSE(lacks_providers(fmt::format("Error: {}\n\ndial tcp: lookup x: no such host\n", title)));
    CHECK_FALSE(lacks_providers(fmt::format("echo {}\n", title)));
  }
}

TEST_CASE("the job's token goes to a state of this GitLab only, and only where nothing is set") {
  const std::string own = "https://gitlab.example.com/api/v4/projects/1/terraform/state/x";
  CHECK(has_credentials(http_lane(own), gitlab_job()));

  JobEnvironment by_environment = gitlab_job();
  by_environment.terraform["TF_HTTP_ADDRESS"] = own;
  CHECK(has_credentials(http_lane(), by_environment));
  CHECK_FALSE(has_credentials(lane(), by_environment));

  for (const char* other : {"https://gitlab.example.com/api/v4.evil.example/x", "https://gitlab.example.com/api/v45/x",
                            "https://gitlab.example.com/api/v4@evil.example/x", "https://evil.example/api/v4/x", ""}) {
    CHECK_FALSE(has_credentials(http_lane(other), gitlab_job()));
    CHECK_FALSE(has_credentials(http_lane(other), by_environment));
  }
  CHECK_FALSE(has_credentials(http_lane(), gitlab_job()));
  CHECK_FALSE(has_credentials(http_lane(own), JobEnvironment()));

  JobEnvironment with_user = gitlab_job();
  with_user.terraform["TF_HTTP_USERNAME"] = "me";
  CHECK_FALSE(has_credentials(http_lane(own), with_user));
  JobEnvironment without_api = gitlab_job();
  without_api.api_url = "";
  CHECK_FALSE(has_credentials(http_lane(own), without_api));
}

TEST_CASE("variables that change commands are shown, others are not") {
  JobEnvironment job;
  job.terraform = {{"TF_CLI_ARGS_plan", "-target=x"}, {"TF_CLI_ARGS", "-no-color"}, {"TF_VAR_secret", "s"}};
  CHECK(hidden_arguments(job) == Arguments{"TF_CLI_ARGS=-no-color", "TF_CLI_ARGS_plan=-target=x"});
  job.terraform = {{"TF_CLI_ARGS_plan", "-target='x[\"a b\"]' -var 'password=s e c'"}};
  CHECK(hidden_arguments(job) == Arguments{"TF_CLI_ARGS_plan='-target=x[\"a b\"]' -var password=..."});
}

TEST_CASE("a person calls the tool from the project's top, in the lane's workspace") {
  LaneDescription one = lane();
  CHECK(call_by_hand(one) == "terraform -chdir=services/api");
  one.directory = "a b";
  one.tool = "tofu";
  one.workspace = "prod eu";
  CHECK(call_by_hand(one) == "TF_WORKSPACE='prod eu' tofu '-chdir=a b'");
  one.directory = ".";
  one.workspace.reset();
  CHECK(call_by_hand(one) == "tofu -chdir=.");
}

TEST_CASE("only failures of network and registry are worth another try") {
  CHECK(is_network_failure(
      "Error: Failed to query available provider packages\n\ndial tcp: lookup registry.terraform.io: no such host"));
  CHECK(is_network_failure("could not connect to registry.terraform.io"));
  CHECK(is_network_failure("502 Bad Gateway"));
  // As Terraform wraps it, within its box.
  CHECK(is_network_failure("\xE2\x94\x82 dial tcp 127.0.0.1:1: connect: connection\n\xE2\x94\x82 refused"));
  // What git and the module installer say.
  CHECK(is_network_failure("fatal: unable to access 'https://x/': Could not resolve host: x"));
  CHECK(is_network_failure("ssh: connect to host x port 22: Connection timed out"));
  CHECK(is_network_failure("error downloading 'https://x/m.zip': bad response code: 503"));
  CHECK_FALSE(is_network_failure("error downloading 'https://x/m.zip': bad response code: 404"));
  CHECK_FALSE(is_network_failure("fatal: Authentication failed for 'https://x/'"));
  CHECK_FALSE(is_network_failure("Error: Failed to query available provider packages\n\nno available releases match"));
  CHECK_FALSE(is_network_failure("Error: Unsupported block type"));
  CHECK_FALSE(is_network_failure(""));
}

TEST_CASE("the pauses between tries double, and are spread by half to both sides") {
  const std::chrono::milliseconds first{2000};
  CHECK(retry_pause(first, 1, 0).count() == 1000);
  CHECK(retry_pause(first, 1, 0.5).count() == 2000);
  CHECK(retry_pause(first, 1, 0.999).count() == 2998);
  CHECK(retry_pause(first, 2, 0.5).count() == 4000);
  CHECK(retry_pause(first, 3, 0.5).count() == 8000);
}
