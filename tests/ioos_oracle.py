"""Flags of ioos-qc on random regular series and on the cases in which a gateway differs, as JSON.

    python ioos_oracle.py SEED COUNT
"""

import json
import random
import sys
import warnings

import numpy as np
from ioos_qc import qartod

INTERVAL_S = 300
BEGUN_S = 1_660_000_000


def series(chance):
    """A walk around a level, below zero too, with steps, spikes and spells in which nothing moves."""
    value, values = chance.uniform(-3, 3), []
    while len(values) < 120:
        kind = chance.random()
        if kind < 0.08:
            values += [value] * chance.randint(2, 14)
        elif kind < 0.14:
            values.append(value + chance.choice([-1, 1]) * chance.uniform(0.02, 1.5))
        elif kind < 0.18:
            value += chance.uniform(-0.6, 0.6)
        else:
            value += chance.gauss(0, 0.01)
            values.append(value)
    return [round(value, 3) for value in values[:120]]


def times(seconds):
    return np.array([int((BEGUN_S + s) * 1000) for s in seconds], dtype="datetime64[ms]")


def spike_behind(inp, tinp):
    """Their differential test of each reading between the two that came before it, as a gateway has to make it."""
    flags = np.full(inp.size, 2)
    for n in range(2, inp.size):
        flags[n] = qartod.spike_test(inp[[n - 1, n, n - 2]], 0.05025, 0.20025, method="differential")[1]
    return flags


TESTS = {
    # Thresholds lie between the values that three decimals can make, so that no rounding decides.
    "gross": lambda inp, tinp: qartod.gross_range_test(inp, (-2.5005, 2.5005), (-1.0005, 1.5005)),
    "spike_behind": spike_behind,
    "spike": lambda inp, tinp: qartod.spike_test(inp, 0.05025, 0.20025),
    "rate": lambda inp, tinp: qartod.rate_of_change_test(inp, tinp, 0.5001 / 3600, fail_threshold=5.0001 / 3600),
    "flat": lambda inp, tinp: qartod.flat_line_test(inp, tinp, 1200, 2400, tolerance=0.0015),
    "flat_0": lambda inp, tinp: qartod.flat_line_test(inp, tinp, 1200, 2400, tolerance=0),
    "attenuated": lambda inp, tinp: qartod.attenuated_signal_test(inp, tinp, 0.0100317, 0.0030071, test_period=3600, min_obs=6),
    "attenuated_any": lambda inp, tinp: qartod.attenuated_signal_test(inp, tinp, 0.0100317, 0.0030071, test_period=3600),
    "gap": lambda inp, tinp: qartod.time_gap_test(tinp, fail_span=0.25),
}


def case(values, seconds, *tests):
    inp = np.array([np.nan if value is None else value for value in values], dtype=float)
    tinp = times(seconds)
    flags = {test: [int(flag) for flag in np.ma.filled(TESTS[test](inp, tinp), 0)] for test in tests}
    return {"values": values, "seconds": seconds, "flags": flags}


def main():
    warnings.simplefilter("ignore")
    chance = random.Random(int(sys.argv[1]))
    regular = [i * INTERVAL_S for i in range(120)]
    all_tests = "gross", "spike_behind", "rate", "flat", "attenuated", "gap"
    cases = [case(series(chance), regular, *all_tests) for _ in range(int(sys.argv[2]))]
    every = [i * INTERVAL_S for i in range(12)]
    still = [1.0] * 12
    differences = {
        "missing": case([1.0, 1.0, None, 1.9] + [1.9] * 8, every, "rate"),
        "spike": case([1.0, 1.0, 1.0, 1.0, 2.0] + [1.0] * 7, every, "spike", "rate"),
        "twice a second": case([1.0, 1.0, 1.0, 1.001, 1.002] + [1.002] * 7, [0.5 * i for i in range(12)], "rate"),
        "irregular": case(still, [60 * i for i in range(11)] + [1260], "flat"),
        "still": case(still, every, "flat", "flat_0", "attenuated", "attenuated_any"),
        "gap": case(still, [0, 1800] + [1800 + 300 * i for i in range(1, 11)], "gap"),
    }
    print(json.dumps({"random": cases, "differences": differences}))


main()
