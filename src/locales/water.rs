//! Names of what a township has and how it stands; rules of curves and grades.

messages! { "water";
    // Kinds of stations.
    pond() { zh "塘堰" en "pond" }
    reservoir() { zh "水库" en "reservoir" }
    channel() { zh "河沟" en "channel" }
    well() { zh "机井" en "well" }
    tank() { zh "饮水池" en "drinking-water tank" }
    pump() { zh "泵站" en "pump station" }
    rain_gauge() { zh "雨量站" en "rain gauge" }
    soil() { zh "墒情站" en "soil station" }

    // Status of a source.
    status_normal() { zh "正常" en "normal" }
    status_low() { zh "偏低" en "low" }
    status_warn() { zh "旱警" en "drought warning" }
    status_guard() { zh "旱保" en "drought guarantee" }
    status_no_flow() { zh "断流" en "no flow" }
    status_dry() { zh "干涸" en "dry" }

    // Why a level is not believed.
    level_below_bottom() { zh "水位低于底高程" en "the level lies below the bottom" }
    level_above_crest() { zh "水位远高于顶高程" en "the level lies far above the crest" }
    level_outside_curve() { zh "水位远高于库容曲线" en "the level lies far above the storage curve" }
    level_too_fast() { zh "水位变化过快" en "the level changed faster than such a water can" }

    // Grades of a drought.
    grade_none() { zh "正常" en "normal" }
    grade_light() { zh "轻度干旱" en "light drought" }
    grade_moderate() { zh "中度干旱" en "moderate drought" }
    grade_severe() { zh "严重干旱" en "severe drought" }
    grade_extreme() { zh "特大干旱" en "extreme drought" }

    // Indices that rules grade.
    rainless_days() { zh "连续无雨日数（天）" en "days without rain on end" }
    rain_anomaly(days) { zh "近{days}日降水距平（%）" en "rain of {days} days against the usual (%)" }
    soil_moisture() { zh "土壤相对湿度（%）" en "relative soil moisture (%)" }
    storage_share() {
        zh "水库可用水量占兴利库容（%）"
        en "usable water of the reservoirs against their useful capacity (%)"
    }
    supply_days() { zh "可供水天数（天）" en "days of supply" }

    // Storage curves.
    curve_too_short(points) {
        zh "水位库容曲线至少要有两个 `[水位, 库容]` 点，这里只有 {points} 个"
        en "a storage curve needs at least two points of [level, storage], here are {points}"
    }
    curve_not_rising(index, level, storage) {
        zh "水位库容曲线的点 {index}（[{level}, {storage}]）的水位和库容应都大于前一个点"
        en "point {index} of the storage curve, [{level}, {storage}], does not rise above the one before it in level and storage"
    }
    curve_impossible(index) {
        zh "水位库容曲线的点 {index} 不是有限的数，或库容为负"
        en "point {index} of the storage curve is not finite or has a negative storage"
    }

    // Files of rules.
    rules_form(file) { zh "写法见 `{file}`" en "{file} shows the form" }
    not_in_both() { zh "没有写，中文和英文都要写" en "is missing: both languages are needed" }
    write_both(key) {
        zh "写 `{key}.zh` 和 `{key}.en` 两项；只写 `{key} = \"…\"` 则两种语言通用"
        en "write `{key}.zh` and `{key}.en`; a plain `{key} = \"…\"` stands for both languages"
    }
    confidence_and_source() { zh "每条规则都要写来源和可信度" en "a rule has a source and a confidence" }
    not_a_grade(number) { zh "{number} 不是旱情等级，应为 0 到 4" en "{number} is not a grade: 0 to 4" }
    no_such_set() { zh "没有属于这一组的规则" en "no rule belongs to this set" }
    sets(names) { zh "可用的组有：{names}" en "the sets are {names}" }
    not_months() { zh "月份应为 1 到 12" en "must be 1 to 12" }
    name_months() { zh "写明适用的月份" en "name the months in which it holds" }
    one_bound() { zh "每个等级只写一个界限" en "a band has one bound" }
    bounds() { zh "`at_most`、`below`、`at_least`、`above` 四选一" en "at_most, below, at_least or above" }
    bands_do_not_worsen() { zh "各等级没有依次加重" en "the bands do not worsen" }
    from_light_to_extreme() {
        zh "从轻度到特大，每一级都应比前一级更重"
        en "from light to extreme, each further on than the one before"
    }
    zero_for_none() { zh "不需要就写 0" en "0 for none" }
    say_source_of_numbers() {
        zh "写明数值的来源和可信度（0 到 1）"
        en "say where the numbers come from and how sure they are, 0 to 1"
    }
}
