"""Runs hanqing on files that are made to cost memory or time, and prints what each cost: one JSON object a line.

    python run.py PROGRAM HUB_TOML FOLDER [WORD_OF_NAMES]

The hub's store and ledger must exist. Only the names with the word, where one is given.
"""

import json
import os
import subprocess
import sys
import threading
import time

#: Longest that a file may take before it is given up, s: far more than the bound, which only a release build holds.
GIVEN_UP_S = 300


def measured(command):
    begun = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    watch = threading.Timer(GIVEN_UP_S, process.kill)
    watch.start()
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    watch.cancel()
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": round(time.monotonic() - begun, 2),
        "mib": round(used.ru_maxrss / 1024, 1),
        "said": said.decode(errors="replace")[:2000],
    }


def main():
    program, hub, folder = sys.argv[1:4]
    word = sys.argv[4] if len(sys.argv) > 4 else ""
    ledger = lambda path: [program, "--lang", "en", "ledger", "import", "-c", hub, "--dry-run", path]
    fill = lambda path: [program, "--lang", "en", "report", "-c", hub, "--from", "2022-08-01", "--to", "2022-11-15", "--out", os.path.join(folder, "out"), "--fill", path]
    # In a process of its own: what a process has in its memory counts for those that it starts.
    made = os.path.join(folder, "made")
    subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "make.py"), made, word], check=True)
    for name in sorted(os.listdir(made)):
        path = os.path.join(made, name)
        command = fill if name.endswith(".docx") else ledger
        print(json.dumps({"file": name, "bytes": os.path.getsize(path), **measured(command(path))}), flush=True)
        os.remove(path)
    for path in ["/dev/zero", make_pipe(folder)]:
        for command in [ledger(path), fill(path)]:
            if word in path:
                print(json.dumps({"file": os.path.basename(path), "bytes": 0, **measured(command)}), flush=True)


def make_pipe(folder):
    path = os.path.join(folder, "pipe")
    os.mkfifo(path)
    return path


if __name__ == "__main__":
    main()
