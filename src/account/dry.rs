//! Dry spells: when a source held no water, by its level hour by hour.

use jiff::Timestamp;

use crate::core::{HOUR_MS, HourCell};

/// Hours on end that a source has to be dry before it is called so (`docs/domain.md` §3.1). Engineering judgement,
/// confidence 0.7: shorter spells are often a pump drawing a pond down overnight.
pub const DRY_HOURS_MIN: u32 = 24;

/// When and for how long a source was dry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrySpell {
    /// First hour of the first run of at least [`DRY_HOURS_MIN`] hours.
    pub first_hour_at: Timestamp,
    /// Length of the longest run, h.
    pub longest_h: u32,
    /// Dry hours of all runs that are long enough, h.
    pub hours: u32,
}

/// Whether a source was dry for [`DRY_HOURS_MIN`] hours on end, from its hours in order of time. An hour is dry when
/// its highest level lies at or below `dry_level_m` and at least one of its readings is better than suspect. An hour
/// without such data ends a run: what was not seen is not claimed.
pub fn dry_spell(cells: &[HourCell], dry_level_m: f64) -> Option<DrySpell> {
    let mut spell: Option<DrySpell> = None;
    let mut run: Option<(Timestamp, u32)> = None;
    let mut previous_ms = i64::MIN;
    for cell in cells {
        let at_ms = cell.hour_at.as_millisecond();
        let dry = cell.counted > cell.suspect && cell.max.is_some_and(|max| max <= dry_level_m);
        if previous_ms.saturating_add(HOUR_MS) != at_ms {
            settle(&mut spell, run.take());
        }
        previous_ms = at_ms;
        if dry {
            let (first, hours) = run.unwrap_or((cell.hour_at, 0));
            run = Some((first, hours + 1));
        } else {
            settle(&mut spell, run.take());
        }
    }
    settle(&mut spell, run);
    spell
}

/// Takes a finished run into the spell where it is long enough.
fn settle(spell: &mut Option<DrySpell>, run: Option<(Timestamp, u32)>) {
    let Some((first_hour_at, hours)) = run.filter(|run| run.1 >= DRY_HOURS_MIN) else {
        return;
    };
    let before = spell.unwrap_or(DrySpell { first_hour_at, longest_h: 0, hours: 0 });
    *spell = Some(DrySpell {
        first_hour_at: before.first_hour_at,
        longest_h: before.longest_h.max(hours),
        hours: before.hours + hours,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::test_kit::{empty_hour, gauge_hour};
    use jiff::ToSpan;

    fn cells(levels: &[Option<f64>]) -> Vec<HourCell> {
        let start: Timestamp = "2022-08-01T00:00:00Z".parse().unwrap();
        let cell = |(i, level): (usize, &Option<f64>)| {
            let at = start + (i as i64).hours();
            level.map_or(empty_hour(at), |level| gauge_hour(at, level))
        };
        levels.iter().enumerate().map(cell).collect()
    }

    #[test]
    fn a_day_on_the_bottom_is_dry_and_an_hour_less_is_not() {
        let wet = [Some(10.0); 3];
        let mut levels = wet.to_vec();
        levels.extend([Some(9.0); 24]);
        levels.extend(wet);
        let spell = dry_spell(&cells(&levels), 9.0).unwrap();
        assert_eq!((spell.longest_h, spell.hours), (24, 24));
        assert_eq!(spell.first_hour_at.to_string(), "2022-08-01T03:00:00Z");
        levels.remove(5);
        assert_eq!(dry_spell(&cells(&levels), 9.0), None);
    }

    #[test]
    fn an_hour_without_data_breaks_a_run_whether_it_has_a_cell_or_none() {
        let mut levels = vec![Some(9.0); 40];
        levels[20] = None;
        assert_eq!(dry_spell(&cells(&levels), 9.0), None);
        let mut hours = cells(&[Some(9.0); 40]);
        hours.remove(20);
        assert_eq!(dry_spell(&hours, 9.0), None);
        let mut suspect = cells(&[Some(9.0); 40]);
        suspect[20].suspect = 1;
        assert_eq!(dry_spell(&suspect, 9.0), None);
    }

    #[test]
    fn runs_add_up_and_the_longest_is_kept() {
        let mut levels = vec![Some(9.0); 30];
        levels.push(Some(9.5));
        levels.extend([Some(9.0); 50]);
        levels.push(Some(9.5));
        levels.extend([Some(9.0); 5]);
        let spell = dry_spell(&cells(&levels), 9.0).unwrap();
        assert_eq!((spell.longest_h, spell.hours), (50, 80));
    }
}
