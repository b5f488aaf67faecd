//! Rows through the desk: checked and saved as shown, corrected by two at once, withdrawn, reviewed.

use super::*;
use crate::ledger::Person;
use crate::locales::{Lang, within};
use crate::store::Sqlite;
use crate::web::{
    Checked, Clerk, FormFacts, Queue, RowDeed, RowFilter, RowForm, RowList, RowState, Saved,
};

struct Office {
    desk: LedgerDesk,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn person(id: &str, name: &str, role: Role) -> Person {
    Person { id: id.into(), name: name.into(), office: "水务站".into(), role: Some(role) }
}

fn office(two_person: bool) -> Office {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut settings: HubSettings =
        toml::from_str(include_str!("../../../config/hub.toml")).unwrap();
    settings.ledger.path.clone_from(&path);
    settings.ledger.two_person = two_person;
    settings.store.path = folder.path().join("store.db");
    Sqlite::open(&settings.store.path).unwrap();
    settings.persons = vec![
        person("qian", "钱某", Role::Recorder),
        person("wu", "吴某", Role::Reviewer),
        person("li", "李某", Role::Recorder),
    ]
    .into();
    let township: Arc<Township> =
        Arc::new(toml::from_str(include_str!("../../../config/township.toml")).unwrap());
    let clock = Clock::system();
    let statements = Statements::new(&settings, township.clone(), clock.clone(), false);
    let desk = LedgerDesk::new(&settings, township, clock, statements);
    Office { desk, path, _folder: folder }
}

fn clerk(id: &str) -> Clerk {
    let name = match id {
        "qian" => "水务站 钱某",
        "wu" => "水务站 吴某",
        _ => "水务站 李某",
    };
    Clerk { id: id.into(), name: name.into() }
}

fn slip(litres: &str, day: &str) -> RowForm {
    RowForm {
        item: "汽油".into(),
        value: litres.into(),
        unit: "L".into(),
        from: day.into(),
        document: format!("加油票 {day}"),
        ..RowForm::default()
    }
}

fn event() -> RowForm {
    RowForm {
        item: "drought_event".into(),
        value: "1".into(),
        from: "2022-08-01".into(),
        to: "2022-11-15".into(),
        document: "抗旱总结".into(),
        ..RowForm::default()
    }
}

impl Office {
    async fn ask(&self, asked: RowsAsked) -> RowsAnswer {
        self.desk.clone().answer(asked).await.unwrap()
    }

    async fn check(&self, by: &str, deed: RowDeed, form: RowForm) -> Checked {
        match self.ask(RowsAsked::Check { by: clerk(by), deed, form }).await {
            RowsAnswer::Checked(checked) => *checked,
            other => panic!("{other:?}"),
        }
    }

    async fn wrong(&self, deed: RowDeed, form: RowForm) -> FormFacts {
        match self.ask(RowsAsked::Check { by: clerk("qian"), deed, form }).await {
            RowsAnswer::Form(facts) => *facts,
            other => panic!("{other:?}"),
        }
    }

    async fn save(&self, by: &str, deed: RowDeed, form: RowForm, digest: &str) -> RowsAnswer {
        let digest = digest.to_owned();
        self.ask(RowsAsked::Save { by: clerk(by), deed, form, digest }).await
    }

    /// Checks and saves.
    async fn saved(&self, by: &str, deed: RowDeed, form: RowForm) -> Saved {
        let checked = self.check(by, deed, form.clone()).await;
        match self.save(by, deed, form, &checked.digest).await {
            RowsAnswer::Saved(saved) => saved,
            other => panic!("{other:?}"),
        }
    }

    async fn list(&self, state: Option<RowState>) -> RowList {
        match self.ask(RowsAsked::List(RowFilter { state, ..RowFilter::default() })).await {
            RowsAnswer::List(list) => *list,
            other => panic!("{other:?}"),
        }
    }

    async fn queue(&self, by: &str) -> Queue {
        match self.ask(RowsAsked::Queue(Some(clerk(by)))).await {
            RowsAnswer::Queue(queue) => *queue,
            other => panic!("{other:?}"),
        }
    }

    fn rows(&self) -> Vec<Entry> {
        Ledger::open_to_read(&self.path).unwrap().all().unwrap()
    }
}

fn ids(list: &RowList) -> Vec<i64> {
    list.rows.iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn a_row_is_entered_as_it_was_shown_with_its_effect_on_the_figures() {
    let office = office(false);
    let first = office.check("qian", RowDeed::Enter, event()).await;
    let note = within(Lang::Chinese, || first.effect.notes[0].to_string());
    assert!(note.contains("2022-08-01 至 2022-11-15"), "{note}");
    office.saved("qian", RowDeed::Enter, event()).await;
    let form = slip("1.5 吨", "2022-08-05");
    let form = RowForm { unit: "吨".into(), ..form };
    let checked = office.check("qian", RowDeed::Enter, form.clone()).await;
    assert_eq!(checked.said.len(), 1, "{:?}", checked.said);
    let names: Vec<String> = checked.effect.figures.iter().map(|f| f.name.to_string()).collect();
    assert!(names.iter().any(|name| name.contains("gasoline")), "{names:?}");
    assert_eq!(office.rows().len(), 1, "nothing is entered before");
    // Works count by the year: one of June is no row of other days, and one of the year before is.
    let groups = |day: &str| RowForm {
        item: "water_work_groups".into(),
        value: "4".into(),
        from: day.into(),
        village: "dongmen".into(),
        work: "东门村集中供水改造".into(),
        document: "验收单".into(),
        ..RowForm::default()
    };
    for (day, notes) in [("2022-06-10", 0), ("2021-06-10", 1)] {
        let checked = office.check("qian", RowDeed::Enter, groups(day)).await;
        assert_eq!(checked.effect.notes.len(), notes, "{day}: {:?}", checked.effect);
    }
    let saved = office.saved("qian", RowDeed::Enter, form.clone()).await;
    assert_eq!((saved.id, office.rows().len()), (2, 2));
    assert!(saved.detail.starts_with("汽油 2027.02"), "{}", saved.detail);
    // The button pressed twice: what was shown is no longer what it would be.
    match office.save("qian", RowDeed::Enter, form, &checked.digest).await {
        RowsAnswer::Checked(again) => {
            assert!(again.changed && again.alike.len() == 1, "{:?}", again.alike);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(office.rows().len(), 2);
    match office.ask(RowsAsked::Row(2)).await {
        RowsAnswer::Row(history) => {
            assert!(!history.figures.unwrap().is_empty());
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_fields_is_said_in_words_of_the_page() {
    let office = office(false);
    let wrong = RowForm {
        item: "受灾面积".into(),
        value: "约 3".into(),
        unit: "人".into(),
        from: "8月5日".into(),
        to: "1999-01-01".into(),
        document: "票\u{202e}".into(),
        ..RowForm::default()
    };
    let facts = office.wrong(RowDeed::Enter, wrong).await;
    let fields: Vec<&str> = facts.faults.iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["value", "from", "to", "village", "crop", "document"]);
    for lang in Lang::ALL {
        let said: Vec<String> =
            within(lang, || facts.faults.iter().map(|f| f.words.to_string()).collect());
        assert!(said.iter().all(|said| !said.contains('`') && !said.contains("--")), "{said:?}");
    }
    let facts = office.wrong(RowDeed::Enter, slip("12O", "2022-08-05")).await;
    assert_eq!(facts.faults[0].field, "value");
    let misspelt = RowForm { item: "汽 油".into(), ..RowForm::default() };
    let facts = office.wrong(RowDeed::Enter, misspelt).await;
    assert!(facts.item.is_none() && facts.near.iter().any(|(id, _)| *id == "gasoline"));
    assert_eq!(office.rows(), []);
}

#[tokio::test]
async fn a_drought_event_of_more_days_than_a_report_shows_is_refused() {
    let office = office(false);
    // From 2022-08-01, day 1100 is 2025-08-04.
    let until = |to: &str| RowForm { to: to.into(), ..event() };
    let facts = office.wrong(RowDeed::Enter, until("2025-08-05")).await;
    assert_eq!(facts.faults.len(), 1, "{:?}", facts.faults);
    for lang in Lang::ALL {
        let said = facts.faults[0].words.within(lang);
        assert!(facts.faults[0].field == "to" && said.contains("1101"), "{said}");
    }
    office.check("qian", RowDeed::Enter, until("2025-08-04")).await;
    // Rows of other items may be of more days.
    let long = RowForm { to: "2025-08-05".into(), ..slip("760", "2022-08-01") };
    office.check("qian", RowDeed::Enter, long).await;
}

#[tokio::test]
async fn what_no_township_can_have_is_refused_at_its_field() {
    let office = office(false);
    let form = |item: &str, value: &str, unit: &str| RowForm {
        item: item.into(),
        value: value.into(),
        unit: unit.into(),
        village: reading::ALL.into(),
        ..slip(value, "2022-08-05")
    };
    for (item, value, unit) in [
        ("response_level", "9", "级"),
        ("hazard_inspection", "7", "次"),
        ("persons_short", "100000000", "人"),
        ("persons_short", "1亿", "人"),
        ("gasoline", "0.0000000001", "L"),
    ] {
        let facts = office.wrong(RowDeed::Enter, form(item, value, unit)).await;
        let fields: Vec<&str> = facts.faults.iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["value"], "{item} {value}: {:?}", facts.faults);
        for lang in Lang::ALL {
            let said = facts.faults[0].words.within(lang);
            assert!(!said.contains('`') && !said.contains("--"), "{said}");
        }
    }
    let five = RowForm { value: "5".into(), ..event() };
    assert_eq!(office.wrong(RowDeed::Enter, five).await.faults[0].field, "value");
    let meter =
        |work: &str| RowForm { work: work.into(), ..form("meter_replaced", "5210", "示数") };
    let facts = office.wrong(RowDeed::Enter, meter("pump-99/energy_total")).await;
    assert_eq!(facts.faults.iter().map(|f| f.field).collect::<Vec<_>>(), ["work"]);
    let there = facts.works[0].0.clone();
    office.check("qian", RowDeed::Enter, meter(&there)).await;
    assert_eq!(office.rows(), []);
}

#[tokio::test]
async fn a_filter_that_does_not_fit_the_ledger_is_told() {
    let office = office(false);
    office.saved("qian", RowDeed::Enter, slip("760", "2022-08-05")).await;
    let list = async |filter: RowFilter| match office.ask(RowsAsked::List(filter)).await {
        RowsAnswer::List(list) => (list.rows.len(), list.notes.len(), list.page),
        other => panic!("{other:?}"),
    };
    let filter = |village: Option<&str>, page| RowFilter {
        village: village.map(str::to_owned),
        page,
        ..RowFilter::default()
    };
    assert_eq!(list(filter(None, 1)).await, (1, 0, 1));
    assert_eq!(list(filter(Some("nowhere"), 1)).await, (1, 1, 1), "of all villages");
    assert_eq!(list(filter(Some("dongmen"), 1)).await, (0, 0, 1));
    for page in [0, 2, usize::MAX] {
        assert_eq!(list(filter(None, page)).await, (1, 1, 1), "{page}");
    }
}

#[tokio::test]
async fn a_row_of_a_day_to_come_is_refused_at_its_first_day() {
    let office = office(false);
    let ahead = Clock::system().now() + jiff::SignedDuration::from_hours(30 * 24);
    let day = jiff::tz::TimeZone::UTC.to_datetime(ahead).date().to_string();
    let facts = office.wrong(RowDeed::Enter, slip("760", &day)).await;
    let said = facts.faults[0].words.within(Lang::English);
    assert!(facts.faults[0].field == "from" && said.contains("still to come"), "{said}");
}

#[tokio::test]
async fn of_two_who_correct_a_row_the_second_is_told_of_the_first() {
    let office = office(false);
    office.saved("qian", RowDeed::Enter, slip("760", "2022-08-05")).await;
    let deed = RowDeed::Correct(1);
    let corrected =
        |litres: &str| RowForm { reason: "看错一位".into(), ..slip(litres, "2022-08-05") };
    let one = office.check("qian", deed, corrected("670")).await;
    let other = office.check("li", deed, corrected("676")).await;
    let answers = tokio::join!(
        office.save("qian", deed, corrected("670"), &one.digest),
        office.save("li", deed, corrected("676"), &other.digest),
    );
    let (won, lost) = match answers {
        (RowsAnswer::Saved(won), RowsAnswer::Overtaken(lost))
        | (RowsAnswer::Overtaken(lost), RowsAnswer::Saved(won)) => (won, lost),
        other => panic!("{other:?}"),
    };
    let rows = office.rows();
    assert_eq!((rows.len(), won.id, lost.new.id, lost.last), (2, 2, 2, 2));
    assert_eq!(lost.new.entered_by, rows[1].entered_by);
    // So is whoever opens the form after it, and a correction that changes nothing is none.
    let late = office.ask(RowsAsked::Form { deed, form: RowForm::default() }).await;
    assert!(matches!(late, RowsAnswer::Overtaken(_)), "{late:?}");
    let same = RowForm { value: rows[1].value.to_string(), ..corrected("0") };
    let facts = office.wrong(RowDeed::Correct(2), same).await;
    assert_eq!(facts.faults[0].field, "value");
    // One by more than ten times is asked about.
    let far = office.check("li", RowDeed::Correct(2), corrected("67000")).await;
    assert_eq!(far.doubts.len(), 1);
}

#[tokio::test]
async fn a_survey_that_is_there_is_corrected_and_not_entered_again() {
    let office = office(false);
    let survey = |mu: &str| RowForm {
        item: "area_affected".into(),
        unit: "亩".into(),
        village: reading::ALL.into(),
        crop: reading::ALL.into(),
        ..slip(mu, "2022-08-05")
    };
    office.saved("qian", RowDeed::Enter, survey("500")).await;
    let facts = office.wrong(RowDeed::Enter, survey("600")).await;
    assert_eq!((facts.faults[0].field, facts.instead[0].id), ("value", 1));
    // Of slips there may be two.
    office.saved("qian", RowDeed::Enter, slip("60", "2022-08-05")).await;
    let second = office.check("qian", RowDeed::Enter, slip("70", "2022-08-05")).await;
    assert_eq!((second.alike.len(), second.doubts.len()), (1, 1));
}

#[tokio::test]
async fn a_withdrawn_row_counts_nowhere_and_can_be_brought_back() {
    let office = office(false);
    office.saved("qian", RowDeed::Enter, event()).await;
    office.saved("qian", RowDeed::Enter, slip("760", "2022-08-05")).await;
    let deed = RowDeed::Withdraw(2);
    let facts = office.wrong(deed, RowForm::default()).await;
    assert_eq!(facts.faults[0].field, "reason");
    let reason = RowForm { reason: "登重了".into(), ..RowForm::default() };
    let checked = office.check("qian", deed, reason.clone()).await;
    let after = checked.effect.figures.iter().find(|f| f.name.to_string().contains("gasoline"));
    assert!(after.is_some_and(|change| !change.after.to_string().starts_with('0')), "{after:?}");
    assert_eq!(office.saved("qian", deed, reason.clone()).await.id, 3);
    assert_eq!(ids(&office.list(None).await), [1]);
    assert_eq!(ids(&office.list(Some(RowState::Withdrawn)).await), [3]);
    assert_eq!(ids(&office.list(Some(RowState::Superseded)).await), [2]);
    match office
        .ask(RowsAsked::Check { by: clerk("qian"), deed: RowDeed::Withdraw(3), form: reason })
        .await
    {
        RowsAnswer::Refused(_) => {}
        other => panic!("{other:?}"),
    }
    let back = RowForm { reason: "没有登重".into(), ..slip("760", "2022-08-05") };
    office.saved("li", RowDeed::Correct(3), back).await;
    assert_eq!(ids(&office.list(None).await), [4, 1]);
}

#[tokio::test]
async fn rows_wait_for_another_person_and_each_tells_its_effect() {
    let office = office(true);
    office.saved("qian", RowDeed::Enter, event()).await;
    office.saved("wu", RowDeed::Enter, slip("760", "2022-08-05")).await;
    let unlisted =
        Entry { entered_by: "谢某".into(), supersedes: None, ..office.rows()[1].clone() };
    Ledger::open(&office.path).unwrap().append(&[unlisted]).unwrap();
    let queue = office.queue("wu").await;
    let may: Vec<bool> = queue.rows.iter().map(|row| row.may).collect();
    assert_eq!(may, [true, false, false]);
    assert!(queue.rows[0].effect.as_ref().is_some_and(|effect| !effect.is_empty()));
    let why = within(Lang::Chinese, || queue.rows[2].why.as_ref().unwrap().to_string());
    assert!(why.contains("谢某") && !why.contains('`'), "{why}");
    assert_eq!(queue.reviewers.to_string(), "水务站 吴某");
    let review = |rows: Vec<i64>| office.ask(RowsAsked::Review { by: clerk("wu"), rows });
    assert!(matches!(review(vec![1, 2]).await, RowsAnswer::Refused(_)), "her own");
    assert!(office.rows().iter().all(|row| row.reviewed_by.is_none()));
    assert!(matches!(review(vec![1]).await, RowsAnswer::Reviewed(now) if now == [1]));
    let all = office.queue("li").await;
    assert_eq!(all.rows.len(), 2);
    assert!(all.rows[0].effect.as_ref().is_some_and(|effect| !effect.figures.is_empty()));
}

/// What a reviewer has looked at is no longer what waits: nothing of it is reviewed.
#[tokio::test]
async fn a_row_that_was_corrected_meanwhile_is_not_reviewed_as_it_was() {
    let office = office(true);
    office.saved("qian", RowDeed::Enter, slip("760", "2022-08-05")).await;
    office.saved("qian", RowDeed::Enter, slip("50", "2022-08-06")).await;
    assert_eq!(office.queue("wu").await.rows.len(), 2);
    let corrected = RowForm { reason: "看错一位".into(), ..slip("670", "2022-08-05") };
    office.saved("li", RowDeed::Correct(1), corrected).await;
    let review = |rows: Vec<i64>| office.ask(RowsAsked::Review { by: clerk("wu"), rows });
    match review(vec![2, 1]).await {
        RowsAnswer::Refused(why) => {
            assert!(why.within(Lang::Chinese).contains("请看第 3 条"), "{why:?}");
        }
        other => panic!("{other:?}"),
    }
    assert!(office.rows().iter().all(|row| row.reviewed_by.is_none()), "none of them");
    assert!(matches!(review(vec![2, 3]).await, RowsAnswer::Reviewed(now) if now == [2, 3]));
}

#[tokio::test]
async fn rows_that_she_may_review_come_first_and_effects_are_worked_out_once() {
    let office = office(true);
    office.saved("wu", RowDeed::Enter, slip("760", "2022-08-05")).await;
    let own = office.rows()[0].clone();
    Ledger::open(&office.path).unwrap().append(&vec![own; 59]).unwrap();
    office.saved("qian", RowDeed::Enter, event()).await;
    match office.ask(RowsAsked::Queue(None)).await {
        RowsAnswer::Queue(queue) => {
            assert_eq!((queue.in_all, queue.rows.len()), (61, 50));
            assert!(queue.all.is_empty() && queue.rows.iter().all(|row| row.effect.is_none()));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(office.desk.0.effects.count(), 0, "nobody reviews");
    let queue = office.queue("wu").await;
    let first: Vec<(i64, bool)> = queue.rows.iter().map(|one| (one.row.id, one.may)).collect();
    assert_eq!(first[..2], [(61, true), (1, false)]);
    assert_eq!(Some(&queue.all), queue.rows[0].effect.as_ref(), "all that she may is the event");
    assert!(!queue.all.is_empty());
    // Li may review all 61, of which 50 are shown.
    let all = office.queue("li").await;
    assert_eq!(all.rows.len(), 50);
    let note = |queue: &Queue| within(Lang::Chinese, || queue.all.notes[0].to_string());
    assert_eq!(note(&all), note(&queue), "the event is the last of them");
    let count = office.desk.0.effects.count();
    assert_eq!(office.queue("li").await.all, all.all);
    assert!(count > 1 && office.desk.0.effects.count() >= count);
}
