//! Rows that people enter, and their import.

messages! { "ledger";
    // The ledger's file.
    cannot_open(path) { zh "打不开台账 {path}" en "cannot open the ledger {path}" }
    newer(path, found, known) {
        zh "台账 {path} 的结构版本是 {found}，本程序只认识到 {known}；请换回写出它的版本。要留用本版本，先用那个版本导出新登记的（`hanqing ledger export`），停止中心端，再用 `hanqing restore` 恢复更新前的备份"
        en "the ledger {path} has layout {found}, this program knows {known}; install the version again that wrote it. To stay \
            with this one, export with that version what was entered since (hanqing ledger export), stop the hub, and bring \
            back the backup of before the update (hanqing restore)"
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
    other_value(row, held, new) {
        zh "与台账第 {row} 条只差数值（台账 {held}，文件 {new}）：是更正，就先用 `hanqing ledger correct {row} --value {new}`（另写 `--reason`、\
            `--by`）更正台账；是另外的一笔，就在“依据”里写出不同"
        en "it differs from row {row} of the ledger only in its value ({held} there, {new} here); for a correction, first run hanqing ledger \
            correct {row} --value {new} (with --reason and --by); for another entry, tell them apart in document (“依据”)"
    }
    without_old(row) {
        zh "它更正第 {row} 条，文件里却没有这一条：请用 `--all` 导出"
        en "it corrects row {row}, which is not in the file: export with --all"
    }
    nothing_withdrawn() {
        zh "写着“作废”，却没有写作废的是哪一条：请填“更正行号”"
        en "it is marked as withdrawn and does not say which row it takes back: name it in supersedes (“更正行号”)"
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
        zh "名单上有复核权限的人都参与过，没有人可以做这一步：请一位没有参与的人来做，先在 `hub.toml` 的 `[[person]]` 里列出此人"
        en "everybody of the list who may review took part, so nobody of it may: have it done by somebody who took no part, listed \
            first as [[person]] in hub.toml"
    }
    unlisted_work(first, why) {
        zh "{first}，无法确认不是同一个人：{why}"
        en "{first}, and nobody can say that it was another person: {why}"
    }
    work_entered(row, by) { zh "第 {row} 条是{by}登记的" en "row {row} was entered by {by}" }
    work_reviewed(row, by) { zh "第 {row} 条是{by}复核的" en "row {row} was reviewed by {by}" }
    work_accepted(rule, by) { zh "有一个核查问题（`{rule}`）是{by}认可的" en "a finding (`{rule}`) was accepted by {by}" }

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
    column_withdrawn() { zh "作废" en "withdrawn" }
    column_row() { zh "行号" en "row" }
    column_reviewed_by() { zh "复核人" en "reviewed_by" }
    column_superseded_by() { zh "被更正为" en "superseded_by" }

    // The workbook to fill in.
    column_remark() { zh "备注" en "remark" }
    template_lists() { zh "清单" en "Lists" }
    template_explanations() { zh "说明" en "Notes" }
    template_items() { zh "可选的项目" en "Items to choose from" }
    template_units() { zh "项目的计量单位" en "Units of the items" }
    template_villages() { zh "可选的村" en "Villages to choose from" }
    template_crops() { zh "可选的作物" en "Crops to choose from" }
    template_persons() { zh "可选的登记人" en "Persons to choose from" }
    template_choose_item() { zh "请从列表里选项目，见“说明”。" en "Choose an item from the list; see the notes." }
    template_choose() { zh "请从列表里选。" en "Choose from the list." }
    template_whole() { zh "全乡" en "whole township" }
    template_other_unit() {
        zh "不是这个项目的计量单位。万元、吨等常用单位导入时会换算，可以保留。"
        en "This is not the item's unit. Usual units are converted by the import and may stay."
    }
    template_number() { zh "请填数，不能是负数。" en "Type a number that is not negative." }
    template_day() { zh "请填日期，如 2022-08-05。" en "Type a day such as 2022-08-05." }
    template_how() {
        zh "在“台账”表里填，一行一笔；填了项目而底色是黄的格子还要填。备注不进台账。"
        en "Fill in the sheet “台账”, a row for each entry. Where an item is chosen, cells in yellow are still to be filled in. Remarks \
            do not go into the ledger."
    }
    template_how_unit() {
        zh "单位：点开列表就是这个项目的单位；写别的单位（如万元）时，数值按那个单位填。"
        en "Unit (“单位”): the list has the unit of the item; where another is written, the value is in that one."
    }
    template_how_days() {
        zh "起、止：记录所指的第一天和最后一天；只有一天的，两格写同一天。"
        en "First and last day (“起”, “止”) that the entry is about; for a single day, write it in both."
    }
    template_how_lists() {
        zh "依据：数出自哪份材料。工程：只有下面写着要填的项目才填。全乡的数，村选“全乡”。"
        en "Document (“依据”): the paper that the number comes from. Work (“工程”): only where the list below wants it. For the whole \
            township choose whole township as the village (“村”)."
    }
    template_how_import() {
        zh "填好后保存，再运行 hanqing ledger import -c hub.toml 台账.xlsx。"
        en "Save it, then run hanqing ledger import with the name of the file."
    }
    template_name() { zh "名称" en "Name" }
    template_id() { zh "编号" en "Id" }
    template_unit() { zh "计量单位" en "Unit" }
    template_counting() { zh "怎样计" en "How it counts" }
    template_village() { zh "填不填村" en "Village" }
    template_crop() { zh "填不填作物" en "Crop" }
    template_work() { zh "填不填工程" en "Work" }
    template_example() { zh "例" en "Example" }
    template_for_example(value, unit) { zh "数值 {value}，单位 {unit}，起 2022-08-05" en "value {value}, unit {unit}, from 2022-08-05" }
    template_always() { zh "要填" en "always" }
    template_may_be() { zh "可填" en "if known" }
    template_never() { zh "不填" en "never" }

    // Places in a file.
    place_file() { zh "文件" en "file" }
    place_sheet() { zh "工作表" en "sheet" }
    place_row(row) { zh "第 {row} 行" en "row {row}" }
    place_cell(row, column) { zh "第 {row} 行，{column}" en "row {row}, {column}" }
    place_address(row, column, address) { zh "第 {row} 行，{column}（{address}）" en "row {row}, {column} ({address})" }

    // Problems of a file.
    too_many_problems(most) {
        zh "最多列出 {most} 个问题；这一行以后没有再读"
        en "at most {most} problems are listed; the rows after this one were not read"
    }
    correct_and_import_again() { zh "改正以上问题后再导入" en "correct these and import again" }
    other_fields(fields, heads) {
        zh "这一行有 {fields} 格，表头有 {heads} 格"
        en "the row has {fields} fields, the head {heads}"
    }
    write_all_fields() { zh "每格都要写分隔符，空格也一样" en "write a separator for each field, for empty ones, too" }
    quote_commas() { zh "含逗号的格子要加双引号" en "put fields that hold a comma into double quotes" }
    no_such_sheet() { zh "工作簿里没有这个工作表" en "the workbook has no such sheet" }
    sheets_are(sheets) { zh "有的工作表：{sheets}" en "the sheets are {sheets}" }
    sheet_without_columns() { zh "这个工作表没有台账的列" en "the sheet does not have the columns of the ledger" }
    no_sheet_with_columns() { zh "没有一个工作表有台账的列" en "no sheet has the columns of the ledger" }

    // Problems of the head.
    column_twice() { zh "一列只能出现一次" en "each column may occur only once" }
    no_such_column() { zh "台账没有这一列" en "not a column of the ledger" }
    column_missing(column) { zh "缺少“{column}”列" en "the column {column} is missing" }
    add_column(column) { zh "在表头加上“{column}”列" en "add the column {column} to the first line" }

    // Problems of a row.
    not_one_village() { zh "写的不是一个村" en "it names more or less than one village" }
    did_you_mean(word) { zh "是不是“{word}”？" en "did you mean {word}?" }
    formula_error(error) { zh "公式的结果是 {error}" en "the formula gives {error}" }
    correct_formula() { zh "改正公式，或直接填数" en "correct the formula, or type the value" }
    formula_without_result() { zh "公式没有存下结果" en "the formula has no stored result" }
    compute_and_save() {
        zh "用 Excel 或 WPS 打开再保存一次，或直接填数"
        en "open the file in Excel or WPS and save it again, or type the value"
    }
    no_day_in_date() {
        zh "格子是日期或时间格式，却不显示是哪一天或哪个月"
        en "has a date or time format but is not a day, or does not show it"
    }
    format_as_date() { zh "把格式设为日期，再重填一次" en "format it as a date and type the day again" }
    too_many_characters(most) { zh "一格最多 {most} 个字" en "a cell has at most {most} characters" }
    shorten() { zh "写短一些" en "shorten it" }
    not_a_code() { zh "不是台账的项目" en "not a code of the ledger" }
    code_with_name(name, id) { zh "{name}（`{id}`）" en "{name} (`{id}`)" }
    did_you_mean_code(code) { zh "是不是{code}？" en "did you mean {code}?" }
    codes_are(all, codes) {
        zh "相近的项目有：{codes}；全部 {all} 种见 `hanqing ledger template` 做的工作簿"
        en "codes like it are {codes}; all {all} are in the workbook that hanqing ledger template makes"
    }
    codes_listed(all) {
        zh "台账项目共 {all} 种，见 `hanqing ledger template` 做的工作簿"
        en "all {all} codes are in the workbook that hanqing ledger template makes"
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
    unit_of_code(id, name, unit) { zh "{name}（`{id}`）的单位必须是“{unit}”" en "{id} ({name}) must be in {unit}" }
    check_and_write_unit(unit) {
        zh "核对数值是按哪个单位填的，写上那个单位，例如“{unit}”；万元、吨等会自动换算"
        en "check in which unit the value is, and write that one, such as {unit}"
    }
    convert_value(unit) { zh "换算数值，单位写“{unit}”" en "convert the value and write {unit}" }
    convert_value_or(unit, others) {
        zh "换算数值，单位写“{unit}”；会自动换算的单位：{others}"
        en "convert the value and write {unit}; {others} are converted automatically"
    }
    one_or_none(name) {
        zh "{name}一件登记一条，数只能是 1，没有才是 0"
        en "each {name} is a row of its own, with the number 1, or 0 where there was none"
    }
    one_row_each() { zh "几件就登记几条" en "enter a row for each" }
    grade_one_to_four(name) {
        zh "{name}只有 1 到 4（Ⅰ级到Ⅳ级），结束了是 0"
        en "{name} is 1 to 4 (I to IV), or 0 where the response ended"
    }
    zero_where_ended() { zh "按通知上的级别改正" en "write the grade that the notice has" }
    more_than_can_be(name, most, unit) {
        zh "{name}不可能超过 {most} {unit}"
        en "{name} cannot be more than {most} {unit}"
    }
    less_than_can_be(least) {
        zh "大于 0 的数不可能小于 {least}"
        en "a number above 0 cannot be less than {least}"
    }
    check_point_and_unit() { zh "核对小数点和单位" en "check its decimal point and its unit" }
    event_too_long(days, most) {
        zh "抗旱期有 {days} 天；一次最多 {most} 天，再长报告打不开"
        en "the drought event has {days} days; it has at most {most}, since the report cannot show more"
    }
    check_the_years() { zh "核对起止日期的年份" en "check the years of its days" }
    day_to_come(day, today, name) {
        zh "{day} 还没有到（今天是 {today}），{name}只登记已经有的"
        en "{day} is still to come (today is {today}), and {name} is of what has been"
    }
    wait_for_the_day() { zh "核对日期，或到那一天再登记" en "check the day, or enter the row once it has come" }
    no_such_meter(typed) { zh "“{typed}”不是本乡机泵的表" en "{typed} is no meter of the township's pumps" }
    no_meter_named() { zh "没有写是哪块表" en "it does not say which meter" }
    no_meters() { zh "本乡没有装表的机泵" en "the township has no pump with a meter" }
    meters_are(meters) { zh "本乡的表如：{meters}" en "the meters are, among others, {meters}" }
    whole_number(name, unit) {
        zh "{name}按{unit}计，必须是整数"
        en "{name} is counted in {unit} and must be a whole number"
    }
    has_unseen() {
        zh "含有看不见的控制字符：请重新输入"
        en "holds control characters, which cannot be seen: type it anew"
    }
    share_too_large() { zh "百分比不能大于 100 %" en "a share is at most 100 %" }
    check_number() { zh "核对数值" en "check the number" }
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
    // Rows that may be no entries, or more than one.
    total_after_problems() {
        zh "合计：还没有核对，先改正其他问题"
        en "a total: not checked before the other problems are corrected"
    }
    may_be_the_sum(item, value) {
        zh "{item} {value} 写的是全乡镇，正好是各村之和，不知道是合计，还是全乡镇自己另外的数"
        en "{item} {value} is of the whole township and just the sum of its villages: it may be their total, or an amount of its own"
    }
    sum_or_own() {
        zh "是合计就删掉这一行；是乡镇自己另外的数，村写“乡本级”（镇、街道写“镇本级”“街道本级”）"
        en "remove the row if it is the total; for an amount of the township's own office write “乡本级”, “镇本级” or “街道本级” as its village"
    }
    struck_through() {
        zh "这一行有划掉的内容，不知道还登不登记"
        en "something in the row is struck through, and it may not count any more"
    }
    struck_way_out() {
        zh "不登记就删掉这一行；要登记就取消删除线，只留下要登记的数"
        en "remove the row if it does not count; else take the line away, and leave only what counts"
    }
    says_void(word) {
        zh "写着“{word}”，不知道还登不登记"
        en "it says {word}, and the row may not count any more"
    }
    void_way_out(word) {
        zh "不登记就删掉这一行，连同被它冲掉的那一行；照常登记就去掉“{word}”"
        en "remove the row if it does not count, with the one that it takes back; if it does count, take {word} away"
    }
    says_total(word) {
        zh "写着“{word}”，不知道是上面各行的合计，还是另外的一笔"
        en "it says {word}: the row may be the total of others, or an amount of its own"
    }
    total_way_out(word) {
        zh "是合计就删掉这一行；是另外的一笔，就在这一格去掉“{word}”"
        en "remove the row if it is a total; if it is an amount of its own, take {word} away"
    }
    differs_in_value(item, other, value, here) {
        zh "与{other}是同一个项目（{item}）、村、作物、工程和日期，数值却不同（{value} 和 {here}），只会算其中一个"
        en "it has the item ({item}), village, crop, work and days of {other} and another value ({value} and {here}); only one of them would count"
    }
    counts_once(item, other) {
        zh "与{other}是同一个项目（{item}）、村、作物、工程和日期；这样的项目只算其中一个，不会相加"
        en "it has the item ({item}), village, crop, work and days of {other}; of this item only one row counts, and they are not added up"
    }
    equal_of_survey() {
        zh "重复了，写 `--equal-rows one`；是两处的数就加成一行"
        en "say --equal-rows one if one is a repetition; make them one row with the sum if they are parts"
    }
    comma_may_part() {
        zh "像是一个数被逗号分成了两格，后面的数挤进了备注"
        en "a number may be parted in two by its comma, so that the last one stands among the remarks"
    }
    sum_or_later() {
        zh "是各处的数就加成一行；是先后的数就各写各的日期；不是同一处就写明作物或工程"
        en "make them one row with the sum if they are parts; give each its days if one is later; tell crop or work if they are of different things"
    }
    hidden_above() {
        zh "写的是“同上”，上面紧挨着的却是隐藏或筛掉的行"
        en "it repeats the row above, which is hidden or filtered out"
    }
    total_for_day(word) {
        zh "日期写的是“{word}”：是合计就不登记"
        en "it says {word} where a day is wanted; a total is not entered"
    }
    leave_total_out(word) {
        zh "删掉这一行，或在导入时加 `--as '{word}=-'`"
        en "remove the row, or import with --as '{word}=-'"
    }
    not_a_row_number() { zh "不是台账的行号" en "not a row number of the ledger" }
    empty_unless_exported() {
        zh "不填，除非这一行来自导出"
        en "leave it empty unless the row comes from an export"
    }
    not_a_withdrawal() { zh "“作废”只填“是”，或不填" en "withdrawn is yes or empty" }
    yes_or_nothing() {
        zh "作废的填“是”，不作废的不填"
        en "write yes where the row takes another back, and nothing elsewhere"
    }
    number_of_replaced() { zh "写被更正那一条的行号" en "write the number of the row to replace" }
}
