"""What a configuration does with files: each a kind that the suite demands. Gives an expression that a plan shows."""
import posixpath

from blocks import Block, Literal, quote
from texts import stays_below

READ_FORMS = {}
SHOW_FORMS = {}

HASHES = ["filemd5", "filesha1", "filesha256", "filesha512", "filebase64sha256", "filebase64sha512", "filebase64"]
PATTERNS = ["*.json", "**", "**/*.json", "*", "{x,y}.json", "[xy].json", "?.json", "*/*.json", "./*.json", "**/x.json",
            "[!x].json", "x*", "inner/*.json", "*/"]


def read_form(name):
    def add(function):
        READ_FORMS[f"read: {name}"] = function
        return function
    return add


def show_form(name):
    def add(function):
        SHOW_FORMS[f"shown by: {name}"] = function
        return function
    return add


@read_form("file")
def _(site, depth):
    return f"file({site.path(site.maker.data_file(site), depth)})"


@read_form("file of a number")
def _(site, depth):
    path = site.maker.place_file(site, "seven\n", ".txt", stem="7")
    directory = site.path(posixpath.dirname(path) or ".", depth)
    stem = posixpath.basename(path)[:-len(".txt")]
    return f'file("${{{directory}}}/${{{site.say(stem, depth + 1)}}}.txt")'


@read_form("hash")
def _(site, depth):
    return f"{site.random.choice(HASHES)}({site.path(site.maker.data_file(site), depth)})"


@read_form("decoded JSON")
def _(site, depth):
    return f"jsondecode(file({site.path(site.maker.data_file(site, '.json'), depth)}))"


@read_form("decoded YAML")
def _(site, depth):
    return f"yamldecode(file({site.path(site.maker.data_file(site, '.yaml'), depth)}))"


@read_form("decoded CSV")
def _(site, depth):
    return f"csvdecode(file({site.path(site.maker.data_file(site, '.csv'), depth)}))"


@read_form("template")
def _(site, depth):
    template = site.maker.place_file(site, "name: ${name}\n%{ for each in list ~}\n- ${each}\n%{ endfor ~}\n", ".tftpl")
    return (f"templatefile({site.path(template, depth)}, "
            f"{{ name = {site.say('a name', depth)}, list = {site.list(['one', 'two'], depth)} }})")


@read_form("file within a template")
def _(site, depth):
    # Paths of a template count from Terraform's own directory, wherever the template lies.
    if site.submodule:
        return None
    target = site.maker.data_file(site)
    named = posixpath.relpath(target, site.root.lane.directory or ".")
    text = "${file(\"%s\")}" % named if site.random.random() < 0.5 else "${filemd5(where)}"
    template = site.maker.place_template(site, text)
    return f"templatefile({site.path(template, depth)}, {{ where = {site.path(target, depth)} }})"


@read_form("template that is named from outside")
def _(site, depth):
    if site.submodule:
        return None
    named = posixpath.relpath(site.maker.data_file(site), site.root.lane.directory or ".")
    template = site.maker.place_template(site, "${filemd5(\"%s\")}" % named, site.new_name("template"))
    directory, name = posixpath.split(template)
    return f'templatefile("${{{site.path(directory or ".", depth)}}}/${{{site.outside(name)}}}", {{}})'


@read_form("file set")
def _(site, depth):
    directory, pattern = site.maker.data_directory(site), site.random.choice(PATTERNS)
    return f"fileset({site.path(directory, depth)}, {site.say(pattern, depth)})"


@read_form("file set that climbs")
def _(site, depth):
    directory, pattern = site.maker.data_directory(site), site.random.choice(PATTERNS)
    start = site.random.choice([site.place, site.root.lane.directory, posixpath.dirname(directory)])
    anchor = f'"${{path.module}}/{posixpath.relpath(start or ".", site.place or ".")}"'
    return f"fileset({anchor}, {site.say(posixpath.relpath(directory, start or '.') + '/' + pattern, depth)})"


@read_form("files of a file set")
def _(site, depth):
    directory = site.maker.data_directory(site)
    where = site.local(site.path(directory, depth))
    pattern = site.random.choice(["*.json", "**", "**/*.json", "{x,y}.json", "x.*"])
    return f'{{ for name in fileset({where}, {site.say(pattern, depth)}) : name => filemd5("${{{where}}}/${{name}}") }}'


@read_form("digest of a directory")
def _(site, depth):
    directory = site.maker.data_directory(site)
    listed, read = site.path(directory, depth), site.path(directory, 0)
    return f'sha1(join("", [for name in fileset({listed}, "**") : filesha1("${{{read}}}/${{name}}")]))'


@read_form("existence")
def _(site, depth):
    return f"fileexists({site.path(site.maker.maybe_file(site), depth)})"


@read_form("guarded file")
def _(site, depth):
    path = site.local(site.path(site.maker.maybe_file(site), depth))
    return f'fileexists({path}) ? file({path}) : "none"'


@read_form("file that may fail")
def _(site, depth):
    return f'try(file({site.path(site.maker.maybe_file(site), depth)}), "none")'


@read_form("file that can be read")
def _(site, depth):
    return f"can(jsondecode(file({site.path(site.maker.maybe_file(site), depth)})))"


@read_form("files by a list")
def _(site, depth):
    directory = site.maker.data_directory(site)
    names = site.list(["x.json", "y.json"], depth)
    return f'[for name in {names} : file("${{{site.path(directory, depth)}}}/${{name}}")]'


@read_form("files by a map")
def _(site, depth):
    directory = site.maker.data_directory(site)
    map_of = f"{{ one = {site.say('x', depth)}, two = {site.say('y', depth)} }}"
    return f'{{ for key, name in {map_of} : key => filemd5("${{{site.path(directory, depth)}}}/${{name}}.json") }}'


@read_form("path from outside")
def _(site, depth):
    # The whole path, or a part that climbs, comes from a variable that nothing in the repository sets.
    target = site.maker.data_file(site)
    parts = site.relative(target, site.place).split("/")
    place = site.random.randrange(1, len(parts)) if len(parts) > 1 else 0
    head, tail = "/".join(parts[:place]), "/".join(parts[place:])
    name = site.outside(tail)
    if ".." in tail or tail.startswith("/") or head.endswith("."):
        site.maker.climbing.add(name[len("var."):])
        led = {target, site.maker.real(target), *site.maker.links_on(target)}
        site.maker.led_outside |= led | {site.maker.submodule_around(path) for path in led}
    return f'file("${{path.module}}/{head}/${{{name}}}")' if head else f'file("${{path.module}}/${{{name}}}")'


@read_form("path with a directory from outside")
def _(site, depth):
    # Known parts stand on both sides of what nobody knows; what is behind it need not be there.
    target = site.maker.maybe_file(site)
    parts = site.relative(target, site.place).split("/")
    named = [index for index, part in enumerate(parts[:-1]) if part.strip(".")]
    if not named:
        return None
    place = site.random.choice(named)
    parts[place] = "${%s}" % site.outside(parts[place])
    return f'fileexists("${{path.module}}/{"/".join(parts)}")'


@read_form("path that is known in part, through a function")
def _(site, depth):
    # The known part climbs, and what comes from outside does not.
    parts = site.relative(site.maker.data_file(site), site.place).split("/")
    place = site.random.randrange(1, len(parts)) if len(parts) > 1 else 0
    head, tail = "/".join(parts[:place]), "/".join(parts[place:])
    if not head or not stays_below(tail):
        return None
    tail = site.outside(tail)
    text = f"{head}/${{{tail}}}"
    through = site.random.choice([
        f'trimspace(" {text} ")', f'substr("abc{text}", 3, -1)', f'replace("NAME/${{{tail}}}", "NAME", "{head}")',
        f'element(concat({site.outside([])}, ["{text}"]), 0)', f'trim("__{text}", "_")', f'trimprefix("pre-{text}", "pre-")',
        f'chomp("{text}\\n")', f'format("%s/%s", "{head}", {tail})', f'join("/", ["{head}", {tail}])',
        f'coalesce("", "{text}")', f'try("{text}", "none")', f'lookup({{ a = "{text}" }}, "a", "none")'])
    return f'file("${{path.module}}/${{{through}}}")'


@read_form("path that climbs behind what comes from outside")
def _(site, depth):
    target = site.maker.data_file(site)
    parts = site.relative(target, site.place).split("/")
    # Only a name can be taken back; what climbs already cannot.
    place = site.random.randrange(sum(part == ".." for part in parts), len(parts))
    aside = site.random.choice(["aside", "aside/deep"])
    parts[place:place] = ["${%s}" % site.outside(aside), *[".."] * (aside.count("/") + 1)]
    return f'file("${{path.module}}/{"/".join(parts)}")'


@read_form("file set of a pattern from outside")
def _(site, depth):
    directory = site.maker.data_directory(site)
    return f'fileset({site.path(directory, depth)}, {site.outside(site.random.choice(PATTERNS))})'


@read_form("file set over a submodule")
def _(site, depth):
    if site.submodule:
        return None
    directory = site.maker.data_directory(site, is_submodule=True)
    submodule = site.maker.submodule_around(directory)
    start, below = posixpath.split(submodule)
    inside = posixpath.relpath(directory, submodule)
    pattern = site.random.choice([f"**/{inside}/*.json", f"{below}/{inside}/*.json", f"*/{inside}/x.json", f"{below[0]}*/**/z.txt"])
    anchor = f"${{path.module}}/{posixpath.relpath(start or '.', site.place or '.')}"
    return f'[for each_one in fileset("{anchor}", {site.say(pattern, depth)}) : filemd5("{anchor}/${{each_one}}")]'


@read_form("digest of the module's own files")
def _(site, depth):
    # Configuration that is read as data: whatever stands in it counts, comments too.
    pattern = site.random.choice(["*.tf", "*.tf*", "{main,more}.tf"])
    return f'[for name in fileset(path.module, "{pattern}") : filesha1("${{path.module}}/${{name}}")]'


@read_form("state of another")
def _(site, depth):
    return f'{site.remote_state({"id": "an id"}, depth)}.outputs'


@read_form("state of another within a check")
def _(site, depth):
    name = site.new_name("remote")
    path = site.maker.place_state_file(site, {"id": "an id"})
    site.blocks.append(Block("check", [site.new_name("check")], {
        "data": Block("data", ["terraform_remote_state", name], {
            "backend": Literal("local"), "config": f"{{ path = {site.state_path(path, depth)} }}"}),
        "assert": Block("assert", [], {
            "condition": f'data.terraform_remote_state.{name}.outputs.id == "never"',
            "error_message": f'"the id is ${{data.terraform_remote_state.{name}.outputs.id}}"'})}))
    return '"checked"'


@read_form("committed state file")
def _(site, depth):
    name = site.maker.place_file(site, site.maker.state_text({"id": "an id"}), ".json")
    return f"jsondecode(file({site.path(name, depth)})).outputs.id.value"


# How a plan shows it

@show_form("input")
def _(site, expression):
    site.blocks.append(Block("resource", ["terraform_data", site.new_name("r")], {"input": expression}))


@show_form("triggers_replace")
def _(site, expression):
    site.blocks.append(Block("resource", ["terraform_data", site.new_name("r")],
                             {"triggers_replace": f"[{expression}]", "input": quote("fixed")}))


@show_form("count")
def _(site, expression):
    # Any value has a length once it is written as JSON: few enough of them, each for itself.
    site.blocks.append(Block("resource", ["terraform_data", site.new_name("r")],
                             {"count": "2", "input": f"count.index == 0 ? null : jsonencode({expression})"}))


@show_form("for_each")
def _(site, expression):
    site.blocks.append(Block("resource", ["terraform_data", site.new_name("r")],
                             {"for_each": f"toset([md5(jsonencode({expression}))])", "input": "each.key"}))


@show_form("output")
def _(site, expression):
    """Handed up by each caller, so that the root module shows it."""
    name = site.new_name("output")
    site.blocks.append(Block("output", [name], {"value": expression}))
    while site.caller is not None:
        reference = f"module.{site.call.labels[0]}"
        if "for_each" in site.call.body or "count" in site.call.body:
            value = f"[for each_module in {reference} : each_module.{name}]"
        else:
            value = f"{reference}.{name}"
        site = site.caller
        site.blocks.append(Block("output", [name], {"value": value}))


@show_form("local")
def _(site, expression):
    SHOW_FORMS["shown by: input"](site, site.local(expression))


@show_form("sensitive value")
def _(site, expression):
    SHOW_FORMS["shown by: input"](site, f"sensitive({expression})")


@show_form("postcondition")
def _(site, expression):
    site.blocks.append(Block("resource", ["terraform_data", site.new_name("r")], {
        "input": quote("fixed"),
        "lifecycle": Block("lifecycle", [], {"postcondition": Block("postcondition", [], {
            "condition": f'self.input == "fixed" && md5(jsonencode({expression})) != "no digest"',
            "error_message": quote("nothing")})})}))
    SHOW_FORMS["shown by: input"](site, expression)


@show_form("check")
def _(site, expression):
    name = site.new_name("r")
    site.blocks.append(Block("resource", ["terraform_data", name], {"input": f"jsonencode({expression})"}))
    site.blocks.append(Block("check", [site.new_name("check")], {"assert": Block("assert", [], {
        "condition": f'terraform_data.{name}.input == "never"',
        "error_message": f'"${{md5(jsonencode({expression}))}}"'})}))


@show_form("argument of a module")
def _(site, expression):
    inner = site.maker.call_module(site, plain=True)
    name = inner.new_name("variable")
    inner.blocks.append(Block("variable", [name], {}))
    inner.call.body[name] = expression
    SHOW_FORMS["shown by: input"](inner, f"var.{name}")
