#pragma once

#include <functional>
#include <string>
#include <unordered_map>

#include "base/content_id.hpp"
#include "terraform/file_facts.hpp"
#include "terraform/file_names.hpp"
#include "terraform/template_file.hpp"
#include "terraform/variable_file.hpp"

namespace statelane::facts {

/// Facts about files by content: computed once however many trees and paths hold the same bytes. References stay valid
/// as long as the store.
class FactStore {
 public:
  using Read = std::function<std::string()>;

  /// The facts of a configuration file with content `id`; `read` is called only when they are not known yet.
  const terraform::FileFacts& configuration(const ContentId& id, terraform::Syntax syntax, const Read& read);

  /// The same for a file of variable values or backend settings.
  const terraform::VariableFile& variables(const ContentId& id, terraform::Syntax syntax, const Read& read);

  /// The same for a template.
  const terraform::TemplateFile& template_file(const ContentId& id, const Read& read);

 private:
  std::unordered_map<ContentId, terraform::FileFacts> configuration_[2];
  std::unordered_map<ContentId, terraform::VariableFile> variables_[2];
  std::unordered_map<ContentId, terraform::TemplateFile> templates_;
};

}  // namespace statelane::facts
