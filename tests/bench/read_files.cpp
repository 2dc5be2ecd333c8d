// The floor under every scan: reads the same files as a scan does and does nothing with them.
// usage: read_files objects DIRECTORY REVISION [ENDINGS]   blobs through libgit2, hash verification off, one thread
//        read_files disk DIRECTORY [ENDINGS]               a work tree, two threads
// ENDINGS: comma-separated, default `.tf`. Prints the number of files and bytes.

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <git2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

extern "C" void statelane_keep_network_out();

namespace {

struct Sum {
  std::size_t files = 0;
  std::size_t bytes = 0;
};

std::vector<std::string> endings = {".tf"};

bool is_wanted(std::string_view name) {
  for (const std::string& ending : endings) {
    if (name.ends_with(ending)) return true;
  }
  return false;
}

void must(int outcome) {
  if (outcome == 0) return;
  fmt::print(stderr, "read_files: {}\n", git_error_last()->message);
  std::exit(1);
}

void read_tree(git_repository* repository, git_odb* objects, const git_oid* id, Sum& sum) {
  git_tree* tree = nullptr;
  must(git_tree_lookup(&tree, repository, id));
  for (std::size_t index = 0; index < git_tree_entrycount(tree); ++index) {
    const git_tree_entry* entry = git_tree_entry_byindex(tree, index);
    if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) read_tree(repository, objects, git_tree_entry_id(entry), sum);
    if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB || !is_wanted(git_tree_entry_name(entry))) continue;
    git_odb_object* object = nullptr;
    must(git_odb_read(&object, objects, git_tree_entry_id(entry)));
    ++sum.files;
    sum.bytes += git_odb_object_size(object);
    git_odb_object_free(object);
  }
  git_tree_free(tree);
}

Sum read_objects(const char* directory, const std::string& revision) {
  statelane_keep_network_out();
  git_libgit2_init();
  git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  git_repository* repository = nullptr;
  must(git_repository_open(&repository, directory));
  git_odb* objects = nullptr;
  must(git_repository_odb(&objects, repository));
  git_object* tree = nullptr;
  must(git_revparse_single(&tree, repository, (revision + "^{tree}").c_str()));
  Sum sum;
  read_tree(repository, objects, git_object_id(tree), sum);
  return sum;
}

/// Directories that wait to be read, for both threads together.
class Walk {
 public:
  explicit Walk(std::string root) : pending_({std::move(root)}) {}

  void run() {
    std::vector<char> buffer(1 << 20);
    Sum sum;
    for (std::string directory; take(directory);) read_directory(directory, buffer, sum);
    const std::lock_guard lock(mutex_);
    sum_.files += sum.files;
    sum_.bytes += sum.bytes;
  }

  Sum sum() const { return sum_; }

 private:
  bool take(std::string& directory) {
    std::unique_lock lock(mutex_);
    if (is_busy_) --busy_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !pending_.empty() || busy_ == 0; });
    is_busy_ = !pending_.empty();
    if (!is_busy_) return false;
    ++busy_;
    directory = std::move(pending_.back());
    pending_.pop_back();
    return true;
  }

  void read_directory(const std::string& directory, std::vector<char>& buffer, Sum& sum) {
    DIR* handle = opendir(directory.c_str());
    if (handle == nullptr) return;
    while (const dirent* entry = readdir(handle)) {
      if (entry->d_name[0] == '.') continue;
      if (entry->d_type == DT_DIR) {
        const std::lock_guard lock(mutex_);
        pending_.push_back(directory + "/" + entry->d_name);
        changed_.notify_one();
      } else if (is_wanted(entry->d_name)) {
        const int file = openat(dirfd(handle), entry->d_name, O_RDONLY);
        for (ssize_t count = 1; count > 0;) {
          count = read(file, buffer.data(), buffer.size());
          sum.bytes += count > 0 ? static_cast<std::size_t>(count) : 0;
        }
        close(file);
        ++sum.files;
      }
    }
    closedir(handle);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> pending_;
  std::size_t busy_ = 0;
  static thread_local bool is_busy_;
  Sum sum_;
};

thread_local bool Walk::is_busy_ = false;

Sum read_disk(const char* directory) {
  Walk walk(directory);
  std::thread other([&] { walk.run(); });
  walk.run();
  other.join();
  return walk.sum();
}

void set_endings(std::string_view list) {
  endings.clear();
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    endings.emplace_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
}

}  // namespace

int main(int count, char** arguments) {
  const bool is_objects = count >= 4 && std::strcmp(arguments[1], "objects") == 0;
  const bool is_disk = count >= 3 && std::strcmp(arguments[1], "disk") == 0;
  if (!is_objects && !is_disk) {
    fmt::print(stderr,
               "usage: read_files objects DIRECTORY REVISION [ENDINGS] | read_files disk DIRECTORY [ENDINGS]\n");
    return 2;
  }
  const int last = is_objects ? 4 : 3;
  if (count > last) set_endings(arguments[last]);
  const Sum sum = is_objects ? read_objects(arguments[2], arguments[3]) : read_disk(arguments[2]);
  fmt::print("{} files, {} bytes\n", sum.files, sum.bytes);
  return 0;
}
