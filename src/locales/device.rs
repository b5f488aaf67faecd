//! Device profiles and their registers.

messages! { "device";
    // Why registers give no value.
    wrong_register_count(got, expected) {
        zh "收到 {got} 个寄存器，这个类型占 {expected} 个"
        en "{got} registers where the type takes {expected}"
    }
    sign_for_no_value(number) {
        zh "{number} 是设备表示“无值”的数"
        en "{number} is the device's sign for no value"
    }
    not_finite() { zh "不是有限的数" en "not a finite number" }
    not_a_code(number) { zh "设备型号文件里没有代码 {number}" en "{number} is not a code of the profile" }
    fraction_above_1(address, value) {
        zh "从寄存器 {address} 起的小数部分是 {value}，大于 1"
        en "the fraction in the registers from {address} is {value}, more than 1"
    }
    register_not_allowed(address, value) {
        zh "寄存器 {address} 是 {value}，设备型号文件不允许"
        en "register {address} holds {value}, which the profile does not allow"
    }
    register_marks_invalid(address, value) {
        zh "寄存器 {address} 是 {value}：设备把这个值标为无效"
        en "register {address} holds {value}: the device marks its value as invalid"
    }
    not_convertible(from, to) { zh "{from} 不能换算成 {to}" en "{from} cannot be converted to {to}" }

    not_a_text(hex) {
        zh "不是文字：{hex}"
        en "no text: {hex}"
    }

    // What a technician types.
    not_on_a_display(text) {
        zh "{text} 不是显示屏上的数，应如 3.21"
        en "{text} is not a number as a display shows it, such as 3.21"
    }
    function_does_not_read(code) {
        zh "功能码 {code} 不是读操作：应为 1（线圈）、2（离散输入）、3（保持寄存器）或 4（输入寄存器）"
        en "function code {code} does not read: 1 (coils), 2 (discrete inputs), 3 (holding) or 4 (input registers)"
    }

    // Problems of a profile: its head.
    give_file_name() { zh "写文件名，不带 `.toml`" en "give the file's name without .toml" }
    say_what_it_is() { zh "写明是什么设备" en "say what the device is" }
    say_where_from() { zh "写明寄存器表的出处" en "say where the map comes from" }
    say_who_verified() {
        zh "写明谁在真实设备上核对过，没有人核对过也要写明"
        en "say who has seen it work on a real device, or that nobody has"
    }
    confidence_hint() {
        zh "厂家说明书写 0.9，猜测写 0.5"
        en "0.9 is a maker's manual, 0.5 a guess"
    }
    no_limit_hint() { zh "说明书没有限制就不写" en "leave it out where the manual states no limit" }
    no_point() { zh "设备型号文件至少要有一个测点" en "a profile has at least one point" }
    add_a_point() { zh "加一个 `[[point]]`" en "add a [[point]]" }
    parameter_twice() {
        zh "一个设备型号文件里每个参数只能有一个测点，或者每个通道一个"
        en "a profile observes each parameter once, or once in each channel"
    }
    parameter_twice_hint() {
        zh "删掉一个测点，或写明各自的通道"
        en "remove one of the points, or name the channel of each"
    }

    // Its registers.
    past_last_address(count, last) {
        zh "从这里起 {count} 个寄存器，超过了最后一个地址 {last}"
        en "{count} registers from here pass the last address, {last}"
    }
    address_from_manual() {
        zh "地址从 0 数起；这是说明书上的编号吗？"
        en "addresses count from 0: is this the manual's number?"
    }
    too_many_registers(count) {
        zh "占 {count} 个寄存器，超过了 `registers_max`"
        en "takes {count} registers, more than registers_max allows"
    }
    raise_registers_max_whole() {
        zh "把 `registers_max` 调大；设备若可以把一个值分几次读，写 `in_parts = true`"
        en "raise registers_max, or set in_parts = true where the device lets a value be read by several requests"
    }
    passes_last_address(last) { zh "超过了最后一个地址 {last}" en "passes the last address, {last}" }
    addresses_from_zero() { zh "地址从 0 数起" en "addresses count from 0" }
    more_than_registers_max() {
        zh "占的寄存器数超过了 `registers_max`"
        en "takes more registers than registers_max allows"
    }
    raise_registers_max() {
        zh "把 `registers_max` 调大，或写 `in_parts = true`"
        en "raise registers_max, or set in_parts = true"
    }
    type_of_other_function() { zh "这个功能码读不出这种类型" en "is not a type that the function reads" }
    types_of_functions() {
        zh "功能码 1、2 读 `bit` 类型，3、4 读其他类型"
        en "functions 1 and 2 read type bit, 3 and 4 the others"
    }
    single_bits() { zh "功能码 1 和 2 读的是单个位" en "functions 1 and 2 read single bits" }
    write_type_bit() { zh "写 `type = \"bit\"`" en "write type = \"bit\"" }
    whole_registers() { zh "功能码 3 和 4 读的是寄存器" en "functions 3 and 4 read registers" }
    write_bit_of_register() {
        zh "寄存器的第 n 位写 `type = \"u16\"` 和 `bits = [n, n]`"
        en "write type = \"u16\" and bits = [n, n] for bit n of a register"
    }
    types_with_bits() { zh "只有 `u16` 和 `u32` 能取位" en "only u16 and u32 have bits" }
    bits_within_type() {
        zh "应写最低位和最高位，不超出类型的位数，0 是最低位"
        en "must be the lowest and the highest bit, within the type, 0 the least significant"
    }
    bits_hint() {
        zh "`bits = [0, 7]` 是低字节，`bits = [3, 3]` 是第 3 位"
        en "bits = [0, 7] is the low byte, bits = [3, 3] bit 3"
    }
    one_station_hint() {
        zh "设备只有一个测站就不写"
        en "leave it out where a device has one station"
    }

    // Its value.
    not_convertible_to_parameter(unit, parameter) {
        zh "不能换算成 {unit}，即 {parameter} 的单位"
        en "cannot be converted to {unit}, the unit of {parameter}"
    }
    correct_unit_or_parameter() { zh "改正单位或参数" en "correct the unit or the parameter" }
    leave_out_for_factor_1() { zh "系数是 1 就不写" en "leave it out for a factor of 1" }
    leave_out_for_none() { zh "没有就不写" en "leave it out for none" }
    leave_out_for_1() { zh "是 1 就不写" en "leave it out for 1" }
    leave_both_out() { zh "是 1 和 0 就都不写" en "leave both out for 1 and 0" }
    valid_range_hint() {
        zh "写设备能测的范围，用测点的单位"
        en "give what the device can measure, in the point's unit"
    }
    never_in_register(point_type) {
        zh "不是 `{point_type}` 里会有的数：设备表示“无值”时，会当成读数"
        en "is never in a register of type {point_type}: the device's sign for no value would be taken for a value"
    }
    same_bits_signed(number) {
        zh "有符号类型里，同样的位是 {number}：写 {number}"
        en "write {number}: the same bits as a signed number"
    }
    numbers_of_type(low, high) {
        zh "写寄存器里的数，乘 `scale` 之前的：{low} 到 {high} 的整数"
        en "write the number in the register, before scale: a whole one from {low} to {high}"
    }
    scale_and_offset() {
        zh "`scale` 和 `offset` 必须是有限的数，`scale` 不能为 0"
        en "scale and offset must be finite, and scale not 0"
    }
    code_and_value_finite() { zh "`code` 和 `value` 必须是有限的数" en "code and value must be finite" }
    listed_already() { zh "已经列过" en "is listed already" }
    bit_has_no_fraction() { zh "单个位没有小数" en "a bit has no fraction" }
    exponent_within(most) {
        zh "应在 -{most} 到 {most} 之间"
        en "must lie within -{most} and {most}"
    }
    decimal_places_hint() {
        zh "小数位数写 `scale = -1.0` 和 `range = [-3.0, 0.0]`"
        en "decimal places have scale = -1.0 and range = [-3.0, 0.0]"
    }
    range_required() {
        zh "必填：写明值有效时这个寄存器的范围"
        en "is required: it says what the register holds while the value is good"
    }
    add_range() { zh "加 `range = [最小, 最大]`" en "add range = [least, most]" }
    unit_code_is_register() { zh "单位代码要从寄存器读" en "a unit's code is a register" }
    give_function_3_or_4() { zh "写 `function = 3` 或 4" en "give function = 3 or 4" }
    units_required() {
        zh "必填：设备可以设成的单位"
        en "is required: the units that the device can be set to"
    }
    add_a_unit() {
        zh "加 `{{ code = 9, unit = \"MPa\" }}`"
        en "add {{ code = 9, unit = \"MPa\" }}"
    }
    not_convertible_to_point(unit) {
        zh "不能换算成 {unit}，即测点的单位"
        en "cannot be converted to {unit}, the unit of the point"
    }
    leave_out_foreign_units() {
        zh "这个参数不会用的单位不写"
        en "leave out what this parameter is never reported in"
    }

    sum_in_one_request(first, last, count, most) {
        zh "寄存器 {first} 到 {last} 要一次读完，共 {count} 个，而 `registers_max` 是 {most}"
        en "the registers {first} to {last} are read in one request: {count}, and registers_max is {most}"
    }
    shorten_sum(count) {
        zh "设备允许就把 `registers_max` 改成 {count}；不允许就不能相加，分次读会把两个时刻的数加在一起"
        en "give registers_max = {count} if the device allows it; otherwise it is no sum: in parts it would add numbers of two moments"
    }
    counts_twice() {
        zh "这个寄存器在和里算了两次"
        en "this register would count twice in the sum"
    }
    register_of_two_values(register, first, second) {
        zh "寄存器 {register} 属于两个值：{first} 和 {second}"
        en "register {register} belongs to two values: {first} and {second}"
    }
    one_address_is_wrong() {
        zh "其中一个的 `address` 或 `type` 不对；只取几位就写 `bits`"
        en "one of them has a wrong address or type; a value of some bits has `bits`"
    }

    // What it says of itself.
    short_word(most) {
        zh "应以 a-z 开头，只用 a-z、0-9 和 _，最多 {most} 个字符"
        en "must begin with a-z and have only a-z, 0-9 and _, at most {most} of them"
    }
    usual_texts() {
        zh "常用 `model`（型号）、`serial`（序列号）、`firmware`（版本）"
        en "usual are model, serial and firmware"
    }
    text_is_in_registers() { zh "文字要从寄存器读" en "letters are in registers" }
    two_letters_each() { zh "每个寄存器两个字符" en "two letters in each" }
    begins_with_letters() {
        zh "应是英文字母或数字开头的文字，不超过这些寄存器放得下的长度"
        en "must be printable ASCII without a blank before it, no longer than the registers hold"
    }

    // Its counter.
    counter_required(parameter) {
        zh "必填：{parameter} 是计数器"
        en "is required: {parameter} is a counter"
    }
    only_a_level_is_a_distance() {
        zh "只有水位（`level`）可以由距离测得"
        en "only a level is measured as a distance"
    }
    add_a_counter() {
        zh "加 `counter = {{ max_rate_per_hour = ... }}`"
        en "add counter = {{ max_rate_per_hour = ... }}"
    }
    not_a_counter(parameter) { zh "{parameter} 不是计数器" en "{parameter} is not a counter" }
    modulus_hint() {
        zh "寄存器从不回绕就不写"
        en "leave it out where the register never returns to zero"
    }
    modulus_above_register() {
        zh "大于寄存器能数到的数：回绕时会算错"
        en "is more than the register can count to: its return to zero would be computed wrongly"
    }
    returns_to_zero_at(most) {
        zh "用测点的单位写（乘 `scale` 之后），最大 {most}；从不回绕就不写"
        en "write it in the point's unit, after scale: {most} at most; leave it out where the register never returns to zero"
    }
    max_rate_hint() {
        zh "写寄存器一小时最多能增加多少，用测点的单位"
        en "give the most that the register can grow in an hour, in the point's unit"
    }
    rate_below_step() {
        zh "小于寄存器走一步的量：每走一步都会当成突跳"
        en "is less than one step of the register: each step would look like a jump"
    }
    give_at_least(step) { zh "至少写 {step}" en "give at least {step}" }

    // Its example.
    example_required() {
        zh "必填：设备型号文件要用实例验证"
        en "is required: a profile proves itself by an example"
    }
    add_an_example() {
        zh "加 `[example]`，写设备发来的寄存器和应解析出的值"
        en "add [example] with registers as the device sent them and what they must decode to"
    }
    say_where_registers_from() { zh "写明这些寄存器从哪里来" en "say where the registers come from" }
    not_a_point() { zh "不是这个设备型号文件的测点" en "is not a point of this profile" }
    point_without_example() {
        zh "必填：实例要包括每个测点"
        en "is required: the example covers each point"
    }
    add_registers_and_value() { zh "加上它的寄存器和值" en "add its registers and its value" }
    no_block_holds(first, last) {
        zh "实例里没有一段包含它的寄存器 {first} 到 {last}"
        en "no block of the example holds its registers {first} to {last}"
    }
    add_a_block(function) {
        zh "加一段功能码 {function} 的 `[[example.block]]`"
        en "add an [[example.block]] of function {function}"
    }
    two_words(register, word, first, place) {
        zh "寄存器 {register} 在这里是 {word}，在 {place} 里是 {first}"
        en "register {register} is {word} here and {first} in {place}"
    }
    two_words_hint() {
        zh "一个寄存器只有一个值：两段里有一段的 `address` 不对，或者不是同一时刻读的"
        en "a register holds one word: the address of one of the two is wrong, or they were not read together"
    }
    decodes_to(value) { zh "这些寄存器解析出来是 {value}" en "the registers decode to {value}" }
    outside_valid_range(low, high, unit) {
        zh "在 `valid_range` 之外：{low} 到 {high} {unit}"
        en "lies outside valid_range, {low} to {high} {unit}: such a reading would fail"
    }
    correct_range_or_scale() {
        zh "`valid_range` 用测点的单位写；改正它，或改正 `scale`"
        en "valid_range is in the point's unit: correct it, or the scale"
    }
    beyond_modulus(modulus, unit) {
        zh "已超过 `counter.modulus`：寄存器到 {modulus} {unit} 就回零"
        en "lies beyond counter.modulus: the register returns to zero at {modulus} {unit}"
    }
    correct_modulus() {
        zh "`modulus` 用测点的单位写，乘 `scale` 之后的；从不回绕就不写"
        en "modulus is in the point's unit, after scale; leave it out where the register never returns to zero"
    }
    not_decoded(why) { zh "这些寄存器解析不了：{why}" en "the registers cannot be decoded: {why}" }
    look_at_type() { zh "看一看 `type`、`order` 和 `scale`" en "look at type, order and scale" }
}
