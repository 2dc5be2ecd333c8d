"""Runs a program, hands on every signal that its parent sends, and writes each into the file SIGNAL_RECORD.

What others send is not handed on: who signals every process signals the program too. Ends as the program ends.
usage: pass_signals.py PROGRAM [ARGUMENT …]
"""
import os
import signal
import subprocess
import sys

TAKEN = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGCHLD}


def main():
    signal.pthread_sigmask(signal.SIG_BLOCK, TAKEN)
    parent = os.getppid()
    unblock = lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, TAKEN)
    # The test may look for the program: it is the child of this process.
    child = subprocess.Popen(sys.argv[1:], preexec_fn=unblock)
    while child.poll() is None:
        taken = signal.sigwaitinfo(TAKEN)
        if taken.si_signo == signal.SIGCHLD:
            continue
        sender = "helper" if taken.si_pid == parent else "other"
        with open(os.environ["SIGNAL_RECORD"], "a") as record:
            record.write(f"{sender} {signal.Signals(taken.si_signo).name}\n")
        if sender == "helper":
            child.send_signal(taken.si_signo)
    if child.returncode < 0:
        # SIGKILL has no disposition to reset.
        if -child.returncode != signal.SIGKILL:
            signal.signal(-child.returncode, signal.SIG_DFL)
        unblock()
        os.kill(os.getpid(), -child.returncode)
    sys.exit(child.returncode)


if __name__ == "__main__":
    main()
