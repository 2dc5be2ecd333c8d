#include "lint/finding.hpp"

#include <algorithm>
#include <tuple>

namespace statelane::lint {

namespace {

constexpr std::string_view marker = "statelane-lint: ignore";

/// The line that holds the byte at `offset`, without its end.
std::string_view line_at(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  std::string_view line = text.substr(begin, std::min(text.find('\n', offset), text.size()) - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The comment of a line names the rule, or none, which means all.
bool silences(std::string_view line, std::string_view id) {
  const std::size_t hash = line.find('#');
  const std::size_t begin = hash == std::string_view::npos ? hash : line.find(marker, hash);
  if (begin == std::string_view::npos) return false;
  std::string_view rest = line.substr(begin + marker.size());
  bool names_any = false;
  while (true) {
    const std::size_t word = rest.find_first_not_of(" ,\t");
    if (word == std::string_view::npos) return !names_any;
    rest.remove_prefix(word);
    const std::size_t end = std::min(rest.find_first_of(" ,\t"), rest.size());
    if (rest.substr(0, end) == id) return true;
    names_any = true;
    rest.remove_prefix(end);
  }
}

/// All but the jobs: findings that are equal in this are one.
auto order_of(const Finding& finding) {
  return std::tie(finding.diagnostic.path, finding.diagnostic.range, finding.rule, finding.state,
                  finding.diagnostic.message, finding.diagnostic.hints, finding.missing, finding.add);
}

}  // namespace

std::uint32_t Report::add_file(SourceFile file) {
  files_.push_back(std::move(file));
  return static_cast<std::uint32_t>(files_.size() - 1);
}

Finding& Report::add(Rule rule, const yaml::Spot& spot, const std::string& job, std::string message,
                     std::vector<std::string> hints) {
  const SourceFile& file = files_[spot.file];
  Finding finding;
  finding.rule = rule;
  if (!job.empty()) finding.jobs.push_back(job);
  finding.diagnostic = {describe(rule).severity, file.path,        to_range(spot),
                        std::move(message),      std::move(hints), std::string(line_at(file.text, spot.begin.offset))};
  placed_.push_back({std::move(finding), spot});
  return placed_.back().finding;
}

bool Report::is_silenced(const Placed& placed) const {
  const std::string_view text = files_[placed.spot.file].text;
  const std::string_view line = line_at(text, placed.spot.begin.offset);
  const std::string_view id = describe(placed.finding.rule).id;
  if (silences(line, id)) return true;
  const auto begin = static_cast<std::size_t>(line.data() - text.data());
  return begin > 0 && silences(line_at(text, begin - 1), id);
}

std::vector<Finding> Report::take_findings() {
  std::vector<Finding> findings;
  for (Placed& placed : placed_) {
    if (!is_silenced(placed)) findings.push_back(std::move(placed.finding));
  }
  placed_.clear();
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& left, const Finding& right) { return order_of(left) < order_of(right); });
  std::vector<Finding> joined;
  for (Finding& finding : findings) {
    if (joined.empty() || order_of(joined.back()) != order_of(finding)) {
      joined.push_back(std::move(finding));
    } else {
      joined.back().jobs.insert(joined.back().jobs.end(), finding.jobs.begin(), finding.jobs.end());
    }
  }
  for (Finding& finding : joined) {
    std::sort(finding.jobs.begin(), finding.jobs.end());
    finding.jobs.erase(std::unique(finding.jobs.begin(), finding.jobs.end()), finding.jobs.end());
  }
  return joined;
}

}  // namespace statelane::lint
