#include "yaml/parser_fault.hpp"

#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/diagnostics.hpp"

namespace statelane::yaml {

namespace {

/// What yaml-cpp says by how it begins, and what that means for the person who wrote the file.
struct Wording {
  std::string_view theirs, ours;
};
const std::array wordings = {
    Wording{YAML::ErrorMsg::END_OF_SEQ_FLOW, "a list that begins with \"[\" is not closed with \"]\""},
    Wording{YAML::ErrorMsg::END_OF_MAP_FLOW, "a map that begins with \"{\" is not closed with \"}\""},
    Wording{YAML::ErrorMsg::END_OF_MAP,
            "this line belongs to no map: each key ends with \": \", all keys in one column"},
    Wording{YAML::ErrorMsg::MAP_VALUE,
            "\": \" stands in a text without quotes, or a key in the wrong column: quote the text"},
    Wording{YAML::ErrorMsg::BLOCK_ENTRY, "\"- \" stands where no list can begin: start the list on a line of its own"},
    Wording{YAML::ErrorMsg::FLOW_END, "\"]\" or \"}\" closes nothing: quote the text, or remove it"},
    Wording{YAML::ErrorMsg::UNKNOWN_TOKEN, "no value begins with this character: quote the text"},
    Wording{YAML::ErrorMsg::INVALID_ESCAPE,
            "unknown escape in double quotes: write \"\\\\\" for a backslash, or use single quotes"},
    Wording{YAML::ErrorMsg::INVALID_HEX, "hexadecimal digits must follow \"\\x\", \"\\u\" and \"\\U\""},
    Wording{YAML::ErrorMsg::INVALID_UNICODE, "this escape stands for no character"},
    Wording{YAML::ErrorMsg::ALIAS_NOT_FOUND, "a name must follow \"*\": quote a text that begins with it"},
    Wording{YAML::ErrorMsg::ANCHOR_NOT_FOUND, "a name must follow \"&\": quote a text that begins with it"},
    Wording{YAML::ErrorMsg::UNKNOWN_ANCHOR, "no anchor (\"&name\") of this name stands before"},
    Wording{YAML::ErrorMsg::MULTIPLE_ANCHORS, "one value has two anchors (\"&name\")"},
    Wording{YAML::ErrorMsg::MULTIPLE_TAGS, "one value has two tags (\"!name\")"},
};

std::string reword(const std::string& theirs) {
  const auto found = std::find_if(wordings.begin(), wordings.end(),
                                  [&](const Wording& wording) { return theirs.starts_with(wording.theirs); });
  return found != wordings.end() ? std::string(found->ours) : theirs;
}

}  // namespace

Fault to_fault(const YAML::Exception& fault, std::uint32_t file, const DocumentText& part) {
  const SourcePos pos{part.begin.line + static_cast<std::uint32_t>(std::max(fault.mark.line, 0)),
                      static_cast<std::uint32_t>(std::max(fault.mark.column, 0) + 1),
                      part.begin.offset + static_cast<std::uint32_t>(std::max(fault.mark.pos, 0))};
  const std::string_view line = line_text(part.text, pos.line - part.begin.line + 1);
  const std::size_t tab = line.substr(0, line.find_first_not_of(" \t")).find('\t');
  if (tab == std::string_view::npos) return {FaultKind::syntax, {file, pos, 1}, reword(fault.msg)};
  const std::uint32_t shift = pos.column - 1 - static_cast<std::uint32_t>(tab);
  return {FaultKind::syntax,
          {file, {pos.line, static_cast<std::uint32_t>(tab + 1), pos.offset - std::min(shift, pos.offset)}, 1},
          "a tab stands in the indentation; YAML takes spaces only"};
}

}  // namespace statelane::yaml
