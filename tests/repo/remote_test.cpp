#include <doctest/doctest.h>

#include "repo/repository.hpp"
#include "support/test_repo.hpp"
#include "support/words_of_error.hpp"

using namespace statelane;

TEST_CASE("commits are fetched by their ids, and one that origin lacks hinders no other") {
  const support::TestRepo origin;
  origin.write("a", "1");
  const std::string first = origin.commit();
  origin.write("a", "2");
  const std::string second = origin.commit();
  origin.git({"checkout", "-q", "--orphan", "other"});
  const std::string other = origin.commit();
  const std::string tree = origin.git({"rev-parse", "HEAD^{tree}"});
  origin.git({"checkout", "-q", "main"});
  const support::TestRepo clone = origin.clone({"--depth=1", "--single-branch"});
  const repo::Repository repository = repo::Repository::open(clone.path());
  const std::string gone(40, 'a');
  const auto failed = repository.fetch_commits({first, second, gone, other, "main"}, std::chrono::seconds(60));
  CHECK(failed ==
        std::map<std::string, std::string>{{gone, "origin does not have it"}, {"main", "it is no commit id"}});
  CHECK(repository.find_commit(first));
  CHECK(repository.find_commit(other));
  CHECK(clone.git({"config", "--get-regexp", "remote\\.origin\\..*"}).find("promisor") == std::string::npos);
  CHECK(repository.fetch_commits({tree}, std::chrono::seconds(60)) ==
        std::map<std::string, std::string>{{tree, "it is no commit"}});
}

TEST_CASE("the refs of origin are listed by how their names begin, as many as may be") {
  const support::TestRepo origin;
  origin.write("a", "1");
  const std::string commit = origin.commit();
  origin.git({"update-ref", "refs/environments/a/deployments/1", commit});
  origin.git({"update-ref", "refs/heads/refs/environments/b", commit});
  const support::TestRepo clone = origin.clone();
  const repo::Repository repository = repo::Repository::open(clone.path());
  const auto refs = repository.remote_refs({"refs/environments/"}, std::chrono::seconds(60));
  REQUIRE(refs.size() == 1);
  CHECK(refs.front().name == "refs/environments/a/deployments/1");
  CHECK(refs.front().commit == commit);
  CHECK(clone.git({"for-each-ref", "refs/statelane", "refs/environments"}).empty());
  // Each by itself, and none of another name.
  for (const std::string name : {"b", "bc", "c"})
    origin.git({"update-ref", "refs/environments/" + name + "/deployments/1", commit});
  std::vector<std::string> names;
  for (const auto& ref : repository.remote_refs(
           {"refs/environments/b/", "refs/environments/c/", "refs/environments/d/"}, std::chrono::seconds(60)))
    names.push_back(ref.name);
  CHECK(names == std::vector<std::string>{"refs/environments/b/deployments/1", "refs/environments/c/deployments/1"});
  CHECK(support::words_of_error([&] {
          repository.remote_refs({"refs/"}, std::chrono::seconds(60), 10);
        }).find("origin has more refs than can be read") != std::string::npos);
  clone.git({"remote", "set-url", "origin", "/nowhere"});
  CHECK(support::words_of_error([&] {
          repository.remote_refs({"refs/"}, std::chrono::seconds(60));
        }).find("cannot ask origin for its refs: '/nowhere' does not appear to be a git repository") !=
        std::string::npos);
}
