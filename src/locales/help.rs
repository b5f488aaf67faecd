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
    "<DIR>" { zh "目录" en "DIR" }
    "<ID>" { zh "编号" en "ID" }
    "<NAME>" { zh "名称" en "NAME" }
    "<FILE>" { zh "文件" en "FILE" }
    "<KEY=VALUE>" { zh "设置项=值" en "KEY=VALUE" }

    "check" {
        zh "检查配置文件。\n\n\
            一次报告所有问题，每个问题都说明位置、值、规则和改法。网关的配置没有问题时，还显示将向设备发出哪些请求、\
            各条总线有多忙。"
        en "Check configuration files.\n\n\
            Every problem is reported at once, each with its place, value, rule and a hint. For a valid gateway file the \
            command also prints which requests go to the devices and how busy they keep each bus."
    }
    "check FILES" { zh "任何一种配置文件：网关、中心端、乡镇" en "Files of any kind: gateway, hub, township" }

    "demo" {
        zh "在本机运行整套系统：一个模拟的乡镇经历 2022 年的干旱。\n\n\
            网关、消息服务器、中心端、页面和报告都是真的，在本机回环地址上运行；模拟的只有现场设备和时钟的快慢。"
        en "Run the whole system on this machine: a simulated township through the drought of 2022.\n\n\
            Gateways, broker, hub, page and report are the real ones, on loopback; only the field devices and the speed of \
            the clock are simulated."
    }
    "demo --exit" {
        zh "写完报告就退出；不加则页面一直开放，按 Ctrl-C 结束"
        en "Exit after the report; otherwise the page is served until Ctrl-C"
    }
    "demo --out" { zh "报告和数据所在的目录" en "Directory for the report and the data" }
    "demo --speed" { zh "每秒模拟几天；0 为尽量快" en "Simulated days per second; 0 for as fast as possible" }
    "demo --seed" { zh "模拟天气的随机种子" en "Seed of the simulated weather" }
    "demo --port" {
        zh "页面在 127.0.0.1 上的端口；0 为任一空闲端口"
        en "Port of the page on 127.0.0.1; 0 for any free port"
    }
    "demo --ledger" { zh "用这份台账（CSV）代替样例的台账" en "Ledger (CSV) to use instead of the example's" }
    "<DAYS>" { zh "天数" en "DAYS" }
    "<SEED>" { zh "种子" en "SEED" }
    "<PORT>" { zh "端口" en "PORT" }

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
