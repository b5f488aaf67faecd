"""A Modbus server of pymodbus for the integration tests.

    python pymodbus_server.py '{"1": {"4": [2350]}, "2": {"8192": [17252, 0]}}' [rtu | TTY]

The argument gives holding registers by unit and address. The server takes a free port of 127.0.0.1, prints it as its first
line, and serves Modbus TCP, or RTU frames over TCP, until its standard input ends. On a serial port it serves RTU frames and
prints 0. A line on standard input, of the same form, changes registers; the server
answers it with a line "changed".
"""

import asyncio
import json
import logging
import sys

from pymodbus import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

WRITE_REGISTERS = 16


def parse(text):
    """Registers by unit and address."""
    units = json.loads(text)
    return {
        int(unit): {int(address): words for address, words in blocks.items()}
        for unit, blocks in units.items()
    }


def device(unit, blocks):
    """A unit that holds these registers and no others: reading elsewhere brings exception 2."""
    return SimDevice(
        unit,
        simdata=[
            SimData(address, values=list(words), datatype=DataType.REGISTERS)
            for address, words in sorted(blocks.items())
        ],
    )


async def main():
    logging.disable(logging.ERROR)
    units = parse(sys.argv[1])
    devices = [device(unit, blocks) for unit, blocks in units.items()]
    kind = sys.argv[2] if len(sys.argv) > 2 else "tcp"
    # The units of one line see each other's requests: those of others are for others to answer.
    if kind in ("tcp", "rtu"):
        framer = FramerType.RTU if kind == "rtu" else FramerType.SOCKET
        server = ModbusTcpServer(devices, framer=framer, address=("127.0.0.1", 0), ignore_missing_devices=kind == "rtu")
    else:
        server = ModbusSerialServer(devices, port=kind, baudrate=9600, ignore_missing_devices=True)
    await server.serve_forever(background=True)
    print(server.transport.sockets[0].getsockname()[1] if kind in ("tcp", "rtu") else 0, flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        for unit, blocks in parse(line).items():
            for address, words in blocks.items():
                await server.async_setValues(unit, WRITE_REGISTERS, address, words)
        print("changed", flush=True)
    await server.shutdown()


asyncio.run(main())
