//! Topic filters of MQTT (MQTT 5.0, 4.7): which are valid, what they match, and which overlap.

/// The longest filter, bytes. Engineering judgement: those of real installations have fewer than a hundred.
pub const FILTER_MAX: usize = 200;

/// Whether `text` may be subscribed to: neither one of the broker's own topics nor a shared subscription.
pub fn is_filter(text: &str) -> bool {
    let levels = text.split('/').count();
    let right = |(place, level): (usize, &str)| match level {
        "+" => true,
        "#" => place + 1 == levels,
        name => !name.contains(['+', '#', '\0']),
    };
    (1..=FILTER_MAX).contains(&text.len())
        && !text.starts_with('$')
        && text.split('/').enumerate().all(right)
}

/// Whether `filter` takes in `topic`.
pub fn matches(filter: &str, topic: &str) -> bool {
    overlap(filter, topic)
}

/// Whether there is a topic that both filters take in.
pub fn overlap(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (Some("#"), _) | (_, Some("#")) | (None, None) => return true,
            (Some("+"), Some(_)) | (Some(_), Some("+")) => {}
            (Some(one), Some(other)) if one == other => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn filters_are_those_of_the_standard() {
        for right in ["a", "a/b", "+", "#", "a/+/b", "a/#", "/", "a//b", "塘/水 位/+"] {
            assert!(is_filter(right), "{right}");
        }
        for wrong in ["", "a/#/b", "a#", "a+/b", "$SYS/#", "$share/g/a", "a\0b", &"x".repeat(201)] {
            assert!(!is_filter(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_filter_takes_in_what_the_standard_says() {
        for (filter, topic, expected) in [
            ("sport/tennis/player1/#", "sport/tennis/player1", true),
            ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true),
            ("sport/tennis/+", "sport/tennis/player1", true),
            ("sport/tennis/+", "sport/tennis/player1/ranking", false),
            ("sport/+", "sport", false),
            ("sport/+", "sport/", true),
            ("+/+", "/finance", true),
            ("+", "/finance", false),
            ("#", "any/thing", true),
            ("a/b", "a/c", false),
        ] {
            assert_eq!(matches(filter, topic), expected, "{filter} {topic}");
        }
    }

    #[test]
    fn filters_overlap_where_one_topic_is_of_both() {
        for (one, other, expected) in [
            ("a/+/c", "a/b/+", true),
            ("a/+/c", "a/b/d", false),
            ("a/#", "a", true),
            ("a/#", "b/#", false),
            ("+/v1/#", "hanqing/#", true),
            ("telegraf/#", "hanqing/#", false),
        ] {
            assert_eq!(overlap(one, other), expected, "{one} {other}");
            assert_eq!(overlap(other, one), expected, "{other} {one}");
        }
    }

    proptest! {
        #[test]
        fn two_filters_of_one_topic_overlap(
            topic in prop::collection::vec("[ab]", 1..4),
            kinds in prop::collection::vec((0..4u8, 0..4u8), 4),
        ) {
            let filter = |which: fn(&(u8, u8)) -> u8| {
                let mut levels = Vec::new();
                for (level, kind) in topic.iter().zip(&kinds) {
                    match which(kind) {
                        0 => levels.push("+"),
                        1 => { levels.push("#"); break; }
                        _ => levels.push(level.as_str()),
                    }
                }
                levels.join("/")
            };
            let (one, other) = (filter(|kind| kind.0), filter(|kind| kind.1));
            let topic = topic.join("/");
            prop_assert!(matches(&one, &topic) && matches(&other, &topic));
            prop_assert!(overlap(&one, &other), "{one} {other}");
        }
    }
}
