#include "lint/node.hpp"

#include <algorithm>
#include <unordered_map>

namespace statelane::lint {

namespace {

void add_texts(const Node& node, std::vector<const Node*>& texts) {
  if (node.as_string() != nullptr) texts.push_back(&node);
  if (node.as_list() == nullptr) return;
  for (const Node& item : *node.as_list()) add_texts(item, texts);
}

void count(const Node& node, std::size_t limit, std::size_t& values) {
  if (++values > limit) return;
  if (const auto* list = node.as_list()) {
    for (const Node& item : *list) count(item, limit, values);
  }
  if (const auto* map = node.as_map()) {
    for (const Node::Entry& entry : *map) count(entry.value, limit, values);
  }
}

}  // namespace

const Node::Entry* find_entry(const Node::Map& map, std::string_view key) {
  const auto entry = std::find_if(map.begin(), map.end(), [&](const Node::Entry& each) { return each.key == key; });
  return entry != map.end() ? &*entry : nullptr;
}

Node::Entry* find_entry(Node::Map& map, std::string_view key) {
  const auto entry = std::find_if(map.begin(), map.end(), [&](const Node::Entry& each) { return each.key == key; });
  return entry != map.end() ? &*entry : nullptr;
}

const Node::Entry* Node::find_entry(std::string_view key) const {
  return as_map() != nullptr ? lint::find_entry(*as_map(), key) : nullptr;
}

const Node* Node::find(std::string_view key) const {
  const Entry* entry = find_entry(key);
  return entry != nullptr ? &entry->value : nullptr;
}

void set_entry(Node::Map& map, Node::Entry entry) {
  if (Node::Entry* existing = find_entry(map, entry.key)) {
    *existing = std::move(entry);
  } else {
    map.push_back(std::move(entry));
  }
}

void deep_merge(Node::Map& lower, const Node::Map& upper) {
  // The keys are looked at where they lie: nothing may move below.
  lower.reserve(lower.size() + upper.size());
  std::unordered_map<std::string_view, std::size_t> places;
  places.reserve(lower.size());
  for (std::size_t index = 0; index < lower.size(); ++index) places.emplace(lower[index].key, index);
  for (const Node::Entry& entry : upper) {
    const auto place = places.find(entry.key);
    Node::Entry* existing = place != places.end() ? &lower[place->second] : nullptr;
    if (existing == nullptr) {
      lower.push_back(entry);
    } else if (existing->value.as_map() != nullptr && entry.value.as_map() != nullptr) {
      existing->spot = entry.spot;
      deep_merge(*existing->value.as_map(), *entry.value.as_map());
    } else {
      *existing = entry;
    }
  }
}

std::size_t count_values(const Node& node, std::size_t limit) {
  std::size_t values = 0;
  count(node, limit, values);
  return values;
}

std::vector<const Node*> texts_of(const Node* node) {
  std::vector<const Node*> texts;
  if (node != nullptr) add_texts(*node, texts);
  return texts;
}

std::string_view kind_of(const Node& node) {
  constexpr std::string_view kinds[] = {"nothing", "true or false", "a number", "a number",
                                        "a text",  "a list",        "a map",    "a !reference"};
  return kinds[node.data.index()];
}

}  // namespace statelane::lint
