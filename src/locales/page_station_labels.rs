//! What the templates of the station page say.

labels! { "station";
    // The span of time.
    "range_label" { zh "时段" en "Span of time" }
    "own_from" { zh "首日" en "First day" }
    "own_to" { zh "末日" en "Last day" }
    "own_show" { zh "显示" en "Show" }

    // Charts.
    "charts" { zh "过程线" en "Charts" }
    "no_charts" { zh "这个时段没有数据。" en "There are no data in this span." }
    "chart_keys" { zh "用左右方向键逐点查看" en "use the arrow keys to step through the values" }
    "device_supply" { zh "设备供电" en "The device's supply" }

    // Facts.
    "facts" { zh "测站资料" en "About the station" }
    "no_facts" { zh "乡镇文件里没有这个测站的资料。" en "The township's file says nothing more of it." }

    // Flagged readings.
    "flagged" { zh "有标记的读数" en "Flagged readings" }
    "no_flagged" { zh "这个时段的读数都正常。" en "All readings of this span are good." }
    "more_rows" { zh "还有更多：请缩短时段，或者下载文件。" en "There are more: choose a shorter span, or take the file." }
    "col_time" { zh "时间" en "Time" }
    "col_parameter" { zh "参数" en "Parameter" }
    "col_value" { zh "数值" en "Value" }
    "col_flag" { zh "标记" en "Flag" }
    "col_reason" { zh "原因" en "Reason" }
    "col_registers" { zh "原始寄存器" en "Raw registers" }

    // Events.
    "events" { zh "经过" en "Events" }
    "no_events" { zh "这个时段没有状态变化、更正和台账记录。" en "In this span no status changed, and nothing was corrected or entered." }

    // Corrections.
    "corrections" { zh "更正与备注" en "Corrections and notes" }
    "no_corrections" { zh "这个时段没有更正和备注。" en "There are none in this span." }
    "raw_stays" { zh "原始读数总是保留；更正可以撤回。" en "The readings always stay as they came, and a correction can be withdrawn." }
    "entered" { zh "{by}，{at}" en "{by}, {at}" }
    "withdraw" { zh "撤回" en "Withdraw" }
    "withdraw_reason" { zh "撤回的原因" en "Why it is withdrawn" }
    "new_correction" { zh "添加更正或备注" en "Correct or note something" }
    "register_goes_on" {
        zh "累计读数（电量、水量、雨量、时数）标为有误后，这段时间的增量并不去掉，而是计入这段之后的第一个读数。"
        en "A register (electricity, water, rain, hours) goes on counting: where a span of it is wrong, its growth is not taken away, but counted with the first reading after the span."
    }
    "new_note" { zh "添加备注" en "Add a note" }
    "form_wrong" { zh "没有保存，请改正：" en "Nothing was kept. Correct this:" }
    "field_parameter" { zh "参数" en "Parameter" }
    "field_from" { zh "起" en "From" }
    "field_to" { zh "止" en "To" }
    "field_kind" { zh "种类" en "Kind" }
    "field_by" { zh "平移量（只用于平移，例如 -0.35）" en "Amount of a shift, such as -0.35" }
    "field_reason" { zh "原因（最多 {most} 字）" en "Reason, {most} characters at most" }
    "signed_as" { zh "署名：{person}" en "Signed as {person}" }
    "save" { zh "保存" en "Save" }

    // The table of what is shown.
    "table" { zh "数据表和文件" en "Table and files" }
    "table_more" { zh "另有 {n} 行，文件里齐全。" en "{n} more rows: the files have all." }
    "col_between" { zh "最低–最高" en "Lowest to highest" }
    "col_raw" { zh "原始" en "As it came" }
    "col_storage" { zh "蓄水量 m³" en "Storage, m³" }
    "col_suspect" { zh "可疑" en "Suspect" }
    "file_csv" { zh "下载 CSV" en "CSV file" }
    "file_xlsx" { zh "下载 Excel" en "Excel file" }
}
