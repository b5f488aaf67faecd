//! Where an input of an issued figure comes from, in words.

use crate::core::{CropId, Series};
use crate::figures::FigureId;
use crate::locales::{Text, issued as words};
use crate::water::Township;

/// The origin `text`, as a figure's JSON writes it, with the names of `township`; as it stands where it is none of this
/// version.
pub(super) fn origin(text: &str, township: &Township) -> Text {
    let found = match text.split_once(':') {
        Some(("ledger", row)) => Some(words::origin_row(row)),
        Some(("crop", "none")) => Some(words::origin_no_crop()),
        Some(("crop", id)) => of_crop(id, township),
        Some(("figure", id)) => of_figure(id),
        _ => of_series(text, township),
    };
    found.unwrap_or_else(|| Text::verbatim(text))
}

fn of_crop(id: &str, township: &Township) -> Option<Text> {
    let id: CropId = id.parse().ok()?;
    Some(words::origin_crop(township.crop_name(&id)))
}

fn of_figure(text: &str) -> Option<Text> {
    let (id, end) = text.split_once('@').map_or((text, None), |(id, end)| (id, Some(end)));
    let name = FigureId::from_id(id)?.spec().name();
    Some(match end {
        Some(end) => words::origin_figure_at(name, end),
        None => words::origin_figure(name),
    })
}

fn of_series(text: &str, township: &Township) -> Option<Text> {
    let series: Series = text.parse().ok()?;
    let station = township.station(&series.station)?;
    Some(words::origin_series(&station.name, series.parameter.spec().name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn an_origin_is_told_in_words_and_an_unknown_one_as_it_stands() {
        let township: Township = toml::from_str(
            "name = \"t\"\n[[station]]\nid = \"pond\"\nname = \"大塘\"\nkind = \"pond\"\nvillage = \"v\"\n",
        )
        .unwrap();
        let told = |text| origin(text, &township).within(Lang::Chinese);
        assert_eq!(told("ledger:120"), "台账第 120 条");
        assert_eq!(told("crop:none"), "没写作物的记录");
        assert_eq!(told("pond/level"), "大塘的水位");
        assert!(told("figure:area_failed").contains("绝收"), "{}", told("figure:area_failed"));
        assert!(told("figure:area_failed@2021-11-15").ends_with("（到 2021-11-15）"));
        for text in ["gone/level", "figure:gone", "something"] {
            assert_eq!(told(text), text);
        }
    }
}
