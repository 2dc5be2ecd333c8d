#include "repo/loose_objects.hpp"

#include <fmt/format.h>
#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <sstream>

#include "base/error.hpp"
#include "repo/git_library.hpp"
#include "repo/object_id.hpp"
#include "repo/pack_index.hpp"
#include "repo/read_file.hpp"

namespace statelane::repo {

namespace {

namespace fs = std::filesystem;

constexpr int deepest_alternate = 5;  // git's own limit

struct LooseObject {
  git_object_t type = GIT_OBJECT_INVALID;
  std::string bytes;
  std::string fault;  ///< why there is none; empty when there is
};

/// Inflates a zlib stream into an object's header and bytes, the first `most` bytes of them at least; ends at once,
/// with a fault, when it is cut off or damaged.
LooseObject inflate_stream(std::string_view compressed, std::size_t most) {
  LooseObject result;
  z_stream stream{};
  int state = inflateInit(&stream);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string piece(std::min<std::size_t>(most, 65536), '\0');
  bool is_cut_off = false;
  while (state == Z_OK && !is_cut_off && result.bytes.size() < most) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    state = inflate(&stream, Z_NO_FLUSH);
    const std::size_t count = piece.size() - stream.avail_out;
    result.bytes.append(piece, 0, count);
    is_cut_off = state == Z_BUF_ERROR || (state == Z_OK && count == 0);
  }
  if (is_cut_off) {
    result.fault = "its file is cut off";
  } else if (state != Z_OK && state != Z_STREAM_END) {
    result.fault = stream.msg != nullptr ? stream.msg : zError(state);
  }
  inflateEnd(&stream);
  return result;
}

/// A loose object is `type SP size NUL bytes`, deflated. Takes the header off; returns the size that it names.
std::size_t take_header(LooseObject& object) {
  const std::size_t space = object.bytes.find(' ');
  const std::size_t end = object.bytes.find('\0');
  std::size_t size = 0;
  if (end != std::string::npos && space < end) {
    object.type = git_object_string2type(object.bytes.substr(0, space).c_str());
    std::from_chars(object.bytes.data() + space + 1, object.bytes.data() + end, size);
  }
  if (object.type == GIT_OBJECT_INVALID) {
    object.fault = "its header is wrong";
  } else {
    object.bytes.erase(0, end + 1);
  }
  return size;
}

/// `commit 18446744073709551615` has 27 bytes.
constexpr std::size_t longest_header = 64;

/// No more is inflated than the header names, and that is bounded: a stream may go on for ever, and a header may lie.
LooseObject parse_object(std::string_view compressed) {
  LooseObject beginning = inflate_stream(compressed, longest_header);
  const std::size_t size = beginning.fault.empty() ? take_header(beginning) : 0;
  if (!beginning.fault.empty()) return beginning;
  if (const std::size_t most = std::min(largest_object, ObjectLimit::most()); size > most) {
    beginning.fault = fmt::format("its header names {} bytes, and more than {} are not read", size, most);
    return beginning;
  }
  LooseObject object = inflate_stream(compressed, size + longest_header + 1);
  if (object.fault.empty() && (take_header(object) != size || object.bytes.size() != size))
    object.fault = "its header is wrong";
  return object;
}

struct LooseBackend : git_odb_backend {
  fs::path objects;

  fs::path path_of(const git_oid& id) const {
    const std::string digits = object_digits(ContentId::from_bytes({id.id, GIT_OID_RAWSZ}), GIT_OID_RAWSZ);
    return objects / digits.substr(0, 2) / digits.substr(2);
  }
};

int fail(const std::string& fault) {
  git_error_set_str(GIT_ERROR_ODB, ("the loose object cannot be read: " + fault).c_str());
  return -1;
}

/// The first `most` bytes of the object's file.
int read_compressed(const git_odb_backend* backend, const git_oid& id, std::size_t most, std::string& result) {
  std::error_code fault;
  auto compressed = read_file_start(static_cast<const LooseBackend*>(backend)->path_of(id), most, fault);
  if (fault == std::errc::no_such_file_or_directory || fault == std::errc::not_a_directory) return GIT_ENOTFOUND;
  if (!compressed) return fail(fault.message());
  result = *std::move(compressed);
  return 0;
}

// libgit2's interface: out-parameters, and no exception may pass.

int read_object(void** data, std::size_t* size, git_object_t* type, git_odb_backend* backend, const git_oid* id) {
  std::string compressed;
  if (const int fault = read_compressed(backend, *id, std::string::npos, compressed); fault != 0) return fault;
  const LooseObject object = parse_object(compressed);
  if (!object.fault.empty()) return fail(object.fault);
  *data = git_odb_backend_data_alloc(backend, object.bytes.size() + 1);
  if (*data == nullptr) return -1;
  std::memcpy(*data, object.bytes.c_str(), object.bytes.size() + 1);
  *size = object.bytes.size();
  *type = object.type;
  return 0;
}

int read_header(std::size_t* size, git_object_t* type, git_odb_backend* backend, const git_oid* id) {
  std::string compressed;
  if (const int fault = read_compressed(backend, *id, 4096, compressed); fault != 0) return fault;
  LooseObject object = inflate_stream(compressed, longest_header);
  if (object.fault.empty()) *size = take_header(object);
  if (!object.fault.empty()) return fail(object.fault);
  *type = object.type;
  return 0;
}

int exists(git_odb_backend* backend, const git_oid* id) {
  std::error_code fault;
  return fs::exists(static_cast<LooseBackend*>(backend)->path_of(*id), fault) ? 1 : 0;
}

/// The one object whose digits begin like the first `length` of `prefix`.
int exists_prefix(git_oid* result, git_odb_backend* backend, const git_oid* prefix, std::size_t length) {
  const std::string digits =
      object_digits(ContentId::from_bytes({prefix->id, GIT_OID_RAWSZ}), GIT_OID_RAWSZ).substr(0, length);
  if (length < 2) return GIT_EAMBIGUOUS;
  std::error_code fault;
  std::string found;
  fs::directory_iterator entry(static_cast<LooseBackend*>(backend)->objects / digits.substr(0, 2), fault);
  for (; !fault && entry != fs::directory_iterator(); entry.increment(fault)) {
    const std::string name = digits.substr(0, 2) + entry->path().filename().string();
    if (name.size() != GIT_OID_HEXSZ || !name.starts_with(digits)) continue;
    if (!found.empty()) return GIT_EAMBIGUOUS;
    found = name;
  }
  return found.empty() ? static_cast<int>(GIT_ENOTFOUND) : git_oid_fromstr(result, found.c_str());
}

int read_prefix(git_oid* id, void** data, std::size_t* size, git_object_t* type, git_odb_backend* backend,
                const git_oid* prefix, std::size_t length) {
  if (const int fault = exists_prefix(id, backend, prefix, length); fault != 0) return fault;
  return read_object(data, size, type, backend, id);
}

void free_backend(git_odb_backend* backend) { std::unique_ptr<LooseBackend>(static_cast<LooseBackend*>(backend)); }

git_odb_backend* make_loose_backend(const fs::path& objects) {
  auto backend = std::make_unique<LooseBackend>();
  git_odb_init_backend(backend.get(), GIT_ODB_BACKEND_VERSION);
  backend->objects = objects;
  backend->read = read_object;
  backend->read_prefix = read_prefix;
  backend->read_header = read_header;
  backend->exists = exists;
  backend->exists_prefix = exists_prefix;
  backend->free = free_backend;
  return backend.release();
}

void collect_alternates(const fs::path& objects, int depth, std::vector<fs::path>& result) {
  std::istringstream lines(read_administration(objects / "info" / "alternates"));
  for (std::string line; depth <= deepest_alternate && std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const fs::path other = (objects / line).lexically_normal();
    if (std::find(result.begin(), result.end(), other) != result.end()) continue;
    result.push_back(other);
    collect_alternates(other, depth + 1, result);
  }
}

}  // namespace

std::vector<fs::path> read_alternates(const fs::path& objects) {
  std::vector<fs::path> result;
  collect_alternates(objects, 1, result);
  return result;
}

bool has_multi_pack_index(const fs::path& objects) {
  std::error_code fault;
  return fs::exists(fs::symlink_status(objects / "pack" / "multi-pack-index", fault)) ||
         fs::exists(fs::symlink_status(objects / "pack" / "multi-pack-index.d", fault));
}

std::vector<fs::path> list_pack_indexes(const fs::path& objects) {
  std::vector<fs::path> result;
  std::error_code fault;
  for (fs::directory_iterator entry(objects / "pack", fault), end; !fault && entry != end; entry.increment(fault))
    if (entry->path().extension() == ".idx") result.push_back(entry->path());
  std::sort(result.begin(), result.end());
  return result;
}

void add_pack(git_odb* database, const fs::path& index, int priority) {
  git_odb_backend* pack = nullptr;
  if (git_odb_backend_one_pack(&pack, index.c_str()) == 0) git_odb_add_backend(database, pack, priority);
}

GitOdb open_object_database(const fs::path& objects) {
  git_odb* raw = nullptr;
  if (git_odb_new(&raw) != 0) throw Error(ErrorKind::environment, last_git_error());
  GitOdb database(raw);
  std::vector<fs::path> directories = read_alternates(objects);
  directories.insert(directories.begin(), objects);
  int priority = static_cast<int>(directories.size()) * 2;
  for (const fs::path& directory : directories) {
    git_odb_backend* packs = nullptr;
    // A donor that is gone has no packs; what it held is reported when it is asked for. libgit2 1.5 believes an index
    // of several packs, and that of one, and reads beyond their ends where they are damaged: then the packs are read
    // one by one, and what a damaged one held is reported when it is asked for.
    std::vector<fs::path> indexes = list_pack_indexes(directory);
    const std::size_t damaged = std::erase_if(indexes, [](const fs::path& index) { return !stays_in_its_pack(index); });
    if (damaged > 0 || has_multi_pack_index(directory)) {
      for (const fs::path& index : indexes) add_pack(raw, index, priority);
      --priority;
    } else if (git_odb_backend_pack(&packs, directory.c_str()) == 0) {
      git_odb_add_backend(raw, packs, priority--);
    }
    git_odb_add_backend(raw, make_loose_backend(directory), priority--);
  }
  return database;
}

}  // namespace statelane::repo
