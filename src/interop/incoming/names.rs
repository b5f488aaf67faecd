//! Names of what has no place: counted, and the first few kept for a person to read.

/// Names that are kept. Engineering judgement: enough to see what is meant.
const NAMES_MAX: usize = 5;

/// Characters of a name that are kept.
const CHARACTERS_MAX: usize = 80;

/// How many there were, and the first different ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    pub count: u64,
    pub first: Vec<String>,
}

impl Names {
    /// Counts one; its name is made only where there is room for it. Make it of names that [`brief`] has cut: a message
    /// may have one that is as long as itself beside each of its values.
    pub fn add(&mut self, name: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < NAMES_MAX {
            self.keep(name());
        }
    }

    /// Counts those of `others`, too.
    pub fn merge(&mut self, others: Self) {
        self.count = self.count.saturating_add(others.count);
        for name in others.first {
            if self.first.len() < NAMES_MAX {
                self.keep(name);
            }
        }
    }

    fn keep(&mut self, name: String) {
        let kept = brief(&name);
        let name = if kept.len() < name.len() { format!("{kept}...") } else { name };
        if !self.first.contains(&name) {
            self.first.push(name);
        }
    }
}

/// As much of a name as is kept.
pub fn brief(name: &str) -> &str {
    match name.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => name.get(..end).unwrap_or_default(),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_different_names_are_kept_and_all_are_counted() {
        let mut names = Names::default();
        for n in 0..1000 {
            names.add(|| format!("{}-{}", n % 7, "旱".repeat(500)));
        }
        assert_eq!((names.count, names.first.len()), (1000, NAMES_MAX));
        assert!(names.first[0].starts_with("0-旱") && names.first[0].chars().count() < 90);
        let mut other = Names::default();
        other.add(|| "x".into());
        other.merge(names);
        assert_eq!((other.count, other.first.len()), (1001, NAMES_MAX));
    }
}
