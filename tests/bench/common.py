"""What the benches share: the program under test, its configuration, processes that do not outlive a bench, and tables."""

import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


def reference():
    """The checkout of the reference programs and peers, with its C programs built."""
    given = os.environ.get("HANQING_BENCH_REFERENCE")
    if not given:
        sys.exit("set HANQING_BENCH_REFERENCE to a writable copy of the reference programs (bench.py, c/, rtu_pacer.py)")
    path = pathlib.Path(given).resolve()
    if not (path / "bench.py").is_file():
        sys.exit(f"{path} holds no bench.py")
    subprocess.run(["make", "-s", "-C", str(path / "c")], check=True, stdout=sys.stderr)
    (path / "run").mkdir(exist_ok=True)
    return path


def program(profile):
    """Builds the gateway's program in `profile` (release or gateway), or takes HANQING_BENCH_PROGRAM, and returns its path."""
    given = os.environ.get("HANQING_BENCH_PROGRAM")
    if given:
        return pathlib.Path(given).resolve()
    subprocess.run(
        ["cargo", "build", "--locked", "--profile", profile, "--no-default-features", "--features", "edge"],
        cwd=ROOT, check=True, stdout=sys.stderr,
    )
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / profile / "hanqing"


class Work:
    """A directory for one run, under the system's temporary one."""

    def __init__(self, name):
        base = pathlib.Path(os.environ.get("TMPDIR", "/tmp"))
        self.path = base / f"hanqing-bench-{os.getuid()}" / name
        shutil.rmtree(self.path, ignore_errors=True)
        (self.path / "devices").mkdir(parents=True)

    def write(self, name, text):
        path = self.path / name
        path.write_text(text)
        return path

    def profile(self, points):
        """A device of `points` holding registers from 0, each a channel r0, r1 … of its own."""
        text = (
            'id = "bench"\nname = "Registers of a bench"\nsource = "tests/bench"\n'
            'verified_by = "Nobody: it is no device."\nconfidence = 1.0\n'
        )
        for point in range(points):
            text += (
                f'[[point]]\nparameter = "flow"\nchannel = "r{point}"\nfunction = 3\naddress = {point}\n'
                'type = "u16"\nunit = "m3/h"\n'
            )
        text += (
            '[example]\nsource = "tests/bench"\n[[example.block]]\nfunction = 3\naddress = 0\n'
            f'words = {[7] * points}\n'
            '[example.expect]\nflow = 7.0\n'
        )
        return self.write("devices/bench.toml", text)

    def config(self, name, line, units, points, interval_s, mqtt_port, more="", confirm="broker"):
        """A gateway on one bus (`line` says which) with `units` of `points` each. Its spool lies beside the file."""
        self.profile(points)
        text = (
            f'gateway = "bench-{name}"\nconfirm = "{confirm}"\ndevices_dir = "devices"\n'
            f'[mqtt]\nurl = "mqtt://127.0.0.1:{mqtt_port}"\n[spool]\npath = "{name}-spool.db"\n[clock]\ntrust = "always"\n'
            f'[[bus]]\nname = "bench"\n{line}\ninterval_s = {interval_s}\n{more}\n'
        )
        for unit in units:
            text += f'[[bus.device]]\nunit = {unit}\nprofile = "bench"\nstation = "u{unit}"\n[bus.device.channels]\n'
            text += "".join(f'r{point} = "r{point}-u{unit}"\n' for point in range(points))
        return self.write(f"{name}.toml", text)

    def fresh(self, name):
        """Forgets the spool of `name`."""
        for file in self.path.glob(f"{name}-spool.db*"):
            file.unlink()


class Processes:
    """Processes that end with the `with` block."""

    def __init__(self):
        self.started = []

    def start(self, *command, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        process = subprocess.Popen([str(word) for word in command], **more)
        self.started.append(process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.started):
            self.end(process)


def wait_for(what, look, most=30.0):
    """Waits until `look()` is true."""
    begun = time.monotonic()
    while time.monotonic() - begun < most:
        if look():
            return
        time.sleep(0.02)
    sys.exit(f"waited {most} s for {what}")


def cpu_s(pid):
    """CPU time that a process has used, s."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_kib(pid):
    """Resident memory of a process and its high-water mark, KiB."""
    found = {}
    for line in open(f"/proc/{pid}/status"):
        name, _, rest = line.partition(":")
        if name in ("VmRSS", "VmHWM"):
            found[name] = int(rest.split()[0])
    return found["VmRSS"], found["VmHWM"]


def line(**values):
    """Prints one result as a line of JSON."""
    print(json.dumps(values), flush=True)
    return values


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def table(head, rows):
    """Prints a Markdown table."""
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join("-" if cell is None else str(cell) for cell in row) + " |")
    print(flush=True)
