"""A page as a browser shows it: Debian's Chromium, without a window and without network."""
import subprocess

from harness import require

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
         "--disable-background-networking", "--proxy-server=127.0.0.1:9", "--virtual-time-budget=2000")


class Browser:
    """Starts Chromium once for each question; `scratch` takes its profile."""

    def __init__(self, scratch, environment):
        self.scratch = scratch
        self.environment = {**environment, "HOME": str(scratch), "XDG_CONFIG_HOME": str(scratch / "config"),
                            "XDG_CACHE_HOME": str(scratch / "cache")}

    def ask(self, page, *flags, fragment=""):
        command = [require("chromium"), *FLAGS, f"--user-data-dir={self.scratch / 'profile'}", *flags,
                   f"{page.as_uri()}{fragment}"]
        return subprocess.run(command, env=self.environment, capture_output=True, encoding="utf-8", timeout=120, check=True)

    def document(self, page, fragment=""):
        """The document after its scripts have run."""
        return self.ask(page, "--dump-dom", fragment=fragment).stdout

    def after(self, page, script):
        """The document after a further script, as if a person had done so."""
        acted = page.with_name("acted-" + page.name)
        acted.write_text(page.read_text().replace("</body>", f"<script>{script}</script></body>"))
        return self.document(acted)

    def screenshot(self, page, target, width, height, dark=False):
        """A picture of the page as PNG."""
        scheme = ["--force-dark-mode"] if dark else []
        self.ask(page, f"--screenshot={target}", f"--window-size={width},{height}", *scheme)
        return target
