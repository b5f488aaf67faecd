//! Tests of the day from which a field counts.

use jiff::civil::date;

use super::*;
use crate::report::tests::{drought, figures, statement};

#[test]
fn a_field_counts_from_the_first_day_of_the_drought_or_of_the_year() {
    // The period of the statement is 1 August to 15 November 2022.
    let of = |entries| Statement { entries, ..statement(&figures(&[])) };
    let (aug, july) = (date(2022, 8, 1), date(2022, 7, 20));
    let end = date(2022, 11, 15);
    for (entries, so_far, drought_due, year_due) in [
        (vec![drought(aug, end)], true, None, None),
        (vec![drought(july, end)], false, Some(july), Some(july)),
        (vec![drought(july, aug), drought(aug, end)], false, Some(july), Some(july)),
        (
            vec![drought(date(2021, 11, 1), end)],
            false,
            Some(date(2021, 11, 1)),
            Some(date(2022, 1, 1)),
        ),
        (Vec::new(), false, None, Some(date(2022, 1, 1))),
    ] {
        let statement = of(entries);
        assert_eq!(is_so_far(&statement), so_far);
        assert_eq!(due(&statement, false), drought_due);
        assert_eq!(due(&statement, true), year_due);
    }
}
