//! Options that belong to the one before them: `--station a --kind pond --station b --kind well`.

use std::collections::BTreeMap;

use clap::ArgMatches;

/// What is given of one thing: the values by the ids of their arguments.
pub type Group = BTreeMap<&'static str, String>;

/// The things that the options `leader` begin, in their order, and the values of each. What stands before the first
/// belongs to it, so that of a single thing the order is free. Without a leader, one of what else is given; none where
/// nothing is. Of a value that is given twice the last one counts, as elsewhere on the command line.
pub fn grouped(
    matches: &ArgMatches,
    leader: &'static str,
    followers: &[&'static str],
) -> Vec<Group> {
    let mut given = values(matches, leader);
    let firsts: Vec<usize> = given.iter().map(|(place, ..)| *place).collect();
    given.extend(followers.iter().copied().flat_map(|id| values(matches, id)));
    given.sort_by_key(|(place, ..)| *place);
    let mut groups: Vec<Group> = firsts.iter().map(|_| Group::new()).collect();
    if groups.is_empty() && !given.is_empty() {
        groups.push(Group::new());
    }
    for (place, id, value) in given {
        let before = firsts.iter().filter(|first| **first <= place).count();
        if let Some(group) = groups.get_mut(before.saturating_sub(1)) {
            group.insert(id, value);
        }
    }
    groups
}

/// The values of an argument with their places.
fn values(matches: &ArgMatches, id: &'static str) -> Vec<(usize, &'static str, String)> {
    let places = matches.indices_of(id).into_iter().flatten();
    let values = matches.get_many::<String>(id).into_iter().flatten();
    places.zip(values).map(|(place, value)| (place, id, value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, Command};

    use super::*;

    /// The groups of these words, each as its values by name.
    fn groups(words: &str) -> Vec<String> {
        let option = |id: &'static str| Arg::new(id).long(id).action(ArgAction::Append);
        let command = Command::new("x").no_binary_name(true);
        let command = command.arg(option("unit")).arg(option("profile")).arg(option("station"));
        let matches = command.get_matches_from(words.split_whitespace());
        let groups = grouped(&matches, "unit", &["profile", "station"]);
        let shown = |group: Group| {
            group.into_iter().map(|(id, value)| format!("{id}={value}")).collect::<Vec<_>>()
        };
        groups.into_iter().map(|group| shown(group).join(" ")).collect()
    }

    #[test]
    fn an_option_belongs_to_the_leader_before_it() {
        assert_eq!(groups(""), [""; 0]);
        assert_eq!(groups("--station s"), ["station=s"]);
        let one = "profile=p station=s unit=1";
        for words in ["--unit 1 --profile p --station s", "--station s --profile p --unit 1"] {
            assert_eq!(groups(words), [one], "{words}");
        }
        let several = "--profile p --unit 1 --station s --unit 2 --station t --profile q --unit 3";
        assert_eq!(groups(several), [one, "profile=q station=t unit=2", "unit=3"]);
    }
}
