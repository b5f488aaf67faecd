"""What frost_sta_client, a client of other people's, sees of a hub: prints it as JSON.

Usage: sensorthings_client.py URL STATION SERIES
"""

import json
import os
import sys

# A proxy of this machine does not know the hub.
os.environ["NO_PROXY"] = "*"

import frost_sta_client as sta  # noqa: E402


def main():
    url, station, series = sys.argv[1:4]
    service = sta.SensorThingsService(url)

    def observations(datastream):
        return datastream.get_observations().query()

    things = list(service.things().query().top(7).list())
    one = service.things().find(station)
    expanded = service.things().query().filter(f"id eq '{station}'")
    expanded = expanded.expand("Datastreams($expand=ObservedProperty,Sensor),Locations").list()
    expanded = list(expanded)
    datastream = service.datastreams().find(series)
    of_station = list(one.get_datastreams().query().list())
    pages = list(observations(datastream).top(97).list())
    newest = list(observations(datastream).orderby("phenomenonTime").top(3).list().entities)
    counted = observations(datastream).count().top(1).list()
    selected = observations(datastream).select("id", "result").top(1).list().entities[0]
    narrow = observations(datastream).filter(
        "phenomenonTime ge 2022-08-01T10:00:00Z and phenomenonTime lt 2022-08-01T11:00:00Z and result gt 98.6"
    )
    by_path = service.observations().query().filter(
        f"Datastream/Thing/id eq '{station}' and Datastream/ObservedProperty/name eq 'level' and result lt 98.02"
    )
    try:
        service.things().query().filter("nmae eq 'a'").list()
        refused = None
    except Exception as error:
        refused = error.response.status_code
    print(
        json.dumps(
            {
                "things": [[thing.id, thing.name] for thing in things],
                "one": [one.id, one.name, one.properties["kind"]],
                "expanded": [
                    [
                        stream.id,
                        stream.observed_property.name,
                        stream.sensor.name,
                        stream.unit_of_measurement.symbol,
                    ]
                    for thing in expanded
                    for stream in thing.datastreams
                ],
                "of_station": [stream.id for stream in of_station],
                "pages": [[one.id, one.phenomenon_time, one.result] for one in pages],
                "newest": [one.phenomenon_time for one in newest],
                "count": counted.count,
                "selected": [selected.id, selected.result, selected.phenomenon_time],
                "narrow": [one.result for one in narrow.list()],
                "by_path": [one.result for one in by_path.list()],
                "refused": refused,
            }
        )
    )


main()
