#include "runner/plan_review.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "runner/utf8_text.hpp"

namespace statelane::runner {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view review_schema = "statelane/review/1";

PlanReview from_json(const Json& json) {
  if (json.at("schema") != review_schema) throw Error(ErrorKind::environment, "review.json has another schema");
  PlanReview review{json.at("state"),   json.at("commit"), json.at("job_url"), json.at("failure"), {},
                    json.at("left_out")};
  for (const Json& change : json.at("changes")) review.changes.push_back({change.at("action"), change.at("address")});
  for (const Json& output : json.at("outputs")) review.outputs.push_back({output.at("name"), output.at("action")});
  review.verdict = json.value("verdict", "");  // an older helper did not write it
  if (json.contains("verdict_details"))
    review.verdict_details = json.at("verdict_details").get<std::vector<std::string>>();
  return review;
}

}  // namespace

void describe_changes(const PlanSummary& summary, PlanReview& review, std::size_t most) {
  for (const auto& [action, addresses] : by_action(summary)) {
    for (const std::string& address : *addresses) {
      if (review.changes.size() < most) {
        review.changes.push_back({std::string(action), address});
      } else {
        ++review.left_out;
      }
    }
  }
  const auto count = static_cast<std::ptrdiff_t>(std::min(summary.outputs.size(), most));
  review.outputs.assign(summary.outputs.begin(), summary.outputs.begin() + count);
}

std::string render_review(const PlanReview& review) {
  Json json = {{"schema", review_schema},
               {"state", to_utf8(review.state)},
               {"commit", to_utf8(review.commit)},
               {"job_url", to_utf8(review.job_url)},
               {"failure", to_utf8(review.failure)},
               {"left_out", review.left_out},
               {"changes", Json::array()},
               {"outputs", Json::array()}};
  for (const ReviewedChange& change : review.changes)
    json["changes"].push_back({{"action", change.action}, {"address", to_utf8(change.address)}});
  for (const OutputChange& output : review.outputs)
    json["outputs"].push_back({{"name", to_utf8(output.name)}, {"action", output.action}});
  json["verdict"] = to_utf8(review.verdict);
  json["verdict_details"] = to_utf8(review.verdict_details);
  return json.dump() + "\n";
}

PlanReview parse_review(std::string_view text) {
  try {
    return from_json(Json::parse(text));
  } catch (const Json::exception&) {
    throw Error(ErrorKind::environment, "the review of the plan (review.json) is damaged");
  }
}

}  // namespace statelane::runner
