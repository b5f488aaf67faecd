//! Settings of `[alarm]` that are right one by one and together have no effect.

use crate::alarm::Kind;
use crate::hub::AlarmSettings;
use crate::locales::{Text, config_alarm as words};

/// The kinds that ring only where the office says what a rapid change is.
const FAST: [Kind; 2] = [Kind::FallingFast, Kind::RisingFast];

/// What is said of settings that change nothing, and of channels that nothing would go out by.
pub(super) fn without_effect(alarm: &AlarmSettings) -> Vec<Text> {
    let is_off = |kind: Kind| alarm.off.iter().any(|id| id == kind.id());
    let needs_fast = |kind: Kind| alarm.fast.is_none() && FAST.contains(&kind);
    let mut said = Vec::new();
    for kind in alarm.hold_minutes.keys().filter_map(|id| Kind::from_id(id)) {
        if is_off(kind) {
            said.push(words::hold_of_what_is_off(kind.id()));
        } else if needs_fast(kind) {
            said.push(words::hold_without_fast(kind.id()));
        }
    }
    if alarm.fast.is_some() && FAST.into_iter().all(is_off) {
        said.push(words::fast_is_off());
    }
    let ordinary = alarm.channels.iter().any(|channel| !channel.escalation);
    for (index, channel) in alarm.channels.iter().enumerate() {
        // Only what is urgent is escalated.
        let only_urgent = channel.urgent_only || (channel.escalation && ordinary);
        let takes = |kind: &Kind| kind.is_urgent() || !only_urgent;
        let mut rings = Kind::ALL.into_iter().filter(|kind| !is_off(*kind) && !needs_fast(*kind));
        if !rings.any(|kind| takes(&kind)) {
            let key = format!("alarm.channel[{index}]");
            said.push(match only_urgent {
                true => words::nothing_urgent_for_channel(key),
                false => words::nothing_for_channel(key),
            });
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let settings: AlarmSettings = toml::from_str(text).unwrap();
        without_effect(&settings).iter().map(ToString::to_string).collect()
    }

    fn off(kinds: impl Iterator<Item = Kind>) -> String {
        format!("off = {:?}\n", kinds.map(Kind::id).collect::<Vec<_>>())
    }

    const CHANNEL: &str = "[[channel]]\nname = 'a'\nkind = 'mqtt'\n";

    #[test]
    fn what_has_an_effect_is_not_warned_of() {
        for right in [
            "",
            "off = ['dry']\nhold_minutes = { below-warning = 5 }",
            "off = ['rising-fast']\nhold_minutes = { falling-fast = 5 }\nfast = { m_per_hour = 0.3, source = 't' }",
            "off = ['falling-fast', 'rising-fast']",
        ] {
            for channel in
                ["", CHANNEL, "[[channel]]\nname = 'a'\nkind = 'mqtt'\nescalation = true"]
            {
                assert_eq!(said(&format!("{right}\n{channel}")), Vec::<String>::new());
            }
        }
    }

    #[test]
    fn a_hold_of_what_does_not_ring_is_warned_of() {
        let told = said("off = ['dry']\nhold_minutes = { dry = 5, falling-fast = 3 }");
        let [off, fast] = told.try_into().unwrap();
        assert!(off.contains("alarm.hold_minutes.dry") && off.contains("alarm.off"), "{off}");
        assert!(
            fast.contains("hold_minutes.falling-fast") && fast.contains("alarm.fast"),
            "{fast}"
        );
    }

    #[test]
    fn rates_of_what_is_off_are_warned_of() {
        let fast = "fast = { m_per_hour = 0.3, source = 't' }";
        let [told] = said(&format!("{}{fast}", off(FAST.into_iter()))).try_into().unwrap();
        assert!(told.contains("alarm.fast"), "{told}");
    }

    #[test]
    fn a_channel_that_nothing_goes_out_by_is_warned_of() {
        let [told] = said(&format!("{}{CHANNEL}", off(Kind::ALL.into_iter()))).try_into().unwrap();
        assert!(told.contains("alarm.channel[0]"), "{told}");
        // Without `fast`, what is left of these does not ring either.
        let slow = Kind::ALL.into_iter().filter(|kind| !FAST.contains(kind));
        assert_eq!(said(&format!("{}{CHANNEL}", off(slow))).len(), 1);
        let urgent = off(Kind::ALL.into_iter().filter(|kind| kind.is_urgent()));
        assert_eq!(said(&format!("{urgent}{CHANNEL}")), Vec::<String>::new());
        let [told] = said(&format!("{urgent}{CHANNEL}urgent_only = true")).try_into().unwrap();
        assert!(told.contains("alarm.channel[0]") && told.contains("urgent"), "{told}");
        let called = "[[channel]]\nname = 'b'\nkind = 'mqtt'\nescalation = true";
        let [told] = said(&format!("{urgent}{CHANNEL}{called}")).try_into().unwrap();
        assert!(told.contains("alarm.channel[1]"), "{told}");
    }
}
