#include "runner/plan_certificate.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/replace_all.hpp"
#include "runner/certificate_reader.hpp"

using namespace statelane::runner;
using Result = CertificateComparison::Result;

namespace {

constexpr std::string_view key = "0123456789abcdef-key";
constexpr std::int64_t noon = 1'764'590'400;  // 2025-12-01T12:00:00Z

constexpr std::string_view plan_json = R"({"format_version":"1.2","terraform_version":"1.14.0",
"variables":{"size":{"value":3},"password":{"value":"hunter2"}},
"planned_values":{"outputs":{"id":{"sensitive":false,"value":"x"}},"root_module":{"resources":[
 {"address":"a.one","values":{"n":2,"secret":"s1","at":"2025-12-01T11:59:00Z"},"sensitive_values":{"secret":true}}]}},
"resource_drift":[{"address":"a.one","change":{"actions":["update"],"before":{"n":0},"after":{"n":1}}}],
"resource_changes":[
 {"address":"a.one","mode":"managed","type":"a","name":"one","change":{"actions":["update"],
  "before":{"n":1,"secret":"s0","same":"z"},"after":{"n":2,"secret":"s1","same":"z","at":"2025-12-01T11:59:00Z"},
  "after_unknown":{"arn":true},"before_sensitive":{"secret":true},"after_sensitive":{"secret":true}}},
 {"address":"a.two","previous_address":"a.zwei","change":{"actions":["no-op"],"before":{"n":1},"after":{"n":1},
  "after_unknown":{},"before_sensitive":{},"after_sensitive":{}}},
 {"address":"a.three","change":{"actions":["no-op"],"before":{"n":1},"after":{"n":1}}}],
"output_changes":{"id":{"actions":["update"],"before":"w","after":"x","before_sensitive":false,"after_sensitive":false}},
"deferred_changes":[{"reason":"provider_config_unknown","resource_change":{"address":"a.later","change":{"actions":["create"]}}}],
"action_invocations":[{"address":"action.a.run","config_values":{"k":"v"},"lifecycle_action_trigger":{"triggering_resource_address":"a.one"}}],
"checks":[{"address":{"kind":"check","to_display":"check.ok"},"status":"pass"}],
"prior_state":{"format_version":"1.0","values":{"outputs":{},"root_module":{"resources":[
 {"address":"data.a.d","mode":"data","values":{"v":"one"},"sensitive_values":{}}],"child_modules":[{"address":"module.m",
 "resources":[{"address":"module.m.a.x","values":{"v":1}}]}]}}},
"configuration":{"provider_config":{"a":{"name":"a"}},"root_module":{"variables":{"password":{"sensitive":true}},
 "resources":[{"address":"a.one","provisioners":[{"type":"local-exec","expressions":{"command":{"constant_value":"ls"}}}]}],
 "module_calls":{"m":{"source":"./m","module":{"resources":[{"address":"a.x","type":"a"}]}}}}},
"relevant_attributes":[{"resource":"a.one","attribute":["n"]},{"resource":"a.two","attribute":["n"]}],
"timestamp":"2025-12-01T11:59:00Z","applyable":true,"complete":true,"errored":false})";

PlanCertificate certify(std::string_view json, std::string_view with = key, std::size_t piece = 7) {
  CertificateReader reader{std::string(with), noon};
  for (std::size_t at = 0; at < json.size(); at += piece) reader.add(json.substr(at, piece));
  PlanCertificate result = reader.finish();
  result.state = "net--work";
  result.commit = "c0ffee";
  return result;
}

std::string changed(std::string_view what, std::string_view by) {
  REQUIRE(plan_json.find(what) != std::string_view::npos);
  return statelane::replace_all(std::string(plan_json), what, by);
}

FoundCertificate handed_on(const PlanCertificate& certificate, std::string_view with = key) {
  return parse_certificate(render_certificate(certificate, with), with);
}

CertificateComparison compare(std::string_view reviewed, std::string_view now, std::string_view with = key) {
  return compare_certificates(handed_on(certify(reviewed, with), with), certify(now, with));
}

std::vector<std::string> differences(std::string_view what, std::string_view by) {
  const CertificateComparison result = compare(plan_json, changed(what, by));
  CHECK(result.result == Result::different);
  return result.differences;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("HMAC-SHA256 is that of RFC 4231") {
  CHECK(statelane::hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(
      statelane::hmac_sha256_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a plan equals itself, in pieces of any size and whatever the order of members and elements") {
  CHECK(certify(plan_json, key, 1) == certify(plan_json, key, plan_json.size()));
  const CertificateComparison result = compare(plan_json, plan_json);
  CHECK(result.result == Result::equal);
  CHECK(result.remarks == Texts{"a.one holds the time of its plan"});
  CHECK(result.is_alike_to_the_time);
  for (const auto& [what, by] :
       {std::pair{R"("format_version":"1.2","terraform_version":"1.14.0",)",
                  R"("terraform_version":"1.14.0","format_version":"1.2",)"},
        std::pair{R"({"n":1,"secret":"s0","same":"z"})", R"({"same":"z","n":1,"secret":"s0"})"},
        std::pair{R"({"resource":"a.one","attribute":["n"]},{"resource":"a.two","attribute":["n"]})",
                  R"({"resource":"a.two","attribute":["n"]},{"resource":"a.one","attribute":["n"]})"}}) {
    CAPTURE(what);
    CHECK(compare(plan_json, changed(what, by)) == result);
  }
}

TEST_CASE("whatever else a plan says is named where it differs") {
  const auto said = [](std::string_view what, std::string_view by) {
    const CertificateComparison result = compare(plan_json, changed(what, by));
    std::string text;
    for (const Texts& lines : {result.differences, result.remarks})
      for (const std::string& line : lines) text += line + "\n";
    return text;
  };
  const auto names = [](const std::string& text, std::string_view subject) {
    CAPTURE(text);
    CHECK(text.find(subject) != std::string::npos);
  };
  names(said(R"("a":{"name":"a"})", R"("a":{"name":"b"})"), "configuration of providers");
  names(said(R"({"resource":"a.two","attribute":["n"]}])", R"({"resource":"a.two","attribute":["m"]}])"),
        "what the plan refers to");
  names(said(R"("id":{"sensitive":false,"value":"x"})", R"("id":{"sensitive":false,"value":"y"})"), "planned state of");
  names(said(R"("password":{"sensitive":true})", R"("password":{"sensitive":false})"),
        "configuration of the root module");
  names(said(R"("module":{"resources":)", R"("module":{"variables":{},"resources":)"), "configuration inside module.m");
  const CertificateComparison twice =
      compare(plan_json, changed(R"([{"address":{"kind":"check","to_display":"check.ok"},"status":"pass"}])",
                                 R"([{"address":{"kind":"check","to_display":"check.ok"},"status":"pass"},)"
                                 R"({"address":{"kind":"check","to_display":"check.ok"},"status":"pass"}])"));
  CHECK(twice.differences == Texts{"check check.ok: it is there 2 times, and was 1 times"});
  // What a note has no room for is known by one digest alone.
  FoundCertificate short_of_parts = handed_on(certify(plan_json));
  short_of_parts.certificate.remaining.clear();
  const CertificateComparison other =
      compare_certificates(short_of_parts, certify(changed(R"("values":{"v":"one"})", R"("values":{"v":"two"})")));
  CHECK(other.remarks == Texts{"a.one holds the time of its plan",
                               "what is read, or stays as it is, has other values than when it was reviewed"});
}

TEST_CASE("the time of the plan is known noise, and is named") {
  const CertificateComparison result = compare(plan_json, changed("2025-12-01T11:59:00Z", "2025-12-01T13:07:11Z"));
  CHECK(result.result == Result::equal);
  CHECK(result.remarks == Texts{"a.one holds the time of its plan"});
  CHECK(result.is_alike_to_the_time);
  // Another time in its place is none.
  CHECK(differences(R"("at":"2025-12-01T11:59:00Z"},
  "after_unknown")",
                    R"("at":"2025-12-01T11:59:01Z"},
  "after_unknown")") == Texts{"a.one: other values"});
}

TEST_CASE("differences are told address by address") {
  CHECK(differences(R"("after":{"n":2,)", R"("after":{"n":4,)") == Texts{"a.one: other values"});
  CHECK(differences(R"("same":"z","at")", R"("same":"y","at")") == Texts{"a.one: other attributes change: same"});
  CHECK(differences(R"("actions":["update"],
  "before")",
                    R"("actions":["delete","create"],
  "before")") == Texts{"a.one: delete, create now, update when it was reviewed"});
  CHECK(differences(R"("previous_address":"a.zwei",)", "") ==
        Texts{"a.two: move from a.zwei was reviewed, and is not in the plan any more"});
  CHECK(differences(R"({"address":"a.three","change":{"actions":["no-op"])",
                    R"({"address":"a.three","change":{"actions":["delete"])") ==
        Texts{"a.three: delete, which was not in the plan that was reviewed"});
  CHECK(differences(R"("constant_value":"ls")", R"("constant_value":"rm")") ==
        Texts{"configuration of a.one: other values"});
  CHECK(differences(R"("size":{"value":3})", R"("size":{"value":4})") == Texts{"variable size: other values"});
  CHECK(differences(R"("k":"v")", R"("k":"w")") == Texts{"action action.a.run: other values"});
  CHECK(differences("provider_config_unknown", "absent_prereq") ==
        Texts{"deferred a.later: absent_prereq now, provider_config_unknown when it was reviewed"});
  CHECK(differences(R"("before":"w","after":"x")", R"("before":"w","after":"y")") == Texts{"output id: other values"});
  CHECK(differences(R"("terraform_version":"1.14.0")", R"("terraform_version":"1.14.1")") ==
        Texts{"terraform_version: other values"});
  CHECK(differences(R"("applyable":true)", R"("applyable":true,"new_field":[1])") ==
        Texts{"new_field, which was not in the plan that was reviewed"});
}

TEST_CASE("sensitive values count, and no hash of them alone is told") {
  CHECK(differences(R"("secret":"s1","same")", R"("secret":"s2","same")") ==
        Texts{"values that the plan marks sensitive"});
  CHECK(differences("hunter2", "hunter3") == Texts{"values that the plan marks sensitive"});
  CHECK(certify(plan_json).parts == certify(changed("hunter2", "hunter3")).parts);
}

TEST_CASE("what is read and what stays as it is, is named where it differs, and is no difference of the plans") {
  for (const auto& [what, by, told] :
       {std::tuple{R"("v":"one")", R"("v":"two")", "not changed by the plan: state of data.a.d: other values"},
        std::tuple{R"("address":"module.m.a.x","values":{"v":1})", R"("address":"module.m.a.x","values":{"v":2})",
                   "not changed by the plan: state of module.m.a.x: other values"},
        std::tuple{R"("before":{"n":0})", R"("before":{"n":5})",
                   "not changed by the plan: drift of a.one: other values"}}) {
    const CertificateComparison result = compare(plan_json, changed(what, by));
    CHECK(result.result == Result::equal);
    CHECK_FALSE(result.is_alike_to_the_time);
    CHECK(result.remarks == Texts{"a.one holds the time of its plan", told});
  }
}

TEST_CASE("without a key nothing of a value is told, and the plans are never called equal") {
  const PlanCertificate plain = certify(plan_json, "");
  CHECK(plain.digest.empty());
  CHECK(plain.unchanged.empty());
  for (const CertifiedPart& part : plain.parts) CHECK(part.hash.empty());
  CHECK(compare(plan_json, plan_json, "").result == Result::same_actions);
  CHECK(compare(plan_json, changed(R"("after":{"n":2,)", R"("after":{"n":4,)"), "").result == Result::same_actions);
  CHECK(compare(plan_json, changed(R"("same":"z","at")", R"("same":"y","at")"), "").differences ==
        Texts{"a.one: other attributes change: same"});
  // Of two pipelines one may have the key.
  CHECK(compare_certificates(handed_on(plain), certify(plan_json)).result == Result::same_actions);
  CHECK(compare_certificates(handed_on(certify(plan_json)), plain).result == Result::same_actions);
  const std::string_view other = "another key of some length";
  CHECK(compare_certificates(handed_on(certify(plan_json, other), other), certify(plan_json)).result ==
        Result::same_actions);
}

TEST_CASE("a certificate that was changed is not believed in its values") {
  std::string text = render_certificate(certify(plan_json), key);
  CHECK(parse_certificate(text, key).is_signed);
  CHECK(parse_certificate(text, key).certificate == certify(plan_json));
  CHECK_FALSE(parse_certificate(text, "").is_signed);
  text = statelane::replace_all(text, "c0ffee", "c0ffed");
  const FoundCertificate forged = parse_certificate(text, key);
  CHECK_FALSE(forged.is_signed);
  CHECK(compare_certificates(forged, certify(plan_json)).result == Result::same_actions);
  CHECK_THROWS_WITH_AS(parse_certificate("{", key), "the certificate of the plan (certificate.json) is damaged",
                       statelane::Error);
  CHECK_THROWS_WITH_AS(parse_certificate(R"({"schema":"x"})", key), "certificate.json has another schema",
                       statelane::Error);
}

TEST_CASE("in a note a certificate is a line that no address can end, and is bounded") {
  PlanCertificate certificate = certify(changed("a.three", "a.three[\\\"--> <!--\\\"]"));
  certificate.remaining.clear();
  const std::string line = render_hidden_certificate(certificate, key, 1 << 20);
  CHECK(line.find("--", 4) == line.size() - 4);
  CHECK(line.find('\n') == line.size() - 1);
  const auto found =
      find_hidden_certificates("### note\n\n" + line + "\r\nmore\n<!-- statelane certificate {} -->\n", key);
  REQUIRE(found.size() == 1);
  CHECK(found.front().is_signed);
  CHECK(found.front().certificate == certificate);

  const std::string small = render_hidden_certificate(certificate, key, 900);
  REQUIRE(small.size() <= 900);
  const auto cut = find_hidden_certificates(small, key);
  REQUIRE(cut.size() == 1);
  CHECK(compare_certificates(cut.front(), certificate).result == Result::equal);
  CHECK(compare_certificates(cut.front(), certify(changed("hunter2", "x"))).differences ==
        Texts{"the certificate had no room for all of the plan: where they differ is not known"});
  CHECK(render_hidden_certificate(certificate, key, 100).empty());
}

namespace {

using Json = nlohmann::ordered_json;

/// The document with each of its values changed, and with each member and element left out, one at a time.
std::vector<std::pair<std::string, std::string>> mutate_all(const Json& document) {
  std::vector<std::pair<std::string, std::string>> result;
  const Json flat = document.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    Json other = document;
    Json& place = other[Json::json_pointer(pointer)];
    if (value.is_string()) place = value.get<std::string>() + "~";
    if (value.is_boolean()) place = !value.get<bool>();
    if (value.is_number()) place = value.get<int>() + 1;
    if (value.is_null() || value.is_structured()) place = "something";
    result.emplace_back(pointer, other.dump());
    for (Json::json_pointer at(pointer); !at.empty(); at.pop_back()) {
      Json less = document;
      Json& parent = less[at.parent_pointer()];
      if (parent.is_array()) {
        parent.erase(std::stoul(at.back()));
      } else {
        parent.erase(at.back());
      }
      result.emplace_back("without " + at.to_string(), less.dump());
    }
  }
  return result;
}

}  // namespace

TEST_CASE("whatever field of a plan is another one: the plans are not equal, or what differs is named") {
  const PlanCertificate reviewed = certify(plan_json, key, 4096);
  const CertificateComparison same = compare_certificates(handed_on(reviewed), certify(plan_json));
  const auto mutants = mutate_all(Json::parse(plan_json));
  CHECK(mutants.size() > 300);
  for (const auto& [where, text] : mutants) {
    CAPTURE(where);
    if (where.find("timestamp") != std::string::npos) continue;  // the plan's time: another test
    const CertificateComparison result = compare_certificates(handed_on(reviewed), certify(text, key, 4096));
    if (where.find("without") == 0 && where.ends_with("/outputs")) continue;  // of none that is there
    const bool is_told = result.result != Result::equal || result.remarks != same.remarks;
    CHECK(is_told);
    CHECK((result.result != Result::equal || !result.is_alike_to_the_time));
  }
}
