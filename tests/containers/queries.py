"""Lists the queries of a dashboard, each after the word `there` or `absent`: whether a hub that is well has something for it.

    python queries.py DASHBOARD MONITORING.md

Each metric has to be described in MONITORING.md.
"""

import json
import re
import sys

# Told only of what is the case.
SELDOM = {"hanqing_hub_gateway_quarantine_ratio", "hanqing_hub_alarms_open"}
# Readings themselves: docs/scale.md.
READINGS = {"hanqing_v"}


def main():
    dashboard, monitoring = sys.argv[1:]
    with open(monitoring, encoding="utf-8") as file:
        described = set(re.findall(r"hanqing_\w+", file.read()))
    with open(dashboard, encoding="utf-8") as file:
        panels = json.load(file)["panels"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    assert queries
    for query in queries:
        names = set(re.findall(r"hanqing_\w+", query))
        unknown = {name for name in names if name not in described | READINGS}
        if not names or unknown:
            sys.exit(f"{query}: not in {monitoring}: {sorted(unknown)}")
        query = query.replace("$station", ".*").replace("$parameter", ".*").replace("$__rate_interval", "2m").replace("$__interval", "1m")
        print("absent" if names & SELDOM else "there", query, sep="\t")


if __name__ == "__main__":
    main()
