"""Gateways built for other processors, under qemu, against real parts, beside the program of this machine.

    python rig.py HUB NAME=COMMAND...

HUB is a program for this machine, with hub and gateway. Each COMMAND starts the gateway of another build: a program's path,
preceded by its emulator where it needs one. pymodbus is the field, mosquitto with the shipped configuration and client certificates is the
broker. What is proved is printed, one line each; the first thing that is not so ends the run, with the logs.

Nothing here waits for a time: it looks for the state that it needs, within a bound.
"""

import csv
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# Longest wait for anything, s. Generous: it costs time only where something fails.
WAIT_MAX = 120
# Between two looks at a state, s.
LOOK_EVERY = 0.05
# How often the registers in the field change.
CHANGES = 4
# Batches that wait when a gateway is killed.
BACKLOG = 3

NATIVE = "gw-native"
PROFILES = ["qdy30", "sdm630", "tuf-2000m", "hlk-ld8001h", "sen0575"]
KINDS = ["pond", "pump", "meter", "channel", "rain"]


class Failed(Exception):
    """Something is not as it has to be."""


def proved(text):
    print(f"   {text}", flush=True)


def demand(holds, text):
    if not holds:
        raise Failed(text)


def wait_for(what, look):
    """What `look` gives, once it gives something; in case of an exception it is asked again."""
    end = time.monotonic() + WAIT_MAX
    seen = None
    while time.monotonic() < end:
        try:
            found = look()
            if found:
                return found
            seen = found
        except (OSError, sqlite3.Error, KeyError) as error:
            seen = error
        time.sleep(LOOK_EVERY)
    raise Failed(f"waited {WAIT_MAX} s for {what}; last seen: {seen!r}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def f32(value):
    """Two registers, high word first."""
    return list(struct.unpack(">HH", struct.pack(">f", value)))


def u32(value):
    return [value >> 16 & 0xFFFF, value & 0xFFFF]


def cdab(words):
    return list(reversed(words))


def registers(random_numbers, step):
    """What changes in the field at each step, by unit and first address: each block belongs to one point. Meters only grow."""
    between = random_numbers.uniform
    return {
        "1": {"4": [random_numbers.randrange(1, 20000)]},
        "2": {
            "0": f32(between(200, 250)),
            "52": f32(between(0, 15000)),
            "70": f32(between(49, 51)),
            "72": f32(12345.5 + step / 8),
        },
        "3": {"0": cdab(f32(between(0, 90))), "8": cdab(u32(12345 + step)) + cdab(f32(between(0, 0.99)))},
        "4": {"1": [random_numbers.randrange(200, 30000)]},
        "5": {"8": cdab(u32(1234567 + 2000 * step))},
    }


def field_at_first(blocks):
    """All registers of the field. Between those that change there are more, as in a device that can be read in one piece."""
    field = {
        "1": {"2": [16, 3, 0]},
        "2": {"0": [0] * 74},
        "3": {"0": [0] * 92, "1436": [0, 0, 3]},
        "4": {"0": [0, 0]},
        "5": {"8": [0, 0]},
    }
    field["3"]["0"][91] = 0x0C5A
    for unit, changes in blocks.items():
        for address, words in changes.items():
            first = max((int(a) for a in field[unit] if int(a) <= int(address)))
            start = int(address) - first
            field[unit][str(first)][start : start + len(words)] = words
    return field


class Rig:
    def __init__(self, hub, builds):
        self.hub = hub
        self.builds = builds
        self.folder = Path(tempfile.mkdtemp(prefix="hanqing-arm-"))
        self.processes = {}
        self.metrics_ports = {}
        self.broker_port = free_port()
        self.random = random.Random(22)
        self.steps = 0

    def path(self, *parts):
        return self.folder.joinpath(*parts)

    # What runs

    def start(self, name, command, **options):
        log = open(self.path(f"{name}.log"), "ab")
        options = {"stdout": log, "stderr": log, "stdin": subprocess.DEVNULL, **options}
        environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "TZ": "Asia/Shanghai"}
        self.processes[name] = subprocess.Popen([str(part) for part in command], env=environment, **options)
        return self.processes[name]

    def end(self, name, how=signal.SIGTERM):
        """Ends a process, and gives its exit code."""
        process = self.processes.pop(name)
        process.send_signal(how)
        return process.wait(WAIT_MAX)

    def alive(self, name):
        code = self.processes[name].poll()
        demand(code is None, f"{name} has ended by itself, with {code}")
        return True

    def close(self):
        for process in self.processes.values():
            process.kill()
            process.wait()

    def run(self, command, *arguments):
        """A command to its end: exit code, and what it printed and told."""
        environment = {**os.environ, "TZ": "Asia/Shanghai", "HANQING_LANG": "zh", "RUST_LOG": ""}
        done = subprocess.run(
            [str(part) for part in [*command, *arguments]],
            capture_output=True,
            cwd=REPOSITORY,
            env=environment,
            timeout=WAIT_MAX,
        )
        return done.returncode, done.stdout, done.stderr

    # The parts

    def start_field(self):
        first = json.dumps(field_at_first(registers(self.random, 0)))
        server = REPOSITORY / "tests/pymodbus_server.py"
        self.field = self.start(
            "field", [sys.executable, server, first], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.field_port = int(self.field.stdout.readline())

    def change_field(self):
        self.steps += 1
        self.field.stdin.write(json.dumps(registers(self.random, self.steps)) + "\n")
        self.field.stdin.flush()
        demand(self.field.stdout.readline() == "changed\n", "pymodbus has not changed its registers")

    def make_certificates(self):
        names = ["hanqing-hub", *self.gateways()]
        for what in (["authority"], ["broker", "localhost"], ["client", *names]):
            script = REPOSITORY / "deploy/mosquitto/make-certificates"
            code, out, err = self.run(["sh", script, self.path("certs"), *what])
            demand(code == 0, f"make-certificates {what}: {out} {err}")
        config = (REPOSITORY / "deploy/mosquitto/mosquitto.conf").read_text()
        for there, here in [
            ("listener 8883\n", f"listener {self.broker_port} 127.0.0.1\n"),
            ("/etc/mosquitto/certs/", f"{self.path('certs')}/"),
            ("acl_file /etc/mosquitto/hanqing.acl", f"acl_file {REPOSITORY / 'deploy/mosquitto/hanqing.acl'}"),
        ]:
            demand(there in config, f"mosquitto.conf has no {there!r}")
            config = config.replace(there, here)
        # As root, mosquitto would become a user who cannot look into this folder.
        user = "user root\n" if os.getuid() == 0 else ""
        self.path("mosquitto.conf").write_text(f"{user}persistence_location {self.folder}/\nlog_type all\n{config}")

    def start_broker(self):
        self.start("broker", ["mosquitto", "-c", self.path("mosquitto.conf")])

        def listens():
            self.alive("broker")
            socket.create_connection(("127.0.0.1", self.broker_port), 1).close()
            return True

        wait_for("mosquitto", listens)

    def mqtt(self, name):
        def file(end):
            return self.path("certs", end)

        return (
            f'[mqtt]\nurl = "mqtts://localhost:{self.broker_port}"\nca_file = "{file("ca.pem")}"\n'
            f'cert_file = "{file(name + ".pem")}"\nkey_file = "{file(name + ".key")}"\n'
        )

    def start_hub(self):
        self.path("hub.toml").write_text(
            f'township = "{REPOSITORY / "config/township.toml"}"\n{self.mqtt("hanqing-hub")}'
            f'[store]\npath = "{self.path("store.db")}"\n[ledger]\npath = "{self.path("ledger.db")}"\n'
            f'[web]\nlisten = "127.0.0.1:{free_port()}"\n'
        )
        self.start("hub", [self.hub, "hub", "-c", self.path("hub.toml")])

    def gateways(self):
        return [NATIVE, *(f"gw-{name}" for name in self.builds)]

    def command(self, gateway):
        """What starts this gateway's program."""
        return [self.hub] if gateway == NATIVE else self.builds[gateway.removeprefix("gw-")]

    def config(self, gateway):
        return self.path(f"{gateway}.toml")

    def spool(self, gateway):
        return self.path(f"{gateway}.db")

    def start_gateway(self, gateway):
        if gateway not in self.metrics_ports:
            self.metrics_ports[gateway] = free_port()
            devices = "".join(
                f'[[bus.device]]\nunit = {unit}\nprofile = "{profile}"\nstation = "{kind}-{gateway.removeprefix("gw-")}"\n'
                for unit, (profile, kind) in enumerate(zip(PROFILES, KINDS, strict=True), 1)
            )
            self.config(gateway).write_text(
                f'gateway = "{gateway}"\n{self.mqtt(gateway)}[spool]\npath = "{self.spool(gateway)}"\n'
                f'[clock]\ntrust = "always"\n[metrics]\nlisten = "127.0.0.1:{self.metrics_ports[gateway]}"\n'
                f'[[bus]]\nname = "field"\ntcp = "127.0.0.1:{self.field_port}"\ninterval_s = 1\n{devices}'
            )
        self.start(gateway, [*self.command(gateway), "edge", "-c", self.config(gateway)])

    # What is seen

    def metrics(self, gateway):
        """What a gateway says of itself, by name; with labels, only the last."""
        url = f"http://127.0.0.1:{self.metrics_ports[gateway]}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name.split("{")[0]: float(value) for name, value in pairs}

    def store(self, query, *values):
        connection = sqlite3.connect(f"file:{self.path('store.db')}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def committed(self, gateway):
        """Epochs of a gateway, with the batches of each that the hub has: first and last of each run."""
        rows = self.store(
            "SELECT epoch, first, last FROM (SELECT gateway, epoch, first, last FROM delivered UNION ALL"
            " SELECT gateway, epoch, first, last FROM epoch) WHERE gateway = ? AND last >= first AND last > 0"
            " ORDER BY epoch, first",
            gateway,
        )
        epochs = {}
        for epoch, first, last in rows:
            epochs.setdefault(epoch, []).append([first, last])
        return epochs

    def readings(self):
        """All that the hub has stored, as its own export gives it: by series, rows in the order of time."""
        out = self.path(f"export-{len(list(self.folder.glob('export-*')))}.csv")
        code, _, told = self.run([self.hub, "export", "-c", self.path("hub.toml"), "--format", "csv", "--out", out])
        demand(code == 0, f"the hub's export ends with {code}: {told.decode()}")
        series = {}
        with open(out, encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                series.setdefault((row["station"], row["parameter"]), []).append(row)
        return series

    def field_series(self, readings, gateway):
        """What a gateway has read of the field, by unit and parameter, without the times."""
        own = gateway.removeprefix("gw-")
        return {
            (kind, parameter): [(row["value"], row["flag"], row["reason"]) for row in rows]
            for (station, parameter), rows in readings.items()
            for kind in KINDS
            if station == f"{kind}-{own}"
        }


def changes(values):
    """Each value once, for as long as it stays."""
    return [value for index, value in enumerate(values) if index == 0 or values[index - 1] != value]


# What is proved


def starts(rig):
    version = rig.run([rig.hub, "--version"])
    for name, command in rig.builds.items():
        code, out, told = rig.run(command, "--version")
        demand((code, out) == version[:2], f"{name} --version: {code} {out} {told}, here {version}")
    proved(f"each starts, and is {version[1].decode().strip()}")


def checks_alike(rig):
    """Files of a gateway: those that are shipped, and those with mistakes."""
    shipped = sorted(REPOSITORY.glob("config/edge.toml")) + sorted(REPOSITORY.glob("config/devices/*.toml"))
    shipped += sorted(REPOSITORY.glob("config/examples/*/gateways/*.toml"))
    bad = sorted(REPOSITORY.glob("tests/bad_configs/edge-*.toml"))
    demand(len(shipped) > 20 and len(bad) > 15, f"{len(shipped)} and {len(bad)} files to check")
    files = [path.relative_to(REPOSITORY) for path in shipped + bad]
    # One by one where one may be wrong; what is right together: the example has a gateway of the same name as the first file.
    groups = [[path] for path in files if path.parts[0] == "tests"]
    groups.append([path for path in files if path.parts[:2] == ("config", "examples")])
    groups.append([path for path in files if path.parts[0] == "config" and path.parts[1] != "examples"])
    refused = 0
    for group in groups:
        here = rig.run([rig.hub, "check"], *group)
        refused += here[0] != 0
        for name, command in rig.builds.items():
            there = rig.run([*command, "check"], *group)
            demand(here == there, f"{name} check {group}:\n{there}\nhere:\n{here}")
    demand(refused > 15, f"only {refused} of the files with mistakes are refused")
    proved(f"check says the same, byte by byte, of {len(files)} files, and ends alike; {refused} are refused")


def reads_alike(rig):
    """A table of values, flags and registers, without a configuration."""
    for unit, profile in enumerate(PROFILES, 1):
        arguments = ["read", "--tcp", f"127.0.0.1:{rig.field_port}", "--unit", unit, "--profile", profile]
        here = rig.run([rig.hub], *arguments)
        demand(here[0] == 0, f"read of {profile}: {here}")
        for name, command in rig.builds.items():
            there = rig.run(command, *arguments)
            demand(without_times(there) == without_times(here), f"{name} {arguments}:\n{there}\nhere:\n{here}")
    proved(f"read prints the same table for {len(PROFILES)} devices")


def without_times(outcome):
    """A table without its last column, how long the answer took."""
    code, out, told = outcome
    return code, [line.split("\t")[:-1] for line in out.decode().splitlines()], told


def whole(runs):
    """Up to which number nothing is missing: new batches are sent before the backlog."""
    end = 0
    for first, last in runs:
        if first > end + 1:
            break
        end = max(end, last)
    return end


def all_arrive(rig, what):
    """Waits until the hub has of each gateway what that has polled by now, and all before it."""
    for gateway in rig.gateways():
        last = rig.metrics(gateway)["hanqing_spool_last_seq"]

        def there(gateway=gateway, last=last):
            rig.alive(gateway)
            return any(whole(runs) >= last for runs in rig.committed(gateway).values())

        wait_for(f"{what} of {gateway}", there)


def polls_and_delivers(rig):
    for gateway in rig.gateways():
        rig.start_gateway(gateway)
    for gateway in rig.gateways():
        wait_for(f"a first batch of {gateway}", lambda g=gateway: rig.alive(g) and rig.committed(g))
    for _ in range(CHANGES):
        # At least one poll of all that is there now, by each.
        before = {gateway: rig.metrics(gateway)["hanqing_bus_polls_total"] for gateway in rig.gateways()}
        for gateway, polls in before.items():
            wait_for(
                f"two polls of {gateway}",
                lambda g=gateway, p=polls: rig.alive(g) and rig.metrics(g)["hanqing_bus_polls_total"] >= p + 2,
            )
        rig.change_field()
    before = {gateway: rig.metrics(gateway)["hanqing_bus_polls_total"] for gateway in rig.gateways()}
    for gateway, polls in before.items():
        wait_for(f"polls of {gateway}", lambda g=gateway, p=polls: rig.metrics(g)["hanqing_bus_polls_total"] >= p + 2)
    all_arrive(rig, "the last poll")
    equal_values(rig)
    log = rig.path("broker.log").read_text(errors="replace")
    for gateway in rig.gateways():
        demand(f" as {gateway} " in log, f"mosquitto has not seen {gateway} by the name in its certificate")
    proved("over TLS, each by its certificate: mosquitto names them so")


def equal_values(rig):
    readings = rig.readings()
    native = rig.field_series(readings, NATIVE)
    demand(len(native) == 9, f"{sorted(native)} are the native gateway's series")
    for gateway in rig.gateways()[1:]:
        own = rig.field_series(readings, gateway)
        demand(own.keys() == native.keys(), f"{gateway} has {sorted(own)}, the native one {sorted(native)}")
        total = 0
        for series, values in own.items():
            here, there = changes(native[series]), changes(values)
            demand(here == there, f"{gateway} has read of {series}\n{there}\nthe native one\n{here}")
            demand(len(there) > CHANGES - 1, f"{series} has not changed: {there}")
            total += len(values)
        proved(f"{gateway}: {total} readings at the hub, {len(own)} series with values and flags as the native one's")


def says_its_status(rig):
    for gateway in rig.gateways()[1:]:
        code, out, told = rig.run([*rig.command(gateway), "status", "-c", rig.config(gateway)])
        text = out.decode()
        demand(code == 0 and gateway in text and "field" in text, f"status of {gateway}: {code}\n{text}{told}")
        arguments = ["read", "-c", rig.config(gateway)]
        code, out, told = rig.run([*rig.command(gateway), *arguments])
        demand(code == 0, f"read by the running {gateway}: {code}\n{out.decode()}{told.decode()}")
    proved("status answers while it runs, and read goes through it")


def survives_a_kill(rig):
    """The broker away, a backlog, the power cut, the broker back."""
    rig.end("broker")
    before = {}
    for gateway in rig.gateways()[1:]:
        epochs = rig.committed(gateway)
        demand(len(epochs) == 1, f"{gateway} has epochs {epochs}")
        wait_for(
            f"a backlog of {gateway}",
            lambda g=gateway: rig.alive(g) and rig.metrics(g)["hanqing_spool_batches"] >= BACKLOG,
        )
        seen = rig.metrics(gateway)
        before[gateway] = (list(epochs), seen["hanqing_spool_last_seq"], seen["hanqing_spool_batches"])
        code = rig.end(gateway, signal.SIGKILL)
        demand(code == -signal.SIGKILL, f"{gateway} was killed, and ended with {code}")
    for gateway, (_, last, waiting) in before.items():
        rig.start_gateway(gateway)
        seen = wait_for(f"{gateway} after the kill", lambda g=gateway: rig.alive(g) and rig.metrics(g))
        demand(
            seen["hanqing_spool_last_seq"] >= last and seen["hanqing_spool_batches"] >= waiting,
            f"{gateway} had {waiting} batches up to {last}, after the kill {seen}",
        )
    rig.start_broker()
    all_arrive(rig, "the backlog")
    for gateway, (epochs, _, waiting) in before.items():
        after = rig.committed(gateway)
        demand(list(after) == epochs, f"{gateway} had epoch {epochs}, and now {after}")
        runs = after[epochs[0]]
        proved(
            f"{gateway}: killed with {waiting:.0f} batches waiting, started again in the same life of its spool;"
            f" the hub has 1 to {whole(runs)} without a gap"
        )
    quarantined = rig.store("SELECT topic, problem FROM quarantine")
    demand(not quarantined, f"the hub has set aside {quarantined}")
    proved("nothing is in the quarantine")


def carries_by_hand(rig):
    for gateway in rig.gateways()[1:]:
        out = rig.path(f"{gateway}.jsonl.gz")
        command = [*rig.command(gateway), "export", "--spool", rig.spool(gateway), "--all", "--out", out]
        code, _, told = rig.run(command)
        demand(code == 0, f"export of {gateway}'s spool: {code} {told.decode()}")
        with gzip.open(out, "rt") as file:
            messages = [json.loads(line) for line in file]
        demand(len(messages) > CHANGES, f"only {len(messages)} messages in {out}")
    all_arrive(rig, "what was exported")
    for gateway in rig.gateways()[1:]:
        out = rig.path(f"{gateway}.jsonl.gz")
        code, said, told = rig.run([rig.hub, "import", "-c", rig.path("hub.toml"), out])
        text = said.decode()
        demand(code == 0 and "新增 0 个，更改 0 个，已有 " in text, f"import of {out}: {code} {text}{told.decode()}")
        proved(f"{gateway}: exported while it ran, imported at the hub: all there already")


def ends_in_order(rig):
    for gateway in rig.gateways()[1:]:
        code = rig.end(gateway)
        demand(code == 0, f"{gateway} ended with {code} upon SIGTERM")
        digests = []
        for index, command in enumerate((rig.command(gateway), [rig.hub])):
            out = rig.path(f"{gateway}-{index}.jsonl.gz")
            code, _, told = rig.run([*command, "export", "--spool", rig.spool(gateway), "--all", "--out", out])
            demand(code == 0, f"export of {gateway}'s spool by {command}: {code} {told.decode()}")
            digests.append(hashlib.sha256(gzip.decompress(out.read_bytes())).hexdigest())
        demand(digests[0] == digests[1], f"the spool of {gateway} reads otherwise here: {digests}")
    proved("each ends in order upon SIGTERM, and its spool reads the same here as there")


def show_logs(rig):
    for log in sorted(rig.folder.glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()
        print(f"-- {log.name}, the last lines of {len(lines)}", *lines[-15:], sep="\n", file=sys.stderr)


def main():
    hub = Path(sys.argv[1]).resolve()
    builds = dict(argument.split("=", 1) for argument in sys.argv[2:])
    rig = Rig(hub, {name: command.split() for name, command in builds.items()})
    began = time.monotonic()
    try:
        starts(rig)
        checks_alike(rig)
        rig.start_field()
        reads_alike(rig)
        rig.make_certificates()
        rig.start_broker()
        rig.start_hub()
        polls_and_delivers(rig)
        says_its_status(rig)
        survives_a_kill(rig)
        carries_by_hand(rig)
        ends_in_order(rig)
    except Failed as failed:
        show_logs(rig)
        print(f"tests/arm/rig.py: {failed}\n   files: {rig.folder}", file=sys.stderr)
        sys.exit(1)
    finally:
        rig.close()
    shutil.rmtree(rig.folder)
    proved(f"took {time.monotonic() - began:.0f} s")


main()
