#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/suggest.hpp"
#include "gitlab/limits.hpp"
#include "lint/configuration.hpp"

namespace statelane::lint {

namespace {

class Extender {
 public:
  Extender(Configuration& configuration, Report& report) : configuration_(configuration), report_(report) {
    for (std::size_t index = 0; index < configuration.root.size(); ++index) {
      places_.emplace(configuration.root[index].key, index);
    }
    visits_.resize(configuration.root.size());
  }

  void run() {
    for (std::size_t index = 0; index < visits_.size(); ++index) extend(index);
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
    yaml::Value& value = configuration_.root[index].value;
    const yaml::Value* extends = value.find("extends");
    if (extends != nullptr) merge_bases(index, *extends);
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
    values_ += yaml::count_values(yaml::Value(merged, extends.spot), most_configuration_values);
    if (values_ > most_configuration_values) {
      if (!is_full_) report_.add(Rule::too_large, extends.spot, "", "extends makes too many values of this file");
      is_full_ = true;
      return;
    }
    yaml::Value::Map& own = *configuration_.root[index].value.as_map();
    yaml::deep_merge(merged, own);
    own = std::move(merged);
  }

  void merge_base(std::size_t index, const yaml::Value& name, yaml::Value::Map& merged) {
    const auto place = places_.find(*name.as_string());
    const std::string& job = configuration_.root[index].key;
    if (place == places_.end()) {
      report_unknown(index, name);
      return;
    }
    if (visits_[place->second].progress == Progress::open) {
      report(index, name,
             fmt::format("extends goes in a circle: \"{}\" extends \"{}\" in the end", *name.as_string(), job));
      return;
    }
    extend(place->second);
    const yaml::Value& base = configuration_.root[place->second].value;
    Visit& visit = visits_[index];
    visit.levels = std::max(visit.levels, visits_[place->second].levels + 1);
    if (visit.levels == gitlab::max_extends_depth + 1) {
      report(index, name, fmt::format("extends goes more than {} levels deep", gitlab::max_extends_depth));
    }
    if (base.as_map() == nullptr) {
      report(index, name, fmt::format("\"{}\" is {}, no job", *name.as_string(), yaml::kind_of(base)));
      return;
    }
    const auto unseen = configuration_.unseen_bases.find(*name.as_string());
    if (unseen != configuration_.unseen_bases.end()) {
      const std::set<std::string> bases = unseen->second;
      configuration_.unseen_bases[job].insert(bases.begin(), bases.end());
    }
    yaml::deep_merge(merged, *base.as_map());
  }

  void report_unknown(std::size_t index, const yaml::Value& name) {
    if (!configuration_.unseen.empty()) {
      configuration_.unseen_bases[configuration_.root[index].key].insert(*name.as_string());
      return;
    }
    std::vector<std::string> names;
    for (const yaml::Value::Entry& entry : configuration_.root) {
      if (entry.value.as_map() != nullptr) names.push_back(entry.key);
    }
    std::vector<std::string> hints;
    if (const auto suggestion = find_suggestion(*name.as_string(), names)) {
      hints.push_back(fmt::format("did you mean \"{}\"?", *suggestion));
    }
    report(index, name, fmt::format("extends \"{}\", which no file defines", *name.as_string()), std::move(hints));
  }

  void report(std::size_t index, const yaml::Value& at, std::string message, std::vector<std::string> hints = {}) {
    report_.add(Rule::invalid_extends, at.spot, configuration_.root[index].key, std::move(message), std::move(hints));
  }

  Configuration& configuration_;
  Report& report_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<Visit> visits_;
  std::size_t values_ = 0;
  bool is_full_ = false;
};

}  // namespace

void resolve_extends(Configuration& configuration, Report& report) { Extender(configuration, report).run(); }

}  // namespace statelane::lint
