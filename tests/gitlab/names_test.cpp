#include "gitlab/names.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "ask_ruby.hpp"
#include "base/utf8.hpp"

using namespace statelane::gitlab;

namespace {

/// Ids of the alphabet that makes mappings collide, among them what other ids are mapped to.
std::vector<std::string> hostile_ids() {
  const std::vector<std::string> pieces = {"a",  "B",  "-", "_",  ".",    "/",  "@",  "%40", " ",  "$x",  "${", "%X%",
                                           "\n", "\t", "é", "日", "\xff", "[",  "]",  "1/2", ":",  "#",   "'",  "\"",
                                           "*",  "\\", ";", "!",  "&",    "- ", "--", "__",  "..", "\x7f"};
  std::mt19937 random(20240517);
  std::vector<std::string> ids = {".",
                                  "a",
                                  "pages",
                                  "cache",
                                  "default",
                                  std::string(250, 'x'),
                                  std::string(400, 'y'),
                                  std::string(400, 'y') + "z",
                                  "🚀",
                                  "-rf",
                                  ".hidden"};
  for (int round = 0; round < 20'000; ++round) {
    std::string id;
    for (auto length = random() % 6 + 1; length > 0; --length) id += pieces[random() % pieces.size()];
    ids.push_back(std::move(id));
  }
  const auto first_ids = static_cast<std::ptrdiff_t>(ids.size());
  for (std::ptrdiff_t index = 0; index < first_ids; index += 7) {
    const std::string id = ids[static_cast<std::size_t>(index)];
    ids.push_back(slug(id));
    ids.push_back(environment_name(id));
    ids.push_back(job_name("plan", id).substr(6));
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

template <typename Function>
void check_injective(const Function& name_of) {
  std::map<std::string, std::string> owners;
  for (const std::string& id : hostile_ids()) {
    const auto [entry, is_new] = owners.emplace(name_of(id), id);
    if (!is_new) FAIL_CHECK("\"" << id << "\" and \"" << entry->second << "\" share \"" << entry->first << "\"");
  }
}

}  // namespace

TEST_CASE("an ordinary id stands in every name as it is") {
  CHECK(job_name("plan", "network/prod") == "plan: network/prod");
  CHECK(job_name("apply", "services/api@prod") == "apply: services/api@prod");
  CHECK(environment_name("network/prod") == "network/prod");
  CHECK(resource_group_key("network/prod") == "network/prod");
  CHECK(slug("network/prod") == "network--prod");
  CHECK(slug("services/api@prod") == "services--api__prod");
  CHECK(cache_key("network/prod") == "statelane-network--prod");
}

TEST_CASE("what cannot stand is replaced, and the id's digest says whose name it is") {
  CHECK(environment_name("services/api@prod") == "services/api-prod-791f162a5de4");
  CHECK(environment_name(".") == "root-cdb4ee2aea69");
  CHECK(slug(".") == "root-cdb4ee2aea69");
  CHECK(slug("a--b") != slug("a/b"));
  CHECK(slug("cache").starts_with("cache-"));
  for (const char* own : {"private", "report.html", "drift.txt"}) CHECK(slug(own).starts_with(std::string(own) + "-"));
  CHECK(job_name("plan", "a\nb").starts_with("plan: a-b #"));
}

TEST_CASE("rule 14: names keep to 255, whole characters, and differ after shortening") {
  std::string characters;
  for (int count = 0; count < 100; ++count) characters += "日";
  for (const std::string& id : {std::string(400, 'y'), characters, "a" + characters, "ab" + characters}) {
    CHECK(job_name("apply", id).size() <= 255);
    CHECK(statelane::is_valid_utf8(job_name("apply", id)));
    CHECK(environment_name(id).size() <= 255);
    CHECK(slug(id).size() <= 128);
    CHECK(job_name("apply", id) != job_name("apply", id + "x"));
    CHECK(environment_name(id) != environment_name(id + "x"));
    CHECK(slug(id) != slug(id + "x"));
  }
}

TEST_CASE("rule 15: no job name is reserved, hidden or folded into a group") {
  for (const std::string& id : hostile_ids()) {
    for (const std::string& name : {job_name("plan", id), job_name("apply", id)}) {
      if (is_grouped_name(name) || is_reserved_name(name) || name.starts_with('.')) FAIL_CHECK(name);
      if (!statelane::is_valid_utf8(name) || name.size() > 255) FAIL_CHECK(name);
    }
  }
  CHECK(job_name("plan", "1/2").starts_with("plan: 1/2 #"));
  CHECK(job_name("plan", "[eu]").starts_with("plan: [eu] #"));
  CHECK(job_name("plan", "a/1/2") == "plan: a/1/2");
  CHECK(is_reserved_name("pages"));
  CHECK_FALSE(is_reserved_name("plan: pages"));
}

TEST_CASE("rule 15: names that fold into a group are the ones that GitLab's own pattern finds") {
  if (!has_ruby()) return;
  const std::vector<std::string> pieces = {"1", "23", "/",   ":",  " ",  "\\", "[",
                                           "]", "a",  "[x]", "\t", "\b", "#",  "plan:"};
  std::mt19937 random(5);
  std::vector<std::string> names;
  std::string text;
  for (int round = 0; round < 50'000; ++round) {
    std::string name;
    for (auto length = random() % 9; length > 0; --length) name += pieces[random() % pieces.size()];
    text += name + '\0';
    names.push_back(std::move(name));
  }
  const std::string answers = ask_ruby("grouped", text);
  REQUIRE(answers.size() == names.size());
  for (std::size_t index = 0; index < names.size(); ++index) {
    if (is_grouped_name(names[index]) != (answers[index] == '1')) FAIL_CHECK("\"" << names[index] << "\"");
  }
}

TEST_CASE("rule 16: environments and locks hold nothing that GitLab refuses or expands") {
  const std::regex allowed("[A-Za-z0-9_. -]([A-Za-z0-9_/. -]*[A-Za-z0-9_. -])?");
  for (const std::string& id : hostile_ids()) {
    const std::string name = environment_name(id);
    if (name.size() > 255 || !std::regex_match(name, allowed)) FAIL_CHECK(name);
  }
}

TEST_CASE("an environment's slug is GitLab's own") {
  const std::map<std::string, std::string> known = {{"prod-eu-west-1", "prod-eu-west-1"},
                                                    {"Prod", "prod-njlta9"},
                                                    {"prod/eu-west-1/network", "prod-eu-west-1-ne-qs6x7h"},
                                                    {"1st", "env-1st-sru2wu"},
                                                    {"app.v2", "app-v2-1mgp82"},
                                                    {"prod_db", "prod-db-zi27c3"},
                                                    {std::string(24, 'a'), std::string(24, 'a')},
                                                    {std::string(25, 'a'), "aaaaaaaaaaaaaaaaa-1n7uof"},
                                                    {"foo--bar", "foo-bar-q006cp"},
                                                    {"-x", "env-x-f5r59i"},
                                                    {"foo-", "foo"},
                                                    {"prod-é", "prod-97ob3z"}};
  for (const auto& [name, slug] : known) CHECK(environment_slug(name) == slug);
}

TEST_CASE("an environment's slug is GitLab's own for every name that an environment can have") {
  if (!has_ruby()) return;
  std::string text;
  std::vector<std::string> names;
  for (const std::string& id : hostile_ids()) names.push_back(environment_name(id));
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string name;
    for (auto length = random() % 30 + 1; length > 0; --length) name += "aZ09-_/. "[random() % 9];
    names.push_back(std::move(name));
  }
  for (const std::string& name : names) text += name + '\0';
  std::istringstream answers(ask_ruby("slug", text));
  for (const std::string& name : names) {
    std::string answer;
    REQUIRE(std::getline(answers, answer));
    if (environment_slug(name) != answer)
      FAIL_CHECK("\"" << name << "\": " << environment_slug(name) << ", not " << answer);
  }
}

TEST_CASE("rules 17 and 18: slugs and cache keys are one path component that no tool reads as something else") {
  const std::regex allowed("[A-Za-z0-9_][A-Za-z0-9._-]*");
  for (const std::string& id : hostile_ids()) {
    const std::string name = slug(id);
    if (name.size() > 128 || !std::regex_match(name, allowed) || name == "cache") FAIL_CHECK(name);
  }
}

TEST_CASE("different ids have different names") {
  check_injective([](const std::string& id) { return job_name("plan", id); });
  check_injective([](const std::string& id) { return environment_name(id); });
  check_injective([](const std::string& id) { return resource_group_key(id); });
  check_injective([](const std::string& id) { return slug(id); });
  check_injective([](const std::string& id) { return cache_key(id); });
}

TEST_CASE("GitLab carries ids that are UTF-8") {
  CHECK(can_carry("network/prod"));
  CHECK(can_carry("日本/🚀\n"));
  CHECK_FALSE(can_carry("a/\xff"));
}
