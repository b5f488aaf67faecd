//! The help of the program and of its common commands.

labels! { "help";
    // Command lines, by the words of the command; options and positional arguments after them. An option that many
    // commands share stands without a command.
    "hanqing" { zh "农业与旱情数据采集" en "Agricultural and drought data collector" }
    "help" { zh "显示本帮助，或某条命令的帮助" en "Print this message or the help of the given command" }
    "--help" { zh "显示帮助" en "Print help" }
    "--help, in short" { zh "显示帮助（`--help` 更详细）" en "Print help (see more with '--help')" }
    "--help, in full" { zh "显示帮助（`-h` 只显示摘要）" en "Print help (see a summary with '-h')" }
    "--version" { zh "显示版本" en "Print version" }
    "--lang" { zh "显示的语言：`zh` 中文，`en` 英文" en "Language of what is shown: `zh` Chinese, `en` English" }
    "--config" { zh "配置文件" en "Configuration file" }
    "--set" {
        zh "覆盖一个设置项，如 `mqtt.url=mqtt://127.0.0.1:1883`"
        en "Override one setting, such as mqtt.url=mqtt://127.0.0.1:1883"
    }

    // Names of values.
    "<PORT>" { zh "端口" en "PORT" }
    "<DIR>" { zh "目录" en "DIR" }
    "<ID>" { zh "编号" en "ID" }
    "<NAME>" { zh "名称" en "NAME" }
    "<FILE>" { zh "文件" en "FILE" }
    "<URL>" { zh "地址" en "URL" }
    "<KEY=VALUE>" { zh "设置项=值" en "KEY=VALUE" }

    "init" {
        zh "写一份新的配置。"
        en "Write a first configuration."
    }

    "check" {
        zh "检查配置文件。\n\n\
            一次报告所有问题，每个问题都说明位置、值、规则和改法。网关的配置没有问题时，还显示将向设备发出哪些请求、\
            各条总线有多忙。环境变量（如 `HANQING__MQTT__URL`）与运行时一样计入，并列出名称。"
        en "Check configuration files.\n\n\
            Every problem is reported at once, each with its place, value, rule and a hint. For a valid gateway file the \
            command also prints which requests go to the devices and how busy they keep each bus. Environment variables such \
            as HANQING__MQTT__URL count as they do for a daemon, and are named."
    }
    "check --connect" {
        zh "再试着连接：消息服务器（连接、登录、订阅），中心端还试 `store.server`（能否写入和读取）；不发送，也不写入任何数据"
        en "Also try the connections: the broker (connection, login, subscription) and for a hub store.server (whether it \
            takes writes and lets read); nothing is sent or stored"
    }
    "check --json" {
        zh "输出一个 JSON 文档，格式见 `docs/schema/commands/check.schema.json`"
        en "Print one JSON document, as docs/schema/commands/check.schema.json describes"
    }
    "check --config" {
        zh "配置文件，可写多次；与直接写文件名相同"
        en "Configuration file; may be given several times, and is the same as a file without the option"
    }
    "check FILES" {
        zh "任何一种配置文件：网关、中心端、乡镇、设备型号文件。同时给出网关和乡镇（或写明乡镇的中心端），还互相对照：测站有没有、\
            归哪台网关、水位够不够得到、两台网关是否采集同一项"
        en "Files of any kind: gateway, hub, township, device profile. Gateways and a township, or the hub that names it, are also \
            compared: whether the stations exist, whose they are, whether levels can reach them, whether two gateways read the \
            same"
    }

    "export" {
        zh "把办公室数据库里的读数导出成表格，或导出网关的本地缓存，带回办公室。\n\n\
            办公室：`hanqing export -c hub.toml --format csv --out readings.csv`。中心端可以照常运行。各列依次为测站 `station`、\
            参数 `parameter`、单位 `unit`、观测时间 `observed_at`、值 `value`、质量标记 `flag`（1 正常，2 未检验，3 可疑，4 不合格，\
            9 缺测）、原因 `reason`、寄存器原始值 `raw`，计数器另有 `modulus`（回绕值）和 `max_rate_per_hour`（每小时最大增量）。\
            数值一概不舍入。文件写完才出现；写完之前，数据分段放在 `文件.parts` 里，另需同样大的空间。\
            导出中断后，同一条命令加 `--resume` 接着导出。\n\n\
            网关：`hanqing export --spool spool.db --out 文件`。网关可以照常运行，本地缓存里的数据一条也不删：两条路都到办公室的\
            读数只算一次。因损坏而搁置的本地缓存，能读多少导出多少。\n\n\
            两种文件都用 `hanqing import` 导入。"
        en "Export readings from the office's store as a table, or from a gateway's spool to carry them to the office.\n\n\
            Office: `hanqing export -c hub.toml --format csv --out readings.csv`. The hub may be running. Columns: station, \
            parameter, unit, observed_at, value, flag (1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing), reason, raw \
            registers, and for counters modulus and max_rate_per_hour. Nothing is rounded. FILE appears only when it is \
            complete; until then the parts lie in FILE.parts and need the same space again. If the export is interrupted, \
            the same command with --resume continues it.\n\n\
            Gateway: `hanqing export --spool spool.db --out FILE`. The gateway may be running, and nothing is removed from \
            its spool: a reading that reaches the office by both ways counts once. A spool that was set aside as damaged is \
            read as far as possible.\n\n\
            `hanqing import` reads both kinds of file."
    }
    "export --out" { zh "要写的文件；不能已经存在" en "The file to write; it must not exist" }
}
