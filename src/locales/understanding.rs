//! What was understood of an office's table.

messages! { "understanding";
    // Sheets.
    hidden_sheet() { zh "隐藏的工作表" en "it is hidden" }
    empty_sheet() { zh "空的工作表" en "it is empty" }
    sheet_not_named() { zh "没有指定读这个工作表" en "it was not asked for" }
    several_sheets(sheets) {
        zh "有几个工作表都像台账：{sheets}；不知道要读哪一个"
        en "several sheets have the columns of the ledger: {sheets}"
    }
    name_the_sheet(sheet) {
        zh "用 `--sheet` 指定，可以写几次，例如 `--sheet {sheet}`"
        en "name those to read, each with --sheet, such as --sheet {sheet}"
    }
    needs_columns(columns) {
        zh "在前 30 行之一写上表头：{columns}；或用各村一行、各项目一列的表"
        en "name them in one of its first 30 rows: {columns}; or use a table with a row for each village and a column for each item"
    }
    in_sheet(sheet, place) { zh "{sheet}，{place}" en "{sheet}, {place}" }

    // Columns.
    head() { zh "表头" en "head" }
    column_at(column) { zh "{column} 列" en "column {column}" }
    in_unit(name, unit) { zh "{name}（{unit}）" en "{name} ({unit})" }
    item_of_crop(item, crop) { zh "{item}：{crop}" en "{item}: {crop}" }
    whole_township() { zh "全乡镇" en "the whole township" }
    total_column() { zh "合计：核对，不登记" en "total: checked, not entered" }
    column_way_out(head) {
        zh "不要这一列就写 `--as '{head}=-'`；要说明它是什么，写例如 `--as '{head}=数值'`、`--as '{head}=受灾面积'`"
        en "leave it out with --as '{head}=-', or say what it is, such as --as '{head}=value' or --as '{head}=area_affected'"
    }
    leave_one(head) {
        zh "删掉其中一列，或用 `--as '{head}=-'` 不读这一列"
        en "remove one of the two, or leave this one out with --as '{head}=-'"
    }
    leave_column(column) {
        zh "删掉多余的一列，或用 `--as '列{column}=-'` 不读 {column} 列"
        en "remove one of the two, or leave this one out with --as 'column {column}=-'"
    }
    two_tables() {
        zh "两张表并排放着：把它们分到两个工作表里，分别导入"
        en "two tables stand side by side: put each on a sheet of its own, and import both"
    }
    leaves_several() {
        zh "`--as` 说的这个表头有几列，不知道不读哪一列"
        en "several columns have the head that --as leaves out"
    }
    level_unclear() {
        zh "上一层表头里的这个词没有看懂：它可能让下面各列的数成了另外的数"
        en "this word of the head's upper level is not understood: it may make the numbers below it other ones"
    }
    level_way_out(word) {
        zh "不登记它下面的各列，写 `--as '{word}=-'`；这个词不改变数的意思，写 `--as '{word}=备注'`"
        en "leave its columns out with --as '{word}=-'; if it changes nothing of the numbers, say --as '{word}=remark'"
    }
    village_over(village, column) {
        zh "{village}写在表头里，各行又有“{column}”列，不知道数是哪个村的"
        en "the head names {village}, and the rows have a column {column}: it is not known of which village the numbers are"
    }
    village_over_way_out(head) {
        zh "改成每行一个村；不登记这一列，写 `--as '{head}=-'`"
        en "write a row for each village; or leave this column out with --as '{head}=-'"
    }
    year_over(year, other) {
        zh "这里写的是 {year} 年，表的日期却在 {other} 年"
        en "this says {year}, and the days of the table are of {other}"
    }
    days_over(days) {
        zh "表头写的日期是 {days}，表的标题或日期列写的不是这些日子"
        en "the head says {days}, and the title or the columns of days do not"
    }
    day_over_way_out(word) {
        zh "改成一致的日期；不登记它下面的各列，写 `--as '{word}=-'`"
        en "make the days agree; or leave its columns out with --as '{word}=-'"
    }
    on_days(name, days) { zh "{name}，{days}" en "{name}, {days}" }
    hidden_column() { zh "这一列隐藏了，台账却需要它" en "the column is hidden, and the ledger needs it" }
    show_column() { zh "取消隐藏，或删掉这一列" en "show it, or delete it" }
    hidden_column_left(column, head) { zh "没有读隐藏的 {column} 列 {head}" en "the hidden column {column} {head} was not read" }
    give_days(column) {
        zh "在表头加上“{column}”列，或用 `--days` 写明日期"
        en "add the column {column}, or give the days with --days"
    }
    name_the_item() {
        zh "在标题或上一层表头写明各数是哪个项目，例如“受灾面积（亩）”"
        en "name the item of the numbers in the title or above the heads, such as “受灾面积（亩）”"
    }
    give_document(column) {
        zh "在表头加上“{column}”列，或用 `--document` 写明数从哪张凭据来"
        en "add the column {column}, or name the paper with --document"
    }
    give_person(column) {
        zh "在表头加上“{column}”列，或用 `--by` 写明谁登记"
        en "add the column {column}, or name the person with --by"
    }

    // What the lines around a table give.
    gathered_year(place, year) { zh "{place}：没有写年份的日期按 {year} 年" en "{place}: days without a year are of {year}" }
    gathered_days(place, from, to) { zh "{place}：日期 {from} 至 {to}" en "{place}: days {from} to {to}" }
    gathered_filled(place, day) {
        zh "{place}：没有写统计的日期，按填表日期 {day}"
        en "{place}: no other day is named, so the day of filling in, {day}, is taken"
    }
    gathered_crop(place, crop) { zh "{place}：没有写作物的面积和损失率是{crop}的" en "{place}: areas and loss rates without a crop are of {crop}" }
    gathered_item(place, item) { zh "{place}：各数是{item}" en "{place}: the numbers are of {item}" }
    gathered_document(place, title) { zh "{place}：依据“{title}”" en "{place}: document {title}" }
    gathered_by(place, name) { zh "{place}：登记人{name}" en "{place}: entered by {name}" }
    gathered_unit(place, unit) { zh "{place}：单位{unit}" en "{place}: unit {unit}" }

    // Rows that are left out.
    hidden_row() { zh "隐藏或筛掉的行" en "it is hidden or filtered out" }
    head_again() { zh "重复的表头" en "the head once more" }
    footer() { zh "表下的说明" en "a line below the table" }
    line_between() { zh "表中间的说明" en "a line between the rows" }
    no_values() { zh "没有数值" en "it has no value" }
    total_checked() { zh "合计：与各行之和相符" en "a total: it agrees with the sum of its rows" }
    total_unchecked() {
        zh "合计：没有核对，因为没有数、有几种项目或单位，或没有可加的行"
        en "a total: not checked, since it has no number, or its rows are of several items or units, or there are none"
    }
    left_as_said(word) { zh "按 `--as '{word}=-'` 不登记" en "left out by --as '{word}=-'" }
    equal_left_out(other) { zh "与{other}相同，只登记一条" en "it equals {other}, and is entered once" }

    // What is not taken as it is written.
    word_read_as(place, written, meaning) { zh "{place}：{written} → {meaning}" en "{place}: {written} is read as {meaning}" }
    span(from, to) { zh "{from} 至 {to}" en "{from} to {to}" }
    shown_as(place, shown, stored) {
        zh "{place}：按显示的 {shown} 读，格子里存的是 {stored}"
        en "{place}: read as it is shown, {shown}; the cell holds {stored}"
    }

    same_day(place) { zh "{place}：没有填，按与起日同一天" en "{place}: empty, read as the same day" }

    // Problems.
    days_contradict(days, place, other) {
        zh "这里写的是 {days}，{place}写的是 {other}"
        en "this says {days}, and {place} says {other}"
    }
    days_way_out() {
        zh "用 `--days` 写明数是哪几天的，或改成一致"
        en "give the days of the numbers with --days, or make the two agree"
    }
    filled_in_only(days) {
        zh "这只是填表的日期（{days}），没有写数是哪几天的"
        en "this is only the day of filling in ({days}); the days of the numbers are not named"
    }
    doubtful_line(word) {
        zh "这里有“{word}”，数可能不是本次旱情的实数"
        en "this says “{word}”: the numbers may not be those of the drought"
    }
    remark_way_out(text) {
        zh "这些数不是实数，就不要登记；这句话不改变表里的数，写 `--as '{text}=备注'`"
        en "do not enter numbers that are none; if this changes nothing of the table, say --as '{text}=remark'"
    }
    unit_of_note(unit) {
        zh "这里说单位是“{unit}”，表里写的不是"
        en "this says that the unit is {unit}, and the table does not"
    }
    crops_in_title(column) {
        zh "这里写了几种作物，表里却没有“{column}”列"
        en "this names several crops, and the table has no column {column}"
    }
    crop_way_out(column, text) {
        zh "在表头加上“{column}”列；与各行无关，写 `--as '{text}=备注'`"
        en "add the column {column}; if it says nothing of the rows, say --as '{text}=remark'"
    }
    line_of_section() { zh "小标题" en "line between the rows" }
    line_unclear() {
        zh "这一行没有数，下面还有数：不知道它说的是下面各行的什么"
        en "this line has no number, and rows follow it: what it says of them is not understood"
    }
    line_way_out(text) {
        zh "不登记它下面的各行，写 `--as '{text}=-'`；这一行不改变下面各行，写 `--as '{text}=备注'`；否则把下面各行分到另一张表"
        en "leave out the rows below it with --as '{text}=-'; if it changes nothing of them, say --as '{text}=remark'; else put them into another table"
    }
    line_missing() {
        zh "上面换了小标题，这一行属于哪个村、作物或日期没有再写"
        en "a new line stands above, and village, crop or days of this row are not named again"
    }
    repeat_the_line() {
        zh "在这一行上面写明，或在表里加上列"
        en "name them above this row, or add a column"
    }
    other_village(village) { zh "小标题写的是{village}，这一行写的不是" en "the line above names {village}, and this row does not" }
    of_line(column, meaning) { zh "{column}：小标题 → {meaning}" en "{column}: {meaning}, as the line above says" }
    unit_below(unit) { zh "下面各行的单位是{unit}" en "the rows below are in {unit}" }
    other_year(year, named) {
        zh "日期在 {year} 年，标题、工作表名或 `--year` 写的是 {named} 年"
        en "the day is of {year}, and title, sheet or --year say {named}"
    }
    other_year_way_out(year) {
        zh "改正日期或标题；日期对，写 `--year {year}`"
        en "correct the day or the title; if the day is right, say --year {year}"
    }
    among_not_all() {
        zh "“其中”各列没有列全：补上其余作物的列，或只填合计一列"
        en "the columns behind “其中” are not all: add those of the other crops, or keep the column of the total alone"
    }
    unclear(shown) { zh "格子的格式让数看不出来（{shown}）" en "the format of the cell hides its number ({shown})" }
    show_plainly() { zh "把格式改成“常规”，再核对" en "format it as General, and check the number" }
    too_many_entries(most) {
        zh "一个文件最多登记 {most} 笔"
        en "a file has at most {most} entries"
    }
    split_the_file() { zh "分成几个文件" en "split the file" }
    unseen_character(character) { zh "格子里有看不见的字符 {character}" en "the cell holds the invisible character {character}" }
    type_it_again() { zh "清空这一格，重新填写" en "empty the cell and type it again" }
    nothing_above() { zh "写的是“同上”，上面却没有内容" en "it repeats the cell above, which is empty" }
    write_it_out() { zh "写出内容" en "write it out" }
    too_large(most) { zh "数值大于 {most}" en "a value is at most {most}" }
    share_or_fraction(percent, hundredfold) {
        zh "不清楚是 {percent} 还是 {hundredfold}"
        en "it may be {percent} or {hundredfold}"
    }
    write_percent() { zh "连同 % 写在数值格里" en "write it with % in the cell of the value" }
    units_contradict(one, other) { zh "单位有两种写法，“{one}”和“{other}”，不一致" en "the units {one} and {other} contradict each other" }
    write_one_unit() { zh "改成同一个单位" en "write the same unit in both" }
    scaled_twice(written, unit) { zh "“{written}”和单位“{unit}”都有万或亿" en "{written} and its unit {unit} both have a multiple" }
    write_scale_once() { zh "只写一次" en "write it once" }
    one_for_several() { zh "合并单元格：一个数管几行或几列" en "merged cells: one number for several rows or columns" }
    split_and_fill() { zh "取消合并，每行填各自的数" en "split the cells, and write the number of each" }
    which_village() { zh "没有写村" en "the village is missing" }
    village_in_title(village, column) {
        zh "这里写的是{village}，表里却没有“{column}”列，不知道各行是不是都属于这个村"
        en "this names {village}, and the table has no column {column} that says whether all rows are of it"
    }
    village_empty(item) {
        zh "没有写村，而{item}或同一张凭据的其他行写了村：不知道是上面的村，还是全乡镇"
        en "the village is empty, while other rows of {item} or of the same paper name one: it may be the one above or the whole township"
    }
    village_way_out() {
        zh "填上村，或与上面的村合并单元格；属于全乡镇的写“全乡”"
        en "write the village, or merge the cell with the one above; for the whole township write “全乡”"
    }
    crops_alike(crop, other, row) {
        zh "“{crop}”和第 {row} 行的“{other}”在这里是同一种作物"
        en "{crop} and {other} of row {row} are the same crop here"
    }
    add_crops() {
        zh "合成一行，或在乡镇文件里分成两种作物"
        en "make them one row, or give the township file both crops"
    }
    equal_to(other) { zh "与{other}完全相同" en "it equals {other} in everything" }
    equal_way_out() {
        zh "是两笔，写 `--equal-rows each`，或在“依据”里写出不同；重复了，写 `--equal-rows one`"
        en "say --equal-rows each for two slips, or tell them apart in document; --equal-rows one if one is a repetition"
    }
    total_of(word) { zh "{word}" en "{word}" }
    total_differs(total, sum) { zh "合计是 {total}，各行之和是 {sum}" en "the total is {total}, the sum of its rows {sum}" }
    check_total(word) {
        zh "核对各行和合计（隐藏的行不计）；不要核对，就写 `--as '{word}=-'`"
        en "check the rows and the total, without hidden rows; to leave it unchecked, say --as '{word}=-'"
    }
}
