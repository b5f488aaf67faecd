//! Filters: read, printed, held against the model, and evaluated.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::locales::Lang;
use crate::web::sta::evaluate::in_list;
use crate::web::sta::model::Kind;

fn literal() -> impl Strategy<Value = Value> {
    let time = (0_i64..4_000_000_000_000).prop_map(|ms| Timestamp::from_millisecond(ms).unwrap());
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(Value::Number),
        ".{0,8}".prop_map(Value::Text),
        time.prop_map(Value::Time),
    ]
}

fn expression() -> impl Strategy<Value = Expression> {
    let path = prop::collection::vec("[a-z]{1,3}_[A-Z]", 1..4).prop_map(Expression::Path);
    let leaf = prop_oneof![literal().prop_map(Expression::Literal), path];
    leaf.prop_recursive(6, 40, 3, |inner| {
        let some = prop::collection::vec(inner.clone(), 2..4);
        let two = (inner.clone(), inner.clone()).prop_map(|(a, b)| Box::new([a, b]));
        prop_oneof![
            some.clone().prop_map(Expression::Any),
            some.prop_map(Expression::All),
            inner.clone().prop_map(|part| Expression::Not(Box::new(part))),
            (prop::sample::select(Comparison::ALL), two)
                .prop_map(|(by, sides)| Expression::Compare(by, sides)),
            (prop::sample::select(Function::ALL), inner.clone(), inner).prop_map(
                |(function, one, other)| {
                    let arguments = [one, other].into_iter().take(function.arguments());
                    Expression::Call(function, arguments.collect())
                }
            ),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_as_the_same(expression in expression()) {
        let printed = expression.to_string();
        prop_assume!(printed.chars().count() <= LENGTH_MAX);
        prop_assert_eq!(parse(&printed), Ok(expression), "{}", printed);
    }

    #[test]
    fn no_text_panics_and_what_is_read_can_be_checked_and_evaluated(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn nor_does_anything_made_of_the_languages_words(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "(", ")", ",", " ", "and", "or", "not", "eq", "ge", "result", "null", "'", "'a'",
                "-1", "1e9", "2022-08-01T00:00:00Z", "Datastream/name", "year", "endswith", "/", "@", "塘",
                "geo.intersects", "geography'POLYGON((0 0,1 0,1 1,0 0))'",
            ]),
            0..30,
        )
    ) {
        for text in [words.join(" "), words.concat()] {
            if let Ok(read) = parse(&text) {
                let _ = Kind::Observation.check(&read);
                let _ = read.value(&|_| Value::Number(1.0));
                let printed = read.to_string();
                prop_assert_eq!(parse(&printed), Ok(read));
            }
        }
    }

    #[test]
    fn replacing_what_is_known_changes_no_outcome(expression in expression(), value in literal()) {
        let all = |_: &[String]| value.clone();
        let known = |path: &[String]| (path.len() > 1).then(|| value.clone());
        let whole = expression.holds(&all);
        prop_assert_eq!(expression.with(&known).holds(&all), whole);
    }
}

#[test]
fn or_binds_less_than_and_and_not_most() {
    for (text, printed) in [
        ("a or b and c", "(a or (b and c))"),
        ("not a and b or c", "(((not a) and b) or c)"),
        ("not a eq 1 and b", "((not (a eq 1.0)) and b)"),
        ("-1e-3 le x", "(-0.001 le x)"),
        ("(a or b) and c", "((a or b) and c)"),
        ("name eq 'it''s'", "(name eq 'it''s')"),
        ("substringof('塘',name)", "substringof('塘',name)"),
        ("t ge 2022-08-01T08:00:00+08:00", "(t ge 2022-08-01T00:00:00Z)"),
    ] {
        assert_eq!(parse(text).unwrap().to_string(), printed, "{text}");
    }
}

#[test]
fn each_mistake_has_its_place_and_the_way_out() {
    for (text, at, says) in [
        ("", 1, "expected here"),
        ("result gt", 10, "expected here"),
        ("result gt 5 5", 13, "`and`, `or`"),
        ("result gt 5)", 12, "`and`, `or`"),
        ("(result gt 5", 13, "closing parenthesis"),
        ("name eq 'a", 9, "not closed"),
        ("result gt 5x", 11, "neither a number"),
        ("phenomenonTime gt 2022-08-01", 19, "neither a number"),
        ("phenomenonTime gt 2022-08-01T00:00:00", 19, "with its zone"),
        ("result > 5", 8, "no meaning"),
        ("startwith(name,'a')", 1, "did you mean startswith"),
        ("geo.distance(a,b) lt 5", 1, "of places there are `geo.intersects`"),
        ("st_touches(a,b)", 1, "of places there are `geo.intersects`"),
        ("geo.intersects(a)", 1, "takes 2"),
        ("geo.intersects(a,geography'POINT(1 2)')", 18, "longitude first"),
        ("geo.intersects(a,geography'POLYGON", 18, "not closed"),
        ("year(a,b) eq 1", 1, "takes 1"),
        ("Datastream//name eq 'a'", 1, "expected here"),
        (&"(".repeat(30), 26, "24 deep"),
        (&"not ".repeat(100), 101, "24 deep"),
        (&format!("a{}", " or a".repeat(700)), 1501, "300 terms"),
        (&"a".repeat(5_000), 4_001, "4000 characters"),
    ] {
        let wrong = parse(text).unwrap_err();
        let rule = wrong.rule.within(Lang::English);
        assert!(rule.contains(says), "{text:.40}: {rule}");
        assert_eq!(wrong.at, at, "{text:.40}: {rule}");
    }
}

#[test]
fn conditions_come_to_what_they_say() {
    let at: Timestamp = "2022-08-01T10:20:30Z".parse().unwrap();
    let later = at + SignedDuration::from_mins(1);
    let lookup = |path: &[String]| match path[0].as_str() {
        "n" => Value::Number(5.0),
        "s" => Value::Text("门口塘 A".into()),
        "t" => Value::Time(at),
        "p" => Value::Span(at, later),
        "here" => Value::Place([114.0, 25.5]),
        _ => Value::Null,
    };
    for (text, holds) in [
        ("n eq 5 and n ne 6 and n ge 5 and n le 5 and not (n lt 5) and not (n gt 5)", true),
        ("x eq null and n ne null and not (x ne null)", true),
        ("x gt 1 or x lt 1 or x eq 1", false),
        ("substringof('口',s) and startswith(s,'门') and endswith(s,'A')", true),
        ("substringof(s,'口')", false),
        ("year(t) eq 2022 and month(t) eq 8 and day(t) eq 1 and hour(t) eq 10", true),
        ("minute(t) eq 20 and year(x) eq null", true),
        ("t eq 2022-08-01T18:20:30+08:00", true),
        ("p ge 2022-08-01T10:20:30Z and p le 2022-08-01T10:21:30Z", true),
        ("p gt 2022-08-01T10:20:30Z or p lt 2022-08-01T10:21:30Z", false),
        ("s eq 5", false),
        ("s ne 5", true),
        (
            "geo.intersects(here, geography'POLYGON((114 25, 115 25, 115 26, 114 26, 114 25))')",
            true,
        ),
        ("st_within(here, geography'POLYGON((114 25, 115 25, 115 26, 114 26, 114 25))')", false),
        ("st_intersects(here, geography'Polygon ((0 0,1 0,1 1,0 0))')", false),
        ("geo.intersects(x, geography'POLYGON((114 25, 115 25, 115 26, 114 26, 114 25))')", false),
    ] {
        assert_eq!(parse(text).unwrap().holds(&lookup), holds, "{text}");
    }
}

#[test]
fn a_list_begins_with_what_is_not_known() {
    let mut values =
        [Value::Text("b".into()), Value::Number(2.0), Value::Null, Value::Number(-1.0)];
    values.sort_by(in_list);
    let sorted: Vec<String> = values.iter().map(ToString::to_string).collect();
    assert_eq!(sorted, ["null", "-1.0", "2.0", "'b'"]);
}

#[test]
fn a_filter_is_held_against_what_there_is() {
    for (kind, text, says) in [
        (Kind::Observation, "reslt gt 5", "did you mean result"),
        (Kind::Observation, "result gt '5'", "texts stand in quotes"),
        (Kind::Observation, "result", "no condition"),
        (Kind::Observation, "Datastream eq 'a'", "Datastream/name"),
        (Kind::Observation, "Datastream/phenomenonTime gt 2022-08-01T00:00:00Z", "use `phen"),
        (Kind::Observation, "parameters eq 5", "name a member"),
        (Kind::Observation, "startswith(result,'a')", "it should be a text, and is a number"),
        (Kind::Location, "location eq 5", "name a member"),
        (Kind::Location, "geo.intersects(name, location)", "it should be a place, and is a text"),
        (Kind::Location, "geo.intersects(location, name)", "it should be an area, and is a text"),
        (Kind::Thing, "Datastreams/name eq 'a'", "ask from the other end"),
        (Kind::Thing, "name/more eq 'a'", "no such name"),
        (Kind::Thing, "result gt 5 or name eq 'a'", "no such name"),
    ] {
        let (_, rule) = kind.check(&parse(text).unwrap()).unwrap_err();
        let rule = rule.within(Lang::English);
        assert!(rule.contains(says), "{text}: {rule}");
    }
    for (kind, text) in [
        (Kind::Observation, "Datastream/Thing/properties/kind eq 'pond' and result gt 5"),
        (
            Kind::Observation,
            "FeatureOfInterest/id eq 'a' or Datastream/ObservedProperty/name ne 'b'",
        ),
        (
            Kind::Datastream,
            "phenomenonTime gt 2022-08-01T00:00:00Z and unitOfMeasurement/symbol eq 'm'",
        ),
        (Kind::Thing, "startswith(name,'a') eq true and @iot.id ne null"),
        (
            Kind::Observation,
            "st_within(FeatureOfInterest/feature, geography'POLYGON((0 0,1 0,1 1,0 0))') and result gt 5",
        ),
    ] {
        assert_eq!(kind.check(&parse(text).unwrap()), Ok(()), "{text}");
    }
}
