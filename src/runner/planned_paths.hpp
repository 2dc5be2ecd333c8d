#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runner/json_scanner.hpp"

namespace statelane::runner {

/// Paths in the values that a plan is about to give to resources and outputs.
struct PlannedPaths {
  bool holds_checkout = false;        ///< some lie in the directory of this checkout, absolute
  std::set<std::string> elsewhere{};  ///< other absolute ones, at most a thousand; many of them are no files
};

/// Reads the output of `terraform show -json PLAN` in pieces.
class PlannedPathsReader {
 public:
  /// `checkout`: the project's directory, absolute.
  explicit PlannedPathsReader(const std::filesystem::path& checkout);
  PlannedPathsReader(const PlannedPathsReader&) = delete;
  PlannedPathsReader& operator=(const PlannedPathsReader&) = delete;

  void add(std::string_view piece) { scanner_.add(piece); }
  PlannedPaths finish();

 private:
  enum class Place { outside, document, resources, outputs, changed, change, actions, value };

  JsonScanner::Answer receive(const JsonEvent& event);
  JsonScanner::Answer receive_key(std::string_view key);
  void enter();
  void take(std::string_view text);
  bool is_in_checkout(std::string_view text) const;
  Place here() const { return places_.empty() ? Place::outside : places_.back(); }

  JsonScanner scanner_;
  std::vector<std::string> checkouts_;  ///< the directory as given, and without links
  std::vector<Place> places_;
  Place next_ = Place::document;
  bool is_changing_ = false;
  bool is_after_ = false;  ///< the coming value is a planned one
  PlannedPaths paths_;
};

}  // namespace statelane::runner
