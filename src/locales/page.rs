//! What all pages say, as far as it is made from numbers and states.

messages! { "page";
    // Sources and their status.
    no_status() { zh "无数据" en "no data" }

    // The rank of a level in its own record.
    rank_much_below() { zh "远低于常年" en "much below usual" }
    rank_below() { zh "低于常年" en "below usual" }
    rank_usual() { zh "与常年相当" en "usual" }
    rank_above() { zh "高于常年" en "above usual" }
    rank_much_above() { zh "远高于常年" en "much above usual" }

    // How old a reading is.
    seconds_ago(n) { zh "{n} 秒前" en "{n} s ago" }
    minutes_ago(n) { zh "{n} 分钟前" en "{n} min ago" }
    hours_ago(n) { zh "{n} 小时前" en "{n} h ago" }
    within_ten_minutes() { zh "10 分钟内" en "within 10 min" }

    // Sums and their bounds.
    at_least(quantity) { zh "至少 {quantity}" en "at least {quantity}" }
    at_most(quantity) { zh "至多 {quantity}" en "at most {quantity}" }
    not_known() { zh "不明" en "not known" }
    between(least, most) { zh "在 {least} 至 {most} 之间" en "between {least} and {most}" }

    // Spans of time.
    span(from, to) { zh "{from} 至 {to}" en "{from} to {to}" }

    // An address where there is nothing.
    no_such_page() { zh "404：没有这个页面" en "404: no such page" }
    check_the_address() {
        zh "网址可能写错了，或者这个页面已经不在了"
        en "The address may be wrong, or the page is no longer there"
    }

    query_unreadable() {
        zh "网址里“?”之后的内容读不懂：每一项只能写一次，不能有读不出的字符；请从页面上的链接重新打开"
        en "What follows the ? of the address cannot be read: it names each item once, in characters that can be read; follow a link of the page instead"
    }

    // What programs ask for a chart with.
    chart_query(most) {
        zh "网址里“?”之后要有 `from` 和 `to` 两个时刻（例如 2022-08-01T00:00:00Z），还可以有 `points`，是 1 到 {most} 的整数，每项只写一次"
        en "what follows the ? of the address has from and to, two instants such as 2022-08-01T00:00:00Z, and may have points, a whole number \
            from 1 to {most}, each once"
    }
    chart_path() {
        zh "网址里要有测站和参数，例如 `/api/chart/pond-1/level`"
        en "the address names a station and a parameter, such as /api/chart/pond-1/level"
    }

    // Answers without a page.
    too_many_requests() {
        zh "429：同时打开的页面太多，请过几秒再试"
        en "429: too many pages are being opened at once; try again in a few seconds"
    }
    no_such_document() { zh "404：没有这个文档" en "404: no such document" }
    page_failed() { zh "500：页面无法生成，请看日志" en "500: the page cannot be rendered, see the log" }
}
