//! Rows that take another's place: corrections, and withdrawals 作废, after which neither row counts.

use jiff::Timestamp;

use crate::account::Entry;

/// A correction by more than this factor has to be confirmed. Engineering judgement, confidence 0.6: a slip of the
/// decimal point is a factor of ten, what is misread or mistyped in a digit is less.
const FACTOR_MAX: f64 = 10.0;

/// Whether a value is corrected by so much that a digit may have slipped. Of 0 nobody can say.
pub fn is_far(old: f64, new: f64) -> bool {
    let [least, most] = [old.min(new), old.max(new)];
    least > 0.0 && most > least * FACTOR_MAX
}

/// The row that takes `old` back.
pub fn withdrawal(old: &Entry, reason: String, by: String, at: Timestamp) -> Entry {
    Entry {
        id: 0,
        supersedes: Some(old.id),
        reason,
        entered_by: by,
        entered_at: at,
        reviewed_by: None,
        withdrawn: true,
        ..old.clone()
    }
}

/// The row `id` with those that it corrects and those that correct it, the first one first; empty where `all` rows do
/// not have it.
pub fn chain(all: &[Entry], id: i64) -> Vec<&Entry> {
    let find = |row: i64| all.iter().find(|entry| entry.id == row);
    let before = |entry: &&Entry| entry.supersedes.and_then(find);
    let first = std::iter::successors(find(id), before).last();
    let after = |entry: &&Entry| all.iter().find(|other| other.supersedes == Some(entry.id));
    std::iter::successors(first, after).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::account::EntryCode;
    use crate::ledger::{ImportOutcome, Ledger, Persons, RowsInForce};

    fn survey(mu: f64, month: i8) -> Entry {
        Entry {
            id: 0,
            code: EntryCode::AreaAffected,
            value: mu,
            from: date(2022, month, 5),
            to: date(2022, month, 5),
            village: None,
            crop: None,
            work: None,
            document: "调查表".into(),
            entered_by: "黄某".into(),
            entered_at: Timestamp::UNIX_EPOCH,
            reason: String::new(),
            supersedes: None,
            reviewed_by: None,
            withdrawn: false,
        }
    }

    fn withdrawn(ledger: &mut Ledger, row: i64) -> i64 {
        let all = ledger.all().unwrap();
        let old = all.iter().find(|entry| entry.id == row).unwrap();
        let taken = withdrawal(old, "登重了".into(), "吴某".into(), Timestamp::UNIX_EPOCH);
        ledger.append(&[taken]).unwrap()[0]
    }

    fn ids(rows: &[Entry]) -> Vec<i64> {
        rows.iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn a_correction_by_more_than_ten_times_is_far_and_one_to_nothing_is_not() {
        for (old, new, far) in [
            (710.0, 260_000.0, true),
            (260_000.0, 710.0, true),
            (760.0, 670.0, false),
            (76.0, 760.0, false),
            (76.0, 761.0, true),
            (710.0, 0.0, false),
            (0.0, 710.0, false),
        ] {
            assert_eq!(is_far(old, new), far, "{old} {new}");
        }
    }

    /// A survey that should not be leaves the one before it in force: it is no survey of nothing.
    #[test]
    fn neither_a_withdrawn_row_nor_its_withdrawal_counts() {
        let mut ledger = Ledger::in_memory().unwrap();
        ledger.append(&[survey(500.0, 8), survey(900.0, 9)]).unwrap();
        assert_eq!(withdrawn(&mut ledger, 2), 3);
        assert_eq!(ids(&ledger.rows_in_force(false).unwrap().in_force), [1]);
        assert!(ledger.rows_in_force(false).unwrap().pending.is_empty());
        let all = ledger.all().unwrap();
        assert!(all[2].withdrawn && all[2].value == 900.0 && !all[1].withdrawn);
        // It is taken back by a row in its place.
        let again =
            Entry { supersedes: Some(3), reason: "没有登重".into(), ..survey(900.0, 9) };
        ledger.append(&[again]).unwrap();
        let all = ledger.all().unwrap();
        assert_eq!(chain(&all, 3).iter().map(|entry| entry.id).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(ids(&RowsInForce::of(all, false).in_force), [1, 4]);
    }

    #[test]
    fn a_withdrawal_waits_for_its_second_person_and_the_row_counts_until_then() {
        let mut ledger = Ledger::in_memory().unwrap();
        ledger.append(&[survey(500.0, 8)]).unwrap();
        let at = Timestamp::UNIX_EPOCH;
        ledger.review(&[1], "刘某", &Persons::default(), at).unwrap();
        let row = withdrawn(&mut ledger, 1);
        let rows = ledger.rows_in_force(true).unwrap();
        assert_eq!((ids(&rows.in_force), ids(&rows.pending)), (vec![1], vec![row]));
        ledger.review(&[row], "刘某", &Persons::default(), at).unwrap();
        assert_eq!(ledger.rows_in_force(true).unwrap(), RowsInForce::default());
    }

    #[test]
    fn the_mark_needs_a_row_that_it_takes_back() {
        let mut ledger = Ledger::in_memory().unwrap();
        let alone = Entry { withdrawn: true, ..survey(1.0, 8) };
        assert!(ledger.append(std::slice::from_ref(&alone)).is_err());
        let planned = ledger.preview(&[alone]).unwrap();
        assert!(matches!(planned[..], [ImportOutcome::Refused(_)]), "{planned:?}");
    }

    /// The file that the row came from is known again, and another of the same paper is a row of its own.
    #[test]
    fn a_file_of_before_is_known_after_a_withdrawal() {
        let mut ledger = Ledger::in_memory().unwrap();
        ledger.import(&[survey(500.0, 8)]).unwrap();
        withdrawn(&mut ledger, 1);
        let outcomes = ledger.preview(&[survey(500.0, 8)]).unwrap();
        assert!(matches!(outcomes[..], [ImportOutcome::AlreadyThere(1)]), "{outcomes:?}");
        let outcomes = ledger.preview(&[survey(600.0, 8)]).unwrap();
        assert!(matches!(outcomes[..], [ImportOutcome::Added(3)]), "{outcomes:?}");
    }
}
