#include "yaml/read.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "yaml/read_document.hpp"

namespace statelane::yaml {

namespace {

Spot spot_of_offset(std::uint32_t file, std::string_view text, std::size_t offset) {
  SourcePos pos;
  for (std::size_t at = 0; at < offset; ++at) {
    pos = text[at] == '\n' ? SourcePos{pos.line + 1, 1, 0} : SourcePos{pos.line, pos.column + 1, 0};
  }
  pos.offset = static_cast<std::uint32_t>(offset);
  return {file, pos, 1};
}

void check_text(std::uint32_t file, std::string_view text) {
  if (text.size() > most_bytes) {
    throw Fault{FaultKind::too_large, {file, {}, 1}, fmt::format("larger than {} bytes", most_bytes)};
  }
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = first_utf8_character(text.substr(at)).length;
    if (length == 0 || text[at] == '\0') {
      throw Fault{FaultKind::syntax, spot_of_offset(file, text, at),
                  length == 0 ? "these bytes are not UTF-8" : "a NUL byte stands here"};
    }
    at += length;
  }
}

/// GitLab cuts the text at lines that begin with `---` and a blank or the line's end, before it parses
/// (lib/gitlab/config/loader/multi_doc_yaml.rb), and drops empty pieces.
std::vector<DocumentText> split_documents(std::string_view text) {
  std::vector<DocumentText> parts;
  DocumentText part{text.substr(0, 0), {}};
  SourcePos pos;
  const auto finish = [&](std::size_t end) {
    part.text = text.substr(part.begin.offset, end - part.begin.offset);
    if (part.text.find_first_not_of(" \t\r\n") != std::string_view::npos) parts.push_back(part);
  };
  for (std::size_t at = 0; at < text.size(); ++pos.line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.starts_with("---") && (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r')) {
      finish(at);
      // What follows on the line belongs to the document; its columns are counted from there.
      part.begin = {line.size() == 3 ? pos.line + 1 : pos.line, 1,
                    static_cast<std::uint32_t>(std::min(at + 4, text.size()))};
    }
    at = end + 1;
  }
  finish(text.size());
  return parts;
}

/// The first of what `read_strictly` refuses.
std::optional<Fault> find_strict_fault(const Reading& reading) {
  if (reading.fault) return reading.fault;
  if (reading.documents.size() > 1) {
    return Fault{FaultKind::syntax, reading.documents[1].spot, "more than one YAML document"};
  }
  const auto refused = std::find_if(reading.remarks.begin(), reading.remarks.end(),
                                    [](const Fault& remark) { return remark.kind != FaultKind::merge_overrides; });
  if (refused == reading.remarks.end()) return std::nullopt;
  return *refused;
}

}  // namespace

Reading read(std::string_view text, std::uint32_t file) {
  Reading reading;
  try {
    check_text(file, text);
    for (const DocumentText& part : split_documents(text))
      reading.documents.push_back(read_document(file, part, reading.remarks));
  } catch (const Fault& fault) {
    reading.documents.clear();
    reading.fault = fault;
  }
  return reading;
}

std::optional<Value> read_strictly(std::string_view text, const RepoPath& path, Diagnostics& diagnostics) {
  Reading reading = read(text);
  if (const auto fault = find_strict_fault(reading)) {
    diagnostics.add({Severity::error, path, to_range(fault->spot), fault->message, fault->hints,
                     std::string(line_text(text, fault->spot.begin.line))});
    return std::nullopt;
  }
  return reading.documents.empty() ? Value() : std::move(reading.documents.front());
}

}  // namespace statelane::yaml
