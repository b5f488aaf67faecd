//! Curves: from a level to a flow.

messages! { "curve";
    from_level() { zh "曲线只能由水位（`level`）推算" en "a curve begins with a level" }
    write_level() { zh "写 `from = \"level\"`" en "write from = \"level\"" }
    to_flow() { zh "这里的曲线只推算流量（`flow`）" en "a curve of a device gives a flow" }
    storage_elsewhere() {
        zh "写 `to = \"flow\"`；水位库容关系写在镇的配置里"
        en "write to = \"flow\"; the storage at a level is a curve of the township's file"
    }
    zero_hint() {
        zh "写水头为 0 时的水位，单位 m"
        en "give the level at which the head is 0, in m"
    }
    computed_already() { zh "已有一条曲线推算它" en "another curve gives it already" }
    from_unread() { zh "这台设备不读这个参数" en "the device does not read it" }
    read_from() {
        zh "换一个设备型号文件，或在 `parameters` 里加上它"
        en "it needs a profile that has it, and its place in `parameters`"
    }
    from_several() { zh "这台设备有几个通道读它" en "several channels of the device read it" }
    one_channel() {
        zh "用 `channels` 只接一个通道"
        en "a curve needs a device with one: name one channel in `channels`"
    }
    to_measured() { zh "这台设备自己测它" en "the device measures it itself" }
    leave_out_measured() {
        zh "删掉曲线，或用 `parameters` 不读设备自己的值"
        en "remove the curve, or leave the device's own out of `parameters`"
    }
    kind_needs(kind) { zh "`{kind}` 必填" en "{kind} needs it" }
    add(key) { zh "加上 `{key}`" en "add {key}" }
    not_of_kind(kind) { zh "`{kind}` 不用它" en "does not belong to {kind}" }
    measure_it() { zh "在现场量" en "measure it at the place" }
    coefficient_hint() {
        zh "流量系数是 0.6 左右的小数，不是百分数；没有率定过就删掉，用标准的"
        en "a discharge coefficient is a fraction near 0.6, no percentage; leave it out for the standard's"
    }
    opening_too_small(least) {
        zh "标准公式要求堰口宽不小于 {least} m"
        en "the standard's formula needs an opening of {least} m at least"
    }
    crest_too_low(least) {
        zh "标准公式要求堰顶高出渠底不小于 {least} m"
        en "the standard's formula needs a crest of {least} m at least over the floor"
    }
    side_too_narrow(least) {
        zh "堰口每侧到渠壁应为 0 或不小于 {least} m，否则标准公式不适用"
        en "the opening is as wide as the channel, or ends {least} m or more from each wall; between these the standard's formula does not hold"
    }
    gauge_instead() {
        zh "核对单位是不是 m；尺寸确实如此，就在现场率定，改用 `kind = \"table\"` 或 `\"power\"`"
        en "check that it is in m; where it is true, gauge the place and write kind = \"table\" or \"power\""
    }
    heads_too_high(most) {
        zh "必填：按堰顶高推算，水头会超过 {most} m，标准的试验到不了这么高"
        en "is required: by this crest heads would go beyond {most} m, for which the standard has no experiments"
    }
    usual_angle() { zh "直角三角堰写 90" en "90 is the usual notch" }
    channel_is_wider() {
        zh "渠道不会比堰口（`width_m`）窄"
        en "the channel is not narrower than the opening (width_m)"
    }
    no_size() { zh "标准里没有这个喉道宽" en "is no throat of the standard" }
    sizes(list) {
        zh "标准的喉道宽（m）：{list}；别的尺寸写 `c` 和 `n`"
        en "its throats are {list} m; for another give c and n"
    }
    no_head() { zh "没有水头落在适用范围内" en "no head lies within its limits" }
    range_within() {
        zh "写标准适用范围之内的水头"
        en "give heads for which the curve holds"
    }
    unit_required() { zh "必填：这条曲线的流量单位" en "is required: the unit of this curve's flow" }
    unit_of_flow() { zh "如 `unit = \"m3/s\"` 或 `\"L/s\"`" en "such as unit = \"m3/s\" or \"L/s\"" }
    no_unit_of_flow() { zh "不是流量单位" en "is no unit of a flow" }
    standard_has_unit() { zh "标准公式自带单位" en "the standard's formula has its own unit" }
    range_required() {
        zh "必填：率定时的水头范围，范围以外不推算"
        en "is required: the heads that were gauged; beyond them there is no flow"
    }
    range_gauged() { zh "写 `range_m = [最小, 最大]`，单位 m" en "add range_m = [least, most], in m" }
    below_zero(zero) { zh "低于 `h0_m`（{zero}）" en "begins below h0_m, {zero}" }
    two_points() { zh "至少要两个点" en "a table has at least two points" }
    add_points() {
        zh "写 `points = [[水头, 流量], ...]`"
        en "write points = [[head, flow], ...]"
    }
    points_rise() {
        zh "水头和流量都必须逐点增大，流量不能为负"
        en "head and flow must both rise from point to point, from 0 or more"
    }
    sort_points() { zh "按水头从低到高写，去掉重复的点" en "sort them by head and remove doubles" }
}
