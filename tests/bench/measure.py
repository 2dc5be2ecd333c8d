"""What the bench drivers share: programs run in turn, the best of several rounds, as wall clock and as processor time."""
import os
import resource
import subprocess
import time

# Nothing of the user's or the job's may decide what is compared.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "STATELANE_", "GIT_"))}


def run_once(argv, **options):
    """(wall, processor, peak memory in MB) of one process and what it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT, **options)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{argv}: exit code {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, processor, usage.ru_maxrss / 1024


def measure(contenders, rounds):
    """{name: (wall, processor, peak)}, each the best of `rounds`. `contenders`: {name: (prepare or None, argv)}.

    They take turns, so that what else the machine does falls on all of them."""
    best = {}
    for _ in range(rounds):
        for name, (prepare, argv) in contenders.items():
            if prepare:
                prepare()
            figures = run_once(argv)
            best[name] = tuple(map(min, zip(best.get(name, figures), figures)))
    return best


def show(figures, floor):
    """A table; ratios are to the row called `floor`."""
    print(f"{'':42}{'wall ms':>9}{'cpu ms':>9}{'peak MB':>9}{'x wall':>8}{'x cpu':>8}")
    for name, (wall, processor, peak) in figures.items():
        print(f"{name:42}{wall * 1e3:9.1f}{processor * 1e3:9.1f}{peak:9.1f}"
              f"{wall / figures[floor][0]:8.2f}{processor / max(figures[floor][1], 1e-6):8.2f}")
