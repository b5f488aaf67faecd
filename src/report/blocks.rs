//! The blocks of the section: parts of it that an office takes or leaves.

use std::collections::BTreeMap;
use std::path::Path;

use crate::core::Problems;
use crate::locales::{core, report as words};

macro_rules! blocks {
    ($($(#[$doc:meta])* $name:ident: $id:literal;)*) => {
        /// A part of the section. The order of the section is that of its template.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Block { $($(#[$doc])* $name,)* }

        impl Block {
            /// All blocks, in the order in which offices write.
            pub const ALL: &'static [Block] = &[$(Block::$name,)*];

            /// The name in configuration and templates.
            pub fn id(self) -> &'static str { match self { $(Block::$name => $id,)* } }
        }
    };
}

blocks! {
    /// Rain, compared with the usual, and days without.
    Rain: "rain";
    /// Water stored in ponds and reservoirs.
    Storage: "storage";
    /// Since when, villages hit, dry channels, ponds, reservoirs and wells.
    Drought: "drought";
    /// Crop area in drought by grade.
    Areas: "areas";
    /// Crop area affected, damaged and failed.
    Damage: "damage";
    /// Persons affected, and losses of grain and money.
    Losses: "losses";
    /// The emergency response.
    Response: "response";
    /// People at work.
    People: "people";
    /// Wells, water trucks and pump stations in use.
    Machines: "machines";
    /// Pump sets, electricity, fuel and money.
    Equipment: "equipment";
    /// Wells drilled, canals cleared, pipes laid, works repaired.
    Works: "works";
    /// Water pumped, area irrigated and replanted.
    Irrigation: "irrigation";
    /// Crops rescued and loss averted.
    Saved: "saved";
    /// People and livestock short of drinking water, or that nobody was.
    Drinking: "drinking";
    /// Water carried, people and livestock relieved.
    Relief: "relief";
    /// Drinking-water works inspected, paid for and built.
    WaterWorks: "water_works";
}

/// What an office chooses of the section. By default the built-in templates and all blocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// Directory of its own templates, which replace those of the program.
    pub templates: Option<&'a Path>,
    /// Names of the blocks that it takes; all where it names none.
    pub blocks: Option<&'a [String]>,
}

impl Choice<'_> {
    fn takes(&self, block: Block) -> bool {
        self.blocks.is_none_or(|names| names.iter().any(|name| name == block.id()))
    }

    /// Whether each block is taken, by its name.
    pub(super) fn by_name(&self) -> BTreeMap<&'static str, bool> {
        Block::ALL.iter().map(|block| (block.id(), self.takes(*block))).collect()
    }
}

/// Adds every problem of the names of blocks in a configuration.
pub fn check_blocks(names: &[String], found: &mut Problems) {
    let known = || Block::ALL.iter().map(|block| block.id());
    found.required(!names.is_empty(), "blocks", words::no_block_named(), words::all_blocks());
    for name in names {
        found.one_of("blocks", name, known(), words::no_such_block());
    }
    found.unique("blocks", "", names.iter(), core::remove_one());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_choice_all_blocks_are_taken_and_with_one_those_that_it_names() {
        assert!(Choice::default().by_name().values().all(|taken| *taken));
        let names = ["rain".to_owned(), "water_works".to_owned()];
        let choice = Choice { templates: None, blocks: Some(&names) };
        let taken: Vec<&str> =
            choice.by_name().into_iter().filter(|(_, taken)| *taken).map(|(id, _)| id).collect();
        assert_eq!(taken, ["rain", "water_works"]);
    }

    #[test]
    fn a_wrong_name_is_told_with_the_nearest_and_an_empty_list_is_refused() {
        let told = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let problems = Problems::of(|found| check_blocks(&names, found));
            problems.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(told(&["rain", "storage"]), Vec::<String>::new());
        let [wrong] = &told(&["rian"])[..] else { panic!("{:?}", told(&["rian"])) };
        assert!(wrong.contains("did you mean `rain`?"), "{wrong}");
        let [far] = &told(&["降雨"])[..] else { panic!("{:?}", told(&["降雨"])) };
        assert!(far.contains("rain, storage, drought"), "{far}");
        assert!(told(&[])[0].contains("leave it out"), "{:?}", told(&[]));
        assert_eq!(told(&["rain", "rain"]).len(), 1);
    }
}
