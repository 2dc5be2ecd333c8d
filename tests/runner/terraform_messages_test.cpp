#include "runner/terraform_messages.hpp"

#include <doctest/doctest.h>

using statelane::runner::explain_failure;
using statelane::runner::Explanation;

namespace {

Explanation only(std::string_view output) {
  const auto found = explain_failure(output, {"terraform -chdir=network", "network"});
  REQUIRE(found.size() == 1);
  return found.front();
}

}  // namespace

TEST_CASE("a lock that somebody took, or that stays, is explained") {
  const auto found = statelane::runner::explain_failure(
      "Error: Failed to save state\n\nError saving state: HTTP error: 409\n\nError: Error releasing the state lock\n\n"
      "Error message: Unexpected HTTP response code 409\n",
      {});
  REQUIRE(found.size() == 2);
  CHECK(found[0].message == "somebody else holds the state's lock now: it was opened by force while this run had it");
  CHECK(found[1].message == "the state's lock could not be released and may still be held");
}

TEST_CASE("a stale plan is explained, through colours and the box around it") {
  CHECK(only("\x1b[31m\xE2\x95\xB7\x1b[0m\x1b[0m\n\x1b[31m\xE2\x94\x82\x1b[0m \x1b[0m\x1b[1m\x1b[31mError: "
             "\x1b[0m\x1b[0m\x1b[1mSaved plan is "
             "stale\x1b[0m\n\x1b[31m\xE2\x94\x82\x1b[0m \x1b[0m\n") ==
        Explanation{"the state has changed since this plan was made, so the plan can no longer be applied", "network",
                    "retry the plan job, review its plan, then start this job again", true});
}

TEST_CASE("the holder of an http lock is named, not our own attempt") {
  const Explanation lock = only(
      "\xE2\x95\xB7\n\xE2\x94\x82 Error: Error acquiring the state lock\n\xE2\x94\x82 \n\xE2\x94\x82 Error message: "
      "HTTP remote "
      "state already locked:\n"
      "\xE2\x94\x82 ID=aaaa-holder\n\xE2\x94\x82 Lock Info:\n\xE2\x94\x82   ID:        bbbb-our-own\n\xE2\x94\x82   "
      "Who:       us@here\n");
  CHECK(lock.message == "the state is locked by aaaa-holder");
  CHECK(lock.fix ==
        "wait for that run to end and retry; only if it is certain that it was killed: terraform -chdir=network "
        "force-unlock aaaa-holder");
}

TEST_CASE("the holder of another backend's lock is named with who, what and when") {
  CHECK(
      only("Error: Error acquiring the state lock\n\nError message: resource temporarily unavailable\nLock Info:\n"
           "  ID:        1234\n  Path:      terraform.tfstate\n  Operation: OperationTypeApply\n  Who:       ann@host\n"
           "  Version:   1.11.4\n  Created:   2026-01-01 10:00:00 UTC\n  Info:      \n")
          .message == "the state is locked by 1234 (ann@host, OperationTypeApply, since 2026-01-01 10:00:00 UTC)");
}

TEST_CASE("a lock that cannot be had without a holder is told as such") {
  CHECK(only("Error: Error acquiring the state lock\n\nError message: Unexpected HTTP response code 500\n").message ==
        "the state could not be locked");
}

TEST_CASE("another version is named though the message is wrapped") {
  CHECK(only("Error: Failed to read plan from plan file\n\nplan file was created by Terraform 1.10.9, but this\nis "
             "1.11.4; plan files "
             "cannot be transferred between different Terraform\nversions.\n")
            .message == "the plan was made by Terraform 1.10.9, and this job has 1.11.4");
}

TEST_CASE("an output that the other state does not have is told, another attribute is Terraform's matter") {
  const Explanation missing = only(
      "Error: Unsupported attribute\n\n  on ../modules/m/main.tf line 7, in locals:\n   7:   vpc = "
      "data.terraform_remote_state.up.outputs.vpc\n\nThis object does not have an attribute named \"vpc\".\n");
  CHECK(missing == Explanation{"an output that this state reads is not there in the other state", "modules/m/main.tf:7",
                               "apply the state that has this output first, or correct the output's name here; then "
                               "retry this job"});
  CHECK(explain_failure("Error: Unsupported attribute\n\n  on main.tf line 7:\n   7:   a = local.x.y\n", {}).empty());
}

TEST_CASE("the place that Terraform names is kept, from the project's top; else it is the state directory") {
  CHECK(only("Error: Cannot apply incomplete plan\n").place == "network");
  CHECK(only("Error: No value for required variable\n\n  on variables.tf line 12:\n  12: variable \"x\" {\n").place ==
        "network/variables.tf:12");
  CHECK(
      only(
          "Error: Unable to find remote state\n\n  with data.terraform_remote_state.net,\n  on main.tf line 3, in data "
          "\"terraform_remote_state\" \"net\":\n")
          .place == "network/main.tf:3");
}

TEST_CASE("a failure that speaks for itself is left to Terraform, and any text is harmless") {
  CHECK(explain_failure("Error: Invalid expression\n\n  on main.tf line 1:\n", {}).empty());
  CHECK(explain_failure("", {}).empty());
  CHECK(explain_failure("\x1b[", {}).empty());
  CHECK(explain_failure("Error acquiring the state lock", {}).empty());
  CHECK(explain_failure("Error: Error acquiring the state lock", {}).size() == 1);
  CHECK(explain_failure("Error: x\n\nplan file was created by ", {}).size() == 1);
}

TEST_CASE("nothing that explains throws: any part of any known output, any bytes between") {
  const std::string text =
      "\xE2\x95\xB7\n\xE2\x94\x82 Error: Error  acquiring\tthe state lock\n\xE2\x94\x82   with a.b,\n\xE2\x94\x82   on "
      "main.tf line 7\n"
      "\xE2\x94\x82 HTTP remote state already locked: ID=\n\xE2\x94\x82   ID:\n\xE2\x94\x82 plan file was created by "
      "\xFF\x1b[0K\n"
      "\xE2\x95\xB5\nError: Error acquiring the state lock\n  Who: \x1b\nError: \nError: : no space left on device\n";
  for (std::size_t from = 0; from < text.size(); ++from) {
    for (std::size_t size = 0; from + size <= text.size(); size += 7) {
      for (const auto& explanation : explain_failure(std::string_view(text).substr(from, size), {}))
        CHECK(explanation.message.find('\x1b') == std::string::npos);
    }
  }
}

TEST_CASE("the holder of a lock is told without what a terminal would obey, and cut at a character") {
  const std::string long_name(300, 'n');
  const Explanation lock = only(
      "Error: Error acquiring the state lock\n\nError message: busy\nLock Info:\n  ID:        1234\n"
      "  Operation: x\u202e\n  Who:       " +
      long_name + "\xC3\xA9\n  Created:   now\n");
  CHECK(lock.message == "the state is locked by 1234 (" + long_name.substr(0, 200) + "..., x\\u{202e}, since now)");
}

TEST_CASE("a failure has one line: what is explained, else the first error's title with whose it is, else the end") {
  using statelane::runner::name_failure;
  CHECK(name_failure({{"the state is locked", "net/main.tf:3", "wait"}}, "", "") ==
        "net/main.tf:3: the state is locked");
  CHECK(name_failure({{"the state is locked", "", "wait"}}, "", "") == "the state is locked");
  CHECK(name_failure({}, "Error: creating EC2 VPC: limit\n\n  with aws_vpc.a,\n  on main.tf line 1, in resource:\n",
                     "") == "creating EC2 VPC: limit, with aws_vpc.a, at main.tf:1");
  CHECK(name_failure({}, "nothing\n", "'plan' ended with code 1") == "'plan' ended with code 1");
}
