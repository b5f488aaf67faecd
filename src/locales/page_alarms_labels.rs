//! What the templates of the page of the alarms say.

labels! { "alarms";
    "title" { zh "报警" en "Alarms" }
    "open_count" { zh "未解除 {n} 条" en "open: {n}" }
    "open" { zh "未解除的报警" en "open alarms" }
    "urgent" { zh "其中紧急的" en "urgent" }
    "unanswered" { zh "无人确认的" en "acknowledged by nobody" }
    "where" { zh "哪里" en "where" }
    "what" { zh "报警" en "alarm" }
    "reading" { zh "读数" en "reading" }
    "since" { zh "从何时起" en "since" }
    "from" { zh "发生" en "from" }
    "to" { zh "解除" en "to" }
    "acknowledged" { zh "谁已确认" en "acknowledged by" }
    "by_nobody" { zh "无人确认" en "acknowledged by nobody" }
    "nobody_yet" { zh "还没有人" en "nobody yet" }
    "acknowledge" { zh "确认" en "Acknowledge" }
    "acknowledge_of" { zh "确认 {name} {what}" en "Acknowledge {name}, {what}" }
    "notices" { zh "通知" en "sent" }
    "to_nobody" { zh "没有发" en "not sent" }
    "more" { zh "另有 {n} 条未解除" en "{n} more are open" }
    "none_open" { zh "没有未解除的报警" en "No alarm is open" }
    "with_note" { zh "确认并写备注" en "Acknowledge with a note" }
    "alarm" { zh "报警" en "Alarm" }
    "note" { zh "备注（可不写）" en "Note (optional)" }
    "who_may_acknowledge" {
        zh "确认报警要有录入以上的角色，请找管理员"
        en "To acknowledge alarms takes the role of a recorder or more; ask an administrator"
    }
    "history" { zh "已解除的报警" en "Alarms that are over" }
    "station" { zh "测站编号" en "Id of the station" }
    "all_kinds" { zh "全部" en "all" }
    "choose" { zh "查看" en "Show" }
    "none_such" { zh "没有这样的报警" en "There are no such alarms" }
    "none_ended" { zh "还没有已解除的报警" en "No alarm has ended yet" }
    "newest" { zh "最新的" en "Newest" }
    "older" { zh "更早的" en "Older" }
    "channels" { zh "通知的渠道" en "Channels" }
    "channel" { zh "名称" en "name" }
    "channel_kind" { zh "种类" en "kind" }
    "state" { zh "状态" en "state" }
    "last_sent" { zh "上次送达" en "last arrived" }
    "waiting" { zh "等待发送" en "waiting" }
    "test" { zh "测试" en "test" }
    "send_test" { zh "发一条测试" en "Send a test" }
    "test_of" { zh "向 {name} 发一条测试" en "Send a test to {name}" }
    "who_may_test" { zh "测试渠道要有管理员的角色" en "To test a channel takes the role of an administrator" }
    "no_channels" {
        zh "还没有配置通知的渠道，报警只显示在这里。由管理员在配置里添加。"
        en "No channels are configured: alarms are shown here only. An administrator adds them to the configuration."
    }
}
