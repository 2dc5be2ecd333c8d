#include "states/tree_records.hpp"

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
  auto& [wanted, is_alternative, has_password, place] = read;
  archive(wanted, is_alternative, has_password, place);
}

template <typename Archive>
void describe(Archive& archive, Unknown& unknown) {
  auto& [place, what] = unknown;
  archive(place, what);
}

template <typename Archive>
void describe(Archive& archive, BackendSettings& settings) {
  auto& [type, values, is_open] = settings;
  archive(type, values, is_open);
}

template <typename Archive>
void describe(Archive& archive, WorkspaceNames& found) {
  auto& [names, has_prefix] = found;
  archive(names, has_prefix);
}

template <typename Archive>
void describe(Archive& archive, Closure& closure) {
  // Those of units are worked out each time.
  auto& [inputs, reads, unknown, backend, dependencies, reads_workspace, workspace_names] = closure;
  archive(inputs, reads, unknown, backend, reads_workspace, workspace_names);
  (void)dependencies;
}

template <typename Archive>
void describe(Archive& archive, Answer& answer) {
  auto& [bytes] = answer;
  archive(bytes);
}

template <typename Archive>
void describe(Archive& archive, AnsweredQuestion& question) {
  auto& [kind, path, answer] = question;
  archive(kind, path, answer);
}

template <typename Archive>
void describe(Archive& archive, ScannedDirectory& directory) {
  auto& [path, configuration, variables, others, has_lock_file, has_infrastructure] = directory;
  archive(path, configuration, variables, others, has_lock_file, has_infrastructure);
}

template <typename Archive>
void describe(Archive& archive, Scan& scan) {
  auto& [directories, links, submodules] = scan;
  archive(directories, links, submodules);
}

template <typename Archive>
void describe(Archive& archive, BackendWords& words) {
  auto& [type, file, line, is_partial] = words;
  archive(type, file, line, is_partial);
}

template <typename Archive>
void describe(Archive& archive, DirectoryWords& words) {
  auto& [backend, is_loaded, has_faults] = words;
  archive(backend, is_loaded, has_faults);
}

template <typename Archive>
void describe(Archive& archive, WordsRecord& record) {
  auto& [directory, tool, module, words] = record;
  archive(directory, tool, module, words);
}

namespace {

ContentId key_of(std::string_view name) {
  Sha256 digest;
  digest.add_field(name);
  return ContentId::from_bytes(digest.finish());
}

/// Of the second record with a key.
ContentId other_key(ContentId key) {
  key.bytes.back() ^= 1;
  return key;
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

ContentId key_of_closure(const RepoPath& directory, const Instance& instance, const config::Settings& settings,
                         const config::Config& config, std::span<const std::string> own_addresses) {
  Sha256 digest;
  digest.add_field("closure");
  digest.add_field(directory.str());
  digest.add_field(instance.name ? "@" + *instance.name : "");
  add_paths(digest, instance.var_files);
  digest.add_field(std::to_string(instance.backend_config.size()));
  for (const BackendArgument& argument : instance.backend_config)
    digest.add_field(argument.file ? "file " + argument.file->str() : "setting " + argument.setting);
  digest.add_field(std::to_string(instance.variables.size()));
  for (const LaneVariable& variable : instance.variables) digest.add_field(variable.name + "=" + variable.value);
  digest.add_field(instance.workspace);
  digest.add_field(std::to_string(static_cast<int>(tool_of(settings))));
  digest.add_field(std::to_string(own_addresses.size()));
  for (const std::string& address : own_addresses) digest.add_field(address);
  add_globs(digest, config.global_inputs);
  if (settings.inputs) add_globs(digest, *settings.inputs);
  return ContentId::from_bytes(digest.finish());
}

TreeRecords::TreeRecords(facts::RecordStore& store) : store_(store) {
  store_.start();
  const auto bytes = store_.find(key_of("words"));
  if (!bytes) return;
  std::vector<WordsRecord> records;
  ArchiveReader reader(*bytes);
  reader(records);
  if (!reader.is_at_end()) return;
  for (WordsRecord& record : records) {
    RepoPath directory = record.directory;
    earlier_words_.emplace(std::move(directory), std::move(record));
  }
}

Scan TreeRecords::find_scan() const {
  Scan scan;
  const auto bytes = store_.find(key_of("scan"));
  if (!bytes) return scan;
  ArchiveReader reader(*bytes);
  reader(scan);
  return reader.is_at_end() ? std::move(scan) : Scan();
}

std::optional<DirectoryWords> TreeRecords::find_words(const RepoPath& directory, terraform::Tool tool,
                                                      Answers& answers) const {
  const auto found = earlier_words_.find(directory);
  if (found == earlier_words_.end() || found->second.tool != tool) return std::nullopt;
  const bool is_same = answers.is_still(Question::Kind::module, directory.str(), found->second.module);
  return is_same ? std::optional(found->second.words) : std::nullopt;
}

void TreeRecords::keep_words(const RepoPath& directory, terraform::Tool tool, Answers& answers,
                             const DirectoryWords& words) {
  if (!is_on()) return;
  const auto found = earlier_words_.find(directory);
  const bool is_same =
      found != earlier_words_.end() && answers.is_still(Question::Kind::module, directory.str(), found->second.module);
  words_.push_back(
      {directory, tool, is_same ? found->second.module : answers.find({Question::Kind::module, directory}), words});
}

template <typename Holds>
std::optional<RecordedClosure> TreeRecords::read_closure(const ContentId& key, const Holds& holds) const {
  const auto bytes = store_.find(key);
  if (!bytes) return std::nullopt;
  ArchiveReader reader(*bytes);
  std::vector<AnsweredQuestion> questions;
  reader(questions);
  if (!std::all_of(questions.begin(), questions.end(), holds)) return std::nullopt;
  std::optional<RecordedClosure> found(std::in_place);
  found->origin = bytes->substr(0, bytes->size() - reader.rest().size());
  reader(found->closure);
  return reader.is_at_end() ? std::move(found) : std::nullopt;
}

std::optional<RecordedClosure> TreeRecords::find_closure(const ContentId& key, Answers& answers) {
  const ContentId other = other_key(key);
  const auto is_still = [&](const AnsweredQuestion& question) {
    return answers.is_still(question.kind, question.path, question.answer);
  };
  // The other record is of a tree that is older than the one that changes are told from.
  const auto is_same = [&](const AnsweredQuestion& question) {
    return answers.is_same(question.kind, question.path, question.answer);
  };
  if (auto closure = read_closure(key, is_still)) {
    store_.keep_found(key, key);
    store_.keep_found(other, other);
    return closure;
  }
  // A base and a head take turns: what holds for one of them stays there beside the other's.
  store_.keep_found(other, key);
  auto closure = read_closure(other, is_same);
  if (closure) store_.keep_found(key, other);
  return closure;
}

RecordedClosure TreeRecords::keep_closure(const ContentId& key, const Trace& trace, Answers& answers, Closure closure) {
  RecordedClosure recorded{std::move(closure)};
  if (!is_on() || trace.is_spoilt()) return recorded;
  std::vector<AnsweredQuestion> questions;
  questions.reserve(trace.questions().size());
  for (const Question& question : trace.questions()) {
    questions.push_back({question.kind, question.path.str(), answers.find(question)});
  }
  ArchiveWriter writer;
  writer(questions);
  recorded.origin = writer.bytes;
  writer(recorded.closure);
  store_.keep(key, std::move(writer.bytes));
  return recorded;
}

std::vector<AnsweredQuestion> read_origin(std::string_view origin) {
  std::vector<AnsweredQuestion> questions;
  ArchiveReader reader(origin);
  reader(questions);
  return questions;
}

void TreeRecords::finish(const ContentId& tree, const Scan& scan) {
  if (!is_on()) return;
  ArchiveWriter words;
  words(words_);
  store_.keep(key_of("words"), std::move(words.bytes));
  if (!tree.is_zero()) {
    Scan copy = scan;
    ArchiveWriter writer;
    writer(copy);
    store_.keep(key_of("scan"), std::move(writer.bytes));
  }
  store_.turn(tree);
}

}  // namespace statelane::states
