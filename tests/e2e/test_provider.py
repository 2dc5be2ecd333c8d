"""A provider's own process beside Terraform: its cache, its lock file, and what a signal to every process does to it.

The provider is a small one under the real go-plugin (stand_ins/provider), from a mirror in the file system.
"""
import os
import shutil
import signal
import unittest

from providers import CONFIGURATION, SOURCE, ProviderTest, descendants
from runs import WithOpenTofu


class Provider(ProviderTest):

    def test_the_provider_is_cached_locked_and_used(self):
        self.lock()
        self.assertIn("-lockfile=readonly", self.plan().log)
        self.assertEqual(len(self.cached), 1)
        installed = [file for file in (self.project / "net/.terraform/providers").rglob("*") if file.is_symlink()]
        self.assertEqual([link.resolve().is_relative_to(self.project / ".statelane/cache") for link in installed], [True])
        self.go.touch()
        self.apply("--allow-empty-state")
        self.assertEqual(self.resources(), {"slow_thing.a", "terraform_data.after"})
        self.assertEqual(self.record.read_text(), "begin\nend\n")

    def test_without_a_lock_file_the_cache_is_used_too(self):
        self.plan()
        self.assertEqual(len(self.cached), 1)

    def test_without_a_lock_file_the_plans_own_providers_are_applied(self):
        self.commit({"net/main.tf": CONFIGURATION.replace('"1.0.0"', '">= 1.0.0"')})
        self.plan()
        self.mirror.release("1.1.0")
        applying = self.clone_with_artifacts()
        self.go.touch()
        ended = self.apply("--allow-empty-state", directory=applying)
        self.assertIn("-lockfile=readonly", ended.log)
        self.assertEqual(self.resources(), {"slow_thing.a", "terraform_data.after"})
        self.assertIn('version     = "1.0.0"', (applying / "net/.terraform.lock.hcl").read_text())
        self.apply("--allow-empty-state", directory=applying, code=125)  # stale, and nothing else: what was laid down is no other lock file

    def test_providers_that_are_not_to_be_had_any_more_are_told_before_anything_is_done(self):
        self.commit({"net/main.tf": CONFIGURATION.replace('"1.0.0"', '">= 1.0.0"')})
        self.plan()
        moved_on = "error: refused to apply net: planned with other provider versions than can be installed here\n"
        self.mirror.release("1.1.0")
        package = self.mirror.package("1.0.0")
        for change in (lambda: self.mirror.release("1.0.0", "built anew"), package.unlink,
                       lambda: shutil.rmtree(self.mirror.directory / SOURCE)):
            change()
            applying = self.clone_with_artifacts()
            ended = self.apply("--allow-empty-state", directory=applying, code=125)
            self.assertTrue(ended.log.endswith(moved_on + "hint: retry the plan job and review its plan\n"), ended.log)
            shutil.rmtree(applying)
        self.assertFalse(self.record.exists())

    def test_a_lock_file_that_is_lost_on_the_way_is_told(self):
        self.plan()
        self.artifact("terraform.lock.hcl").unlink()
        ended = self.apply(directory=self.clone_with_artifacts(), code=125)
        self.assertIn("the dependency lock file that was planned with is missing among the artifacts", ended.log)

    def test_what_a_provider_refuses_ends_with_the_tools_own_code(self):
        self.commit({"net/main.tf": CONFIGURATION.replace('name = "a"', 'name = "fail"')})
        self.plan()
        ended = self.apply("--allow-empty-state", directory=self.clone_with_artifacts(), code=1)
        self.assertIn("the cloud does not want this thing", ended.log)
        self.assertEqual((self.resources(), self.server.locks()), (set(), {}))

    def test_parallel_plans_without_a_lock_file_leave_a_shared_cache_alone(self):
        cache = self.scratch / "shared-cache"
        cache.mkdir()
        env = self.job(TF_PLUGIN_CACHE_DIR=str(cache), STATELANE_OPT_LOCK="false")
        copies = [self.clone(f"copy-{number}") for number in range(4)]
        for running in [self.start("plan", "net", directory=copy, env=env) for copy in copies]:
            ended = running.finish()
            self.assertEqual(ended.code, 0, ended.log)
            self.assertIn(f"statelane: the provider cache of TF_PLUGIN_CACHE_DIR ({cache}) is passed over: without a "
                          "dependency lock file jobs would break it for each other\n"
                          "  fix: commit .terraform.lock.hcl\n", ended.log)
        self.assertEqual(list(cache.iterdir()), [])

    def test_the_cache_of_the_users_own_configuration_is_used(self):
        cache = self.scratch / "own-cache"
        cache.mkdir()
        self.lock()
        self.mirror.settings.write_text(self.mirror.settings.read_text() + f'plugin_cache_dir = "{cache}"\n')
        self.plan()
        self.assertEqual((len(list(cache.rglob("terraform-provider-slow*"))), self.cached), (1, []))

    def test_an_init_that_is_killed_does_not_spoil_the_cache(self):
        """The tool is killed once its provider has begun to lie in the cache; the next job finds none or a whole one."""
        self.lock()
        cache = self.scratch / "shared-cache"
        cache.mkdir()
        env = self.job(TF_PLUGIN_CACHE_DIR=str(cache), STATELANE_OPT_LOCK="false")
        running = self.start("plan", "net", env=env)
        while not list(cache.rglob("terraform-provider-slow*")) and running.process.poll() is None:
            pass
        for pid in descendants(running.process.pid):
            if pid != running.process.pid:
                kill_if_there(pid)
        running.finish()
        whole = self.program.stat().st_size
        self.assertLessEqual({file.stat().st_size for file in cache.rglob("terraform-provider-slow*")}, {whole})
        self.plan(env=env)

    def test_a_lock_file_that_lacks_the_provider_is_explained_and_left_as_it_is(self):
        self.commit({"net/.terraform.lock.hcl": "# nothing is locked\n"})
        ended = self.plan(code=1)
        self.assertIn("statelane: net: the dependency lock file does not fit the required providers", ended.log)
        self.assertIn("commit .terraform.lock.hcl", ended.log)
        self.assertEqual((self.project / "net/.terraform.lock.hcl").read_text(), "# nothing is locked\n")

    def test_a_checksum_that_is_not_locked_is_explained(self):
        self.lock()
        file = self.project / "net/.terraform.lock.hcl"
        self.commit({"net/.terraform.lock.hcl": file.read_text().replace("h1:", "h1:AAAA")})
        ended = self.plan(code=1)
        self.assertIn("statelane: net: a provider's checksum is not in the dependency lock file", ended.log)

    def test_parallel_jobs_fill_one_cache_in_turn(self):
        self.lock()
        cache = self.scratch / "shared-cache"
        cache.mkdir()
        copies = [self.clone(f"copy-{number}") for number in range(4)]
        env = self.job(TF_PLUGIN_CACHE_DIR=str(cache), STATELANE_OPT_LOCK="false")
        for running in [self.start("plan", "net", directory=copy, env=env) for copy in copies]:
            ended = running.finish()
            self.assertEqual(ended.code, 0, ended.log)

    def test_one_interrupt_lets_the_provider_finish_what_it_does(self):
        self.lock()
        self.plan()
        applying = self.start("apply", "net", "--allow-empty-state")
        while not self.record.exists():
            pass
        applying.signal(signal.SIGTERM)
        applying.wait_for("Interrupt received")
        self.go.touch()
        ended = applying.finish()
        self.assertEqual((ended.code, self.resources()), (1, {"slow_thing.a"}), ended.log)
        self.assertEqual(self.record.read_text(), "begin\nend\n")
        self.assertEqual(self.server.locks(), {})

    def test_a_signal_to_every_process_kills_the_provider_and_loses_no_state(self):
        """go-plugin's providers ignore INT and die of TERM: what they were creating is not known to Terraform."""
        self.lock()
        self.plan()
        applying = self.start("apply", "net", "--allow-empty-state")
        while not self.record.exists():
            pass
        for pid in descendants(applying.process.pid):
            os.kill(pid, signal.SIGTERM)
        ended = applying.finish()
        self.assertEqual(ended.code, 1, ended.log)
        self.assertNotIn("Two interrupts", ended.log)
        self.assertIn("statelane: net/main.tf:13: a provider's process ended while it was at work", ended.log)
        self.assertEqual(self.record.read_text(), "begin\n")
        self.assertEqual((self.resources(), self.server.locks()), (set(), {}))


class ProviderWithOpenTofu(WithOpenTofu, Provider):
    pass


def kill_if_there(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


if __name__ == "__main__":
    unittest.main()
