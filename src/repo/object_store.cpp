#include "repo/object_store.hpp"

#include <fmt/format.h>
#include <git2.h>

#include <algorithm>
#include <mutex>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "repo/git_program.hpp"
#include "repo/loose_objects.hpp"
#include "repo/object_id.hpp"

namespace statelane::repo {

namespace {

constexpr std::size_t most_ids_in_a_fetch = 1000;  // 41 bytes each, far below the system's limit for arguments

git_oid to_oid(const ContentId& id) {
  git_oid oid;
  std::copy_n(id.bytes.begin(), GIT_OID_RAWSZ, oid.id);
  return oid;
}

/// Old gits wrote more modes than today's five; what counts is the type and the owner's execute bit.
EntryKind kind_of_mode(std::string_view digits) {
  unsigned mode = 0;
  for (const char digit : digits) mode = mode * 8 + static_cast<unsigned>(digit - '0');
  switch (mode & 0170000U) {
    case 0040000: return EntryKind::directory;
    case 0120000: return EntryKind::symlink;
    case 0160000: return EntryKind::submodule;
    default: return (mode & 0100U) != 0 ? EntryKind::executable : EntryKind::file;
  }
}

bool is_possible_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

}  // namespace

std::optional<std::vector<TreeEntry>> parse_tree(std::string_view bytes, std::size_t id_size) {
  std::vector<TreeEntry> entries;
  entries.reserve(bytes.size() / (id_size + 16) + 1);
  while (!bytes.empty()) {
    const std::size_t space = bytes.find(' ');
    const std::size_t end = space == std::string_view::npos ? space : bytes.find('\0', space);
    if (end == std::string_view::npos || bytes.size() < end + 1 + id_size) return std::nullopt;
    TreeEntry entry;
    entry.kind = kind_of_mode(bytes.substr(0, space));
    entry.name = bytes.substr(space + 1, end - space - 1);
    entry.id = ContentId::from_bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()) + end + 1, id_size});
    if (!is_possible_name(entry.name)) return std::nullopt;
    entries.push_back(std::move(entry));
    bytes.remove_prefix(end + 1 + id_size);
  }
  // git sorts directories as if their name ended in a slash.
  const auto by_name = [](const TreeEntry& left, const TreeEntry& right) { return left.name < right.name; };
  if (!std::is_sorted(entries.begin(), entries.end(), by_name)) std::sort(entries.begin(), entries.end(), by_name);
  const auto is_same = [](const TreeEntry& left, const TreeEntry& right) { return left.name == right.name; };
  if (std::adjacent_find(entries.begin(), entries.end(), is_same) != entries.end()) return std::nullopt;
  return entries;
}

ObjectStore::ObjectStore(std::filesystem::path git_directory, GitOdb database, std::size_t id_size)
    : git_directory_(git_directory),
      database_(std::move(database)),
      id_size_(id_size),
      cat_file_(std::move(git_directory)) {}

std::string ObjectStore::read(const ContentId& id, std::string_view type) {
  auto [object, reason] = read_from(database_.get(), id);
  if (!object) return read_from_git(id, type, reason);
  if (object->type != type) {
    throw Error(ErrorKind::environment,
                fmt::format("object {} is a {}, not a {}", object_digits(id, id_size_), object->type, type));
  }
  return std::move(object->bytes);
}

std::vector<std::size_t> ObjectStore::read_blobs(std::span<const ContentId> ids, std::size_t most_bytes,
                                                 const std::function<void(std::size_t, std::string)>& take) {
  std::vector<std::size_t> missed;
  std::mutex mutex;
  // One database for each thread: those that share one wait for each other.
  std::vector<GitOdb> databases(worker_limit());
  for_each_in_parallel(ids.size(), [&](std::size_t worker, std::size_t index) {
    if (worker != 0 && databases[worker] == nullptr && !directory_.empty()) {
      databases[worker] = open_object_database(directory_);
    }
    git_odb* database = databases[worker] == nullptr ? database_.get() : databases[worker].get();
    const ObjectLimit limit(most_bytes);
    Answer answer = read_from(database, ids[index]);
    if (answer.object && answer.object->bytes.size() <= most_bytes && answer.object->type == "blob") {
      take(index, std::move(answer.object->bytes));
      return;
    }
    const std::lock_guard lock(mutex);
    missed.push_back(index);
  });
  std::sort(missed.begin(), missed.end());
  return missed;
}

std::span<const TreeEntry> ObjectStore::tree(const ContentId& id) {
  const auto known = trees_.find(id);
  if (known != trees_.end()) return known->second;
  auto entries = parse_tree(read(id, "tree"), id_size_);
  if (!entries) {
    throw Error(ErrorKind::environment, fmt::format("the tree object {} is damaged", object_digits(id, id_size_)),
                {"git fsck tells what is damaged"});
  }
  return trees_.emplace(id, *std::move(entries)).first->second;
}

std::optional<std::uint64_t> ObjectStore::blob_size(const ContentId& id) const {
  const git_oid oid = to_oid(id);
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  const bool is_found = database_ != nullptr && git_odb_read_header(&size, &type, database_.get(), &oid) == 0;
  return is_found && type == GIT_OBJECT_BLOB ? std::optional<std::uint64_t>(size) : std::nullopt;
}

bool ObjectStore::has(const ContentId& id) const {
  const git_oid oid = to_oid(id);
  return database_ != nullptr && git_odb_exists_ext(database_.get(), &oid, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
}

void ObjectStore::fetch(std::span<const ContentId> ids) {
  for (std::size_t begin = 0; begin < ids.size(); begin += most_ids_in_a_fetch) {
    // What git itself runs for a missing object, for many at once.
    std::vector<std::string> arguments = {"-c",
                                          "fetch.negotiationAlgorithm=noop",
                                          "fetch",
                                          "--quiet",
                                          "--no-tags",
                                          "--no-write-fetch-head",
                                          "--recurse-submodules=no",
                                          "--filter=blob:none",
                                          "--no-auto-maintenance",
                                          "--end-of-options",
                                          promisor_};
    for (const ContentId& id : ids.subspan(begin, std::min(most_ids_in_a_fetch, ids.size() - begin))) {
      arguments.push_back(object_digits(id, id_size_));
    }
    try_git({GitPlace::Kind::git_directory, git_directory_}, std::move(arguments), std::chrono::minutes(5));
  }
  refresh();
}

void ObjectStore::set_directory(std::filesystem::path objects) {
  directory_ = std::move(objects);
  if (has_multi_pack_index(directory_)) packs_ = list_pack_indexes(directory_);
}

void ObjectStore::refresh() {
  if (database_ == nullptr) return;
  git_odb_refresh(database_.get());
  if (packs_.empty()) return;
  std::vector<std::filesystem::path> now = list_pack_indexes(directory_);
  for (const std::filesystem::path& index : now)
    if (!std::binary_search(packs_.begin(), packs_.end(), index)) add_pack(database_.get(), index, 1);
  packs_ = std::move(now);
}

ObjectStore::Answer ObjectStore::read_from(git_odb* database, const ContentId& id) {
  if (database == nullptr) return {};
  const git_oid oid = to_oid(id);
  git_odb_object* raw = nullptr;
  if (const int fault = git_odb_read(&raw, database, &oid); fault != 0) {
    return {std::nullopt, fault == GIT_ENOTFOUND ? std::string() : last_git_error()};
  }
  const GitOdbObject object(raw);
  GitObjectBytes result;
  result.type = git_object_type2string(git_odb_object_type(raw));
  result.bytes.assign(static_cast<const char*>(git_odb_object_data(raw)), git_odb_object_size(raw));
  return {std::move(result), {}};
}

std::string ObjectStore::read_from_git(const ContentId& id, std::string_view type, const std::string& reason) {
  const std::string digits = object_digits(id, id_size_);
  // git believes the header of a loose object, and waits for as many bytes as that names.
  const bool is_lying = reason.find(lying_header) != std::string::npos;
  std::optional<GitObjectBytes> object;
  try {
    if (!is_lying) object = cat_file_.read(digits);
  } catch (const Error& error) {
    const std::string first = reason.empty() ? std::string() : reason + "; ";
    throw Error(error.kind(), fmt::format("object {}: {}{}", digits, first, error.what()),
                error.hints().empty() ? remedies() : error.hints());
  }
  if (!object) {
    const std::string what = reason.empty() ? " is not in this repository" : ": " + reason;
    throw Error(ErrorKind::environment, fmt::format("object {}{}", digits, what), remedies());
  }
  if (object->type != type) {
    throw Error(ErrorKind::environment, fmt::format("object {} is a {}, not a {}", digits, object->type, type));
  }
  return std::move(object->bytes);
}

std::vector<std::string> ObjectStore::remedies() const {
  if (is_partial())
    return {fmt::format("partial clone: \"{}\" must be reachable, or clone without --filter", promisor_)};
  if (is_shallow_) return {deepen_hint};
  for (const std::filesystem::path& donor : read_alternates(directory_)) {
    std::error_code fault;
    if (!std::filesystem::is_directory(donor, fault))
      return {
          fmt::format("objects/info/alternates names {}, which is not there: clone without --reference and --shared, "
                      "or with --dissociate",
                      donor.string())};
  }
  return {"git fsck tells what is damaged or missing"};
}

}  // namespace statelane::repo
