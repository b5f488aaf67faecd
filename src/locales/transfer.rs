//! Exports, imports and copies.

pub(crate) use super::core::{cannot_read, cannot_write};

messages! { "transfer";
    // Files.
    cannot_open(path) { zh "打不开 {path}" en "cannot open {path}" }
    cannot_create(path) { zh "无法新建 {path}" en "cannot create {path}" }
    cannot_create_here(path, why) {
        zh "无法新建 {path}：{why}；请换一个可写的目录"
        en "cannot create {path}: {why}; give a directory that can be written"
    }
    exists(path) { zh "{path} 已经存在" en "{path} exists" }

    // Files written in parts.
    exists_already(path) { zh "{path} 已经存在；请换一个名称" en "{path} exists; give another name" }
    not_of_an_export(path) {
        zh "{path} 已经存在，又不是导出留下的；请移走它，或换一个名称"
        en "{path} exists and is not of an export; move it away or give another name"
    }
    another_export(path) {
        zh "另一个导出正在写 {path}；请等它完成，或换一个名称"
        en "another export writes {path}; wait for it or give another name"
    }
    of_another_export(path, noted) {
        zh "{path} 是另一次导出留下的：{noted}；请重做那一次，或去掉 `--resume` 从头开始"
        en "{path} is of an export of something else: {noted}; repeat that one, or start over without --resume"
    }
    parts_damaged(path) {
        zh "{path} 已损坏；请去掉 `--resume` 从头开始"
        en "{path} is damaged; start over without --resume"
    }
    appeared(path) {
        zh "导出期间出现了 {path}；请移走它，再加 `--resume` 重做"
        en "{path} has appeared in the meantime; move it away and repeat with --resume"
    }
    cannot_remove(path) { zh "删不掉已经没用的 {path}" en "cannot remove {path}, which is no longer needed" }

    // Kinds of files.
    damaged() { zh "文件已损坏或不完整（请重新复制）" en "damaged or cut off (copy it again)" }
    damaged_file(path) { zh "{path}：文件已损坏或不完整（请重新复制）" en "{path}: damaged or cut off (copy it again)" }
    text_too_long(row, column, most) {
        zh "第 {row} 行，{column}：文字超过 {most} 字节，不是本程序导出的文件"
        en "row {row}, {column}: the text has more than {most} bytes; no export of hanqing is like that"
    }
    damaged_row(row) {
        zh "第 {row} 行：文件已损坏或不完整（请重新复制）"
        en "row {row}: damaged or cut off (copy it again)"
    }
    damaged_line(line) {
        zh "第 {line} 行：文件从这里起已损坏或不完整（请重新复制）"
        en "line {line}: the file is damaged or cut off here (copy it again)"
    }
    not_an_export(path) {
        zh "{path}：不是 `hanqing export` 的文件；可以导入的有：第一行是列名的 CSV、Parquet、行协议，以及 `export --spool` 的输出"
        en "{path}: not a file of hanqing export; import reads CSV whose first line names the columns, Parquet, line \
            protocol, and the output of export --spool"
    }
    line_not_of_an_export(line) {
        zh "第 {line} 行：不是 `hanqing export` 的文件"
        en "line {line}: not a file of hanqing export"
    }
    line_not_of_ours(line, bytes) {
        zh "第 {line} 行：超过 {bytes} 字节，不是 hanqing 的行协议"
        en "line {line}: longer than {bytes} bytes: not line protocol of hanqing"
    }
    not_a_table(bytes) {
        zh "有一行超过 {bytes} 字节：不是读数表"
        en "a line has more than {bytes} bytes: not a table of readings"
    }
    line(number) { zh "第 {number} 行" en "line {number}" }
    line_unreadable(line) { zh "第 {line} 行读不了" en "line {line} cannot be read" }
    no_column(column, columns) {
        zh "没有 {column} 列；应有的列：{columns}"
        en "there is no column {column}; the columns are {columns}"
    }
    wrong_type(column) {
        zh "{column} 列的类型读不了；可用 `export --format parquet` 导出一个文件对照"
        en "column {column} has a type that cannot be read; a file of export --format parquet shows the right ones"
    }
    compression(name) {
        zh "用 {name} 压缩，读不了；请用 gzip 保存"
        en "compressed with {name}, which cannot be read; save it with gzip"
    }
    encoding(number) {
        zh "有一列用 Parquet 的 {number} 号编码，读不了；请用 `PLAIN` 或字典编码保存"
        en "a column has the encoding {number} of Parquet, which cannot be read; save it as PLAIN or with dictionaries"
    }
    pages_too_large(row, most) {
        zh "第 {row} 行：从这里起的数据页解开后超过 {most} MiB，不是本程序导出的文件"
        en "row {row}: the pages from here on unpack to more than {most} MiB; no export of hanqing is like that"
    }
    too_many_wrong(row, most) {
        zh "已有 {most} 行有问题，第 {row} 行以后没有再读；请检查是否选错了文件"
        en "{most} rows are wrong, and the rows after row {row} were not read; check that it is the right file"
    }
    page_undecodable() { zh "有一页数据解不开" en "a page cannot be decoded" }
    library(said) { zh "Parquet 报错：{said}" en "{said}" }

    // Cells.
    cell(column, value, rule) { zh "{column} = {value}：{rule}" en "{column} {value}: {rule}" }
    no_value() { zh "缺测" en "no value" }
    ahead(series, value, at, now) {
        zh "{series}（{value}）的时间是 {at}，而本机时钟是 {now}：不收将来的读数；请改正时间，或校准时钟"
        en "{series}, {value}, is timed {at}, and this machine's clock says {now}: no readings of the future are taken; correct \
            the time, or set the clock"
    }
    left_out(problem) { zh "{problem}；未导入" en "{problem}; left out" }
    cells_found(cells) { zh "{cells} 格" en "{cells} cells" }
    cells_of_head(cells) { zh "应与第一行一样有 {cells} 格" en "must have {cells} cells as the first line has" }
    utf8_table() { zh "应为 UTF-8；请另存为“CSV UTF-8”" en "UTF-8; save it as \"CSV UTF-8\"" }
    utf8() { zh "应为 UTF-8" en "UTF-8" }
    number_or_empty() { zh "应为数，如 98.113，或留空" en "a number such as 98.113, or empty" }
    number() { zh "应为数，如 98.113" en "a number such as 98.113" }
    time_with_offset() {
        zh "应为带时区的时间，如 2022-08-01T08:00:00.000+08:00；可能被表格软件改过"
        en "a time with its offset, such as 2022-08-01T08:00:00.000+08:00; a spreadsheet may have changed it"
    }
    time_to_the_millisecond() { zh "时间应精确到毫秒，不能更细" en "a time to the millisecond" }
    typed_time() { zh "应为时间，精确到毫秒" en "a time, to the millisecond" }
    time_of_the_calendar() { zh "应为日历范围内的时间" en "a time within the calendar" }
    flag_codes() { zh "应为 1、2、3、4 或 9" en "1, 2, 3, 4 or 9" }
    flag_meanings() {
        zh "应为 1 正常、2 未检验、3 可疑、4 不合格或 9 缺测"
        en "1 good, 2 not evaluated, 3 suspect, 4 fail or 9 missing"
    }
    station_id() {
        zh "应为 1 到 40 个字符：a-z、0-9 和 `-`，以字母开头"
        en "1 to 40 of a-z, 0-9 and '-', beginning with a letter"
    }
    parameter_id() {
        zh "应为参数目录中的参数，如 `level` 或 `energy_total`"
        en "a parameter of the catalogue, such as level or energy_total"
    }
    unit_of(parameter, unit) {
        zh "{parameter} 的单位必须是 {unit}；这里不作换算"
        en "{parameter} must be in {unit}; nothing is converted"
    }
    known_reason() { zh "应为已知的缺测原因" en "a known reason" }
    finite() { zh "应为有限的数" en "a finite number" }
    empty_with_flag_9() { zh "质量标记 9（缺测）时必须留空" en "must be empty with flag 9, missing" }
    flag_9_needs_reason() { zh "质量标记 9 必须写缺测原因" en "flag 9 needs the reason why there is no value" }
    flag_needs_value(flag) {
        zh "质量标记 {flag} 必须有值；没有值时用 9"
        en "flag {flag} needs a value; without one use 9"
    }
    value_needs_flag() { zh "有值就必须有质量标记" en "a value needs its flag" }
    registers_as() { zh "应为寄存器，如 0x0929 0x03d9" en "registers such as 0x0929 0x03d9" }
    empty_without_counter(parameter) {
        zh "必须留空：{parameter} 不是计数器"
        en "must be empty: {parameter} is not a counter"
    }
    above_0() { zh "应为大于 0 的数" en "a number above 0" }
    line_protocol(why) { zh "应为行协议：{why}" en "line protocol: {why}" }
    measurements() {
        zh "应为 `hanqing`、`hanqing_series`、`hanqing_batch` 或 `hanqing_gateway`"
        en "hanqing, hanqing_series, hanqing_batch or hanqing_gateway"
    }
    milliseconds() {
        zh "行末应有 1970 年以来的毫秒数"
        en "milliseconds since 1970 at the end of the line"
    }
    number_of_reason() { zh "应为缺测原因的编号" en "the number of a reason" }
    number_of_registers() { zh "应为寄存器个数，最多 125" en "a number of registers, at most 125" }
    packed_registers() {
        zh "应为一个数里的三个 16 位寄存器"
        en "three registers of 16 bits in one number"
    }
    tag_missing() { zh "必须作为标签给出" en "must be given as a tag" }
    whole_number(field) { zh "{field} 字段应为整数" en "a whole number in field {field}" }
    bits_32(field) { zh "{field} 字段应为 32 位" en "32 bits in field {field}" }
    batch(seq, gateway, problem) { zh "{gateway} 的第 {seq} 批：{problem}" en "batch {seq} of {gateway}: {problem}" }

    // Backups.
    not_a_directory(path) {
        zh "{path} 不是目录；请新建它，或挂载它所在的磁盘"
        en "{path} is not a directory; create it, or mount the disk it should be on"
    }
    exists_this_second(path) { zh "{path} 已经存在；请过一秒再试" en "{path} exists; repeat in a second" }
    no_such_file(path) {
        zh "没有 {path}；中心端启动时会新建它"
        en "{path} does not exist; a hub makes it when it starts"
    }
    cannot_copy(path) { zh "复制不了 {path}" en "cannot copy {path}" }
    not_a_backup(path, why) {
        zh "{path} 不是备份：{why}；请给出 `hanqing backup` 做的目录"
        en "{path} is not a backup: {why}; give a directory that hanqing backup made"
    }
    manifest_unreadable(manifest) { zh "没有能读的 {manifest}" en "it has no readable {manifest}" }
    manifest_unreadable_since(manifest, why) {
        zh "没有能读的 {manifest}（{why}）"
        en "it has no readable {manifest} ({why})"
    }
    other_format(path, found, known, version) {
        zh "{path} 的格式是 {found}，本程序只认识 {known}；请用做备份的那个版本 {version}"
        en "{path} has format {found}, this program knows {known}; use the version that made it, {version}"
    }

    // Restores.
    cannot_replace(path) { zh "替换不了 {path}" en "cannot replace {path}" }
    cannot_replace_rest(path, replaced) {
        zh "替换不了 {path}；已替换并保留的原文件：{replaced}"
        en "cannot replace {path}; already replaced and kept: {replaced}"
    }
    cannot_give(copy, like, why) {
        zh "无法把 {copy} 交给 {like} 的所有者：{why}；请用 root 或那个用户重做"
        en "cannot give {copy} to the owner of {like}: {why}; repeat as root or as that user"
    }
    backup_lacks(path, name) { zh "{path} 里没有 {name}" en "{path} has no {name}" }
    size_differs(path, then, now) {
        zh "{path} 在备份后被改动过（当时 {then} 字节，现在 {now} 字节）；请用另一个备份"
        en "{path} has changed since the backup was made ({then} bytes then, {now} now); use another backup"
    }
    digest_differs(path) {
        zh "{path} 在备份后被改动过：SHA-256 不同；请用另一个备份"
        en "{path} has changed since the backup was made: its SHA-256 differs; use another backup"
    }
    newer_backup(path, found, known) {
        zh "备份里的 {path} 结构版本是 {found}，本程序只认到 {known}；请用做出这个备份的版本恢复，或改用更新前的备份；原有的文件没有动"
        en "{path} of the backup has layout {found}, this program knows {known}; restore it with the version that made it, or take a \
            backup of before the update; the files that are there were left as they are"
    }
    holds_foreign(path, names) {
        zh "{path} 里有不是 `hanqing` 建的内容：{names}；有人改动过这个备份，请用另一个备份"
        en "{path} holds what hanqing did not put there: {names}; somebody has altered this backup: use another"
    }
    contents_differ(path) {
        zh "{path} 的内容与备份清单不符；请用另一个备份"
        en "{path} does not hold what the manifest says; use another backup"
    }
}
