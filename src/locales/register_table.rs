//! Tables of registers, and the numbers that manuals give registers.

messages! { "register_table";
    looks_named() {
        zh "像是带寄存器种类数字的编号，不像地址"
        en "looks like a number with the digit of its table before it, not like an address"
    }
    function_contradicts(number, named, function) {
        zh "{number} 的首位数字说明它用功能码 {named} 读，而这一行写的是功能码 {function}"
        en "{number} is read by function {named}, by its first digit, and the row says function {function}"
    }
    correct_one() { zh "核对说明书，改正其中一个" en "look at the manual and correct one of them" }
    no_heading() {
        zh "没有一个认得的表头"
        en "has no heading that is known"
    }
    headings_first() {
        zh "第一行要是表头（参数、地址、类型、单位……）：标题行请删掉"
        en "the first row has the headings (parameter, address, type, unit and so on): delete a title above them"
    }
    beyond_headings() {
        zh "上面没有表头：这一行的格子比表头多"
        en "has no heading above it: the row has more cells than there are headings"
    }
    quote_commas() {
        zh "带逗号的数（如 2,345）写成 2345，或放进引号里"
        en "write a number with a comma, such as 2,345, as 2345, or put it in quotes"
    }
    first_register_only() {
        zh "只写第一个寄存器的地址，其余的由数据类型决定"
        en "write the address of the first register only: the type says how many there are"
    }
    four_digits_each() {
        zh "一个寄存器写四位十六进制数，用空格隔开，如 `41C8 0000`"
        en "write each register as four hexadecimal digits, with blanks between them: 41C8 0000"
    }
    no_table() { zh "里面没有表" en "has no table" }
    first_sheet() {
        zh "工作簿要把寄存器表放在第一张表里，第一行是表头"
        en "of a workbook the first sheet is read; its first row has the headings"
    }
    give_base_40001() {
        zh "是这种编号就用 `--base 40001`；真是线路上的地址就写成十六进制，如 `0x9C86`"
        en "give --base 40001 if it is; if it is the address on the wire, write it in hexadecimal, such as 0x9C86"
    }
    manual_numbers(number, address) {
        zh "地址都像说明书上带寄存器种类数字的编号：{number} 在线路上多半是 {address}。用 `hanqing probe` 读一下再定"
        en "all addresses look like a manual's numbers with the digit of their table: {number} is probably {address} on the wire. Read it with `hanqing probe`"
    }
    table_is_workbook() {
        zh "是工作簿，这个程序只有网关部分，读不了"
        en "is a workbook, which this program, a gateway only, does not read"
    }
    needs_whole_program() {
        zh "用完整的 hanqing 导入，或另存为“CSV UTF-8（逗号分隔）”"
        en "import it with the full hanqing, or save it as “CSV UTF-8 (Comma delimited)”"
    }
    degree_is_unclear() {
        zh "“度”可以是电量、角度、温度、浊度：写 `kWh`、`deg`、`℃` 或 `NTU`"
        en "`度` is an energy, an angle, a temperature or a turbidity: write kWh, deg, degC or NTU"
    }
}
