#include "states/lane_records.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/archive.hpp"
#include "base/digest.hpp"

namespace statelane::states {

// Found by the archives through the types' own namespace, so they lie there.

template <typename Archive>
void describe(Archive& archive, Place& place) {
  auto& [file, line] = place;
  archive(file, line);
}

template <typename Archive>
void describe(Archive& archive, Reach& reach) {
  auto& [via, place] = reach;
  archive(via, place);
}

template <typename Archive>
void describe(Archive& archive, Input& input) {
  auto& [kind, path, glob, reached] = input;
  archive(kind, path, glob, reached);
}

template <typename Archive>
void describe(Archive& archive, BackendIdentity& identity) {
  auto& [type, known, partial, unknown] = identity;
  archive(type, known, partial, unknown);
}

template <typename Archive>
void describe(Archive& archive, RemoteRead& read) {
  auto& [wanted, is_alternative, place] = read;
  archive(wanted, is_alternative, place);
}

template <typename Archive>
void describe(Archive& archive, Unknown& unknown) {
  auto& [place, what] = unknown;
  archive(place, what);
}

template <typename Archive>
void describe(Archive& archive, BackendSettings& settings) {
  auto& [type, values] = settings;
  archive(type, values);
}

template <typename Archive>
void describe(Archive& archive, Closure& closure) {
  auto& [inputs, reads, unknown, backend] = closure;
  archive(inputs, reads, unknown, backend);
}

template <typename Archive>
void describe(Archive& archive, Question& question) {
  auto& [kind, path] = question;
  archive(kind, path);
}

template <typename Archive>
void describe(Archive& archive, Answer& answer) {
  for (std::uint8_t& byte : answer.bytes) archive(byte);
}

template <typename Archive>
void describe(Archive& archive, ClosureRecord& record) {
  auto& [questions, answers, closure] = record;
  archive(questions, answers, closure);
}

template <typename Archive>
void describe(Archive& archive, DirectoryWords::Block& block) {
  auto& [type, file, line, is_partial] = block;
  archive(type, file, line, is_partial);
}

template <typename Archive>
void describe(Archive& archive, DirectoryWords& words) {
  auto& [backend, is_loaded, has_faults] = words;
  archive(backend, is_loaded, has_faults);
}

namespace {

template <typename T>
std::string encode(T value) {
  ArchiveWriter writer;
  writer(value);
  return std::move(writer.bytes);
}

template <typename T>
std::optional<T> decode(std::string_view bytes) {
  std::optional<T> value(std::in_place);
  ArchiveReader reader(bytes);
  reader(*value);
  if (!reader.is_at_end()) value.reset();
  return value;
}

void add_globs(Sha256& digest, std::span<const config::Located> globs) {
  digest.add_field(std::to_string(globs.size()));
  for (const config::Located& glob : globs) {
    digest.add_field(glob.text);
    digest.add_field(std::to_string(glob.range.begin.line));
  }
}

void add_paths(Sha256& digest, std::span<const RepoPath> paths) {
  digest.add_field(std::to_string(paths.size()));
  for (const RepoPath& path : paths) digest.add_field(path.str());
}

}  // namespace

std::string encode_record(ClosureRecord record) { return encode(std::move(record)); }

std::optional<ClosureRecord> decode_record(std::string_view bytes) {
  auto record = decode<ClosureRecord>(bytes);
  if (record && record->questions.size() != record->answers.size()) record.reset();
  return record;
}

ContentId key_of_closure(const RepoPath& directory, const Instance& instance, const config::Settings& settings,
                         const config::Config& config) {
  Sha256 digest;
  digest.add_field("closure");
  digest.add_field(directory.str());
  digest.add_field(instance.name ? "@" + *instance.name : "");
  add_paths(digest, instance.var_files);
  add_paths(digest, instance.backend_files);
  digest.add_field(instance.workspace);
  digest.add_field(std::to_string(static_cast<int>(tool_of(settings))));
  add_globs(digest, config.global_inputs);
  if (settings.inputs) add_globs(digest, *settings.inputs);
  return ContentId::from_bytes(digest.finish());
}

ContentId LaneRecords::key_of_words(const RepoPath& directory, terraform::Tool tool) {
  const Answer& content = answers_.find({Question::Kind::module, directory});
  Sha256 digest;
  digest.add_field("directory");
  digest.add_field(directory.str());
  digest.add_field(std::to_string(static_cast<int>(tool)));
  digest.add({reinterpret_cast<const char*>(content.bytes.data()), content.bytes.size()});
  return ContentId::from_bytes(digest.finish());
}

std::optional<DirectoryWords> LaneRecords::find_words(const RepoPath& directory, terraform::Tool tool) {
  if (store_.empty()) return std::nullopt;
  const ContentId key = key_of_words(directory, tool);
  for (const std::string_view bytes : store_.find(key)) {
    auto words = decode<DirectoryWords>(bytes);
    if (!words) continue;
    store_.keep_found(key, bytes);
    return words;
  }
  return std::nullopt;
}

void LaneRecords::keep_words(const RepoPath& directory, terraform::Tool tool, const DirectoryWords& words) {
  if (is_on()) store_.keep(key_of_words(directory, tool), encode(words));
}

std::optional<Closure> LaneRecords::find_closure(const ContentId& key) {
  for (const std::string_view bytes : store_.find(key)) {
    auto record = decode_record(bytes);
    if (!record) continue;
    const bool holds = std::equal(record->questions.begin(), record->questions.end(), record->answers.begin(),
                                  [&](const Question& question, const Answer& answer) {
                                    return static_cast<std::size_t>(question.kind) < question_kinds &&
                                           answers_.find(question) == answer;
                                  });
    if (!holds) continue;
    store_.keep_found(key, bytes);
    return std::move(record->closure);
  }
  return std::nullopt;
}

void LaneRecords::keep_closure(const ContentId& key, const Trace& trace, const Closure& closure) {
  if (!is_on() || trace.is_spoilt()) return;
  ClosureRecord record;
  record.closure = closure;
  record.questions.assign(trace.questions().begin(), trace.questions().end());
  for (const Question& question : record.questions) record.answers.push_back(answers_.find(question));
  store_.keep(key, encode_record(std::move(record)));
}

}  // namespace statelane::states
