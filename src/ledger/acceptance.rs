//! Acceptances: a person states why a finding is right nevertheless.

use rusqlite::{Row, params};

use super::error::{LedgerError, sql};
use super::sqlite::{Ledger, get, instant, parse};
use crate::figures::Acceptance;
use crate::locales::ledger as words;

impl Ledger {
    pub fn accept(&mut self, acceptance: &Acceptance) -> Result<(), LedgerError> {
        let added = self.db.execute(
            "INSERT INTO acceptance (rule, fingerprint, from_day, to_day, reason, accepted_by, accepted_at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                acceptance.rule,
                acceptance.fingerprint,
                acceptance.from.to_string(),
                acceptance.to.to_string(),
                acceptance.reason,
                acceptance.accepted_by,
                acceptance.accepted_at.as_millisecond(),
            ],
        );
        added.map(|_| ()).map_err(sql(words::accepting))
    }

    /// All acceptances, the oldest first.
    pub fn acceptances(&self) -> Result<Vec<Acceptance>, LedgerError> {
        let failed = words::reading_acceptances;
        let query =
            "SELECT id, rule, fingerprint, from_day, to_day, reason, accepted_by, accepted_at_ms
                     FROM acceptance ORDER BY id";
        let mut statement = self.db.prepare_cached(query).map_err(sql(failed))?;
        let mut rows = statement.query([]).map_err(sql(failed))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(sql(failed))? {
            found.push(acceptance(row)?);
        }
        Ok(found)
    }
}

fn acceptance(row: &Row<'_>) -> Result<Acceptance, LedgerError> {
    let id: i64 = get(row, 0)?;
    Ok(Acceptance {
        rule: get(row, 1)?,
        fingerprint: get(row, 2)?,
        from: parse(id, "from_day", get(row, 3)?)?,
        to: parse(id, "to_day", get(row, 4)?)?,
        reason: get(row, 5)?,
        accepted_by: get(row, 6)?,
        accepted_at: instant(id, "accepted_at_ms", get(row, 7)?)?,
    })
}

#[cfg(test)]
mod tests {

    use jiff::civil::date;

    use super::*;

    #[test]
    fn acceptances_read_back() {
        let mut ledger = Ledger::in_memory().unwrap();
        let acceptance = Acceptance {
            rule: "money-per-mu".into(),
            fingerprint: "money-per-mu:township:area_affected=2200,funds_invested=55".into(),
            from: date(2022, 8, 1),
            to: date(2022, 11, 15),
            reason: "只用了55元".into(),
            accepted_by: "刘某".into(),
            accepted_at: "2022-11-16T01:00:00Z".parse().unwrap(),
        };
        ledger.accept(&acceptance).unwrap();
        assert_eq!(ledger.acceptances().unwrap(), [acceptance]);
        for attack in [
            "UPDATE acceptance SET reason = 'x'",
            "DELETE FROM acceptance",
            "INSERT OR REPLACE INTO acceptance VALUES (1, 'r', 'f', '2022-08-01', '2022-08-01', 'x', 'x', 0)",
        ] {
            // Another program may open the file this way; then the delete of a replace fires no delete trigger.
            ledger.db.execute_batch("PRAGMA recursive_triggers = OFF").unwrap();
            assert!(ledger.db.execute_batch(attack).is_err(), "{attack}");
        }
    }
}
