"""Units on a Modbus TCP server of pymodbus that give the next number at each reading, and keep a ledger of what they gave.

    python ledger_device.py UNITS

It takes a tenth of a second over each answer, as slow devices do: a poll of several units can be interrupted half-way.

Unit n holds two holding registers, 0 and 1: the high and the low word of a number. It begins at n million and grows by one with
each request for both, so no number is ever given twice. The server takes a free port of 127.0.0.1, prints it as its first line
and serves until its standard input ends. A line on standard input, whatever it says, is answered with the ledger: a line of JSON,
by unit the numbers given and the milliseconds since 1970 at which each was.
"""

import asyncio
import json
import logging
import sys
import time

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

READ_HOLDING_REGISTERS = 3
MILLION = 1_000_000
TAKES_S = 0.1


def device(unit, given):
    """A unit that notes in `given` what it gives."""

    async def give(function, _start, _address, count, registers, values):
        if function != READ_HOLDING_REGISTERS or count != 2 or values is not None:
            return ExcCodes.ILLEGAL_FUNCTION
        await asyncio.sleep(TAKES_S)
        number = unit * MILLION + len(given) + 1
        registers[0], registers[1] = number >> 16, number & 0xFFFF
        # Before the answer leaves: what the other side has is in the ledger.
        given.append((number, time.time_ns() // 1_000_000))
        return None

    return SimDevice(unit, simdata=[SimData(0, values=[0, 0], datatype=DataType.REGISTERS)], action=give)


async def main():
    logging.disable(logging.ERROR)
    ledger = {unit: [] for unit in range(1, int(sys.argv[1]) + 1)}
    devices = [device(unit, given) for unit, given in ledger.items()]
    server = ModbusTcpServer(devices, address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    print(server.transport.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(ledger), flush=True)
    await server.shutdown()


asyncio.run(main())
