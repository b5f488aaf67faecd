//! All figures of a period, from the accounts of sources and pumps and the rows of the ledger.

use super::doubts::Doubt;
use super::earlier::{self, Earlier, comparisons};
use super::erroneous;
use super::evidence::{self, EvidenceDoubt};
use super::facts::Facts;
use super::figure::Figure;
use super::plausibility::{Acceptance, Caveat, Finding, Rules, check, places};
use super::rain::entered_beside_gauges;
use super::recipe::drafts;
use super::rows::Rows;
use super::statement::{Statement, Totals, villages};
use super::wording::Wording;
use crate::account::{Basis, Cells, Entry, TownshipAccount};

/// The inputs of the figures, besides the hours and days of the stations.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    pub basis: Basis<'a>,
    /// Figures of earlier years for comparison: the same days, and other droughts. Empty without a comparison.
    pub earlier: &'a [Earlier],
    /// The rows of the ledger that wait for a second person.
    pub pending: &'a [Entry],
    pub rules: &'a Rules,
    pub acceptances: &'a [Acceptance],
    /// Under which reservations the figures stand.
    pub caveats: &'a [Caveat],
    pub wordings: &'a [Wording],
    pub code_version: &'static str,
}

/// The statement of a period. All figures of the catalogue are in it, in its order; one without data is absent.
pub fn compute<C: Cells>(inputs: &Inputs<'_>, cells: &mut C) -> Result<Statement, C::Error> {
    let account = TownshipAccount::of(&inputs.basis, cells)?;
    Ok(compute_from(inputs, account))
}

/// The same from an account that was worked out before: of the same township and period, with the same rows of
/// [`TownshipAccount::rows`].
pub fn compute_from(inputs: &Inputs<'_>, account: TownshipAccount) -> Statement {
    let Basis { township, period, entries, .. } = inputs.basis;
    let TownshipAccount { sources, pumps, rain, days } = account;
    let rows = Rows::new(entries, period);
    let facts = Facts {
        basis: inputs.basis,
        rows,
        sources: &sources,
        pumps: &pumps,
        rain: &rain,
        earlier: inputs.earlier,
    };
    let mut figures = drafts(&facts).finish(period, inputs.wordings, inputs.code_version);
    let places = places(&figures, rows, &pumps, township, period, entered_beside_gauges(&facts));
    let findings = check(inputs.rules, &places, inputs.acceptances, period);
    erroneous::withdraw(&mut figures, &findings.found);
    let doubts = doubts(&facts, &figures);
    let villages = villages(rows, township);
    Statement {
        period,
        findings: findings.under(inputs.caveats, &doubts, inputs.acceptances, period),
        caveats: inputs.caveats.to_vec(),
        comparisons: comparisons(&figures, inputs.earlier),
        earlier: earlier::referred(&figures, inputs.earlier),
        totals: Totals::of(&villages, &pumps),
        villages,
        days,
        entries: rows.all(),
        pending: inputs.pending.to_vec(),
        figures,
        sources,
        pumps,
    }
}

/// What a person has to look at in the ledger and in the evidence beside it.
fn doubts(facts: &Facts<'_>, figures: &[Figure]) -> Vec<Finding> {
    let of_rows = facts.rows.doubts(facts.township());
    let of_evidence = evidence::doubts(facts, figures);
    let of_rows = of_rows.iter().map(Doubt::finding);
    of_rows.chain(of_evidence.iter().map(EvidenceDoubt::finding)).collect()
}
