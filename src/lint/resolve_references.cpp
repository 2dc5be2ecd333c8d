#include <fmt/format.h>

#include <algorithm>

#include "lint/configuration.hpp"

namespace statelane::lint {

namespace {

constexpr std::size_t most_nested_references = 10;

class Follower {
 public:
  Follower(const Configuration& configuration, Report& report) : configuration_(configuration), report_(report) {}

  void follow_in(yaml::Value& node, const std::string& job) {
    if (const auto* reference = node.as_reference()) {
      follow(node, reference->path, job);
    } else if (auto* list = std::get_if<yaml::Value::List>(&node.data)) {
      for (yaml::Value& item : *list) follow_in(item, job);
    } else if (yaml::Value::Map* map = node.as_map()) {
      for (yaml::Value::Entry& entry : *map) follow_in(entry.value, job);
    }
  }

 private:
  void follow(yaml::Value& node, const std::vector<std::string>& path, const std::string& job) {
    const std::string name = fmt::format("!reference [{}]", fmt::join(path, ", "));
    const yaml::Spot spot = node.spot;
    if (std::find(open_.begin(), open_.end(), path) != open_.end() || open_.size() >= most_nested_references) {
      report_.add(Rule::invalid_reference, spot, job, fmt::format("{} goes in a circle or too deep", name));
      return;
    }
    const yaml::Value* target = dig(path);
    if (target == nullptr) {
      if (configuration_.unseen.empty()) {
        report_.add(Rule::invalid_reference, spot, job, fmt::format("{} leads nowhere", name));
      }
      return;
    }
    values_ += yaml::count_values(*target, most_configuration_values);
    if (values_ > most_configuration_values) {
      if (!is_full_) report_.add(Rule::too_large, spot, job, "!reference makes too many values of this file");
      is_full_ = true;
      return;
    }
    open_.push_back(path);
    yaml::Value copy = *target;
    follow_in(copy, job);
    node = std::move(copy);
    open_.pop_back();
  }

  const yaml::Value* dig(const std::vector<std::string>& path) const {
    if (path.empty()) return nullptr;
    const yaml::Value::Entry* entry = yaml::find_entry(configuration_.root, path.front());
    const yaml::Value* node = entry != nullptr ? &entry->value : nullptr;
    for (std::size_t index = 1; index < path.size() && node != nullptr; ++index) node = node->find(path[index]);
    return node;
  }

  const Configuration& configuration_;
  Report& report_;
  std::vector<std::vector<std::string>> open_;
  std::size_t values_ = 0;
  bool is_full_ = false;
};

}  // namespace

void resolve_references(Configuration& configuration, Report& report) {
  // Targets are looked up in the configuration as it was before: each is followed where it is used.
  yaml::Value::Map resolved = configuration.root;
  Follower follower(configuration, report);
  for (yaml::Value::Entry& entry : resolved) follower.follow_in(entry.value, entry.key);
  configuration.root = std::move(resolved);
}

}  // namespace statelane::lint
