"""A seeded repository that Terraform can plan offline, and a change to it.

Every state, module, file and link is made because some expression wants it; the kinds that were used are told, so that a suite
can demand each of them.
"""
import itertools
import json
import posixpath
import random
from dataclasses import dataclass, field

import changes
from blocks import Block, Literal, quote, write_json, write_literal, write_native
from reads import READ_FORMS, SHOW_FORMS
from sites import CALL_WAYS, PATH_ANCHORS, VARIABLE_SOURCES, Root, Site, state_file
from terraform import Lane
from texts import CONDITION_FORMS, LIST_FORMS, TEXT_FORMS, stays_below
from world import World

PLACES = ["file: below the state", "file: beside the module", "file: shared", "file: in a submodule", "file: behind a link",
          "file: behind a linked directory", "file: with an odd name", "directory: with a link in it", "directory: with a linked directory in it"]
MODULE_PLACES = ["module: below the state", "module: below its caller", "module: shared", "module: behind a link",
                 "module: in a submodule", "module: a submodule itself"]
SYNTAXES = ["syntax: native", "syntax: JSON", "syntax: override", "syntax: JSON override"]
STATE_PLACES = ["stacks/a", "live/prod/eu/app", "net", "", "teams/one/infra"]
# Groups of kinds, and how many of each a seed prefers.
GROUPS = [([*TEXT_FORMS], 6), ([*LIST_FORMS], 3), ([*CONDITION_FORMS], 2), ([*READ_FORMS], 2), ([*SHOW_FORMS], 2), (PLACES, 1),
          (MODULE_PLACES, 1), (SYNTAXES, 1), ([f"path: {each}" for each in PATH_ANCHORS], 1),
          ([f"call: {each}" for each in CALL_WAYS], 1), ([f"variable: {each}" for each in VARIABLE_SOURCES], 1),
          (["lane: instances", "lane: one"], 1)]
KINDS = sorted(kind for kinds, _ in GROUPS for kind in kinds)
# Forms that hold a list or a condition, or a text of a shape that few others have.
USERS = {"text: number": {"read: file of a number"}, "text: length": {"read: file of a number"},
         "text: basename": {"read: file of a number", "read: files by a map"},
         "variable: ": {"text: variable", "text: variable of an object", "text: variable of a list", "list: variable"},
         "list: ": {"text: join", "text: element", "text: index", "text: template with a loop"},
         "condition: ": {"text: conditional", "text: template with a condition", "text: conditional the other way"}}
MOST_FORMS = 60  # in one repository: enough for all to meet, and few enough to read


@dataclass
class Pair:
    """Two worlds, one change apart."""
    seed: int
    base: World
    head: World
    lanes: list
    kinds: set
    change: str
    climbing: set  # variables that only the world outside sets, to a text with `..`
    led_outside: set  # the paths that they lead to


def make_pair(seed):
    """The same pair for the same seed, wherever it is made."""
    maker = Maker(seed)
    maker.make()
    head, change = changes.change(maker.world, maker.touches, random.Random(f"change {seed}"))
    return Pair(seed, maker.world, head, maker.lanes, maker.used, change, maker.climbing,
                maker.led_outside)


def choose_seeds(count, first=1):
    """So many seeds, from the first on, that every kind occurs among them."""
    chosen, missing = [], set(KINDS)
    for seed in itertools.count(first):
        if len(chosen) == count:
            return chosen
        kinds = make_pair(seed).kinds
        if kinds & missing or count - len(chosen) > len(missing):
            chosen.append(seed)
            missing -= kinds


class Maker:
    def __init__(self, seed):
        self.random = random.Random(f"repository {seed}")
        self.world = World()
        self.used, self.touches, self.lanes = set(), [], []
        self.sites, self.rules, self.numbers, self.forms = [], [], {}, 0
        self.climbing, self.led_outside = set(), set()
        self.may_be_in_submodule = True  # whether the files placed now may lie in one
        self.is_cleaned = True  # whether what reads the paths written now cleans them first
        # A few kinds of each group are preferred, others for each seed, so that all occur within few seeds.
        self.wanted = {kinds[(seed * count + step) % len(kinds)] for kinds, count in GROUPS for step in range(count)}

    def make(self):
        self.world.files[".gitignore"] = "*.tfstate\n*.tfstate.*\n.terraform/\n"
        for directory in self.random.sample(STATE_PLACES, self.random.choice([1, 1, 2])):
            self.make_state(directory)
        for site in self.sites:
            self.write_site(site)
        if self.rules:
            self.world.files[".statelane.yml"] = json.dumps({"version": 1, "states": {"rules": self.rules}}, indent=2)

    def make_state(self, directory):
        root = Root(Lane(directory or "."))
        root.lane.directory = directory
        if directory and self.random.random() < 0.15:
            self.use("lane: instances")
            root.instances = ["prod", "dev"]
        else:
            self.use("lane: one")
        site = Site(self, root, directory, ".")
        self.sites.append(site)
        chain = [site]
        for _ in range(self.random.choice([0, 1, 1, 2, 2, 3, 4])):
            chain.append(self.call_module(chain[-1]))
        for _ in range(self.random.choice([2, 2, 3, 4])):
            place = self.random.choice(chain)
            expression = self.write(READ_FORMS, place, self.random.choice([0, 2, 3, 3, 4]))
            self.write(SHOW_FORMS, place, expression)
        backend = {"path": Literal("own.tfstate")} if self.random.random() < 0.1 else {}
        site.blocks.append(Block("terraform", [], {"backend": Block("backend", ["local"], backend)}))
        self.add_lanes(root)

    # Choices

    def wants(self, kind, otherwise):
        return kind in self.wanted or self.random.random() < otherwise

    def use(self, kind):
        self.used.add(kind)

    def pick(self, prefix, names):
        """One of the names, mostly one that this seed prefers."""
        wanted = [name for name in names if f"{prefix}: {name}" in self.wanted]
        return self.random.choice(wanted if wanted and self.random.random() < 0.6 else names)

    def pick_kind(self, kinds):
        wanted = [kind for kind in kinds if kind in self.wanted]
        kind = self.random.choice(wanted if wanted and self.random.random() < 0.6 else kinds)
        self.use(kind)
        return kind

    def write(self, table, *arguments):
        """The first form that suits, the preferred ones first."""
        names = self.random.sample(sorted(table), len(table))
        names.sort(key=lambda name: not self.leads_to_wanted(name) or self.random.random() < 0.3)
        self.forms += 1
        if self.forms > MOST_FORMS and any("literal" in name for name in names):
            names = [name for name in names if name.endswith("literal")]
        for name in names:
            written = table[name](*arguments)
            if written is not None or table is SHOW_FORMS:
                self.use(name)
                self.wanted.discard(name)
                return written
        raise AssertionError(f"no form suits {arguments[1:]}")

    def leads_to_wanted(self, name):
        """Whether a form is preferred, or lets one be written that is."""
        return name in self.wanted or any(name in users and any(kind.startswith(prefix) for kind in self.wanted)
                                          for prefix, users in USERS.items())

    def new_name(self, kind):
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return f"{kind}{self.numbers[kind]}"

    # Files

    def directory_for(self, site):
        """A directory for a file: (as paths spell it, where it lies)."""
        if site.submodule:
            # What a submodule holds is not in the repository, so nobody can follow it out of there again.
            self.use("file: in a submodule")
            place = posixpath.join(site.submodule, self.random.choice(["data", "conf"]))
            return place, place
        kind = self.pick_kind(PLACES[:6] if self.may_be_in_submodule else [each for each in PLACES[:6] if "submodule" not in each])
        name = self.random.choice(["data", "conf", "conf/deep"])
        if kind == "file: below the state":
            place = posixpath.join(site.root.lane.directory, name)
            return place, place
        if kind == "file: beside the module":
            return posixpath.join(site.place, name), posixpath.join(site.place, name)
        if kind == "file: in a submodule":
            place = posixpath.join(self.submodule(), name)
            return place, place
        shared = self.random.choice(["shared", "data", "policies/json"])
        if kind == "file: behind a linked directory":
            physical = posixpath.join(shared, self.new_name("real"))
            link = posixpath.join(self.random.choice(["links", site.place]), self.new_name("lead"))
            self.link(link, physical)
            return link, physical
        return shared, shared

    def submodule(self):
        name = self.random.choice(["vendor/sub", "external"])
        self.world.submodules.setdefault(name, {"readme.txt": "a submodule\n"})
        return name

    def link(self, path, target):
        self.world.links[path] = posixpath.relpath(target, posixpath.dirname(path) or ".")
        self.touches.append(("link", path))

    def place_file(self, site, text, suffix, stem=None):
        """Writes a file somewhere and gives its path as the configuration is to spell it."""
        place, physical = self.directory_for(site)
        if stem is None and self.wants("file: with an odd name", 0.05):
            self.use("file: with an odd name")
            stem = self.random.choice(["a name", "[x]", "{x,y}", "caf\u00e9", "x?", "-x", "x..y", ".x", "a#b"])
        stem = stem or self.random.choice(["x", "y", "z", "zz", "7"])
        if self.world.text(f"{physical}/{stem}{suffix}") is not None:
            stem = self.new_name("file")
        path = f"{physical}/{stem}{suffix}"
        self.world.put(path, text)
        self.touches.append(("read", path))
        links = 0.4 if "file: behind a link" in self.wanted else 0.05
        if not site.submodule and self.random.random() < links:
            self.use("file: behind a link")
            link = posixpath.join(self.random.choice(["links", site.place, "shared"]), self.new_name("link") + suffix)
            self.link(link, path)
            return link
        return f"{place}/{stem}{suffix}"

    def place_template(self, site, text, stem=None):
        """A template that reads other files: where nobody sees what it holds, nobody can say what it reads."""
        self.may_be_in_submodule = False
        path = self.place_file(site, text, ".tftpl", stem)
        self.may_be_in_submodule = True
        return path

    def data_file(self, site, suffix=None):
        """A file that the configuration reads, mostly with others beside it that it does not."""
        suffix = suffix or self.random.choice([".json", ".txt", ".yaml", ".json"])
        path = self.place_file(site, content(suffix, self.random), suffix)
        if self.random.random() < 0.7:
            for stem in ("x", "y", "z", "zz", "7"):
                beside = posixpath.join(posixpath.dirname(path), stem + suffix)
                real = self.real(beside)
                if self.world.text(real) is None:
                    self.world.put(real, content(suffix, self.random))
        return path

    def real(self, path):
        while (followed := self.world.follow_first_link(path)) is not None:
            path = followed
        return path

    def links_on(self, path):
        """The links that lie on the way to a path."""
        parts = path.split("/")
        return [link for link in ("/".join(parts[:length]) for length in range(1, len(parts) + 1)) if link in self.world.links]

    def submodule_around(self, path):
        """The submodule that a path lies in; the path itself where it lies in none."""
        return next((each for each in self.world.submodules if path.startswith(each + "/")), path)

    def data_directory(self, site, is_submodule=False):
        place, physical = self.directory_for(site)
        if is_submodule and not site.submodule:
            place = physical = posixpath.join(self.submodule(), self.random.choice(["data", "conf"]))
        name = self.new_name("set")
        place, physical = posixpath.join(place, name), posixpath.join(physical, name)
        for file in ("x.json", "y.json", "inner/x.json", "inner/z.txt"):
            self.world.put(f"{physical}/{file}", content(".json", self.random))
        self.touches.append(("listed", physical))
        inside_submodule = any(physical.startswith(each + "/") for each in self.world.submodules)
        if not inside_submodule and self.wants("directory: with a link in it", 0.15):
            self.use("directory: with a link in it")
            self.world.put(f"elsewhere/{name}.json", content(".json", self.random))
            self.link(f"{physical}/z.json", f"elsewhere/{name}.json")
            self.touches.append(("read", f"elsewhere/{name}.json"))
        if not inside_submodule and self.wants("directory: with a linked directory in it", 0.15):
            self.use("directory: with a linked directory in it")
            self.world.put(f"elsewhere/{name}/x.json", content(".json", self.random))
            self.link(f"{physical}/linked", f"elsewhere/{name}")
            self.touches.append(("listed", f"elsewhere/{name}"))
        return place

    def maybe_file(self, site):
        if self.random.random() < 0.4:
            return self.data_file(site)
        place, physical = self.directory_for(site)
        name = self.new_name("absent") + ".json"
        self.touches.append(("absent", f"{physical}/{name}"))
        return f"{place}/{name}"

    def place_state_file(self, site, outputs, is_committed=False):
        """Where another state keeps its outputs: in its own directory, ignored by git, or committed as a file like others."""
        if is_committed or site.submodule or self.random.random() < 0.3:
            return self.place_file(site, self.state_text(outputs), ".json")
        directory = self.random.choice(["stacks", "upstream/deep"]) + "/" + self.new_name("up")
        path = self.random.choice(["terraform.tfstate", "kept/one.tfstate"])
        backend = {} if path == "terraform.tfstate" else {"path": Literal(path)}
        blocks = [Block("terraform", [], {"backend": Block("backend", ["local"], backend)})]
        blocks += [Block("output", [name], {"value": quote(value)}) for name, value in outputs.items()]
        self.world.files[f"{directory}/main.tf"] = write_native(blocks)
        self.world.untracked[f"{directory}/{path}"] = self.state_text(outputs)
        self.touches.append(("other state", f"{directory}/main.tf"))
        return f"{directory}/{path}"

    def state_text(self, outputs):
        return state_file(outputs)

    # Modules

    def call_module(self, site, plain=False):
        """A new module that the site calls."""
        kind = self.pick_kind(["module: below its caller"] if site.submodule else MODULE_PLACES)
        name = self.new_name("module")
        place = self.module_place(site, kind, name)
        source = site.relative(place, site.place)
        source = source if source.startswith("../") or source == ".." else "./" + source
        call = Block("module", [name], {"source": Literal(source + ("/" if self.random.random() < 0.05 else ""))})
        way = "plain" if plain else self.pick("call", CALL_WAYS)
        self.use(f"call: {way}")
        if way == "for_each":
            call.body["for_each"] = f'toset(["{self.random.choice(["x", "y"])}"])'
        elif way == "count":
            call.body["count"] = "1"
        site.blocks.append(call)
        text = posixpath.normpath(posixpath.join(site.module_text, source))
        if kind == "module: behind a link":
            # Terraform installs where the link leads: path.module and the sources of further calls start there.
            link, place = place, f"modules/{name}"
            self.link(link, place)
            text = posixpath.normpath(posixpath.join(posixpath.dirname(text), self.world.links[link]))
        inner = Site(self, site.root, place, text, site, call)
        inner.submodule = next((each for each in self.world.submodules if (place + "/").startswith(each + "/")), "")
        self.sites.append(inner)
        self.touches.append(("module", place))
        return inner

    def module_place(self, site, kind, name):
        if kind == "module: below the state":
            return posixpath.join(site.root.lane.directory, f"modules/{name}")
        if kind == "module: below its caller":
            return posixpath.join(site.place, f"inner/{name}")
        if kind == "module: in a submodule":
            return f"{self.submodule()}/{name}"
        if kind == "module: a submodule itself":
            self.world.submodules.setdefault(f"vendor/{name}", {})
            return f"vendor/{name}"
        if kind == "module: behind a link":
            return posixpath.join(self.random.choice(["links", site.root.lane.directory]), f"to-{name}")
        return f"modules/{name}"

    # Lanes and variables

    def give_root_variable(self, root, body, name, value, wrong):
        source = self.pick("variable", VARIABLE_SOURCES)
        if source == "environment outside" and not stays_below(value):
            source = "terraform.tfvars"
        self.use(f"variable: {source}")
        self.wanted.discard(f"variable: {source}")
        if source == "default":
            body["default"] = Literal(value)
            return
        if self.random.random() < 0.5:
            body["default"] = Literal(wrong)
        for weaker in VARIABLE_SOURCES[2:VARIABLE_SOURCES.index(source)]:
            if self.random.random() < (0.5 if weaker in root.tfvars else 0.2):
                root.tfvars.setdefault(weaker, {})[name] = wrong
        if source == "environment outside":
            root.lane.variables[f"TF_VAR_{name}"] = value if isinstance(value, str) else write_literal(value)
        else:
            root.tfvars.setdefault(source, {})[name] = value
            if source == "var_files":
                root.tfvars.setdefault("wrong", {})[name] = wrong

    def add_lanes(self, root):
        """Writes the variable files and the rule, and tells how each lane is planned."""
        directory, rule = root.lane.directory, {}
        for name, values in root.tfvars.items():
            if name.startswith(("terraform.tfvars", "a.", "b.", "z.")):
                self.world.files[posixpath.join(directory, name)] = write_variables(name, values)
                self.touches.append(("variables", posixpath.join(directory, name)))
        if root.instances:
            rule.update(instances="env/{instance}/terraform.tfvars", var_files=["env/{instance}/terraform.tfvars"],
                        backend_config=["path={instance}.tfstate"])
        elif "var_files" in root.tfvars:
            rule["var_files"] = [self.random.choice(["env/prod.tfvars", "../common.tfvars" if directory else "c.tfvars",
                                                     "fixed.tfvars.json"])]
        if rule:
            self.rules.append({"match": directory or ".", **rule})
        for instance in root.instances or [""]:
            self.add_lane(root, instance, [each.replace("{instance}", instance) for each in rule.get("var_files", [])])

    def add_lane(self, root, instance, var_files):
        lane = Lane(root.lane.directory, instance, var_files, variables=dict(root.lane.variables))
        if instance:
            lane.backend_config = [f"path={instance}.tfstate"]
        values = root.tfvars.get("var_files", {})
        if instance == "dev" and self.random.random() < 0.3:
            values = root.tfvars.get("wrong", {})
        for file in var_files:
            path = posixpath.normpath(posixpath.join(lane.directory, file))
            self.world.files[path] = write_variables(file, values)
            self.touches.append(("variables", path))
        self.lanes.append(lane)

    # Writing

    def write_site(self, site):
        """A module's blocks, over one to three files of either syntax; what an override says replaces what is said first."""
        files = {}
        for block in site.finished_blocks():
            name = self.random.choice(["main", "main", "more", "outputs"])
            if block.type == "resource" and "input" in block.body and self.wants("syntax: override", 0.05):
                self.add_override(files, block)
            json_syntax = self.wants("syntax: JSON", 0.15) and "<<EOT" not in str(block.body)
            files.setdefault(name + (".tf.json" if json_syntax else ".tf"), []).append(block)
        if not files:
            files["main.tf"] = [Block("locals", [], {"nothing": quote("")})]
        for name, blocks in files.items():
            self.use("syntax: JSON" if name.endswith(".json") else "syntax: native")
            text = write_json(blocks) if name.endswith(".json") else write_native(blocks)
            self.world.put(posixpath.join(site.place, name), text)
        self.touches.append(("configuration", site.place))

    def add_override(self, files, block):
        """The block says something else, and an override file says what was meant."""
        name = self.random.choice(["override.tf", "late_override.tf", "override.tf.json"])
        if name.endswith(".json") and "<<EOT" in block.body["input"]:
            name = "override.tf"
        self.use("syntax: JSON override" if name.endswith(".json") else "syntax: override")
        files.setdefault(name, []).append(Block("resource", block.labels, {"input": block.body["input"]}))
        block.body["input"] = quote("overridden")


def content(suffix, source):
    number = source.randrange(100)
    if suffix == ".yaml":
        return f"value: {number}\nlist:\n  - one\n"
    if suffix == ".csv":
        return f"name,value\none,{number}\n"
    return json.dumps({"value": number}) + "\n" if suffix == ".json" else f"text {number}\n"


def write_variables(name, values):
    if name.endswith(".json"):
        return json.dumps(values, indent=2) + "\n"
    return "".join(f"{key} = {write_literal(value)}\n" for key, value in values.items())
