//! The documents of a statement.

pub(crate) use super::core::{cannot_read, cannot_write};

messages! { "report";
    // Values, dates and names that every document has.
    no_data() { zh "无数据" en "no data" }
    long_day(year, month, day) { zh "{year}年{month}月{day}日" en "{year}-{month}-{day}" }
    long_month(year, month) { zh "{year}年{month}月" en "{year}-{month}" }
    days(from, to) { zh "{from}至{to}" en "{from} to {to}" }
    /// Where a figure has no words of its own.
    value_unit(value, unit) { zh "{value}{unit}" en "{value} {unit}" }
    number_unit(number, unit) { zh "{number} {unit}" en "{number} {unit}" }
    with_unit(name, unit) { zh "{name}（{unit}）" en "{name} ({unit})" }

    // Remarks beside a figure.
    method_count(method, n) { zh "{method}（{n}项）" en "{method} ({n})" }
    true_between(least, most) { zh "真实值在{least}至{most}之间" en "the true value lies between {least} and {most}" }
    true_at_least(least) { zh "真实值不低于{least}" en "the true value is at least {least}" }
    /// Beside a value that is not certain.
    value_between(value, least, most) { zh "{value}（{least}至{most}）" en "{value} ({least} to {most})" }
    value_at_least(value, least) { zh "{value}（不低于{least}）" en "{value} (at least {least})" }
    /// In place of words that are withheld, and before the reason.
    withheld(verdict) { zh "—（{verdict}）" en "— ({verdict})" }
    grounds(verdict, why) { zh "{verdict}：{why}" en "{verdict}: {why}" }
    suspect_share(percent) { zh "存疑读数占{percent}%" en "suspect readings: {percent}%" }
    inputs_count(n) { zh "来源 {n} 项" en "inputs: {n}" }
    input_value(from, value) { zh "{from}：{value}" en "{from}: {value}" }
    input_line(input, method, note) { zh "{input}（{method}）{note}" en "{input} ({method}) {note}" }
    method_coverage(method, share) { zh "{method}，覆盖{share}" en "{method}, covers {share}" }

    // Rows of the ledger, findings and events of a meter.
    correction(row, reason) { zh "更正第{row}条：{reason}" en "corrects row {row}: {reason}" }
    pending_row(row, name, value, by) {
        zh "第{row}条 {name} {value}（{by}录入）"
        en "row {row}: {name} {value} (entered by {by})"
    }
    pending_withdrawal(row, old, name, value, by) {
        zh "第{row}条 作废第{old}条 {name} {value}（{by}录入）"
        en "row {row}: withdraws row {old}, {name} {value} (entered by {by})"
    }
    accepted_by(by, day, reason) { zh "{by}于{day}认可：{reason}" en "accepted by {by} on {day}: {reason}" }
    not_accepted() { zh "未认可" en "not accepted" }
    gap() { zh "无数据" en "no data" }
    reset() { zh "清零或换表" en "reset or another meter" }
    rollover() { zh "回绕已接续" en "roll-over, allowed for" }
    glitch() { zh "跳变已剔除" en "jump, left out" }
    meter_replaced() { zh "换表已登记" en "meter replaced, as the ledger says" }
    segment_between(days, register, kind, least, most, note) {
        zh "{days} {register}：{kind}，{least}至{most}；{note}"
        en "{days} {register}: {kind}, {least} to {most}; {note}"
    }
    segment_exactly(days, register, kind, value, note) {
        zh "{days} {register}：{kind}，{value}；{note}"
        en "{days} {register}: {kind}, {value}; {note}"
    }
    segment_at_least(days, register, kind, least, note) {
        zh "{days} {register}：{kind}，至少{least}；{note}"
        en "{days} {register}: {kind}, {least} at least; {note}"
    }

    // Titles and headings.
    title(township) { zh "{township}抗旱救灾情况" en "Drought relief of {township}" }
    period(from, to) { zh "（统计期：{from}至{to}）" en "({from} to {to})" }
    period_issued(from, to, at) {
        zh "统计期：{from}至{to}　出具时间：{at}"
        en "From {from} to {to}. Made on {at}."
    }
    made(at, version) { zh "出具时间：{at}；程序版本：{version}" en "Made on {at}; program version {version}" }
    annex() { zh "附表：指标及来源" en "Annex: figures and where they come from" }
    charts() { zh "附图" en "Charts" }
    chart_caption(n, title) { zh "图{n} {title}" en "Chart {n}: {title}" }
    to_check() { zh "需要核对的地方" en "What to check" }
    earlier_years() { zh "与往年比较" en "Compared with earlier years" }
    pending() { zh "待复核、未计入的台账" en "Rows of the ledger that wait for a second person and count in no figure" }
    absent_figures() { zh "缺少数据的指标" en "Figures without data" }
    absent_figure(name, why) { zh "{name}：{why}" en "{name}: {why}" }
    unproved_figures() {
        zh "有数据而不能（全部）成文的指标"
        en "Figures with data whose words are not proved, or only in part"
    }
    unproved_figure(name, verdict, why) { zh "{name}：{verdict}：{why}" en "{name}: {verdict}: {why}" }
    known_figure(name, said, verdict, why) {
        zh "{name}：只写“{said}”；{verdict}：{why}"
        en "{name}: only “{said}” is said; {verdict}: {why}"
    }
    pending_count(n) { zh "待复核、未计入的台账{n}条" en "rows of the ledger that wait for a second person: {n}" }
    same_days_last_year() { zh "上年同期" en "same days of the year before" }
    drought_of(year) { zh "{year}年抗旱期" en "drought of {year}" }

    // Heads of tables.
    figure() { zh "指标" en "figure" }
    value() { zh "数值" en "value" }
    in_words() { zh "成文" en "in words" }
    verdict() { zh "结论" en "verdict" }
    class() { zh "类别" en "class" }
    coverage() { zh "覆盖率" en "coverage" }
    methods_and_notes() { zh "方法与说明" en "methods and notes" }
    severity() { zh "程度" en "severity" }
    finding() { zh "问题" en "finding" }
    where_to_check() { zh "到哪里核对" en "where to check" }
    acceptance() { zh "认可" en "acceptance" }
    compared_with() { zh "比较对象" en "compared with" }
    then() { zh "当时" en "then" }
    now() { zh "本次" en "now" }
    change() { zh "增减" en "change" }
    id() { zh "编号" en "id" }
    unit() { zh "单位" en "unit" }
    suspect() { zh "存疑占比" en "suspect share" }
    least() { zh "下限" en "least" }
    most() { zh "上限" en "most" }
    unbounded() { zh "不明" en "not known" }
    formula() { zh "算法" en "formula" }
    input() { zh "来源" en "input" }
    method() { zh "方法" en "method" }
    note() { zh "说明" en "note" }
    village() { zh "村" en "village" }
    persons() { zh "人口" en "persons" }
    sown_area() { zh "播种面积（亩）" en "sown area (mu)" }
    day() { zh "日期" en "day" }
    electricity_kwh() { zh "用电（kWh）" en "electricity (kWh)" }
    stored_m3() { zh "监测的蓄水量（m³）" en "water stored, watched (m³)" }
    total() { zh "合计" en "total" }
    row_number() { zh "行号" en "row" }
    item() { zh "项目" en "item" }
    from() { zh "起" en "from" }
    to() { zh "止" en "to" }
    crop() { zh "作物" en "crop" }
    work() { zh "工程" en "work" }
    document() { zh "依据" en "document" }
    entered_by() { zh "登记人" en "entered by" }
    entered_at() { zh "登记时间" en "entered at" }
    correction_head() { zh "更正" en "correction" }
    rule() { zh "规则" en "rule" }
    rule_source() { zh "规则出处" en "source of the rule" }
    field() { zh "栏目" en "field" }
    township_value() { zh "乡镇数值" en "value of the township" }
    reported_value() { zh "上报数值" en "value to report" }
    reported_unit() { zh "上报单位" en "unit to report" }
    station() { zh "测站" en "station" }
    kind() { zh "类型" en "kind" }
    last_level() { zh "期末水位（m）" en "level at the end (m)" }
    last_storage() { zh "期末蓄水（m³）" en "storage at the end (m³)" }
    warn_m() { zh "旱警（m）" en "drought warning level (m)" }
    guard_m() { zh "旱保（m）" en "drought guarantee level (m)" }
    warn_from() { zh "旱警始于" en "at the warning level from" }
    dry_h() { zh "干涸或断流（h）" en "dry or without flow (h)" }
    pump() { zh "泵站" en "pump station" }
    water_m3() { zh "水量（m³）" en "water (m³)" }
    water_method() { zh "水量方法" en "method of the water" }
    hours_h() { zh "运行（h）" en "running (h)" }
    hours_method() { zh "运行方法" en "method of the hours" }
    electricity_coverage() { zh "用电覆盖率" en "coverage of the electricity" }
    events() { zh "经过" en "what happened" }

    // Sheets of the annex; Excel takes at most 31 characters.
    sheet_figures() { zh "指标" en "Figures" }
    sheet_inputs() { zh "来源" en "Inputs" }
    sheet_villages() { zh "按村" en "By village" }
    sheet_sources() { zh "水源" en "Water sources" }
    sheet_days() { zh "逐日" en "By day" }
    sheet_pumps() { zh "水泵" en "Pumps" }
    sheet_pump_days() { zh "水泵逐日" en "Pumps by day" }
    sheet_ledger() { zh "台账" en "Ledger" }
    sheet_findings() { zh "核对" en "Findings" }
    sheet_comparisons() { zh "与往年比较" en "Earlier years" }
    about(township, from, to, at) {
        zh "{township}  统计期 {from} 至 {to}  出具 {at}"
        en "{township}  period {from} to {to}  made {at}"
    }
    about_pump_days() {
        zh "  各泵站逐日用电（kWh）；空格为无数据"
        en "  electricity of each pump station by day (kWh); an empty cell is a day without data"
    }
    about_findings(checked, unchecked) {
        zh "  共核对{checked}项；缺数据未能核对的规则：{unchecked}"
        en "  checks made: {checked}; rules that could not be checked for want of data: {unchecked}"
    }
    electricity() { zh "用电" en "electricity" }
    water() { zh "水量" en "water" }
    running() { zh "运行" en "running hours" }
    total_lacks(name, missing) {
        zh "{name}合计不含{missing}（无数据）"
        en "the total of {name} lacks {missing} (no data)"
    }

    // Charts.
    chart_electricity() { zh "装表水泵逐日用电" en "Electricity of the metered pumps by day" }
    chart_electricity_kwh() { zh "装表水泵逐日用电（kWh）" en "Electricity of the metered pumps by day (kWh)" }
    chart_storage() { zh "监测的塘库蓄水量" en "Water stored in the ponds and reservoirs that are watched" }
    chart_storage_m3() { zh "监测的塘库蓄水量（m³）" en "Water stored in the ponds and reservoirs that are watched (m³)" }
    chart_level(source, village) { zh "{source}（{village}）水位" en "Level of {source} ({village})" }
    axis_electricity() { zh "用电（kWh）" en "electricity (kWh)" }
    axis_storage() { zh "蓄水量（m³）" en "storage (m³)" }
    axis_level() { zh "水位（m）" en "level (m)" }
    line_storage() { zh "蓄水量" en "storage" }
    line_level() { zh "水位" en "level" }
    line_warn() { zh "旱警" en "drought warning level" }
    line_guard() { zh "旱保" en "drought guarantee level" }

    // Names of the styles in the Word file.
    style_dates() { zh "统计期" en "Period" }
    style_body() { zh "公文正文" en "Section text" }
    style_cell() { zh "表格文字" en "Table text" }
    style_head() { zh "表头文字" en "Table head" }
    style_note() { zh "附注" en "Note" }

    // Where a figure comes from.
    explain_figure(name, id, value, class) { zh "{name}（{id}）{value}，{class}" en "{name} ({id}): {value}, {class}" }
    explain_figure_named(name, value, class) { zh "{name} {value}，{class}" en "{name}: {value}, {class}" }
    explain_phrase_named(name, value, phrase, class) {
        zh "{name} {value}，成文“{phrase}”，{class}"
        en "{name}: {value}, in words “{phrase}”, {class}"
    }
    explain_phrase(name, id, value, phrase, class) {
        zh "{name}（{id}）{value}，成文“{phrase}”，{class}"
        en "{name} ({id}): {value}, in words “{phrase}”, {class}"
    }
    explain_verdict(verdict) { zh "结论：{verdict}" en "verdict: {verdict}" }
    explain_known(said) {
        zh "报告只写有据的部分：“{said}”"
        en "the report says only what is proved: “{said}”"
    }
    explain_withheld() { zh "报告不写" en "the report does not say it" }
    explain_nothing() { zh "没有发生的事，报告不写" en "the report does not say what did not happen" }
    explain_formula(formula) { zh "算法：{formula}" en "formula: {formula}" }
    explain_coverage(share) { zh "数据覆盖率 {share}" en "coverage of the data: {share}" }
    explain_note(note) { zh "说明：{note}" en "note: {note}" }
    explain_input(from, value, method) { zh "{from}：{value}（{method}）" en "{from}: {value} ({method})" }
    explain_row(name, value, days) { zh "{name} {value}，{days}" en "{name} {value}, {days}" }
    explain_document(document, by, at) {
        zh "依据：{document}；{by}于{at}录入"
        en "document: {document}; entered by {by} at {at}"
    }
    explain_pair(one, other) { zh "{one}，{other}" en "{one}, {other}" }
    explain_days(n) { zh "{n}天用电" en "days with electricity: {n}" }
    no_such_figure(asked) {
        zh "没有指标 `{asked}`：全部指标见 `hanqing report` 写出的 `figures.json`"
        en "there is no figure {asked}: figures.json, which hanqing report writes, lists them"
    }
    no_such_figure_near(asked, near) {
        zh "没有指标 `{asked}`：是不是 `{near}`？"
        en "there is no figure {asked}: did you mean {near}?"
    }
    figure_not_worked_out() { zh "这个指标没有算出来" en "the figure was not worked out" }

    // Why there is no report.
    template_unreadable(path) { zh "读不了模板 {path}" en "cannot read the template {path}" }
    template_wrong(name, line, what) { zh "模板 {name} 第 {line} 行：{what}" en "template {name}, line {line}: {what}" }
    template_wrong_somewhere(name, what) { zh "模板 {name}：{what}" en "template {name}: {what}" }
    error_at(what, piece) { zh "{what}，在 `{piece}`" en "{what}, in `{piece}`" }
    hedged_twice(name, words) {
        zh "模板 {name}：“{words}”里一个数用了两个概数词，去掉一个"
        en "template {name}: two hedges on one number, \"{words}\"; remove one of them"
    }
    no_zone(zone) {
        zh "`{zone}` 不是时区；请写 IANA 名称，例如 `Asia/Shanghai`"
        en "\"{zone}\" is not a time zone; give an IANA name such as Asia/Shanghai"
    }
    json_failed() { zh "指标写不成 JSON" en "cannot write the figures as JSON" }
    word_failed(why) { zh "Word 文件生成失败：{why}" en "cannot build the Word file: {why}" }
    excel_failed() { zh "Excel 文件生成失败" en "cannot build the Excel file" }

    only_claims() {
        zh "措辞里只能用指标的结论（`.phrase`、`.phrase_en`、`.words`、`.verdict`、`.name`、`.plural`、`.entered`、`.measured`），不能用数值"
        en "the wording may only use what is proved of a figure (.phrase, .phrase_en, .words, .verdict, .name, .plural, .entered, .measured), not its value"
    }
    no_block_named() { zh "没有写任何一块" en "names no block" }
    all_blocks() { zh "不写 `blocks` 即为全部" en "leave it out for all blocks" }
    no_such_block() { zh "不是报告段落里的一块" en "is no block of the section" }
    rain_less(percent) { zh "比多年同期偏少约{percent}%" en "about {percent} % less than usual" }
    rain_usual() { zh "与多年同期大致持平" en "about as usual" }
    rain_more(percent) { zh "比多年同期偏多约{percent}%" en "about {percent} % more than usual" }
    storage_less(percent) { zh "比往年同期少约{percent}%" en "about {percent} % less than in earlier years" }
    storage_usual() { zh "与往年同期大致持平" en "about as in earlier years" }
    storage_more(percent) { zh "比往年同期多约{percent}%" en "about {percent} % more than in earlier years" }
    of_plan(percent) { zh "约{percent}%" en "about {percent} %" }
    nothing_said() {
        zh "这个指标没有可写的话：把所在分句写成可省略的"
        en "nothing can be said of this figure: make its clause one that can be left out"
    }

    words_altered(word, whole, clause) {
        zh "“{clause}”里的“{word}”把“{whole}”说成了另一个数；指标的话要照原样写，去掉“{word}”"
        en "“{word}” in “{clause}” makes something else of “{whole}”; print a figure's words as they are, without it"
    }
    number_not_of_a_figure(number, paragraph) {
        zh "“{paragraph}”里的数字“{number}”不在指标的原话里；数只能照指标的话写，连同“约”“以上”和“监测的”等字"
        en "the number “{number}” in “{paragraph}” is not in a figure's words; a number may only stand as these have it, with its hedge \
            and with what it is true of"
    }
    words_cut(piece, whole) {
        zh "“{piece}”只是指标的话“{whole}”的一部分；照原话写全"
        en "“{piece}” is only a part of a figure's words, “{whole}”; print them whole"
    }

    // What the template engine says.
    not_primitive() { zh "这里要一个数或一段文字" en "not a primitive" }
    not_key() { zh "不能用作键" en "not a key type" }
    invalid_operation() { zh "不能这样运算" en "invalid operation" }
    syntax_error() { zh "语法错误" en "syntax error" }
    template_not_found() { zh "没有这个模板" en "template not found" }
    too_many_arguments() { zh "参数太多" en "too many arguments" }
    missing_argument() { zh "缺少参数" en "missing argument" }
    unknown_filter() { zh "没有这个过滤器" en "unknown filter" }
    unknown_function() { zh "没有这个函数" en "unknown function" }
    unknown_test() { zh "没有这个测试" en "unknown test" }
    unknown_method() { zh "没有这个方法" en "unknown method" }
    bad_escape() { zh "文字里的转义写错了" en "bad string escape" }
    undefined_value() { zh "没有这个名称" en "undefined value" }
    bad_serialization() { zh "这个值模板用不了" en "could not serialize to value" }
    bad_include() { zh "引入的模板出错" en "could not render include" }
    bad_block() { zh "块里出错" en "could not render block" }
    cannot_unpack() { zh "拆不开这个值" en "cannot unpack" }
    failed_output() { zh "输出失败" en "failed to write output" }
    cannot_deserialize() { zh "这个值不是过滤器要的" en "cannot deserialize" }
    out_of_fuel() { zh "步数超过上限，可能有循环停不下来" en "engine ran out of fuel" }
    bad_delimiters() { zh "分隔符不对" en "invalid custom delimiters" }
    unknown_block() { zh "没有这个块" en "unknown block" }
    unexpected(found) { zh "不该出现{found}" en "unexpected {found}" }
    unexpected_for(found, expected) { zh "这里应是{expected}，却是{found}" en "unexpected {found}, expected {expected}" }
    unknown_statement(name) { zh "没有语句 {name}" en "unknown statement {name}" }
    token_input_end() { zh "模板结尾" en "end of input" }
    token_text() { zh "普通文字" en "template-data" }
    token_variable_start() { zh "变量开头 `{{{{`" en "start of variable block" }
    token_variable_end() { zh "变量结尾 `}}}}`" en "end of variable block" }
    token_block_start() { zh "语句开头 `{{%`" en "start of block" }
    token_block_end() { zh "语句结尾 `%}}`" en "end of block" }
    token_name() { zh "名称" en "identifier" }
    token_string() { zh "带引号的文字" en "string" }
    token_integer() { zh "整数" en "integer" }
    token_decimal() { zh "小数" en "float" }
    token_expression() { zh "表达式" en "expression" }
    token_statement() { zh "语句" en "statement" }

    // Faults of a template.
    with_these_figures() { zh "按这份报告的数" en "with the figures of this report" }
    with_every_figure() { zh "所有指标都有数据时" en "with every figure" }
    with_exact_figures() { zh "指标都是准确数时" en "with exact figures" }
    with_known_parts() { zh "指标都只知道一部分时" en "with figures known in part" }
    without_figures() { zh "指标都没有数据时" en "without any figure" }
    with_only(names) { zh "只有{names}时" en "with only {names}" }
    without(names) { zh "缺{names}时" en "without {names}" }
    first_mark() { zh "句首标点" en "the first mark" }
    broken_marks(template, case, marks, paragraph) {
        zh "模板 {template}，{case}：“{paragraph}”里的 {marks}；把标点移到可省略的分句里"
        en "template {template}, {case}: {marks} in “{paragraph}”; move the marks into the optional clause"
    }
    last_mark() { zh "句末标点" en "the last mark" }
    said_nothing(template, case, sentence) {
        zh "模板 {template}，{case}：“{sentence}”一句没有内容；开头语和状语只放在有话可说的句子前"
        en "template {template}, {case}: “{sentence}” says nothing; put the opening only before parts that are said"
    }
    doubled_words(template, case, word, paragraph) {
        zh "模板 {template}，{case}：“{paragraph}”里“{word}”重复"
        en "template {template}, {case}: “{word}” stands twice in “{paragraph}”"
    }
    fixed_statement(template, line, said) {
        zh "模板 {template} 第 {line} 行：写死了“{said}”；写在模板里的话，有据无据都会印出来，应取自指标"
        en "template {template}, line {line}: “{said}” is fixed in the wording; a statement in the template is printed whether or not it is proved: take it from a figure"
    }
    too_many_in_sentence(template, n, most) {
        zh "模板 {template}：一句里有 {n} 个指标，超过 {most} 个，只试了缺一两个和只有一两个的情形；请分成几句"
        en "template {template}: one sentence has {n} figures, more than {most}; only those with one or two of them or without one or two were tried: make more sentences of it"
    }
    fault_with(error, case) { zh "{error}（{case}）" en "{error} ({case})" }
    fixed_number(template, line, number) {
        zh "模板 {template} 第 {line} 行：措辞里写死了数字 {number}；应取自指标"
        en "template {template}, line {line}: the number {number} is fixed in the wording; take it from a figure"
    }
    no_templates_there(dir) {
        zh "{dir} 里没有模板：全部措辞都用程序自带的"
        en "{dir} has none of the templates: all wording is the built-in one"
    }
    no_template_of_this_name(name) {
        zh "{name} 不是模板的文件名，没有用上；请核对文件名"
        en "{name} is not the name of a template and is not used; check its name"
    }
    not_one_of_the_templates(name, missing) {
        zh "{name} 不是模板的文件名，没有用上；请核对文件名；目录里没有、用程序自带的是：{missing}"
        en "{name} is not the name of a template and is not used; check its name; not there, so that the built-in ones are used: {missing}"
    }
    templates_unreadable(dir, why) { zh "读不了模板目录 {dir}：{why}" en "cannot read the templates in {dir}: {why}" }
    problems(n) { zh "{n} 个问题" en "{n} problems" }

    // Files of a report.
    rule_problem(file, problem) { zh "{file}：{problem}" en "{file}: {problem}" }
    copy_behind(to) {
        zh "本机的服务器读数副本只到 {to}，服务器有应答后才能补齐"
        en "the copy of the server's readings is of {to}; it cannot be brought up to date until the server answers"
    }
    copy_missing() {
        zh "本机还没有服务器读数的副本，服务器有应答后才能建立"
        en "there is no copy of the server's readings yet; it cannot be made until the server answers"
    }
    no_configuration() {
        zh "请给出中心端的配置：`hanqing report -c hub.toml`；详见 `--help`"
        en "give the hub's configuration: hanqing report -c hub.toml; see --help"
    }
    uncreatable(path) { zh "建不了 {path}" en "cannot create {path}" }
    larger_than(path, bytes) { zh "{path} 超过 {bytes} 字节" en "{path} is larger than {bytes} bytes" }
    fill_without_name() { zh "`--fill` 没有指明文件" en "--fill does not name a file" }
    would_overwrite(path) { zh "这样会覆盖 {path}：请换一个 `--out` 目录" en "{path} would be overwritten: give another --out" }
    filled_place(part, name) { zh "  {part}：{name}" en "  {part}: {name}" }
    filled_before(text) { zh "    原文：{text}" en "    before: {text}" }
    filled_after(text) { zh "    现为：{text}" en "    now: {text}" }
    filled_value(name) { zh "{name}的数值" en "value of {name}" }
    filled_unit(name) { zh "{name}的单位" en "unit of {name}" }
    filled_passage(title) { zh "“{title}”一段" en "passage \"{title}\"" }
    part_document() { zh "正文" en "main text" }
    part_header() { zh "页眉" en "header" }
    part_footer() { zh "页脚" en "footer" }
    part_footnotes() { zh "脚注" en "footnotes" }
    part_endnotes() { zh "尾注" en "endnotes" }
    part_comments() { zh "批注" en "comments" }
    nothing_replaced(path) {
        zh "{path}：段落找到了，但没有一处可以换，什么都没有填"
        en "{path}: its passages were found, but nothing in them could be replaced, so nothing was filled"
    }
    nothing_to_fill(path) {
        zh "{path}：没有可填的地方：既没有 `{{{{electricity_used}}}}` 这样的占位符，也没有“抗旱救灾方面，”这样的段落"
        en "{path}: nothing to fill: it has no placeholder such as {{{{electricity_used}}}} and no passage \"抗旱救灾方面，\""
    }
    left_place(path, name, part, why) {
        zh "{path}：{part}里的 `{{{{{name}}}}}`：{why}"
        en "{path}: {{{{{name}}}}} in {part}: {why}"
    }
    left_passage(path, name, part, why) {
        zh "{path}：{part}里的“{name}”：{why}"
        en "{path}: \"{name}\" in {part}: {why}"
    }
    fill_name_taken(path, name) {
        zh "{path} 与报告自己的文档 {name} 同名，填好的副本会把那份文档盖掉：把它改个名字再填"
        en "{path} has the name of the report's own document {name}, which the filled copy would replace: give it another name"
    }
    fill_open_findings(n, errors, path) {
        zh "有 {n} 个核查问题没有处理，其中错误 {errors} 个；填好的文件里没有附表，请先看 {path} 末尾的“需要核对的地方”"
        en "{n} findings are open, {errors} of them errors; the filled file has no annex, so look first at \"What to check\" in {path}"
    }
}
