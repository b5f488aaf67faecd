//! MQTT, at the gateway and at the hub. Only this module names rumqttc.
