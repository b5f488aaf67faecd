"""A serial line between two pseudo terminals that takes the time a real one takes.

    python rtu_line.py 9600

Prints the names of its two ends as its first line: the master's, the units'. A byte (8N1) arrives when its last bit would, and
while one end talks the other waits. For each line on standard input it says what it has seen, as JSON: how many requests, and the
shortest silence before one, ms.
"""

import json
import os
import pty
import select
import sys
import time
import tty

BITS = 10


def end():
    far, near = pty.openpty()
    tty.setraw(far)
    tty.setraw(near)
    # The near end stays open here, so that the far one lives on while nobody has it open.
    return far, os.ttyname(near), near


def main():
    byte_s = BITS / int(sys.argv[1])
    (master, master_name, _a), (units, units_name, _b) = end(), end()
    other = {master: units, units: master}
    waiting, free = [], 0.0
    talking, requests, silence = None, 0, None
    print(master_name, units_name, flush=True)
    while True:
        now = time.monotonic()
        left = max(0.0, waiting[0][0] - now) if waiting else None
        ready = select.select([master, units, sys.stdin], [], [], left)[0]
        if sys.stdin in ready:
            if not sys.stdin.readline():
                return
            print(json.dumps({"requests": requests, "silence_ms": silence and silence * 1000}), flush=True)
        for far in (master, units):
            if far in ready:
                now = time.monotonic()
                if far == master and (talking != master or now > free):
                    requests += 1
                    if requests > 1:
                        silence = min(now - free, silence if silence is not None else now)
                talking = far
                for byte in os.read(far, 512):
                    free = max(now, free) + byte_s
                    waiting.append((free, other[far], byte))
        while waiting and waiting[0][0] <= time.monotonic():
            _, to, byte = waiting.pop(0)
            os.write(to, bytes([byte]))


main()
