"""What each state of a commit depends on, by brute force: the oracle's own reading of the rules in the README.

`closures` gives for each state everything that exists and can matter to it. Two commits touch a state exactly if these
differ. Nothing here is clever: every rule is one function that looks at all paths of the commit.
"""
import bisect
import posixpath
import re

import hcl_text
from git_objects import LINK, SUBMODULE

ROOT_MARK = b"\x01"  # in folded text: the top of the repository, from where path.module of a called module is given
UNKNOWN = None
FILE_FUNCTIONS = {b"file", b"fileexists", b"filebase64", b"filemd5", b"filesha1", b"filesha256", b"filesha512",
                  b"filebase64sha256", b"filebase64sha512", b"templatefile"}
PINS = {b".terraform-version", b".opentofu-version", b".tool-versions"}
BACKEND_ENDINGS = (b".tfvars", b".hcl", b".conf", b".tfbackend", b".config")
REQUIRED_OF_BACKEND = {b"s3": (b"bucket", b"key"), b"gcs": (b"bucket",), b"http": (b"address",),
                       b"azurerm": (b"storage_account_name", b"container_name", b"key")}
MODULE_META = {b"source", b"version", b"providers", b"depends_on", b"count", b"for_each"}
WORD = re.compile(rb"(?:^|(?<=[ \t\n\r\"'`=;&|<>(),:]))((?:\./|\.\./|\x01|\.\.$)[^ \t\n\r\"'`=;&|<>(),:]*)")
SIMPLE = re.compile(rb"^(path|local|var)\.([A-Za-z_][A-Za-z0-9_-]*)$")


def parent(path):
    return path.rpartition(b"/")[0]


def name_of(path):
    return path.rpartition(b"/")[2]


def is_below(path, directory):
    return not directory or path.startswith(directory + b"/")


def join(directory, text):
    """`text` relative to `directory`; None when it leaves the repository."""
    if text.startswith(b"/"):
        return None
    path = posixpath.normpath(posixpath.join(b"/" + directory, text)).lstrip(b"/")
    climbed = posixpath.normpath(posixpath.join(directory or b".", text))
    return None if climbed == b".." or climbed.startswith(b"../") else path


def glob_to_regex(glob):
    """`*` and `?` within one name, `**/` over any number of them, `{a,b}` and `[…]`."""
    if glob == "**" or glob.endswith("/**"):
        glob += "/*"
    out, at, depth = "", 0, 0
    while at < len(glob):
        letter = glob[at]
        if glob.startswith("**/", at) and (at == 0 or glob[at - 1] == "/"):
            out, at = out + "(?:.*/)?", at + 3
            continue
        if letter == "*":
            out += "[^/]*"
            while glob.startswith("*", at + 1):
                at += 1
        elif letter == "?":
            out += "[^/]"
        elif letter == "[" and "]" in glob[at + 2:]:
            end = glob.index("]", at + 2)
            out += "[" + glob[at + 1:end].replace("!", "^", 1).replace("\\", "\\\\") + "]"
            at = end
        elif letter == "{":
            out, depth = out + "(?:", depth + 1
        elif letter == "}" and depth:
            out, depth = out + ")", depth - 1
        elif letter == "," and depth:
            out += "|"
        elif letter == "\\" and at + 1 < len(glob):
            at += 1
            out += re.escape(glob[at])
        else:
            out += re.escape(letter)
        at += 1
    return re.compile(out.encode(), re.S)


def matches(glob, path):
    return glob_to_regex(glob).fullmatch(path or b".") is not None


def is_configuration(name):
    return name.endswith((b".tf", b".tofu")) and not name.startswith((b".", b"#")) and not name.endswith(b"~")


def is_documentation(name):
    """Also what only commands for tests and queries load."""
    of_commands = re.search(rb"\.(tftest|tofutest|tfmock|tofumock|tfquery)\.(hcl|json)$", name)
    return name.endswith(b".md") or bool(of_commands) or name.startswith(b"LICENSE") or name == b".gitignore"


def is_for_root_module(name):
    """Terraform loads it in the directory that it runs in, and not in a module that is called."""
    return name.endswith((b".tfvars", b".tfvars.json")) or name == b".terraform.lock.hcl"


def leads_into(glob, path):
    """Something below the directory `path` may match."""
    names = glob.split("/")
    return any(matches("/".join(names[:count]), path) for count in range(1, len(names)))


def in_tests_or_examples(relative):
    return any(part in (b"tests", b"examples") for part in relative.split(b"/")[:-1])


class Module:
    """What the configuration files of one directory say together."""

    def __init__(self, bodies):
        self.bodies = bodies
        self.locals, self.defaults, self.backend, self.sources_only = {}, {}, None, None
        for body in bodies:
            for block in body.blocks:
                if block.kind == b"locals":
                    self.locals.update(block.attributes)
                elif block.kind == b"variable" and block.labels:
                    self.defaults[block.labels[0]] = block.named(b"default")
                elif block.kind == b"terraform":
                    for inner in block.blocks:
                        if inner.kind == b"cloud":
                            self.backend = (b"cloud", inner)
                        elif inner.kind == b"backend" and inner.labels:
                            self.backend = (inner.labels[0], inner)


    def only_for_sources(self):
        """Names of locals that stand in sources of modules alone, whose directories count by themselves."""
        if self.sources_only is None:
            sources, others = set(), set()
            for body in self.bodies:
                self._gather(body, sources, others)
            self.sources_only = sources - others
        return self.sources_only

    def _gather(self, block, sources, others):
        for name, expression in block.attributes:
            is_source = block.kind == b"module" and name == b"source"
            (sources if is_source else others).update(locals_in(expression))
        for inner in block.blocks:
            self._gather(inner, sources, others)


def locals_in(expression):
    """The locals that an expression mentions, also within its texts."""
    found = [token[:2] for token in expression]
    names = {found[index + 2][1] for index in range(len(found) - 2)
             if found[index] == ("name", b"local") and found[index + 1] == ("mark", b".")}
    for kind, value in found:
        if kind in ("string", "heredoc"):
            for part, code in value:
                if part == "code":
                    names |= locals_in(hcl_text.tokens_of(code))
    return names


class Instance:
    def __init__(self, name=None, var_files=(), backend_files=(), workspace="", exclusive=()):
        self.name, self.var_files, self.backend_files = name, list(var_files), list(backend_files)
        self.workspace, self.exclusive = workspace, list(exclusive)


class Commit:
    """One commit's files with the questions that the rules ask."""

    def __init__(self, objects, commit, remembered):
        self.objects = objects
        self.files = objects.files(commit)
        self.bodies = remembered  # by blob id, for all commits of a run
        self.directories = {b""}
        self.by_directory = {}
        for path in self.files:
            self.by_directory.setdefault(parent(path), []).append(path)
            place = parent(path)
            while place not in self.directories:
                self.directories.add(place)
                place = parent(place)
        self.sorted = sorted(self.files)
        self.pins = [path for path in self.sorted if name_of(path) in PINS]
        self.modules = {}
        self.config = self._read_config()
        self.state_directories = {each for each in self.directories if self._is_state_directory(each)}

    # The tree.

    def text(self, path):
        path = self.resolve(path)[0]
        entry = self.files.get(path)
        return self.objects.blob(entry[1]) if entry and entry[0] not in (LINK, SUBMODULE) else None

    def resolve(self, path):
        """Where `path` leads through symbolic links, None outside; and the links and submodules on the way."""
        links, pending, done = [], path.split(b"/") if path else [], b""
        while pending:
            step = done + b"/" + pending.pop(0) if done else pending.pop(0)
            if self.files.get(step, ("",))[0] != LINK:
                if self.files.get(step, ("",))[0] == SUBMODULE:
                    links.append(step)
                done = step
                continue
            if step in links:
                return None, links
            links.append(step)
            target = join(parent(step), self.objects.blob(self.files[step][1]))
            if target is None:
                return None, links
            done, pending = b"", ([*target.split(b"/")] if target else []) + pending
        return done, links

    def module(self, directory):
        if directory not in self.modules:
            names = [name_of(path) for path in self.by_directory.get(directory, ())
                     if is_configuration(name_of(path)) and self.files[path][0] != SUBMODULE
                     and self.resolve(path)[0] not in self.directories]  # a link to a directory is no configuration
            # OpenTofu's file wins over Terraform's of the same stem; whether tofu runs is not known, so both count.
            names.sort(key=lambda name: (name.rpartition(b".")[0].endswith(b"override"), name))
            bodies = [self.body(self._in(directory, name)) for name in names]
            self.modules[directory] = Module([body for body in bodies if body]) if names else None
        return self.modules[directory]

    @staticmethod
    def _in(directory, name):
        return directory + b"/" + name if directory else name

    def body(self, path):
        path = self.resolve(path)[0]
        entry = self.files.get(path)
        if entry is None or entry[0] in (LINK, SUBMODULE):
            return None
        if entry[1] not in self.bodies:
            self.bodies[entry[1]] = hcl_text.parse(self.objects.blob(entry[1]))
        return self.bodies[entry[1]]

    def below(self, directory):
        """All paths below a directory; `/` and `0` are neighbours."""
        if not directory:
            return self.sorted
        return self.sorted[bisect.bisect_left(self.sorted, directory + b"/"):
                           bisect.bisect_left(self.sorted, directory + b"0")]

    # .statelane.yml

    def _read_config(self):
        text = self.text(b".statelane.yml")
        if text is None:
            return {}
        import yaml
        try:
            loaded = yaml.safe_load(text)
        except yaml.YAMLError:
            return {}
        return loaded if isinstance(loaded, dict) else {}

    def settings(self, directory):
        result = {}
        for rule in self.config.get("states", {}).get("rules", []):
            if matches(rule["match"], directory):
                result.update({key: value for key, value in rule.items() if key != "match"})
        return result

    def _is_state_directory(self, directory):
        if b".terraform" in directory.split(b"/"):
            return False
        states = self.config.get("states", {})
        if any(matches(glob, directory) for glob in states.get("exclude", [])):
            return False
        module = self.module(directory)
        if module and (module.backend or self._in(directory, b".terraform.lock.hcl") in self.files):
            return True
        has_files = any(self.files[path][0] != "" for path in self.by_directory.get(directory, ()))
        included = any(matches(glob, directory) for glob in states.get("include", []))
        return has_files and included

    # Instances.

    def instances(self, directory):
        settings = self.settings(directory)
        if "instances" in settings:
            found = self._instances_by_pattern(directory, settings)
            if found:
                return found
        configured = any(key in settings for key in ("instances", "var_files", "backend_config", "workspace"))
        module = self.module(directory)
        if not configured and module and module.backend and self._is_partial(*module.backend):
            found = self._instances_by_convention(directory)
            if found:
                return found
            return [Instance(backend_files=sorted(path for path in self.by_directory.get(directory, ())
                                                  if self._is_plain_backend(name_of(path))))]
        return [self._configured_instance(directory, settings, None, None)]

    @staticmethod
    def _is_partial(kind, block):
        return any(block.named(name) is None for name in REQUIRED_OF_BACKEND.get(kind, ()))

    @staticmethod
    def _is_plain_backend(name):
        return any(name == b"backend" + ending for ending in BACKEND_ENDINGS)

    def _configured_instance(self, directory, settings, name, entry):
        def fill(pattern):
            return pattern.replace("{dir}", name_of(directory).decode()).replace("{instance}", name or "").encode()

        paths = {key: [join(directory, fill(pattern)) for pattern in settings.get(key, [])]
                 for key in ("var_files", "backend_config")}
        workspace = settings.get("workspace", "").replace("{instance}", name or "")
        return Instance(name, paths["var_files"], paths["backend_config"], workspace, [entry] if entry else [])

    def _instances_by_pattern(self, directory, settings):
        before, _, after = settings["instances"].partition("{instance}")
        folder, _, begin = before.rpartition("/")
        end, _, rest = after.partition("/")
        place = join(directory, folder.encode()) if folder else directory
        found = {}
        for child in sorted(self._children(place)):
            name = name_of(child)
            inner = name[len(begin):len(name) - len(end) if end else None].decode()
            if not (name.startswith(begin.encode()) and name.endswith(end.encode()) and inner):
                continue
            target = child + b"/" + rest.replace("{instance}", inner).encode() if rest else child
            if target in self.files or target in self.directories:
                found[inner] = self._configured_instance(directory, settings, inner, child)
        return [found[name] for name in sorted(found)]

    def _children(self, directory):
        depth = len(directory) + 1 if directory else 0
        return {path[:depth] + path[depth:].split(b"/")[0] for path in self.below(directory)}

    def _instances_by_convention(self, directory):
        found = {}
        if directory:
            for group in sorted(self._children(directory)):
                if group in self.directories:
                    self._add_directory_instances(group, found)
            self._add_directory_instances(directory, found)
        for place in (b"", b"backend", b"backends", b"config", b"configs", b"env", b"envs", b"environments"):
            self._add_file_instances(directory, self._in(directory, place) if place else directory, found)
        return [found[name] for name in sorted(found)]

    def _add_directory_instances(self, group, found):
        for child in sorted(self._children(group)):
            files = sorted(self.by_directory.get(child, ()))
            if child not in self.directories or any(is_configuration(name_of(path)) for path in files):
                continue
            backends = [path for path in files if self._is_plain_backend(name_of(path))]
            values = [path for path in files if path.endswith((b".tfvars", b".tfvars.json")) and path not in backends]
            if backends:
                found.setdefault(name_of(child), Instance(name_of(child).decode(), values, backends, "", [child]))

    def _add_file_instances(self, directory, place, found):
        for path in sorted(self.by_directory.get(place, ())):
            match = re.fullmatch(rb"(.+)(?:\.backend(?:|\.hcl|\.tfvars|\.conf)|\.tfbackend)", name_of(path)) or \
                re.fullmatch(rb"backend-(.+)(?:\.tfvars|\.hcl|\.conf|\.tfbackend|\.config)", name_of(path))
            if not match or match[1] in found:
                continue
            values = []
            for where in (place, directory):
                candidate = self._in(where, match[1] + b".tfvars")
                if not values and candidate in self.files and candidate != path:
                    values = [candidate]
            found[match[1]] = Instance(match[1].decode(), values, [path], "", [path, *values])

    # States.

    def states(self):
        """{id: (state directory, instance, its siblings)}"""
        result = {}
        for directory in self.state_directories:
            instances = self.instances(directory)
            for each in instances:
                escaped = (directory or b".").replace(b"%", b"%25").replace(b"@", b"%40")
                name = each.name.replace("%", "%25").replace("@", "%40").encode() if each.name else None
                identity = escaped + b"@" + name if name else escaped
                result[identity] = (directory, each, [other for other in instances if other is not each])
        return result

    def in_other_state(self, path, directory):
        place = parent(path)
        while place != directory and place:
            if place in self.state_directories:
                return True
            place = parent(place)
        return False

    def is_ignored(self, path):
        return is_documentation(name_of(path)) or any(matches(glob, path) for glob in self.config.get("ignore", []))


class Closure:
    """Everything that one state depends on: `paths`, and `lane`, what the configuration makes of it."""

    def __init__(self, commit, directory, instance, siblings):
        self.commit, self.directory, self.instance = commit, directory, instance
        self.paths = set()
        self.foreign = [path for other in siblings for path in other.exclusive]
        self.visited = set()
        self.walked = set()
        settings = commit.settings(directory)
        self.lane = repr([sorted((key, value) for key, value in settings.items()
                                 if key in ("tool", "job", "commands")),
                          instance.workspace, instance.var_files, instance.backend_files])
        self._collect(settings)

    def content(self):
        """The lane and (path, mode, id) of each path that exists."""
        return self.lane, frozenset((path, *self.commit.files[path]) for path in self.paths)

    def _collect(self, settings):
        commit, directory = self.commit, self.directory
        self._add_below(directory, "own")
        for path in commit.pins:
            if parent(path) == directory or is_below(directory, parent(path)):
                self.paths.add(path)
        values = self._variable_files()
        for path in [*values, *self.instance.backend_files]:
            self._add_path(path, may_be_directory=False)
        for base, globs in ((b"", commit.config.get("global_inputs", [])), (directory, settings.get("inputs", []))):
            for glob in globs:
                self._add_configured(base, glob)
        module = commit.module(directory)
        if module:
            self._visit(module, directory, self._root_arguments(values), is_root=True)

    def _add_configured(self, base, glob):
        while glob.startswith("../"):
            base, glob = parent(base), glob[3:]
        regex = re.compile((re.escape(base + b"/") if base else b"") + glob_to_regex(glob).pattern, re.S)
        self.paths.update(path for path in self.commit.below(base) if regex.fullmatch(path))

    def _variable_files(self):
        here = [path for path in self.commit.by_directory.get(self.directory, ())]
        names = [name for name in (b"terraform.tfvars", b"terraform.tfvars.json")
                 if Commit._in(self.directory, name) in here]
        automatic = sorted(name_of(path) for path in here if name_of(path).endswith((b".auto.tfvars",
                                                                                     b".auto.tfvars.json")))
        return [Commit._in(self.directory, name) for name in names + automatic] + self.instance.var_files

    def _root_arguments(self, files):
        values = {}
        for path in files:
            body = self.commit.body(path) if not path.endswith(b".json") else None
            for name, expression in body.attributes if body else ():
                values[name] = self._fold(expression, None)
                self._strings(expression, None, is_definition=False, module_directory=b"")
        return values

    # What lies below a directory.

    def _add_below(self, directory, how):
        """`how`: the state's own directory, a module, or data."""
        if (directory, how) in self.walked:
            return
        self.walked.add((directory, how))
        for path in self.commit.below(directory):
            mode = self.commit.files[path][0]
            relative = path[len(directory) + 1:] if directory else path
            if how == "own" and not directory and b"/" in relative:
                continue
            link_only = False
            if how != "data":
                if self.commit.in_other_state(path, directory):
                    continue
                if how == "module" and (in_tests_or_examples(relative) or is_for_root_module(name_of(path))):
                    link_only = True
                if how == "own" and any(path == each or is_below(path, each) for each in self.foreign):
                    link_only = True
                if self.commit.is_ignored(path):
                    link_only = True
            if not link_only:
                self.paths.add(path)
            if mode == LINK:
                self._add_path(path, may_be_directory=True)

    def _add_path(self, path, may_be_directory):
        """One path, with the links on the way and what lies behind them."""
        target, links = self.commit.resolve(path)
        self.paths.update(links)
        if target is None:
            return
        if target in self.commit.files:
            self.paths.add(target)
        elif may_be_directory and (target in self.commit.directories):
            self._add_below(target, "data")

    # Configuration.

    def _visit(self, module, directory, arguments, is_root):
        key = (directory, repr(sorted(arguments.items(), key=repr)))
        if key in self.visited:
            return
        self.visited.add(key)
        scope = Scope(module, directory, self.directory, arguments, is_root)
        for body in module.bodies:
            for block in body.blocks:
                if block.kind == b"module" and block.labels:
                    self._visit_call(block, scope)
                elif block.kind == b"terraform":
                    continue
                else:
                    for each in self._elements(block, scope):
                        scope.each = each
                        self._visit_block(block, scope, block.kind in (b"locals", b"variable"))
                    scope.each = UNKNOWN

    def _elements(self, block, scope):
        """What `each.value` stands for in turn: the files of a `for_each = fileset(…)`; otherwise it is not known."""
        found = [token[:2] for token in block.named(b"for_each") or []]
        if found[:2] != [("name", b"fileset"), ("mark", b"(")]:
            return [UNKNOWN]
        return self._files_of_set(found, scope)

    def _files_of_set(self, found, scope):
        arguments = [self._fold_found([found[at] for at in each], scope) for each in _arguments(found, 2)]
        if len(arguments) != 2 or any(each is UNKNOWN or UNKNOWN in each for each in arguments):
            return [UNKNOWN]
        place = self._place(self.directory, b"".join(arguments[0]) or b".")
        target = self.commit.resolve(place)[0] if place is not None else None
        if target is None:
            return [UNKNOWN]
        glob = glob_to_regex(b"".join(arguments[1]).decode())
        relative = [path[len(target) + 1:] if target else path for path in self.commit.below(target)]
        return [[path] for path in relative if glob.fullmatch(path)] or [[b"no-file"]]

    def _visit_block(self, block, scope, is_definition):
        for name, expression in block.attributes:
            if block.kind == b"locals" and name in scope.module.only_for_sources():
                continue
            self._strings(expression, scope, is_definition, scope.directory)
        for inner in block.blocks:
            self._visit_block(inner, scope, is_definition)

    def _visit_call(self, block, scope):
        for name, expression in block.attributes:
            if name not in (b"source", b"version"):
                self._strings(expression, scope, name not in MODULE_META, scope.directory)
        source = block.named(b"source")
        parts = self._fold(source, scope) if source else UNKNOWN
        if parts is UNKNOWN or UNKNOWN in parts:
            return
        text = b"".join(parts)
        if not (text.startswith((b"./", b"../", ROOT_MARK)) or text in (b".", b"..")) or b".terraform/" in text:
            return
        path = self._place(scope.directory, text)
        if path is None:
            return
        target, links = self.commit.resolve(path)
        self.paths.update(links)
        if target is None:
            return
        self._add_below(target, "module")
        called = self.commit.module(target)
        if called:
            arguments = {name: self._fold(expression, scope) for name, expression in block.attributes
                         if name not in MODULE_META}
            self._visit(called, target, arguments, is_root=False)

    @staticmethod
    def _place(directory, text):
        if text.startswith(ROOT_MARK):
            return join(b"", text[1:].lstrip(b"/") or b".")
        return join(directory, text)

    # Strings in expressions.

    def _strings(self, expression, scope, is_definition, module_directory, is_inside=False):
        """Everything in an expression that names files. Inside a text, a name alone is part of that text."""
        found = [token[:2] for token in expression]
        loop = self._first_loop(found, scope)
        if loop:
            name, elements, values, body = loop
            rest = [*expression[:values.start - 3], *expression[values.start:values.stop], *expression[body.stop:]]
            self._strings(rest, scope, is_definition, module_directory, is_inside)
            for each in elements:
                scope.loops[name] = each
                self._strings(expression[body.start:body.stop], scope, is_definition, module_directory, is_inside)
            del scope.loops[name]
            return
        reads = self._file_calls(found, scope)
        for index, (kind, value) in enumerate(found):
            if kind not in ("string", "heredoc"):
                continue
            for part, code in value:
                if part == "code":
                    self._strings(hcl_text.tokens_of(code), scope, is_definition, module_directory, True)
            if index not in reads:
                parts = self._fold_template(value, scope)
                self._add_text(parts, is_definition, module_directory)
        is_name = len(found) == 3 and found[0][1] in (b"local", b"var")
        if is_name and scope and not is_definition and not is_inside:
            parts = self._fold(expression, scope)
            if parts is not UNKNOWN:
                self._add_text(parts, False, module_directory)

    def _first_loop(self, found, scope):
        """`for NAME in …:` over files or over texts that stand there: the name, its values, where they and the body lie."""
        for at in range(len(found) - 3 if scope else 0):
            if found[at] != ("name", b"for") or found[at + 2] != ("name", b"in") or found[at + 1][1] in scope.loops:
                continue
            colon = _end_of_operand(found, at + 3, b":")
            elements = self._values_in_turn(found[at + 3:colon], scope)
            if elements:
                return (found[at + 1][1], elements, range(at + 3, colon),
                        range(colon + 1, _end_of_operand(found, colon + 1, b"")))
        return None

    def _values_in_turn(self, found, scope):
        """The elements of `fileset(…)` or of a list of texts; empty when they are not known."""
        if found[:2] == [("name", b"fileset"), ("mark", b"(")]:
            return [each for each in self._files_of_set(found, scope) if each is not UNKNOWN]
        if found[:1] != [("mark", b"[")]:
            return []
        texts = [self._fold_found([found[at] for at in each], scope) for each in _arguments(found, 1)]
        return [] if any(each is UNKNOWN or UNKNOWN in each for each in texts) else texts

    def _file_calls(self, found, scope):
        """Handles `file(…)` and its like; the indexes of the strings that they took."""
        taken = set()
        for index in range(len(found) - 1):
            kind, name = found[index]
            if kind != "name" or found[index + 1] != ("mark", b"(") or name not in FILE_FUNCTIONS | {b"fileset"}:
                continue
            arguments = _arguments(found, index + 2)
            if name == b"fileset" and len(arguments) == 2:
                self._add_fileset(*[self._fold_found([found[at] for at in each], scope) for each in arguments])
            elif arguments:
                parts = self._fold_found([found[at] for at in arguments[0]], scope)
                self._add_read(parts)
                if name == b"templatefile" and parts is not UNKNOWN and UNKNOWN not in parts:
                    self._read_template(b"".join(parts))
            for each in arguments[:2 if name == b"fileset" else 1]:
                taken.update(each)
        return taken

    def _add_read(self, parts):
        """A path relative to the working directory, which is the state's."""
        if parts is UNKNOWN or not parts or parts[0] is UNKNOWN:
            self.paths.update(self.commit.files)
        elif UNKNOWN in parts:
            self._add_pattern(parts)
        else:
            self._add_file_text(b"".join(parts), may_be_directory=True)

    def _read_template(self, text):
        """The calls in a template, which knows no names but its own variables."""
        path = self._place(self.directory, text)
        content = self.commit.text(path) if path is not None and not text.startswith((b"/", b"~")) else None
        for kind, code in hcl_text.split_template(content or b""):
            if kind == "code":
                self._file_calls([token[:2] for token in hcl_text.tokens_of(code)], None)

    def _add_file_text(self, text, may_be_directory):
        if text.startswith((b"/", b"~")) or b".terraform/" in text:
            return
        path = self._place(self.directory, text)
        if path is not None:
            self._add_path(path, may_be_directory)

    def _add_pattern(self, parts, may_be_directory=False):
        first = parts[0]
        folder, slash, rest = first.rpartition(b"/")
        path = self._place(self.directory, folder + slash if slash else b".")
        if path is None or first.startswith(b"/"):
            return
        target, links = self.commit.resolve(path)
        self.paths.update(links)
        if target is None:
            return
        tail = [rest, *parts[1:]]
        regex = b".*" if any(part and b".." in part for part in tail) else b"".join(
            b".*" if part is UNKNOWN else re.escape(part) for part in tail)
        below = b"(/.*)?" if may_be_directory else b""
        whole = re.compile((re.escape(target + b"/") if target else b"") + regex + below, re.S)
        self.paths.update(each for each in self.commit.below(target) if whole.fullmatch(each))
        self.paths.update(each for each in self._submodules(target) if each[len(target) + 1 if target else 0:].startswith(rest))

    def _add_fileset(self, directory, pattern):
        if directory is UNKNOWN or not directory or directory[0] is UNKNOWN:
            self.paths.update(self.commit.files)
            return
        if pattern is UNKNOWN or UNKNOWN in pattern or UNKNOWN in directory:
            self._add_pattern([*directory, b"/", UNKNOWN])
            return
        place = self._place(self.directory, b"".join(directory) or b".")
        if place is None:
            return
        target, links = self.commit.resolve(place)
        self.paths.update(links)
        if target is None:
            return
        names = b"".join(pattern).decode()
        glob = glob_to_regex(names)
        self.paths.update(path for path in self.commit.below(target)
                          if glob.fullmatch(path[len(target) + 1:] if target else path))
        self.paths.update(path for path in self._submodules(target)
                          if leads_into(names, path[len(target) + 1:] if target else path))

    def _submodules(self, directory):
        return [path for path in self.commit.below(directory) if self.commit.files[path][0] == SUBMODULE]

    def _add_text(self, parts, is_definition, module_directory):
        """Text that may hold paths: each of its words that begins like one."""
        if UNKNOWN in parts:
            if parts[0] is not UNKNOWN and parts[0].startswith((b"./", b"../", ROOT_MARK)):
                self._add_pattern(parts, may_be_directory=True)
            return
        for match in WORD.finditer(b"".join(parts)):
            path = self._place(self.directory, match[1])
            if path is None or b".terraform/" in match[1]:
                continue
            target = self.commit.resolve(path)[0]
            contains = target is not None and (target == module_directory or is_below(module_directory, target))
            if is_definition and contains and target in self.commit.directories:
                continue
            self._add_path(path, may_be_directory=True)

    # Folding: a value is a list of parts, bytes or UNKNOWN; UNKNOWN alone when nothing is known.

    def _fold(self, expression, scope):
        return self._fold_found([token[:2] for token in expression], scope)

    def _fold_found(self, found, scope):
        if len(found) == 1 and found[0][0] in ("string", "heredoc"):
            return self._fold_template(found[0][1], scope)
        if len(found) == 1 and scope and found[0][1] in scope.loops:
            return scope.loops[found[0][1]]
        if len(found) == 3 and found[1] == ("mark", b".") and scope:
            return scope.value(found[0][1], found[2][1], self)
        if len(found) == 7 and [value for _, value in found[:3]] == [b"data", b".", b"archive_file"] and scope:
            return scope.packed(found[4][1], found[6][1], self)
        if found[:2] == [("name", b"abspath"), ("mark", b"(")] and found[-1:] == [("mark", b")")]:
            return self._absolute(self._fold_found(found[2:-1], scope))
        return UNKNOWN

    def _absolute(self, parts):
        """What `abspath` makes of a path: it begins at the top of the repository."""
        if parts is UNKNOWN or not parts or parts[0] is UNKNOWN or UNKNOWN in parts:
            return UNKNOWN
        place = self._place(self.directory, b"".join(parts))
        return UNKNOWN if place is None else [ROOT_MARK + (b"/" + place if place else b"")]

    def _fold_template(self, value, scope):
        parts = []
        for kind, text in value:
            match = SIMPLE.match(text) if kind == "code" else None
            if kind == "code" and scope and scope.each is not UNKNOWN and text in (b"each.value", b"each.key"):
                parts += scope.each
                continue
            if kind == "text":
                parts.append(text)
            elif scope and text in scope.loops:
                parts += scope.loops[text]
            elif match and scope:
                folded = scope.value(match[1], match[2], self)
                parts += [UNKNOWN] if folded is UNKNOWN else folded
            else:
                parts.append(UNKNOWN)
        joined = []
        for part in parts:
            if part == b"":
                continue
            if joined and part is not UNKNOWN and joined[-1] is not UNKNOWN:
                joined[-1] += part
            else:
                joined.append(part)
        return joined


def _end_of_operand(found, at, mark):
    """Where `mark`, or the bracket that closes around, comes at this depth."""
    depth = 0
    while at < len(found):
        kind, value = found[at]
        if kind == "mark" and depth == 0 and (value == mark or value in b")]}"):
            break
        if kind == "mark" and value in b"([{":
            depth += 1
        elif kind == "mark" and value in b")]}":
            depth -= 1
        at += 1
    return at


def _arguments(found, at):
    """The index lists of a call's arguments, from behind its parenthesis."""
    result, depth = [[]], 0
    while at < len(found):
        kind, value = found[at]
        if kind == "mark" and value in b"([{":
            depth += 1
        elif kind == "mark" and value in b")]}":
            if depth == 0:
                break
            depth -= 1
        if depth == 0 and (kind, value) == ("mark", b","):
            result.append([])
        else:
            result[-1].append(at)
        at += 1
    return [each for each in result if each]


class Scope:
    """What names stand for in one call of a module."""

    def __init__(self, module, directory, working_directory, arguments, is_root):
        self.module, self.directory, self.working_directory = module, directory, working_directory
        self.arguments, self.is_root, self.folding, self.each = arguments, is_root, set(), UNKNOWN
        self.loops = {}  # what the names of the `for` expressions around stand for

    def value(self, root, name, closure):
        if root == b"path":
            if name == b"module" and self.is_root:
                return [b"."]
            if name == b"root":
                return [b"."]
            place = self.directory if name == b"module" else self.working_directory
            return [ROOT_MARK + (b"/" + place if place else b"")]
        if root == b"local" and name in self.module.locals and name not in self.folding:
            self.folding.add(name)
            folded = closure._fold(self.module.locals[name], self)
            self.folding.discard(name)
            return folded
        if root == b"var" and name in self.arguments:
            return self.arguments[name]
        if root == b"var" and not self.is_root and self.module.defaults.get(name):
            return closure._fold(self.module.defaults[name], self)
        return UNKNOWN


    def packed(self, name, attribute, closure):
        """What an archive says of where it is written, which no provider changes."""
        for body in self.module.bodies:
            for block in body.blocks:
                if block.kind == b"data" and block.labels == [b"archive_file", name] and block.named(attribute):
                    return closure._fold(block.named(attribute), self)
        return UNKNOWN


def closures(objects, commit, remembered):
    """{id of a state: its content} for one commit."""
    tree = Commit(objects, commit, remembered)
    return {identity: Closure(tree, *state).content() for identity, state in tree.states().items()}
