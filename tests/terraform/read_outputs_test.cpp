#include "terraform/read_outputs.hpp"

#include <doctest/doctest.h>

using Names = std::set<std::string>;
using statelane::terraform::find_read_outputs;

TEST_CASE("outputs of other states are known by every reference to them") {
  CHECK(find_read_outputs("data \"terraform_remote_state\" \"net\" {}\n"
                          "locals { a = data.terraform_remote_state.net.outputs.vpc-id\n"
                          "  b = \"${data.terraform_remote_state.net.outputs[\"zone\"]}x\" }\n") ==
        Names{"vpc-id", "zone"});
  CHECK(find_read_outputs("x = data.terraform_remote_state.net[each.key].outputs.vpc\n") == Names{"vpc"});
  CHECK(find_read_outputs("x = data.terraform_remote_state.net[local.m[\"a\"]].outputs.vpc.id\n") == Names{"vpc"});
  CHECK(find_read_outputs(R"({"data": {"terraform_remote_state": {"net": {}}},
    "locals": {"a": "${data.terraform_remote_state.net.outputs.vpc}"}})") == Names{"vpc"});
  CHECK(find_read_outputs("resource \"x\" \"y\" {}\n") == Names{});
}

TEST_CASE("a reference that does not say which output it means leaves all of them possible") {
  for (const char* text :
       {"x = data.terraform_remote_state.net", "x = data.terraform_remote_state.net.outputs",
        "x = data.terraform_remote_state.net.outputs[var.name]", "x = data.terraform_remote_state.net[*].outputs",
        "x = data.terraform_remote_state", "for k, v in data.terraform_remote_state.net : v.outputs.vpc",
        "x = data.terraform_remote_state.net[\"a", "x = data.terraform_remote_state . net.outputs.vpc"}) {
    CAPTURE(text);
    CHECK_FALSE(find_read_outputs(text));
  }
}
