#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "runner/guards.hpp"
#include "runner/json_scanner.hpp"

namespace statelane::runner {

/// Outputs of a state: name → digest of the value. Values are never kept. Whoever may read the digests may read the
/// plan file beside them, so they need not withstand guessing.
using OutputDigests = std::map<std::string, std::string>;

/// The outputs of another state as a `terraform_remote_state` data source read them for a plan.
struct RemoteOutputs {
  std::string address;
  OutputDigests outputs;
  friend bool operator==(const RemoteOutputs&, const RemoteOutputs&) = default;
};

/// What a plan saw: the state's own outputs before it, and those of other states that it read.
struct SeenOutputs {
  OutputDigests own{};
  std::vector<RemoteOutputs> remote{};
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
    value
  };

  JsonScanner::Answer receive(const JsonEvent& event);
  JsonScanner::Answer receive_key(std::string_view key);
  void enter();
  void leave();
  void receive_text(std::string_view text);
  void digest(const JsonEvent& event);
  void take_value();
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
  std::string resource_type_, resource_address_;
  std::optional<Sha256> digest_;
  SeenOutputs seen_;
};

/// What an apply did to the outputs of its state.
struct AppliedOutputs {
  std::string state{};
  OutputDigests before{};
  OutputDigests after{};
  friend bool operator==(const AppliedOutputs&, const AppliedOutputs&) = default;
};

/// The outputs of `applied` that a plan read and that are not any more what it read. `names`: those that the
/// configuration refers to at all; empty when that is not known, then all count. A data source reads `applied.state`
/// when what it saw is what that state held before.
std::vector<Refusal> find_changed_outputs(const std::vector<RemoteOutputs>& read, const AppliedOutputs& applied,
                                          const std::optional<std::vector<std::string>>& names);

}  // namespace statelane::runner
