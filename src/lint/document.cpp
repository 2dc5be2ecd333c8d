#include "lint/document.hpp"

#include <fmt/format.h>

#include "yaml/read.hpp"

namespace statelane::lint {

namespace {

Rule rule_of(yaml::FaultKind kind) {
  switch (kind) {
    case yaml::FaultKind::syntax: return Rule::yaml_syntax;
    case yaml::FaultKind::value: return Rule::yaml_value;
    case yaml::FaultKind::reference: return Rule::invalid_reference;
    case yaml::FaultKind::too_large: return Rule::too_large;
    case yaml::FaultKind::duplicate_key: return Rule::duplicate_key;
    case yaml::FaultKind::merge_overrides: return Rule::merge_overrides;
    case yaml::FaultKind::ignored_tag: return Rule::ignored_tag;
  }
  return Rule::yaml_syntax;
}

void report_fault(const yaml::Fault& fault, Report& report) {
  report.add(rule_of(fault.kind), fault.spot, "", fault.message, fault.hints);
}

}  // namespace

std::optional<Document> read_document(std::uint32_t file, Report& report) {
  yaml::Reading reading = yaml::read(report.files()[file].text, file);
  for (const yaml::Fault& remark : reading.remarks) report_fault(remark, report);
  std::vector<yaml::Value>& parts = reading.documents;
  if (!reading.fault && parts.size() > 2) {
    reading.fault = {yaml::FaultKind::syntax, parts[2].spot, "more than two YAML documents"};
  }
  Document document;
  const bool has_header = parts.size() == 2 && parts[0].find("spec") != nullptr;
  if (has_header) document.header = std::move(parts[0]);
  if (!parts.empty()) document.content = std::move(parts[has_header ? 1 : 0]);
  if (document.content.is_null()) document.content = yaml::Value(yaml::Value::Map{}, yaml::Spot{file, {}, 1});
  if (!reading.fault && document.content.as_map() == nullptr) {
    reading.fault = {yaml::FaultKind::syntax, document.content.spot,
                     fmt::format("the file is {}, GitLab takes a map", kind_of(document.content))};
  }
  const yaml::Value* spec = document.content.find("spec");
  if (!reading.fault && spec != nullptr && !document.header) {
    reading.fault = {yaml::FaultKind::value,
                     spec->key_spot,
                     "\"spec\" is a job to GitLab where no header ends below it",
                     {"put a line --- between \"spec\" and the jobs"}};
  }
  if (!reading.fault) return document;
  report_fault(*reading.fault, report);
  return std::nullopt;
}

}  // namespace statelane::lint
