"""What pysparkplug reads in the messages of a JSON array on standard input, where data follow their births.

A message is [topic, payload in hexadecimal]. Prints a list of messages, each with the metrics as (name, type, value, whether it is
historical, whether it is null, time).
"""

import json
import sys

from pysparkplug import MessageType, Topic


def main():
    births = {}
    read = []
    for text, payload in json.load(sys.stdin):
        topic = Topic.from_str(text)
        assert str(topic) == text
        of = (topic.edge_node_id, topic.device_id)
        decode = topic.message_type.payload.decode
        message = decode(bytes.fromhex(payload), birth=births.get(of))
        if topic.message_type in (MessageType.NBIRTH, MessageType.DBIRTH):
            births[of] = message
        death = topic.message_type == MessageType.NDEATH
        metrics = [message.bd_seq_metric] if death else message.metrics
        read.append(
            {
                "group": topic.group_id,
                "type": str(topic.message_type),
                "node": topic.edge_node_id,
                "device": topic.device_id,
                "seq": None if death else message.seq,
                "metrics": [
                    [m.name, m.datatype.name, m.value, m.is_historical, m.is_null, m.timestamp] for m in metrics
                ],
            }
        )
    json.dump(read, sys.stdout)


main()
