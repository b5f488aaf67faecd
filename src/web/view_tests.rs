//! Tests of the page's words and charts.

use super::*;

fn row() -> SourceRow {
    SourceRow {
        id: "pond-1".parse().unwrap(),
        name: String::new(),
        kind: StationKind::Pond,
        village: String::new(),
        level_m: None,
        storage_m3: None,
        share_of_normal: None,
        status: None,
        trend_m_per_day: None,
        observed_at: None,
        age_s: None,
        note: Text::default(),
        spark: Vec::new(),
    }
}

/// `text` in Chinese and in English.
fn both(text: &Text) -> [String; 2] {
    Lang::ALL.map(|lang| text.within(lang))
}

#[test]
fn words_for_numbers() {
    assert_eq!(grouped(1_234_567), "1\u{2009}234\u{2009}567");
    assert_eq!(grouped(12), "12");
    assert_eq!(both(&age(-3)), ["0 秒前", "0 s ago"]);
    assert_eq!(both(&age(59)), ["59 秒前", "59 s ago"]);
    assert_eq!(both(&age(3599)), ["59 分钟前", "59 min ago"]);
    assert_eq!(both(&age(7200)), ["2 小时前", "2 h ago"]);
}

#[test]
fn the_chart_breaks_where_data_is_missing() {
    let chart = spark(&[Some(1.0), Some(0.9), None, Some(0.5), Some(f64::NAN)]);
    assert_eq!(chart.lines.len(), 2);
    assert_eq!(chart.dot.unwrap()[0], "71.0");
    assert_eq!(spark(&[None, None]).lines.len(), 0);
    let still = spark(&[Some(3.0)]);
    assert_eq!(still.lines, ["2.0,12.0"]);
    assert_eq!(both(&still.label), ["1 天水位，3.00 至 3.00 米", "1-day levels, 3.00 to 3.00 m"]);
}

#[test]
fn a_thousand_sources_render_within_the_fuel() {
    let row = SourceRow { level_m: Some(1.0), spark: vec![Some(1.0); 107], ..row() };
    let overview = Overview {
        sources: (0..1000)
            .map(|i| SourceRow { village: format!("{}", i / 10), ..row.clone() })
            .collect(),
        ..Overview::default()
    };
    let page = Templates::new().page(&overview).unwrap();
    assert_eq!(page.matches("class=\"source ").count(), 1000);
}

#[test]
fn a_trend_within_the_sensor_resolution_is_steady() {
    let trend = |rate| {
        let row = SourceRow { trend_m_per_day: rate, ..row() };
        both(&SourceView::of(&row, &Overview::default()).trend)
    };
    assert_eq!(trend(Some(-0.05)), ["↓ 落", "↓ falling"]);
    assert_eq!(trend(Some(0.02)), ["↑ 涨", "↑ rising"]);
    assert_eq!(trend(Some(0.004)), ["→ 平", "→ steady"]);
    assert_eq!(trend(None), ["—", "—"]);
}

#[test]
fn one_of_something_is_not_many() {
    let village = |n| {
        let sources = vec![row(); n];
        both(&villages(&Overview { sources, ..Overview::default() })[0].count)
    };
    assert_eq!(village(1), ["1 处", "1 source"]);
    assert_eq!(village(2), ["2 处", "2 sources"]);
}

#[test]
fn a_label_that_is_unknown_does_not_render() {
    let mut templates = Templates::new();
    templates.environment.add_template("wrong", "{{ t('no-such-label') }}").unwrap();
    let template = templates.environment.get_template("wrong").unwrap();
    let error = template.render(context! {}).unwrap_err();
    assert!(error.to_string().contains("no-such-label"), "{error}");
}
