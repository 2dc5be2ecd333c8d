"""One change to a repository: mostly near what its configurations reads, at times anywhere.

Each gives a new world and says what it did; one that does not suit gives nothing.
"""
import json
import posixpath
import re

from texts import OTHER_NAMES

NEAR = {}
ANYWHERE = {}


def near(role, name):
    def add(function):
        NEAR.setdefault(role, {})[name] = function
        return function
    return add


def anywhere(name):
    def add(function):
        ANYWHERE[name] = function
        return function
    return add


def change(world, touches, random):
    """A changed copy, and what was changed."""
    for _ in range(200):
        changed = world.copy()
        if touches and random.random() < 0.7:
            role, path = random.choice(touches)
            name = random.choice(sorted(NEAR.get(role, NEAR["read"])))
            told = NEAR.get(role, NEAR["read"])[name](changed, path, random)
        else:
            name = random.choice(sorted(ANYWHERE))
            told = ANYWHERE[name](changed, random)
        if told is not None and changed != world:
            return changed, f"{name}: {told}"
    raise AssertionError("no change suits")


def edited(text, path, random):
    """Another text of the same kind."""
    if random.random() < 0.5:
        swapped = re.sub(r"\b(x|y|z|zz|7)(?=\.\w|\b)", lambda match: OTHER_NAMES[match[1]], text, count=1)
        if swapped != text:
            return swapped
    numbers = re.sub(r"\d+", lambda match: str(int(match[0]) + 1), text, count=1)
    if numbers != text and random.random() < 0.8:
        return numbers
    return text + ("\n" if path.endswith((".json", ".yaml", ".csv")) else "more\n")


def edit(world, path, random):
    text = world.text(path)
    if text is None or path in world.links:
        return None
    world.put(path, edited(text, path, random))
    return path


@near("read", "a file is edited")
def _(world, path, random):
    return edit(world, path, random)


@near("read", "a file goes")
def _(world, path, random):
    world.remove(path)
    return path


@near("read", "a file beside another is edited")
def _(world, path, random):
    beside = [each for each in world.paths() if posixpath.dirname(each) == posixpath.dirname(path) and each != path]
    return edit(world, random.choice(beside), random) if beside else None


@near("read", "a file becomes a link")
def _(world, path, random):
    text = world.text(path)
    if text is None or path not in world.files:
        return None
    copy = "moved/" + posixpath.basename(path)
    world.files[copy] = text if random.random() < 0.3 else edited(text, path, random)
    world.remove(path)
    world.links[path] = posixpath.relpath(copy, posixpath.dirname(path) or ".")
    return path


@near("absent", "a file comes that was asked for")
def _(world, path, random):
    world.put(path, '{"new": 1}\n')
    return path


@near("listed", "a file comes into a directory")
def _(world, path, random):
    name = random.choice(["z.json", "new.json", "x.txt", "inner/y.json", "new/x.json", ".hidden.json", "x", "xx.json"])
    if world.text(f"{path}/{name}") is not None:
        return None
    world.put(f"{path}/{name}", '{"new": 1}\n')
    return f"{path}/{name}"


@near("listed", "a file of a directory is edited")
def _(world, path, random):
    below = [each for each in world.paths() if each.startswith(path + "/")]
    return edit(world, random.choice(below), random) if below else None


@near("listed", "a file of a directory goes")
def _(world, path, random):
    below = [each for each in world.paths() if each.startswith(path + "/")]
    if not below:
        return None
    gone = random.choice(below)
    world.remove(gone)
    return gone


@near("listed", "a link comes into a directory")
def _(world, path, random):
    if any(path.startswith(each + "/") for each in world.submodules):
        return None
    world.files["elsewhere/late/z.json"] = '{"late": 1}\n'
    link, target = random.choice([("z2.json", "elsewhere/late/z.json"), ("late", "elsewhere/late")])
    world.links[f"{path}/{link}"] = posixpath.relpath(target, path)
    return f"{path}/{link}"


@near("link", "a link leads elsewhere")
def _(world, path, random):
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), world.links[path]))
    for each in world.paths():
        if each == target or each.startswith(target + "/"):
            text = world.text(each)
            if text is not None:
                world.put("elsewhere/copy" + each[len(target):] if each != target else f"elsewhere/copy/{posixpath.basename(each)}",
                          edited(text, each, random) if random.random() < 0.7 else text)
    head = "elsewhere/copy" if world.text(target) is None else f"elsewhere/copy/{posixpath.basename(target)}"
    world.links[path] = posixpath.relpath(head, posixpath.dirname(path) or ".")
    return path


@near("link", "a file behind a link is edited")
def _(world, path, random):
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), world.links[path]))
    behind = [each for each in world.paths() if each == target or each.startswith(target + "/")]
    return edit(world, random.choice(behind), random) if behind else None


@near("link", "a link becomes what it leads to")
def _(world, path, random):
    text = world.text(path)
    if text is None:
        return None
    world.remove(path)
    world.files[path] = text if random.random() < 0.5 else edited(text, path, random)
    return path


@near("module", "a module's file is edited")
@near("configuration", "a configuration's file is edited")
def _(world, path, random):
    files = [each for each in world.paths() if posixpath.dirname(each) == path and ".tf" in each]
    if not files:
        return None
    file = random.choice(files)
    text = world.text(file)
    literals = list(re.finditer(r'"(x|y|z|zz|7|fixed|overridden|on|off|a name|one|none)(\.\w+)?"', text))
    if not literals:
        return None
    match = random.choice(literals)
    world.put(file, text[:match.start(1)] + OTHER_NAMES.get(match[1], match[1] + "2") + text[match.end(1):])
    return file


@near("module", "a module gets a resource")
def _(world, path, random):
    world.put(posixpath.join(path, "late.tf"), 'resource "terraform_data" "late" {\n  input = path.module\n}\n')
    return posixpath.join(path, "late.tf")


@near("configuration", "a comment comes")
def _(world, path, random):
    files = [each for each in world.files if posixpath.dirname(each) == path and each.endswith(".tf")]
    if not files:
        return None
    file = random.choice(files)
    world.files[file] += "# a comment\n"
    return file


@near("configuration", "a file is renamed")
def _(world, path, random):
    files = [each for each in world.files if posixpath.dirname(each) == path and each.endswith(("main.tf", "more.tf"))]
    if not files:
        return None
    file = random.choice(files)
    world.files[posixpath.join(path, "renamed.tf")] = world.files.pop(file)
    return file


@near("configuration", "an override comes")
def _(world, path, random):
    text = "".join(world.text(each) for each in world.paths() if posixpath.dirname(each) == path and each.endswith(".tf"))
    resources = re.findall(r'resource "terraform_data" "(\w+)"', text)
    if not resources:
        return None
    file = posixpath.join(path, random.choice(["zz_override.tf", "override.tf", "override.tf.json"]))
    if world.text(file) is not None:
        return None
    name = random.choice(resources)
    body = f'resource "terraform_data" "{name}" {{\n  input = "late"\n}}\n'
    world.put(file, json.dumps({"resource": {"terraform_data": {name: {"input": "late"}}}}) if "json" in file else body)
    return file


@near("variables", "a variable file is edited")
def _(world, path, random):
    return edit(world, path, random)


@near("variables", "a variable file goes")
def _(world, path, random):
    world.remove(path)
    return path


@near("variables", "a stronger variable file comes")
def _(world, path, random):
    text = world.text(path)
    if text is None or path.endswith(".json"):
        return None
    file = posixpath.join(posixpath.dirname(path), random.choice(["zzz.auto.tfvars", "zzz.tfvars"]))
    world.put(file, edited(text, path, random))
    return file


@near("other state", "another state is edited")
def _(world, path, random):
    world.files[path] += '\noutput "late" {\n  value = 1\n}\n'
    return path


@anywhere("a document comes")
def _(world, random):
    path = posixpath.join(random.choice(world.directories()), random.choice(["README.md", "LICENSE", "notes.txt"]))
    if world.text(path) is not None:
        return None
    world.put(path, "text\n")
    return path


@anywhere("a file is edited")
def _(world, random):
    files = [each for each in world.paths() if not each.endswith((".tf", ".yml", ".gitignore"))]
    return edit(world, random.choice(files), random) if files else None


@anywhere("a file becomes executable")
def _(world, random):
    path = random.choice(sorted(world.files))
    world.executables.add(path)
    return path


@anywhere("an empty configuration file comes")
def _(world, random):
    path = posixpath.join(random.choice(world.directories()), "empty.tf")
    world.put(path, random.choice(["", "# nothing\n"]))
    return path


@anywhere("a local comes that nothing uses")
def _(world, random):
    path = posixpath.join(random.choice(world.directories()), "unused.tf")
    world.put(path, 'locals {\n  unused = "text"\n}\n')
    return path


@anywhere("a test file comes")
def _(world, random):
    path = posixpath.join(random.choice(world.directories()), "unit.tftest.hcl")
    world.put(path, 'run "one" {\n  command = plan\n}\n')
    return path


@anywhere("git's attributes change what a checkout holds")
def _(world, random):
    path = posixpath.join(random.choice(["", *world.directories()]), ".gitattributes")
    if any(path.startswith(each + "/") for each in world.submodules) or world.text(path) is not None:
        return None
    world.files[path] = random.choice(["* text eol=crlf\n", "*.json text eol=crlf\n", "*.md binary\n"])
    return path


@anywhere("a Terraform version is pinned")
def _(world, random):
    world.files[".terraform-version"] = "1.11.4\n"
    return ".terraform-version"
