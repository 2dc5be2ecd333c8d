#include "facts/fact_store.hpp"

#include "terraform/read_facts.hpp"

namespace statelane::facts {

const terraform::FileFacts& FactStore::configuration(const ContentId& id, terraform::Syntax syntax, const Read& read) {
  auto& known = configuration_[static_cast<std::size_t>(syntax)];
  auto found = known.find(id);
  if (found == known.end()) found = known.emplace(id, terraform::read_file_facts(read(), syntax)).first;
  return found->second;
}

const terraform::VariableFile& FactStore::variables(const ContentId& id, terraform::Syntax syntax, const Read& read) {
  auto& known = variables_[static_cast<std::size_t>(syntax)];
  auto found = known.find(id);
  if (found == known.end()) found = known.emplace(id, terraform::read_variable_file(read(), syntax)).first;
  return found->second;
}

const terraform::TemplateFile& FactStore::template_file(const ContentId& id, const Read& read) {
  auto found = templates_.find(id);
  if (found == templates_.end()) found = templates_.emplace(id, terraform::read_template_file(read())).first;
  return found->second;
}

}  // namespace statelane::facts
