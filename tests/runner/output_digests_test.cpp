#include "runner/output_digests.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "runner/apply_record.hpp"
#include "support/words_of_error.hpp"

using statelane::Error;
using statelane::runner::AppliedOutputs;
using statelane::runner::ApplyRecord;
using statelane::runner::find_changed_outputs;
using statelane::runner::OutputDigestReader;
using statelane::runner::OutputDigests;
using statelane::runner::parse_record;
using statelane::runner::RemoteOutputs;
using statelane::runner::render_record;
using statelane::runner::SeenOutputs;
using statelane::runner::without_digests;
using statelane::support::words_of_error;
using Source = statelane::runner::OutputDigestReader::Source;

namespace {

SeenOutputs read(Source source, std::string_view text, const std::string& salt = "700", std::size_t piece = 1000) {
  OutputDigestReader reader(source, salt);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) reader.add(text.substr(0, piece));
  return reader.finish();
}

const std::string plan =
    R"({"format_version":"1.2","planned_values":{"outputs":{"no":{"value":1}}},
  "output_changes":{"own":{"actions":["update"],"before":"x","after":"y"},"new":{"actions":["create"],"before":null,"after":"y"}},
  "prior_state":{"values":{"outputs":{"own":{"sensitive":false,"value":"y","type":"string"}},
  "root_module":{"resources":[
    {"address":"terraform_data.a","type":"terraform_data","values":{"outputs":{"no":1}}},
    {"address":"data.terraform_remote_state.net","type":"terraform_remote_state",
     "values":{"backend":"local","outputs":{"vpc":"v1","ids":["a",{"b":null}],"n":1.5}}}],
  "child_modules":[{"address":"module.m","child_modules":[{"resources":[
    {"address":"module.m.module.n.data.terraform_remote_state.iam","type":"terraform_remote_state",
     "values":{"outputs":{}}}]}]}]}}}})";

const std::string outputs = R"({
  "vpc": {"sensitive": true, "type": "string", "value": "v1"},
  "ids": {"type": ["tuple"], "value": [ "a", {"b": null} ]},
  "n": {"value": 1.5}
})";

}  // namespace

TEST_CASE("a plan of a configuration without outputs leaves none, which is known") {
  const std::string none = R"({"configuration":{"provider_config":{},"root_module":{"resources":[{"outputs":1}]}}})";
  const std::string some = R"({"configuration":{"root_module":{"outputs":{"o":{}}}}})";
  CHECK(read(Source::plan, none).planned == std::map<std::string, statelane::runner::PlannedOutput>{});
  CHECK_FALSE(read(Source::plan, some).planned);
  CHECK_FALSE(read(Source::plan, R"({"format_version":"1.2"})").planned);
}

TEST_CASE("a plan tells the outputs that it saw, its own and those it read, in modules too") {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, plan.size()}) {
    const SeenOutputs seen = read(Source::plan, plan, "700", piece);
    CHECK(seen.own == read(Source::output_command, R"({"own":{"value":"x"}})").own);
    REQUIRE(seen.remote.size() == 2);
    CHECK(seen.remote[0].address == "data.terraform_remote_state.net");
    CHECK(seen.remote[0].outputs.size() == 3);
    CHECK(seen.remote[1] == RemoteOutputs{"module.m.module.n.data.terraform_remote_state.iam", {}});
  }
}

TEST_CASE(
    "an output has the same digest wherever it is read, another in another pipeline, and another for another value") {
  const auto in_plan = read(Source::plan, plan).remote[0].outputs;
  CHECK(read(Source::output_command, outputs).own == in_plan);
  CHECK(read(Source::output_command, outputs, "701").own != in_plan);
  const auto digest = [](const std::string& value) {
    return read(Source::output_command, R"({"o":{"value":)" + value + "}}").own.at("o");
  };
  CHECK(digest("1") != digest("\"1\""));
  CHECK(digest("[1,[2]]") != digest("[[1],2]"));
  CHECK(digest(R"({"a":"b"})") != digest(R"(["a","b"])"));
}

TEST_CASE("what is no JSON is an error") {
  CHECK_THROWS_AS(read(Source::plan, "{\"prior_state\":{"), Error);
  CHECK_THROWS_AS(read(Source::output_command, "Warning"), Error);
}

TEST_CASE("a plan is refused only for outputs that it read and that have changed") {
  const std::vector<RemoteOutputs> seen = {{"data.terraform_remote_state.net", {{"vpc", "1"}, {"zone", "2"}}}};
  const AppliedOutputs same{"net", {{"vpc", "1"}, {"zone", "2"}}, {{"vpc", "1"}, {"zone", "2"}, {"new", "3"}}};
  const AppliedOutputs changed{"net", {{"vpc", "1"}, {"zone", "2"}}, {{"vpc", "9"}}};
  CHECK(find_changed_outputs(seen, same, {}).empty());
  REQUIRE(find_changed_outputs(seen, changed, {}).size() == 2);
  CHECK(find_changed_outputs(seen, changed, {}).front().message ==
        "output 'vpc' of state 'net' has changed since the plan read it (data.terraform_remote_state.net)");
  CHECK(find_changed_outputs(seen, changed, {{"zone"}}).size() == 1);
  CHECK(find_changed_outputs(seen, changed, {{"other"}}).empty());
}

TEST_CASE("a plan that read a state after its apply, or another state, is not refused") {
  const AppliedOutputs changed{"net", {{"vpc", "1"}}, {{"vpc", "9"}}};
  CHECK(find_changed_outputs({{"a", {{"vpc", "9"}}}}, changed, {}).empty());
  CHECK(find_changed_outputs({{"a", {{"vpc", "1"}, {"more", "2"}}}}, changed, {}).empty());
  CHECK(find_changed_outputs({{"a", {}}}, {"net", {}, {{"vpc", "9"}}}, {}).empty());
}

TEST_CASE("the record of an apply is read as it was written, and damage is an error") {
  const ApplyRecord record{
      "c", 17, 1, {{"a.b[\"c\"]"}, {"d"}, {"e"}}, {"--allow-expired"}, {"net", {{"a", "1"}}, {{"a", "2"}}}};
  const std::string whole = render_record(record);
  CHECK(parse_record(whole) == record);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
    CHECK_THROWS_AS(parse_record(flipped), Error);
  }
  for (const char* text : {"", "{}", "[]", R"({"schema":"statelane/applied/2"})"}) {
    CAPTURE(text);
    CHECK(words_of_error([&] { parse_record(text); }) ==
          "the record of an apply (applied.json) is damaged, or of another version of statelane\n"
          "hint: plan and apply the state that it comes from again, then this one");
  }
}

TEST_CASE("what an encrypted plan leaves has names only, and a read output counts where its state's apply changed it") {
  SeenOutputs seen;
  seen.own = {{"pin", "digest"}};
  seen.remote = {{"data.terraform_remote_state.up", {{"cidr", "old"}, {"pin", "old pin"}}}};
  seen.planned.emplace()["pin"] = {true, "", 4};
  const SeenOutputs told = without_digests(seen);
  CHECK(told.own == OutputDigests{{"pin", "sensitive"}});
  CHECK(told.remote.front().outputs == OutputDigests{{"cidr", "sensitive"}, {"pin", "sensitive"}});
  CHECK(told.planned->at("pin").size == 0);
  const OutputDigests before = {{"cidr", "old"}, {"pin", "sensitive"}};
  CHECK(find_changed_outputs(told.remote, {"up", before, before}, {}).empty());
  const auto changed = find_changed_outputs(told.remote, {"up", before, {{"cidr", "new"}, {"pin", "sensitive"}}}, {});
  REQUIRE(changed.size() == 1);
  CHECK(changed.front().message ==
        "output 'cidr' of state 'up' has changed since the plan read it (data.terraform_remote_state.up)");
  CHECK(find_changed_outputs(told.remote, {"other", {{"cidr", "old"}}, {{"cidr", "new"}}}, {}).empty());
}
