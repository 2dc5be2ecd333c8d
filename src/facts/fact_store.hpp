#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/content_id.hpp"
#include "facts/fact_cache.hpp"
#include "facts/own_repository.hpp"
#include "facts/record_store.hpp"
#include "terraform/file_facts.hpp"
#include "terraform/file_names.hpp"
#include "terraform/template_file.hpp"
#include "terraform/variable_file.hpp"

namespace statelane::facts {

/// A configuration file whose facts are wanted.
struct Wanted {
  ContentId id;  ///< zero where it is known only when the file has been read
  terraform::Syntax syntax = terraform::Syntax::native;
};

/// Facts about files by content: computed once however many trees and paths hold the same bytes, and taken from the
/// cache where that has them. References stay valid as long as the store.
class FactStore {
 public:
  using Read = std::function<std::string()>;

  FactStore() = default;
  /// With what earlier runs of the same `build` of the program left in `directory`.
  FactStore(const std::filesystem::path& directory, const std::string& build)
      : cache_(directory, build), records_(directory, build) {}

  /// The facts of a configuration file with content `id`; `read` is called only when they are not known yet.
  const terraform::FileFacts& configuration(const ContentId& id, terraform::Syntax syntax, const Read& read);

  /// The same for a file of variable values or backend settings.
  const terraform::VariableFile& variables(const ContentId& id, terraform::Syntax syntax, const Read& read);

  /// The same for a template.
  const terraform::TemplateFile& template_file(const ContentId& id, const Read& read);

  /// What a file with content `id` says apart from its layout, see `terraform::token_digest`.
  const std::string& token_digest(const ContentId& id, terraform::Syntax syntax, const Read& read);

  /// Takes the bytes of the file at `index` among the wanted; may be called from several threads at once.
  using Take = std::function<void(std::size_t index, const ContentId& id, std::string bytes)>;
  /// Reads the files at these indexes and hands each to `take`.
  using ReadAll = std::function<void(std::span<const std::size_t> indexes, const Take& take)>;

  /// Makes the facts of many configuration files known, on several threads. Only those are read whose facts are neither
  /// known nor in the cache, and those whose content is not known, each content once.
  void read_configurations(std::span<const Wanted> wanted, const ReadAll& read_all);

  /// What earlier runs worked out of many files together; see there.
  RecordStore& records() { return records_; }

  /// How the repository is called whose trees are read.
  void set_own_repository(OwnRepository own) { own_ = std::move(own); }
  const OwnRepository& own_repository() const { return own_; }

  /// Keeps what this store had to compute in the cache, and the new records. Faults there do not matter.
  void save() const;

 private:
  void save_facts() const;
  template <typename Facts>
  std::optional<Facts> recall(const ContentId& id, std::uint64_t kind) const;

  std::unordered_map<ContentId, terraform::FileFacts> configuration_[2];
  std::unordered_map<ContentId, terraform::VariableFile> variables_[2];
  std::unordered_map<ContentId, terraform::TemplateFile> templates_;
  std::unordered_map<ContentId, std::string> token_digests_[2];
  FactCache cache_;
  RecordStore records_;
  OwnRepository own_;
};

}  // namespace statelane::facts
