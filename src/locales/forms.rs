//! The state's forms as the county prints them, and the sheet that ties their fields to figures.

messages! { "forms";
    // Around the grid.
    table_number(number) { zh "表　　号：{number}" en "Table no.: {number}" }
    made_by(authority) { zh "制定机关：{authority}" en "Made by: {authority}" }
    approval() { zh "批准（备案）文号：" en "Approval no.:" }
    valid_until() { zh "有效期至：　　　　年　　月" en "Valid until:" }
    reporting_unit(name) { zh "填报单位（盖章）：{name}" en "Reporting unit (seal): {name}" }
    period(from, to) { zh "统计期：{from}至{to}" en "Period: {from} to {to}" }
    as_of(day) { zh "截止日期：{day}" en "As of: {day}" }
    head_of_unit() { zh "单位负责人：" en "Head of the unit:" }
    head_of_statistics() { zh "统计负责人：" en "Head of statistics:" }
    filled_in_by() { zh "填表人：" en "Filled in by:" }
    telephone() { zh "联系电话：" en "Telephone:" }
    reported_on(day) { zh "报出日期：{day}" en "Reported on: {day}" }
    area() { zh "地区" en "area" }
    unit_of_count() { zh "计量单位" en "unit" }

    // Notes below the grid.
    notes(edition, authority) {
        zh "说明：本表报{authority}；栏目依据{edition}，县里印发的表另有表号、文号的，以县里的为准。"
        en "Notes: reported to the {authority}; the fields are those of {edition}; where the county's print has other numbers, these hold."
    }
    blanks() {
        zh "空着的栏目没有数据、没有证实或者须手工填写，各栏的来源和原因见“指标对照”表。"
        en "A field is left blank without data or proof, or where it has to be filled in by hand; the sheet “Fields and figures” says where each comes from and why."
    }
    rounded() {
        zh "各栏按小数位数四舍五入，各项之和与合计的末位可能不同。"
        en "Each field is rounded by itself, so that the last digit of a sum may differ from that of its parts added up."
    }
    /// The figure has more in it than the form's fields.
    more_than_parts(field, value, sum) {
        zh "{field}为{value}，所列各项之和为{sum}，其余部分本表没有列出，或者没有分项数据。"
        en "{field}: {value}; the parts listed: {sum} together; the rest has no field in this form, or no data by part."
    }
    less_than_parts(field, value, sum) {
        zh "{field}为{value}，小于所列各项之和{sum}，请先核对台账。"
        en "{field}: {value}, less than the parts listed, which are {sum} together; check the ledger first."
    }
    /// A value as a form prints it. In English the unit may begin with a number.
    form_value(value, unit) { zh "{value}{unit}" en "{value} ({unit})" }
    /// All parts of the form are known, while the figure has others that are not.
    only_parts(field, why) {
        zh "{field}只是所列各项之和；{why}"
        en "{field} is the sum of the parts listed and no more; {why}"
    }
    parts_unknown(field) {
        zh "{field}没有证实，所列各项也不全，空着。"
        en "{field} is not proved and its parts are not complete; it is left blank."
    }

    /// A field that counts since a day before the period.
    counts_from(value, from, to) {
        zh "本期{value}；累计要从{from}起算：出{from}至{to}的报表"
        en "{value} in this period; the field counts from {from}: make the report of {from} to {to}"
    }
    begins_later(from, due, to) {
        zh "累计、本年度各栏要从{due}起算，本期从{from}才开始，这些栏空着；填这些栏，出{due}至{to}的报表。"
        en "The fields that count so far or in the year count from {due}, and this period begins on {from}, so that they are left blank; for them make the report of {due} to {to}."
    }
    of_period(field, value) { zh "{field}{value}" en "{field}: {value}" }
    values_of_period(values) { zh "其中本期数：{values}。" en "Of them, in this period alone: {values}." }
    no_drought_named(from) {
        zh "台账没有登记抗旱期，累计各栏从统计期首日{from}算起。"
        en "The ledger names no drought event; the fields that count so far count from the first day of the period, {from}."
    }
    /// A part of the figure that the form has no field for.
    outside(part, value) { zh "不含{part}{value}，本表没有这一栏" en "without {part}: {value}, which has no field in this form" }
    outside_of(field, part, value) {
        zh "{field}不含{part}{value}：本表没有这一栏。"
        en "{field} is without {part}: {value}; it has no field in this form."
    }
    relieved_in_period(field) {
        zh "{field}填的是统计期内解决的头数，没有期末临时解决的数据。"
        en "{field} has those relieved in the period; there are no data of those relieved at its end."
    }

    // The sheet of fields and figures, and that of the other items.
    sheet_fields() { zh "指标对照" en "Fields and figures" }
    sheet_other_items() { zh "其他填报项目" en "Other items" }
    about_fields() {
        zh "  各表的数引用本表“上报数值”，合计栏是各项之和；没有证实的数空着，见说明"
        en "  the forms refer to the value to report, and their totals add up their parts; what is not proved is left empty, see the note"
    }
    about_other_items() {
        zh "  有数据而各表都没有栏目的指标"
        en "  figures with data that no form has a field for"
    }
    form() { zh "表" en "form" }
    factor() { zh "换算" en "divided by" }

    // Charts.
    axis_storage_10k() { zh "蓄水量（万m³）" en "storage (10,000 m³)" }
}
