//! The help of `hanqing alarm`.

labels! { "help";
    "alarm" {
        zh "查看报警，确认报警，测试报警渠道。\n\n\
            中心端可以照常运行；在这里确认的，页面几秒内就能看到。报警怎样产生、发给谁，写在 `hub.toml` 的 `[alarm]` 里，\
            见 `docs/alarms.md`。"
        en "Show alarms, acknowledge them, and try the channels that they go out by.\n\n\
            The hub may be running; its page shows within seconds what is acknowledged here. What rings, and who is told, \
            stands in [alarm] of hub.toml: docs/alarms.md."
    }
    "alarm list" { zh "列出未解除的报警，最严重的在前" en "List the alarms that are open, the gravest first" }
    "alarm list --open" { zh "只列未解除的，这也是默认" en "Only those that are open, which is the default" }
    "alarm list --all" {
        zh "连同已解除的，新的在前，最多 1000 条"
        en "Also those that are over, the newest first, at most 1,000"
    }
    "alarm list --json" {
        zh "输出一个 JSON 文档，格式见 `docs/schema/commands/alarm-list.schema.json`"
        en "Print one JSON document, as docs/schema/commands/alarm-list.schema.json describes"
    }
    "alarm ack" {
        zh "确认一条未解除的报警：有人已经知道，并在处理；不再升级通知。\n\n没有这样的报警时退出码为 1。"
        en "Acknowledge an alarm that is open: somebody knows of it and sees to it, and nobody else is called.\n\n\
            Exits with 1 where there is no such alarm."
    }
    "alarm ack ID" { zh "列表里的编号" en "Number in the list" }
    "alarm ack --by" {
        zh "谁确认的：单位和姓名，或 `hub.toml` 里 `[[person]]` 的编号"
        en "Who acknowledges it: office and name, or the id of a [[person]] of hub.toml"
    }
    "alarm ack --note" { zh "备注，如正在做什么" en "A note, such as what is being done" }
    "alarm test" {
        zh "经一个渠道发一条测试消息。\n\n不经过中心端，没有送达时说明原因，退出码为 1。`mqtt` 渠道的交给运行中的中心端发出，\
            是否送达看报警页面。"
        en "Send a letter that says that it is a test by one channel.\n\n\
            It needs no hub; where it does not arrive, it says why, and exits with 1. By MQTT the running hub sends it, and \
            whether it arrived stands on the page of alarms."
    }
    "<CHANNEL>" { zh "渠道" en "CHANNEL" }
    "alarm test CHANNEL" { zh "`hub.toml` 里 `[[alarm.channel]]` 的 `name`" en "The name of an [[alarm.channel]] of hub.toml" }
}
