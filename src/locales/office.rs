//! The clerk's commands.

pub(crate) use super::core::{cannot_read, cannot_write};

messages! { "office";
    // Several commands.
    ends_before_it_begins(from, to) { zh "`--to` {to} 早于 `--from` {from}" en "--to {to} is before --from {from}" }
    time_left(time) { zh "剩余 {time}" en "{time} left" }
    so_far(n, time) { zh "{n} 个读数  用时 {time}" en "{n} readings  {time}" }

    // Backup and restore.
    copied(file, bytes, rows) {
        zh "{file}：{bytes} 字节，{rows} 行，校验无误"
        en "{file}: {bytes} bytes, {rows} rows, verified"
    }
    backup_is(path) { zh "备份在 {path}" en "the backup is {path}" }
    restored(at) { zh "已恢复到 {at} 的备份" en "restored: the backup of {at}" }
    replaced(path) { zh "原文件保留为 {path}" en "the file before is kept as {path}" }
    sign_in_anew() {
        zh "密码回到备份时的；所有人须重新登录，旧的一次性链接已作废"
        en "passwords are those of the backup; everybody has to sign in anew, and one-time links of before are void"
    }
    users_as_they_were() {
        zh "这个备份里没有 `users.db`：登录用的密码和操作记录不变"
        en "this backup has no users.db: passwords and the record of who did what stay as they were"
    }
    gateways_send_again() {
        zh "启动 `hanqing hub` 后，各网关会自动补发恢复后缺少、而网关仍存有的数据"
        en "start hanqing hub: the gateways send again what is missing now, as far as they still have it"
    }

    // Drought.
    no_index() { zh "没有可用的旱情指标" en "no index is available" }
    as_the_day_before() { zh "无数据，沿用前一日" en "no data, as on the day before" }
    why_this_grade(index, value, source, confidence) {
        zh "{index}：{value}；{source}（可信度 {confidence}）"
        en "{index} {value}; {source} (confidence {confidence})"
    }
    held(days) { zh "沿用：尚未连续{days}天解除" en "held: not yet clear for {days} days" }
    value_or_more(value) { zh "{value} 或更多" en "{value} or more" }
    no_grade() { zh "无法判断" en "cannot be told" }
    grade_or_worse(grade) { zh "{grade}或更重" en "{grade} or worse" }
    unknown_days(unknown, days) {
        zh "{days} 天中有 {unknown} 天的旱情等级无法判断"
        en "days whose grade cannot be told: {unknown} of {days}"
    }
    took_part(indices) { zh "参加评定：{indices}" en "took part: {indices}" }
    lacked_data(indices) { zh "缺数据：{indices}" en "lacked data: {indices}" }
    sources_on(day) { zh "{day} 各水源" en "Water sources on {day}" }
    head_source() { zh "水源" en "source" }
    head_status() { zh "状态" en "status" }
    head_level() { zh "水位 m" en "level m" }
    head_storage() { zh "蓄水 m3" en "storage m3" }
    head_usable() { zh "可用 m3" en "usable m3" }
    head_full() { zh "占正常蓄水位库容 %" en "of storage at normal level %" }
    head_anomaly() { zh "比往年同期 %" en "against earlier years %" }
    head_years() { zh "往年年数" en "number of years" }
    head_rank() { zh "往年同期位次" en "rank in earlier years" }
    rank(percentile, years, days, higher) {
        zh "第{percentile}百分位（往年{years}年同期共{days}天，{higher}天的水位更高）"
        en "percentile {percentile} (days of the season in {years} earlier years: {days}, with a higher level: {higher})"
    }
    head_supply() { zh "可供水" en "supply" }
    lacking(what) { zh "缺少：{what}" en "missing: {what}" }
    no_drought() {
        zh "按现有数据未见连续干旱，没有建议的抗旱期"
        en "the data show no lasting drought, and no drought event is proposed"
    }
    event(from, to) {
        zh "建议的抗旱期：{from} 至 {to}。确认请登记台账："
        en "proposed drought event: {from} to {to}. To confirm it, enter it in the ledger:"
    }
    enter_event(from, to) {
        zh "  hanqing ledger enter --code drought_event --value 1 --from {from} --to {to} --document 会议纪要 --by 姓名"
        en "  hanqing ledger enter --code drought_event --value 1 --from {from} --to {to} --document MINUTES --by NAME"
    }
    event_goes_on(from, last) {
        zh "建议的抗旱期：自 {from} 起，到所查的最后一天未见结束；已知有旱情的最后一天是 {last}"
        en "proposed drought event: since {from}, with no end seen up to the last day asked for; the last day known to be in drought \
            is {last}"
    }
    why_drought(what, days, first, last) {
        zh "  {what}：{days} 天，首日 {first}，末日 {last}"
        en "  {what}: days {days}, first {first}, last {last}"
    }
    source_in_drought(name) { zh "{name}在旱警或更低" en "{name} at the drought warning level or lower" }
    rule_in_drought(index, rule) {
        zh "{index}达到旱情等级（规则 `{rule}`）"
        en "{index} in a grade of drought (rule {rule})"
    }
    or_earlier(from) {
        zh "  可能早于 {from} 开始：前一天的旱情不明，或者没有查"
        en "  it may have begun before {from}: the day before is not known, or was not asked for"
    }
    or_later(to) {
        zh "  可能晚于 {to} 结束：后一天的旱情不明，或者没有查"
        en "  it may have ended after {to}: the day after is not known, or was not asked for"
    }

    // Retention.
    raw_kept_for(months) { zh "原始读数保留 {months} 个月" en "raw readings are kept for {months} months" }
    raw_kept_for_ever() { zh "原始读数一直保留" en "raw readings are kept for ever" }
    raw_from(at) {
        zh "{at} 以前的原始读数已清除，更早的读数不再接收"
        en "raw readings from before {at} have been let go of; earlier ones are refused"
    }
    raw_none_gone() { zh "没有清除过原始读数" en "no raw readings have been let go of" }
    sealed_to(at) { zh "{at} 以前的读数已封存" en "readings from before {at} are sealed" }
    present_and_clock(present, now) {
        zh "各网关一致认可的最新读数：{present}；本机的时钟：{now}"
        en "newest readings that gateways agree on: {present}; this machine's clock: {now}"
    }
    clock_only(now) {
        zh "还没有网关的读数；本机的时钟：{now}"
        en "no reading of a gateway is known; this machine's clock: {now}"
    }
    limits_ahead() {
        zh "界限在未来：本机的时钟曾经快了，新的读数不再接收，或本机的时钟现在慢了；校准时钟后运行 `hanqing retention undo`"
        en "that lies in the future: this machine's clock was ahead once, or is behind now; set it, then run hanqing retention undo"
    }
    raw_from_taken_back(from, was) {
        zh "重新接收 {from} 起的原始读数（原来从 {was} 起）"
        en "raw readings are taken from {from} on again (it was {was})"
    }
    raw_all_taken_back(was) {
        zh "重新接收任何时间的原始读数（原来从 {was} 起）"
        en "raw readings of any time are taken again (it was from {was} on)"
    }
    sealed_taken_back(to, was) {
        zh "读数改为只封存到 {to}（原来到 {was}）"
        en "readings are sealed up to {to} only (it was {was})"
    }
    nothing_taken_back() { zh "没有需要撤销的" en "nothing is to be taken back" }
    hours_without_readings(hour) {
        zh "从 {hour} 起的那个小时，以及更早的小时，原始读数已不全：它们的小时值保持原样，不再接收它们的读数"
        en "of the hour from {hour} on, and earlier ones, raw readings are gone: these hours stay as they are, and their readings \
            stay refused"
    }
    retry_after_undo(n) {
        zh "隔离区里有 {n} 条带读数的消息：现在可以运行 `hanqing quarantine retry --all`"
        en "messages with readings in quarantine: {n}; now run hanqing quarantine retry --all"
    }

    // Export and import of readings.
    format_missing() {
        zh "没写 `--format`：应为 `csv`、`parquet` 或 `line`"
        en "--format is missing: give csv, parquet or line"
    }
    no_series() {
        zh "数据库里没有这个测站和参数的序列"
        en "the store has no series with this station and parameter"
    }
    resumed(before) {
        zh "接着上次中断的导出，此前已写 {before} 个读数"
        en "the interrupted export goes on; readings written before: {before}"
    }
    exported(series, readings, path) {
        zh "{series} 个序列 {readings} 个读数已写入 {path}"
        en "series: {series}, readings: {readings}, written to {path}"
    }
    imported(batches, readings, new, replaced, old) {
        zh "{batches} 批 {readings} 个读数：新增 {new} 个，更改 {replaced} 个，已有 {old} 个"
        en "batches: {batches}, readings: {readings}; new: {new}, replaced: {replaced}, already there: {old}"
    }
    left_out(rows) { zh "{rows} 行未导入" en "{rows} rows were left out" }

    // Quarantine.
    no_such_message(id) {
        zh "没有第 {id} 条消息；用 `hanqing quarantine list` 查看有哪些"
        en "there is no message {id}; hanqing quarantine list shows the existing ones"
    }
    no_messages() { zh "隔离区没有消息" en "the quarantine is empty" }
    no_messages_of(gateway) {
        zh "隔离区没有网关 {gateway} 的消息"
        en "the quarantine holds nothing of {gateway}"
    }
    waits() { zh "待入库" en "to be stored" }
    head_number() { zh "编号" en "number" }
    head_received() { zh "收到时间" en "received" }
    head_topic() { zh "主题" en "topic" }
    head_bytes() { zh "字节" en "bytes" }
    head_fate() { zh "去向" en "fate" }
    head_problem() { zh "原因" en "reason" }
    retry_what() {
        zh "请写明重试哪些：列表里的编号，或 `--gateway 名称`，或 `--all`；见 `hanqing quarantine list`"
        en "say which to retry: numbers of the list, --gateway NAME, or --all; see hanqing quarantine list"
    }
    drop_what() {
        zh "请写明丢弃哪些：列表里的编号，或 `--gateway 名称`，或 `--all`；见 `hanqing quarantine list`"
        en "say which to give up: numbers of the list, --gateway NAME, or --all; see hanqing quarantine list"
    }
    drop_needs_yes(messages, readings) {
        zh "将丢弃 {messages} 条消息，其中有 {readings} 个读数，不能恢复；确认请加 `--yes`"
        en "messages that would be given up for good: {messages}, readings in them: {readings}; to confirm, add --yes"
    }
    dropped(messages, readings) {
        zh "已丢弃 {messages} 条消息，其中有 {readings} 个读数"
        en "messages given up: {messages}, readings in them: {readings}"
    }
    retried(taken, left) { zh "已入库 {taken} 条，还有 {left} 条没有入库" en "messages stored: {taken}, left: {left}" }
    message(id, problem) { zh "{id}：{problem}" en "{id}: {problem}" }

    // Gateways and their stations.
    no_store(path) {
        zh "没有数据库 {path}：请检查 `hub.toml` 里的 `store.path`（中心端第一次启动时建立它）"
        en "there is no store {path}: check store.path in hub.toml (the hub makes it when it first starts)"
    }
    head_gateway() { zh "网关" en "gateway" }
    head_online() { zh "状态" en "state" }
    head_heard() { zh "最后收到" en "last heard" }
    head_stations() { zh "测站数" en "stations" }
    head_rejected() { zh "不计的读数" en "readings rejected" }
    head_quarantined() { zh "隔离的消息" en "in quarantine" }
    head_revoked() { zh "吊销自" en "revoked since" }
    head_station() { zh "测站" en "station" }
    head_by() { zh "归属" en "belongs by" }
    online() { zh "在线" en "online" }
    offline() { zh "离线" en "offline" }
    by_declaration() { zh "乡镇文件" en "the township's file" }
    by_pin(since) { zh "绑定（{since}）" en "pinned ({since})" }
    no_gateways() { zh "还没有收到任何网关的数据" en "no gateway has been heard yet" }
    no_such_gateway(name, hint) { zh "没有网关 {name}；{hint}" en "there is no gateway {name}; {hint}" }
    no_such_station(name, hint) { zh "没有测站 {name}；{hint}" en "there is no station {name}; {hint}" }
    not_heard_yet(what) { zh "已照样绑定，但{what}" en "it is pinned all the same, but {what}" }
    did_you_mean_name(name) { zh "是不是 {name}？" en "did you mean {name}?" }
    see_gateway_list() { zh "见 `hanqing gateway list`" en "see hanqing gateway list" }
    declared_in(station, gateway, file) {
        zh "{file} 写明测站 {station} 属于网关 {gateway}；请改那里这个测站的 `gateway`，然后重启中心端"
        en "{file} gives {station} to {gateway}; change the station's gateway there, then restart the hub"
    }
    pinned(station, gateway) { zh "测站 {station} 现在属于网关 {gateway}" en "{station} belongs to {gateway} now" }
    moved(station, before, since, gateway) {
        zh "测站 {station} 原属网关 {before}（{since} 绑定），现在属于网关 {gateway}"
        en "{station} belonged to {before} (pinned {since}) and belongs to {gateway} now"
    }
    retry_quarantined(messages, gateway) {
        zh "隔离区有这个网关的 {messages} 条消息：`hanqing quarantine retry --gateway {gateway}`"
        en "messages of it in the quarantine: {messages}; hanqing quarantine retry --gateway {gateway}"
    }
    not_pinned(station, hint) { zh "测站 {station} 没有绑定；{hint}" en "{station} is not pinned; {hint}" }
    released(station) {
        zh "测站 {station} 已解除绑定：下一个发来它读数的网关得到它"
        en "{station} is released: it belongs to the gateway that sends readings of it next"
    }
    since_wrong(text) {
        zh "`--since` {text}：应为日期如 `2026-11-02`，或时间如 `2026-11-02T08:30`"
        en "--since {text}: must be a day such as 2026-11-02, or a time such as 2026-11-02T08:30"
    }
    since_early(since, first) {
        zh "`--since`：{since} 太早，不能早于 {first}"
        en "--since: {since} is too early; the first that is taken is {first}"
    }
    since_ahead(since) { zh "`--since`：{since} 还没有到" en "--since: {since} is still to come" }
    revoked_before(gateway, since) {
        zh "网关 {gateway} 已经吊销，自 {since} 起；要推迟这个时间，请先 `hanqing gateway reinstate {gateway}`"
        en "{gateway} is revoked already, since {since}; for a later time, hanqing gateway reinstate {gateway} first"
    }
    revoked(gateway, since, rows) {
        zh "网关 {gateway} 已吊销：它自 {since} 起的 {rows} 个读数不再计入，以后发来的进隔离区。请到消息服务器上停用它的密钥"
        en "{gateway} is revoked: readings since {since} that no longer count: {rows}; what it sends from now on goes to the \
            quarantine. Bar its key at the broker too"
    }
    not_revoked(gateway, hint) { zh "网关 {gateway} 没有被吊销；{hint}" en "{gateway} is not revoked; {hint}" }
    reinstated(gateway, rows) {
        zh "网关 {gateway} 已恢复：{rows} 个读数重新计入"
        en "{gateway} is reinstated: readings that count again: {rows}"
    }

    // Hub.
    first_link(name, link) {
        zh "还没有管理员口令。{name} 请打开此链接设置口令（24 小时内有效，只能用一次）：{link}"
        en "no administrator has a password yet. {name}: choose one at this link (good for 24 hours, once): {link}"
    }
    cannot_start_broker(address) {
        zh "无法在 {address} 启动消息服务器"
        en "cannot start the broker on {address}"
    }
    broker_listens_nowhere() { zh "不设" en "none" }
    broker_stays(old, new) {
        zh "`broker.listen` 由 {old} 改为 {new}：内置的消息服务器在运行中改不了地址；请重启中心端（`systemctl restart hanqing-hub`），或改回 {old}"
        en "broker.listen changes from {old} to {new}: the broker in the hub's process cannot move while it runs; restart the hub \
            (systemctl restart hanqing-hub), or set it back to {old}"
    }
    no_broker() {
        zh "这个程序没有内置消息服务器；请用外部的，或以 `--features demo` 编译"
        en "this build has no built-in broker; use an external one, or build with --features demo"
    }

    // Rows of the ledger.
    head_row() { zh "行号" en "row" }
    head_row_of_file() { zh "文件行" en "row" }
    head_outcome() { zh "结果" en "outcome" }
    head_item() { zh "项目" en "item" }
    head_value() { zh "数值" en "value" }
    head_unit() { zh "单位" en "unit" }
    head_days() { zh "日期" en "days" }
    head_place() { zh "村、作物、工程" en "village, crop, work" }
    head_document() { zh "依据" en "document" }
    head_entered_by() { zh "登记人" en "entered by" }
    head_remark() { zh "说明" en "remark" }
    no_rows() { zh "台账里没有这样的记录" en "the ledger has no such rows" }
    days(from, to) { zh "{from} 至 {to}" en "{from} to {to}" }
    corrects(row, reason) { zh "更正第 {row} 条：{reason}" en "corrects row {row}: {reason}" }
    withdraws(row, reason) { zh "作废第 {row} 条：{reason}" en "withdraws row {row}: {reason}" }
    reviewed_by(name) { zh "{name}复核" en "reviewed by {name}" }
    waits_for_review() { zh "待复核" en "waits for a review" }
    entered(row, at, name) { zh "第 {row} 条 {at} {name}登记" en "row {row}, {at}: entered by {name}" }

    // Entering rows.
    not_a_code(text, hint) { zh "{text} 不是台账的项目；{hint}" en "{text} is not a ledger code; {hint}" }
    option_empty(option) { zh "`--{option}` 不能为空" en "--{option} must not be empty" }
    option_wrong(option, value, rule) { zh "`--{option}` {value}：{rule}" en "--{option} {value}: {rule}" }
    corrected(row, name, old, new, unit) {
        zh "第 {row} 条 {name}：{old} {unit} 改为 {new} {unit}"
        en "row {row}, {name}: {old} {unit} becomes {new} {unit}"
    }
    withdrawn(row, name, value, unit) {
        zh "第 {row} 条 {name} {value} {unit} 作废"
        en "row {row}, {name} {value} {unit}, is withdrawn"
    }
    correction_is_far(row, name, old, new, unit) {
        zh "第 {row} 条 {name} 现为 {old} {unit}，改为 {new} {unit} 相差十倍以上，没有登记：核对数值，确实要改请加 `--yes`"
        en "row {row}, {name}, is {old} {unit} and would become {new} {unit}, more than ten times as much or as little; nothing is \
            entered: check the value, and to confirm it, add --yes"
    }
    row_cannot_be(row, rule) {
        zh "第 {row} 条除了数值还有不对的（{rule}），没有更正：用 `--withdraw` 作废，再另登一条"
        en "row {row} has more that cannot be than its value ({rule}), so it is not corrected: withdraw it (--withdraw), and enter another"
    }
    no_village(text, hint) { zh "本乡镇没有“{text}”这个村；{hint}" en "the township has no village {text}; {hint}" }
    no_crop(text, hint) { zh "本乡镇没有“{text}”这种作物；{hint}" en "the township has no crop {text}; {hint}" }

    // Import of rows.
    year_for_example() { zh "应为四位年份，如 2022" en "must be a year of four digits, such as 2022" }
    days_for_example() {
        zh "应为一天如 2022-08-05，或起止日期如 2022-08-01..2022-08-31"
        en "must be a day such as 2022-08-05, or the first and the last such as 2022-08-01..2022-08-31"
    }
    meaning_for_example() {
        zh "应为“文件里的词=台账里的名称”，如“投入设备=未装表抗旱设备”；“词=-”表示不取这一列"
        en "must be a word of the file and its meaning, such as fuel=gasoline; WORD=- leaves a column out"
    }
    sheet_read(name, layout, head) {
        zh "工作表“{name}”：{layout}，表头在第 {head} 行"
        en "sheet {name}: {layout}, heads in row {head}"
    }
    text_read(layout, head) { zh "文本表格：{layout}，表头在第 {head} 行" en "text table: {layout}, heads in row {head}" }
    laid_as_list() { zh "一行一笔" en "a row for each entry" }
    laid_as_matrix() { zh "一行一个村，一列一个项目" en "a row for each village, a column for each item" }
    laid_as_matrix_of_items() { zh "一行一个项目，一列一个村" en "a row for each item, a column for each village" }
    head_column() { zh "列" en "column" }
    head_of_file() { zh "表头" en "head" }
    head_meaning() { zh "含义" en "meaning" }
    column_left_out() { zh "不取" en "left out" }
    gathered() { zh "从表的上下文字得到：" en "found above and below the table:" }
    read_otherwise() { zh "与所写不同的读法：" en "read otherwise than written:" }
    rows_left_out() { zh "没有取的行：" en "rows left out:" }
    alike_rows() {
        zh "与台账只差数值，会另记一笔；是更正就不要导入，改用 `hanqing ledger correct`："
        en "alike to rows of the ledger but for the value, and entered beside them; for a correction use hanqing ledger correct instead:"
    }
    alike_row(place, row) { zh "{place}：台账第 {row} 条" en "{place}: row {row} of the ledger" }
    sheets_not_read() { zh "没有读的工作表：" en "sheets not read:" }
    left_out_because(row, text, why) { zh "第 {row} 行“{text}”：{why}" en "row {row}, {text}: {why}" }
    named_because(name, why) { zh "“{name}”：{why}" en "{name}: {why}" }
    row_and_column(row, column) { zh "第 {row} 行 {column} 列" en "row {row}, column {column}" }
    and_more(n) { zh "……另有 {n} 条，加 `--details` 全部列出" en "... and {n} more; --details shows all" }
    rows_taken(rows, new, there) {
        zh "取 {rows} 笔：新 {new} 笔，台账已有 {there} 笔"
        en "rows taken: {rows}; new: {new}, in the ledger already: {there}"
    }
    row_new() { zh "新" en "new" }
    row_there(row) { zh "已有（第 {row} 条）" en "already there (row {row})" }
    row_refused() { zh "不登记" en "not entered" }
    sum_of_new(name, count, sum, unit) {
        zh "  {name}：新 {count} 笔，合计 {sum} {unit}"
        en "  {name}: new rows {count}, sum {sum} {unit}"
    }
    can_be_entered(new, there, problems) {
        zh "可登记 {new} 条，已有 {there} 条，问题 {problems} 个；没有登记"
        en "{new} rows can be entered, {there} already there, {problems} problems; nothing entered"
    }
    nothing_entered() { zh "没有登记" en "nothing entered" }
    nothing_entered_problems(n) {
        zh "有 {n} 个问题，什么也没有登记：改正后再导入"
        en "problems: {n}; nothing entered: correct them and import again"
    }
    nothing_entered_unasked(n, command) {
        zh "有 {n} 条可以登记，但没有人确认，什么也没有登记；以上无误，请运行：{command}"
        en "rows that can be entered: {n}; nobody has confirmed them, and nothing is entered. If the above is right, run: {command}"
    }
    rows_entered(new, there) {
        zh "已登记 {new} 条，已有 {there} 条"
        en "{new} rows entered, {there} already there"
    }
    count_once_reviewed() {
        zh "由另一个人复核后才计入：`hanqing ledger review`"
        en "they count once another person has reviewed them: hanqing ledger review"
    }
    enter_rows(new) { zh "登记这 {new} 条吗？[y/N] " en "enter {new} rows? [y/N] " }

    // Export of rows.
    other_ending(path) {
        zh "`--out` {path}：文件名必须以 .xlsx 或 .csv 结尾"
        en "--out {path}: the file name must end in .xlsx or .csv"
    }
    not_xlsx(path) {
        zh "`--out` {path}：文件名必须以 .xlsx 结尾"
        en "--out {path}: the file name must end in .xlsx"
    }
    file_is_there(path) {
        zh "{path} 已经存在，没有写：换一个文件名，或加 `--force` 替换它"
        en "{path} exists already, and nothing is written: give another name, or add --force to replace it"
    }
    template_written(path) { zh "空白台账已写入 {path}" en "an empty ledger to fill in was written to {path}" }
    rows_written(rows, path) { zh "{rows} 条已写入 {path}" en "{rows} rows written to {path}" }

    // Review and acceptance.
    own_rows_left(n) {
        zh "有 {n} 条是您自己登记的，没有复核：必须由另一个人复核"
        en "{n} rows that you entered yourself are left out: another person must review them"
    }
    reviewed(new, before) {
        zh "已复核 {new} 条，此前已复核 {before} 条"
        en "{new} rows reviewed, {before} had been reviewed before"
    }
    reason_too_short(least) {
        zh "理由太短：附表要印出来，请写明为什么这些数仍是对的，标点不算至少 {least} 个字"
        en "the reason is too short: the annex prints it; say why the figures are right nevertheless, in {least} letters or more"
    }
    reason_unseen() {
        zh "理由里有看不见的字符：附表要印出来，请重新输入"
        en "the reason holds characters that cannot be seen: the annex prints it; type it anew"
    }
    reason_repeats() {
        zh "理由只是一个字反复写：附表要印出来，请写明为什么这些数仍是对的"
        en "the reason is one letter over and over: the annex prints it; say why the figures are right nevertheless"
    }
    no_open_finding_near(rule, near) {
        zh "规则 `{rule}` 没有尚未认可的核查问题：是不是 `{near}`？用 `hanqing ledger accept` 列出尚未认可的"
        en "rule {rule} has no open finding: did you mean {near}? hanqing ledger accept lists the open ones"
    }
    cannot_be_accepted(finding, look) {
        zh "台账自相矛盾，不能认可，只能更正：{finding}；{look}"
        en "the ledger contradicts itself: this cannot be accepted, only corrected in the ledger: {finding}; {look}"
    }
    nothing_to_accept() { zh "没有未认可的核查问题" en "there is no finding that is still open" }
    no_open_finding(rule) {
        zh "规则 `{rule}` 没有尚未认可的核查问题：用 `hanqing ledger accept` 列出尚未认可的"
        en "rule {rule} has no open finding: hanqing ledger accept lists the open ones"
    }

    // Persons who sign in.
    no_users_file(path) {
        zh "没有用户文件 {path}：请检查 `hub.toml` 里的 `web.users`（中心端第一次启动时建立它）"
        en "there is no users' file {path}: check web.users in hub.toml (the hub makes it when it first starts)"
    }
    no_such_person(name, hint) { zh "没有 {name} 这个人；{hint}" en "there is no person {name}; {hint}" }
    several_persons(name, ids) {
        zh "“{name}”不止一个人（{ids}）：请写编号"
        en "{name} is the name of several persons ({ids}): give the id"
    }
    no_role(name, id) {
        zh "{name}没有权限，不能登录；在 `hub.toml` 里给 `{id}` 写上 `role`，再重启中心端"
        en "{name} has no role and does not sign in; give {id} a role in hub.toml, then restart the hub"
    }
    these_sign_in(ids) { zh "可以登录的有：{ids}" en "these may sign in: {ids}" }
    give_roles() {
        zh "还没有人可以登录：在 `hub.toml` 的 `[[person]]` 里写上 `role`"
        en "nobody may sign in yet: give a [[person]] of hub.toml a role"
    }
    nobody_signs_in() {
        zh "还没有人可以登录：在 `hub.toml` 的 `[[person]]` 里写上 `role`，再重启中心端"
        en "nobody may sign in yet: give a [[person]] of hub.toml a role, then restart the hub"
    }
    link_is(name, until) {
        zh "{name}用这个链接设置密码，只能用一次，{until} 前有效；请当面交给本人，不要转发："
        en "{name} chooses a password with this link, once, until {until}; hand it to nobody else:"
    }
    reset_done(id, sessions) {
        zh "已清除 {id} 的密码，结束登录 {sessions} 个"
        en "the password of {id} is gone, sessions ended: {sessions}"
    }
    had_no_password() { zh "此人原来没有设置密码" en "there was no password" }
    head_id() { zh "编号" en "id" }
    head_person() { zh "人员" en "person" }
    head_role() { zh "权限" en "role" }
    head_password() { zh "密码" en "password" }
    head_sessions() { zh "登录数" en "sessions" }
    head_last_seen() { zh "最后使用" en "last seen" }
    head_time() { zh "时间" en "time" }
    head_deed() { zh "操作" en "what" }
    head_detail() { zh "内容" en "of what" }
    head_from_address() { zh "来自" en "from" }
    is_set() { zh "已设置" en "set" }
    not_set() { zh "没有" en "none" }
    waits_until(time) { zh "密码错误太多，{time} 前不能用密码登录" en "too many wrong passwords, waits until {time}" }
    link_until(time) { zh "有一次性链接，{time} 前有效" en "has a one-time link until {time}" }
    nothing_recorded() { zh "还没有操作记录" en "nothing is recorded yet" }
    row_changed() { zh "与写下时不符" en "not as it was written" }
    verify_it() {
        zh "有的记录与写下时不符：用 `hanqing user audit --verify` 核对全部"
        en "some rows are not as they were written: check all with hanqing user audit --verify"
    }
    record_broken(path, row) {
        zh "{path} 的操作记录从第 {row} 条起与写下时不符：有人改过这个文件；请保留它，查明是谁改的"
        en "the record in {path} is not as it was written from row {row} on: somebody has changed the file; keep it, and find out who"
    }
    record_sound(rows, last) {
        zh "操作记录 {rows} 条，都与写下时相符。最后一条的校验码如下，抄在别处，以后可以证明这些记录没有被改过：\n  {last}"
        en "rows of the record: {rows}, all as they were written. This is the sum of the last one; kept elsewhere, it proves later that none \
            of them was changed:\n  {last}"
    }
}
