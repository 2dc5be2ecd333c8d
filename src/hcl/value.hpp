#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/shared.hpp"
#include "base/source.hpp"
#include "hcl/number.hpp"

namespace statelane::hcl {

/// Absolute paths inside the repository begin with this while expressions are folded: what stands before the repository
/// on the machine that runs Terraform is not known. A text that holds it is never wholly known.
inline constexpr std::string_view repository_root = "/\x01";

/// What an expression folds to: a value that is known, known in part, or not known, never a wrong one. The law that
/// all folding obeys: with any concrete value in the place of each unknown one, the concrete result is among those that
/// the folded one stands for.
/// Values never change once made; copies share what they hold. They are bounded: what would nest deeper than
/// `deepest_value` or weigh more than `heaviest_value` becomes unknown.
class Value {
 public:
  struct Null {};
  /// Nothing is known of it. `reason`: for people, the expression that could not be known and why.
  struct Unknown {
    std::string reason;
    SourceRange range;
    bool is_error = false;   ///< Terraform stops where it evaluates this, so that nothing behind it is ever read
    bool may_climb = false;  ///< it may hold a `..` that comes from the repository; else only one from outside
  };
  /// A string: known pieces and, as empty ones, pieces that may be any text (also none). A known string has at most one
  /// piece, and the empty string has none. No two neighbours are both known or both unknown.
  struct Text {
    std::vector<std::optional<std::string>> pieces;
    Unknown why;              ///< of the unknown pieces: the first one's reason; whether one of them may climb
    bool is_content = false;  ///< all that a file holds
  };
  /// A list, tuple or set. The order of a set is that in which Terraform iterates over it.
  struct List : std::vector<Value> {
    using std::vector<Value>::vector;
    bool is_set = false;   ///< `for k, v in …` over it gives the element as key
    bool is_open = false;  ///< any number of elements, in any order, each of which is one of these
  };
  /// An object or a map.
  struct Map : std::map<std::string, Value> {
    using std::map<std::string, Value>::map;
    bool is_open = false;  ///< each of these entries may be absent
    /// Keys that are not known and their values, any number of each; only in one that is open.
    std::vector<std::pair<Value, Value>> others{};

    /// Such an entry; it makes the map an open one.
    void add_other(Value key, Value value);
    /// What stands under `name`, as far as it stands under a key that is not known.
    std::vector<Value> others_under(std::string_view name) const;
  };
  /// One of several, at most `most_alternatives`; never nested.
  struct OneOf {
    std::vector<Value> values;
  };
  static constexpr std::size_t most_alternatives = 16;
  static constexpr std::size_t most_others = 64;  ///< keys of a map that are not known
  static constexpr std::uint32_t heaviest_value = 50'000;
  static constexpr std::uint16_t deepest_value = 100;

  /// What is asked of a value as a whole, all that it holds included.
  struct Summary {
    std::uint32_t weight = 1;  ///< of a copy that shares nothing
    std::uint16_t depth = 0;
    bool is_certain = true;   ///< nothing in it is unknown, so evaluating it cannot fail
    bool has_choice = false;  ///< there are alternatives in it
    bool may_climb = false;   ///< some text in it holds `..`, or may do so
    bool has_text = false;    ///< the kinds that occur in it
    bool has_number = false;  ///< or a boolean
    bool has_root = false;    ///< a text in it holds `repository_root`
    bool has_list = false;
    bool has_set = false;
    bool has_unknown = false;
  };

  Value() = default;
  explicit Value(Null) {}
  explicit Value(bool value) : data_(value) {}
  explicit Value(Number value) : data_(value) {}
  explicit Value(Unknown value) : data_(Shared<Unknown>(std::move(value))) {}
  explicit Value(Text value);
  explicit Value(List value);
  explicit Value(Map value);
  explicit Value(OneOf value);
  Value(const char*) = delete;

  static Value text(std::string value);
  static Value unknown(std::string reason, SourceRange range);
  static Value error(SourceRange range);
  /// Either of the two.
  static Value boolean_or_other();

  bool is_null() const { return std::holds_alternative<Null>(data_); }
  bool is_unknown() const { return std::holds_alternative<Shared<Unknown>>(data_); }
  bool is_error() const { return is_unknown() && as_unknown()->is_error; }

  // Null where the value is of another kind.
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const Number* as_number() const { return std::get_if<Number>(&data_); }
  const Unknown* as_unknown() const { return as<Unknown>(); }
  const Text* as_text() const { return held<Text>(); }
  /// A map whose entries are all there.
  const Map* as_map() const;
  /// The same, or one that is open.
  const Map* as_open_map() const { return held<Map>(); }
  const OneOf* as_one_of() const { return held<OneOf>(); }
  /// A list whose elements are all there is, in their order.
  const List* as_list() const;
  /// The same, or one that is open.
  const List* as_open_list() const { return held<List>(); }

  /// The string when it is wholly known; numbers and booleans as Terraform writes them in a template. Empty otherwise.
  std::optional<std::string> as_known_string() const;

  Summary summary() const;
  bool is_certain() const { return summary().is_certain; }
  /// It is just this, on every machine that may be.
  bool is_definite() const;
  bool may_climb() const { return summary().may_climb; }

  /// Alike, whatever the reasons for what is not known.
  friend bool operator==(const Value& left, const Value& right);

 private:
  template <typename T>
  struct Held {
    T value;
    Summary summary;
  };

  template <typename T>
  const T* as() const {
    const auto* shared = std::get_if<Shared<T>>(&data_);
    return shared != nullptr ? &**shared : nullptr;
  }
  template <typename T>
  const T* held() const {
    const auto* shared = as<Held<T>>();
    return shared != nullptr ? &shared->value : nullptr;
  }
  template <typename T>
  void hold(T value, const Summary& summary);

  std::variant<Null, bool, Number, Shared<Unknown>, Shared<Held<Text>>, Shared<Held<List>>, Shared<Held<Map>>,
               Shared<Held<OneOf>>>
      data_;
};

/// A known text that may be, or become, the way out of a directory.
inline bool holds_climb(std::string_view text) { return text.find("..") != std::string_view::npos; }

}  // namespace statelane::hcl
