#include "hcl/fold_functions.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "hcl/convert.hpp"
#include "hcl/fold_arguments.hpp"

namespace statelane::hcl {

namespace {

const NamedFunction* find_function(std::string_view name) {
  for (const auto table : {text_functions(), path_functions(), format_functions(), number_functions(),
                           collection_functions(), map_functions(), set_functions(), decoding_functions()}) {
    const auto found =
        std::lower_bound(table.begin(), table.end(), name,
                         [](const NamedFunction& row, std::string_view wanted) { return row.name < wanted; });
    if (found != table.end() && found->name == name) return &*found;
  }
  return nullptr;
}

/// What these answer holds no `..`, whatever their arguments: numbers, truth, digests, addresses.
bool never_climbs(std::string_view name) {
  using namespace std::string_view_literals;
  constexpr std::array names = {"abs"sv,
                                "alltrue"sv,
                                "anytrue"sv,
                                "base64sha256"sv,
                                "base64sha512"sv,
                                "can"sv,
                                "ceil"sv,
                                "cidrhost"sv,
                                "cidrnetmask"sv,
                                "cidrsubnet"sv,
                                "cidrsubnets"sv,
                                "contains"sv,
                                "endswith"sv,
                                "fileexists"sv,
                                "filemd5"sv,
                                "filesha1"sv,
                                "filesha256"sv,
                                "filesha512"sv,
                                "filebase64"sv,
                                "filebase64sha256"sv,
                                "filebase64sha512"sv,
                                "floor"sv,
                                "index"sv,
                                "issensitive"sv,
                                "length"sv,
                                "log"sv,
                                "max"sv,
                                "md5"sv,
                                "min"sv,
                                "parseint"sv,
                                "pow"sv,
                                "sha1"sv,
                                "sha256"sv,
                                "sha512"sv,
                                "signum"sv,
                                "startswith"sv,
                                "strcontains"sv,
                                "sum"sv,
                                "tobool"sv,
                                "tonumber"sv,
                                "uuidv5"sv};
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What these read in a text need not stand in it as it is.
bool uncovers_text(std::string_view name) {
  using namespace std::string_view_literals;
  constexpr std::array names = {"base64decode"sv, "base64gunzip"sv, "csvdecode"sv,      "file"sv,
                                "jsondecode"sv,   "templatefile"sv, "templatestring"sv, "textdecodebase64"sv,
                                "urldecode"sv,    "yamldecode"sv};
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_collection(const Value& value) { return value.as_open_list() != nullptr || value.as_open_map() != nullptr; }

/// An argument that Terraform refuses; empty when it takes them all.
std::optional<Value> refusal(const NamedFunction& row, Arguments arguments, const SourceRange& range) {
  if (arguments.size() < row.least || arguments.size() > row.most) return Value::error(range);
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    if (arguments[index].is_null() && !row.takes_null) return Value::error(range);
    if (index < row.strings && is_collection(arguments[index])) return Value::error(range);
  }
  return std::nullopt;
}

}  // namespace

Value::Text text_at(Arguments arguments, std::size_t index, const SourceRange& range) {
  return hide_root(to_text(arguments[index], range));
}

Value no_collection(const Value& argument, const SourceRange& range) {
  return argument.is_unknown() ? not_folded() : Value::error(range);
}

const Value::List* ordered_list(const Value& argument, const SourceRange& range, Value& failure) {
  const auto* list = argument.as_open_list();
  if (list != nullptr && !list->is_set) return list;
  failure = list != nullptr ? Value::error(range) : no_collection(argument, range);
  return nullptr;
}

Integer integer_at(Arguments arguments, std::size_t index, const SourceRange& range) {
  const Value number = to_number(arguments[index], range);
  if (number.as_number() == nullptr) return {std::nullopt, number.is_error() ? number : not_folded()};
  const auto integer = number.as_number()->to_integer();
  if (integer) return {integer, {}};
  const bool has_fraction = number.as_number()->exponent < 0;
  return {std::nullopt, has_fraction ? Value::error(range) : not_folded()};
}

Value call_function(std::string_view name, std::span<const Value> arguments, const SourceRange& range) {
  if (name.starts_with("core::")) name.remove_prefix(6);
  for (const Value& argument : arguments) {
    if (argument.is_error()) return argument;
  }
  Value result = not_folded();
  if (const NamedFunction* row = find_function(name)) {
    if (auto refused = refusal(*row, arguments, range)) return *std::move(refused);
    result = row->function(arguments, range);
  }
  const auto* unknown = result.as_unknown();
  if (unknown == nullptr || unknown->is_error) return result;
  Value::Unknown why = *unknown;
  why.may_climb = why.may_climb || uncovers_text(name);
  for (const Value& argument : arguments) {
    // The reason of an argument says more than that the function is not folded.
    const auto* given = argument.as_unknown();
    if (given != nullptr && why.reason.empty()) why.reason = given->reason, why.range = given->range;
    why.may_climb = why.may_climb || argument.may_climb();
  }
  why.may_climb = why.may_climb && !never_climbs(name);
  return Value{std::move(why)};
}

}  // namespace statelane::hcl
