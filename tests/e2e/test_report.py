"""The report in a real browser, and from the artifacts that jobs leave."""
import hashlib
import json
import re
import struct
import zlib

from browser import Browser
from harness import SOURCE_DIR, EndToEndTest, Repository, statelane

EXAMPLE = SOURCE_DIR / "fixtures/ecs-platform"


def read_width(png):
    return struct.unpack(">I", png.read_bytes()[16:20])[0]


def background(png):
    """The brightness of the first pixel of a PNG without interlacing, eight bits a channel."""
    data = png.read_bytes()
    packed = b"".join(data[match.end():match.end() + struct.unpack(">I", data[match.start() - 4:match.start()])[0]]
                      for match in re.finditer(b"IDAT", data))
    return sum(zlib.decompressobj().decompress(packed, 4)[1:4]) / 3


def seal(content):
    """As the job helper writes it, with a digest of itself."""
    text = json.dumps(content, indent=2, sort_keys=True).removesuffix("\n}")
    return f'{text},\n  "sha256": "{hashlib.sha256(text.encode()).hexdigest()}"\n}}\n'


def leave_plan(directory, state, head, **more):
    """What the plan job of a state leaves; returns the directory."""
    directory.mkdir(parents=True)
    meta = {"schema": "statelane/meta/1", "state": state, "commit": head, "root_pipeline": "1", "destroy": False,
            "has_changes": True, "was_empty": False, "counts": {"create": 4, "update": 1, "delete": 2, "destroys": 2},
            "plan_sha256": "", "report_sha256": "", "text_sha256": "", "inputs_sha256": "", "lock_file_sha256": "",
            "helper_version": "0.1.0", "tool": "terraform", "tool_name": "Terraform", "tool_version": "1.11.4",
            "stored_state": {}, "checkout": "", "files": [], "sensitive_outputs": [], "planned_outputs": None,
            "var_files": [], "created": 1, "expires": None, "passed_guards": [], "outputs": {}, "remote_outputs": [], **more}
    (directory / "meta.json").write_text(seal(meta))
    return directory


class Report(EndToEndTest):
    """The example after a commit that touches the network of both environments; one of them was planned and applied."""

    def setUp(self):
        super().setUp()
        self.repository = Repository(self.scratch, self.environment, EXAMPLE)
        self.repository.commit("the platform as it stands")
        module = self.repository.directory / "modules/network/main.tf"
        self.head = self.repository.commit(
            "network: smaller subnets", {"modules/network/main.tf": module.read_text().replace("newbits = 4", "newbits = 5")})
        self.page = self.scratch / "report.html"

    def artifacts(self, state, **more):
        return leave_plan(self.repository.directory / ".statelane" / self.slug(state), state, self.head, **more)

    def report(self, *arguments):
        return statelane("report", "HEAD", *arguments, cwd=self.repository.directory, env=self.environment)

    def slug(self, state):
        """Where the jobs of a state leave their artifacts, as the generated pipeline says."""
        child = statelane("generate", "HEAD", cwd=self.repository.directory, env=self.environment).stdout
        jobs = re.findall(r'STATELANE_SLUG: "([^"]+)"', child)
        [found] = {slug for slug in jobs if re.fullmatch(state.replace("/", ".+?"), slug)}
        return found

    def write_page(self):
        directory = self.artifacts("network/production")
        applied = {"schema": "statelane/applied/1", "commit": self.head, "finished": 1, "exit_code": 0, "created": [], "updated": [], "destroyed": [],
                   "passed_guards": ["--allow-expired"], "state": "network/production", "outputs_before": {}, "outputs_after": {}}
        (directory / "applied.json").write_text(seal(applied))
        result = self.report("--output", self.page)
        self.assertEqual(result.stderr, f"wrote {self.page}\n")
        return Browser(self.scratch, self.environment)

    def test_the_page_shows_states_causes_and_plans_in_a_browser(self):
        browser = self.write_page()
        shown = browser.document(self.page)
        self.assertIn('<span id="shown" class="soft" role="status">2 of 2 shown</span>', shown)
        self.assertIn("applied +4 ~1 −2", shown)
        self.assertIn("a guard was passed: <code>--allow-expired</code>", shown)
        self.assertEqual(shown.count('class="node modified '), 2)
        self.assertIn("<title>cluster/production</title>", shown)
        # A link of the graph opens the entry that it leads to.
        self.assertRegex(browser.document(self.page, "#state-2"), r'<details id="state-2"[^>]* open')

    def test_search_and_filter_hide_what_is_not_asked_for(self):
        browser = self.write_page()
        found = browser.after(self.page, "search.value = 'STAGING network'; search.dispatchEvent(new Event('input'));")
        self.assertIn("1 of 2 shown", found)
        self.assertRegex(found, r'<details id="state-1"[^>]* hidden')
        unchecked = browser.after(self.page, "kinds[0].checked = false; kinds[0].dispatchEvent(new Event('change'));")
        self.assertIn("0 of 2 shown", unchecked)
        focused = browser.after(self.page, "dispatchEvent(new KeyboardEvent('keydown', {key: '/'}));"
                                           "document.title = document.activeElement.id;")
        self.assertIn("<title>search</title>", focused)

    def test_a_state_of_the_graph_shows_its_arrows_to_the_pointer_and_the_keyboard(self):
        browser = self.write_page()
        counted = "document.title = document.querySelectorAll('.near').length;"
        # A window that is not active gets no events of its own, so they are made.
        link = "const link = document.querySelector('svg a[href=\"#state-1\"]'); const meet = (name) => " \
               "link.dispatchEvent(new FocusEvent(name, {bubbles: true}));"
        reached = browser.after(self.page, link + "meet('focusin');" + counted)
        # Two states read production's network.
        self.assertIn("<title>2</title>", reached)
        left = browser.after(self.page, link + "meet('focusin'); meet('focusout');" + counted)
        self.assertIn("<title>0</title>", left)
        taken = browser.after(self.page, link + "link.focus(); document.title = document.activeElement === link;")
        self.assertIn("<title>true</title>", taken)

    def test_it_fits_a_phone_and_a_desk_in_light_and_dark(self):
        browser = self.write_page()
        wide = browser.after(self.page, "document.title = document.documentElement.scrollWidth <= innerWidth;")
        self.assertIn("<title>true</title>", wide)
        phone = browser.screenshot(self.page, self.scratch / "phone.png", 500, 900)
        dark = browser.screenshot(self.page, self.scratch / "dark.png", 1200, 900, dark=True)
        self.assertEqual((read_width(phone), read_width(dark)), (500, 1200))
        self.assertGreater(background(phone), 240)
        self.assertLess(background(dark), 60)

    def test_a_plan_of_another_commit_and_a_damaged_one_are_left_out_and_named(self):
        self.artifacts("network/production", commit="0" * 40)
        damaged = self.repository.directory / ".statelane" / self.slug("network/staging")
        damaged.mkdir()
        (damaged / "meta.json").write_text("{")
        result = self.report("--format", "markdown")
        self.assertIn(f"warning: the plan of network/production is left out: it was made for commit {'0' * 40}\n", result.stderr)
        self.assertIn("meta.json is left out: the plan's metadata (meta.json) is damaged\n", result.stderr)
        self.assertIn("| <code>network/production</code> | modified | no plan |  |\n", result.stdout)
