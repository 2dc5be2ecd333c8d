#include "runner/plan_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace statelane::runner {

namespace {

class Writer {
 public:
  explicit Writer(const CanonicalForm& form) : form_(form) {}

  void write(const PlanValue& value, const PlanValue* mask) {
    if (form_.masks && mask != nullptr && mask->is_true()) {
      text += "*;";
      return;
    }
    switch (value.kind) {
      case PlanValue::Kind::scalar: text += "v" + value.text + ";"; return;
      case PlanValue::Kind::string: return write_string(value.text);
      case PlanValue::Kind::array: return write_array(value, mask);
      case PlanValue::Kind::object: return write_object(value, mask);
    }
  }

  std::string text;
  bool found_time = false;

 private:
  void write_string(std::string_view bytes) {
    if (!form_.plan_time.empty() && bytes == form_.plan_time) {
      found_time = true;
      text += "t;";
      return;
    }
    text += fmt::format("s{}:", bytes.size());
    text += bytes;
  }

  void write_array(const PlanValue& value, const PlanValue* mask) {
    text += fmt::format("a{}:", value.items.size());
    const bool has_masks = mask != nullptr && mask->kind == PlanValue::Kind::array;
    for (std::size_t index = 0; index < value.items.size(); ++index)
      write(value.items[index], has_masks && index < mask->items.size() ? &mask->items[index] : nullptr);
  }

  void write_object(const PlanValue& value, const PlanValue* mask) {
    std::vector<std::size_t> order(value.items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t left, std::size_t right) { return value.keys[left] < value.keys[right]; });
    text += fmt::format("o{}:", order.size());
    for (const std::size_t index : order) {
      write_string(value.keys[index]);
      const PlanValue* inner = mask == nullptr ? nullptr : mask->find(value.keys[index]);
      write(value.items[index], inner != nullptr ? inner : find_mask(value, value.keys[index]));
    }
  }

  /// The plan's format keeps marks beside what they mark.
  static const PlanValue* find_mask(const PlanValue& object, std::string_view key) {
    if (key == "before") return object.find("before_sensitive");
    if (key == "after") return object.find("after_sensitive");
    if (key == "values") return object.find("sensitive_values");
    if (key == "config_values") return object.find("config_sensitive");
    return key == "value" ? object.find("sensitive") : nullptr;
  }

  const CanonicalForm& form_;
};

}  // namespace

const PlanValue* PlanValue::find(std::string_view key) const {
  const auto found = std::find(keys.begin(), keys.end(), key);
  return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

std::string_view string_of(const PlanValue& object, std::string_view key) {
  const PlanValue* value = object.find(key);
  return value == nullptr ? std::string_view() : value->string();
}

bool PlanValueBuilder::add(const JsonEvent& event) {
  using Kind = JsonEvent::Kind;
  switch (event.kind) {
    case Kind::key: open_.back().keys.emplace_back(event.text); return false;
    case Kind::begin_object: return put({PlanValue::Kind::object}, true);
    case Kind::begin_array: return put({PlanValue::Kind::array}, true);
    case Kind::string: return put({PlanValue::Kind::string, std::string(event.text)}, false);
    case Kind::scalar: return put({PlanValue::Kind::scalar, std::string(event.text)}, false);
    case Kind::end_object:
    case Kind::end_array: break;
  }
  if (open_.size() == 1) return true;
  PlanValue closed = std::move(open_.back());
  open_.pop_back();
  open_.back().items.push_back(std::move(closed));
  return false;
}

bool PlanValueBuilder::put(PlanValue value, bool stays_open) {
  if (stays_open || open_.empty()) {
    open_.push_back(std::move(value));
    return !stays_open;
  }
  open_.back().items.push_back(std::move(value));
  return false;
}

PlanValue PlanValueBuilder::take() {
  PlanValue value = std::move(open_.front());
  open_.clear();
  return value;
}

std::string write_canonical(const PlanValue& value, const CanonicalForm& form, bool& found_time) {
  Writer writer(form);
  writer.write(value, nullptr);
  found_time = found_time || writer.found_time;
  return std::move(writer.text);
}

}  // namespace statelane::runner
