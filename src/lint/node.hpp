#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/source.hpp"

namespace statelane::lint {

/// Where a key or value is written: `length` bytes from `begin` in the file with this index. It stays with a value
/// wherever `extends`, `!reference` or an include carry it.
struct Spot {
  std::uint32_t file = 0;
  SourcePos begin;
  std::uint32_t length = 1;

  friend auto operator<=>(const Spot&, const Spot&) = default;
};

/// A tree of plain data as GitLab's YAML reader gives it, each key and value with its spot. Equality ignores spots.
struct Node {
  struct Entry;
  using List = std::vector<Node>;
  /// In GitLab's order; keys are unique.
  using Map = std::vector<Entry>;
  /// GitLab's `!reference [.job, script]`, not yet followed.
  struct Reference {
    std::vector<std::string> path;
    friend bool operator==(const Reference&, const Reference&) = default;
  };

  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, List, Map, Reference> data;
  Spot spot;

  Node() = default;
  template <typename Data>
  Node(Data value, const Spot& place) : data(std::move(value)), spot(place) {}

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(data); }
  const bool* as_bool() const { return std::get_if<bool>(&data); }
  const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&data); }
  const std::string* as_string() const { return std::get_if<std::string>(&data); }
  const List* as_list() const { return std::get_if<List>(&data); }
  const Map* as_map() const { return std::get_if<Map>(&data); }
  Map* as_map() { return std::get_if<Map>(&data); }
  const Reference* as_reference() const { return std::get_if<Reference>(&data); }

  /// The entry at `key` of a map; null when this is no map or has no such key.
  const Entry* find_entry(std::string_view key) const;
  /// Its value.
  const Node* find(std::string_view key) const;

  friend bool operator==(const Node& left, const Node& right);
};

struct Node::Entry {
  std::string key;
  Spot spot;  ///< of the key
  Node value;

  friend bool operator==(const Entry& left, const Entry& right) {
    return left.key == right.key && left.value == right.value;
  }
};

/// Here, since clang instantiates the comparison of a list where it is written, and needs the whole entry.
inline bool operator==(const Node& left, const Node& right) { return left.data == right.data; }

/// The entry at `key`; null when there is none.
const Node::Entry* find_entry(const Node::Map& map, std::string_view key);
Node::Entry* find_entry(Node::Map& map, std::string_view key);

/// Sets `key`: a later value takes the place of an earlier one, as in a Ruby hash.
void set_entry(Node::Map& map, Node::Entry entry);

/// Lays `upper` over `lower` as ActiveSupport's `deep_merge` does, which `extends` and includes use: maps are merged
/// key by key, anything else is replaced whole.
void deep_merge(Node::Map& lower, const Node::Map& upper);

/// How many values there are in `node`, itself counted; it stops counting above `limit`.
std::size_t count_values(const Node& node, std::size_t limit);

/// Where a keyword takes one text or a list of them (`script`, `tags`, `extends`): all texts with their spots. Nested
/// lists, as `!reference` leaves them in scripts, are flattened. Values that are no text are left out.
std::vector<const Node*> texts_of(const Node* node);

/// For messages: `a map`, `a list`, `a text`.
std::string_view kind_of(const Node& node);

}  // namespace statelane::lint
