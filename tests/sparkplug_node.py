"""An edge node of Sparkplug B, by pysparkplug: node `Edge 1` of group `County`, with one device.

    sparkplug_node.py PORT

Each line of standard input is an object: `device` (its name, or null for the node itself) and `metrics`, each with `name` or `alias`,
`value`, `timestamp` in milliseconds, and `historical` where it is. A metric by alias is published as data that a birth has not announced.
Says `connected`, `done` for each line, and `command NAME` for each metric of a command.
"""

import json
import sys

import pysparkplug
from pysparkplug import DataType, DData, Device, EdgeNode, Message, MessageType, Metric, NData, QoS, Topic

NAMES = {None: ["Inputs/Level", "Spare"], "Pump 1": ["Power", "Running"]}
TYPES = {"Inputs/Level": DataType.DOUBLE, "Spare": DataType.INT32, "Power": DataType.FLOAT, "Running": DataType.BOOLEAN}
GROUP, NODE = "County", "Edge 1"


def say(text):
    print(text, flush=True)


def metric(name, value=None, timestamp=None, alias=None, historical=False):
    kind = TYPES.get(name, DataType.DOUBLE)
    return Metric(
        timestamp=timestamp, name=name, datatype=kind, value=value, alias=alias, is_historical=historical, is_null=value is None
    )


def commanded(_node, message):
    for one in message.payload.metrics:
        say(f"command {one.name} {one.value}")


def main():
    now = pysparkplug.get_current_timestamp()
    node = EdgeNode(GROUP, NODE, [metric(name, timestamp=now) for name in NAMES[None]], cmd_callback=commanded)
    device = Device("Pump 1", [metric(name, timestamp=now) for name in NAMES["Pump 1"]])
    node.register(device)
    node.connect("127.0.0.1", port=int(sys.argv[1]))
    say("connected")
    for line in sys.stdin:
        asked = json.loads(line)
        metrics = [metric(one.pop("name", None), **one) for one in asked["metrics"]]
        if any(one.name is None for one in metrics):
            name, data = (MessageType.DDATA, DData) if asked["device"] else (MessageType.NDATA, NData)
            topic = Topic(message_type=name, group_id=GROUP, edge_node_id=NODE, device_id=asked["device"])
            payload = data(timestamp=pysparkplug.get_current_timestamp(), seq=node._seq, metrics=tuple(metrics))
            node._client.publish(Message(topic=topic, payload=payload, qos=QoS.AT_MOST_ONCE, retain=False), include_dtypes=False)
        elif asked["device"]:
            node.update_device(asked["device"], metrics)
        else:
            node.update(metrics)
        say("done")
    node.disconnect()


main()
