#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runner/json_scanner.hpp"

namespace statelane::runner {

/// An output whose value changes; the value itself is never read.
struct OutputChange {
  std::string name;
  std::string action;  ///< create, update or delete
  friend bool operator==(const OutputChange&, const OutputChange&) = default;
};

/// What a plan will do. Addresses are sorted; values appear nowhere.
struct PlanSummary {
  /// By GitLab's rule for `reports:terraform`: each action of each resource counts, so a replace counts in `create` and
  /// `remove`.
  std::int64_t create = 0;
  std::int64_t update = 0;
  std::int64_t remove = 0;

  std::vector<std::string> created{};
  std::vector<std::string> updated{};
  std::vector<std::string> replaced{};
  std::vector<std::string> deleted{};
  std::vector<std::string> imported{};   ///< also in another list when the import changes something
  std::vector<std::string> moved{};      ///< `old -> new`; also in another list when the move changes something
  std::vector<std::string> forgotten{};  ///< leaves the state, stays in the world
  std::vector<std::string> succeeded{};  ///< the same, and a new one is created in its place (OpenTofu)
  std::vector<std::string> read{};       ///< data sources read during the apply
  std::vector<OutputChange> outputs{};

  bool has_prior_objects = false;  ///< the state holds something that the plan looked at
  bool errored = false;            ///< the plan stopped half-way; its counts mean nothing
  std::optional<bool>
      complete{};  ///< false: targets or deferred changes left something out; empty: the tool is too old
  std::optional<bool> applyable{};   ///< whether an apply would do anything; empty: the tool is too old
  std::int64_t changed_outside = 0;  ///< objects that are not as the state has them: somebody else changed them
  std::string tool_version{};
  std::vector<std::string> variables{};  ///< the names of the root module's, as they come

  /// An apply would do something.
  bool has_changes() const;
  /// Deletes and replaces, counted once each.
  std::int64_t destroys() const { return static_cast<std::int64_t>(deleted.size() + replaced.size()); }

  friend bool operator==(const PlanSummary&, const PlanSummary&) = default;
};

/// The lists of what a plan changes with their verbs, what destroys first.
std::array<std::pair<std::string_view, const std::vector<std::string>*>, 9> by_action(const PlanSummary& summary);

/// Reads the output of `terraform show -json PLAN` in pieces; memory grows with the addresses that change, not with the
/// plan.
class PlanSummaryReader {
 public:
  PlanSummaryReader();
  PlanSummaryReader(const PlanSummaryReader&) = delete;
  PlanSummaryReader& operator=(const PlanSummaryReader&) = delete;

  /// Throws `Error{environment}` where the text is not JSON.
  void add(std::string_view piece) { scanner_.add(piece); }
  /// Throws `Error{environment}` when the document is incomplete or is not a plan.
  PlanSummary finish();

 private:
  enum class Place {
    outside,
    document,
    resources,
    resource,
    drifted,
    drifted_resource,
    change,
    actions,
    importing,
    outputs,
    output,
    output_actions,
    variables
  };
  struct Resource {
    std::string address, previous_address, deposed;
    std::vector<std::string> actions;
    bool is_imported = false;
  };

  JsonScanner::Answer receive(const JsonEvent& event);
  JsonScanner::Answer receive_key(std::string_view key);
  void receive_value(std::string_view text, bool is_string);
  void enter();
  void leave();
  void take_resource();
  void take_output();

  JsonScanner scanner_;
  std::vector<Place> places_;
  Place next_ = Place::document;  ///< what the coming value is when it is an object or an array
  std::string key_;
  Resource resource_;
  OutputChange output_;
  std::string format_version_;
  PlanSummary summary_;
};

/// One screen about a plan, for the job's log: a line of counts, then addresses by action and the outputs that change,
/// at most `most_lines` lines. `whole` is the file with all of them; empty: there is none.
std::string render_summary(const PlanSummary& summary, std::string_view state_id, std::string_view whole,
                           std::size_t most_lines = 40);

/// GitLab's `reports:terraform`: `{"create":1,"update":0,"delete":2}` and a newline.
std::string render_report(const PlanSummary& summary);

}  // namespace statelane::runner
