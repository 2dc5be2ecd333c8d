"""What `cmake --install` and CPack make: everything in its place, and it runs from there."""
import hashlib
import os
import unittest

from harness import BUILD_DIR, EndToEndTest, require, run

INSTALLED = {"bin/statelane", "share/bash-completion/completions/statelane", "share/doc/statelane/LICENSE",
             "share/doc/statelane/README.md", "share/fish/vendor_completions.d/statelane.fish",
             "share/man/man1/statelane.1", "share/statelane/config.schema.json",
             "share/zsh/vendor-completions/_statelane"}


@unittest.skipIf("ASAN_OPTIONS" in os.environ, "packages are made of ordinary builds")
class Packages(EndToEndTest):
    def setUp(self):
        super().setUp()
        require("cmake")
        self.prefix = self.scratch / "prefix"

    def test_installation_has_everything_in_its_place(self):
        run(["cmake", "--install", BUILD_DIR, "--prefix", self.prefix], cwd=self.scratch, env=self.environment)
        found = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*") if path.is_file()}
        self.assertEqual(found, INSTALLED)
        version = run([self.prefix / "bin/statelane", "--version"], cwd=self.scratch, env=self.environment).stdout
        self.assertRegex(version, r"^statelane \d+\.\d+\.\d+\n$")
        page = (self.prefix / "share/man/man1/statelane.1").read_text()
        self.assertIn(version.split()[1], page.splitlines()[0])
        self.assertTrue((self.prefix / "share/zsh/vendor-completions/_statelane").read_text().startswith("#compdef"))

    def test_the_same_program_gives_the_same_packages(self):
        require("dpkg-shlibdeps")
        digests = []
        for name in ("one", "two"):
            run(["cpack", "--config", BUILD_DIR / "CPackConfig.cmake", "-B", self.scratch / name], cwd=self.scratch,
                env={**self.environment, "SOURCE_DATE_EPOCH": "1700000000"})
            files = [*(self.scratch / name).glob("*.deb"), *(self.scratch / name).glob("*.tar.gz")]
            digests.append({file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
        self.assertEqual(len(digests[0]), 2)
        self.assertEqual(digests[0], digests[1])

    def test_the_packages_hold_the_same_and_have_checksums(self):
        require("dpkg-deb")
        require("dpkg-shlibdeps")
        run(["cpack", "--config", BUILD_DIR / "CPackConfig.cmake", "-B", self.scratch / "packages"],
            cwd=self.scratch, env=self.environment)
        [package] = (self.scratch / "packages").glob("*.deb")
        [archive] = (self.scratch / "packages").glob("*.tar.gz")
        for file in (package, archive):
            digest, name = file.with_name(file.name + ".sha256").read_text().split()
            self.assertEqual((digest, name), (hashlib.sha256(file.read_bytes()).hexdigest(), file.name))
        run(["dpkg-deb", "-x", package, self.prefix], cwd=self.scratch, env=self.environment)
        found = {str(path.relative_to(self.prefix / "usr")) for path in self.prefix.rglob("*") if path.is_file()}
        self.assertEqual(found, INSTALLED)
        run([self.prefix / "usr/bin/statelane", "--help"], cwd=self.scratch, env=self.environment)
        fields = run(["dpkg-deb", "-f", package, "Package", "Recommends"], cwd=self.scratch, env=self.environment).stdout
        self.assertEqual(fields, "Package: statelane\nRecommends: git\n")
        names = run(["tar", "-tzf", archive], cwd=self.scratch, env=self.environment).stdout.splitlines()
        self.assertEqual({name.split("/", 1)[1] for name in names if not name.endswith("/")}, INSTALLED)
