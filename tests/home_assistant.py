"""Whether Home Assistant takes the messages of a JSON array on standard input, by its own code.

A message is [topic, payload]. Usage: home_assistant.py DIRECTORY, which holds the wheel of homeassistant; only the code of its MQTT
integration is loaded, from the wheel as it is. Prints for each configuration what Home Assistant has made of it, and for each state
what the templates of its configuration say of it, with the state class and unit that the class of the entity allows.
"""

import glob
import json
import sys

sys.path.insert(0, glob.glob(f"{sys.argv[1]}/homeassistant-*.whl")[0])

from homeassistant.components.binary_sensor import BinarySensorDeviceClass  # noqa: E402
from homeassistant.components.mqtt import binary_sensor, sensor  # noqa: E402
from homeassistant.components.mqtt.discovery import TOPIC_MATCHER  # noqa: E402
from homeassistant.components.sensor.const import (  # noqa: E402
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
    SensorDeviceClass,
)
from homeassistant.helpers.template import TemplateEnvironment  # noqa: E402

PREFIX = "homeassistant/"
SCHEMAS = {"sensor": sensor.DISCOVERY_SCHEMA, "binary_sensor": binary_sensor.DISCOVERY_SCHEMA}


def config(topic, payload):
    """What Home Assistant makes of a configuration, and where that is not what its class allows."""
    place = TOPIC_MATCHER.match(topic.removeprefix(PREFIX))
    assert place, f"no topic of a configuration: {topic}"
    component = place.group("component")
    given = json.loads(payload)
    known = SCHEMAS[component](given)
    wrong = [key for key in given if key not in known and key not in ("default_entity_id", "origin")]
    device_class = known.get("device_class")
    if component == "binary_sensor":
        BinarySensorDeviceClass(device_class)
    elif device_class is not None:
        device_class = SensorDeviceClass(device_class)
        if device_class in DEVICE_CLASS_UNITS and known.get("unit_of_measurement") not in DEVICE_CLASS_UNITS[device_class]:
            wrong.append("unit_of_measurement")
        state_class = known.get("state_class")
        if state_class is not None and state_class not in DEVICE_CLASS_STATE_CLASSES[device_class]:
            wrong.append("state_class")
    return {"object": place.group("object_id"), "component": component, "wrong": wrong, "given": given}


def main():
    environment = TemplateEnvironment(None, False, False, None)
    configs, states = {}, []
    for topic, payload in json.load(sys.stdin):
        if topic.startswith(PREFIX):
            made = config(topic, payload)
            configs[made["given"]["state_topic"]] = made
        elif topic in configs:
            given = configs[topic]["given"]
            filled = {"value": payload, "value_json": json.loads(payload)}
            value, attributes = (
                environment.from_string(given[key]).render(**filled)
                for key in ("value_template", "json_attributes_template")
            )
            states.append([configs[topic]["object"], value, json.loads(attributes)])
    json.dump({"configs": list(configs.values()), "states": states}, sys.stdout)


main()
