#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/source_directory.hpp"
#include "yaml/value.hpp"

/// A directory of its own that is gone at the end of the test.
struct Scratch {
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "statelane-emit-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::ofstream file(path / name, std::ios::binary);
    file << text;
    REQUIRE(file.good());
  }

  std::filesystem::path path;
};

inline nlohmann::ordered_json to_json(const statelane::yaml::Value& value) {
  namespace yaml = statelane::yaml;
  struct Visitor {
    nlohmann::ordered_json operator()(std::nullptr_t) const { return nullptr; }
    nlohmann::ordered_json operator()(bool flag) const { return flag; }
    nlohmann::ordered_json operator()(std::int64_t number) const { return number; }
    nlohmann::ordered_json operator()(double number) const { return number; }
    nlohmann::ordered_json operator()(const std::string& text) const { return text; }
    nlohmann::ordered_json operator()(const yaml::Value::List& list) const {
      auto array = nlohmann::ordered_json::array();
      for (const yaml::Value& item : list) array.push_back(to_json(item));
      return array;
    }
    nlohmann::ordered_json operator()(const yaml::Value::Map& map) const {
      auto object = nlohmann::ordered_json::object();
      for (const auto& [key, item] : map) object[key] = to_json(item);
      return object;
    }
    nlohmann::ordered_json operator()(const yaml::Value::Reference& reference) const { return reference.path; }
  };
  return std::visit(Visitor{}, value.data);
}

/// Whether a program is there. Where it is not, the test is left out with a message, and fails under CI.
inline bool has_program(const std::string& check) {
  if (std::system((check + " >/dev/null 2>&1").c_str()) == 0) return true;
  const char* ci = std::getenv("CI");
  if (ci != nullptr && std::string(ci) == "true") {
    FAIL("this test needs what this looks for: " << check);
  } else {
    MESSAGE("LEFT OUT: this test needs what this looks for: " << check);
  }
  return false;
}

/// What a text is meant to say.
struct Meant {
  std::string text;
  statelane::yaml::Value value;
};

/// Each text means its value to Psych and to PyYAML.
inline void check_other_readers(const std::vector<Meant>& documents) {
  const Scratch scratch;
  std::string files;
  for (std::size_t number = 0; number < documents.size(); ++number) {
    const std::string name = std::to_string(number);
    scratch.write(name + ".yml", documents[number].text);
    scratch.write(name + ".json", to_json(documents[number].value).dump());
    files +=
        " '" + (scratch.path / (name + ".yml")).string() + "' '" + (scratch.path / (name + ".json")).string() + "'";
  }
  files += " >&2";
  const std::string here = (statelane::support::source_directory() / "tests/emit/").string();
  if (has_program("ruby --version")) CHECK(std::system(("ruby '" + here + "read_back.rb'" + files).c_str()) == 0);
  if (has_program("/usr/bin/python3 -c 'import yaml; yaml.CSafeLoader'")) {
    CHECK(std::system(("/usr/bin/python3 '" + here + "read_back.py'" + files).c_str()) == 0);
  }
}

inline void check_other_readers(const std::string& text, const statelane::yaml::Value& meant) {
  check_other_readers(std::vector<Meant>{{text, meant}});
}
