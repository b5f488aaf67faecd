//! Options of queries, right and wrong.

use super::*;
use crate::locales::{Lang, within};

fn pairs(text: &str) -> Pairs {
    super::super::address::pairs(text).unwrap()
}

fn read(text: &str, kind: Kind) -> Options {
    match Options::read(pairs(text), kind, false) {
        Ok(options) => options,
        Err(problem) => panic!("{text}: {problem:?}"),
    }
}

#[test]
fn options_are_read_with_their_usual_values() {
    let usual = read("lang=en&$count=false", Kind::Thing);
    assert_eq!((usual.top, usual.skip, usual.count), (TOP_USUAL, 0, false));
    let asked = read(
        "$top=5000&$skip=3&$count=true&$select=name,@iot.id&$orderby=name+DESC,id&$filter=name+eq+%27a%27",
        Kind::Thing,
    );
    assert_eq!((asked.top, asked.skip, asked.count), (TOP_MAX, 3, true));
    assert_eq!(asked.select.unwrap(), ["name", "@iot.id"]);
    assert_eq!(asked.order, [(vec!["name".into()], true), (vec!["id".into()], false)]);
    assert_eq!(asked.filter.unwrap().to_string(), "(name eq 'a')");
}

#[test]
fn expansions_hold_options_of_their_own_and_paths_are_put_together() {
    let asked = read(
        "$expand=Datastreams($select=name;$expand=Observations($filter=result gt 1 and \
         (result lt 3);$top=1;$orderby=phenomenonTime desc)),Locations",
        Kind::Thing,
    );
    let [(first, streams), (second, _)] = &asked.expand[..] else { panic!("{asked:?}") };
    assert_eq!((*first, *second), ("Datastreams", "Locations"));
    let (name, observations) = &streams.expand[0];
    assert_eq!((*name, observations.top, observations.order[0].1), ("Observations", 1, true));
    assert!(observations.filter.is_some());

    let asked = read("$expand=Datastreams/Sensor,Datastreams/ObservedProperty", Kind::Thing);
    let names: Vec<&str> = asked.expand[0].1.expand.iter().map(|(name, _)| *name).collect();
    assert_eq!((asked.expand.len(), &names[..]), (1, &["Sensor", "ObservedProperty"][..]));
}

#[test]
fn each_option_that_is_wrong_is_named_with_its_rule() {
    let deep = format!("$expand={}Datastream", "Datastream/Observations/".repeat(4));
    let many = format!("$expand={}", vec!["Datastream"; 21].join(","));
    let names = format!("$select={}", vec!["result"; 31].join(","));
    for (text, place, says) in [
        ("$fliter=a", "query", "did you mean $filter"),
        ("filter=result gt 5", "query", "did you mean $filter"),
        ("top=5", "query", "did you mean $top"),
        ("station=pond-1", "query", "the parameters are"),
        ("lang=fr", "lang", "`zh` or `en`"),
        ("lang=en&lang=zh", "lang", "twice"),
        ("$expand=Datastream(lang=en)", "$expand", "semicolons"),
        ("$filter=result gt", "$filter:10", "expected here"),
        ("$filter=reslt gt 5", "$filter", "did you mean result"),
        ("$top=-1", "$top", "whole number"),
        ("$top=", "$top", "whole number"),
        ("$skip=99999999999", "$skip", "whole number"),
        ("$count=yes", "$count", "`true` or `false`"),
        ("$select=resultt", "$select", "did you mean result"),
        ("$orderby=result sideways", "$orderby", "`asc` or `desc`"),
        ("$orderby=result asc asc", "$orderby", "`asc` or `desc`"),
        ("$orderby=nothing", "$orderby", "they have"),
        ("$orderby=parameters desc", "$orderby", "name a member"),
        ("$orderby=FeatureOfInterest/feature", "$orderby", "name a member"),
        ("$expand=Thing", "$expand", "they have"),
        ("$expand=Datastream(top=1)", "$expand", "semicolons"),
        ("$expand=Datastream($top=x)", "$expand/Datastream/$top", "whole number"),
        ("$expand=Datastream($top=1)", "$expand/Datastream/$top", "it is for sets"),
        (
            "$expand=Datastream($expand=Thing($filter=name eq 'a'))",
            "$expand/Datastream/$expand/Thing/$filter",
            "it is for sets",
        ),
        ("$expand=Datastream($top=1", "$expand", "closing parenthesis"),
        ("$skiptoken=pond-1", "$skiptoken", "nextLink"),
        ("$top=1&$top=2", "$top", "twice"),
        ("$resultFormat=dataArray", "$resultFormat", "JSON"),
        (&deep, "$expand/Datastream/$expand", "deep at most"),
        (&many, "$expand", "expands 20"),
        (&names, "$select", "30 names"),
    ] {
        let problem = Options::read(pairs(text), Kind::Observation, false).unwrap_err();
        let said = within(Lang::English, || format!("{problem:?}"));
        assert!(said.contains(&format!("place: Some(\"{place}")), "{text:.60}: {said}");
        assert!(said.contains(says), "{text:.60}: {said}");
    }
    let one = Options::read(pairs("$top=1"), Kind::Thing, true).unwrap_err();
    assert!(within(Lang::English, || format!("{one:?}")).contains("it is for sets"));
    assert!(Options::read(pairs("$select=name&$expand=Locations"), Kind::Thing, true).is_ok());
}
