#include "runner/output_relay.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace statelane::runner {

namespace {

/// Terraform and OpenTofu print this at the beginning of a line; a provisioner's output has a prefix.
constexpr std::string_view notice = "\nInterrupt received.";

constexpr std::size_t block = 65536;

/// How many blocks one turn handles, so that a program that writes without end leaves time for everything else.
constexpr int blocks_a_turn = 64;

}  // namespace

OutputRelay::OutputRelay(JobLog& log, const files::Place& file, std::string kept_as)
    : log_(log),
      kept_as_(std::move(kept_as)),
      written_(files::create(file)),
      read_(files::open(file)),
      buffer_(block, '\0') {}

std::string_view OutputRelay::read_at(std::uint64_t offset) {
  const ssize_t count = ::pread(read_.get(), buffer_.data(), buffer_.size(), static_cast<off_t>(offset));
  return {buffer_.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

bool OutputRelay::look() {
  bool any = false;
  for (int turn = 0; turn < blocks_a_turn; ++turn) {
    const std::string_view text = read_at(looked_at_);
    if (text.empty()) break;
    any = true;
    looked_at_ += text.size();
    search(text);
  }
  return any;
}

void OutputRelay::search(std::string_view text) {
  if (has_notice_) return;
  carry_.append(text.substr(0, notice.size()));
  has_notice_ = carry_.find(notice) != std::string::npos || text.find(notice) != std::string_view::npos;
  if (text.size() >= notice.size()) carry_ = text.substr(text.size() - notice.size() + 1);
}

bool OutputRelay::pump() {
  for (int turn = 0; turn < blocks_a_turn; ++turn) {
    pending_.erase(0, log_.write_some(pending_));
    if (!pending_.empty()) return false;
    if (is_cut_) {
      show_progress();
      return true;
    }
    const std::string_view text = read_at(relayed_);
    if (text.empty()) return true;
    const std::size_t taken = log_.take_from_limit(text);
    filter_.add(text.substr(0, taken), pending_);
    relayed_ += taken;
    is_cut_ = taken < text.size();
    if (is_cut_) progress_at_ = std::chrono::steady_clock::now();
  }
  return false;
}

void OutputRelay::show_progress() {
  const auto now = std::chrono::steady_clock::now();
  if (now - progress_at_ < log_.style().sign_of_life) return;
  progress_at_ = now;
  pending_ += fmt::format("... {} KiB of output so far\n", looked_at_ / 1024);
}

void OutputRelay::write_filtered(std::string_view text) {
  std::string plain;
  filter_.add(text, plain);
  log_.write(plain);
}

void OutputRelay::finish() {
  struct stat status {};
  ::fstat(read_.get(), &status);
  const auto end = static_cast<std::uint64_t>(status.st_size);
  while (looked_at_ < end && look()) {
  }
  log_.write(pending_);
  pending_.clear();
  while (!is_cut_ && relayed_ < end) {
    const std::string_view text = read_at(relayed_);
    if (text.empty()) break;
    const std::size_t taken = log_.take_from_limit(text);
    write_filtered(text.substr(0, taken));
    relayed_ += taken;
    is_cut_ = taken < text.size();
  }
  if (is_cut_) show_tail();
}

void OutputRelay::show_tail() {
  std::uint64_t from = std::max(relayed_, looked_at_ - std::min(looked_at_, log_.style().tail));
  std::string tail;
  while (from + tail.size() < looked_at_) {
    const std::string_view text = read_at(from + tail.size()).substr(0, looked_at_ - from - tail.size());
    if (text.empty()) break;
    tail += text;
  }
  // A line that is cut is none.
  if (from > relayed_) tail.erase(0, tail.find('\n') + 1);
  tail.erase(0, tail.size() - log_.take_for_tail(tail));
  if (const std::uint64_t left_out = looked_at_ - relayed_ - tail.size(); left_out > 0)
    log_.write(fmt::format("\x1b[0m\n... {} KiB left out here; the whole text is in {}\n", left_out / 1024, kept_as_));
  write_filtered(tail);
}

}  // namespace statelane::runner
