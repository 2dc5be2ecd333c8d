#include "terraform/declarations.hpp"

#include <doctest/doctest.h>

namespace {

using namespace statelane::terraform;
using Names = std::set<std::string>;
using Reads = std::set<std::pair<std::string, std::string>>;

const Declaration& find(const Declarations& declarations, const std::string& address) {
  for (const Declaration& declaration : declarations.all) {
    if (declaration.address == address) return declaration;
  }
  FAIL("no declaration " << address);
  return declarations.all.front();
}

}  // namespace

TEST_CASE("each block and each local is a declaration with its address and lines") {
  const Declarations declarations = read_declarations(
      "resource \"a\" \"x\" {\n}\ndata \"b\" \"y\" {}\nlocals {\n  one = 1\n  two = 2\n}\nvariable \"v\" {}\n"
      "output \"o\" {\n  value = 1\n}\nmodule \"m\" {}\nprovider \"p\" {}\nterraform {}\nmoved {}\n");
  std::vector<std::string> addresses;
  for (const Declaration& declaration : declarations.all) addresses.push_back(declaration.address);
  CHECK(addresses == std::vector<std::string>{"resource.a.x", "data.b.y", "local.one", "local.two", "var.v", "output.o",
                                              "module.m", "provider.p", "other", "other"});
  CHECK(find(declarations, "output.o").first_line == 9);
  CHECK(find(declarations, "output.o").last_line == 11);
  CHECK(declarations.is_whole);
}

TEST_CASE("references are what an expression mentions, in nested blocks and templates too") {
  const Declarations declarations = read_declarations(
      "output \"o\" {\n  value = \"${aws_vpc.main.id}-${local.name}\"\n  depends_on = [module.net]\n}\n"
      "resource \"r\" \"n\" {\n  setting {\n    list = [for s in data.z.all.ids : s.name if var.on]\n  }\n"
      "  item = aws_x.y[each.key].id\n  all = aws_w.v[*].id\n  p = path.module\n}\n");
  CHECK(find(declarations, "output.o").references == Names{"local.name", "module.net", "resource.aws_vpc.main"});
  CHECK(find(declarations, "resource.r.n").references ==
        Names{"data.z.all", "resource.aws_w.v", "resource.aws_x.y", "resource.s.name", "var.on"});
}

TEST_CASE("the digest is of meaning, not of layout") {
  const auto digest = [](const std::string& text) { return read_declarations(text).all.front().digest; };
  CHECK(digest("output \"o\" {\n  value = 1\n}\n") == digest("# c\noutput \"o\" {\n\n  value   =  1 # d\n}\n"));
  CHECK(digest("output \"o\" {\n  value = 1\n}\n") != digest("output \"o\" {\n  value = 2\n}\n"));
}

TEST_CASE("outputs that are read of remote states, by name or any") {
  const auto reads = [](const std::string& value) {
    return read_declarations("locals {\n  x = " + value + "\n}\n").remote_outputs;
  };
  CHECK(reads("data.terraform_remote_state.net.outputs.vpc_id") == Reads{{"net", "vpc_id"}});
  CHECK(reads("data.terraform_remote_state.net.outputs[\"vpc_id\"].cidr[0]") == Reads{{"net", "vpc_id"}});
  CHECK(reads("data.terraform_remote_state.net[\"a\"].outputs.vpc_id") == Reads{{"net", "vpc_id"}});
  CHECK(reads("data.terraform_remote_state.net[each.key].outputs.vpc_id") == Reads{{"net", "*"}});
  CHECK(reads("data.terraform_remote_state.net.outputs") == Reads{{"net", "*"}});
  CHECK(reads("data.terraform_remote_state.net.outputs[var.name]") == Reads{{"net", "*"}});
  CHECK(reads("data.terraform_remote_state.net") == Reads{{"net", "*"}});
  CHECK(reads("local.other").empty());
}

TEST_CASE("a file with faults is not whole, and what can be read is there") {
  const Declarations declarations = read_declarations("output \"o\" {\n  value = 1\n}\nlocals {\n  x = [\n");
  CHECK_FALSE(declarations.is_whole);
  CHECK(find(declarations, "output.o").references.empty());
}
