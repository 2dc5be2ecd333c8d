#include "runner/planned_paths.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using statelane::runner::PlannedPaths;
using statelane::runner::PlannedPathsReader;

namespace {

PlannedPaths read(const std::string& resources, const std::string& outputs = "") {
  PlannedPathsReader reader("/builds/p");
  reader.add(R"({"format_version":"1.2","planned_values":{"x":"/builds/p/ignored"},"resource_changes":[)" + resources +
             R"(],"output_changes":{)" + outputs + R"(},"prior_state":{"y":"/builds/p/ignored"}})");
  return reader.finish();
}

std::string change(const std::string& action, const std::string& after) {
  return R"({"address":"a.b","change":{"actions":[")" + action + R"("],"before":{"p":"/builds/p/old"},"after":)" +
         after + R"(,"after_unknown":{"/builds/p/x":true}}})";
}

}  // namespace

TEST_CASE("planned values that lie in the checkout are found, also within longer texts") {
  for (const char* value : {"/builds/p", "/builds/p/zone.json", "cat /builds/p/x", "a=/builds/p;b"}) {
    CAPTURE(value);
    CHECK(read(change("create", R"({"a":[{"b":")" + std::string(value) + R"("}]})")).holds_checkout);
    CHECK(read(change("update", "\"" + std::string(value) + "\"")).holds_checkout);
    CHECK(read("", R"("o":{"actions":["create"],"before":null,"after":")" + std::string(value) + "\"}").holds_checkout);
  }
  for (const char* value : {"/builds/p2", "/other/builds/p", "x/builds/p/y", "builds/p", ""}) {
    CAPTURE(value);
    CHECK_FALSE(read(change("create", R"({"a":")" + std::string(value) + R"("})")).holds_checkout);
  }
}

TEST_CASE("what does not change, was before, or is no value does not count") {
  CHECK_FALSE(read(change("no-op", R"({"a":"/builds/p/x"})")).holds_checkout);
  CHECK_FALSE(read(change("read", R"({"a":"/builds/p/x"})")).holds_checkout);
  CHECK_FALSE(read(change("delete", "null")).holds_checkout);
  CHECK_FALSE(read(change("create", R"({"/builds/p/x":1})")).holds_checkout);
  CHECK_FALSE(read(change("create", R"({"a":1})") + "," + change("no-op", R"("/builds/p")")).holds_checkout);
}

TEST_CASE("other absolute paths are kept, to be looked at") {
  CHECK(read(change("create", R"({"a":"/tmp/f.zip","b":["/etc/x","rel/y"]})")).elsewhere ==
        std::set<std::string>{"/etc/x", "/tmp/f.zip"});
}
