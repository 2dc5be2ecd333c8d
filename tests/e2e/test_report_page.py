"""The page to review by, with 5, 40, 200 and 1,000 states: what comes first, what is found, and that everybody can read it.

With STATELANE_SCREENSHOTS=DIR the pictures that are made stay there.
"""
import hashlib
import json
import os
import re
import unittest
from pathlib import Path

from browser import Browser
from harness import E2E_DIR, EndToEndTest, Repository, demand, statelane
from test_report import leave_plan, read_width, seal

STATE = 'terraform {{\n  backend "s3" {{\n    bucket = "states"\n    key    = "{}"\n    region = "eu-west-1"\n  }}\n}}\n'
READS = ('data "terraform_remote_state" "r{0}" {{\n  backend = "s3"\n'
         '  config  = {{ bucket = "states", key = "{0}", region = "eu-west-1" }}\n}}\n')
PLAN = """Terraform will perform the following actions:

  # aws_db_instance.main must be replaced
-/+ resource "aws_db_instance" "main" {{
      ~ engine_version = "13.4" -> "15.2" # forces replacement
        password       = (sensitive value)
    }}

  # aws_subnet.a["{0}"] will be created
  + resource "aws_subnet" "a" {{
      + cidr_block = "10.0.0.0/24"
    }}

Plan: 2 to add, 0 to change, 1 to destroy.
"""
AXE = E2E_DIR / "tools/node_modules/axe-core/axe.min.js"


class ReviewPage(EndToEndTest):
    """States of which each kind of outcome occurs; every fifth reads the one before it."""

    def setUp(self):
        super().setUp()
        self.page = self.scratch / "report.html"

    @staticmethod
    def name(number):
        return f"team-{number % 7}/service-{number:04}/production"

    def make(self, count):
        directory = self.scratch / str(count)
        directory.mkdir()
        self.repository = Repository(directory, self.environment)
        files = {}
        for number in range(count):
            name = self.name(number)
            files[f"{name}/main.tf"] = STATE.format(name) + (READS.format(self.name(number - 1)) if number % 5 == 4 else "")
        self.repository.commit("begin", files)
        changed = {path: text + 'locals {\n  size = 2\n}\n' for path, text in files.items()}
        self.head = self.repository.commit("Smaller subnets for every team", changed)
        child = statelane("generate", "HEAD", "--children", "20", "--files", "3", "--output", directory / "child.yml",
                          cwd=self.repository.directory, env=self.environment)
        self.assertEqual(child.returncode, 0)
        slugs = re.findall(r'STATELANE_SLUG: "([^"]+)"', "".join(file.read_text() for file in directory.glob("child*.yml")))
        slugs = sorted(set(slugs))
        self.assertEqual(len(slugs), count)
        for number in range(count):
            self.leave(self.name(number), next(slug for slug in slugs if f"service-{number:04}" in slug), number)

    def leave(self, name, slug, number):
        """What the jobs of a state leave, by its number: a replace, a create, nothing, a failed plan, an apply."""
        review = {"schema": "statelane/review/1", "state": name, "commit": self.head, "failure": "",
                  "job_url": f"https://gitlab.example.com/p/-/jobs/{number}", "left_out": 0, "changes": [], "outputs": []}
        kind = number % 5
        if kind == 3:
            directory = self.repository.directory / ".statelane" / slug
            directory.mkdir(parents=True)
            review["failure"] = "the state is locked by 1234 (apply, ada@example.com, since 10:00)"
            (directory / "review.json").write_text(json.dumps(review))
            return
        text = PLAN.format(name)
        counts = {"create": 2, "update": 0, "delete": 1, "destroys": 1}
        if kind == 2:
            counts = {"create": 0, "update": 0, "delete": 0, "destroys": 0}
        if kind == 1:
            counts = {"create": 1, "update": 0, "delete": 0, "destroys": 0}
        directory = leave_plan(self.repository.directory / ".statelane" / slug, name, self.head, has_changes=kind != 2,
                               counts=counts, text_sha256=hashlib.sha256(text.encode()).hexdigest())
        (directory / "plan.txt").write_text(text)
        if kind in (0, 4):
            review["changes"].append({"action": "replace", "address": "aws_db_instance.main"})
            review["outputs"].append({"name": "endpoint", "action": "update"})
        if kind != 2:
            review["changes"].append({"action": "create", "address": f'aws_subnet.a["{name}"]'})
        (directory / "review.json").write_text(json.dumps(review))
        if kind == 4:
            applied = {"schema": "statelane/applied/1", "commit": self.head, "finished": 1706702400, "exit_code": number % 2,
                       "user": "ada", "job_url": f"https://gitlab.example.com/p/-/jobs/9{number}", "created": [], "updated": [],
                       "destroyed": [], "passed_guards": [], "state": name, "outputs_before": {}, "outputs_after": {}}
            (directory / "applied.json").write_text(seal(applied))

    def write(self, **more):
        job = {"CI": "true", "CI_PIPELINE_URL": "https://gitlab.example.com/p/-/pipelines/9", "CI_COMMIT_SHA": self.head, **more}
        statelane("report", "HEAD", "--output", self.page, cwd=self.repository.directory, env={**self.environment, **job})
        return Browser(self.scratch, self.environment)

    def open_all(self, browser):
        """A picture of the page with every state open."""
        opened = self.page.with_name("opened.html")
        opened.write_text(re.sub(r"<details ", "<details open ", self.page.read_text()))
        kept = Path(os.environ.get("STATELANE_SCREENSHOTS", self.scratch))
        return browser.screenshot(opened, kept / "report-open.png", 1440, 2400)

    def picture(self, browser, name, width, **how):
        kept = Path(os.environ.get("STATELANE_SCREENSHOTS", self.scratch))
        kept.mkdir(parents=True, exist_ok=True)
        return browser.screenshot(self.page, kept / f"{name}.png", width, 1400, **how)

    def check(self, count):
        self.make(count)
        browser = self.write()
        for width in (1440, 500):  # Chromium's windows are no narrower
            for dark in (False, True):
                made = self.picture(browser, f"report-{count}-{width}-{'dark' if dark else 'light'}", width, dark=dark)
                self.assertEqual(read_width(made), width)
        shown = browser.after(self.page, "document.title = document.documentElement.scrollWidth <= innerWidth;")
        self.assertIn("<title>true</title>", shown)
        self.assertIn(f"{count} of {count} shown", shown)
        ids = re.findall(r'<span class="id">([^<]+)</span><span class="tag">[^<]*</span><span class="[^"]*">([a-z ]+)', shown)
        ranks = [outcome.strip() for _, outcome in ids]
        self.assertEqual(ranks[-1], "no changes")
        self.assertLess(ranks.index("planned"), ranks.index("plan failed"))
        self.assertLess(ranks.index("plan failed"), ranks.index("no changes"))
        return browser, shown


class SizesTest(ReviewPage):
    def test_five_states_with_all_that_a_reviewer_asks(self):
        browser, shown = self.check(5)
        self.open_all(browser)
        self.assertIn("Smaller subnets for every team", shown)
        self.assertIn("Ada Author", shown)
        self.assertIn('<span class="failed">1 plan failed</span> · <span>1 applied</span>', shown)
        self.assertIn("plan: 1 to replace, 1 to create", shown)
        self.assertIn("~ engine_version = &quot;13.4&quot; -&gt; &quot;15.2&quot; # forces replacement",
                      self.page.read_text())
        self.assertIn("applied, pressed by ada, 2024-01-31 12:00 UTC", shown)
        self.assertIn("plan failed: the state is locked by 1234", shown)
        self.assertIn("<li><code>update endpoint</code></li>", shown)
        for mark, count in (("destroys", 2), ("failed", 1), ("waits", 2), ("", 5)):
            chosen = browser.after(self.page, f"marks.find(m => m.value === '{mark}').click();")
            self.assertIn(f"{count} of 5 shown", chosen, mark)
        found = browser.after(self.page, "search.value = 'aws_subnet service-0001'; search.dispatchEvent(new Event('input'));")
        self.assertIn("1 of 5 shown", found)

    def test_many_states(self):
        for count in (40, 200, *([1000] if "STATELANE_SCREENSHOTS" in os.environ else [])):
            self.check(count)

    def test_a_plan_whose_text_was_changed_is_shown_without_it(self):
        self.make(5)
        for text in self.repository.directory.glob(".statelane/*/plan.txt"):
            text.write_text(text.read_text().replace("13.4", "13.5"))
        self.write()
        page = self.page.read_text()
        self.assertIn("<li><code>aws_db_instance.main</code></li>", page)
        self.assertNotIn("engine_version", page)

    def test_the_note_has_addresses_and_links_and_no_values(self):
        self.make(5)
        note = statelane("report", "HEAD", "--format", "markdown", cwd=self.repository.directory, env=self.environment).stdout
        self.assertIn("1 plan failed · 1 applied · 2 planned · 1 no changes · together +5 ~0 −2\n", note)
        self.assertIn("- **replace** <code>aws&#95;db&#95;instance.main</code>\n", note)
        self.assertIn("[plan job](https://gitlab.example.com/p/-/jobs/0)", note)
        self.assertNotIn("engine_version", note)
        self.assertNotIn("10.0.0.0", note)
        self.assertNotIn("ada@example.com", note)


class AccessTest(ReviewPage):
    def test_a_checker_of_accessibility_finds_nothing(self):
        demand(AXE.exists(), "axe-core (tests/e2e/tools)")
        self.make(40)
        browser = self.write()
        script = (AXE.read_text().replace("</script", "<\\/script") +
                  ";document.querySelectorAll('details').forEach(entry => { entry.open = true; });"
                  "axe.run().then(found => { document.body.dataset.found = JSON.stringify(found.violations.map("
                  "one => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 120)])); });")
        shown = browser.after(self.page, script)
        [found] = re.findall(r'<body data-found="([^"]*)"', shown)
        self.assertEqual(found, "[]")

    def test_the_keyboard_reaches_everything(self):
        self.make(5)
        browser = self.write()
        order = browser.after(self.page, "document.title = [...document.querySelectorAll('input, summary, a, [tabindex]')]"
                                         ".every(element => element.tabIndex >= 0);")
        self.assertIn("<title>true</title>", order)


if __name__ == "__main__":
    unittest.main()
