#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/source.hpp"

namespace statelane::yaml {

/// Where a key or value is written: `length` bytes from `begin` in the file with this index. It stays with a value
/// wherever an alias, `extends`, `!reference` or an include carries it.
struct Spot {
  std::uint32_t file = 0;
  SourcePos begin;
  std::uint32_t length = 1;

  friend auto operator<=>(const Spot&, const Spot&) = default;
};

/// The bytes that a spot points at.
SourceRange to_range(const Spot& spot);

/// A tree of plain data as YAML knows it, in the order of the text. Equality ignores places.
struct Value {
  struct Entry;
  using List = std::vector<Value>;
  /// Keys are unique.
  using Map = std::vector<Entry>;
  /// GitLab's `!reference [.job, script]`, not yet followed.
  struct Reference {
    std::vector<std::string> path;
    friend bool operator==(const Reference&, const Reference&) = default;
  };

  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, List, Map, Reference> data;
  Spot spot{};      ///< where it stands in the text that it was read from
  Spot key_spot{};  ///< of a map's value: where its key stands

  Value();
  template <typename Data>
  Value(Data value, const Spot& place);
  Value(bool value);              // NOLINT(google-explicit-constructor): a literal reads as data
  Value(int value);               // NOLINT(google-explicit-constructor)
  Value(std::int64_t value);      // NOLINT(google-explicit-constructor)
  Value(std::string value);       // NOLINT(google-explicit-constructor)
  Value(std::string_view value);  // NOLINT(google-explicit-constructor)
  Value(const char* value);       // NOLINT(google-explicit-constructor)
  Value(List value);              // NOLINT(google-explicit-constructor)
  Value(Map value);               // NOLINT(google-explicit-constructor)

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
  const Value* find(std::string_view key) const;

  friend bool operator==(const Value& left, const Value& right);
};

struct Value::Entry {
  std::string key;
  Value value;

  Entry() = default;
  Entry(std::string name, Value data) : key(std::move(name)), value(std::move(data)) {}

  /// Of the key.
  const Spot& spot() const { return value.key_spot; }

  friend bool operator==(const Entry&, const Entry&) = default;
};

// Here, since clang instantiates what they need of a list of entries where they are written, and needs the whole entry.
inline Value::Value() = default;
template <typename Data>
Value::Value(Data value, const Spot& place) : data(std::move(value)), spot(place) {}
inline Value::Value(bool value) : data(value) {}
inline Value::Value(int value) : data(std::int64_t{value}) {}
inline Value::Value(std::int64_t value) : data(value) {}
inline Value::Value(std::string value) : data(std::move(value)) {}
inline Value::Value(std::string_view value) : data(std::string(value)) {}
inline Value::Value(const char* value) : data(std::string(value)) {}
inline Value::Value(List value) : data(std::move(value)) {}
inline Value::Value(Map value) : data(std::move(value)) {}
inline bool operator==(const Value& left, const Value& right) { return left.data == right.data; }

/// The entry at `key`; null when there is none.
const Value::Entry* find_entry(const Value::Map& map, std::string_view key);
Value::Entry* find_entry(Value::Map& map, std::string_view key);
/// Its value.
const Value* find_value(const Value::Map& map, std::string_view key);

/// Sets `key`: a later value takes the place of an earlier one, as in a Ruby hash.
void set_value(Value::Map& map, std::string key, Value value);

/// Lays `upper` over `lower` as ActiveSupport's `deep_merge` does, which `extends` and includes use: maps are merged
/// key by key, anything else is replaced whole.
void deep_merge(Value::Map& lower, const Value::Map& upper);

/// How many values there are in `value`, itself counted; it stops counting above `limit`.
std::size_t count_values(const Value& value, std::size_t limit);

/// Where a keyword takes one text or a list of them (`script`, `tags`, `extends`): all texts with their spots. Nested
/// lists, as `!reference` leaves them in scripts, are flattened. Values that are no text are left out.
std::vector<const Value*> texts_of(const Value* value);

/// For messages: `a map`, `a list`, `a text`.
std::string_view kind_of(const Value& value);

}  // namespace statelane::yaml
