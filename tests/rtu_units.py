"""Modbus RTU units on a pseudo terminal, each of which hears one speed only.

    python rtu_units.py '{"3": {"baud": 4800, "registers": {"4": 2350}}}'

Prints the name of the port to open as its first line, and serves holding registers until its standard input ends. A unit
answers only while the port is set to its speed, as a real one would understand nothing else. (The kernel keeps no parity for a
pseudo terminal, so that parity cannot be told apart.)
"""

import fcntl
import json
import os
import struct
import sys
import threading
import tty

# Of Linux: the terminal's settings with its speed as a number, whichever way it was set.
TCGETS2 = 0x802C542A
TERMIOS2 = "4I20B2I"


def speed(master):
    """The speed that the port is set to."""
    return struct.unpack(TERMIOS2, fcntl.ioctl(master, TCGETS2, bytes(struct.calcsize(TERMIOS2))))[-1]


def crc(frame):
    value = 0xFFFF
    for byte in frame:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


def answer(units, baud, frame):
    """The answer to a request of eight bytes, or nothing."""
    unit = units.get(frame[0])
    if unit is None or unit["baud"] != baud or crc(frame[:6]) != frame[6:]:
        return b""
    function, address, count = frame[1], *(int.from_bytes(frame[i : i + 2]) for i in (2, 4))
    wanted = [unit["registers"].get(a) for a in range(address, address + count)]
    if function != 3:
        body = bytes([frame[0], function | 0x80, 1])
    elif None in wanted:
        body = bytes([frame[0], function | 0x80, 2])
    else:
        body = bytes([frame[0], 3, 2 * count]) + b"".join(word.to_bytes(2) for word in wanted)
    return body + crc(body)


def serve(units, master):
    heard = b""
    while True:
        heard += os.read(master, 256)
        while len(heard) >= 8:
            frame, heard = heard[:8], heard[8:]
            os.write(master, answer(units, speed(master), frame))


def main():
    units = {
        int(unit): {
            "baud": about["baud"],
            "registers": {int(a): word for a, word in about["registers"].items()},
        }
        for unit, about in json.loads(sys.argv[1]).items()
    }
    # The second end stays open here: the port is there whether or not somebody has it open.
    master, port = os.openpty()
    tty.setraw(port)
    print(os.ttyname(port), flush=True)
    threading.Thread(target=serve, args=(units, master), daemon=True).start()
    sys.stdin.read()


main()
