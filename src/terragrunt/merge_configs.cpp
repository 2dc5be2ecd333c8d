#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "terragrunt/config.hpp"
#include "terragrunt/files.hpp"

namespace statelane::terragrunt {

namespace {

using hcl::Value;

/// The digest of something that is not known: what it merges to hangs on both sides.
bool is_digest(const Value& mark) {
  const auto text = definite_text(mark);
  return text && text->starts_with('\x02');
}

/// A collection that may hold less than it says, or more: what it merges to is not followed.
bool is_open(const Value& value) {
  const auto* map = value.as_open_map();
  const auto* list = value.as_open_list();
  return (map != nullptr && map->is_open) || (list != nullptr && list->is_open);
}

Value unknown_of(const Value& parent, const Value& child) {
  return Value{Value::Unknown{"", {}, false, parent.may_climb() || child.may_climb()}};
}

enum class Lists { parent_first, child_first };

/// Objects key by key, lists one behind the other; of anything else the child's stays.
Value merge_deep(const Value& parent, const Value& child, Lists lists) {
  if (is_digest(parent) || is_digest(child)) return Value{Value::List{parent, child}};
  if (is_open(parent) || is_open(child)) return unknown_of(parent, child);
  const auto* left = parent.as_map();
  const auto* right = child.as_map();
  if (left != nullptr && right != nullptr) {
    Value::Map merged = *left;
    for (const auto& [name, value] : *right) {
      const auto found = merged.find(name);
      if (found == merged.end()) {
        merged.emplace(name, value);
      } else {
        found->second = merge_deep(found->second, value, lists);
      }
    }
    return Value{std::move(merged)};
  }
  const auto* before = parent.as_list();
  const auto* after = child.as_list();
  if (before == nullptr || after == nullptr) return child;
  const auto* first = lists == Lists::parent_first ? before : after;
  const auto* second = lists == Lists::parent_first ? after : before;
  Value::List joined(first->begin(), first->end());
  joined.insert(joined.end(), second->begin(), second->end());
  return Value{std::move(joined)};
}

Value merge_shallow(const Value& parent, const Value& child) {
  const auto* left = parent.as_map();
  const auto* right = child.as_map();
  if (left == nullptr || right == nullptr) return Value{Value::List{parent, child}};
  Value::Map merged = *right;
  merged.insert(left->begin(), left->end());
  return Value{std::move(merged)};
}

/// What is not an object on one side may hold anything.
Value merge_inputs(const Value& parent, const Value& child, MergeStrategy strategy) {
  if (parent.as_map() == nullptr || child.as_map() == nullptr) {
    const Value& open = parent.as_map() == nullptr ? parent : child;
    return open.is_unknown() ? open : unknown_of(parent, child);
  }
  return strategy == MergeStrategy::deep ? merge_deep(parent, child, Lists::parent_first)
                                         : merge_shallow(parent, child);
}

Entry merge_inputs(const Entry& parent, const Entry& child, MergeStrategy strategy) {
  const Value mark = strategy == MergeStrategy::deep ? merge_deep(parent.mark, child.mark, Lists::parent_first)
                                                     : merge_shallow(parent.mark, child.mark);
  return {merge_inputs(parent.value, child.value, strategy), mark, child.origin};
}

Entry merge_deep(const Entry& parent, const Entry& child, Lists lists) {
  return {merge_deep(parent.value, child.value, lists), merge_deep(parent.mark, child.mark, lists), child.origin};
}

/// With `deep`, a parent's `actions` stay where the child has none; all else of the parent's is lost.
Entry merge_exclude(const Entry& parent, const Entry& child) {
  const auto with_actions = [](const Value& from, const Value& to) {
    const auto* left = from.as_map();
    const auto* right = to.as_map();
    if (left == nullptr || right == nullptr) return Value{Value::List{from, to}};
    Value::Map merged = *right;
    if (const auto actions = left->find("actions"); actions != left->end()) merged.insert(*actions);
    return Value{std::move(merged)};
  };
  return {with_actions(parent.value, child.value), with_actions(parent.mark, child.mark), child.origin};
}

void merge_attributes(const Config& parent, MergeStrategy strategy, Config& result) {
  for (const auto& [name, entry] : parent.attributes) {
    const auto own = result.attributes.find(name);
    if (own == result.attributes.end()) {
      result.attributes.emplace(name, entry);
    } else if (name == "inputs") {
      own->second = merge_inputs(entry, own->second, strategy);
    } else if (strategy == MergeStrategy::deep && name == "exclude") {
      own->second = merge_exclude(entry, own->second);
    } else if (strategy == MergeStrategy::deep && (name == "errors" || name == "engine")) {
      own->second = merge_deep(entry, own->second, Lists::child_first);
    }
  }
}

/// The lists of what is copied are the parent's wherever it has a block `terraform`, unless they are joined.
void merge_terraform(const Config& parent, const Config& child, MergeStrategy strategy, Config& result) {
  if (!parent.has_terraform) return;
  result.has_terraform = true;
  result.terraform = parent.terraform;
  for (const auto& [name, entry] : child.terraform) {
    const bool is_list = name == "include_in_copy" || name == "exclude_from_copy";
    const auto found = result.terraform.find(name);
    if (!is_list) {
      result.terraform.insert_or_assign(name, entry);
    } else if (strategy == MergeStrategy::deep) {
      const Entry joined =
          found == result.terraform.end() ? entry : merge_deep(found->second, entry, Lists::parent_first);
      result.terraform.insert_or_assign(name, joined);
    }
  }
  result.steps = parent.steps;
  for (const Labelled& step : child.steps) {
    const auto found = std::find_if(result.steps.begin(), result.steps.end(),
                                    [&](const Labelled& other) { return other.label == step.label; });
    if (found == result.steps.end()) {
      result.steps.push_back(step);
    } else {
      *found = step;
    }
  }
}

}  // namespace

Config merge_configs(const Config& parent, const Config& child, MergeStrategy strategy, std::vector<Remark>& remarks) {
  if (strategy == MergeStrategy::none) return child;
  Config result = child;
  merge_attributes(parent, strategy, result);
  merge_terraform(parent, child, strategy, result);
  for (const auto& [label, entry] : parent.dependencies) {
    const auto own = result.dependencies.find(label);
    if (own == result.dependencies.end()) {
      result.dependencies.emplace(label, entry);
    } else if (strategy == MergeStrategy::deep) {
      own->second = merge_deep(entry, own->second, Lists::parent_first);
    }
  }
  result.paths.insert(result.paths.begin(), parent.paths.begin(), parent.paths.end());
  for (const auto& [label, entry] : parent.generate) {
    const bool is_new = result.generate.emplace(label, entry).second;
    if (!is_new && strategy == MergeStrategy::shallow)
      remarks.push_back({entry.origin, fmt::format("generate \"{}\" is also written in a file that includes this one, "
                                                   "which Terragrunt refuses without merge_strategy = \"deep\"",
                                                   label)});
  }
  result.features.insert(parent.features.begin(), parent.features.end());
  return result;
}

Entry to_object(const Config& config) {
  Entries whole = config.attributes;
  whole.insert_or_assign("locals", to_object(config.locals));
  Entries terraform = config.terraform;
  std::map<std::string, Entries> steps;
  for (const Labelled& step : config.steps) {
    const std::size_t dot = step.label.find('.');
    steps[step.label.substr(0, dot)].insert_or_assign(step.label.substr(dot + 1), step.entry);
  }
  for (const auto& [type, entries] : steps) terraform.insert_or_assign(type, to_object(entries));
  if (config.has_terraform) whole.insert_or_assign("terraform", to_object(terraform));
  Entries dependencies;
  for (const auto& [label, entry] : config.dependencies) {
    const Value outputs = Value::unknown(fmt::format("dependency.{} is known after its apply", label), {});
    Entry known = entry;
    if (const auto* map = entry.value.as_map()) {
      Value::Map with_outputs = *map;
      with_outputs.insert_or_assign("outputs", outputs);
      known.value = Value{std::move(with_outputs)};
    }
    dependencies.emplace(label, known);
  }
  whole.insert_or_assign("dependency", to_object(dependencies));
  whole.insert_or_assign("generate", to_object(config.generate));
  whole.insert_or_assign("feature", to_object(config.features));
  return to_object(whole);
}

}  // namespace statelane::terragrunt
