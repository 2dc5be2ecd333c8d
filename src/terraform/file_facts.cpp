#include "terraform/file_facts.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "terraform/name_uses.hpp"
#include "terraform/references.hpp"
#include "terraform/workspace_names.hpp"

namespace statelane::terraform {

namespace {

using namespace std::string_view_literals;
using hcl::Block;
using hcl::Body;
using hcl::Expression;
using hcl::ExpressionKind;

/// Arguments of a `module` block that belong to Terraform and not to the module.
bool is_meta_argument(std::string_view name) {
  constexpr std::array names = {"source"sv, "version"sv, "providers"sv, "depends_on"sv, "count"sv, "for_each"sv};
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What these say of themselves in their blocks is what others read of them: no provider changes it.
bool is_plain_type(std::string_view type) {
  constexpr std::array types = {"archive_file"sv,     "local_file"sv,    "local_sensitive_file"sv,
                                "null_data_source"sv, "null_resource"sv, "terraform_data"sv};
  return std::find(types.begin(), types.end(), type) != types.end();
}

/// Gathers the facts of one file.
class Extractor {
 public:
  FileFacts extract(const Body& body) {
    for (const Block& block : body.blocks) visit(block);
    const NameUses uses = find_name_uses(body);
    facts_.open_names = copy(uses.open);
    facts_.source_names = copy(uses.sources);
    if (uses.open.contains({"terraform"sv, "workspace"sv})) facts_.workspaces = workspaces_of(body);
    facts_.modules = facts_.arena.copy(std::span<const ModuleCall>(modules_));
    facts_.backends = facts_.arena.copy(std::span<const Backend>(backends_));
    facts_.remote_states = facts_.arena.copy(std::span<const RemoteState>(remote_states_));
    facts_.locals = facts_.arena.copy(std::span<const NamedExpression>(locals_));
    facts_.variables = facts_.arena.copy(std::span<const Variable>(variables_));
    facts_.outputs = facts_.arena.copy(std::span<const NamedExpression>(outputs_));
    facts_.objects = facts_.arena.copy(std::span<const PlainObject>(objects_));
    facts_.references = facts_.arena.copy(std::span<const FileReference>(references_));
    return std::move(facts_);
  }

 private:
  std::span<const std::string_view> copy(const Names& names) {
    std::vector<std::string_view> copies;
    for (const auto& [root, name] : names)
      copies.push_back(facts_.arena.copy(std::string(root) + "." + std::string(name)));
    std::sort(copies.begin(), copies.end());
    return facts_.arena.copy(std::span<const std::string_view>(copies));
  }

  std::span<const std::string_view> workspaces_of(const Body& body) {
    std::vector<std::string_view> names;
    for (const std::string_view name : find_workspace_names(body)) names.push_back(facts_.arena.copy(name));
    return facts_.arena.copy(std::span<const std::string_view>(names));
  }

  /// `each` and `count` of a block. True when it has them.
  bool push_loop(const Body& body) {
    if (const hcl::Attribute* for_each = body.find("for_each")) {
      loops_.push({Loop::Kind::for_each, {}, "each"sv, for_each->value});
      return true;
    }
    if (const hcl::Attribute* count = body.find("count")) {
      loops_.push({Loop::Kind::count, {}, "count"sv, count->value});
      return true;
    }
    return false;
  }

  void visit(const Block& block) {
    const bool has_loop = push_loop(*block.body);
    visit_kind(block);
    if (has_loop) loops_.pop();
  }

  void visit_kind(const Block& block) {
    if (block.type == "terraform") return visit_terraform(block);
    if (block.type == "module" && !block.labels.empty()) return visit_module(block);
    if (block.type == "locals") return visit_locals(block);
    if (block.type == "variable" && !block.labels.empty()) return visit_variable(block);
    if (block.type == "data") visit_data(block);
    if (block.type == "check") {
      // A check may hold one data source of its own.
      for (const Block& inner : block.body->blocks) {
        if (inner.type == "data") visit_data(inner);
      }
    }
    if (block.type == "output" && !block.labels.empty()) visit_output(block);
    const bool is_object = (block.type == "data" || block.type == "resource") && block.labels.size() == 2;
    if (is_object && is_plain_type(block.labels[0].text)) visit_object(block);
    collect(*block.body, false);
  }

  void visit_output(const Block& block) {
    const Expression* value = copy_of(*block.body, "value");
    if (value != nullptr) outputs_.push_back({facts_.arena.copy(block.labels[0].text), value, block.range.begin.line});
  }

  void visit_object(const Block& block) {
    const bool is_data = block.type == "data";
    const std::string_view type = facts_.arena.copy(block.labels[0].text);
    std::vector<NamedExpression> attributes;
    std::vector<const Expression*> values;
    for (const hcl::Attribute& attribute : block.body->attributes) {
      if (is_meta_argument(attribute.name)) continue;
      attributes.push_back(copy(attribute));
      values.push_back(attributes.back().value);
    }
    objects_.push_back({is_data ? "data"sv : type, is_data ? type : std::string_view(),
                        facts_.arena.copy(block.labels[1].text),
                        facts_.arena.copy(std::span<const NamedExpression>(attributes)), loops_.loops_for(values),
                        has_instances(*block.body)});
  }

  static bool has_instances(const Body& body) {
    return body.find("for_each") != nullptr || body.find("count") != nullptr;
  }

  void visit_terraform(const Block& block) {
    if (const auto* version = block.body->find("required_version");
        version && version->value->kind == ExpressionKind::string) {
      facts_.required_version = facts_.arena.copy(version->value->text);
    }
    // OpenTofu evaluates functions in all of it.
    for (const hcl::Attribute& attribute : block.body->attributes) collect_from(*attribute.value, false);
    for (const Block& inner : block.body->blocks) {
      const bool is_local = inner.type == "backend" && !inner.labels.empty() && inner.labels[0].text == "local";
      collect_settings(*inner.body, is_local);
    }
    for (const Block& inner : block.body->blocks) {
      const bool is_cloud = inner.type == "cloud";
      const bool is_named = (inner.type == "backend" || inner.type == "state_store") && !inner.labels.empty();
      if (!is_cloud && !is_named) continue;
      std::vector<NamedExpression> attributes;
      flatten(*inner.body, "", attributes);
      backends_.push_back({is_cloud ? "cloud"sv : facts_.arena.copy(inner.labels[0].text),
                           facts_.arena.copy(std::span<const NamedExpression>(attributes)), inner.range.begin.line});
    }
  }

  /// The path of a local backend counts as part of the settings: backend files may replace it.
  void collect_settings(const Body& body, bool is_local_backend) {
    if (!is_local_backend) return collect(body, false);
    for (const hcl::Attribute& attribute : body.attributes)
      collect_references(*attribute.value, false, Wanted::calls, loops_, facts_.arena, references_);
  }

  /// Attributes of `body`, those of nested blocks with the block's type in front. How a provider reaches a store does
  /// not tell which one it is.
  void flatten(const Body& body, const std::string& prefix, std::vector<NamedExpression>& attributes) {
    for (const hcl::Attribute& attribute : body.attributes) attributes.push_back(copy(attribute, prefix));
    for (const Block& block : body.blocks) {
      if (block.type != "provider") flatten(*block.body, prefix + std::string(block.type) + ".", attributes);
    }
  }

  NamedExpression copy(const hcl::Attribute& attribute, const std::string& prefix = "") {
    return {facts_.arena.copy(prefix + std::string(attribute.name)), copy_expression(*attribute.value, facts_.arena),
            attribute.range.begin.line};
  }

  const Expression* copy_of(const Body& body, std::string_view name) {
    const hcl::Attribute* attribute = body.find(name);
    return attribute == nullptr ? nullptr : copy_expression(*attribute->value, facts_.arena);
  }

  void visit_module(const Block& block) {
    ModuleCall call;
    call.name = facts_.arena.copy(block.labels[0].text);
    call.source = copy_of(*block.body, "source");
    call.line = block.range.begin.line;
    std::vector<NamedExpression> arguments;
    for (const hcl::Attribute& attribute : block.body->attributes) {
      if (attribute.name == "source") call.line = attribute.range.begin.line;
      if (attribute.name == "source" || attribute.name == "version") {
        collect_references(*attribute.value, false, Wanted::calls, loops_, facts_.arena, references_);
        continue;
      }
      collect_argument(attribute, !is_meta_argument(attribute.name));
      if (!is_meta_argument(attribute.name)) arguments.push_back(copy(attribute));
    }
    call.arguments = facts_.arena.copy(std::span<const NamedExpression>(arguments));
    std::vector<const Expression*> values;
    for (const NamedExpression& argument : arguments) values.push_back(argument.value);
    call.loops = loops_.loops_for(values);
    call.has_instances = has_instances(*block.body);
    modules_.push_back(call);
  }

  void visit_locals(const Block& block) {
    for (const hcl::Attribute& attribute : block.body->attributes) {
      locals_.push_back(copy(attribute));
      collect_definition(*attribute.value, "local." + std::string(attribute.name));
    }
  }

  void visit_variable(const Block& block) {
    variables_.push_back({facts_.arena.copy(block.labels[0].text), copy_of(*block.body, "default"),
                          copy_of(*block.body, "type"), block.range.begin.line});
    for (const hcl::Attribute& attribute : block.body->attributes) {
      if (attribute.name != "default") {
        collect_from(*attribute.value, true);
      } else {
        collect_definition(*attribute.value, "var." + std::string(block.labels[0].text));
      }
    }
    for (const Block& inner : block.body->blocks) collect(*inner.body, true);
  }

  void visit_data(const Block& block) {
    if (block.labels.size() != 2) return;
    const std::string_view type = block.labels[0].text;
    const Body& body = *block.body;
    RemoteState state;
    if (type == "terraform_remote_state") {
      const Expression* config = copy_of(body, "config");
      state.backend = copy_of(body, "backend");
      state.config = config != nullptr ? config : config_of_blocks(body);
      state.workspace = copy_of(body, "workspace");
    } else if (type == tfe_outputs) {
      state.backend = text(tfe_outputs, block.range);
      state.config = config_of_outputs(body, block.range);
    } else {
      return;
    }
    state.address = facts_.arena.copy("data." + std::string(type) + "." + std::string(block.labels[1].text));
    state.line = block.range.begin.line;
    const Expression* const values[] = {state.backend, state.config, state.workspace};
    state.loops = loops_.loops_for(values);
    remote_states_.push_back(state);
  }

  const Expression* text(std::string_view value, const SourceRange& range) {
    Expression result;
    result.kind = ExpressionKind::string;
    result.range = range;
    result.text = facts_.arena.copy(value);
    return facts_.arena.make(result);
  }

  const Expression* object(const std::vector<const Expression*>& operands, const SourceRange& range) {
    Expression result;
    result.kind = ExpressionKind::object;
    result.range = range;
    result.operands = facts_.arena.copy(std::span<const Expression* const>(operands));
    return facts_.arena.make(result);
  }

  /// What `data "tfe_outputs"` names, written as the `config` of a remote state has it.
  const Expression* config_of_outputs(const Body& body, const SourceRange& range) {
    std::vector<const Expression*> operands;
    if (const Expression* organization = copy_of(body, "organization"))
      operands = {text("organization", range), organization};
    if (const Expression* workspace = copy_of(body, "workspace")) {
      operands.push_back(text("workspaces", range));
      operands.push_back(object({text("name", range), workspace}, range));
    }
    return object(operands, range);
  }

  /// `config { … }`, as written before Terraform 0.12, as an object.
  const Expression* config_of_blocks(const Body& body) {
    for (const Block& block : body.blocks) {
      if (block.type != "config") continue;
      std::vector<const Expression*> operands;
      for (const hcl::Attribute& attribute : block.body->attributes) {
        operands.push_back(text(attribute.name, attribute.name_range));
        operands.push_back(copy_expression(*attribute.value, facts_.arena));
      }
      return object(operands, block.range);
    }
    return nullptr;
  }

  void collect(const Body& body, bool is_definition) {
    for (const hcl::Attribute& attribute : body.attributes) collect_argument(attribute, is_definition);
    for (const Block& block : body.blocks) {
      const bool is_dynamic = push_dynamic(block);
      collect(*block.body, is_definition);
      if (is_dynamic) loops_.pop();
    }
  }

  /// The iterator of a `dynamic` block. True when it is one.
  bool push_dynamic(const Block& block) {
    const hcl::Attribute* for_each = block.body->find("for_each");
    if (block.type != "dynamic" || block.labels.empty() || for_each == nullptr) return false;
    const hcl::Attribute* iterator = block.body->find("iterator");
    const bool is_named = iterator != nullptr && iterator->value->kind == ExpressionKind::variable;
    loops_.push(
        {Loop::Kind::dynamic_block, {}, is_named ? iterator->value->text : block.labels[0].text, for_each->value});
    return true;
  }

  /// What stands in the definition of `name`.
  void collect_definition(const Expression& expression, const std::string& name) {
    const std::size_t first = references_.size();
    if (collect_from(expression, true)) references_[first].defines = facts_.arena.copy(name);
  }

  void collect_argument(const hcl::Attribute& attribute, bool is_definition) {
    const std::size_t first = references_.size();
    const bool is_path = collect_from(*attribute.value, is_definition);
    if (!is_path && takes_path(attribute.name))
      add_path_value(*attribute.value, is_definition, first, loops_, facts_.arena, references_);
  }

  bool collect_from(const Expression& expression, bool is_definition) {
    return collect_references(expression, is_definition, Wanted::everything, loops_, facts_.arena, references_);
  }

  FileFacts facts_;
  LoopStack loops_{facts_.arena};
  std::vector<ModuleCall> modules_;
  std::vector<Backend> backends_;
  std::vector<RemoteState> remote_states_;
  std::vector<NamedExpression> locals_;
  std::vector<Variable> variables_;
  std::vector<NamedExpression> outputs_;
  std::vector<PlainObject> objects_;
  std::vector<FileReference> references_;
};

}  // namespace

FileFacts to_file_facts(const hcl::File& file, Diagnostics faults) {
  FileFacts facts = Extractor().extract(file.body());
  facts.faults = std::move(faults);
  facts.has_faults = file.has_faults();
  facts.is_cut = file.is_cut();
  return facts;
}

}  // namespace statelane::terraform
