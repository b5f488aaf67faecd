//! What the SensorThings view says where it cannot answer: which rule is broken, and the way out.

messages! { "things";
    // Addresses.
    address_unreadable() { zh "网址读不懂" en "the address leads nowhere" }
    address_too_long(most) { zh "网址最长 {most} 字节" en "an address has {most} bytes at most" }
    not_encoded() { zh "百分号编码有误，或者不是 UTF-8" en "the percent-encoding is broken, or it is not UTF-8" }
    too_many_steps(most) { zh "网址最多 {most} 层" en "a path has {most} steps at most" }
    other_version() { zh "只有 1.1 版" en "there is version 1.1 only" }
    key_open() { zh "编号之后缺右括号" en "the parenthesis behind an id is not closed" }
    key_is_text() { zh "编号是文字，应放在单引号里，例如 `Things('pond-1')`" en "ids are texts: write them in quotes, such as `Things('pond-1')`" }
    sets_are(sets) { zh "没有这个集合；有：{sets}" en "there is no such set; there are {sets}" }
    no_such_entity(set) { zh "{set} 里没有这个编号" en "{set} has no such id" }
    not_in_that_set() { zh "不在这个集合里" en "it is not in that set" }
    leads_to_one() { zh "只对应一个实体：不用写编号" en "it leads to one entity at most: name no id" }
    nothing_of_a_set() { zh "集合之后只能写 `$ref`；要其中一个，请写编号" en "behind a set there is only `$ref`; for one of its entities, name the id" }
    nothing_of_a_property() { zh "属性之后只能写 `$value`" en "behind a property there is only `$value`" }
    begin_at(root) { zh "从 {root} 开始，逐级点开链接" en "begin at {root}, and follow the links" }

    // Options of a query.
    see_options() { zh "各选项的写法见 `docs/sensorthings.md`" en "`docs/sensorthings.md` says how each option is written" }
    only_of_sets() { zh "只用于集合；单个实体可用 `$select` 和 `$expand`" en "it is for sets; of one entity there are `$select` and `$expand`" }
    option_twice() { zh "写了两次" en "it stands there twice" }
    option_expected() { zh "括号里应写成 `$名称=值`，以分号隔开" en "in parentheses write `$name=value`, with semicolons between" }
    zh_or_en() { zh "应为 `zh` 或 `en`" en "it is `zh` or `en`" }
    true_or_false() { zh "应为 `true` 或 `false`" en "it is `true` or `false`" }
    not_a_count(most) { zh "应为 0 至 {most} 的整数" en "it is a whole number from 0 to {most}" }
    asc_or_desc() { zh "应写成 `属性` 加 `asc` 或 `desc`，以逗号隔开" en "write a property and `asc` or `desc`, with commas between" }
    no_token() { zh "不是 `@iot.nextLink` 给出的续页标记" en "it is no mark that an `@iot.nextLink` has given" }
    only_json() { zh "只有普通的 JSON 格式；CSV 和 Parquet 见 `docs/api.md`" en "there is plain JSON only; for CSV and Parquet see `docs/api.md`" }
    expand_too_deep(most) { zh "展开最多 {most} 层" en "expansions are {most} deep at most" }
    expand_too_many(most) { zh "一次最多展开 {most} 处" en "a request expands {most} relations at most" }
    too_many_names(most) { zh "最多 {most} 个名称" en "there are {most} names at most" }
    relations_are(set, relations) { zh "{set} 没有这个关系；有：{relations}" en "{set} have no such relation; they have {relations}" }
    property_near(set, near) { zh "{set} 没有这个名称；是不是 {near}？" en "{set} have no such name; did you mean {near}?" }
    properties_are(set, names) { zh "{set} 没有这个名称；有：{names}" en "{set} have no such name; they have {names}" }

    // Filters.
    filter_too_long(most) { zh "筛选条件最长 {most} 字" en "a filter has {most} characters at most" }
    filter_too_deep(most) { zh "括号最多 {most} 层" en "parentheses are {most} deep at most" }
    too_many_terms(most) { zh "筛选条件最多 {most} 项" en "a filter has {most} terms at most" }
    character_unknown() { zh "这个字符不该在这里" en "this character has no meaning here" }
    quote_open() { zh "单引号没有配对；文字里的单引号要写两次" en "the quote is not closed; a quote within a text is doubled" }
    no_literal() {
        zh "不是数，也不是带时区的时间，例如 `2022-08-01T00:00:00Z`（时区里的 `+` 写成 `%2B`）"
        en "it is neither a number nor a time with its zone, such as `2022-08-01T00:00:00Z` (write the `+` of a zone as `%2B`)"
    }
    value_expected() { zh "这里应有属性、数、时间、带引号的文字或括号" en "a property, a number, a time, a text in quotes or a parenthesis is expected here" }
    operator_expected() { zh "这里应有 `and`、`or` 或比较，例如 `eq`" en "`and`, `or` or a comparison such as `eq` is expected here" }
    close_expected() { zh "这里应有右括号" en "a closing parenthesis is expected here" }
    arguments_expected(count) { zh "这个函数有 {count} 个参数" en "this function takes {count} argument(s)" }
    function_near(near) { zh "没有这个函数；是不是 {near}？" en "there is no such function; did you mean {near}?" }
    functions_are(names) { zh "没有这个函数；有：{names}" en "there is no such function; there are {names}" }
    no_places() {
        zh "没有这个函数；按位置筛选有：`geo.intersects`、`st_intersects`、`st_within`；要别的，请取全部 `Locations`，自行挑选"
        en "there is no such function; of places there are `geo.intersects`, `st_intersects` and `st_within`; for others take all Locations and choose among them"
    }
    no_area() {
        zh "范围应写成 `geography'POLYGON((114 25, 115 25, 115 26, 114 25))'`：先经度后纬度，末点与首点相同"
        en "an area is `geography'POLYGON((114 25, 115 25, 115 26, 114 25))'`: longitude first, and the last point is the first one"
    }
    to_many(name) { zh "{name} 有多个，不能用来筛选或排序；请从另一头查，例如 `Datastreams?$filter=Thing/name eq '…'`" en "{name} are many, and nothing can be filtered or ordered by them; ask from the other end, such as `Datastreams?$filter=Thing/name eq '…'`" }
    entity_is_no_value(name) { zh "{name} 是实体：请写明它的属性，例如 `{name}/name`" en "{name} is an entity: name a property of it, such as `{name}/name`" }
    no_time_of_others(path) { zh "不能按 {path} 筛选或排序；请用 `phenomenonTime`" en "nothing can be filtered or ordered by {path}; use `phenomenonTime`" }
    object_is_no_value() { zh "这是对象：请写明其中一项，例如 `properties/kind`" en "it is an object: name a member, such as `properties/kind`" }
    no_condition() { zh "不是条件：应有比较，例如 `eq`" en "it is no condition: compare it, such as by `eq`" }
    types_differ(left, right) { zh "{left}不能与{right}比较；文字放在单引号里，数和时间不放" en "{left} cannot be compared with {right}; texts stand in quotes, numbers and times do not" }
    type_expected(expected, found) { zh "应为{expected}，却是{found}" en "it should be {expected}, and is {found}" }
    type_condition() { zh "条件" en "a condition" }
    type_number() { zh "数" en "a number" }
    type_text() { zh "文字" en "a text" }
    type_time() { zh "时间" en "a time" }
    type_object() { zh "对象" en "an object" }
    type_place() { zh "位置" en "a place" }
    type_area() { zh "范围" en "an area" }

    // Too much at once.
    too_many_readings(most) { zh "要查看的读数超过 {most} 个" en "more than {most} readings would have to be looked at" }
    too_many_to_sort(most) { zh "按 `phenomenonTime` 以外排序时最多 {most} 个读数" en "{most} readings at most are put in another order than that of `phenomenonTime`" }
    too_many_values(most) { zh "要比较的数值超过 {most} 个" en "more than {most} values would have to be compared" }
    too_many_streams() { zh "按自己的时间筛选或排序的 `Datastream` 太多" en "these are too many Datastreams to be filtered or ordered by their own times" }
    too_many_entities(most) { zh "一次回答最多 {most} 个实体" en "an answer has {most} entities at most" }
    ask_for_less() {
        zh "用 `phenomenonTime` 缩短时段，指明 `Datastream`，减小 `$top`，或者不用 `$count`；续页请用 `@iot.nextLink`"
        en "narrow `phenomenonTime`, name the Datastream, lower `$top` or leave `$count` out; for more pages follow `@iot.nextLink`"
    }
    busy() { zh "同时查询的太多" en "too many others are asking" }

    // Entities.
    place_of(station) { zh "{station}的位置" en "the place of {station}" }
    series_of(parameter, station) { zh "{station}的{parameter}" en "{parameter} of {station}" }
    sensor_unknown() { zh "不知道由哪台设备观测" en "which device observes it is not known" }
    sensor_of(profile) { zh "按设备档案 {profile} 读取的设备" en "a device that is read by the profile {profile}" }

    // Units by name.
    unit_metre() { zh "米" en "metre" }
    unit_millimetre() { zh "毫米" en "millimetre" }
    unit_cubic_metre_per_hour() { zh "立方米每小时" en "cubic metre per hour" }
    unit_cubic_metre() { zh "立方米" en "cubic metre" }
    unit_kilowatt_hour() { zh "千瓦时" en "kilowatt hour" }
    unit_kilowatt() { zh "千瓦" en "kilowatt" }
    unit_volt() { zh "伏" en "volt" }
    unit_ampere() { zh "安" en "ampere" }
    unit_hertz() { zh "赫兹" en "hertz" }
    unit_hour() { zh "小时" en "hour" }
    unit_percent() { zh "百分比" en "percent" }
    unit_degree_celsius() { zh "摄氏度" en "degree Celsius" }
    unit_kilopascal() { zh "千帕" en "kilopascal" }
    unit_metre_per_second() { zh "米每秒" en "metre per second" }
    unit_degree() { zh "度" en "degree" }
    unit_microsiemens_per_centimetre() { zh "微西每厘米" en "microsiemens per centimetre" }
    unit_nephelometric_turbidity_unit() { zh "散射浊度单位" en "nephelometric turbidity unit" }
    unit_decibel_milliwatt() { zh "分贝毫瓦" en "decibel-milliwatt" }
    unit_one() { zh "无单位" en "one" }
}
