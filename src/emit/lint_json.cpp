#include <nlohmann/json.hpp>

#include "emit/lint.hpp"
#include "emit/words.hpp"

namespace statelane::emit {

namespace {

using Json = nlohmann::ordered_json;

Json texts_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(escape_non_utf8(text));
  return list;
}

std::string_view word_of(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

Json finding_of(const lint::Finding& finding) {
  const SourceRange range = finding.diagnostic.range.value_or(SourceRange{});
  Json json = {{"rule", lint::describe(finding.rule).id},
               {"severity", word_of(finding.diagnostic.severity)},
               {"path", escape_non_utf8(finding.diagnostic.path.str())},
               {"line", range.begin.line},
               {"column", range.begin.column},
               {"jobs", texts_of(finding.jobs)},
               {"state", finding.state.empty() ? Json(nullptr) : Json(escape_non_utf8(finding.state))},
               {"message", escape_non_utf8(finding.diagnostic.message)},
               {"hints", texts_of(finding.diagnostic.hints)}};
  if (finding.rule != lint::Rule::missed_inputs) return json;
  json["missing"] = texts_of(finding.missing);
  json["add"] = texts_of(finding.add);
  return json;
}

}  // namespace

std::string render_lint_json(const lint::LintResult& result) {
  Json json = {{"schema", "statelane/lint/1"}, {"files", Json::array()}, {"jobs", result.jobs}};
  for (const RepoPath& file : result.files) json["files"].push_back(escape_non_utf8(file.str()));
  json["states"] = texts_of(result.states);
  json["findings"] = Json::array();
  for (const lint::Finding& finding : result.findings) json["findings"].push_back(finding_of(finding));
  json["not_looked_at"] = Json::array();
  for (const lint::NotLookedAt& skipped : result.not_looked_at) {
    json["not_looked_at"].push_back({{"path", escape_non_utf8(skipped.file.str())},
                                     {"line", skipped.line},
                                     {"what", escape_non_utf8(skipped.what)}});
  }
  return json.dump(2) + "\n";
}

}  // namespace statelane::emit
