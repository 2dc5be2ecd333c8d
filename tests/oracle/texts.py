"""Expressions whose value is known before they are written: the value comes first, and a way to say it is found for it.

Each form is a kind: the suite demands that every one occurs. A form that does not suit a value gives nothing, and another
is taken.
"""
import base64
import json
import re

from blocks import Block, quote

TEXT_FORMS = {}
LIST_FORMS = {}
CONDITION_FORMS = {}
OTHER_NAMES = {"x": "y", "y": "z", "z": "zz", "zz": "7", "7": "x"}


def form(table, name):
    def add(function):
        table[name] = function
        return function
    return add


def text_form(name):
    return form(TEXT_FORMS, f"text: {name}")


def list_form(name):
    return form(LIST_FORMS, f"list: {name}")


def condition_form(name):
    return form(CONDITION_FORMS, f"condition: {name}")


def other(value):
    """A text of the same shape that is not the value: where the value names a file, mostly the name of another."""
    match = re.fullmatch(r"(.*/)?(x|y|z|zz|7)((?:\.\w+)?)", value)
    if match:
        return (match[1] or "") + OTHER_NAMES[match[2]] + match[3]
    return value + "x" if value else "other"


def stays_below(value):
    """Whether no part of a value can make a path climb, whatever it is put behind."""
    if isinstance(value, dict):
        return all(stays_below(each) for each in value.values())
    if isinstance(value, list):
        return all(stays_below(each) for each in value)
    return not value.startswith((".", "/")) and "/." not in value and ".." not in value


def cut(site, value):
    """Two parts of a text, neither of them empty."""
    place = site.random.randrange(1, len(value)) if len(value) > 1 else 0
    return value[:place], value[place:]


# Texts

@text_form("literal")
def _(site, value, depth):
    return quote(value)


@text_form("template")
def _(site, value, depth):
    first, second = cut(site, value)
    return f'"${{{site.say(first, depth)}}}${{{site.say(second, depth)}}}"' if first else None


@text_form("template with a condition")
def _(site, value, depth):
    return (f'"%{{ if {site.truth(depth)} }}${{{site.say(value, depth)}}}%{{ else }}${{{site.say(other(value), depth)}}}'
            '%{ endif }"')


@text_form("template with a loop")
def _(site, value, depth):
    *first, last = value.split("/")
    if not first:
        return None
    return f'"%{{ for part in {site.list(first, depth)} }}${{part}}/%{{ endfor }}${{{site.say(last, depth)}}}"'


@text_form("heredoc")
def _(site, value, depth):
    if "\n" in value or "%{" in value or "${" in value:
        return None
    return f"chomp(<<EOT\n{value}\nEOT\n)"


@text_form("join")
def _(site, value, depth):
    return f'join("/", {site.list(value.split("/"), depth)})' if "/" in value else None


@text_form("join of nothing between")
def _(site, value, depth):
    return f'join("", {site.list(list(cut(site, value)), depth)})' if len(value) > 1 else None


@text_form("format")
def _(site, value, depth):
    first, second = cut(site, value)
    if not first or "%" in value:
        return None
    if quote(second) == f'"{second}"' and site.random.random() < 0.5:
        return f'format("%s{second}", {site.say(first, depth)})'
    return f'format("%s%s", {site.say(first, depth)}, {site.say(second, depth)})'


@text_form("formatlist")
def _(site, value, depth):
    first, second = cut(site, value)
    if not first or "%" in value or quote(first) != f'"{first}"':
        return None
    return f'formatlist("{first}%s", {site.list([second, other(second)], depth)})[0]'


@text_form("replace")
def _(site, value, depth):
    first, second = cut(site, value)
    return f'replace({site.say(first + "NAME", depth)}, "NAME", {site.say(second, depth)})'


@text_form("replace by pattern")
def _(site, value, depth):
    first, second = cut(site, value)
    if "$" in second or first[-1:].isdigit():
        return None
    return f'replace({site.say(first + "17", depth)}, "/[0-9]+$/", {site.say(second, depth)})'


@text_form("trimspace")
def _(site, value, depth):
    return f'trimspace({site.say(f" {value} ", depth)})' if value == value.strip() else None


@text_form("trim")
def _(site, value, depth):
    return f'trim({site.say(f"__{value}_", depth)}, "_")' if value == value.strip("_") else None


@text_form("trimprefix")
def _(site, value, depth):
    return f'trimprefix({site.say("pre-" + value, depth)}, "pre-")'


@text_form("trimsuffix")
def _(site, value, depth):
    return f'trimsuffix({site.say(value + "-post", depth)}, {site.say("-post", depth)})'


@text_form("substr from")
def _(site, value, depth):
    return f'substr({site.say("abc" + value, depth)}, 3, -1)'


@text_form("substr up to")
def _(site, value, depth):
    return f'substr({site.say(value + "abc", depth)}, 0, {len(value)})' if value.isascii() else None


@text_form("element")
def _(site, value, depth):
    return f"element({site.list([other(value), value, other(value)], depth)}, {site.random.choice([1, 4])})"


@text_form("index")
def _(site, value, depth):
    return f"{site.list([other(value), value], depth)}[1]"


@text_form("index behind a list from outside")
def _(site, value, depth):
    before = site.random.choice([[], ["a", "b"], ["a"]])
    behind = site.list([other(value), value], depth)
    joined = site.random.choice([f"flatten([{site.outside(before)}, {behind}])", f"concat({site.outside(before)}, {behind})"])
    return f"{joined}[{len(before) + 1}]" if site.random.random() < 0.5 else f"element({joined}, {len(before) + 1})"


@text_form("split")
def _(site, value, depth):
    return f'split(";", {site.say(other(value) + ";" + value, depth)})[1]' if ";" not in value else None


@text_form("lookup")
def _(site, value, depth):
    here, there = site.say(value, depth), site.say(other(value), depth)
    return f'lookup({{ a = {there}, b = {here} }}, {site.say("b", depth)}, {quote(other(value))})'


@text_form("lookup of what is absent")
def _(site, value, depth):
    return f'lookup({{ a = {quote(other(value))} }}, {site.say("b", depth)}, {site.say(value, depth)})'


@text_form("attribute")
def _(site, value, depth):
    return f'{{ name = {{ of = {site.say(value, depth)} }}, rest = {quote(other(value))} }}.name.of'


@text_form("merge")
def _(site, value, depth):
    return (f'merge({{ n = {quote(other(value))}, m = "m" }}, {{ n = {site.say(value, depth)} }})'
            f'[{site.say("n", depth)}]')


@text_form("zipmap")
def _(site, value, depth):
    return f'zipmap({site.list(["a", "b"], depth)}, {site.list([other(value), value], depth)})["b"]'


@text_form("conditional")
def _(site, value, depth):
    return f"({site.truth(depth)} ? {site.say(value, depth)} : {site.say(other(value), depth)})"


@text_form("conditional the other way")
def _(site, value, depth):
    return f"(!({site.truth(depth)}) ? {site.say(other(value), depth)} : {site.say(value, depth)})"


@text_form("try")
def _(site, value, depth):
    return f"try({site.say(value, depth)}, {quote(other(value))})"


@text_form("try that falls through")
def _(site, value, depth):
    failing = ['{ a = 1 }.b', 'tonumber("no number")', '["a"][3]', 'jsondecode("{")', 'file("${path.module}/not/there")']
    return f"try({site.random.choice(failing)}, {site.say(value, depth)})"


@text_form("coalesce")
def _(site, value, depth):
    return f'coalesce({site.random.choice(["null", quote("")])}, {site.say(value, depth)}, "late")' if value else None


@text_form("coalescelist")
def _(site, value, depth):
    return f"coalescelist([], {site.list([value], depth)})[0]"


@text_form("lower")
def _(site, value, depth):
    return f"lower({site.say(value.upper(), depth)})" if value == value.lower() == value.upper().lower() else None


@text_form("title")
def _(site, value, depth):
    return f'lower(title({site.say(value, depth)}))' if value == value.lower() else None


@text_form("strrev")
def _(site, value, depth):
    return f"strrev({site.say(value[::-1], depth)})" if value.isascii() else None


@text_form("regex")
def _(site, value, depth):
    return f'regex("^<(.*)>$", {site.say(f"<{value}>", depth)})[0]' if "\n" not in value else None


@text_form("regexall")
def _(site, value, depth):
    return f'regexall("[^;]+", {site.say(f"{value};more", depth)})[0]' if value and ";" not in value else None


@text_form("one")
def _(site, value, depth):
    return f"one({site.list([value], depth)})"


@text_form("decoded JSON text")
def _(site, value, depth):
    return f"jsondecode({quote(json.dumps({'a': [value]}))}).a[0]"


@text_form("encoded and decoded")
def _(site, value, depth):
    return f"jsondecode(jsonencode({{ a = {site.say(value, depth)} }})).a"


@text_form("YAML encoded and decoded")
def _(site, value, depth):
    return f"yamldecode(yamlencode({{ a = {site.say(value, depth)} }})).a"


@text_form("base64")
def _(site, value, depth):
    return f'base64decode({site.say(base64.b64encode(value.encode()).decode(), depth)})'


@text_form("dirname")
def _(site, value, depth):
    # Cleaned on the way, so only a text that is clean already comes out as it went in.
    if not value or "//" in value or "/./" in value or value.startswith("./") or value.endswith(("/", "/.", ".")):
        return None
    return f'dirname({site.say(value + "/last", depth)})' if "/.." not in value.lstrip("./") else None


@text_form("basename")
def _(site, value, depth):
    return f'basename({site.say("some/dir/" + value, depth)})' if value and "/" not in value and value != ".." else None


@text_form("number")
def _(site, value, depth):
    if not re.fullmatch(r"[1-9]\d{0,5}", value):
        return None
    number = int(value)
    return site.random.choice([f'"${{{number - 1} + 1}}"', f"tostring({number}.0)", f'format("%d", {number})',
                               f'"${{max({number}, 1)}}"', f'"${{parseint("{number:x}", 16)}}"',
                               f'"${{{number * 10} / 10}}"', f'"${{ceil({number - 1}.5)}}"'])


@text_form("length")
def _(site, value, depth):
    if not re.fullmatch(r"[1-9]", value):
        return None
    return f'"${{length({site.list(["a"] * int(value), depth)})}}"'


@text_form("null taken out")
def _(site, value, depth):
    return f"[for part in [null, {site.say(value, depth)}] : part if part != null][0]"


@text_form("hidden and shown")
def _(site, value, depth):
    return f"nonsensitive(sensitive({site.say(value, depth)}))"


@text_form("templatestring")
def _(site, value, depth):
    first, second = cut(site, value)
    template = site.local(quote(first)[:-1] + '$${rest}"')
    return f"templatestring({template}, {{ rest = {site.say(second, depth)} }})"


# Texts that come from elsewhere

@text_form("local")
def _(site, value, depth):
    return site.local(site.say(value, depth))


@text_form("local of an object")
def _(site, value, depth):
    return site.local(f"{{ one = {site.say(value, depth)}, two = {quote(other(value))} }}") + ".one"


@text_form("variable")
def _(site, value, depth):
    return site.variable(value, depth)


@text_form("variable of an object")
def _(site, value, depth):
    return site.structured_variable({"name": value, "more": [other(value)]}, depth) + ".name"


@text_form("variable of a list")
def _(site, value, depth):
    return site.structured_variable([other(value), value], depth) + "[1]"


@text_form("input of a resource")
def _(site, value, depth):
    name = site.new_name("text")
    site.blocks.append(Block("resource", ["terraform_data", name], {"input": site.say(value, depth)}))
    return f"terraform_data.{name}.input"


@text_form("output of a module")
def _(site, value, depth):
    return site.echo(value, depth)


@text_form("output of another state")
def _(site, value, depth):
    # A value that climbs and is stored where git does not see it may be told instead of watched.
    return f'{site.remote_state({"name": value}, depth, not stays_below(value))}.outputs.name' if depth > 1 else None


@text_form("text of a file")
def _(site, value, depth):
    return f"trimspace(file({site.file_with(value + chr(10), '.txt', depth)}))" if value == value.strip() else None


@text_form("decoded JSON file")
def _(site, value, depth):
    text = json.dumps({"names": [other(value), value], "rest": {"b": 1.50, "c": None}}, indent=1)
    return f"jsondecode(file({site.file_with(text, '.json', depth)})).names[1]"


@text_form("decoded YAML file")
def _(site, value, depth):
    is_plain = re.fullmatch(r"[a-z][a-z./-]*", value) and value not in ("y", "n", "on", "off", "yes", "no")
    plain = value if is_plain and site.random.random() < 0.6 else json.dumps(value)
    text = f"# names\nrest: [1, two]\nname: {plain}\nmore: |\n  text\n"
    return f"yamldecode(file({site.file_with(text, '.yaml', depth)})).name"


@text_form("decoded CSV file")
def _(site, value, depth):
    text = f"name,size\n{other(value)},1\n\"{value}\",2\n"
    if '"' in value or "," in value:
        return None
    return f"csvdecode(file({site.file_with(text, '.csv', depth)}))[1].name"


@text_form("file in base64")
def _(site, value, depth):
    return f"base64decode(filebase64({site.file_with(value, '.bin', depth)}))"


@text_form("rendered template")
def _(site, value, depth):
    first, second = cut(site, value)
    template = site.file_with(first.replace("${", "$${") + "${rest}", ".tftpl", depth)
    return f"templatefile({template}, {{ rest = {site.say(second, depth)} }})"


# Lists of texts

@list_form("literal")
def _(site, values, depth):
    return "[" + ", ".join(site.say(value, depth) for value in values) + "]"


@list_form("local")
def _(site, values, depth):
    return site.local(site.list(values, depth))


@list_form("variable")
def _(site, values, depth):
    return site.structured_variable(values, depth)


@list_form("concat")
def _(site, values, depth):
    place = site.random.randrange(len(values) + 1)
    return f"concat({site.list(values[:place], depth)}, {site.list(values[place:], depth)})"


@list_form("flatten")
def _(site, values, depth):
    place = site.random.randrange(len(values) + 1)
    return f"flatten([{site.list(values[:place], depth)}, [], {site.list(values[place:], depth)}])"


@list_form("flatten of a variable")
def _(site, values, depth):
    place = site.random.randrange(len(values) + 1)
    return f"flatten([{site.structured_variable(values[:place], depth)}, {site.list(values[place:], depth)}])"


@list_form("compact")
def _(site, values, depth):
    return f'compact({site.list(["", *values], depth)})' if all(values) else None


@list_form("distinct")
def _(site, values, depth):
    return f"distinct({site.list([*values, *values[:1]], depth)})" if len(set(values)) == len(values) else None


@list_form("sort")
def _(site, values, depth):
    if values != sorted(values) or not all(value.isascii() for value in values):
        return None
    return f"sort({site.list(site.random.sample(values, len(values)), depth)})"


@list_form("set and back")
def _(site, values, depth):
    if values != sorted(set(values)):
        return None
    return f"tolist(toset({site.list(site.random.sample(values, len(values)), depth)}))"


@list_form("union")
def _(site, values, depth):
    if values != sorted(set(values)) or not values:
        return None
    return f"tolist(setunion({site.list(values[:1], depth)}, {site.list(values[1:], depth)}))" if len(values) > 1 else None


@list_form("reverse")
def _(site, values, depth):
    return f"reverse({site.list(values[::-1], depth)})"


@list_form("slice")
def _(site, values, depth):
    return f'slice({site.list(["before", *values, "after"], depth)}, 1, {len(values) + 1})'


@list_form("split")
def _(site, values, depth):
    if not values or any("," in value for value in values) or values == [""]:
        return None
    return f'split(",", {site.say(",".join(values), depth)})'


@list_form("for")
def _(site, values, depth):
    return f"[for each_one in {site.list(values, depth)} : each_one]"


@list_form("for with an index")
def _(site, values, depth):
    return f"[for index, each_one in {site.list(values, depth)} : format(\"%s\", each_one) if index >= 0]"


@list_form("for with a condition")
def _(site, values, depth):
    if "no" in values:
        return None
    return f'[for each_one in {site.list(["no", *values], depth)} : each_one if each_one != "no"]'


@list_form("splat")
def _(site, values, depth):
    objects = ", ".join(f"{{ name = {site.say(value, depth)} }}" for value in values)
    return f"([{objects}][*].name)" if values else None


@list_form("keys")
def _(site, values, depth):
    if values != sorted(set(values)):
        return None
    return f"keys({{ for each_one in {site.list(values, depth)} : each_one => 1 }})"


@list_form("values")
def _(site, values, depth):
    entries = ", ".join(f"k{index} = {site.say(value, depth)}" for index, value in enumerate(values))
    return f"values({{ {entries} }})" if 0 < len(values) < 10 else None


@list_form("chunklist")
def _(site, values, depth):
    return f"flatten(chunklist({site.list(values, depth)}, 1))" if values else None


@list_form("matchkeys")
def _(site, values, depth):
    if not values:
        return None
    keys = ["a"] * len(values) + ["b"]
    return f'matchkeys({site.list([*values, "out"], depth)}, {write_texts(keys)}, ["a"])'


@list_form("setproduct")
def _(site, values, depth):
    return f'[for pair in setproduct(["p"], {site.list(values, depth)}) : pair[1]]' if values else None


@list_form("decoded JSON file")
def _(site, values, depth):
    return f'jsondecode(file({site.file_with(json.dumps({"names": values}), ".json", depth)})).names'


@list_form("decoded YAML file")
def _(site, values, depth):
    text = "names:\n" + "".join(f"  - {json.dumps(value)}\n" for value in values)
    return f'yamldecode(file({site.file_with(text, ".yml", depth)}))["names"]' if values else None


@list_form("decoded CSV file")
def _(site, values, depth):
    if not values or any('"' in value or not value for value in values):
        return None
    text = "n,name\n" + "".join(f'{index},"{value}"\n' for index, value in enumerate(values))
    return f'(csvdecode(file({site.file_with(text, ".csv", depth)}))[*].name)'


def write_texts(values):
    return "[" + ", ".join(quote(value) for value in values) + "]"


# Conditions that hold

@condition_form("literal")
def _(site, depth):
    return "true"


@condition_form("equality")
def _(site, depth):
    return f'{site.say("on", depth)} == "on"'


@condition_form("inequality")
def _(site, depth):
    return f'{site.say("off", depth)} != "on"'


@condition_form("contains")
def _(site, depth):
    return f'contains({site.list(["a", "b"], depth)}, {site.say("b", depth)})'


@condition_form("length")
def _(site, depth):
    return f'length({site.list(["a", "b"], depth)}) == 2'


@condition_form("startswith")
def _(site, depth):
    return f'startswith({site.say("prod-eu", depth)}, "prod")'


@condition_form("endswith and strcontains")
def _(site, depth):
    return f'endswith({site.say("prod-eu", depth)}, "eu") && strcontains({site.say("prod", depth)}, "ro")'


@condition_form("can")
def _(site, depth):
    return f'can(regex("^[a-z]+$", {site.say("abc", depth)}))'


@condition_form("cannot")
def _(site, depth):
    return f'!can(tonumber({site.say("abc", depth)}))'


@condition_form("alltrue and anytrue")
def _(site, depth):
    return f'alltrue([true, {site.say("a", depth)} == "a"]) && anytrue([false, true])'


@condition_form("null")
def _(site, depth):
    return f'{site.say("set", depth)} != null'


@condition_form("order of numbers")
def _(site, depth):
    return f'tonumber({site.say("2", depth)}) < 10'


@condition_form("existing file")
def _(site, depth):
    return f'fileexists({site.file_with("there", ".flag", depth)})'


@condition_form("path.module as text")
def _(site, depth):
    last = site.module_text.rsplit("/", 1)[-1]
    return site.random.choice([f"path.module == {quote(site.module_text)}",
                               f"length(path.module) == {len(site.module_text)}",
                               f"basename(path.module) == {quote(last)}",
                               'path.root == "."'])
