"""Runs a command at a terminal and types into it.

Arguments: a JSON list of [text, line] and the command with its arguments. Each line is typed when its text has been
shown since the line before; a line of null ends the input. Prints everything that the terminal showed, and ends with
the command's exit code.
"""

import json
import os
import pty
import select
import sys

# Longest wait for the command to show something, s. Generous: it costs time only where a test fails.
SILENCE_MAX = 60


def main():
    steps = json.loads(sys.argv[1])
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    shown, since = b"", 0
    while True:
        while steps and steps[0][0].encode() in shown[since:]:
            line = steps.pop(0)[1]
            since = len(shown)
            # The control character that ends the input, at the beginning of a line.
            os.write(terminal, b"\x04" if line is None else line.encode() + b"\n")
        ready, _, _ = select.select([terminal], [], [], SILENCE_MAX)
        if not ready:
            break
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            # Linux says it so that the other end is closed.
            piece = b""
        if not piece:
            break
        shown += piece
    sys.stdout.buffer.write(shown)
    sys.stdout.flush()
    if steps:
        sys.exit(f"never shown: {steps[0][0]}")
    _, status = os.waitpid(pid, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
