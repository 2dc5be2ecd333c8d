#include "runner/plan_certificate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/replace_all.hpp"
#include "runner/utf8_text.hpp"

namespace statelane::runner {

namespace {

using Json = nlohmann::ordered_json;
using Parts = std::vector<CertifiedPart>;

constexpr std::string_view schema = "statelane/certificate/1";
constexpr std::string_view hidden_start = "<!-- statelane certificate ";
constexpr std::string_view hidden_end = " -->";
constexpr std::size_t most_told = 200;  ///< differences

Json to_json(const Parts& parts) {
  Json json = Json::array();
  for (const CertifiedPart& part : parts) json.push_back({part.subject, part.actions, part.attributes, part.hash});
  return json;
}

Parts parts_from_json(const Json& json) {
  Parts parts;
  for (const Json& part : json) parts.push_back({part.at(0), part.at(1), part.at(2), part.at(3)});
  return parts;
}

/// All but what stays as it is and the signature.
Json to_json(const PlanCertificate& certificate) {
  return {{"schema", schema},
          {"state", to_utf8(certificate.state)},
          {"commit", to_utf8(certificate.commit)},
          {"source", to_utf8(certificate.source)},
          {"merge_request", to_utf8(certificate.merge_request)},
          {"protected", certificate.is_protected},
          {"key", certificate.key_id},
          {"digest", certificate.digest},
          {"unchanged", certificate.unchanged},
          {"whole", certificate.is_whole},
          {"time", certificate.holds_time},
          {"parts", to_json(certificate.parts)}};
}

std::string sign(const PlanCertificate& certificate, std::string_view key) {
  if (certificate.key_id.empty() || key.empty()) return "";
  return hmac_sha256_hex(key, "statelane: a certificate\n" + to_json(certificate).dump());
}

PlanCertificate from_json(const Json& json) {
  if (json.at("schema") != schema) throw Error(ErrorKind::environment, "certificate.json has another schema");
  PlanCertificate result{json.at("state"),         json.at("commit"),    json.at("source"),
                         json.at("merge_request"), json.at("protected"), json.at("key"),
                         json.at("digest"),        json.at("unchanged"), json.at("whole")};
  result.holds_time = json.at("time").get<std::vector<std::string>>();
  result.parts = parts_from_json(json.at("parts"));
  if (json.contains("remaining")) result.remaining = parts_from_json(json.at("remaining"));
  return result;
}

/// Nothing in it can end the comment it stands in, whatever an address holds.
std::string hide(const Json& json) {
  std::string text = json.dump();
  text = replace_all(text, "-", "\\u002d");
  text = replace_all(text, "<", "\\u003c");
  text = replace_all(text, ">", "\\u003e");
  return fmt::format("{}{}{}\n", hidden_start, text, hidden_end);
}

std::string describe(const CertifiedPart& part) {
  return part.actions.empty() ? part.subject : fmt::format("{}: {}", part.subject, part.actions);
}

/// What one part of the new plan is against that of the reviewed one, which has the same subject.
std::string describe_difference(const CertifiedPart& reviewed, const CertifiedPart& now, bool compares_values) {
  if (reviewed.actions != now.actions)
    return fmt::format("{}: {} now, {} when it was reviewed", now.subject, now.actions, reviewed.actions);
  if (reviewed.attributes != now.attributes) {
    std::vector<std::string> names;
    std::set_symmetric_difference(reviewed.attributes.begin(), reviewed.attributes.end(), now.attributes.begin(),
                                  now.attributes.end(), std::back_inserter(names));
    return fmt::format("{}: other attributes change: {}", now.subject, fmt::join(names, ", "));
  }
  if (compares_values && reviewed.hash != now.hash) return fmt::format("{}: other values", now.subject);
  return "";
}

using BySubject = std::map<std::string, Parts>;

/// Without a key what has no action cannot be compared.
BySubject by_subject(const Parts& parts, bool compares_values) {
  BySubject result;
  for (const CertifiedPart& part : parts)
    if (compares_values || !part.actions.empty()) result[part.subject].push_back(part);
  return result;
}

void compare_parts(const BySubject& reviewed, const BySubject& now, bool compares_values,
                   std::vector<std::string>& differences) {
  for (const auto& [subject, parts] : now) {
    const auto found = reviewed.find(subject);
    if (found == reviewed.end()) {
      differences.push_back(fmt::format("{}, which was not in the plan that was reviewed", describe(parts.front())));
    } else if (found->second.size() != parts.size()) {
      differences.push_back(
          fmt::format("{}: it is there {} times, and was {} times", subject, parts.size(), found->second.size()));
    } else {
      for (std::size_t index = 0; index < parts.size(); ++index) {
        std::string text = describe_difference(found->second[index], parts[index], compares_values);
        if (!text.empty()) differences.push_back(std::move(text));
      }
    }
  }
  for (const auto& [subject, parts] : reviewed)
    if (!now.contains(subject))
      differences.push_back(fmt::format("{} was reviewed, and is not in the plan any more", describe(parts.front())));
}

void bound(std::vector<std::string>& differences) {
  if (differences.size() <= most_told) return;
  const std::size_t left = differences.size() - most_told;
  differences.resize(most_told);
  differences.push_back(fmt::format("and {} more", left));
}

/// What equality leaves out, by name.
void name_the_rest(const PlanCertificate& reviewed, const PlanCertificate& now, CertificateComparison& result) {
  std::set<std::string> times(reviewed.holds_time.begin(), reviewed.holds_time.end());
  times.insert(now.holds_time.begin(), now.holds_time.end());
  for (const std::string& subject : times) result.remarks.push_back(subject + " holds the time of its plan");
  result.is_alike_to_the_time = reviewed.unchanged == now.unchanged;
  if (result.is_alike_to_the_time) return;
  std::vector<std::string> differences;
  if (!reviewed.remaining.empty())
    compare_parts(by_subject(reviewed.remaining, true), by_subject(now.remaining, true), true, differences);
  bound(differences);
  if (differences.empty()) {
    result.remarks.emplace_back("what is read, or stays as it is, has other values than when it was reviewed");
  } else {
    for (const std::string& difference : differences)
      result.remarks.push_back("not changed by the plan: " + difference);
  }
}

}  // namespace

std::string render_certificate(const PlanCertificate& certificate, std::string_view key) {
  Json json = to_json(certificate);
  json["remaining"] = to_json(certificate.remaining);
  json["signature"] = sign(certificate, key);
  return json.dump() + "\n";
}

std::string render_hidden_certificate(PlanCertificate certificate, std::string_view key, std::size_t most) {
  for (;;) {
    Json json = to_json(certificate);
    json["signature"] = sign(certificate, key);
    std::string line = hide(json);
    if (line.size() <= most) return line;
    if (certificate.parts.empty()) return "";
    certificate.is_whole = false;
    certificate.parts.resize(certificate.parts.size() / 2);
  }
}

FoundCertificate parse_certificate(std::string_view text, std::string_view key) {
  try {
    const Json json = Json::parse(text);
    FoundCertificate found{from_json(json)};
    const std::string signature = json.at("signature");
    found.is_signed = !signature.empty() && signature == sign(found.certificate, key);
    return found;
  } catch (const Json::exception&) {
    throw Error(ErrorKind::environment, "the certificate of the plan (certificate.json) is damaged");
  }
}

std::vector<FoundCertificate> find_hidden_certificates(std::string_view note, std::string_view key) {
  std::vector<FoundCertificate> result;
  for (std::size_t at = 0; at < note.size();) {
    const std::size_t end = std::min(note.find('\n', at), note.size());
    std::string_view line = note.substr(at, end - at);
    at = end + 1;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    const bool is_one =
        line.starts_with(hidden_start) && line.ends_with("-->") && line.size() > hidden_start.size() + 3;
    if (!is_one) continue;
    try {
      result.push_back(parse_certificate(line.substr(hidden_start.size(), line.size() - hidden_start.size() - 3), key));
    } catch (const Error&) {
    }
  }
  return result;
}

CertificateComparison compare_certificates(const FoundCertificate& reviewed, const PlanCertificate& now) {
  const PlanCertificate& then = reviewed.certificate;
  // Hashes that nobody has signed are somebody's claim.
  const bool compares_values = reviewed.is_signed && !now.key_id.empty() && then.key_id == now.key_id;
  CertificateComparison result;
  if (compares_values && then.digest == now.digest) {
    result.result = CertificateComparison::Result::equal;
    name_the_rest(then, now, result);
    return result;
  }
  if (!then.is_whole) {
    result.differences.emplace_back("the certificate had no room for all of the plan: where they differ is not known");
    return result;
  }
  compare_parts(by_subject(then.parts, compares_values), by_subject(now.parts, compares_values), compares_values,
                result.differences);
  bound(result.differences);
  if (!result.differences.empty()) return result;
  if (compares_values) {
    result.differences.emplace_back("values that the plan marks sensitive");
  } else {
    result.result = CertificateComparison::Result::same_actions;
  }
  return result;
}

}  // namespace statelane::runner
