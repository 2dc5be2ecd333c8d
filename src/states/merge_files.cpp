#include "states/merge_files.hpp"

#include <algorithm>

#include "terraform/file_names.hpp"

namespace statelane::states {

namespace {

using terraform::ModuleCall;
using terraform::NamedExpression;
using terraform::RemoteState;

ModuleCall overridden(ModuleCall base, const ModuleCall& by) {
  if (by.source != nullptr) base.source = by.source;
  if (!by.loops.empty()) base.loops = by.loops;
  base.has_instances = base.has_instances || by.has_instances;
  return base;
}

RemoteState overridden(RemoteState base, const RemoteState& by) {
  if (by.backend != nullptr) base.backend = by.backend;
  if (by.config != nullptr) base.config = by.config;
  if (by.workspace != nullptr) base.workspace = by.workspace;
  if (!by.loops.empty()) base.loops = by.loops;
  return base;
}

class Merger {
 public:
  Merger(const LoadedFile& file, terraform::Tool tool, Module& module)
      : file_(file),
        module_(module),
        is_override_(terraform::is_override_name(file.path.name())),
        is_alternative_(tool == terraform::Tool::unknown && terraform::is_tofu_name(file.path.name())) {}

  void merge() {
    for (const NamedExpression& local : file_.facts->locals) define(module_.locals[local.name].alternatives, local);
    for (const NamedExpression& output : file_.facts->outputs)
      define(module_.outputs[output.name].alternatives, output);
    for (const terraform::PlainObject& object : file_.facts->objects)
      module_.objects.push_back({&object, is_alternative_});
    for (const terraform::Variable& variable : file_.facts->variables) {
      Module::Variable& merged = module_.variables[variable.name];
      // An override leaves as it is what it does not give.
      const bool is_given = variable.value != nullptr || !is_override_ || merged.alternatives.empty();
      if (is_given) define(merged.alternatives, variable);
      if (variable.type != nullptr) merged.type = variable.type;
    }
    for (const auto& backend : file_.facts->backends) {
      if (!is_alternative_) module_.backends.clear();
      module_.backends.push_back({&backend, &file_});
    }
    for (const ModuleCall& call : file_.facts->modules) merge_call(call);
    for (const RemoteState& block : file_.facts->remote_states) merge_remote_state(block);
  }

 private:
  template <typename Definition>
  void define(std::vector<const Definition*>& alternatives, const Definition& definition) const {
    if (!is_alternative_) alternatives.clear();
    alternatives.push_back(&definition);
  }

  void merge_call(const ModuleCall& call) {
    if (!is_override_) return module_.calls.push_back({call, &file_});
    bool is_merged = false;
    for (std::size_t index = 0, size = module_.calls.size(); index < size; ++index) {
      if (module_.calls[index].call.name != call.name) continue;
      is_merged = true;
      Module::Call merged = module_.calls[index];
      merged.call = overridden(merged.call, call);
      merged.overrides.push_back(&call);
      if (call.source != nullptr) {
        merged.file = &file_;
        merged.call.line = call.line;
      }
      if (is_alternative_) {
        module_.calls.push_back(std::move(merged));
      } else {
        module_.calls[index] = std::move(merged);
      }
    }
    if (!is_merged) module_.calls.push_back({call, &file_});
  }

  void merge_remote_state(const RemoteState& block) {
    bool is_merged = false;
    for (std::size_t index = 0, size = module_.remote_states.size(); is_override_ && index < size; ++index) {
      Module::Read& base = module_.remote_states[index];
      if (base.block.address != block.address) continue;
      is_merged = true;
      const Module::Read merged{overridden(base.block, block), base.file};
      if (is_alternative_) {
        module_.remote_states.push_back(merged);
      } else {
        base = merged;
      }
    }
    if (!is_merged) module_.remote_states.push_back({block, &file_});
  }

  const LoadedFile& file_;
  Module& module_;
  bool is_override_;
  bool is_alternative_;  ///< only one of the tools that may run reads it
};

}  // namespace

void merge_file(const LoadedFile& file, terraform::Tool tool, Module& module) { Merger(file, tool, module).merge(); }

}  // namespace statelane::states
