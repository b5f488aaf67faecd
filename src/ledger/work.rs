//! What persons did about a report before it is accepted or issued: whoever did it leaves the next step to others.

use super::persons::{Person, PersonError, Persons, Separation};
use crate::account::Entry;
use crate::core::Role;
use crate::locales::{Text, ledger as words};

/// Something that a person did, with how she is named there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work<'a> {
    /// Entered the row.
    Entered(i64, &'a str),
    /// Reviewed the row.
    Reviewed(i64, &'a str),
    /// Accepted a finding of the rule.
    Accepted(&'a str, &'a str),
}

/// Why a person may not take the next step.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", self.text())]
pub enum WorkError {
    /// She did `first`, and `more` of the same report.
    Own { by: String, first: Text, more: usize, others: Others },
    /// Nobody can say whether she did `first`.
    Unlisted { first: Text, why: PersonError },
}

/// Who may take the step instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Others {
    /// Nobody is listed, so nobody can say.
    NoList,
    /// Those of the list who did nothing of it, by office and name, without those whose role does not allow it.
    Listed(Vec<String>),
}

impl Others {
    /// Those of `persons` who did none of `works`. Who accepts or issues is a reviewer; on this machine somebody
    /// without a role may be one.
    fn of(persons: &Persons, works: &[Work<'_>]) -> Self {
        if persons.is_empty() {
            return Self::NoList;
        }
        let took_part: Vec<&Person> =
            works.iter().filter_map(|work| persons.find(work.by()).ok()).collect();
        let may = |person: &&Person| person.role.is_none_or(|role| role >= Role::Reviewer);
        let free = persons.iter().filter(may).filter(|person| !took_part.contains(person));
        Self::Listed(free.map(Person::full_name).collect())
    }

    fn text(&self) -> Text {
        match self {
            Self::NoList => Text::default(),
            Self::Listed(names) if names.is_empty() => words::nobody_else_may(),
            Self::Listed(names) => words::others_may(Text::list(names)),
        }
    }
}

impl WorkError {
    pub fn text(&self) -> Text {
        match self {
            Self::Own { by, first, more, others } => {
                let own = match more {
                    0 => words::own_work(by, first),
                    more => words::own_works(by, first, *more),
                };
                let others = others.text();
                if others.is_empty() { own } else { Text::clauses([own, others]) }
            }
            Self::Unlisted { first, why } => words::unlisted_work(first, why.text()),
        }
    }
}

impl<'a> Work<'a> {
    /// That `entry` was entered, and that it was reviewed.
    pub fn of(entry: &'a Entry) -> impl Iterator<Item = Work<'a>> {
        let reviewed = entry.reviewed_by.as_deref();
        let entered = Self::Entered(entry.id, &entry.entered_by);
        std::iter::once(entered).chain(reviewed.map(|by| Self::Reviewed(entry.id, by)))
    }

    fn by(self) -> &'a str {
        match self {
            Self::Entered(_, by) | Self::Reviewed(_, by) | Self::Accepted(_, by) => by,
        }
    }

    fn text(self) -> Text {
        match self {
            Self::Entered(row, by) => words::work_entered(row, by),
            Self::Reviewed(row, by) => words::work_reviewed(row, by),
            Self::Accepted(rule, by) => words::work_accepted(rule, by),
        }
    }
}

/// Whether `by` did none of `works`.
///
/// # Errors
/// She did one of them, or one of them was done by nobody of the list.
pub fn apart_from<'a>(
    persons: &Persons,
    by: &str,
    works: impl Iterator<Item = Work<'a>>,
) -> Result<(), WorkError> {
    let works: Vec<Work<'_>> = works.collect();
    let mut own = Vec::new();
    let mut unlisted = None;
    for work in &works {
        match persons.separation(work.by(), by) {
            Separation::Apart => {}
            Separation::Same => own.push(work),
            Separation::Unlisted(why) => {
                unlisted = unlisted.or(Some(WorkError::Unlisted { first: work.text(), why }));
            }
        }
    }
    if let Some(first) = own.first() {
        let (by, first) = (by.to_owned(), first.text());
        let (more, others) = (own.len() - 1, Others::of(persons, &works));
        return Err(WorkError::Own { by, first, more, others });
    }
    unlisted.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Person;
    use crate::locales::{Lang, within};

    fn listed() -> Persons {
        let person = |id: &str, name: &str, office: &str| Person {
            id: id.into(),
            name: name.into(),
            office: office.into(),
            role: None,
        };
        vec![person("huang", "黄某", "财政所"), person("wu", "吴某", "乡政府")].into()
    }

    const WORKS: [Work<'_>; 4] = [
        Work::Entered(3, "财政所 黄某"),
        Work::Reviewed(3, "谢某"),
        Work::Entered(5, "黄某。"),
        Work::Accepted("money-per-mu", "黄 某"),
    ];

    #[test]
    fn who_did_a_part_leaves_the_next_step_to_others() {
        let own = apart_from(&listed(), "huang", WORKS.into_iter()).unwrap_err();
        assert!(matches!(&own, WorkError::Own { more: 2, .. }), "{own:?}");
        let told = Lang::ALL.map(|lang| within(lang, || own.to_string()));
        assert!(told[0].contains("第 3 条是财政所 黄某登记的"), "{told:?}");
        assert!(told[1].contains("row 3 was entered by 财政所 黄某, and 2 more"), "{told:?}");
        assert!(told[0].ends_with("名单上还可以做这一步的：乡政府 吴某"), "{told:?}");
        let all = [&WORKS[..], &[Work::Reviewed(5, "乡政府 吴某")]].concat();
        let nobody = apart_from(&listed(), "huang", all.into_iter()).unwrap_err();
        let nobody = within(Lang::Chinese, || nobody.to_string());
        assert!(nobody.contains("没有人可以做这一步") && nobody.contains("[[person]]"), "{nobody}");
        let unlisted = apart_from(&listed(), "wu", WORKS.into_iter()).unwrap_err().to_string();
        assert!(unlisted.contains("row 3 was reviewed by 谢某"), "{unlisted}");
        let without_nobody = WORKS.into_iter().filter(|work| work.by() != "谢某");
        assert_eq!(apart_from(&listed(), "wu", without_nobody), Ok(()));
    }

    #[test]
    fn who_may_not_by_her_role_is_not_named_among_the_others() {
        let person = |id: &str, role| Person {
            id: id.into(),
            name: id.into(),
            office: "乡政府".into(),
            role,
        };
        let persons: Persons = vec![
            person("recorder", Some(Role::Recorder)),
            person("viewer", Some(Role::Viewer)),
            person("reviewer", Some(Role::Reviewer)),
            person("administrator", Some(Role::Administrator)),
            person("somebody", None),
            person("huang", Some(Role::Reviewer)),
        ]
        .into();
        let own = apart_from(&persons, "huang", [Work::Entered(3, "huang")].into_iter());
        let Err(WorkError::Own { others: Others::Listed(names), .. }) = own else {
            panic!("{own:?}")
        };
        assert_eq!(names, ["乡政府 reviewer", "乡政府 administrator", "乡政府 somebody"]);
    }

    #[test]
    fn without_a_list_names_are_compared() {
        let none = Persons::default();
        let own = apart_from(&none, "谢某", WORKS.into_iter()).unwrap_err();
        assert!(matches!(&own, WorkError::Own { others: Others::NoList, .. }), "{own:?}");
        assert_eq!(apart_from(&none, "吴某", WORKS.into_iter()), Ok(()));
    }
}
