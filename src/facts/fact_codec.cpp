#include "facts/fact_codec.hpp"

#include <vector>

namespace statelane::facts {

namespace {

using hcl::Expression;

// Each type is described once, for both directions. Structured bindings take all members or do not compile: a field
// cannot be forgotten.

template <typename Archive>
void describe(Archive& archive, SourcePos& pos) {
  auto& [line, column, offset] = pos;
  archive(line, column, offset);
}

template <typename Archive>
void describe(Archive& archive, SourceRange& range) {
  auto& [begin, end] = range;
  archive(begin, end);
}

template <typename Archive>
void describe(Archive& archive, Expression& expression) {
  auto& [kind, has_ellipsis, height, range, text, operands] = expression;
  archive(kind, has_ellipsis, height, range, text, operands);
}

template <typename Archive>
void describe(Archive& archive, terraform::Loop& loop) {
  auto& [kind, key_name, value_name, collection, condition] = loop;
  archive(kind, key_name, value_name, collection, condition);
}

template <typename Archive>
void describe(Archive& archive, terraform::NamedExpression& expression) {
  auto& [name, value, line] = expression;
  archive(name, value, line);
}

template <typename Archive>
void describe(Archive& archive, terraform::Variable& variable) {
  auto& [name, value, type, line] = variable;
  archive(name, value, type, line);
}

template <typename Archive>
void describe(Archive& archive, terraform::ModuleCall& call) {
  auto& [name, source, arguments, loops, line] = call;
  archive(name, source, arguments, loops, line);
}

template <typename Archive>
void describe(Archive& archive, terraform::Backend& backend) {
  auto& [type, attributes, line] = backend;
  archive(type, attributes, line);
}

template <typename Archive>
void describe(Archive& archive, terraform::RemoteState& state) {
  auto& [name, backend, config, workspace, loops, line] = state;
  archive(name, backend, config, workspace, loops, line);
}

template <typename Archive>
void describe(Archive& archive, terraform::FileReference& reference) {
  auto& [kind, value, text, defines, loops, is_definition, line] = reference;
  archive(kind, value, text, defines, loops, is_definition, line);
}

template <typename Archive>
void describe(Archive& archive, Diagnostic& diagnostic) {
  auto& [severity, path, range, message, hints, source_line] = diagnostic;
  archive(severity, path, range, message, hints, source_line);
}

template <typename Archive>
void describe(Archive& archive, terraform::FileFacts& facts) {
  auto& [modules, backends, remote_states, locals, variables, references, open, sources, faults, has_faults, version,
         arena] = facts;
  static_cast<void>(arena);  // what it owns is written where it is used
  archive(modules, backends, remote_states, locals, variables, references, open, sources, faults, has_faults, version);
}

template <typename Archive>
void describe(Archive& archive, terraform::VariableFile& file) {
  auto& [values, references, faults, arena] = file;
  static_cast<void>(arena);
  archive(values, references, faults);
}

template <typename Archive>
void describe(Archive& archive, terraform::TemplateFile& file) {
  auto& [references, is_too_large, faults, arena] = file;
  static_cast<void>(arena);
  archive(references, is_too_large, faults);
}

class Writer {
 public:
  template <typename... Fields>
  void operator()(Fields&... fields) {
    (put(fields), ...);
  }

  std::string bytes;

 private:
  /// Seven bits a byte, the lowest first: most numbers are small.
  void put_number(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7F) | 0x80);
    bytes += static_cast<char>(number);
  }

  void put(std::string_view text) {
    put_number(text.size());
    bytes += text;
  }

  void put(const Expression* expression) {
    put_number(expression != nullptr ? 1 : 0);
    if (expression == nullptr) return;
    Expression copy = *expression;
    describe(*this, copy);
  }

  template <typename T>
  void put(std::span<const T> values) {
    put_number(values.size());
    for (T value : values) put(value);
  }

  void put(std::vector<std::string>& texts) {
    put_number(texts.size());
    for (const std::string& text : texts) put(std::string_view(text));
  }

  void put(RepoPath& path) { put(std::string_view(path.str())); }

  void put(std::optional<SourceRange>& range) {
    put_number(range ? 1 : 0);
    if (range) describe(*this, *range);
  }

  void put(Diagnostics& diagnostics) {
    std::vector<Diagnostic> sorted = diagnostics.sorted();
    put_number(sorted.size());
    for (Diagnostic& diagnostic : sorted) describe(*this, diagnostic);
  }

  template <typename T>
  void put(T& value) {
    if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      put_number(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_same_v<T, std::string>) {
      put(std::string_view(value));
    } else {
      describe(*this, value);
    }
  }
};

class Reader {
 public:
  Reader(std::string_view bytes, hcl::Arena& arena) : rest_(bytes), arena_(arena) {}

  template <typename... Fields>
  void operator()(Fields&... fields) {
    (get(fields), ...);
  }

  bool is_at_end() const { return !failed_ && rest_.empty(); }

 private:
  /// Higher than any expression tree.
  static constexpr int deepest = hcl::height_limit + 10;

  std::uint64_t get_number() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return number;
    }
    failed_ = true;
    return 0;
  }

  /// A number of things of at least a byte each: no more than there are bytes.
  std::size_t get_count() {
    const std::uint64_t count = get_number();
    if (count <= rest_.size()) return static_cast<std::size_t>(count);
    failed_ = true;
    return 0;
  }

  std::string_view get_text() {
    const std::size_t size = get_count();
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

  void get(std::string_view& text) { text = arena_.copy(get_text()); }
  void get(std::string& text) { text = get_text(); }

  void get(const Expression*& expression) {
    expression = nullptr;
    if (get_number() == 0 || failed_) return;
    failed_ = depth_ > deepest;
    if (failed_) return;
    ++depth_;
    Expression read;
    describe(*this, read);
    expression = arena_.make(read);
    --depth_;
  }

  template <typename T>
  void get(std::span<const T>& values) {
    const std::span<T> read = arena_.make_array<T>(get_count());
    for (T& value : read) get(value);
    values = read;
  }

  void get(std::vector<std::string>& texts) {
    texts.resize(get_count());
    for (std::string& text : texts) get(text);
  }

  void get(RepoPath& path) { path = RepoPath::parse(get_text()).value_or(RepoPath()); }

  void get(std::optional<SourceRange>& range) {
    if (get_number() == 0) return;
    describe(*this, range.emplace());
  }

  void get(Diagnostics& diagnostics) {
    for (std::size_t count = get_count(); count > 0 && !failed_; --count) {
      Diagnostic diagnostic;
      describe(*this, diagnostic);
      diagnostics.add(std::move(diagnostic));
    }
  }

  template <typename T>
  void get(T& value) {
    if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      value = static_cast<T>(get_number());
    } else {
      describe(*this, value);
    }
  }

  std::string_view rest_;
  hcl::Arena& arena_;
  bool failed_ = false;
  int depth_ = 0;
};

}  // namespace

template <typename Facts>
std::string encode_facts(const Facts& facts) {
  Writer writer;
  // Both directions share one description, which takes what it may change; writing changes nothing.
  describe(writer, const_cast<Facts&>(facts));
  return std::move(writer.bytes);
}

template <typename Facts>
std::optional<Facts> decode_facts(std::string_view bytes) {
  std::optional<Facts> facts(std::in_place);
  Reader reader(bytes, facts->arena);
  describe(reader, *facts);
  if (!reader.is_at_end()) facts.reset();
  return facts;
}

template std::string encode_facts(const terraform::FileFacts&);
template std::string encode_facts(const terraform::VariableFile&);
template std::string encode_facts(const terraform::TemplateFile&);
template std::optional<terraform::FileFacts> decode_facts(std::string_view);
template std::optional<terraform::VariableFile> decode_facts(std::string_view);
template std::optional<terraform::TemplateFile> decode_facts(std::string_view);

}  // namespace statelane::facts
