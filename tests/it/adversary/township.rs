//! The township's file of a world, and the statement and section that are made of it.

use std::fmt::Write;

use hanqing::account::Basis;
use hanqing::figures::{Inputs, Rules, Statement, compute};
use hanqing::locales::Lang;
use hanqing::report;
use hanqing::water::{StationKind, Township};

use super::judge::Case;
use super::rows::CROPS;
use super::seen::Hours;
use super::world::{Source, World};

/// The blocks of the section whose clauses are judged. Of water stored and pumped, and of areas irrigated by pumps, the
/// townships have no truth; of the others they have no rows.
const JUDGED: [&str; 8] =
    ["drought", "damage", "machines", "equipment", "saved", "drinking", "relief", "water_works"];

/// The township's file: what is watched, without the truth.
pub fn text(world: &World) -> String {
    let mut text = String::from("name = \"试验乡\"\n");
    for village in &world.villages {
        let (id, name, persons) = (&village.id, &village.name, village.persons);
        let _ = write!(
            text,
            "[[village]]\nid = \"{id}\"\nname = \"{name}\"\npersons = {persons}\ngroups = 12\n\
             sown_area_mu = 3000.0\n"
        );
    }
    for source in &world.sources {
        station(&mut text, source);
    }
    for pump in &world.pumps {
        let asset = pump.asset.as_ref().map_or(String::new(), |id| format!(", asset = \"{id}\""));
        let _ = write!(
            text,
            "[[station]]\nid = \"{id}\"\nname = \"{id}\"\nkind = \"pump\"\n\
             village = \"village-{village}\"\npump = {{ source = \"pond-1\", rated_power_kw = {kw:?}, \
             rated_flow_m3h = {flow:?}, rated_head_m = 15.0, irrigates_mu = 120.0{asset} }}\n",
            id = pump.id,
            village = pump.village,
            kw = pump.rated_kw,
            flow = pump.rated_kw * 12.0,
        );
    }
    for (id, yield_kg, price) in CROPS {
        let _ = write!(
            text,
            "[[crop]]\nid = \"{id}\"\nname = \"{id}\"\nkind = \"grain\"\nsown_area_mu = 10000.0\n\
             yield_kg_per_mu = {yield_kg:?}\nprice_yuan_per_kg = {price:?}\nsource = \"test\"\n\
             confidence = 1.0\n"
        );
    }
    text
}

fn station(text: &mut String, source: &Source) {
    let kind = match source.kind {
        StationKind::Pond => "pond",
        StationKind::Channel => "channel",
        StationKind::Reservoir => "reservoir",
        _ => "tank",
    };
    let _ = write!(
        text,
        "[[station]]\nid = \"{id}\"\nname = \"{id}\"\nkind = \"{kind}\"\n\
         village = \"village-{village}\"\nbottom_m = {bottom:?}\nnormal_m = {normal:?}\n",
        id = source.id,
        village = source.village,
        bottom = source.bottom_m,
        normal = source.normal_m,
    );
    for (name, level) in [("crest_m", source.crest_m), ("dead_m", source.dead_m)] {
        if let Some(level) = level {
            let _ = writeln!(text, "{name} = {level:?}");
        }
    }
    if let Some(persons) = source.serves {
        let _ = writeln!(text, "serves_persons = {persons}");
    }
    if let Some(warn) = source.warn_m {
        let guard = source.bottom_m + 0.6;
        let _ = writeln!(
            text,
            "threshold = [{{ months = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], quantity = \"level\", \
             warn = {warn:?}, guard = {guard:?}, source = \"test\", confidence = 1.0 }}]"
        );
    }
}

/// The statement of a case, and the paragraphs of its section.
pub fn printed(case: &Case, rules: &Rules) -> (Statement, Vec<String>) {
    let time = &case.world.time;
    let township: Township = toml::from_str(&text(&case.world)).unwrap();
    let mut cells = Hours { time, seen: &case.seen };
    let inputs = Inputs {
        basis: Basis {
            township: &township,
            calendar: &time.calendar,
            entries: &case.rows.entries,
            period: time.period,
        },
        earlier: &[],
        pending: &[],
        rules,
        acceptances: &[],
        caveats: &[],
        wordings: &[],
        code_version: "test",
    };
    let statement = compute(&inputs, &mut cells).unwrap();
    let issued_at = time.at(time.all_steps() - 1);
    let blocks = JUDGED.map(str::to_owned);
    let choice = report::Choice { templates: None, blocks: Some(&blocks) };
    let section = report::section(choice, &township, &statement, issued_at, Lang::Chinese).unwrap();
    (statement, section)
}
