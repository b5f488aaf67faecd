//! Figures: names, methods, findings, wording.

messages! { "figures";
    // Classes.
    measured() { zh "实测" en "measured" }
    derived() { zh "推算" en "derived" }
    entered() { zh "填报" en "entered" }
    attested() { zh "证实" en "attested" }

    // Words of figures that are more than number and unit.
    since_month(month) { zh "{month}月份以来" en "{month}" }
    in_month(month) { zh "{month}月份" en "{month}" }
    response(grade) { zh "抗旱{grade}级应急响应" en "drought response of grade {grade}" }
    channels_flow() { zh "河沟未出现断流" en "no channel ceased to flow" }
    channels_dry() { zh "部分河沟断水" en "some channels ceased to flow" }
    ponds_hold() { zh "塘堰未出现干涸" en "no pond ran dry" }
    ponds_dry() { zh "塘堰干涸" en "ponds ran dry" }
    nobody_short() { zh "未有一人次出现饮水困难情况" en "nobody was short of drinking water" }
    somebody_short(number) { zh "有{number}出现饮水困难情况" en "short of drinking water: {number}" }
    cases(n) { zh "{n}人次" en "{n} cases" }

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
    no_running_data() { zh "没有任何泵站的运行数据" en "no pump station has data on its running" }
    no_pump_nor_declared() {
        zh "没有任何泵站数据，台账中也没有“未装表抗旱设备”"
        en "no pump station has data, and the ledger has no “equipment without a meter”"
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
    dry_unknown(names) {
        zh "数据不足，不能断定是否干涸：{names}"
        en "too few data to say whether they ran dry: {names}"
    }
    no_storage() {
        zh "没有塘堰或水库的水位与库容曲线"
        en "no pond or reservoir has both levels and a storage curve"
    }
    no_storage_total() { zh "没有蓄水总量" en "the water stored is not known" }
    no_earlier_storage() { zh "没有往年同日的蓄水量" en "the water stored on that day of earlier years is not known" }
    nothing_stated() {
        zh "台账中没有“因旱饮水困难”的陈述"
        en "the ledger states nothing about “persons short of drinking water”"
    }
    too_little_evidence() {
        zh "台账陈述无人饮水困难，但证据不足"
        en "the ledger states that nobody was short of drinking water, but there is too little evidence"
    }
    wrong_response(row) {
        zh "台账第{row}条的响应级别不是1至4"
        en "the grade of the response in ledger row {row} is not 1 to 4"
    }
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
        zh "{source}：自{at}起，最长连续{longest_h}小时，共{hours}小时"
        en "{source}: from {at}, {longest_h} h on end at the longest, {hours} h in all"
    }
    dry_not_known(source) { zh "{source}：数据不足，不能断定" en "{source}: too few data to say" }
    no_level_or_curve(source) { zh "{source}：没有水位或库容曲线" en "{source}: no level or no storage curve" }
    level_at(source, at, level_m) { zh "{source}：{at} 水位{level_m} m" en "{source}: level {level_m} m at {at}" }
    level_outside_curve() { zh "水位超出库容曲线，存疑" en "the level lies outside the storage curve: suspect" }
    level_stale() { zh "距统计期末超过一天" en "more than a day before the end of the period" }
    same_set(name, asset) { zh "{name}；同一设备{asset}，只计一次" en "{name}; the same set {asset}, counted once" }

    // Notes of figures.
    not_counted(names) { zh "未计入：{names}" en "not counted: {names}" }
    no_data_not_counted(names) { zh "没有数据，未计入：{names}" en "no data, not counted: {names}" }
    no_plate_not_counted(names) { zh "没有铭牌数据，未计入：{names}" en "no plate, not counted: {names}" }
    few_data_not_counted(names) { zh "数据不足，未计入：{names}" en "too few data, not counted: {names}" }
    pumps_without(n, what, names) {
        zh "{n}个泵站没有{what}，未计入：{names}"
        en "pump stations without {what}, not counted ({n}): {names}"
    }
    meter_data() { zh "电表数据" en "meter data" }
    running_data() { zh "运行数据" en "data on their running" }
    data() { zh "数据" en "data" }
    energy_open(why, kwh) {
        zh "因{why}，真实值可能高出至多{kwh} kWh"
        en "{why}: the true value may be higher by up to {kwh} kWh"
    }
    open_by_both() { zh "清零或换表、期首期末缺数" en "resets or replaced meters, and no data at the ends of the period" }
    open_by_resets() { zh "清零或换表" en "resets or replaced meters" }
    open_by_ends() { zh "期首期末缺数" en "no data at the ends of the period" }
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
    peak_on(day) { zh "最大值出现在{day}" en "the greatest value is that of {day}" }
    village_unknown(row, village) {
        zh "台账第{row}条的村 {village} 不在乡镇配置中"
        en "the village {village} of ledger row {row} is not in the township's file"
    }
    row_without_village(row) {
        zh "台账第{row}条没有写明村，未计入"
        en "ledger row {row} names no village and is not counted"
    }
    work_repeated(row, work) {
        zh "台账第{row}条的工程“{work}”重复，只计一次"
        en "the work “{work}” of ledger row {row} is there twice and counted once"
    }
    row_without_work(row) { zh "台账第{row}条没有写明工程名称" en "ledger row {row} names no work" }
    work_unknown(row) {
        zh "台账第{row}条的工程不在新建工程登记中"
        en "the work of ledger row {row} is not among those entered as built"
    }
    onset_differs(day, seen) {
        zh "台账的抗旱期始于{day}，传感器最早的旱警为{seen}，请核对；以台账为准"
        en "the drought event of the ledger begins on {day}, the first warning of the sensors is that of {seen}: check; the ledger prevails"
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
    against_earlier(years, m3) {
        zh "与{years}年同日的均值{m3} m3比较"
        en "against the mean of that day in earlier years, {m3} m3 (years: {years})"
    }
    tank_data_short(tank, percent) {
        zh "{tank}的数据只覆盖{percent}%的时段，不足95%"
        en "the data of {tank} cover only {percent}% of the hours, less than 95%"
    }
    tank_ran_dry(tank, at, hours) {
        zh "{tank}自{at}起干涸{hours}小时，与“无人缺水”不符"
        en "{tank} was dry for {hours} h from {at}, which contradicts that nobody lacked water"
    }
    no_tank() { zh "没有饮水池测站" en "there is no station at a drinking-water tank" }
    statement_does_not_cover() {
        zh "台账的陈述未覆盖整个统计期，请核对"
        en "what the ledger states does not cover the whole period: check"
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
    whole_township() { zh "全乡" en "the township" }
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
        zh "`hanqing gateway list`；这些测站的数据可能不完整"
        en "hanqing gateway list; the data of these stations may be incomplete"
    }
    source_revocation() { zh "`hanqing gateway revoke`" en "hanqing gateway revoke" }
    hours_pending(hours) {
        zh "还有 {hours} 个小时值正在重算，数字可能还会变"
        en "{hours} hours are being recomputed, figures may still change"
    }
    repeat_report() { zh "请稍候，让中心端算完，再出一次报告" en "let the hub finish, then make the report again" }
    source_store() { zh "数据库" en "the store" }
    should_be(value) { zh "应为{value}" en "should be {value}" }
    should_lie_between(least, most) { zh "应在{least}至{most}之间" en "should be {least} to {most}" }
    should_be_at_least(least) { zh "应不小于{least}" en "should be {least} or more" }
    should_be_at_most(most) { zh "应不大于{most}" en "should be {most} or less" }
    named_value(name, value) { zh "{name} {value}" en "{name} {value}" }
    named_values(before, name, value) { zh "{before}，{name} {value}" en "{before}, {name} {value}" }
    sown_area() { zh "播种面积" en "sown area" }
    persons() { zh "人口" en "persons" }
    event_days() { zh "抗旱天数" en "days of the drought" }
    crop_value_max() { zh "受灾作物最高亩产值" en "yuan per mu of the most valuable crop affected" }
    high_value_share() { zh "高价值作物占比" en "share of high-value crops" }
    electricity_coverage() { zh "电表数据覆盖率" en "coverage of the electricity meters" }
    storage_coverage() { zh "水位数据覆盖率" en "coverage of the level sensors" }
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
