#include "base/files.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/scratch_directory.hpp"

namespace files = statelane::files;
namespace fs = std::filesystem;
using files::Place;
using statelane::Error;
using statelane::support::ScratchDirectory;

namespace {

std::string fault_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what() + (error.hints().empty() ? std::string() : "\n" + error.hints().front());
  }
  return "none";
}

void make_socket(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const statelane::FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

/// What may stand in the place of a file, with what a fault calls it.
struct Obstacle {
  std::string name;
  std::function<void(const fs::path&)> make;
};

std::vector<Obstacle> obstacles(const fs::path& victim) {
  return {{"it is a symbolic link", [victim](const fs::path& path) { fs::create_symlink(victim, path); }},
          {"it is a symbolic link", [](const fs::path& path) { fs::create_symlink("/nonexistent", path); }},
          {"it is a symbolic link", [](const fs::path& path) { fs::create_symlink("/dev/zero", path); }},
          {"it is a FIFO", [](const fs::path& path) { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }},
          {"it is a socket", make_socket},
          {"it is a directory", [](const fs::path& path) { fs::create_directory(path); }}};
}

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("a file is written whole, for its owner only, and read back") {
  const ScratchDirectory scratch;
  const Place place{scratch.path(), "a/b/c.txt"};
  files::make_private_directory(place.parent());
  files::write(place, "one");
  files::write(place, "two");
  CHECK(files::read(place, 3) == "two");
  CHECK(files::read_start(place, 2) == "tw");
  CHECK(files::read_start(place, 9) == "two");
  CHECK(files::read_end(place, 2) == "wo");
  CHECK(files::read_end(place, 9) == "two");
  CHECK(files::exists(place));
  CHECK(mode_of(place.path()) == 0600);
  CHECK(mode_of(scratch.path() / "a") == 0700);
  CHECK(files::list(place.parent()) == std::vector<std::string>{"c.txt"});
  CHECK(fault_of([&] { files::read(place, 2); }) == "cannot read " + place.string() + ": it is larger than 2 bytes");
  files::remove(place);
  CHECK_FALSE(files::read(place, 3));
}

TEST_CASE("what is not there is nothing to read, to list or to remove") {
  const ScratchDirectory scratch;
  const Place place{scratch.path(), "missing/file"};
  CHECK_FALSE(files::read(place, 1));
  CHECK_FALSE(files::read_end(place, 1));
  CHECK_FALSE(files::exists(place));
  CHECK(files::list(place).empty());
  files::remove(place);
  CHECK(fault_of([&] { files::write(place, ""); }) == "cannot write " + place.string() + ": No such file or directory");
  CHECK(fault_of([&] { files::open(place); }) == "cannot read " + place.string() + ": No such file or directory");
}

TEST_CASE("nothing is read through what stands in the place of a file, and nothing waits for it") {
  const ScratchDirectory scratch;
  scratch.write("victim", "precious");
  for (const Obstacle& obstacle : obstacles(scratch.path() / "victim")) {
    const Place place{scratch.path(), "file"};
    obstacle.make(place.path());
    const std::string expected = "cannot read " + place.string() + ": " + obstacle.name +
                                 "\nremove it, also from the repository where that holds it";
    CHECK(fault_of([&] { files::read(place, 100); }) == expected);
    CHECK(fault_of([&] { files::read_end(place, 100); }) == expected);
    CHECK(fault_of([&] { files::exists(place); }) == expected);
    fs::remove(place.path());
  }
}

TEST_CASE("a device is not read, and a file is not a directory") {
  CHECK(fault_of([] {
          files::read({"/dev", "zero"}, 100);
        }) == "cannot read /dev/zero: it is a device\nremove it, also from the repository where that holds it");
  const ScratchDirectory scratch;
  scratch.write("file", "");
  CHECK(fault_of([&] {
          files::make_private_directory({scratch.path(), "file/below"});
        }) == "cannot create " + (scratch.path() / "file").string() +
                  ": it is a file\nremove it, also from the repository where that holds it");
}

TEST_CASE("what stands in the place of a file is replaced, never written through; a directory is refused") {
  const ScratchDirectory scratch;
  scratch.write("victim", "precious");
  const std::vector<std::function<void(const Place&)>> writers = {
      [](const Place& place) { files::write(place, "text"); },
      [](const Place& place) {
        const statelane::FileDescriptor file = files::create(place);
        CHECK(::write(file.get(), "text", 4) == 4);
      }};
  for (const auto& write : writers) {
    for (const Obstacle& obstacle : obstacles(scratch.path() / "victim")) {
      const Place place{scratch.path(), "file"};
      obstacle.make(place.path());
      const std::string fault = fault_of([&] { write(place); });
      if (obstacle.name == "it is a directory") {
        CHECK(fault == "cannot write " + place.string() +
                           ": it is a directory\nremove it, also from the repository "
                           "where that holds it");
      } else {
        CHECK(fault == "none");
        CHECK(files::read(place, 100) == "text");
        CHECK(mode_of(place.path()) == 0600);
      }
      fs::remove(place.path());
    }
  }
  CHECK(files::read({scratch.path(), "victim"}, 100) == "precious");
  CHECK_FALSE(fs::exists("/nonexistent"));
}

TEST_CASE("no directory on the way may be a link, and nothing leaves the root") {
  const ScratchDirectory scratch;
  fs::create_directories(scratch.path() / "elsewhere/sub");
  scratch.write("elsewhere/sub/file", "precious");
  fs::create_symlink("elsewhere", scratch.path() / "link");
  const Place place{scratch.path(), "link/sub/file"};
  const std::string reason = (scratch.path() / "link").string() + ": it is a symbolic link\n" +
                             "remove it, also from the repository where that holds it";
  CHECK(fault_of([&] { files::read(place, 100); }) == "cannot read " + reason);
  CHECK(fault_of([&] { files::write(place, "x"); }) == "cannot write " + reason);
  CHECK(fault_of([&] { files::create(place); }) == "cannot write " + reason);
  CHECK(fault_of([&] { files::remove(place); }) == "cannot remove " + reason);
  CHECK(fault_of([&] { files::list(place.parent()); }) == "cannot read " + reason);
  CHECK(fault_of([&] { files::make_private_directory(place.parent()); }) == "cannot create " + reason);
  CHECK(fault_of([&] {
          files::read({scratch.path() / "elsewhere", "../link/sub/file"}, 100);
        }) == "cannot read " + (scratch.path() / "elsewhere/..").string() + ": it leaves its directory");
  // However the root is reached is trusted.
  CHECK(files::read({scratch.path() / "link", "sub/file"}, 100) == "precious");
  CHECK(files::read({scratch.path(), "elsewhere/sub/file"}, 100) == "precious");
}

TEST_CASE("a path of the user is trusted down to where we work") {
  const fs::path working = "/srv/tree";
  const auto split = [&](const fs::path& path) {
    const Place place = files::place_of(path, working);
    return place.root.string() + " | " + place.name.string();
  };
  CHECK(split("a/b") == "/srv/tree | a/b");
  CHECK(split("./a/../b") == "/srv/tree | b");
  CHECK(split("/srv/tree/a/b") == "/srv/tree | a/b");
  CHECK(split("/srv/treehouse/a") == "/srv/treehouse | a");
  CHECK(split("../a/b") == "/srv/tree/../a | b");
  CHECK(split("/dev/stdout") == "/dev | stdout");
}

TEST_CASE("a draft that is not kept leaves nothing, and what was there stays") {
  const ScratchDirectory scratch;
  const Place place{scratch.path(), "file"};
  files::write(place, "old");
  {
    files::Draft draft(place);
    draft.write("new");
  }
  CHECK(files::list({scratch.path(), ""}) == std::vector<std::string>{"file"});
  CHECK(files::read(place, 100) == "old");
}

TEST_CASE("what its owner and mode forbid has a hint") {
  const ScratchDirectory scratch;
  fs::create_directory(scratch.path() / "closed");
  fs::permissions(scratch.path() / "closed", fs::perms::none);
  // Root may do anything.
  const bool is_root = ::geteuid() == 0;
  constexpr uid_t nobody = 65534;
  if (is_root) fs::permissions(scratch.path(), fs::perms::all);
  if (is_root) REQUIRE(::seteuid(nobody) == 0);
  const std::string fault = fault_of([&] { files::write(Place{scratch.path(), "closed/file"}, "x"); });
  if (is_root) REQUIRE(::seteuid(0) == 0);
  CHECK(fault.find(
            "Permission denied\nlook at its owner and mode (ls -ld): the user of the job's image, or an earlier job's, "
            "is the usual cause") != std::string::npos);
}
