"""What readings a gateway has had, and whether the office has all of them.

    python3 readings.py last SPOOL              the last number in the spool
    python3 readings.py layout FILE [NUMBER]    the layout that the file of SQLite is said to have; with a number, it is given that
    python3 readings.py whole EXPORT            fails unless each number from 1 on is there once; prints how many readings
    python3 readings.py values EXPORT SERIES... fails unless each of the series has a value
    python3 readings.py arrived EXPORT CSV      fails unless each reading of the export is in the office's table

EXPORT is what `hanqing export --spool SPOOL --all` has written, CSV what `hanqing export -c hub.toml --format csv` has.
"""

import csv
import datetime
import gzip
import json
import sqlite3
import sys


def batches(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            batch = json.loads(line)
            station = None
            # One that begins with a slash is of the station before.
            for n, series in enumerate(batch["series"]):
                station = series.split("/")[0] or station
                batch["series"][n] = f"{station}/{series.split('/')[1]}"
            yield batch


def last(spool):
    connection = sqlite3.connect(f"file:{spool}?mode=ro", uri=True)
    print(connection.execute("SELECT coalesce(max(seq), 0) FROM batch").fetchone()[0])


def layout(path, *number):
    connection = sqlite3.connect(path)
    if number:
        connection.execute(f"PRAGMA user_version = {int(number[0])}")
        # Into the file itself, also while the gateway has it open.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(connection.execute("PRAGMA user_version").fetchone()[0])


def whole(path):
    numbers, readings, epochs = [], 0, set()
    for batch in batches(path):
        numbers.append(batch["seq"])
        epochs.add(batch["epoch"])
        readings += len(batch["readings"])
    if len(epochs) != 1:
        sys.exit(f"the spool has had {len(epochs)} lives: {epochs}")
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        missing = sorted(set(range(1, max(numbers, default=1) + 1)) - set(numbers))
        sys.exit(f"{len(numbers)} batches, of which are missing {missing[:20]}")
    print(readings)


def values(path, *wanted):
    having = set()
    for batch in batches(path):
        having.update(batch["series"][reading[0]] for reading in batch["readings"] if reading[2] is not None)
    if not having.issuperset(wanted):
        sys.exit(f"values only of {sorted(having)}")


def arrived(path, table):
    stored = set()
    with open(table, encoding="utf-8-sig", newline="") as rows:
        for row in csv.DictReader(rows):
            at = datetime.datetime.fromisoformat(row["observed_at"])
            stored.add((f"{row['station']}/{row['parameter']}", round(at.timestamp() * 1000)))
    sent = set()
    for batch in batches(path):
        for reading in batch["readings"]:
            sent.add((batch["series"][reading[0]], batch["at"] + reading[1]))
    if not sent:
        sys.exit("the gateway has had no reading")
    lost = sent - stored
    if lost:
        sys.exit(f"{len(lost)} of {len(sent)} readings are not in the office's table, such as {sorted(lost)[:3]}")
    print(len(sent))


if __name__ == "__main__":
    {"last": last, "layout": layout, "values": values, "whole": whole, "arrived": arrived}[sys.argv[1]](*sys.argv[2:])
