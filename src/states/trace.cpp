#include "states/trace.hpp"

#include <algorithm>

#include "base/digest.hpp"

namespace statelane::states {

namespace {

Answer shorten(std::span<const std::uint8_t> digest) {
  Answer answer{};
  std::copy_n(digest.begin(), answer.bytes.size(), answer.bytes.begin());
  return answer;
}

Answer bytes_of(std::uint64_t number) {
  Answer answer{};
  for (std::size_t index = 0; index < sizeof number; ++index) {
    answer.bytes[index] = static_cast<std::uint8_t>(number >> (8 * index));
  }
  return answer;
}

Answer digest_links(std::span<const RepoPath> links, std::span<const RepoPath> submodules) {
  Sha256 digest;
  for (const RepoPath& link : links) digest.add_field(link.str());
  digest.add_field("");
  for (const RepoPath& submodule : submodules) digest.add_field(submodule.str());
  return shorten(digest.finish());
}

Answer digest_configuration(std::span<const ScannedDirectory> directories) {
  Sha256 digest;
  for (const ScannedDirectory& directory : directories) {
    if (directory.configuration.empty()) continue;
    digest.add_field(directory.path.str());
    digest.add_field(directory.configuration.front());
  }
  return shorten(digest.finish());
}

}  // namespace

Answer answer_names(std::span<const repo::TreeEntry> entries) {
  Sha256 digest;
  for (const repo::TreeEntry& entry : entries) {
    digest.add_field(entry.name);
    const auto kind = static_cast<char>(entry.kind);
    digest.add({&kind, 1});
  }
  return shorten(digest.finish());
}

Answer answer_content(const ContentId& id) { return shorten(id.bytes); }

std::span<const repo::TreeEntry> TracedTree::list(const RepoPath& directory) const {
  note(Question::Kind::names, directory);
  return tree_.list(directory);
}

std::string TracedTree::read(const RepoPath& path) const {
  note(Question::Kind::content, path);
  return tree_.read(path);
}

std::vector<std::size_t> TracedTree::read_all(std::span<const RepoPath> paths, std::uint64_t most_bytes,
                                              const Take& take) const {
  for (const RepoPath& path : paths) note(Question::Kind::content, path);
  return tree_.read_all(paths, most_bytes, take);
}

ContentId TracedTree::content_id(const RepoPath& path) const {
  note(Question::Kind::content, path);
  return tree_.content_id(path);
}

std::uint64_t TracedTree::size(const RepoPath& path) const {
  note(Question::Kind::size, path);
  return tree_.size(path);
}

const Answer& Answers::find(const Question& question) {
  auto& known = known_[static_cast<std::size_t>(question.kind)];
  const auto found = known.find(question.path);
  return found != known.end() ? found->second : known.emplace(question.path, work_out(question)).first->second;
}

bool Answers::is_still(Question::Kind kind, std::string_view path, const Answer& answer) {
  return (kind != Question::Kind::state_directory && !changed_.touches(path)) || is_same(kind, path, answer);
}

bool Answers::is_same(Question::Kind kind, std::string_view path, const Answer& answer) {
  const auto parsed = RepoPath::parse(path);
  return parsed && static_cast<std::size_t>(kind) < question_kinds && find({kind, *parsed}) == answer;
}

Answer Answers::work_out(const Question& question) {
  switch (question.kind) {
    case Question::Kind::names: return answer_names(tree_.list(question.path));
    case Question::Kind::content: return answer_content(tree_.content_id(question.path));
    case Question::Kind::module: return shorten(modules_.fingerprint(question.path));
    case Question::Kind::links:
      return digest_links(scan_.links_below(question.path), scan_.submodules_below(question.path));
    case Question::Kind::configuration: return digest_configuration(scan_.below(question.path));
    case Question::Kind::size: return bytes_of(tree_.size(question.path));
    case Question::Kind::state_directory: return Answer{{state_directories_.contains(question.path)}};
  }
  return {};
}

}  // namespace statelane::states
