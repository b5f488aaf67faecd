//! Figures: names, methods, findings, wording.

messages! { "figures";
    // Classes.
    measured() { zh "实测" en "measured" }
    derived() { zh "推算" en "derived" }
    mixed() { zh "实测与填报" en "measured and entered" }
    entered() { zh "填报" en "entered" }
    attested() { zh "证实" en "attested" }

    // Verdicts on words.
    proved() { zh "有据" en "proved" }
    refuted() { zh "与证据相反" en "refuted" }
    open() { zh "未定" en "open" }
    bounds_too_wide(least, most) {
        zh "真实值在{least}至{most}之间，一个说法盖不住"
        en "the true value lies between {least} and {most}, and no one phrase covers both"
    }
    not_bounded(least) {
        zh "真实值不低于{least}，上限不明"
        en "the true value is at least {least}; nothing bounds it above"
    }
    areas_do_not_add_up(affected, failed, rescued) {
        zh "受灾{affected}、绝收{failed}、挽救{rescued}三个说法合不拢"
        en "affected {affected}, failed {failed} and rescued {rescued} do not add up as they are worded"
    }
    not_whole(value) {
        zh "{value}不是整数，请核对台账"
        en "{value} is not a whole number; check the ledger"
    }
    known_part(phrase) { zh "{phrase}（数据不全）" en "{phrase} (data incomplete)" }
    entered_part(phrase) { zh "{phrase}（待核实）" en "{phrase} (to be verified)" }

    // Words of figures that are more than number and unit.
    since_month(month) { zh "{month}月份以来" en "{month}" }
    in_month(month) { zh "{month}月份" en "{month}" }
    response(grade) { zh "抗旱{grade}级应急响应" en "drought response of grade {grade}" }
    month_of_year(year, month) { zh "{year}年{month}" en "{month} {year}" }
    no_channel_dry(n) { zh "监测的{n}处河沟未出现断流" en "none of the {n} watched channels ceased to flow" }
    few_channels_dry(n) { zh "监测的{n}处河沟中个别断流" en "few of the {n} watched channels ceased to flow" }
    some_channels_dry() { zh "部分河沟断水" en "some channels ceased to flow" }
    most_channels_dry(n) { zh "监测的{n}处河沟多数断流" en "most of the {n} watched channels ceased to flow" }
    all_channels_dry(n) { zh "监测的{n}处河沟全部断流" en "all {n} watched channels ceased to flow" }
    one_channel_dry() { zh "监测的1处河沟断流" en "the one watched channel ceased to flow" }
    no_pond_dry(n) { zh "监测的{n}座塘堰未出现干涸" en "none of the {n} watched ponds ran dry" }
    few_ponds_dry(n) { zh "监测的{n}座塘堰中个别干涸" en "few of the {n} watched ponds ran dry" }
    some_ponds_dry() { zh "部分塘堰干涸" en "some ponds ran dry" }
    most_ponds_dry(n) { zh "监测的{n}座塘堰多数干涸" en "most of the {n} watched ponds ran dry" }
    all_ponds_dry(n) { zh "监测的{n}座塘堰全部干涸" en "all {n} watched ponds ran dry" }
    one_pond_dry() { zh "监测的1座塘堰干涸" en "the one watched pond ran dry" }
    throughout() { zh "整个旱情期间" en "throughout the drought" }
    day_of_month(month, day) { zh "{month}月{day}日" en "{day} {month}" }
    day_of_year(year, day) { zh "{year}年{day}" en "{day} {year}" }
    from_day_to_day(from, to) { zh "{from}至{to}" en "from {from} to {to}" }
    on_day(day) { zh "{day}" en "on {day}" }
    in_these_days(days, said) { zh "{days}{said}" en "{said} {days}" }
    nobody_short(time) { zh "{time}未有一人次出现饮水困难情况" en "nobody was short of drinking water {time}" }
    nobody_short_of(time, n, persons) {
        zh "{time}由监测的{n}处饮水水源供水的{persons}人未有一人次出现饮水困难情况"
        en "none of the {persons} people supplied by the watched drinking-water sources ({n}) was short of drinking water {time}"
    }
    nobody_short_among(time, n) {
        zh "{time}由监测的{n}处饮水水源供水的群众未有一人次出现饮水困难情况"
        en "none of the people supplied by the watched drinking-water sources ({n}) was short of drinking water {time}"
    }
    somebody_short(number) { zh "有{number}出现饮水困难情况" en "short of drinking water: {number}" }
    cases(n) { zh "{n}人次" en "{n} person-times" }

    // Why a figure is absent.
    not_a_number() {
        zh "计算结果不是有效数字，请核对台账与参数"
        en "the result is not a finite number; check ledger and parameters"
    }
    lacks(name) { zh "缺少{name}" en "{name} is missing" }
    no_data_of(name) { zh "没有{name}的数据" en "there are no data on {name}" }
    no_data_for(names) { zh "没有数据：{names}" en "no data: {names}" }
    no_rows(names) { zh "台账中没有{names}的记录" en "the ledger has no row for {names}" }
    quoted(name) { zh "“{name}”" en "“{name}”" }
    quoted_too(before, name) { zh "{before}“{name}”" en "{before}, “{name}”" }
    no_rows_too(names) { zh "台账中没有：{names}" en "the ledger has no row for: {names}" }
    no_fuel() { zh "没有油料数据" en "there are no data on fuel" }
    no_meter_data() { zh "没有任何电表数据" en "no electricity meter has data" }
    no_pump_data() { zh "没有任何泵站数据" en "no pump station has data" }
    no_running_data() { zh "没有一处泵站能断定是否运行过" en "of no pump station is it known whether it ran" }
    no_pump_nor_declared() {
        zh "没有一台水泵能断定是否运行过，台账中也没有“未装表抗旱设备”"
        en "of no pump is it known whether it ran, and the ledger has no “equipment without a meter”"
    }
    no_water_pumped() { zh "没有提水量" en "the water pumped is not known" }
    no_irrigation() {
        zh "乡镇配置中没有灌水定额（`irrigation`）"
        en "the township's file has no water of one pass (irrigation)"
    }
    no_onset() {
        zh "台账中没有抗旱期，传感器数据也未见连续旱警"
        en "the ledger has no drought event, and no sensor shows a lasting drought warning"
    }
    no_station(kind) { zh "没有{kind}测站" en "there is no station of the kind {kind}" }
    dry_unknown(reasons) {
        zh "不能断定是否干涸：{reasons}"
        en "whether they ran dry cannot be said: {reasons}"
    }
    nothing_stated() {
        zh "台账中没有“因旱饮水困难”的陈述"
        en "the ledger states nothing about “persons short of drinking water”"
    }
    nobody_contradicted() {
        zh "台账陈述无人饮水困难，与证据相反"
        en "the ledger states that nobody was short of drinking water, and the evidence contradicts it"
    }
    too_little_evidence() {
        zh "台账陈述无人饮水困难，但证据不足"
        en "the ledger states that nobody was short of drinking water, but there is too little evidence"
    }
    wrong_response(row) {
        zh "台账第{row}条的响应级别不是1至4，也不是0（终止）"
        en "the grade of the response in ledger row {row} is neither 1 to 4 nor 0, which ends it"
    }
    wrong_grade(code, rows) {
        zh "“{code}”的数值不是级别：{rows}"
        en "rows of “{code}” whose value is no grade: {rows}"
    }
    look_at_grade() {
        zh "Ⅰ级至Ⅳ级填1至4，终止响应填0；填错的用更正条目改正"
        en "grades I to IV are entered as 1 to 4, the end of the response as 0; correct the wrong rows in the ledger"
    }
    response_last(day, grade) {
        zh "取期间最高的级别；最后一次填报是{day}的{grade}级"
        en "the highest grade of the period; the latest entry is that of {day}: grade {grade}"
    }
    response_ended(day) { zh "{day}终止响应" en "the response ended on {day}" }
    more_failed_than_affected() {
        zh "绝收面积大于受灾面积，无法计算"
        en "more area failed than was affected; it cannot be worked out"
    }
    no_such_crop_affected() {
        zh "台账中没有这类作物的受灾面积"
        en "the ledger has no area affected for such crops"
    }
    crops_without_kind(names) {
        zh "作物表没有写明类别（`kind`）：{names}"
        en "the crop table does not give the kind (kind) of: {names}"
    }
    rows_without_kind(rows) {
        zh "台账第{rows}条没有写明作物，或作物没有类别（`kind`）"
        en "ledger rows without a crop, or with one without a kind (kind): {rows}"
    }

    // Why a crop cannot be reckoned with: a name, and what is wrong with it.
    no_crop_named() { zh "未写明作物" en "no crop named" }
    not_estimated(crop, why) { zh "{crop}{why}，无法估算" en "{crop}: {why}; it cannot be estimated" }
    rate_missing(rate) { zh "缺少{rate}" en "the {rate} is missing" }
    rates_contradict(rate) { zh "{rate}有互相矛盾的记录" en "the rows of the {rate} contradict each other" }
    rate_out_of_range(rate) { zh "{rate}不在0到100之间" en "the {rate} is not 0 to 100" }
    area_without_crop() { zh "的面积没有作物名" en "the area has no crop" }
    not_in_crop_table() { zh "不在乡镇作物表中" en "it is not in the crop table of the township" }
    crop_not_in_table(crop) { zh "{crop}不在乡镇作物表中" en "{crop}: it is not in the crop table of the township" }
    crop_without_kind(crop) {
        zh "{crop}未写明是粮食还是经济作物（`kind`）"
        en "{crop}: whether it is grain or a cash crop is not written (kind)"
    }
    crop_failed_more() { zh "的绝收面积大于受灾面积" en "more area failed than was affected" }
    rate_grew() {
        zh "的抗旱后损失率高于不抗旱损失率"
        en "the loss rate with relief is higher than that without"
    }

    // Notes of inputs.
    entered_by(document, by) { zh "{document}；{by}录入" en "{document}; entered by {by}" }
    corrects(row, reason) { zh "更正第{row}条：{reason}" en "corrects row {row}: {reason}" }
    reviewed_by(by) { zh "{by}复核" en "reviewed by {by}" }
    rescued_of_crop(crop, affected, failed) {
        zh "{crop}：受灾{affected}亩，绝收{failed}亩；已含在上两项中"
        en "{crop}: {affected} mu affected, {failed} mu failed; contained in the two above"
    }
    of_crop(crop, note) { zh "{crop}：{note}" en "{crop}: {note}" }
    worth_of_rescue(mu, kg_per_mu, yuan_per_kg, share, source) {
        zh "{mu}亩 × {kg_per_mu} kg/亩 × {yuan_per_kg}元/kg × {share}；产量与价格：{source}"
        en "{mu} mu × {kg_per_mu} kg/mu × {yuan_per_kg} yuan/kg × {share}; yield and price: {source}"
    }
    warned_from(source, day, days) {
        zh "{source}自{day}起连续{days}天达到旱警"
        en "{source} at its drought warning level for {days} days on end from {day}"
    }
    dry_from(source, at, longest_h, hours) {
        zh "{source}：自{at}起，见到干涸{hours}小时，其中最长一段{longest_h}小时"
        en "{source}: from {at}, seen dry for {hours} h, {longest_h} h of them in the longest spell"
    }
    dry_not_known(source, why) { zh "{source}：{why}" en "{source}: {why}" }
    no_bottom() { zh "乡镇配置中没有底高程" en "the township's file has no bottom level" }
    levels_doubted(hours, why) { zh "{hours}小时的水位不可信（{why}）" en "levels of {hours} h are not believed ({why})" }
    too_few_data() {
        zh "统计期内见到的时段不足以断定有无一天以上的干涸"
        en "the hours seen in the period do not tell whether it was dry for a day or longer"
    }
    same_set(name, asset) { zh "{name}；同一设备{asset}，只计一次" en "{name}; the same set {asset}, counted once" }

    // Notes of figures.
    no_data_not_counted(names) { zh "没有数据，未计入：{names}" en "no data, not counted: {names}" }
    no_plate_not_counted(names) { zh "没有铭牌数据，未计入：{names}" en "no plate, not counted: {names}" }
    few_data_not_counted(names) { zh "数据不足，未计入：{names}" en "too few data, not counted: {names}" }
    pumps_without(n, what, names) {
        zh "{n}个泵站没有{what}，未计入：{names}"
        en "pump stations without {what}, not counted ({n}): {names}"
    }
    meter_data() { zh "电表数据" en "meter data" }
    running_data() { zh "能断定是否运行过的数据" en "data that tell whether they ran" }
    data() { zh "数据" en "data" }
    energy_open(why, kwh) {
        zh "因{why}，真实值可能高出至多{kwh} kWh"
        en "{why}: the true value may be higher by up to {kwh} kWh"
    }
    open_by_declared() { zh "填报数未定" en "entered numbers that are not certain" }
    drawn_without_a_run() {
        zh "没有一台水泵证实运行过，电表走的可能只是自身耗电，不算抗旱用电"
        en "no pump is proved to have run: the meters may show only what they draw themselves, which was not used against the drought"
    }
    replaced_without_meter() {
        zh "台账有换表记录没有写明是哪个表，不知道哪个表的示数接不上"
        en "the ledger says that a meter was replaced and not which one, so that nobody knows which register does not run on"
    }
    by_area_of_pumps() {
        zh "按运行过的水泵的灌溉面积计，未扣除未灌部分"
        en "the area that the pumps which ran can irrigate; what was not irrigated is not taken off"
    }
    passes(m3, efficiency, m3_per_mu, source) {
        zh "{m3} m3 × {efficiency} ÷ {m3_per_mu} m3/亩次；{source}"
        en "{m3} m3 × {efficiency} ÷ {m3_per_mu} m3 per mu and pass; {source}"
    }
    litres_by_mass(name, litres, kg_per_litre) {
        zh "{name}{litres} L × {kg_per_litre} kg/L"
        en "{name}: {litres} L × {kg_per_litre} kg/L"
    }
    state_is_old(day, rows, days) {
        zh "最近一次填报是{day}（台账第{rows}条），距统计期末超过{days}天，不能说到期末仍是这样"
        en "the latest entry is that of {day} (ledger rows: {rows}), more than {days} days before the end of the period; \
            whether it still held then is not known"
    }
    changed_since(row, name, value) {
        zh "在这之后，台账第{row}条又填报{name}{value}"
        en "after that, ledger row {row} has {name}: {value}"
    }
    grades_of_several_days(days) {
        zh "各级受旱面积不是同一天的数：{days}"
        en "the areas of the grades are not those of one day: {days}"
    }
    three_grades() {
        zh "同一次调查只有轻旱、重旱、干枯，没有中旱，按不分中旱的三级表计"
        en "one survey has light and severe drought and withered areas and none in moderate drought: it is counted as a form of \
            three grades"
    }
    peak_if_carried(most) {
        zh "各处各次填报如果一直保持到下一次，同一天最多可能到{most}"
        en "if each entry held until the next of its place, one day may have had up to {most}"
    }
    peak_on(day) { zh "最大值出现在{day}" en "the greatest value is that of {day}" }
    village_unknown(row, village) {
        zh "台账第{row}条的村 {village} 不在乡镇配置中"
        en "the village {village} of ledger row {row} is not in the township's file"
    }
    row_without_village(row) {
        zh "台账第{row}条没有写明村，未计入"
        en "ledger row {row} names no village and is not counted"
    }
    row_replaced(row, later) {
        zh "台账第{row}条由第{later}条代替，不相加"
        en "row {later} of the ledger counts in place of row {row}; they are not added up"
    }
    row_beyond(row) {
        zh "台账第{row}条所述日期超出统计期，有多少属于统计期没有写明，至多是它的全部"
        en "the days of ledger row {row} reach beyond the period; how much of it belongs to the period is not written, at most all"
    }
    row_beyond_shared(row, part) {
        zh "台账第{row}条所述日期超出统计期，按天数计入{part}"
        en "the days of ledger row {row} reach beyond the period; {part} of it is counted, by its days"
    }
    rows_same_slip(rows) {
        zh "台账第{rows}条内容相同，可能是同一张单据"
        en "ledger rows that are the same, perhaps one slip: {rows}"
    }
    whole_beside_parts(whole, parts) {
        zh "台账第{whole}条是合计，第{parts}条是分项，取较大的一方，不相加"
        en "of the ledger, rows {whole} are the whole and rows {parts} its parts; the greater of the two counts, they are not added up"
    }
    row_of_none(row) {
        zh "台账第{row}条的数值为0，不计"
        en "the value of ledger row {row} is 0; it is not counted"
    }
    row_says_not_hit(row) {
        zh "台账第{row}条又写同一起止日期该村未受旱"
        en "ledger row {row} says of the same days that the village was not hit"
    }
    villages_hurt_not_entered(names) {
        zh "台账有受灾面积的村没有登记为受旱：{names}"
        en "villages with crops hurt that are not entered as hit: {names}"
    }
    work_unfinished(row) {
        zh "台账第{row}条的工程到统计期后才完工，未计入"
        en "the work of ledger row {row} was finished after the period and is not counted"
    }
    no_relief() {
        zh "统计期内没有抗旱投入的记录（水泵运行、设备、油电、资金、人员），不能说是施救所得"
        en "nothing shows relief in the period (pumps, equipment, fuel, electricity, money or people), so that nothing says what it rescued"
    }
    exceeds(place, part, whole) {
        zh "{place}的{part}大于{whole}"
        en "{place}: the {part} is greater than the {whole}"
    }
    row_without_work(row) { zh "台账第{row}条没有写明工程名称" en "ledger row {row} names no work" }
    work_unknown(row) {
        zh "台账第{row}条的工程没有登记为建成，未计入"
        en "the work of ledger row {row} is not entered as built; the row is not counted"
    }
    work_denied(row) {
        zh "台账第{row}条的工程后来登记为没有建成，未计入"
        en "the work of ledger row {row} is entered later as not built; the row is not counted"
    }
    none_of_built(name) {
        zh "台账中没有建成的工程的“{name}”"
        en "the ledger has no row for “{name}” of a work that was built"
    }
    works_without(name, works) {
        zh "没有“{name}”记录的工程：{works}"
        en "works without a row for “{name}”: {works}"
    }
    unnamed_work(row) { zh "第{row}条的工程" en "that of row {row}" }
    onset_differs(day, seen) {
        zh "台账的抗旱期始于{day}，传感器最早的旱警为{seen}，请核对"
        en "the drought event of the ledger begins on {day}, the first warning of the sensors is that of {seen}: check"
    }
    onset_differs_or_earlier(day, seen) {
        zh "台账的抗旱期始于{day}，统计期内自{seen}起见到连续旱警，可能更早已开始"
        en "the drought event of the ledger begins on {day}; within the period a lasting warning is seen from {seen}, which may have \
            begun earlier"
    }
    onset_before_period(day) {
        zh "台账的抗旱期始于{day}，早于统计期，又在统计期内结束"
        en "the drought event of the ledger begins on {day}, before the period, and ends within it"
    }
    onset_of_several(n) {
        zh "统计期内台账有{n}个抗旱期"
        en "the ledger has more than one drought event in the period: {n}"
    }
    onset_may_be_earlier(day) {
        zh "从所见数据看，旱警最早可能自{day}或更早持续"
        en "by what was seen, a drought warning may have lasted from {day} or earlier"
    }
    onset_not_seen() {
        zh "传感器数据未见连续旱警，以台账为准"
        en "no sensor shows a lasting drought warning; the ledger prevails"
    }
    onset_not_confirmed() {
        zh "台账未确认抗旱期，月份由传感器推得，请确认"
        en "the ledger confirms no drought event; the month is that of the sensors: confirm it"
    }
    no_village_hinted() {
        zh "传感器提示：没有村的水源连续达到旱警"
        en "hint of the sensors: in no village was a source at its drought warning level for days on end"
    }
    villages_hinted(n, names) {
        zh "传感器提示：{n}个村的水源达到旱警（{names}）"
        en "hint of the sensors: villages with a source at its drought warning level: {n} ({names})"
    }
    watched(kind, total, status, dry) {
        zh "监测{kind}{total}处，其中{status}{dry}处"
        en "stations of the kind {kind}: {total}; {status}: {dry}"
    }
    watched_and_entered(watched, entered) {
        zh "其中监测部分{watched}，填报的未监测部分{entered}"
        en "of which monitored {watched}, entered for what is not monitored {entered}"
    }
    entered_alone(entered) {
        zh "只有填报的未监测部分{entered}"
        en "only what is entered for what is not monitored: {entered}"
    }
    rated_and_entered(rated, entered) {
        zh "其中测算部分{rated}，填报的未测算部分{entered}"
        en "of which worked out {rated}, entered for what is not worked out {entered}"
    }
    unrated_alone(entered) {
        zh "只有填报的未测算部分{entered}"
        en "only what is entered for what is not worked out: {entered}"
    }
    dry_elsewhere_uncertain() {
        zh "台账填报了未监测的，但所述日期超出统计期，是否在统计期内没有写明"
        en "the ledger has some that are not monitored, of days beyond the period; whether they were dry within it is not written"
    }
    fuel_by_mass(t) { zh "按吨填报的油料{t} t" en "fuel entered by mass: {t} t" }
    below_intake(source, at, hours) {
        zh "{source}自{at}起有{hours}小时不高于取水口，与“无人缺水”不符"
        en "{source} stood at or below its intake for {hours} h from {at}, which contradicts that nobody lacked water"
    }
    intake_unknown(source) {
        zh "{source}没有取水口（死水位）或底高程"
        en "{source} has neither an intake (dead level) nor a bottom level"
    }
    supply_unseen(source, hours) {
        zh "{source}有连续{hours}小时没有见到水位高于取水口"
        en "{source} was not seen above its intake for {hours} h on end"
    }
    serves_unknown(source) { zh "{source}没有写明供水人数" en "how many people {source} serves is not written" }
    no_supply() { zh "没有监测任何饮水水源" en "no drinking-water source is watched" }
    none_and_some_stated(none, some) {
        zh "台账第{none}条陈述无人饮水困难，第{some}条陈述有人，地点和时间相同"
        en "ledger row {none} states that nobody was short of drinking water, row {some} that somebody was, at the same place and time"
    }
    shortage_entered(row, code, value, unit) {
        zh "台账第{row}条有{code}{value}{unit}，与“无人缺水”不符"
        en "ledger row {row} has {code}: {value} ({unit}), which contradicts that nobody lacked water"
    }
    statement_does_not_cover() {
        zh "台账的陈述未覆盖整个旱情期间或统计期，请核对"
        en "what the ledger states does not cover the whole drought or period: check"
    }

    // The office's own wording.
    worded_by(by, reason) { zh "措辞由{by}指定：{reason}" en "worded as {by} wishes: {reason}" }
    worded_twice_by(by, reason) {
        zh "措辞由{by}指定，“约”与“余”并用：{reason}"
        en "worded as {by} wishes, with both “约” (about) and “余” (over): {reason}"
    }
    no_figure_named() { zh "没有写明指标" en "no figure is named" }
    name_a_figure() { zh "至少写一个，见 `docs/figures.md`" en "name at least one, as in docs/figures.md" }
    not_a_printed_figure() {
        zh "不是以数字和单位成文的指标"
        en "is not a figure that is printed as number and unit"
    }
    ids_of_figures() { zh "编号见 `docs/figures.md`" en "the ids are those of docs/figures.md" }
    units_of_figure(units) { zh "可用的单位有：{units}" en "the units are {units}" }
    cannot_be_printed_in(figure) { zh "`{figure}` 不能用这个单位" en "{figure} cannot be printed in it" }
    leave_out_for_two() { zh "不写就是 2 位" en "leave it out for 2" }
    say_why() { zh "写明理由，附表会印出来" en "say why, the annex prints it" }
    say_who() { zh "写明是谁的要求" en "say who wants it so" }

    // Comparisons and sums.
    whole() { zh "合计" en "total" }

    // Findings.
    hint() { zh "提示" en "hint" }
    warning() { zh "警告" en "warning" }
    error() { zh "错误" en "error" }
    whole_township() { zh "全乡镇" en "the township" }
    finding(place, rule, value, bound, from) {
        zh "{place}：{rule}。现为{value}，{bound}（{from}）"
        en "{place}: {rule}. It is {value}, {bound} ({from})"
    }
    finding_in_words(place, what) { zh "{place}：{what}" en "{place}: {what}" }
    readings_revoked(since, readings, stations, noted) {
        zh "这个网关已在 {noted} 吊销，它自 {since} 起的读数不计入：本时段有 {stations} 个测站的 {readings} 个读数"
        en "it was revoked on {noted}, and its readings since {since} are not counted: in this period {readings} readings of \
            {stations} stations"
    }
    look_at_gateways() {
        zh "在网关页面看是哪个网关；这些测站的数据可能不完整"
        en "the page of the gateways; the data of these stations may be incomplete"
    }
    source_revocation() { zh "`hanqing gateway revoke`" en "hanqing gateway revoke" }
    hours_pending(hours) {
        zh "还有 {hours} 个小时值正在重算，数字可能还会变"
        en "{hours} hours are being recomputed, figures may still change"
    }
    repeat_report() { zh "请稍候，让中心端算完，再出一次报告" en "let the hub finish, then make the report again" }
    source_store() { zh "数据库" en "the store" }

    // Findings of the ledger's rows.
    row_value(row, value) { zh "第{row}条为{value}" en "row {row}: {value}" }
    repeated_survey(name, rows) {
        zh "“{name}”在同一处先后调查过：{rows}；以最后一次为准，不相加"
        en "“{name}” was surveyed there several times: {rows}; the latest counts, they are not added up"
    }
    smaller_survey(name, rows) {
        zh "“{name}”后一次调查比前一次小：{rows}；以最后一次为准，真实值可能到最大的一次"
        en "a later survey of “{name}” is smaller than an earlier one: {rows}; the latest counts, and the truth may be as \
            much as the greatest"
    }
    rows_in_all(rows, n) { zh "{rows}等{n}条" en "{rows} and others, {n} in all" }
    repeated_count(name, rows) {
        zh "“{name}”在同一处先后登记过：{rows}；取最大的一次，不相加"
        en "“{name}” is there several times for one place: {rows}; the greatest counts, they are not added up"
    }
    smaller_count(name, rows) {
        zh "“{name}”后一次登记比前一次少：{rows}；取最大的一次，真实值可能到各次之和"
        en "a later row of “{name}” is smaller than an earlier one: {rows}; the greatest counts, and the truth may be as much \
            as their sum"
    }
    same_days(name, rows) {
        zh "“{name}”同一处、同一起止日期有不同的数：{rows}；不相加，真实值可能到各条之和；如果是分项，请合成一条"
        en "“{name}” has different numbers for one place and the same days: {rows}; they are not added up, and the truth may be as \
            much as their sum; if they are parts, enter one row"
    }
    whole_and_parts(name, rows) {
        zh "“{name}”既有合计又有分项：{rows}；取较大的一方，不相加"
        en "“{name}” is there as a whole and in parts: {rows}; the greater of the two counts, they are not added up"
    }
    perhaps_whole(name, rows) {
        zh "“{name}”同一起止日期既有没写村的，又有写村的：{rows}；照逐笔相加，没写村的一条如果是合计，就重复了"
        en "“{name}” has rows without a village and rows with one for the same days: {rows}; they are added up, and if the \
            row without a village is their sum, it counts twice"
    }
    beyond_period(name, rows) {
        zh "“{name}”所述日期超出统计期：{rows}；有多少属于统计期，台账没有写明"
        en "the days of “{name}” reach beyond the period: {rows}; the ledger does not say how much of it belongs to the period"
    }
    same_slip(name, rows) {
        zh "“{name}”的几条记录内容相同：{rows}；可能是同一张单据录了两次"
        en "rows of “{name}” are the same: {rows}; it may be one slip that was entered twice"
    }
    other_events(taken, others) {
        zh "本报告所取的抗旱期为{taken}，台账中另有：{others}"
        en "the drought event of this report is {taken}; the ledger has others: {others}"
    }
    days_of_event(from, to) { zh "{from}至{to}" en "{from} to {to}" }
    look_at_surveys() {
        zh "核对几次调查；写错的一条在台账里更正"
        en "compare the surveys; a wrong row is corrected in the ledger"
    }
    look_at_parts() {
        zh "核对合计与分项是否同一件事；重复的一条在台账里更正为 0"
        en "whether the whole and the parts are the same; a row that repeats is corrected to 0 in the ledger"
    }
    look_at_days() {
        zh "把这几条按统计期分开录入，或核对起止日期"
        en "enter these rows by period, or check their first and last day"
    }
    look_at_slips() {
        zh "核对单据；重复的一条在台账里更正为 0"
        en "compare the slips; a row that repeats is corrected to 0 in the ledger"
    }
    look_at_events() {
        zh "换一个统计期另出报告，或更正台账中的抗旱期"
        en "make a report of its own for other days, or correct the drought event in the ledger"
    }
    source_ledger() { zh "台账" en "the ledger" }
    should_be(value) { zh "应为{value}" en "should be {value}" }
    should_lie_between(least, most) { zh "应在{least}至{most}之间" en "should be {least} to {most}" }
    should_be_at_least(least) { zh "应不小于{least}" en "should be {least} or more" }
    should_be_at_most(most) { zh "应不大于{most}" en "should be {most} or less" }
    named_value(name, value) { zh "{name} {value}" en "{name} {value}" }
    named_values(before, name, value) { zh "{before}，{name} {value}" en "{before}, {name} {value}" }
    sown_area() { zh "播种面积" en "sown area" }
    persons() { zh "人口" en "persons" }
    groups() { zh "村民小组" en "villagers' groups" }
    event_days() { zh "抗旱天数" en "days of the drought" }
    crop_value_max() { zh "受灾作物最高亩产值" en "yuan per mu of the most valuable crop affected" }
    high_value_share() { zh "高价值作物占比" en "share of high-value crops" }
    electricity_coverage() { zh "电表数据覆盖率" en "coverage of the electricity meters" }
    storage_coverage() { zh "水位数据覆盖率" en "coverage of the level sensors" }
    rain_entered() { zh "填报的降雨量" en "rain entered" }
    rainless_mm() { zh "无雨日的雨量界限" en "limit of a rainless day" }
    area_in_drought_most() { zh "受旱面积（至多）" en "area in drought at most" }
    crop_value() { zh "亩产值" en "yuan per mu" }
    energy() { zh "用电" en "electricity" }
    volume() { zh "水量" en "water" }
    hours() { zh "运行小时" en "hours run" }
    head() { zh "扬程" en "head" }
    power() { zh "额定功率" en "rated power" }

    // Rules of plausibility.
    ids_differ() { zh "每条规则要有自己的 `id`" en "give each an id of its own" }
    no_bound() { zh "规则没有界限" en "the rule has no bound" }
    give_bounds() { zh "写 `at_least`、`at_most` 或两者" en "give at_least, at_most or both" }
    say_source() {
        zh "写明规则的来源和可信度（0 到 1）"
        en "say where it comes from and how sure it is, 0 to 1"
    }
    unknown_name(name) { zh "这里没有 `{name}` 这个名称" en "{name} is unknown here" }
    names_are_in(file) {
        zh "可用的名称见 `{file}` 开头，指标见 `docs/figures.md`"
        en "the names are in the head of {file}, figures in docs/figures.md"
    }
    expression_wrong(why) { zh "算式有误：{why}" en "{why}" }
    expression_example() {
        zh "算式如 `area_failed / area_affected`"
        en "an expression such as area_failed / area_affected"
    }
}
