//! Rows that people enter, and their import.

messages! { "ledger";
    // The ledger's file.
    cannot_open(path) { zh "打不开台账 {path}" en "cannot open the ledger {path}" }
    newer(path, found, known) {
        zh "台账 {path} 的结构版本是 {found}，本程序只认识到 {known}：请更新程序"
        en "the ledger {path} has layout {found}, this program knows up to {known}: update the program"
    }
    foreign_triggers(path, names) {
        zh "台账 {path} 里有不是 `hanqing` 建的触发器 {names}，会暗中改动或阻止登记；请保留这个文件，再用 `hanqing restore` 恢复一个备份"
        en "the ledger {path} holds triggers that hanqing did not make, which would change or refuse rows unseen: {names}; keep the file, \
            and bring back a copy with hanqing restore"
    }
    failed(operation) { zh "台账{operation}失败" en "the ledger failed {operation}" }
    committing() { zh "提交" en "to commit" }
    being_read() { zh "读取" en "to be read" }
    reading_rows() { zh "读取记录" en "to read rows" }
    reading_row() { zh "读取一条记录" en "to read a row" }
    reading_last() { zh "读取最大行号" en "to read the last id" }
    reading_acceptances() { zh "读取核查问题的认可" en "to read acceptances" }
    beginning() { zh "开始写入" en "to begin a transaction" }
    adding_row() { zh "添加记录" en "to add a row" }
    looking_up() { zh "查找被更正的记录" en "to look up a superseded row" }
    looking_for_duplicate() { zh "查重" en "to look for a duplicate" }
    recording_review() { zh "登记复核" en "to record a review" }
    accepting() { zh "登记核查问题的认可" en "to accept a finding" }
    unreadable(row, column, text) {
        zh "台账第 {row} 条的 `{column}` 读不懂：{text}"
        en "row {row} of the ledger has an unreadable {column}: {text}"
    }

    // Corrections and reviews.
    no_such_row(row) { zh "台账没有第 {row} 条" en "the ledger has no row {row}" }
    already_superseded(row, by) {
        zh "第 {row} 条已被第 {by} 条更正：请更正第 {by} 条"
        en "row {row} is already superseded by row {by}: supersede row {by} instead"
    }
    other_code(row, old, new) {
        zh "第 {row} 条的项目是“{old}”；更正不能把项目改成“{new}”"
        en "row {row} has the code {old}; a correction cannot change it to {new}"
    }
    changed(row) {
        zh "与台账第 {row} 条不同；要更正它，请把 {row} 从“行号”移到“更正行号”，并填“更正原因”；要新增一条，请清空“行号”"
        en "row {row} of the ledger differs; to correct it, move {row} from row (“行号”) to supersedes (“更正行号”) and give \
            the reason in reason (“更正原因”); for a new row, empty row (“行号”)"
    }
    without_old(row) {
        zh "它更正第 {row} 条，文件里却没有这一条：请用 `--all` 导出"
        en "it corrects row {row}, which is not in the file: export with --all"
    }
    superseded(row, by) {
        zh "第 {row} 条已被第 {by} 条更正：请复核第 {by} 条"
        en "row {row} is superseded by row {by}: review row {by} instead"
    }
    own_row(row, by) {
        zh "第 {row} 条是{by}登记的：必须由另一个人复核"
        en "row {row} was entered by {by}: another person must review it"
    }
    rows_of_nobody(name, n, rows, why) {
        zh "{name}：{n} 条没有复核（第 {rows} 条），无法确认登记人和复核人是两个人：{why}"
        en "{name}: rows {n} ({rows}) are left out, since nobody can say whether two persons were at work on them: {why}"
    }
    rows_of_nobody_and_more(name, n, rows, why) {
        zh "{name}：{n} 条没有复核（第 {rows} 条等），无法确认登记人和复核人是两个人：{why}"
        en "{name}: rows {n} ({rows} and more) are left out, since nobody can say whether two persons were at work on them: {why}"
    }
    nobody_of_the_list(row, why) {
        zh "第 {row} 条不能复核，无法确认登记人和复核人是两个人：{why}"
        en "row {row} cannot be reviewed, since nobody can say whether two persons were at work on it: {why}"
    }

    // Persons.
    person_empty() { zh "没有写姓名" en "no name is given" }
    person_unknown(text, hint) {
        zh "人员名单里没有“{text}”，有缺漏就在 `hub.toml` 的 `[[person]]` 补上；{hint}"
        en "{text} is nobody of the list of persons; add who is missing to hub.toml as [[person]]; {hint}"
    }
    persons_are(persons) { zh "名单上有{persons}" en "the list has {persons}" }
    person_alike(persons) { zh "名单上叫这个名字的有：{persons}" en "the list has of this name: {persons}" }
    person_several(text, ids) {
        zh "“{text}”不止一个人（{ids}）：请写人员编号，或写单位加姓名"
        en "{text} is the name of several persons ({ids}): give the id, or office and name"
    }

    own_work(by, first) {
        zh "{by}不能做这一步：{first}；登记、复核、认可、签发应由不同的人做"
        en "{by} cannot do this: {first}; entry, review, acceptance and issue are by different persons"
    }
    own_works(by, first, more) {
        zh "{by}不能做这一步：{first}，另有 {more} 处也是此人做的；登记、复核、认可、签发应由不同的人做"
        en "{by} cannot do this: {first}, and {more} more are by the same person; entry, review, acceptance and issue are by \
            different persons"
    }
    others_may(names) { zh "名单上还可以做这一步的：{names}" en "of the list, these still may: {names}" }
    nobody_else_may() {
        zh "名单上的人都参与过，没有人可以做这一步：请一位没有参与的人来做，先在 `hub.toml` 的 `[[person]]` 里列出此人"
        en "everybody of the list took part, so nobody of it may: have it done by somebody who took no part, listed first as [[person]] \
            in hub.toml"
    }
    unlisted_work(first, why) {
        zh "{first}，无法确认不是同一个人：{why}"
        en "{first}, and nobody can say that it was another person: {why}"
    }
    work_entered(row, by) { zh "第 {row} 条是{by}登记的" en "row {row} was entered by {by}" }
    work_reviewed(row, by) { zh "第 {row} 条是{by}复核的" en "row {row} was reviewed by {by}" }
    work_accepted(rule, by) { zh "规则 `{rule}` 的问题是{by}认可的" en "a finding of rule {rule} was accepted by {by}" }

    // Columns.
    column_code() { zh "项目" en "code" }
    column_value() { zh "数值" en "value" }
    column_unit() { zh "单位" en "unit" }
    column_from() { zh "起" en "from" }
    column_to() { zh "止" en "to" }
    column_village() { zh "村" en "village" }
    column_crop() { zh "作物" en "crop" }
    column_work() { zh "工程" en "work" }
    column_document() { zh "依据" en "document" }
    column_entered_by() { zh "登记人" en "entered_by" }
    column_entered_at() { zh "登记时间" en "entered_at" }
    column_reason() { zh "更正原因" en "reason" }
    column_supersedes() { zh "更正行号" en "supersedes" }
    column_row() { zh "行号" en "row" }
    column_reviewed_by() { zh "复核人" en "reviewed_by" }
    column_superseded_by() { zh "被更正为" en "superseded_by" }

    // Places in a file.
    place_file() { zh "文件" en "file" }
    place_sheet() { zh "工作表" en "sheet" }
    place_row(row) { zh "第 {row} 行" en "row {row}" }
    place_cell(row, column) { zh "第 {row} 行，{column}" en "row {row}, {column}" }
    place_address(row, column, address) { zh "第 {row} 行，{column}（{address}）" en "row {row}, {column} ({address})" }

    // Problems of a file.
    too_many_bytes(most) { zh "台账文件不能超过 {most} 字节" en "a ledger file has at most {most} bytes" }
    split_or_check() { zh "分成几个文件，或检查是否选错了文件" en "split it, or check that it is the right file" }
    check_file() { zh "检查是否选错了文件" en "check that it is the right file" }
    too_many_rows(most) { zh "台账文件不能超过 {most} 行" en "a ledger file has at most {most} rows" }
    split_file() { zh "分成几个文件" en "split the file" }
    too_many_problems(most) {
        zh "最多列出 {most} 个问题；这一行以后没有再读"
        en "at most {most} problems are listed; the rows after this one were not read"
    }
    correct_and_import_again() { zh "改正以上问题后再导入" en "correct these and import again" }
    not_utf8() { zh "台账文件必须是 UTF-8 文本" en "a ledger file must be UTF-8 text" }
    save_as_utf8() {
        zh "另存为“CSV UTF-8”，不要存成 GBK/ANSI，或直接导入工作簿"
        en "save it as “CSV UTF-8”, not as GBK/ANSI, or import the workbook itself"
    }
    csv_unreadable(why) { zh "CSV 读不了：{why}" en "{why}" }
    check_quotes_of_head() { zh "检查第一行的引号" en "check the quotes in the first line" }
    check_quotes() { zh "检查这一行的引号" en "check the quotes of this row" }
    other_fields(fields, heads) {
        zh "这一行有 {fields} 格，表头有 {heads} 格"
        en "the row has {fields} fields, the header {heads}"
    }
    quote_commas() { zh "含逗号的格子要加双引号" en "put fields that hold a comma into double quotes" }
    old_or_locked() { zh "是 .xls 文件，或设了密码" en "is an .xls file, or has a password" }
    save_without_password() { zh "另存为 .xlsx，不设密码" en "save it as .xlsx, without a password" }
    no_such_sheet() { zh "工作簿里没有这个工作表" en "the workbook has no such sheet" }
    sheets_are(sheets) { zh "有的工作表：{sheets}" en "the sheets are {sheets}" }
    sheet_without_columns() { zh "这个工作表没有台账的列" en "the sheet does not have the columns of the ledger" }
    no_sheet_with_columns() { zh "没有一个工作表有台账的列" en "no sheet has the columns of the ledger" }
    name_columns(columns) {
        zh "在前十行之一写上表头：{columns}"
        en "name them in one of its first ten rows: {columns}"
    }
    not_a_workbook(why) { zh "不是完好的 .xlsx 工作簿：{why}" en "not a valid .xlsx workbook: {why}" }
    save_again() {
        zh "用 Excel 或 WPS 打开，再另存为 .xlsx"
        en "open it in Excel or WPS and save it again as .xlsx"
    }
    unpacks_to_more(most) { zh "解压后超过 {most} 字节" en "unpacks to more than {most} bytes" }
    archive_damaged() { zh "压缩包已损坏或不完整" en "its archive is damaged or cut off" }
    archive_unsupported() { zh "压缩方式不支持" en "its archive is of an unsupported kind" }
    has_password() { zh "设了密码" en "it has a password" }
    part_missing(part) { zh "缺少 {part}" en "it has no part {part}" }
    xml_damaged() { zh "里面的 XML 已损坏" en "its XML is damaged" }
    cell_damaged(what) { zh "有的单元格读不懂：{what}" en "a cell cannot be read: {what}" }
    workbook_other(why) { zh "{why}" en "{why}" }

    // Problems of the head.
    column_twice() { zh "一列只能出现一次" en "each column may occur only once" }
    remove_one() { zh "删掉其中一列" en "remove one of the two" }
    no_such_column() { zh "台账没有这一列" en "not a column of the ledger" }
    columns_are(columns) { zh "台账的列有：{columns}" en "the columns are {columns}" }
    column_missing(column) { zh "缺少“{column}”列" en "the column {column} is missing" }
    add_column(column) { zh "在表头加上“{column}”列" en "add the column {column} to the first line" }

    // Problems of a row.
    did_you_mean(word) { zh "是不是“{word}”？" en "did you mean {word}?" }
    formula_error(error) { zh "公式的结果是 {error}" en "the formula gives {error}" }
    correct_formula() { zh "改正公式，或直接填数" en "correct the formula, or type the value" }
    formula_without_result() { zh "公式没有存下结果" en "the formula has no stored result" }
    compute_and_save() {
        zh "用 Excel 或 WPS 打开再保存一次，或直接填数"
        en "open the file in Excel or WPS and save it again, or type the value"
    }
    covered(cells) { zh "被合并单元格 {cells} 盖住" en "is covered by the merged cells {cells}" }
    split_cells() { zh "取消合并，每格都填上" en "split the merged cells and fill in each of them" }
    no_day_in_date() { zh "是日期或时间格式，却没有日期" en "has a date or time format but is not a day" }
    format_as_date() { zh "把格式设为日期，再重填一次" en "format it as a date and type the day again" }
    too_many_characters(most) { zh "一格最多 {most} 个字" en "a cell has at most {most} characters" }
    shorten() { zh "写短一些" en "shorten it" }
    not_a_code() { zh "不是台账的项目" en "not a code of the ledger" }
    code_with_name(name, id) { zh "{name}（`{id}`）" en "{name} (`{id}`)" }
    did_you_mean_code(code) { zh "是不是{code}？" en "did you mean {code}?" }
    codes_are(all, codes) {
        zh "台账项目共 {all} 种，最接近的是：{codes}"
        en "the nearest of the {all} codes are {codes}"
    }
    finite_not_negative() { zh "数值必须是有限的数，不能是负数" en "a value must be finite and not negative" }
    decrease_is_correction() {
        zh "要减少请作更正：填“更正行号”"
        en "a decrease is a correction: use supersedes"
    }
    value_missing() { zh "没有填数值" en "the value is missing" }
    zero_only_if_found() {
        zh "查实为 0 才填 0，否则删掉这一行"
        en "write 0 only if 0 was found; otherwise leave the row out"
    }
    not_a_number() { zh "不是数" en "not a number" }
    plain_digits() {
        zh "只用半角数字和小数点：不写单位，不用千位逗号，不用全角数字"
        en "use plain digits and a point only: no unit, no thousands separator, no full-width digits"
    }
    head_has_unit(unit) { zh "数值列的表头写的是“{unit}”" en "the head of the values says {unit}" }
    same_unit_in_both() { zh "表头和单位列写同一个单位" en "write the unit of the value in both" }
    unit_of_code(id, name, unit) { zh "{name}（`{id}`）的单位必须是“{unit}”" en "{id} ({name}) must be in {unit}" }
    check_and_write_unit(unit) {
        zh "核对数值是按“{unit}”填的，再写上“{unit}”"
        en "check that the value is in {unit}, then write {unit}"
    }
    convert_value(unit) { zh "换算数值，单位写“{unit}”" en "convert the value and write {unit}" }
    convert_value_or(unit, others) {
        zh "换算数值，单位写“{unit}”；会自动换算的单位：{others}"
        en "convert the value and write {unit}; {others} are converted automatically"
    }
    share_too_large() { zh "百分比不能大于 100 %" en "a share is at most 100 %" }
    check_number() { zh "核对数值" en "check the number" }
    not_a_day() { zh "日期应写成“年-月-日”" en "a day is written YYYY-MM-DD" }
    days_for_example() {
        zh "例如 2022-08-01、2022/8/1 或 2022年8月1日"
        en "for example 2022-08-01, 2022/8/1 or \"2022年8月1日\""
    }
    ends_before_it_begins(from) { zh "止日早于起日 {from}" en "the last day is before the first, {from}" }
    swap_days() { zh "对调起止，或改正年份" en "swap from and to, or correct the year" }
    of_the_same_name(one, other) { zh "{one} 和 {other} 同名" en "{one} and {other} have this name" }
    write_the_id() { zh "写其中一个的编号" en "write the id of one of them" }
    no_such_village() { zh "本乡镇没有这个村" en "the township has no such village" }
    no_such_crop() { zh "本乡镇没有这种作物" en "the township has no such crop" }
    township_has(names) { zh "有：{names}" en "it has {names}" }
    missing(column) { zh "没有填{column}" en "{column} is missing" }
    name_the_paper() {
        zh "写明数从哪张凭据来：票据、调查表、通知"
        en "name the paper that the number comes from: slip, survey sheet, notice"
    }
    name_the_person() { zh "写明谁对这个数负责" en "name the person who answers for the number" }
    correction_needs_reason() { zh "更正必须写原因" en "a correction needs a reason" }
    write_why() { zh "写明为什么更正" en "write why the row is replaced" }
    not_a_time() { zh "不是时间" en "not a time" }
    times_for_example() {
        zh "例如 2022-08-05 18:00 或 2022-08-05T18:00:00+08:00；不填就用导入的时间"
        en "for example 2022-08-05 18:00 or 2022-08-05T18:00:00+08:00; leave it empty for the time of the import"
    }
    not_a_row_number() { zh "不是台账的行号" en "not a row number of the ledger" }
    empty_unless_exported() {
        zh "不填，除非这一行来自导出"
        en "leave it empty unless the row comes from an export"
    }
    number_of_replaced() { zh "写被更正那一条的行号" en "write the number of the row to replace" }
}
