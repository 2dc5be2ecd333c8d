"""Where expressions stand: one module of one state. Declares what they need: locals, variables, files, calls, data sources."""
import json
import posixpath
from dataclasses import dataclass, field

from blocks import Block, Keyword, Literal, quote, write_literal
from texts import CONDITION_FORMS, LIST_FORMS, TEXT_FORMS, other

# Where a root variable gets its value: each a kind that must occur. Later ones beat earlier ones, as in Terraform.
VARIABLE_SOURCES = ["default", "environment outside", "terraform.tfvars",
                    "terraform.tfvars.json", "a.auto.tfvars", "b.auto.tfvars.json", "z.auto.tfvars", "var_files"]
PATH_ANCHORS = ["path.module", "path.root", "path.cwd", "bare", "dot", "whole text", "abspath", "dirname(path.module)",
                "pathexpand", "in a local", "joined", "formatted", "split and joined", "replaced", "handed back by a module",
                "behind a list from outside"]
CALL_WAYS = ["plain", "for_each", "count"]


@dataclass
class Root:
    """What belongs to a state's directory as a whole."""
    lane: object
    tfvars: dict = field(default_factory=dict)  # file beside the configuration, or as the lane names it: {name: value}
    instances: list = field(default_factory=list)


class Site:
    def __init__(self, maker, root, place, module_text, caller=None, call=None):
        self.maker, self.root = maker, root
        self.random = maker.random
        self.place = place  # the module's directory, links followed
        self.module_text = module_text  # the value of path.module
        self.caller, self.call = caller, call
        self.submodule = ""  # the submodule that the module lies in
        self.blocks, self.locals = [], {}

    def new_name(self, kind):
        return self.maker.new_name(kind)

    # Values

    def say(self, value, depth):
        """An expression for a text."""
        if depth <= 0 or self.random.random() < 0.15:
            self.maker.use("text: literal")
            return quote(value)
        return self.maker.write(TEXT_FORMS, self, value, depth - 1)

    def list(self, values, depth):
        """An expression for a list of texts."""
        if depth <= 0:
            return write_literal(values)
        return self.maker.write(LIST_FORMS, self, values, depth - 1)

    def truth(self, depth):
        """An expression that is true."""
        return self.maker.write(CONDITION_FORMS, self, depth - 1) if depth > 0 else "true"

    # Declarations

    def local(self, expression):
        name = self.new_name("local")
        self.locals[name] = expression
        return f"local.{name}"

    def variable(self, value, depth):
        name = self.new_name("variable")
        self.declare(name, "string", value, other(value), depth)
        return f"var.{name}"

    def structured_variable(self, value, depth):
        name = self.new_name("variable")
        kind = self.random.choice(["any", "list(string)"]) if isinstance(value, list) else \
            self.random.choice(["any", "object({ name = string, more = list(string) })"])
        wrong = list(reversed(value)) if isinstance(value, list) else {**value, "name": other(value["name"])}
        self.declare(name, kind, value, wrong, depth)
        return f"var.{name}"

    def declare(self, name, kind, value, wrong, depth):
        """A variable with this value; `wrong` is what weaker sources say, where they say something."""
        body = {"type": Keyword(kind)}
        self.blocks.append(Block("variable", [name], body))
        if self.caller is None:
            self.maker.give_root_variable(self.root, body, name, value, wrong)
        elif self.random.random() < 0.2:
            body["default"] = Literal(value)
        else:
            if self.random.random() < 0.5:
                body["default"] = Literal(wrong)
            self.pass_argument(name, value, depth)

    def pass_argument(self, name, value, depth):
        if isinstance(value, str):
            each = self.call.body.get("for_each")
            if each == f"toset([{quote(value)}])":
                self.call.body[name] = "each.value"
            else:
                self.call.body[name] = self.caller.say(value, depth)
        elif isinstance(value, list):
            self.call.body[name] = self.caller.list(value, depth)
        else:
            self.call.body[name] = write_literal(value)

    def echo(self, value, depth):
        """The output of a module that was called with the value."""
        inner = self.maker.call_module(self, plain=True)
        name = self.new_name("output")
        inner.blocks.append(Block("output", [name], {"value": inner.variable(value, depth)}))
        return f"module.{inner.call.labels[0]}.{name}"

    def file_with(self, text, suffix, depth):
        """The path of a file that holds a text."""
        return self.path(self.maker.place_file(self, text, suffix), depth)

    def outside(self, value):
        """A variable of the root module that only the world outside sets, handed down to here."""
        name = self.new_name("variable")
        site = self
        while site is not None:
            site.blocks.append(Block("variable", [name], {"type": Keyword("string" if isinstance(value, str) else "list(string)")}))
            if site.caller is not None:
                site.call.body[name] = f"var.{name}"
            site = site.caller
        self.root.lane.variables[f"TF_VAR_{name}"] = value if isinstance(value, str) else write_literal(value)
        return f"var.{name}"

    def remote_state(self, outputs, depth, is_committed=False):
        """A data source with these outputs of another state."""
        name = self.new_name("remote")
        path = self.maker.place_state_file(self, outputs, is_committed)
        self.blocks.append(Block("data", ["terraform_remote_state", name], {
            "backend": Literal("local"),
            "config": f"{{ path = {self.state_path(path, depth)} }}"}))
        return f"data.terraform_remote_state.{name}"

    # Paths

    def state_path(self, target, depth):
        """Where a local backend keeps a state: taken as it is, not cleaned, so every directory that it names must be there."""
        self.maker.is_cleaned = False
        path = self.path(target, depth)
        self.maker.is_cleaned = True
        return path

    def path(self, target, depth):
        """An expression for the path of a file or directory of the repository, in one of many ways."""
        anchor = self.maker.pick("path", PATH_ANCHORS)
        if anchor == "dirname(path.module)" and ("/" not in self.module_text or self.module_text.endswith("..")):
            anchor = "path.module"
        if anchor == "split and joined" and self.module_text == ".":
            anchor = "path.module"
        self.maker.use(f"path: {anchor}")
        return self.write_path(anchor, target, depth)

    def write_path(self, anchor, target, depth):
        from_module, from_root = self.relative(target, self.place), self.relative(target, self.root.lane.directory)
        whole = posixpath.join(self.module_text, from_module)
        if anchor in ("path.module", "path.root", "path.cwd"):
            return f'"${{{anchor}}}/{self.rest(from_module if anchor == "path.module" else from_root, depth)}"'
        if anchor == "bare":
            return self.say(from_root, depth)
        if anchor == "dot":
            return self.say("./" + from_root, depth)
        if anchor == "abspath":
            return f"abspath({self.say(from_root, depth)})"
        if anchor == "pathexpand":
            return f"pathexpand({self.say(from_root, depth)})"
        if anchor == "dirname(path.module)":
            return f'"${{dirname(path.module)}}/{self.rest(self.relative(target, posixpath.dirname(self.place)), depth)}"'
        if anchor == "in a local":
            return f'"${{{self.local("path.module")}}}/{self.rest(from_module, depth)}"'
        if anchor == "joined":
            return f'join("/", concat([path.module], {self.list(from_module.split("/"), depth)}))'
        if anchor == "formatted":
            return f'format("%s/%s", path.module, {self.say(from_module, depth)})'
        if anchor == "split and joined":
            return f'"${{join("/", split("/", path.module))}}/{self.rest(from_module, depth)}"'
        if anchor == "handed back by a module":
            return f'"${{path.module}}/${{{self.echo(from_module, depth)}}}"'
        if anchor == "behind a list from outside":
            before = self.random.choice([[], ["a", "b"]])
            joined = f"concat({self.outside(before)}, {self.list([other(whole), whole], depth)})"
            return f"{joined}[{len(before) + 1}]"
        if anchor == "replaced":
            return f'replace("MODULE/${{{self.say(from_module, depth)}}}", "MODULE", path.module)'
        return self.say(whole, depth)

    def rest(self, relative, depth):
        """What follows an anchor within a template."""
        return f"${{{self.say(relative, depth)}}}" if depth > 0 and self.random.random() < 0.7 else relative

    def relative(self, target, start):
        """A relative path, at times spelt with more than it needs; Terraform cleans it."""
        path = posixpath.relpath(target, start or ".") if start else target
        parts = path.split("/")
        if self.random.random() < 0.2:
            parts.insert(self.random.randrange(len(parts)), ".")
        if self.maker.is_cleaned and self.random.random() < 0.15:
            # The directory need not be there.
            place = self.random.randrange(len(parts))
            parts[place:place] = ["aside", ".."]
        if self.random.random() < 0.1:
            parts.insert(self.random.randrange(1, len(parts)) if len(parts) > 1 else 1, "")
        return "/".join(parts).rstrip("/")

    def finished_blocks(self):
        if not self.locals:
            return self.blocks
        return [*self.blocks, Block("locals", [], dict(self.locals))]


def state_file(outputs):
    """A state as Terraform writes it, with outputs and without resources."""
    return json.dumps({
        "version": 4, "terraform_version": "1.5.0", "serial": 1, "lineage": "8b1c5f0e-0000-4000-8000-000000000000",
        "outputs": {name: {"value": value, "type": "string"} for name, value in outputs.items()},
        "resources": [], "check_results": None}, indent=2) + "\n"
