#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/source.hpp"

namespace statelane {

/// A tree of plain data as YAML knows it, in the order of the text. Equality ignores places.
struct YamlValue {
  using List = std::vector<YamlValue>;
  using Map = std::vector<std::pair<std::string, YamlValue>>;
  /// GitLab's `!reference [.job, script]`.
  struct Reference {
    std::vector<std::string> path;
    friend bool operator==(const Reference&, const Reference&) = default;
  };

  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, List, Map, Reference> data = nullptr;
  SourcePos pos{};      ///< where it stands in the text that it was read from
  SourcePos key_pos{};  ///< of a map's value: where its key stands

  YamlValue() = default;
  YamlValue(bool value) : data(value) {}               // NOLINT(google-explicit-constructor): a literal reads as data
  YamlValue(int value) : data(std::int64_t{value}) {}  // NOLINT(google-explicit-constructor)
  YamlValue(std::int64_t value) : data(value) {}       // NOLINT(google-explicit-constructor)
  YamlValue(std::string value) : data(std::move(value)) {}         // NOLINT(google-explicit-constructor)
  YamlValue(std::string_view value) : data(std::string(value)) {}  // NOLINT(google-explicit-constructor)
  YamlValue(const char* value) : data(std::string(value)) {}       // NOLINT(google-explicit-constructor)
  YamlValue(List value) : data(std::move(value)) {}                // NOLINT(google-explicit-constructor)
  YamlValue(Map value) : data(std::move(value)) {}                 // NOLINT(google-explicit-constructor)

  const std::string* as_string() const { return std::get_if<std::string>(&data); }
  const List* as_list() const { return std::get_if<List>(&data); }
  const Map* as_map() const { return std::get_if<Map>(&data); }
  Map* as_map() { return std::get_if<Map>(&data); }

  /// The value at `key` of a map; null when this is no map or has no such key.
  const YamlValue* find(std::string_view key) const {
    const Map* map = as_map();
    if (map == nullptr) return nullptr;
    for (const auto& [name, value] : *map) {
      if (name == key) return &value;
    }
    return nullptr;
  }

  friend bool operator==(const YamlValue& left, const YamlValue& right) { return left.data == right.data; }
};

}  // namespace statelane
