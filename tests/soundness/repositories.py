"""Generated repositories and random changes to them, for the oracle. A repository is {path: (mode, bytes)}.

Blocks of a configuration file stand apart by one empty line, so that a change can take one out or put one in.
"""
FILE, EXECUTABLE, LINK, SUBMODULE = "100644", "100755", "120000", "160000"

CONFIG = """\
version: 1
states:
  include: ["legacy/*", "deploy/*"]
  exclude: ["sandbox/**"]
  rules:
    - match: "services/*"
      inputs: ["../../policies/**"]
    - match: "services/web"
      var_files: ["../../common.tfvars"]
    - match: "deploy/*"
      commands: {plan: ["deploy", "--dry-run"], apply: ["deploy"]}
ignore: ["**/docs/**"]
global_inputs: ["versions.lock"]
"""


def backend(key):
    return f'terraform {{\n  backend "s3" {{\n    bucket = "states"\n    key    = "{key}"\n  }}\n}}'


def call(called, source, **arguments):
    lines = "".join(f"  {key} = {value}\n" for key, value in arguments.items())
    return f'module "{called}" {{\n  source = "{source}"\n{lines}}}'


def resource(called, **arguments):
    lines = "".join(f"  {key} = {value}\n" for key, value in arguments.items())
    return f'resource "null_resource" "{called}" {{\n{lines}}}'


def remote_state(key):
    return (f'data "terraform_remote_state" "{key.replace("/", "_")}" {{\n  backend = "s3"\n'
            f'  config = {{\n    bucket = "states"\n    key    = "{key}"\n  }}\n}}')


class Maker:
    def __init__(self):
        self.files = {}

    def put(self, path, *blocks, mode=FILE):
        """Blocks with an empty line between them."""
        self.files[path.encode()] = (mode, ("\n\n".join(blocks) + "\n").encode())

    def link(self, path, target):
        self.files[path.encode()] = (LINK, target.encode())

    def modules(self):
        self.put("modules/label/main.tf", 'variable "name" {}', 'output "id" {\n  value = var.name\n}')
        self.put("modules/label/README.md", "# label")
        self.put("modules/vpc/main.tf", call("label", "../label", name='"vpc"'),
                 resource("acl", content='file("${path.module}/acl.json")'))
        self.put("modules/vpc/acl.json", "{}")
        self.put("modules/service/main.tf", call("label", "./../label", name="var.name"),
                 'variable "name" {\n  default = "none"\n}', 'variable "definition" {\n  default = "task.json"\n}',
                 resource("task", body='templatefile("${path.module}/templates/${var.definition}", {})'),
                 resource("note", text='"see ${path.module}/notes.md, then run ${path.root}/run.sh"'))
        self.put("modules/service/templates/task.json", '{"more": "${file("../../shared/data/list.json")}"}')
        self.put("modules/service/templates/other.json", "{}")
        self.put("modules/service/notes.md", "notes")
        self.put("modules/service/tests/unit.tf", 'variable "x" {}')
        self.put("modules/service/examples/one/main.tf", 'variable "x" {}')
        self.put("modules/dashboards/main.tf",
                 resource("all", for_each='fileset("${path.module}/boards", "**/*.json")',
                          body='file("${path.module}/boards/${each.value}")'))
        self.put("modules/dashboards/boards/a.json", "{}")
        self.put("modules/dashboards/boards/deep/b.json", "{}")


def small():
    """About twenty states: nested ones, instances, a lane outside Terraform, links, names with blanks and quotes."""
    make = Maker()
    make.modules()
    make.put(".statelane.yml", CONFIG)
    make.put("common.tfvars", 'region = "eu"')
    make.put("versions.lock", "1")
    make.put("main.tf", backend("root"), resource("root", data='file("top.json")'))
    make.put("top.json", "{}")
    for place in ("dev", "prod"):
        make.put(f"network/{place}/main.tf", backend(f"network/{place}"), call("vpc", "../../modules/vpc"),
                 resource("guard", body='fileexists("${path.module}/override.json") ? 1 : 0'))
        make.put(f"network/{place}/.terraform.lock.hcl", 'provider "x" {\n}')
        make.put(f"network/{place}/terraform.tfvars", 'cidr = "10.0.0.0/16"')
    make.put("network/prod/peering/main.tf", backend("peering"), remote_state("network/prod"))
    make.put("network/.terraform-version", "1.9.0")
    for name in ("api", "web", "worker", "cron"):
        make.put(f"services/{name}/main.tf", backend(f"services/{name}"),
                 call("service", "../../modules/service", name=f'"{name}"', definition='"task.json"'),
                 "locals {\n" + f'  code = "../../lambda/{name}"\n' + "}",
                 resource("archive", source_dir='"${local.code}/src"'), remote_state("network/dev"))
        make.put(f"lambda/{name}/src/index.js", "1")
        make.put(f"lambda/{name}/README.md", "r")
        make.put(f"services/{name}/docs/page.txt", "1")
    make.link("services/web/shared", "../../shared")
    make.link("services/api/provider.tf", "../../shared/provider.tf")
    make.put("shared/provider.tf", 'provider "x" {}')
    make.put("shared/data/list.json", "[]")
    make.put("services/cron/values.auto.tfvars", 'policy = "one"')
    make.put("services/cron/more.tf", 'variable "policy" {}',
             resource("policy", body='file("../../policies/${var.policy}.json")'))
    for name in ("one", "two"):
        make.put(f"policies/{name}.json", "{}")
    make.put("dns/main.tf", 'terraform {\n  backend "http" {\n  }\n}', 'variable "zone" {}',
             resource("zone", body='file("${path.module}/zones/${var.zone}.json")'),
             call("boards", "../modules/dashboards"))
    for place in ("prod", "staging"):
        make.put(f"dns/env/{place}/backend.tfvars", f'address = "https://states.example/{place}"')
        make.put(f"dns/env/{place}/terraform.tfvars", f'zone = "{place}"')
        make.put(f"dns/zones/{place}.json", "{}")
    make.put("platform/app one/main.tf", backend("app one"), call("boards", "../../modules/dashboards"))
    make.put("platform/it's \"q\"/main.tf", backend("quoted"), resource("x", data='filesha1("../a b.txt")'))
    make.put("platform/a b.txt", "1")
    make.put("legacy/old/main.tf", resource("old"))
    make.put("sandbox/try/main.tf", backend("sandbox"))
    make.put("deploy/web/compose.yml", "x")
    make.put("scripts/run.sh", "#!/bin/sh", mode=EXECUTABLE)
    make.put("tools/main.tf", backend("tools"), resource("run", command='"sh ../scripts/run.sh --fast ./local.txt"'))
    make.put("tools/local.txt", "1")
    return make.files


def matrix():
    """Six directories with eight instances each, which share modules, policies and values."""
    make = Maker()
    make.modules()
    make.put("common.tfvars", 'region = "eu"')
    for stack in ("network", "database", "queue", "api", "web", "logs"):
        make.put(f"stacks/{stack}/main.tf", 'terraform {\n  backend "s3" {\n    bucket = "states"\n  }\n}',
                 'variable "environment" {}', call("service", "../../modules/service", name="var.environment"),
                 resource("policy", body='file("${path.module}/policies/${var.environment}.json")'),
                 resource("shared", body='file("../../policies/${var.environment}/all.json")'))
        for place in ("dev", "test", "prod", "qa", "demo", "load", "pilot", "spare"):
            make.put(f"stacks/{stack}/env/{place}.tfbackend", f'key = "{stack}/{place}"')
            make.put(f"stacks/{stack}/env/{place}.tfvars", f'environment = "{place}"')
            make.put(f"stacks/{stack}/policies/{place}.json", "{}")
            make.put(f"policies/{place}/all.json", "{}")
    return make.files


def typical():
    """About two hundred states in the layout of teams, stacks and environments."""
    make = Maker()
    make.modules()
    make.put(".statelane.yml", CONFIG)
    for team in range(10):
        for stack in range(10):
            for place in ("dev", "prod"):
                where = f"teams/t{team}/s{stack}/{place}"
                make.put(f"{where}/main.tf", backend(where),
                         call("service", "../../../../modules/service", name=f'"s{stack}"'),
                         call("boards", f"../../../../modules/m{stack}"),
                         resource("policy", body=f'file("${{path.module}}/../policies/{place}.json")'))
                make.put(f"{where}/terraform.tfvars", f"size = {stack}")
                make.put(f"teams/t{team}/s{stack}/policies/{place}.json", "{}")
    for stack in range(10):
        make.put(f"modules/m{stack}/main.tf", call("vpc", "../vpc"), resource("x", data=f'"{stack}"'))
    return make.files


PRESETS = {"small": small, "matrix": matrix, "typical": typical}


class Changer:
    """Random changes to a repository; every kind that can matter to some state."""

    def __init__(self, random, files):
        self.random, self.files, self.serial = random, files, 0

    def change(self):
        kinds = [self.edit, self.edit, self.edit, self.add_file, self.add_file, self.delete, self.add_block,
                 self.take_block, self.replace_word, self.replace_word, self.move, self.mode, self.link, self.retarget,
                 self.submodule, self.configure, self.configure, self.fault, self.lock, self.pin, self.guard,
                 self.nest, self.swap]
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            self.serial += 1
            self.random.choice(kinds)()
        self._drop_impossible()

    def _drop_impossible(self):
        """No name is a file and a directory at once: the file goes."""
        directories = set()
        for path in self.files:
            while b"/" in path:
                path = path.rpartition(b"/")[0]
                directories.add(path)
        for path in directories & set(self.files):
            del self.files[path]

    def pick(self, *endings):
        found = sorted(path for path, (mode, _) in self.files.items()
                       if mode in (FILE, EXECUTABLE) and (not endings or path.endswith(endings)))
        return self.random.choice(found) if found else None

    def directory(self):
        return self.random.choice(sorted({path.rpartition(b"/")[0] for path in self.files}))

    def put(self, path, text, mode=FILE):
        self.files[path.lstrip(b"/")] = (mode, text)

    def edit(self):
        path = self.pick()
        mode, text = self.files[path]
        self.put(path, text + (b"# %d\n" % self.serial), mode)

    def add_file(self):
        names = [b"new%d.tf", b"data%d.json", b"README%d.md", b"LICENSE%d", b"tests/t%d.tf", b"examples/e%d.tf",
                 b"x%d.tftest.hcl", b"deep/er/f%d.txt", b"n%d.auto.tfvars", b"boards/n%d.json", b"docs/d%d.txt"]
        self.put(self.directory() + b"/" + self.random.choice(names) % self.serial, b"# %d\n" % self.serial)

    def delete(self):
        self.files.pop(self.random.choice(sorted(self.files)))

    def blocks(self, path):
        return self.files[path][1].rstrip(b"\n").split(b"\n\n")

    def add_block(self):
        path = self.pick(b".tf")
        if path is None:
            return
        up = b"../" * path.count(b"/") or b"./"
        module = self.random.choice([b"vpc", b"service", b"label", b"dashboards", b"absent"])
        block = self.random.choice([
            b'module "n%d" {\n  source = "%smodules/%s"\n}' % (self.serial, up, module),
            b'resource "null_resource" "n%d" {\n  body = file("%spolicies/one.json")\n}' % (self.serial, up),
            b'resource "null_resource" "n%d" {\n  dir = "${path.module}/%slambda/api"\n}' % (self.serial, up),
            b'resource "null_resource" "n%d" {\n  all = fileset("%slambda", "**/*.js")\n}' % (self.serial, up),
            b'resource "null_resource" "n%d" {\n  may = fileexists("${path.module}/may%d.txt")\n}'
            % (self.serial, self.random.randrange(3)),
            b'resource "null_resource" "n%d" {\n  every = file("%spolicies/${null_resource.x.id}.json")\n}'
            % (self.serial, up)])
        self.put(path, b"\n\n".join([*self.blocks(path), block]) + b"\n")

    def take_block(self):
        path = self.pick(b".tf")
        if path is None:
            return
        blocks = self.blocks(path)
        del blocks[self.random.randrange(len(blocks))]
        self.put(path, b"\n\n".join(blocks) + b"\n" if blocks else b"")

    def replace_word(self):
        """Another module, another file, another value, another backend: one word that stands in a file."""
        words = [(b"modules/vpc", b"modules/label"), (b"modules/service", b"modules/dashboards"),
                 (b"task.json", b"other.json"), (b'"one"', b'"two"'), (b"boards", b"templates"), (b"/api", b"/web"),
                 (b'backend "', b'no_backend "'), (b"../label", b"../vpc"), (b'= "prod"', b'= "staging"'),
                 (b"acl.json", b"other.json"), (b"local.code", b"path.module"), (b"../", b"./")]
        one, other = self.random.choice(words)
        if self.random.random() < 0.5:
            one, other = other, one
        found = sorted(path for path, (mode, text) in self.files.items()
                       if mode == FILE and one in text and path.endswith((b".tf", b".tfvars")))
        if found:
            path = self.random.choice(found)
            self.put(path, self.files[path][1].replace(one, other, 1))

    def move(self):
        directory = self.directory()
        if not directory:
            return
        target = self.random.choice([directory + b"-moved", b"moved%d" % self.serial, directory + b"@%d" % self.serial])
        for path in [path for path in self.files if path.startswith(directory + b"/")]:
            self.files[target + path[len(directory):]] = self.files.pop(path)

    def mode(self):
        path = self.pick()
        mode, text = self.files[path]
        self.put(path, text, EXECUTABLE if mode == FILE else FILE)

    def link(self):
        """A new link, or a file that becomes one."""
        place = self.directory()
        path = self.pick() if self.random.random() < 0.3 else place + b"/link%d" % self.random.randrange(4)
        up = b"../" * path.lstrip(b"/").count(b"/")
        target = self.random.choice([b"policies", b"shared/data", b"lambda/web", b"policies/one.json", b"nowhere"])
        self.put(path, up + target, LINK)

    def retarget(self):
        found = sorted(path for path, (mode, _) in self.files.items() if mode == LINK)
        if found:
            path = self.random.choice(found)
            self.put(path, b"../" * path.count(b"/") + self.random.choice([b"policies", b"lambda", b"shared"]), LINK)

    def submodule(self):
        commit = b"%040x" % self.random.randrange(1, 1 << 100)
        self.put(self.directory() + b"/sub%d" % self.random.randrange(2), commit, SUBMODULE)

    def configure(self):
        text = self.files.get(b".statelane.yml", (FILE, CONFIG.encode()))[1].decode()
        swaps = [('"../../policies/**"', '"../../shared/**"'), ('["legacy/*"]', '["legacy/*", "deploy/*"]'),
                 ('"sandbox/**"', '"services/api"'), ('"**/docs/**"', '"**/*.json"'), ('"versions.lock"', '"*.lock"'),
                 ('"services/web"', '"services/worker"'), ('"--dry-run"', '"--plan"'),
                 ('["../../common.tfvars"]', '["../../common.tfvars"]\n      tool: tofu'),
                 ("version: 1\n", "version: 1\n# noted\n"), ('match: "services/*"', 'match: "network/*"'),
                 ('inputs: ["', 'depends_on: ["tools"]\n      inputs: ["')]
        one, other = self.random.choice(swaps)
        if other in text and one != "version: 1\n":
            one, other = other, one
        text = text.replace(one, other, 1)
        if text.count("depends_on") < 2:
            self.put(b".statelane.yml", text.encode())

    def fault(self):
        """A file that stops to parse, at its end, or parses again."""
        path = self.pick(b".tf")
        if path is None:
            return
        text = self.files[path][1]
        broken = b'\n\nresource "null_resource" "broken" {\n  a = [\n'
        self.put(path, text[:-len(broken)] if text.endswith(broken) else text + broken)

    def lock(self):
        path = self.directory() + b"/.terraform.lock.hcl"
        if path.lstrip(b"/") in self.files and self.random.random() < 0.4:
            del self.files[path.lstrip(b"/")]
        else:
            self.put(path, b"# %d\n" % self.serial)

    def pin(self):
        self.put(self.directory() + b"/" + self.random.choice([b".terraform-version", b".tool-versions"]),
                 b"%d\n" % self.serial)

    def guard(self):
        """A file whose absence something asks about."""
        self.put(self.directory() + self.random.choice([b"/override.json", b"/may%d.txt" % self.random.randrange(3)]),
                 b"%d\n" % self.serial)

    def nest(self):
        """A state directory, or an ordinary one, inside another."""
        text = backend(f"nested{self.serial}") if self.random.random() < 0.6 else "# nothing"
        self.put(self.directory() + b"/nested%d/main.tf" % self.random.randrange(3), text.encode() + b"\n")

    def swap(self):
        """A directory becomes a file, or a file a directory."""
        path = self.pick()
        if self.random.random() < 0.5:
            self.files.pop(path)
            self.put(path + b"/inner.txt", b"%d\n" % self.serial)
        elif b"/" in path:
            directory = path.rpartition(b"/")[0]
            for below in [each for each in self.files if each.startswith(directory + b"/")]:
                del self.files[below]
            self.put(directory, b"%d\n" % self.serial)


def fast_import(commits):
    """The stream for `git fast-import` of commits on main, each a {path: (mode, bytes)}, written as what differs."""
    out, before = [], {}
    for number, files in enumerate(commits, 1):
        out.append(b"commit refs/heads/main\nmark :%d\ncommitter A <a@example.com> %d +0000\ndata 1\nc\n"
                   % (number, 1700000000 + number))
        out += [b"D %s\n" % _quoted(path) for path in before if path not in files]
        for path, entry in files.items():
            if before.get(path) == entry:
                continue
            mode, text = entry
            if mode == SUBMODULE:
                out.append(b"M 160000 %s %s\n" % (text, _quoted(path)))
            else:
                out.append(b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), _quoted(path), len(text), text))
        before = files
    return b"".join(out)


def _quoted(path):
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def generate(preset, random, count):
    """`count` commits and one before them: each the one before with a random change."""
    files = PRESETS[preset]()
    commits = [dict(files)]
    while len(commits) <= count:
        changer = Changer(random, dict(commits[-1]))
        changer.serial = len(commits) * 10
        # Now and then back to the beginning: otherwise changes wear a repository down.
        if len(commits) % 40 == 0:
            changer.files = dict(files)
        else:
            changer.change()
        if changer.files != commits[-1]:
            commits.append(changer.files)
    return commits
