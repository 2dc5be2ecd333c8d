#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gitlab/version.hpp"
#include "yaml/value.hpp"

namespace statelane::gitlab {

struct Keyword;
class ShapeCheck;

/// A word that not every server in use takes.
struct YoungWord {
  std::string_view word;
  Version since;
};

/// Kinds of YAML values, as bits.
namespace form {
inline constexpr unsigned text = 1;
inline constexpr unsigned flag = 2;
inline constexpr unsigned integer = 4;
inline constexpr unsigned real = 8;
inline constexpr unsigned list = 16;
inline constexpr unsigned map = 32;
inline constexpr unsigned scalar = text | flag | integer | real;
}  // namespace form

/// What a keyword takes: which kinds of values, and what each of them has to be. GitLab's entry classes
/// (lib/gitlab/ci/config/entry) as data. Null is taken everywhere but in lists, where a flag says otherwise, and
/// where the whole map is checked by a `rule`.
struct Shape {
  unsigned forms = form::text;
  std::span<const std::string_view> words{};  ///< of a text: the only ones
  std::span<const YoungWord> young{};         ///< those of them that are younger than GitLab 15.0
  bool (*takes)(std::string_view) = nullptr;  ///< of a text: what else has to hold …
  std::string_view what{};                    ///< … in words: `a span of time like "1h 30m"`
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const Shape* item = nullptr;  ///< of a list: each item; null: any
  std::size_t least_items = 0;
  std::size_t most_items = std::numeric_limits<std::size_t>::max();
  bool nests = false;                                       ///< lists in lists, ten deep
  bool skips_nulls = false;                                 ///< of a list: an entry that is null is none
  bool takes_blank = false;                                 ///< false and what is empty count as nothing
  bool needs_value = false;                                 ///< of a key: null is no value
  std::span<const Keyword> keywords{};                      ///< of a map: its keys …
  const Shape* each = nullptr;                              ///< … or what each value is under a key of any name
  void (*rule)(const yaml::Value&, ShapeCheck&) = nullptr;  ///< of a map: what holds between its keys
};

/// Who says what a keyword holds in a job that we write.
enum class Setter {
  anyone,     ///< the template, and whoever lays keywords over it
  generator,  ///< what selects, orders and locks jobs: nobody else may set it
  gate,       ///< `apply.gate` alone
};

/// A row of the table.
struct Keyword {
  std::string_view name;
  const Shape* shape = nullptr;  ///< null: any value
  bool is_needed = false;        ///< has to be there, and not blank
  Version since{};               ///< the first version that takes it; 0: older than GitLab 15.0
  Setter setter = Setter::anyone;
};

/// A keyword or value that GitLab refuses.
struct KeywordFault {
  enum class Kind { unknown_keyword, invalid_value, invalid_job };
  Kind kind = Kind::invalid_value;
  yaml::Spot spot;
  std::string message;
  std::vector<std::string> hints{};
};

/// Goes through a value with its shape in hand. What is not known yet (`!reference`, `$[[ inputs.x ]]`) is taken.
class ShapeCheck {
 public:
  /// Of a part, which is laid over more of the same, what is there is checked, and not what is missing or stands beside
  /// it.
  enum class Extent { whole, part };
  explicit ShapeCheck(Extent extent = Extent::whole, std::optional<Version> server = std::nullopt)
      : extent_(extent), server_(server) {}

  /// `path` is how messages name the value: `artifacts:reports`, `default`.
  void check(const yaml::Value& value, const Shape& shape, const std::string& path);

  /// The keywords of a map, then the map's own rule.
  void check_map(const yaml::Value& map, const Shape& shape, const std::string& path);

  void add(const yaml::Spot& spot, std::string message, std::vector<std::string> hints = {},
           KeywordFault::Kind kind = KeywordFault::Kind::invalid_value);

  /// For rules of maps: how the map at hand is named.
  const std::string& path() const { return path_; }

  std::vector<KeywordFault> take() { return std::move(faults_); }

 private:
  void check_text(const yaml::Value& value, const Shape& shape, const std::string& path);
  void check_integer(const yaml::Value& value, const Shape& shape, const std::string& path);
  void check_list(const yaml::Value& value, const Shape& shape, const std::string& path, int level);
  void check_keys(const yaml::Value& map, const Shape& shape, const std::string& path);
  void check_needed(const yaml::Value& map, const Shape& shape, const std::string& path);

  void check_age(const Version& since, const yaml::Spot& spot, const std::string& what, KeywordFault::Kind kind);

  Extent extent_;
  std::optional<Version> server_;  ///< empty: as the newest
  std::vector<KeywordFault> faults_;
  std::string path_;
};

/// Whether Ruby's `blank?` holds: null, false, blanks alone, nothing inside.
bool is_blank(const yaml::Value& value);

/// Whether the value is known only where the configuration is used: it holds `$[[ … ]]` or is a `!reference`.
bool is_open(const yaml::Value& value);

}  // namespace statelane::gitlab
