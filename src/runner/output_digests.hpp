#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "runner/guards.hpp"
#include "runner/json_scanner.hpp"

namespace statelane::runner {

/// Outputs of a state: name → digest of the value. Values are never kept. In a plan's metadata whoever may read the
/// digests may read the plan file beside them, so they need not withstand guessing; see `hide_sensitive` for what an
/// apply leaves.
using OutputDigests = std::map<std::string, std::string>;

/// The outputs of another state as a `terraform_remote_state` data source read them for a plan.
struct RemoteOutputs {
  std::string address;
  OutputDigests outputs;
  friend bool operator==(const RemoteOutputs&, const RemoteOutputs&) = default;
};

/// What can be said before an apply of one output as a variable of later jobs.
struct PlannedOutput {
  bool is_known = true;   ///< its value is
  std::string why_not{};  ///< why it cannot be a variable, as far as that is known; empty: it can
  std::size_t size = 0;   ///< of the value, where it is known
  friend bool operator==(const PlannedOutput&, const PlannedOutput&) = default;
};

/// What a plan saw: the state's own outputs before it, those of other states that it read, and the outputs that it
/// will leave.
struct SeenOutputs {
  OutputDigests own{};
  std::vector<RemoteOutputs> remote{};
  std::optional<std::map<std::string, PlannedOutput>> planned{};  ///< empty: not known
  std::set<std::string> sensitive{};                              ///< the state's own, before or after
  friend bool operator==(const SeenOutputs&, const SeenOutputs&) = default;
};

/// Reads `terraform show -json PLAN` or `terraform output -json` in pieces.
class OutputDigestReader {
 public:
  enum class Source { plan, output_command };

  /// `salt` (the root pipeline) goes into each digest.
  OutputDigestReader(Source source, std::string salt);
  OutputDigestReader(const OutputDigestReader&) = delete;
  OutputDigestReader& operator=(const OutputDigestReader&) = delete;

  /// Throws `Error{environment}` where the text is not JSON.
  void add(std::string_view piece) { scanner_.add(piece); }
  SeenOutputs finish();

 private:
  enum class Place {
    outside,
    document,
    prior_state,
    state_values,
    own_outputs,
    output_changes,
    output_change,
    output_actions,
    own_output,
    module,
    modules,
    resources,
    resource,
    resource_values,
    remote_outputs,
    configuration,
    root_module,
    value
  };

  JsonScanner::Answer receive(const JsonEvent& event);
  JsonScanner::Answer receive_key(std::string_view key);
  void enter();
  void leave();
  void receive_text(std::string_view text);
  void digest(const JsonEvent& event);
  void take_value();
  void receive_planned(const JsonEvent& event);
  void take_planned();
  Place here() const { return places_.empty() ? Place::outside : places_.back(); }

  JsonScanner scanner_;
  Place first_;
  std::string salt_;
  std::vector<Place> places_;
  Place next_ = Place::outside;
  std::string key_;
  std::string output_name_;
  bool is_remote_output_ = false;
  bool is_new_output_ = false;
  bool has_configuration_ = false;
  bool has_configured_outputs_ = false;
  /// The output change that is being read.
  struct Change {
    PlannedOutput planned{};
    bool is_null = false;  ///< it will not be there, unless its value is not known
  } change_;
  std::string resource_type_, resource_address_;
  std::optional<Sha256> digest_;
  SeenOutputs seen_;
};

/// What a plan that is encrypted leaves of `seen`: names, and nothing by which a value could be guessed.
SeenOutputs without_digests(SeenOutputs seen);

/// What stands in place of a digest of a sensitive output in the record of an apply: a value of few digits would be
/// found by trying them all.
inline constexpr std::string_view sensitive_before = "sensitive";
inline constexpr std::string_view sensitive_changed = "sensitive, changed";

/// What an apply did to the outputs of its state.
struct AppliedOutputs {
  std::string state{};
  OutputDigests before{};
  OutputDigests after{};
  friend bool operator==(const AppliedOutputs&, const AppliedOutputs&) = default;
};

/// `applied` without digests of sensitive outputs: only whether each has changed is told.
AppliedOutputs hide_sensitive(AppliedOutputs applied, const std::set<std::string>& sensitive);

/// The outputs of `applied` that a plan read and that are not any more what it read. `names`: those that the
/// configuration refers to at all; empty when that is not known, then all count. A data source reads `applied.state`
/// when what it saw is what that state held before.
std::vector<Refusal> find_changed_outputs(const std::vector<RemoteOutputs>& read, const AppliedOutputs& applied,
                                          const std::optional<std::vector<std::string>>& names);

}  // namespace statelane::runner
