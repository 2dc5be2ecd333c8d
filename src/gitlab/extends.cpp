#include "gitlab/extends.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/suggest.hpp"
#include "gitlab/limits.hpp"

namespace statelane::gitlab {

namespace {

constexpr std::size_t most_values = 1'000'000;

class Extender {
 public:
  Extender(yaml::Value::Map& root, Files files) : root_(root), files_(files) {
    for (std::size_t index = 0; index < root.size(); ++index) places_.emplace(root[index].key, index);
    visits_.resize(root.size());
  }

  Extended run() {
    for (std::size_t index = 0; index < visits_.size(); ++index) extend(index);
    return std::move(result_);
  }

 private:
  enum class Progress { not_begun, open, done };
  struct Visit {
    Progress progress = Progress::not_begun;
    std::size_t levels = 0;  ///< of `extends` below it
  };

  void extend(std::size_t index) {
    Visit& visit = visits_[index];
    if (visit.progress == Progress::done) return;
    visit.progress = Progress::open;
    yaml::Value& value = root_[index].value;
    const yaml::Value* extends = value.find("extends");
    if (extends != nullptr && !extends->is_null()) merge_bases(index, *extends);
    visits_[index].progress = Progress::done;
  }

  void merge_bases(std::size_t index, const yaml::Value& extends) {
    // Bases are merged into another map, so that `extends` stays where it is meanwhile.
    yaml::Value::Map merged;
    const bool is_list = extends.as_list() != nullptr;
    const bool is_valid = extends.as_string() != nullptr ||
                          (is_list && std::all_of(extends.as_list()->begin(), extends.as_list()->end(),
                                                  [](const yaml::Value& item) { return item.as_string() != nullptr; }));
    if (!is_valid) {
      report(index, extends, fmt::format("extends is {}; it takes a name or a list of names", yaml::kind_of(extends)));
      return;
    }
    for (const yaml::Value* name : yaml::texts_of(&extends)) merge_base(index, *name, merged);
    values_ += yaml::count_values(yaml::Value(merged, extends.spot), most_values);
    if (values_ > most_values) {
      if (!is_full_) report(index, extends, "extends makes too many values of this file", {}, true);
      is_full_ = true;
      return;
    }
    yaml::Value::Map& own = *root_[index].value.as_map();
    yaml::deep_merge(merged, own);
    own = std::move(merged);
  }

  void merge_base(std::size_t index, const yaml::Value& name, yaml::Value::Map& merged) {
    const auto place = places_.find(*name.as_string());
    const std::string& job = root_[index].key;
    if (place == places_.end()) {
      report_unknown(index, name);
      return;
    }
    if (visits_[place->second].progress == Progress::open) {
      report(index, name,
             fmt::format("extends goes in a circle: \"{}\" extends \"{}\" in the end", *name.as_string(), job));
      return;
    }
    // Deeper than GitLab goes, the rest of the chain waits for its own turn.
    if (depth_ > max_extends_depth) return;
    ++depth_;
    extend(place->second);
    --depth_;
    const yaml::Value& base = root_[place->second].value;
    Visit& visit = visits_[index];
    visit.levels = std::max(visit.levels, visits_[place->second].levels + 1);
    if (visit.levels == max_extends_depth + 1) {
      report(index, name, fmt::format("extends goes more than {} levels deep", max_extends_depth));
    }
    if (base.as_map() == nullptr) {
      report(index, name, fmt::format("\"{}\" is {}, no job", *name.as_string(), yaml::kind_of(base)));
      return;
    }
    const auto unseen = result_.unseen.find(*name.as_string());
    if (unseen != result_.unseen.end()) {
      const std::set<std::string> bases = unseen->second;
      result_.unseen[job].insert(bases.begin(), bases.end());
    }
    yaml::deep_merge(merged, *base.as_map());
  }

  void report_unknown(std::size_t index, const yaml::Value& name) {
    if (files_ == Files::some_unseen) {
      result_.unseen[root_[index].key].insert(*name.as_string());
      return;
    }
    std::vector<std::string> names;
    for (const yaml::Value::Entry& entry : root_) {
      if (entry.value.as_map() != nullptr) names.push_back(entry.key);
    }
    std::vector<std::string> hints;
    if (const auto suggestion = find_suggestion(*name.as_string(), names)) {
      hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
    }
    report(index, name, fmt::format("extends \"{}\", which no file defines", *name.as_string()), std::move(hints));
  }

  void report(std::size_t index, const yaml::Value& at, std::string message, std::vector<std::string> hints = {},
              bool is_too_large = false) {
    result_.faults.push_back({root_[index].key, at.spot, std::move(message), std::move(hints), is_too_large});
  }

  yaml::Value::Map& root_;
  Files files_;
  Extended result_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<Visit> visits_;
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
  bool is_full_ = false;
};

}  // namespace

std::vector<std::string> extended_names(const yaml::Value& extends) {
  std::vector<std::string> names;
  for (const yaml::Value* name : yaml::texts_of(&extends)) names.push_back(*name->as_string());
  return names;
}

Extended resolve_extends(yaml::Value::Map& root, Files files) { return Extender(root, files).run(); }

}  // namespace statelane::gitlab
