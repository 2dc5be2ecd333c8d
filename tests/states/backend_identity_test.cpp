#include "states/backend_identity.hpp"

#include <doctest/doctest.h>

#include "states/path_inputs.hpp"

using namespace statelane;
using namespace statelane::states;

namespace {

BackendSettings settings(std::string type, const std::map<std::string, std::string>& values) {
  BackendSettings result{std::move(type), {}};
  for (const auto& [name, value] : values) result.values[name] = {value};
  return result;
}

BackendIdentity identity(std::string type, const std::map<std::string, std::string>& values,
                         const std::optional<std::string>& workspace = std::nullopt, std::string_view directory = "a") {
  return identify_backend(settings(std::move(type), values), workspace, RepoPath::of(directory));
}

using Known = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("s3: bucket, key, prefix of workspaces and endpoint; region, roles and locks tell nothing") {
  const Known base = {{"bucket", "b"}, {"key", "k"}};
  CHECK(identity("s3", base).known ==
        Known{{"bucket", "b"}, {"key", "k"}, {"workspace_key_prefix", "env:"}, {"endpoint", ""}});
  CHECK(identity("s3", base) == identity("s3", {{"bucket", "b"},
                                                {"key", "k"},
                                                {"region", "r"},
                                                {"role_arn", "x"},
                                                {"dynamodb_table", "t"},
                                                {"profile", "p"},
                                                {"use_lockfile", "true"}}));
  CHECK_FALSE(identity("s3", base) == identity("s3", {{"bucket", "b"}, {"key", "k"}, {"workspace_key_prefix", "w"}}));
  CHECK(identity("s3", {{"bucket", "b"}, {"key", "k"}, {"endpoint", "https://S3.example.com/"}}) ==
        identity("s3", {{"bucket", "b"}, {"key", "k"}, {"endpoints.s3", "https://s3.example.com"}}));
  CHECK(identity("s3", {{"key", "k"}}).unknown == std::vector<std::string>{"bucket"});
}

TEST_CASE("gcs: bucket and prefix, slashes around the prefix are nothing") {
  CHECK(identity("gcs", {{"bucket", "b"}, {"prefix", "/a/b/"}}).known == Known{{"bucket", "b"}, {"prefix", "a/b"}});
  CHECK(identity("gcs", {{"bucket", "b"}}).known == Known{{"bucket", "b"}, {"prefix", ""}});
  CHECK(identity("gcs", {{"bucket", "b"}, {"credentials", "x"}}) == identity("gcs", {{"bucket", "b"}}));
}

TEST_CASE("azurerm: account, container and key; the resource group is none") {
  const Known base = {{"storage_account_name", "s"}, {"container_name", "c"}, {"key", "k"}};
  Known more = base;
  more["resource_group_name"] = "g";
  more["use_azuread_auth"] = "true";
  CHECK(identity("azurerm", base).known == base);
  CHECK(identity("azurerm", more) == identity("azurerm", base));
}

TEST_CASE("http: the address without case of the host, default port, slash at the end and credentials") {
  const auto address = [](const std::string& text) { return identity("http", {{"address", text}}).known["address"]; };
  CHECK(address("https://GitLab.example.com:443/api/v4/projects/1/terraform/state/x/") ==
        "https://gitlab.example.com/api/v4/projects/1/terraform/state/x");
  CHECK(address("HTTP://user:secret@example.com:80/s") == "http://example.com/s");
  CHECK(address("https://example.com:8443/S") == "https://example.com:8443/S");
  CHECK(identity("http", {}).unknown == std::vector<std::string>{"address"});
  CHECK(identity("http", {{"address", "https://e.com/s"}, {"lock_address", "https://e.com/s/lock"}}) ==
        identity("http", {{"address", "https://e.com/s"}}));
}

TEST_CASE("local: the path from the state's directory") {
  CHECK(identity("local", {}, std::nullopt, "a/b").known == Known{{"path", "a/b/terraform.tfstate"}});
  CHECK(identity("local", {{"path", "../c/./x.tfstate"}}, std::nullopt, "a/b").known ==
        Known{{"path", "a/c/x.tfstate"}});
  CHECK(identity("local", {{"path", "/var/x.tfstate"}}).known == Known{{"path", "/var/x.tfstate"}});
  CHECK(identity("local", {{"path", absolute_text(RepoPath::of("m")) + "/../net/terraform.tfstate"}}).known ==
        Known{{"path", "net/terraform.tfstate"}});
}

TEST_CASE("remote and cloud: host, organisation and the workspace's name however it is written") {
  const Known named = {{"hostname", "app.terraform.io"}, {"organization", "o"}, {"workspaces.name", "w-prod"}};
  CHECK(identity("remote", {{"organization", "o"}, {"workspaces.name", "w-prod"}}).known == named);
  CHECK(identity("cloud", {{"organization", "o"}, {"workspaces.name", "w-prod"}}) ==
        identity("remote", {{"organization", "o"}, {"workspaces.name", "w-prod"}}));
  CHECK(identity("remote", {{"organization", "o"}, {"workspaces.prefix", "w-"}}, "prod").known == named);
  CHECK(identity("cloud", {{"organization", "o"}, {"workspaces.project", "p"}}, "w-prod").known == named);
  CHECK(identity("remote", {{"hostname", "TFE.example.com"}, {"organization", "o"}, {"workspaces.name", "w"}})
            .known["hostname"] == "tfe.example.com");
  const auto open = identity("remote", {{"organization", "o"}, {"workspaces.prefix", "w-"}});
  CHECK(match_identity(identity("remote", {{"organization", "o"}, {"workspaces.name", "w-prod"}}), open) ==
        IdentityMatch::possible);
  CHECK(match_identity(identity("remote", {{"organization", "o"}, {"workspaces.name", "x-prod"}}), open) ==
        IdentityMatch::different);
  CHECK(match_identity(identity("remote", {{"workspaces.name", "w-prod"}}),
                       identity("cloud", {{"organization", "o"}, {"workspaces.name", "w-prod"}})) ==
        IdentityMatch::possible);
}

TEST_CASE("consul: address and path") {
  CHECK(identity("consul", {{"address", "https://Consul.example.com/"}, {"path", "p"}, {"gzip", "true"}}).known ==
        Known{{"address", "https://consul.example.com"}, {"path", "p"}});
}

TEST_CASE("pg: server, database and schema; credentials and parameters tell nothing") {
  CHECK(identity("pg", {{"conn_str", "postgresql://me:secret@DB.example.com:5432/states?sslmode=require"}}).known ==
        Known{{"conn_str", "postgres://db.example.com/states"}, {"schema_name", "terraform_remote_state"}});
  CHECK(identity("pg", {{"conn_str", "host=db user=me"}}).known["conn_str"] == "host=db user=me");
}

TEST_CASE("kubernetes: namespace and suffix") {
  CHECK(identity("kubernetes", {{"secret_suffix", "s"}, {"config_path", "~/.kube/config"}}).known ==
        Known{{"namespace", "default"}, {"secret_suffix", "s"}});
}

TEST_CASE("oss and cos: bucket, prefix and key with their own defaults") {
  CHECK(identity("oss", {{"bucket", "b"}}).known ==
        Known{{"bucket", "b"}, {"prefix", "env:"}, {"key", "terraform.tfstate"}});
  CHECK(identity("cos", {{"bucket", "b"}, {"prefix", "p/"}, {"region", "r"}}).known ==
        Known{{"bucket", "b"}, {"prefix", "p"}, {"key", "terraform.tfstate"}});
}

TEST_CASE("a backend that is not known is told apart by all that is written") {
  CHECK(identity("artifactory", {{"repo", "r"}, {"subpath", "s"}}).known == Known{{"repo", "r"}, {"subpath", "s"}});
  CHECK(match_identity(identity("artifactory", {{"repo", "r"}}), identity("artifactory", {{"repo", "q"}})) ==
        IdentityMatch::different);
}

TEST_CASE("a workspace is part of the identity where somebody names one, on one side only it tells nothing") {
  const Known base = {{"bucket", "b"}, {"key", "k"}};
  CHECK(match_identity(identity("s3", base, "prod"), identity("s3", base, "prod")) == IdentityMatch::same);
  CHECK(match_identity(identity("s3", base, "prod"), identity("s3", base, "test")) == IdentityMatch::different);
  CHECK(match_identity(identity("s3", base), identity("s3", base, "test")) == IdentityMatch::same);
  CHECK(match_identity(identity("s3", base, "prod"), identity("s3", base)) == IdentityMatch::same);
}

TEST_CASE("what is not known is possible only beside something that is known, equal and telling") {
  const BackendIdentity stored = identity("s3", {{"bucket", "b"}, {"key", "net/prod/terraform.tfstate"}});
  BackendSettings wanted{"s3", {{"bucket", {"b"}}, {"key", {"net/", std::nullopt, "/terraform.tfstate"}}}};
  const auto match = [&] { return match_identity(identify_backend(wanted, std::nullopt, RepoPath()), stored); };
  CHECK(match() == IdentityMatch::possible);
  wanted.values["key"] = {std::nullopt};
  CHECK(match() == IdentityMatch::possible);
  wanted.values["key"] = {"dns/", std::nullopt};
  CHECK(match() == IdentityMatch::different);
  wanted.values["key"] = {"net/prod/terraform.tfstate", std::nullopt};
  CHECK(match() == IdentityMatch::possible);
  wanted.values["key"] = {"net/", std::nullopt, "prod/terraform.tfstate/more"};
  CHECK(match() == IdentityMatch::different);
  wanted.values = {{"bucket", {std::nullopt}}, {"key", {std::nullopt}}};
  CHECK(match() == IdentityMatch::different);
  wanted.values = {{"bucket", {"c"}}, {"key", {std::nullopt}}};
  CHECK(match() == IdentityMatch::different);
}

TEST_CASE("texts that are both known in part exclude each other by their ends") {
  const auto key = [](PartialText text) {
    return identify_backend({"s3", {{"bucket", {"b"}}, {"key", std::move(text)}}}, std::nullopt, RepoPath());
  };
  CHECK(match_identity(key({"net/", std::nullopt}), key({"net/prod", std::nullopt})) == IdentityMatch::possible);
  CHECK(match_identity(key({"net/", std::nullopt}), key({"dns/", std::nullopt})) == IdentityMatch::different);
  CHECK(match_identity(key({std::nullopt, ".a"}), key({std::nullopt, ".b"})) == IdentityMatch::different);
  CHECK(match_identity(key({std::nullopt, ".a"}), key({"x", std::nullopt})) == IdentityMatch::possible);
}

TEST_CASE("a local path that is known in part is resolved as far as it is known") {
  const auto reads = [](PartialText path) {
    return match_identity(identify_backend({"local", {{"path", std::move(path)}}}, std::nullopt, RepoPath::of("app")),
                          identity("local", {}, std::nullopt, "net/prod"));
  };
  CHECK(reads({"../net/", std::nullopt, "/terraform.tfstate"}) == IdentityMatch::possible);
  CHECK(reads({"../dns/", std::nullopt, "/terraform.tfstate"}) == IdentityMatch::different);
  CHECK(reads({"../net/", std::nullopt, "/../prod/terraform.tfstate"}) == IdentityMatch::different);
}

TEST_CASE("types are never mixed") {
  CHECK(match_identity(identity("s3", {{"bucket", "b"}, {"key", "k"}}), identity("gcs", {{"bucket", "b"}})) ==
        IdentityMatch::different);
}
