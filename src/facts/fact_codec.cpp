#include "facts/fact_codec.hpp"

#include <vector>

#include "base/archive.hpp"

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
  auto& [name, source, arguments, loops, has_instances, line] = call;
  archive(name, source, arguments, loops, has_instances, line);
}

template <typename Archive>
void describe(Archive& archive, terraform::PlainObject& object) {
  auto& [kind, type, name, attributes, loops, has_instances] = object;
  archive(kind, type, name, attributes, loops, has_instances);
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
  auto& [modules, backends, remote_states, locals, variables, outputs, objects, references, open, sources, workspaces,
         faults, has_faults, is_cut, version, arena] = facts;
  static_cast<void>(arena);  // what it owns is written where it is used
  archive(modules, backends, remote_states, locals, variables, outputs, objects, references, open, sources, workspaces,
          faults, has_faults, is_cut, version);
}

template <typename Archive>
void describe(Archive& archive, terraform::VariableFile& file) {
  auto& [values, references, faults, is_cut, arena] = file;
  static_cast<void>(arena);
  archive(values, references, faults, is_cut);
}

template <typename Archive>
void describe(Archive& archive, terraform::TemplateFile& file) {
  auto& [references, is_too_large, faults, arena] = file;
  static_cast<void>(arena);
  archive(references, is_too_large, faults);
}

class Writer : public ByteWriter {
 public:
  template <typename... Fields>
  void operator()(Fields&... fields) {
    (put(fields), ...);
  }

 private:
  void put(std::string_view text) { put_text(text); }

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

class Reader : public ByteReader {
 public:
  Reader(std::string_view bytes, hcl::Arena& arena) : ByteReader(bytes), arena_(arena) {}

  template <typename... Fields>
  void operator()(Fields&... fields) {
    (get(fields), ...);
  }

 private:
  /// Higher than any expression tree.
  static constexpr int deepest = hcl::height_limit + 10;

  void get(std::string_view& text) { text = arena_.copy(get_text()); }
  void get(std::string& text) { text = get_text(); }

  void get(const Expression*& expression) {
    expression = nullptr;
    if (get_number() == 0 || has_failed()) return;
    if (depth_ > deepest) return fail();
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
    for (std::size_t count = get_count(); count > 0 && !has_failed(); --count) {
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

  hcl::Arena& arena_;
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
