#include "cli/each_record.hpp"

#include "base/archive.hpp"
#include "base/build_id.hpp"
#include "cli/open_facts.hpp"
#include "facts/write_file.hpp"
#include "repo/read_file.hpp"

namespace statelane::cli {

namespace {

std::filesystem::path file_of(const std::filesystem::path& directory) { return directory / "each.record"; }

}  // namespace

template <typename Archive>
void describe(Archive& archive, EachOptions& each) {
  auto& [command, parallel, modules, by_order, reverse, keep_going, is_plan, is_resumed] = each;
  archive(command, parallel, modules, by_order, reverse, keep_going, is_plan, is_resumed);
}

template <typename Archive>
void describe(Archive& archive, EachRecord& record) {
  Options& options = record.options;
  archive(options.range, options.base, options.head, options.since, options.staged, options.all, options.state_globs,
          options.dependents, options.drop_untouched, options.ignore_format, options.output, options.config_file,
          options.each, record.done);
}

bool keep_each_record(const repo::Repository& repository, const Options& options, const EachRecord& record) {
  const auto directory = cache_directory(repository, options);
  if (!directory) return false;
  ArchiveWriter writer;
  std::string id = build_id();
  EachRecord written = record;
  writer(id, written);
  std::error_code fault;
  std::filesystem::create_directories(*directory, fault);
  return facts::write_file(file_of(*directory), writer.bytes);
}

void drop_each_record(const repo::Repository& repository, const Options& options) {
  std::error_code fault;
  if (const auto directory = cache_directory(repository, options)) std::filesystem::remove(file_of(*directory), fault);
}

std::optional<EachRecord> find_each_record(const repo::Repository& repository, const Options& options) {
  const auto directory = cache_directory(repository, options);
  std::error_code fault;
  const auto bytes = directory ? repo::read_whole_file(file_of(*directory), fault) : std::nullopt;
  if (!bytes) return std::nullopt;
  ArchiveReader reader(*bytes);
  std::string id;
  EachRecord record;
  reader(id, record);
  if (!reader.is_at_end() || id != build_id()) return std::nullopt;
  return record;
}

}  // namespace statelane::cli
