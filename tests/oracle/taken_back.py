#!/usr/bin/python3
"""Shows that the oracle sees: takes one rule after the other back and looks for a seed that misses it. Ends with 1 where a rule is not
missed by anything.

usage: taken_back.py CLONE BUILD KEPT [NAME…]

CLONE is a clone of this repository whose sources are edited and put back, BUILD its build directory, and KEPT what
`run.py --write KEPT` left. Each edit is one that a careless change could make: the text before it stands once in its file.
"""
import os
import subprocess
import sys
from pathlib import Path

RULES = [
    ("flatten: an unknown one is one element", "src/hcl/fold_collection_functions.cpp",
     "  result.is_open = result.is_open || item.is_unknown();\n", ""),
    ("concat: an unknown one is one element", "src/hcl/fold_collection_functions.cpp",
     "    if (argument.is_unknown()) {\n      result.is_open = true;\n", "    if (argument.is_unknown()) {\n"),
    ("order of variable files", "src/states/fixed_inputs.cpp",
     "&& !is_first) result.push_back(directory.child(name));", "&& !is_first) result.insert(result.begin(), directory.child(name));"),
    ("variable files of a lane come last", "src/states/fixed_inputs.cpp",
     "result.insert(result.end(), instance.var_files.begin()", "result.insert(result.begin(), instance.var_files.begin()"),
    ("submodules behind a wildcard", "src/states/linked_inputs.cpp", "  add_submodules(index);\n", ""),
    ("links behind a wildcard", "src/states/linked_inputs.cpp",
     "followed_.emplace(index, add_linked_patterns(index))", "followed_.emplace(index, std::vector<std::uint32_t>{})"),
    ("links that lead to nothing yet", "src/states/linked_inputs.cpp", "is_directory || !is_found ? below", "is_directory ? below"),
    ("what climbs behind an unknown part", "src/states/partial_text.cpp", 'component != ".") ++climbs;', 'component != ".") (void)climbs;'),
    ("dots behind an unknown part", "src/states/path_inputs.cpp", "if (result[index]) clean_dots(", "if (false) clean_dots("),
    ("path.module is relative", "src/states/module_scope.cpp",
     'if (name == "module") return Value::text(path_);', 'if (name == "module") return Value::text(absolute_text(module_.directory));'),
    ("a function that gives up keeps `..`", "src/hcl/fold_calls.cpp",
     'unknown(expression, "it is not folded", why->may_climb)', 'unknown(expression, "it is not folded", false)'),
    ("fileset: names are cleaned before they are matched", "src/states/file_set_pattern.cpp",
     '    if (component.empty() || component == ".") continue;\n', ""),
    ("names in YAML that is read", "src/states/module_scope.cpp",
     "std::optional(terraform::decode_yaml(*text))", 'std::optional(Value::unknown("", {}))'),
    ("outputs of a committed state", "src/states/module_scope.cpp",
     '(name == "terraform_remote_state" && reads_stored_file())', '(name == "terraform_remote_state" && false)'),
    ("outputs of a module", "src/states/module_scope.cpp",
     'if (object.kind == "module") return output(object.name, name);',
     'if (object.kind == "module") return hcl::ObjectAttribute{Value::unknown("", {}), false};'),
    ("the default of a root variable is one of several", "src/states/module_scope.cpp",
     "return initial ? with_alternative(*initial, unknown) : unknown;", "return initial ? *initial : unknown;"),
    ("templates that a pattern may mean", "src/states/reference_inputs.cpp",
     "  if (found.kind != InputKind::pattern) return;\n", "  return;\n"),
    ("links on the way", "src/states/path_inputs.cpp", "for (const RepoPath& link : resolved.links) last =",
     "for (const RepoPath& link : std::vector<RepoPath>(resolved.links.size() / 999)) last ="),
    ("configuration that is read as data", "src/impact/touched.cpp",
     "    return reads_as_configuration(", "    return true || reads_as_configuration("),
    (".gitattributes above an input", "src/states/members.cpp",
     "if (!is_below || input.kind == InputKind::attributes) continue;", "if (is_below || !is_below) continue;"),
]


def missed(clone, build, kept):
    built = subprocess.run(["ninja", "-C", build, "statelane"], text=True, capture_output=True)
    if built.returncode != 0:
        raise SystemExit(built.stdout)
    done = subprocess.run([sys.executable, Path(__file__).parent / "run.py", "--against", kept, "--until-missed"], text=True, capture_output=True,
                          env={**os.environ, "STATELANE_BINARY": f"{build}/src/statelane", "STATELANE_SOURCE_DIR": str(clone)})
    misses = [line for line in done.stdout.splitlines() if line.startswith("seed ")]
    if not done.stdout:
        raise SystemExit(done.stderr)
    return misses


def main():
    clone, build, kept = (Path(each) for each in sys.argv[1:4])
    all_seen = True
    for name, file, before, after in RULES:
        if sys.argv[4:] and name not in sys.argv[4:]:
            continue
        source = clone / file
        text = source.read_text()
        assert text.count(before) == 1, f"{name}: the text stands {text.count(before)} times in {file}"
        source.write_text(text.replace(before, after))
        try:
            misses = missed(clone, build, kept)
        finally:
            source.write_text(text)
        print(f"{name}: {misses[0] if misses else 'NOT MISSED'}", flush=True)
        all_seen = all_seen and bool(misses)
    return 0 if all_seen else 1


if __name__ == "__main__":
    sys.exit(main())
