//! Views: the readings of a gateway in other people's systems.

messages! { "views";
    task_view(name) { zh "视图 {name}" en "view {name}" }
    view_wrong(name, problems) { zh "视图 {name} 有错：{problems}" en "view {name} is wrong: {problems}" }

    // The status.
    connected(name, since, backlog) {
        zh "视图 {name}：{since} 起已连接，{backlog} 个读数待其消息服务器确认"
        en "View {name}: connected since {since}, {backlog} readings wait for its broker"
    }
    not_connected(name, backlog, why) {
        zh "视图 {name}：未连接，{backlog} 个读数待发：{why}"
        en "View {name}: not connected, {backlog} readings wait: {why}"
    }
    connecting(name, backlog) {
        zh "视图 {name}：正在连接，{backlog} 个读数待发"
        en "View {name}: connecting, {backlog} readings wait"
    }
    last_confirmed(at) { zh "最近一次确认 {at}" en "last confirmed on {at}" }
    lost(readings) { zh "已略过 {readings} 个读数" en "{readings} readings passed over" }
    not_carried(readings) {
        zh "此格式写不了的有 {readings} 个"
        en "{readings} readings that its format cannot carry"
    }

    // The configuration.
    name_rule() {
        zh "视图名应为 1 到 32 个小写字母、数字或 `-`"
        en "the name of a view has 1 to 32 lower-case letters, digits and -"
    }
    name_hint() { zh "例如 `county`" en "such as county" }
    name_of_its_own() { zh "每个视图起一个自己的名字" en "give each view a name of its own" }
    too_many(most) { zh "最多 {most} 个视图" en "there are at most {most} views" }
    shares_topic(name) {
        zh "视图 {name} 也写这个主题"
        en "the view {name} writes to this topic, too"
    }
    topic_of_its_own() {
        zh "给每个视图自己的主题，或让几个系统订阅同一个视图"
        en "give each view topics of its own, or let several systems subscribe to those of one"
    }
    one_for_several() {
        zh "让几个系统订阅同一个视图"
        en "let several systems subscribe to the topics of one view"
    }
}
