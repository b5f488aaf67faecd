//! The view over its router, with a hub whose answers are known.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::core::Role;
use crate::users::Session;
use crate::web::test_kit::{Kit, asked};

struct Asker {
    kit: Kit,
    session: Session,
}

/// A path as it is sent: what is no ASCII, and blanks, are encoded.
fn plain(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'!'..=b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    path.bytes().map(byte).collect()
}

const BASE: &str = "http://127.0.0.1:8080/sta/v1.1";

impl Asker {
    async fn new() -> Self {
        let kit = Kit::new();
        let session = kit.session(Role::Viewer).await;
        Self { kit, session }
    }

    /// What stands at a path, below the view's root or with its whole address.
    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let path = path.strip_prefix(BASE).unwrap_or(path);
        let path = plain(&format!("/sta/v1.1{path}"));
        let english = [("accept-language", "en")];
        let request = asked(Method::GET, &path, Some(&self.session), &english, "");
        let answer = self.kit.ask(request).await;
        let text = || Value::from(answer.body.clone());
        let value = serde_json::from_str(&answer.body).unwrap_or_else(|_| text());
        (answer.status, value)
    }

    async fn found(&self, path: &str) -> Value {
        let (status, value) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {value}");
        value
    }

    /// The ids at a path.
    async fn ids(&self, path: &str) -> Vec<String> {
        let value = self.found(path).await;
        let entities = value["value"].as_array().unwrap_or_else(|| panic!("{path}: {value}"));
        entities.iter().map(|one| one["@iot.id"].as_str().unwrap_or("?").to_owned()).collect()
    }
}

#[tokio::test]
async fn the_root_names_the_sets_under_the_address_that_was_asked() {
    let asker = Asker::new().await;
    for path in ["", "/"] {
        let root = asker.found(path).await;
        assert_eq!(root["value"][0], json!({ "name": "Things", "url": format!("{BASE}/Things") }));
        assert_eq!(root["value"].as_array().unwrap().len(), 8);
        let classes = root["serverSettings"]["conformance"].as_array().unwrap();
        assert!(
            classes[0]
                .as_str()
                .unwrap()
                .starts_with("http://www.opengis.net/spec/iot_sensing/1.1/req/")
        );
        for set in root["value"].as_array().unwrap() {
            asker.found(set["url"].as_str().unwrap()).await;
        }
    }
}

#[tokio::test]
async fn every_link_of_an_entity_leads_somewhere() {
    let asker = Asker::new().await;
    let mut seen = std::collections::BTreeSet::new();
    let mut waiting = vec![BASE.to_owned()];
    while let Some(address) = waiting.pop() {
        if !seen.insert(address.clone()) {
            continue;
        }
        let (status, value) = asker.get(&address).await;
        assert!(matches!(status, StatusCode::OK), "{address}: {status} {value}");
        let mut look = vec![value];
        while let Some(at) = look.pop() {
            match at {
                Value::Array(all) => look.extend(all),
                Value::Object(members) => look.extend(members.into_iter().map(|(_, one)| one)),
                Value::String(text) if text.starts_with(BASE) => waiting.push(text),
                _ => {}
            }
        }
    }
    // The root, 8 sets, 2 stations as things and features, one location, 3 series, 15 readings, and their relations.
    assert!(seen.len() > 60, "{seen:#?}");
}

#[tokio::test]
async fn entities_say_what_the_township_says() {
    let asker = Asker::new().await;
    assert_eq!(asker.ids("/Things").await, ["pond-1", "pump-1"]);
    assert_eq!(asker.ids("/Locations").await, ["pond-1"]);
    assert_eq!(asker.ids("/HistoricalLocations").await, [""; 0]);
    let streams = ["pond-1/level", "pump-1/energy_total", "pump-1/power"];
    let mut found = asker.ids("/Datastreams").await;
    found.sort();
    assert_eq!(found, streams);
    assert_eq!(asker.ids("/Sensors").await, ["radar-level", "unknown"]);
    assert_eq!(asker.ids("/Datastreams('pump-1%2Fpower')/Sensor/Datastreams").await.len(), 2);

    let pond = asker.found("/Things('pond-1')").await;
    assert_eq!(pond["name"], "门口塘");
    assert_eq!(pond["properties"]["kind"], "pond");
    assert_eq!(pond["@iot.selfLink"], format!("{BASE}/Things('pond-1')"));
    let link = format!("{BASE}/Things('pond-1')/Datastreams");
    assert_eq!(pond["Datastreams@iot.navigationLink"], link);
    let place = asker.found("/Things('pond-1')/Locations").await;
    let point = json!({ "type": "Point", "coordinates": [114.9, 25.8] });
    assert_eq!(place["value"][0]["location"], point);
    assert_eq!(asker.ids("/Things('pump-1')/Locations").await, [""; 0]);
    let feature = asker.found("/FeaturesOfInterest('pump-1')/feature").await;
    assert_eq!(feature["feature"]["geometry"], Value::Null);

    let level = asker.found("/Datastreams('pond-1/level')").await;
    assert_eq!(level["@iot.selfLink"], format!("{BASE}/Datastreams('pond-1%2Flevel')"));
    assert_eq!(level["unitOfMeasurement"]["definition"], "http://qudt.org/vocab/unit/M");
    assert_eq!(level["phenomenonTime"], "2022-08-01T00:00:00Z/2022-08-01T00:04:00Z");
    assert_eq!(level["observedArea"], point);
    assert_eq!(level["properties"], json!({ "kind": "gauge" }));
    // That a reading ahead of the clock is left out is said.
    let power = asker.found("/Datastreams('pump-1%2Fpower')").await;
    assert_eq!(power["properties"]["aheadAt"], "2022-08-01T08:04:00Z");
    let ahead = asker.ids("/Datastreams?$filter=properties/aheadAt ne null").await;
    assert_eq!(ahead, ["pump-1/power"]);
    let property = asker.found("/Datastreams('pond-1/level')/ObservedProperty").await;
    assert_eq!((&property["@iot.id"], &property["name"]), (&json!("level"), &json!("level")));
}

#[tokio::test]
async fn observations_say_what_counts_what_came_and_how_good_it_is() {
    let asker = Asker::new().await;
    let all = asker.found("/Datastreams('pond-1/level')/Observations?$count=true").await;
    assert_eq!(all["@iot.count"], 5);
    assert_eq!(all.get("@iot.nextLink"), None);
    let of = |number: usize| &all["value"][number];
    assert_eq!(of(0)["phenomenonTime"], of(0)["resultTime"]);
    assert_eq!(of(0)["result"], 0.0);
    let good = json!({ "flag": 1, "name": "good", "reason": null, "counts": true });
    assert_eq!(of(0)["resultQuality"], good);
    assert_eq!(of(1)["result"], Value::Null);
    assert_eq!(of(1)["resultQuality"]["reason"], "timeout");
    assert_eq!(
        (&of(2)["result"], &of(2)["parameters"]),
        (&json!(12.0), &json!({ "asItCame": 2.0 }))
    );
    assert_eq!((&of(3)["result"], &of(3)["resultQuality"]["counts"]), (&json!(3.0), &json!(false)));
    let id = of(0)["@iot.id"].as_str().unwrap();
    assert_eq!(id, "pond-1/level/1659312000000");
    assert_eq!(asker.found(of(0)["@iot.selfLink"].as_str().unwrap()).await["@iot.id"], id);
    let thing = asker.found(&format!("/Observations('{id}')/Datastream/Thing/name/$value")).await;
    assert_eq!(thing, "门口塘");
}

#[tokio::test]
async fn properties_values_and_references_stand_alone() {
    let asker = Asker::new().await;
    assert_eq!(asker.found("/Things('pond-1')/name").await, json!({ "name": "门口塘" }));
    let kind = asker.found("/Things('pond-1')/properties/$value").await;
    assert_eq!(kind["kind"], "pond");
    let missing = "/Observations('pond-1/level/1659312060000')/result";
    for path in [missing.to_owned(), format!("{missing}/$value")] {
        assert_eq!(asker.get(&path).await.0, StatusCode::NO_CONTENT);
    }
    assert_eq!(asker.found("/Observations('pond-1/level/1659312000000')/result/$value").await, 0.0);
    for name in ["id", "@iot.id"] {
        let id = asker.found(&format!("/Datastreams('pond-1%2Flevel')/{name}")).await;
        assert_eq!(id, json!({ "@iot.id": "pond-1/level" }));
    }
    assert_eq!(asker.found("/Things('pond-1')/id/$value").await, "pond-1");
    let links = asker.found("/Things('pump-1')/Datastreams/$ref?$top=1").await;
    let link = format!("{BASE}/Datastreams('pump-1%2Fenergy_total')");
    assert_eq!(links["value"], json!([{ "@iot.selfLink": link }]));
    let next = links["@iot.nextLink"].as_str().unwrap();
    assert!(next.starts_with(&format!("{BASE}/Things('pump-1')/Datastreams/$ref?")), "{next}");
    assert_eq!(asker.found(next).await["value"].as_array().unwrap().len(), 1);
    let one = asker.found("/Datastreams('pump-1/power')/Thing/$ref").await;
    assert_eq!(one, json!({ "@iot.selfLink": format!("{BASE}/Things('pump-1')") }));
}

#[tokio::test]
async fn filters_choose_by_own_values_and_by_those_of_relations() {
    let asker = Asker::new().await;
    for (path, count) in [
        ("/Observations?$filter=result ge 2 and Datastream/id eq 'pond-1/level'", 3),
        ("/Observations?$filter=Datastream/Thing/id eq 'pump-1'", 10),
        ("/Observations?$filter=Datastream/ObservedProperty/name eq 'level'", 5),
        ("/Observations?$filter=FeatureOfInterest/name eq '东门''一''号' and result eq 12", 2),
        ("/Observations?$filter=resultQuality/flag eq 9 or resultQuality/reason eq 'spike'", 6),
        ("/Observations?$filter=result eq null", 3),
        ("/Observations?$filter=minute(phenomenonTime) eq 4", 3),
        (
            "/Observations?$filter=phenomenonTime gt 2022-08-01T00:00:00Z and 2022-08-01T00:02:00Z ge resultTime",
            6,
        ),
        ("/Observations?$filter=phenomenonTime eq 2022-08-01T00:01:00Z", 3),
        (
            "/Observations?$filter=phenomenonTime gt 2022-08-01T00:00:59.9999Z and phenomenonTime lt 2022-08-01T00:01:00.0001Z",
            3,
        ),
        ("/Observations?$filter=phenomenonTime gt 2023-08-01T00:00:00Z", 0),
        ("/Observations?$filter=Datastream/Thing/properties/kind eq 'well' or result eq 4", 3),
        (
            "/Datastreams?$filter=Thing/properties/kind eq 'pump' and unitOfMeasurement/symbol eq 'kW'",
            1,
        ),
        ("/Datastreams?$filter=phenomenonTime lt 2022-08-01T00:04:01Z", 3),
        ("/Datastreams?$filter=phenomenonTime lt 2022-08-01T00:04:00Z", 0),
        ("/Things?$filter=substringof('塘',name) or id eq 'pump-1'", 2),
        ("/Things?$filter=not (name eq '门口塘')", 1),
        // As QGIS asks for what is on its map, and for the kinds of geometry that there are.
        (
            "/Locations?$top=200&$count=false&$filter=(location/type eq 'Point' or location/geometry/type eq 'Point') and (geo.intersects(location, geography'Polygon ((114 25, 115 25, 115 26, 114 26, 114 25))'))",
            1,
        ),
        (
            "/Locations?$filter=geo.intersects(location, geography'POLYGON((0 25, 1 25, 1 26, 0 26, 0 25))')",
            0,
        ),
        (
            "/Datastreams?$filter=st_within(observedArea, geography'POLYGON((114 25, 115 25, 115 26, 114 26, 114 25))')",
            1,
        ),
        (
            "/Observations?$filter=st_intersects(FeatureOfInterest/feature, geography'POLYGON((114 25, 115 25, 115 26, 114 26, 114 25))')",
            5,
        ),
    ] {
        let ids = asker.ids(path).await;
        assert_eq!(ids.len(), count, "{path}: {ids:?}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_until_all_have_been_seen_once() {
    let asker = Asker::new().await;
    for (path, total) in [
        ("/Things?$top=1", 2),
        ("/Datastreams?$top=2&$orderby=phenomenonTime desc,name", 3),
        ("/Observations?$top=4&$count=true", 15),
        ("/Observations?$top=4&$orderby=phenomenonTime desc", 15),
        ("/Observations?$top=4&$orderby=phenomenonTime", 15),
        ("/Observations?$top=4&$orderby=result desc,phenomenonTime", 15),
        ("/Observations?$top=2&$filter=result gt 1 and Datastream/Thing/id eq 'pump-1'", 6),
        ("/Observations?$top=4&$skip=3", 12),
        ("/FeaturesOfInterest('pump-1')/Observations?$top=3&$select=id", 10),
        (
            "/Datastreams('pump-1/power')/Observations?$top=2&$orderby=phenomenonTime desc,id desc",
            5,
        ),
    ] {
        let (mut seen, mut address, mut pages) = (Vec::new(), path.to_owned(), 0);
        loop {
            pages += 1;
            let page = asker.found(&address).await;
            if path.contains("$count") {
                assert_eq!(page["@iot.count"], total);
            }
            let ids =
                page["value"].as_array().unwrap().iter().map(|one| one["@iot.id"].to_string());
            seen.extend(ids);
            match page.get("@iot.nextLink") {
                Some(next) => address = next.as_str().unwrap().to_owned(),
                None => break,
            }
            assert!(pages < 20, "{path}");
        }
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((count, seen.len()), (total, total), "{path}");
    }
}

/// QGIS asks for a page of none to learn how many there are.
#[tokio::test]
async fn a_page_of_none_counts_and_leads_to_no_other() {
    let asker = Asker::new().await;
    for (path, count) in [
        ("/Things?$top=0&$count=true", 2),
        ("/Locations?$top=0&$count=true&$filter=location/type eq 'LineString'", 0),
        ("/Observations?$top=0&$count=true", 15),
        ("/Observations?$top=0&$count=true&$orderby=result", 15),
    ] {
        let page = asker.found(path).await;
        assert_eq!(page, json!({ "@iot.count": count, "value": [] }), "{path}");
    }
}

#[tokio::test]
async fn lists_are_in_the_order_that_is_asked_for() {
    let asker = Asker::new().await;
    assert_eq!(asker.ids("/Things?$orderby=id desc").await, ["pump-1", "pond-1"]);
    assert_eq!(
        asker
            .ids("/Datastreams?$orderby=Thing/properties/kind desc,ObservedProperty/id desc")
            .await,
        ["pump-1/power", "pump-1/energy_total", "pond-1/level"]
    );
    // Of one series the store has this order, and a page leads to the next one by its last reading.
    let of_one = "/Datastreams('pump-1/power')/Observations?$top=1&$orderby=resultTime desc,id";
    let page = asker.found(of_one).await;
    assert_eq!(page["value"][0]["@iot.id"], "pump-1/power/1659312240000");
    assert!(page["@iot.nextLink"].as_str().unwrap().contains("$skiptoken="), "{page}");
    let newest = asker.ids("/Observations?$orderby=phenomenonTime DESC&$top=1").await;
    assert!(newest[0].ends_with("/1659312240000"), "{newest:?}");
    let least = asker.ids("/Datastreams('pond-1/level')/Observations?$orderby=result").await;
    // What is missing comes first.
    assert_eq!(least[0], "pond-1/level/1659312060000");
    assert_eq!(least[4], "pond-1/level/1659312120000");
}

#[tokio::test]
async fn what_is_selected_and_expanded_is_there_and_nothing_else() {
    let asker = Asker::new().await;
    let things = asker.found("/Things?$select=name").await;
    assert_eq!(things["value"][0], json!({ "name": "门口塘" }));
    let path = "/Things('pump-1')?$select=id&$expand=Locations,Datastreams($select=name;$top=1;$count=true;\
                $expand=Observations($select=result;$orderby=phenomenonTime desc;$top=1),ObservedProperty($select=id))";
    let pump = asker.found(path).await;
    assert_eq!(pump["Locations"], json!([]));
    assert_eq!(pump["Datastreams@iot.count"], 2);
    let stream = &pump["Datastreams"][0];
    assert_eq!(stream["Observations"], json!([{ "result": 4.0 }]));
    assert_eq!(stream["ObservedProperty"], json!({ "@iot.id": "energy_total" }));
    assert_eq!(stream.get("Sensor@iot.navigationLink"), None);
    // The rest of what is expanded is where its link says.
    let next = asker.found(stream["Observations@iot.nextLink"].as_str().unwrap()).await;
    assert_eq!(next["value"], json!([{ "result": 3.0 }]));
    let next = asker.found(pump["Datastreams@iot.nextLink"].as_str().unwrap()).await;
    assert_eq!(next["value"][0]["name"], "东门'一'号 power");
    assert_eq!(next["value"][0]["Observations"], json!([{ "result": 4.0 }]));
    let one = asker.found("/Observations?$top=1&$expand=Datastream/Thing,FeatureOfInterest").await;
    assert_eq!(one["value"][0]["Datastream"]["Thing"]["@iot.id"], "pond-1");
}

#[tokio::test]
async fn what_leads_nowhere_says_so_with_a_way_out() {
    let asker = Asker::new().await;
    for (path, status, says) in [
        ("/Thing", 404, "Datastreams"),
        ("/Things('nowhere')", 404, "no such id"),
        ("/Locations('pump-1')", 404, "no such id"),
        ("/Datastreams('stray/level')", 404, "no such id"),
        ("/Observations('pond-1/level/7')", 404, "no such id"),
        ("/Observations('7')", 404, "no such id"),
        ("/HistoricalLocations('a')", 404, "no such id"),
        ("/Things('pond-1')/Datastreams('pump-1/power')", 404, "not in that set"),
        ("/Things('pond-1')/colour", 404, "no such name"),
        ("/Things('pond-1')/name/more", 404, "$value"),
        ("/Things/name", 404, "name the id"),
        ("/Datastreams('pond-1/level')/Thing('pond-1')", 404, "name no id"),
        ("/Things(1)", 400, "in quotes"),
        ("/Things?$fliter=a", 400, "$filter"),
        ("/Things('pond-1')?$top=1", 400, "for sets"),
        ("/Things?filter=name eq 'a'", 400, "did you mean $filter"),
        ("?$top=1", 400, "the parameters are lang"),
        ("/Things('pond-1')/name?$select=id", 400, "the parameters are lang"),
        ("/Things('pond-1')/name/$value?top=1", 400, "the parameters are lang"),
        ("/Things('pond-1')/$ref?$filter=a", 400, "the parameters are lang"),
        ("/Things?$filter=geo.distance(a,b) lt 1", 400, "of places there are"),
        ("/%ff", 400, "UTF-8"),
        ("/Things?a=%ff", 400, "UTF-8"),
        (&format!("/Things?x={}", "a".repeat(12_500)), 400, "bytes at most"),
    ] {
        let (found, problem) = asker.get(path).await;
        assert_eq!(found, status, "{path:.60}: {problem}");
        assert!(problem.to_string().contains(says), "{path:.60}: {problem}");
        assert!(problem["status"] == status && problem.get("detail").is_some(), "{problem}");
    }
}

#[tokio::test]
async fn nothing_can_be_written_and_nobody_unknown_reads() {
    let asker = Asker::new().await;
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let request =
            asked(method, "/sta/v1.1/Things", Some(&asker.session), &[("origin", "")], "");
        let answer = asker.kit.ask(request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("allow"), "GET, HEAD");
        assert!(answer.body.contains("method-not-allowed"), "{}", answer.body);
    }
    for path in ["/sta", "/sta/", "/sta/v1.0/Things"] {
        let answer = asker.kit.get(path, None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        assert!(answer.body.contains("/sta/v1.1"), "{path}: {}", answer.body);
    }
    assert_eq!(asker.kit.get("/sta/v1.1", None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(asker.kit.get("/sta/v1.1/Things", None).await.status, StatusCode::UNAUTHORIZED);
}
