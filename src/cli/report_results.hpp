#pragma once

#include <optional>
#include <string>

#include "base/files.hpp"
#include "emit/report.hpp"
#include "runner/plan_certificate.hpp"

namespace statelane::cli {

/// Reads what jobs left of their plans and applies, for a page. What cannot be read is told on standard error, and left
/// out.
class ResultReader {
 public:
  /// `head`: the commit that the page is about; empty: any.
  ResultReader(files::Place artifacts, std::string head) : artifacts_(std::move(artifacts)), head_(std::move(head)) {}

  /// Empty where no plan lies, or one of another commit, which would tell of something else.
  std::optional<emit::LaneResult> read(const std::string& id);

  /// By which another plan can be compared with the one that `read` found; empty where there is none.
  std::optional<runner::PlanCertificate> read_certificate(const std::string& id, const std::string& key) const;

 private:
  void add_review(const files::Place& directory, const std::string& text_digest, emit::LaneResult& result);
  void add_texts(const files::Place& directory, const std::string& text_digest, emit::LaneResult& result);

  files::Place artifacts_;
  std::string head_;
  std::size_t text_left_ = std::size_t{8} << 20;  ///< bytes of plans that the page still takes
};

}  // namespace statelane::cli
