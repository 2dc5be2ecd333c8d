#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runner/json_scanner.hpp"
#include "runner/plan_certificate.hpp"
#include "runner/plan_value.hpp"

namespace statelane::runner {

/// Reads the output of `terraform show -json PLAN` in pieces and makes its certificate. Every field of the document
/// counts, also those that this program does not know; what is as large as the state is hashed resource by resource.
class CertificateReader {
 public:
  /// `now`, seconds since 1970, is about when the plan was made.
  CertificateReader(std::string key, std::int64_t now);
  CertificateReader(const CertificateReader&) = delete;
  CertificateReader& operator=(const CertificateReader&) = delete;

  /// Throws `Error{environment}` where the text is not JSON.
  void add(std::string_view piece) { scanner_.add(piece); }
  /// What the plan's JSON tells; whose plan it is the caller knows.
  PlanCertificate finish();

 private:
  /// A part whose hash is to be made.
  struct Part {
    CertifiedPart told;
    bool is_change = true;
    PlanValue value;
  };
  struct Hashed {
    CertifiedPart told;
    std::string full;  ///< of all values, sensitive ones too
  };

  JsonScanner::Answer receive(const JsonEvent& event);
  bool is_part() const;
  std::string name_of_value() const;
  void take(PlanValue value);
  void take_field(PlanValue value);
  void take_other(const std::string& list, PlanValue value);
  void take_scalar(const JsonEvent& event);
  void take_change(PlanValue value, std::string_view prefix);
  void take_output(std::string name, PlanValue value);
  void take_configuration(const PlanValue& module, const std::string& path);
  void put(Part part);
  bool may_hold_time(const PlanValue& value) const;
  void hash(const Part& part);
  void hash_variables();

  JsonScanner scanner_;
  std::string key_;
  std::string day_before_, day_after_;
  std::vector<std::string> path_;  ///< names of what is open; of elements "[]"
  std::vector<bool> is_array_;
  std::string member_;
  PlanValueBuilder builder_;
  bool is_building_ = false;

  std::string plan_time_;
  std::vector<Part> waiting_;                                 ///< for the plan's time, which comes last
  std::vector<std::pair<std::string, PlanValue>> variables_;  ///< for the configuration, which says which are sensitive
  std::set<std::string> sensitive_variables_;
  std::vector<std::string> rest_;  ///< what stands between the parts
  std::vector<Hashed> changes_, others_;
  std::set<std::string> holds_time_;
};

}  // namespace statelane::runner
