//! Where in a file a value stands.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

/// Line and column, from 1, of every key of a file.
#[derive(Default)]
pub struct Positions(BTreeMap<String, (usize, usize)>);

impl Positions {
    /// Reads a file's text.
    ///
    /// # Errors
    /// Position and message of what is no TOML.
    pub fn read(text: &str) -> Result<Self, ((usize, usize), String)> {
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            (line_column(text, at), error.message().to_owned())
        })?;
        let mut positions = BTreeMap::new();
        walk(table.get_ref(), "", text, &mut positions);
        Ok(Self(positions))
    }

    /// The position of `path`, or of the nearest table around it that the file has.
    pub fn of(&self, path: &str) -> Option<(usize, usize)> {
        let mut path = path;
        loop {
            if let Some(position) = self.0.get(path) {
                return Some(*position);
            }
            let cut = path.rfind(['.', '['])?;
            path = &path[..cut];
        }
    }
}

fn walk(
    table: &DeTable<'_>,
    prefix: &str,
    text: &str,
    positions: &mut BTreeMap<String, (usize, usize)>,
) {
    for (key, value) in table.iter() {
        let name: &str = key.get_ref();
        let path = if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}.{name}")
        };
        positions.insert(path.clone(), line_column(text, key.span().start));
        value_of(value.get_ref(), &path, text, positions);
    }
}

fn value_of(
    value: &DeValue<'_>,
    path: &str,
    text: &str,
    positions: &mut BTreeMap<String, (usize, usize)>,
) {
    match value {
        DeValue::Table(table) => walk(table, path, text, positions),
        DeValue::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let path = format!("{path}[{index}]");
                positions.insert(path.clone(), line_column(text, element.span().start));
                value_of(element.get_ref(), &path, text, positions);
            }
        }
        _ => {}
    }
}

fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_keys_and_elements() {
        let positions =
            Positions::read("a = 1\n[[bus]]\n  name = 'x'\n[[bus]]\nname = 'y'\n").unwrap();
        assert_eq!(positions.of("a"), Some((1, 1)));
        assert_eq!(positions.of("bus[0].name"), Some((3, 3)));
        assert_eq!(positions.of("bus[1].name"), Some((5, 1)));
        assert_eq!(positions.of("bus[1].unit"), positions.of("bus[1]"));
        assert_eq!(Positions::read("a = \n").err().unwrap().0.0, 1);
    }
}
