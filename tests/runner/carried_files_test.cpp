#include "runner/carried_files.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/digest.hpp"
#include "forked_helper.hpp"
#include "support/words_of_error.hpp"

namespace files = statelane::files;
using namespace statelane::runner;
using statelane::support::words_of_error;

namespace {

/// A checkout with a lane in `net/`.
struct Checkout {
  Scratch scratch;
  LaneDescription lane;
  JobEnvironment job;
  std::vector<std::string> untracked;

  Checkout() {
    lane.state_id = "net";
    lane.slug = "net";
    lane.project_directory = scratch.path;
    lane.directory = "net";
    lane.find_uncommitted = [this] { return untracked; };
    scratch.write("net/main.tf", "");
    files::make_private_directory(paths().directory);
  }
  ArtifactPaths paths() const { return artifact_paths(lane); }
  void make(const std::string& path, const std::string& text) {
    scratch.write(path, text);
    untracked.push_back(path);
  }
  void bring_artifacts_of(const Checkout& other) const {
    std::filesystem::copy(other.paths().files.path(), paths().files.path(), std::filesystem::copy_options::recursive);
  }
};

}  // namespace

TEST_CASE("files that git does not have go with the plan and are laid down where they are missing") {
  Checkout planning;
  planning.make("net/build/f.zip", "zip");
  planning.make("net/run.sh", "#!/bin/sh\n");
  std::filesystem::permissions(planning.scratch.path / "net/run.sh", std::filesystem::perms::owner_all);
  const std::vector<CarriedFile> files = carry_files(planning.lane, planning.job, planning.paths());
  CHECK(files == std::vector<CarriedFile>{{"net/build/f.zip", statelane::sha256_hex("zip"), 3, false},
                                          {"net/run.sh", statelane::sha256_hex("#!/bin/sh\n"), 10, true}});
  const Checkout applying;
  applying.bring_artifacts_of(planning);
  CHECK(find_changed_files(applying.lane, files).empty());
  lay_down_files(applying.lane, applying.paths(), files);
  CHECK(read_text(applying.scratch.path / "net/build/f.zip") == "zip");
  const auto rights = std::filesystem::status(applying.scratch.path / "net/run.sh").permissions();
  CHECK((rights & std::filesystem::perms::owner_exec) != std::filesystem::perms::none);
  lay_down_files(applying.lane, applying.paths(), files);  // what is there already stays
}

TEST_CASE("a file of the commit that was planned with other bytes gets those, unless this job wrote it too") {
  Checkout planning;
  planning.make("net/f.zip", "written by the plan");
  const std::vector<CarriedFile> files = carry_files(planning.lane, planning.job, planning.paths());
  Checkout applying;
  applying.bring_artifacts_of(planning);
  applying.scratch.write("net/f.zip", "of the commit");
  CHECK(find_changed_files(applying.lane, files).empty());
  lay_down_files(applying.lane, applying.paths(), files);
  CHECK(read_text(applying.scratch.path / "net/f.zip") == "written by the plan");
  applying.make("net/f.zip", "written by this job");
  CHECK(find_changed_files(applying.lane, files).size() == 1);
  lay_down_files(applying.lane, applying.paths(), files);  // where that was let pass
  CHECK(read_text(applying.scratch.path / "net/f.zip") == "written by this job");
}

TEST_CASE("what the tool leaves, and states, stay where they are") {
  Checkout planning;
  for (const char* name : {"net/.terraform.lock.hcl", "net/terraform.tfstate", "net/terraform.tfstate.backup",
                           "net/.terraform.tfstate.lock.info", "net/crash.log", "net/data/providers/p", "net/c/p"})
    planning.make(name, "x");
  planning.untracked.emplace_back("net/gone");
  planning.job.terraform = {{"TF_DATA_DIR", "data"},
                            {"TF_PLUGIN_CACHE_DIR", (planning.scratch.path / "net/c").string()}};
  CHECK(carry_files(planning.lane, planning.job, planning.paths()).empty());
  CHECK_FALSE(std::filesystem::exists(planning.paths().files.path()));
}

TEST_CASE("other bytes are told, but for files of which the plan holds what counts") {
  Checkout applying;
  applying.make("net/build/f.zip", "other");
  applying.make("net/job.auto.tfvars", "other");
  const std::vector<CarriedFile> planned = {{"net/build/f.zip", statelane::sha256_hex("zip"), 3, false},
                                            {"net/job.auto.tfvars", statelane::sha256_hex("a = 1"), 5, false}};
  const auto refusals = find_changed_files(applying.lane, planned);
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0] == Refusal{Guard::files,
                               "net/build/f.zip is not the file that was planned with: git does not have it so, and "
                               "this job has one with other bytes",
                               "let one job make it, and no script of the apply job; the plan brings it along"});
}

TEST_CASE("too much is refused with the largest file and the fix") {
  Checkout planning;
  planning.make("net/small", "x");
  planning.make("net/node_modules/big", "");
  std::filesystem::resize_file(planning.scratch.path / "net/node_modules/big", most_carried_bytes);
  CHECK(words_of_error([&] { carry_files(planning.lane, planning.job, planning.paths()); }) ==
        "refused to plan net: files that git does not have would go with the plan, and they are 80.0 MB in all, of at "
        "most 80.0 MB (the largest is net/node_modules/big, 80.0 MB)\n"
        "hint: keep what is only built from outside of the directories that the state reads, or upload it in a job of "
        "its own and read it by its address\n"
        "hint: to go on all the same: --allow-other-files");
  Checkout odd;
  odd.make("net/\xFF", "x");
  CHECK(words_of_error([&] { carry_files(odd.lane, odd.job, odd.paths()); })
            .starts_with("refused to plan net: files that git does not have would go with the plan, and they are not "
                         "all named in UTF-8 (net/\\xff)\n"));
  Checkout many;
  many.make("net/f", "");
  many.untracked.assign(most_carried_files + 1, "net/f");
  CHECK(
      words_of_error([&] { carry_files(many.lane, many.job, many.paths()); })
          .starts_with("refused to plan net: files that git does not have would go with the plan, and they are 10001, "
                       "of at most 10000 (such as net/f)\n"));
}

TEST_CASE("nothing is laid down that was not planned, or outside of the project") {
  Checkout applying;
  const std::string zip = statelane::sha256_hex("zip");
  files::make_private_directory(applying.paths().files);
  const auto refused = [&](const std::string& path) {
    return words_of_error([&] { lay_down_files(applying.lane, applying.paths(), {{path, zip, 3, false}}); });
  };
  const std::string sentence =
      "refused to apply net: {}, which was planned with, is not among the artifacts of the plan job as it was\n"
      "hint: retry the plan job and review its plan";
  CHECK(refused("net/f.zip") == fmt::format(fmt::runtime(sentence), "net/f.zip"));
  files::write(applying.paths().files / zip, "other");
  CHECK(refused("net/f.zip") == fmt::format(fmt::runtime(sentence), "net/f.zip"));
  files::write(applying.paths().files / zip, "zip");
  CHECK(refused("../out") == fmt::format(fmt::runtime(sentence), "../out"));
  const Scratch elsewhere;
  std::filesystem::create_symlink(elsewhere.path, applying.scratch.path / "net/link");
  CHECK(refused("net/link/f.zip") == fmt::format(fmt::runtime(sentence), "net/link/f.zip"));
  CHECK(std::filesystem::is_empty(elsewhere.path));
  CHECK(refused("net/f.zip").empty());
}
