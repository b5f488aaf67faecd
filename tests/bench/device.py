#!/usr/bin/env python3
"""Modbus units for benches: over TCP, with units that stay silent, or over a serial line, with the silence that the standard
asks for before an answer.

  device.py tcp PORT --units 10 [--delay-ms 20] [--dead 3,7] [--flap]
  device.py rtu TTY --baud 9600

On SIGTERM it prints, as one line of JSON, how often each unit was asked and answered, and over TCP the times between two
requests to the first living unit. SIGUSR1 begins that anew: what came before was not yet steady.
"""

import argparse
import asyncio
import json
import os
import random
import select
import signal
import sys
import time
import tty

# 3.5 characters of the 11 bits that the standard gives each (Modbus over serial line V1.02, 2.5.1 and 2.5.1.1).
SILENCE_BITS = 3.5 * 11

# A flapping unit is silent, or refuses, this long at a time, s.
FLAP_S = (5, 60)


def crc(frame):
    value = 0xFFFF
    for byte in frame:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


def answer(request):
    """The answer to a request PDU: registers that count up from the address, or an exception."""
    function, address, count = request[0], int.from_bytes(request[1:3]), int.from_bytes(request[3:5])
    if function not in (3, 4):
        return bytes([function | 0x80, 1])
    if not 1 <= count <= 125:
        return bytes([function | 0x80, 3])
    words = b"".join(((address + i + int(time.time())) & 0xFFFF).to_bytes(2) for i in range(count))
    return bytes([function, len(words)]) + words


class Tcp:
    def __init__(self, asked):
        self.delay = asked.delay_ms / 1000
        self.units = range(1, asked.units + 1)
        self.dead = {int(unit) for unit in asked.dead.split(",") if unit}
        self.living = next((unit for unit in self.units if unit not in self.dead), None)
        self.refusing = set()
        self.begin()

    def begin(self):
        self.asked = dict.fromkeys(self.units, 0)
        self.answered = dict.fromkeys(self.units, 0)
        self.last, self.between = None, []

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readexactly(7)
                body = await reader.readexactly(int.from_bytes(head[4:6]) - 1)
                unit = head[6]
                if unit in self.asked:
                    self.asked[unit] += 1
                if unit == self.living:
                    now = time.monotonic()
                    if self.last is not None:
                        self.between.append(now - self.last)
                    self.last = now
                if unit in self.dead:
                    continue
                await asyncio.sleep(self.delay)
                pdu = bytes([body[0] | 0x80, 4]) if unit in self.refusing else answer(body)
                writer.write(head[:4] + (len(pdu) + 1).to_bytes(2) + bytes([unit]) + pdu)
                if unit in self.answered:
                    self.answered[unit] += 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def flap(self):
        """Units go silent, refuse and come back, the first never."""
        others = list(self.units)[1:]
        while True:
            await asyncio.sleep(random.uniform(*FLAP_S) / len(others))
            unit = random.choice(others)
            state = random.choice(("well", "well", "dead", "refusing"))
            for name, group in (("dead", self.dead), ("refusing", self.refusing)):
                (group.add if state == name else group.discard)(unit)

    def print(self):
        print(json.dumps({"asked": self.asked, "answered": self.answered, "between": self.between}), flush=True)


async def tcp(asked):
    device, stop, loop = Tcp(asked), asyncio.Event(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, device.begin)
    await asyncio.start_server(device.serve, "127.0.0.1", asked.port)
    print("ready", flush=True)
    flapping = asyncio.create_task(device.flap()) if asked.flap else None
    await stop.wait()
    device.print()
    # Connections are open and answers half made: the system ends them.
    os._exit(0 if flapping is None or not flapping.done() else 1)


def rtu(asked):
    """One unit, whichever is asked. The last byte has come when the line has delivered it; from then on the silence is kept."""
    port = os.open(asked.tty, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(port)
    silence, stop, answered, frame = SILENCE_BITS / asked.baud, [], 0, b""
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    print("ready", flush=True)
    while not stop:
        if not select.select([port], [], [], 0.2)[0]:
            frame = b""
            continue
        frame += os.read(port, 256)
        came = time.monotonic()
        while len(frame) >= 8:
            if crc(frame[:6]) != frame[6:8]:
                frame = frame[1:]
                continue
            pdu = frame[:1] + answer(frame[1:6])
            frame = frame[8:]
            while (left := came + silence - time.monotonic()) > 0:
                # A sleep wakes up late by 60 µs; the rest is waited out awake.
                time.sleep(left - 0.0002) if left > 0.0003 else None
            os.write(port, pdu + crc(pdu))
            answered += 1
    print(json.dumps({"answered": answered}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    over_tcp = kinds.add_parser("tcp")
    over_tcp.add_argument("port", type=int)
    over_tcp.add_argument("--units", type=int, default=10)
    over_tcp.add_argument("--delay-ms", type=float, default=0)
    over_tcp.add_argument("--dead", default="")
    over_tcp.add_argument("--flap", action="store_true")
    over_rtu = kinds.add_parser("rtu")
    over_rtu.add_argument("tty")
    over_rtu.add_argument("--baud", type=int, default=9600)
    asked = parser.parse_args()
    asyncio.run(tcp(asked)) if asked.kind == "tcp" else rtu(asked)


if __name__ == "__main__":
    sys.exit(main())
