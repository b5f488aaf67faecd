//! The help of the clerk's commands.

labels! { "help";
    "hub" {
        zh "在办公室运行中心端。\n\n保存各网关发来的读数，显示每个水源的状态。"
        en "Run the hub in the office.\n\n\
            It stores the readings that gateways send and shows the state of every water source."
    }
    "hub --ingest-only" {
        zh "只收读数，作为分担负荷的几个中心端之一：没有页面，没有报告。需要 `[store.server]`；每个中心端各有自己的 \
            `client_id`，而 `share` 里的组相同（默认 `hanqing`）"
        en "Only store readings, as one of several hubs that share the load: no page, no report. Needs [store.server]; each \
            hub needs its own client_id, and all of them the same group in `share` (default: hanqing)"
    }

    "init hub" {
        zh "写一份办公室的配置：中心端的 `hub.toml` 和旁边的 `township.toml`。\n\n\
            在终端里，缺少的逐项询问，每个回答都按配置的规则当场检查；不在终端里，缺少的选项一次全部列出，退出码为 2。\
            写成的两个文件带注释，并且通过 `hanqing check`；放读数的目录没有就建好。已有的文件不会被覆盖。\n\n\
            `--station` 可以写几次，后面的 `--station-name`、`--kind`、`--levels` 等属于它前面的那个 `--station`。\
            什么也不猜：没有给出高程的水源、没有给出铭牌的水泵写成注释，补上后去掉 `#`。"
        en "Write the configuration of an office: the hub's hub.toml, and township.toml beside it.\n\n\
            At a terminal it asks for what is missing and checks each answer at once by the rules of the configuration. Elsewhere \
            it names all options that are missing and exits with 2. Both files have comments and pass hanqing check; the \
            directory of the readings is made. An existing file is never overwritten.\n\n\
            --station may be given several times: --station-name, --kind, --levels and so on belong to the --station before them. \
            Nothing is guessed: a source without levels, or a pump without its plate, is written as a comment, to be filled in."
    }
    "init hub --out" { zh "要写的中心端配置；`township.toml` 写在它旁边" en "The hub's file to write; township.toml goes beside it" }
    "init hub --township" { zh "乡镇的名称，报告里这样写" en "Name of the township, as the report has it" }
    "init hub --village" {
        zh "村：名称、人口、村民小组数、播种面积（亩），用逗号隔开，可写多次；没有编号的依次编为 `village-1`、`village-2`"
        en "A village with its inhabitants, groups and sown area in mu; may be given several times. One without an id becomes \
            village-1, village-2 and so on"
    }
    "init hub --station" { zh "测站的编号，与网关配置里的一致；可写多次" en "Id of a station, as gateways name it; may be given several times" }
    "init hub --station-name" { zh "测站的名称" en "Name of the station" }
    "init hub --kind" {
        zh "种类：`pond` 塘、`reservoir` 水库、`channel` 河沟、`well` 井、`tank` 水池、`pump` 泵、`rain` 雨量、`soil` 墒情"
        en "Its kind: pond, reservoir, channel, well, tank, pump, rain or soil"
    }
    "init hub --station-village" { zh "测站所在的村，编号或名称；只有一个村时不用写" en "Its village, by id or name; not needed where there is only one" }
    "init hub --levels" { zh "水源的底、死水位、正常水位、顶的高程，米，用逗号隔开" en "Of a source: elevations of bottom, dead, normal and crest level, m" }
    "init hub --plate" { zh "水泵的功率（千瓦）、流量（立方米每小时）、扬程（米）和灌溉面积（亩），用逗号隔开" en "Of a pump: power kW, flow m3/h, head m, and irrigated area, mu" }
    "init hub --pump-source" { zh "水泵从哪个测站抽水" en "Of a pump: the station of the water that it draws" }
    "init hub --admin" { zh "管理页面的人；第一次启动时给这个人打印一次性链接" en "Whoever looks after the page; the first start prints a one-time link for this person" }
    "init hub --broker" {
        zh "消息服务器，如 `mqtts://mqtt.example.org:8883`；不写就用中心端自带的，只供本机的网关"
        en "The broker, such as mqtts://mqtt.example.org:8883; left out, it is one inside the hub, for gateways on this machine"
    }
    "init hub --allow-plaintext" {
        zh "接受没有加密的消息服务器：读数可能被偷看和伪造"
        en "Accept a broker without encryption: readings can be read and forged"
    }
    "init hub --listen" { zh "页面的地址和端口" en "Address and port of the page" }
    "init hub --data" {
        zh "放读数和台账的目录；不写：配置是 `/etc/hanqing/hub.toml` 时为 `/var/lib/hanqing`，否则在配置旁边"
        en "Directory of readings and ledger; left out, /var/lib/hanqing for /etc/hanqing/hub.toml, and beside any other file"
    }
    "init hub --yes" { zh "什么也不问，缺少的算缺少" en "Ask nothing; what is missing is named" }
    "init hub --force" {
        zh "文件已经存在时重写，原文件改名为 `.old` 留在旁边"
        en "Write existing files anew, and keep the old ones beside them as .old"
    }
    "<[ID=]NAME,PERSONS,GROUPS,MU>" { zh "[编号=]名称…" en "[ID=]NAME,PERSONS,GROUPS,MU" }
    "<ID=NAME>" { zh "编号=姓名" en "ID=NAME" }
    "<KIND>" { zh "种类" en "KIND" }
    "<BOTTOM,DEAD,NORMAL,CREST>" { zh "四个水位" en "BOTTOM,DEAD,NORMAL,CREST" }
    "<KW,M3H,M,MU>" { zh "铭牌" en "KW,M3H,M,MU" }

    "import" {
        zh "导入 `hanqing export` 写的文件。\n\n\
            可以是办公室数据库导出的表格，也可以是网关本地缓存的内容；按内容识别是哪一种，CSV 可以用 gzip 压缩。中心端可以照常\
            运行。已有的读数，或以后又从网络到达的读数，只算一次，所以导入中断后重来一遍即可。同一时间数据库里的值不同时，以文件\
            里的值为准；缺测不会替换已有的值。\n\n\
            不能导入的行，报告行、列、值和规则，跳过不要；其余各行照常导入，退出码为 1。"
        en "Import files that `hanqing export` wrote.\n\n\
            These are tables from an office's store, or the contents of a gateway's spool. The kind of a file is recognised by \
            its content; CSV may be compressed with gzip. The hub may be running. A reading that is already stored, or arrives \
            over the network later, counts once, so an interrupted import is simply repeated. If the store has another value \
            for the same time, the value of the file replaces it; a missing reading never replaces a value.\n\n\
            A row that cannot be imported is reported with line, column, value and rule, and left out. All other rows are \
            imported, and the command exits with 1."
    }
    "import --as" {
        zh "表格里的读数记在哪个网关名下；网关的数据仍归它自己"
        en "Gateway to store tables under; messages of a gateway keep their own"
    }
    "import FILES" { zh "导出的文件" en "Exported files" }
    "<GATEWAY>" { zh "网关" en "GATEWAY" }

    "backup" {
        zh "把数据库、台账、用户和报警备份到一个目录；中心端可以照常运行。\n\n\
            建立 `目录/hanqing-日期-时间`，里面有 `store.db`、`ledger.db`、`users.db`、`alarms.db` 和 `manifest.json`，后者记着大小、SHA-256 \
            校验和以及各表的行数。`users.db` 里只有密码的散列和操作记录，没有登录状态，也没有一次性链接、注册码和令牌。每份都是同一时刻的内容，查明没有损坏之后，目录才用正式的名称。任何一步失败，什么也不留下。\
            用 `hanqing restore` 恢复。"
        en "Copy the hub's store, ledger, users and alarms into a directory; the hub may be running.\n\n\
            Creates DIR/hanqing-DATE-TIME with store.db, ledger.db, users.db, alarms.db and manifest.json, which holds sizes, \
            SHA-256 sums and the rows of each table. Of users.db the copy has hashes of passwords and the record of who did \
            what, but neither sessions nor one-time links nor enrolment codes nor tokens. Each copy is a snapshot of one instant and is checked for damage before the directory gets its \
            name. If anything fails, nothing is left behind. `hanqing restore` brings the backup back."
    }
    "backup --out" { zh "放备份的目录，须已存在，最好在另一块磁盘上" en "Existing directory for backups, on another disk" }
    "restore" {
        zh "用备份替换中心端的数据库、台账、用户和报警。\n\n\
            先停下中心端和所有使用这些文件的程序。备份先复制并核对，然后才替换。原来的文件改名为 `名称.before-日期-时间`，\
            留在新文件旁边。所有人须重新登录；没有 `users.db` 的旧备份不动现有的用户，没有 `alarms.db` 的不动现有的报警。\
            之后，恢复的数据库缺少而网关还有的数据，由网关补发。"
        en "Replace the hub's store, ledger, users and alarms with a backup.\n\n\
            Stop the hub and everything else that uses its files first. The backup is copied and verified before anything is \
            replaced. The replaced files are kept beside the new ones as NAME.before-DATE-TIME. Everybody has to sign \
            in anew; a backup without users.db leaves the users as they are, one without alarms.db the alarms. Afterwards the \
            gateways send again what the restored store lacks, as far as they still have it."
    }
    "restore FROM" {
        zh "备份，如 `/media/disk/hanqing-20220801-120000`"
        en "The backup, such as /media/disk/hanqing-20220801-120000"
    }
    "<BACKUP>" { zh "备份" en "BACKUP" }

    "quarantine" {
        zh "查看中心端没能入库的消息，重试或丢弃。\n\n\
            外来的消息留着备查，每个网关只留最近的 200 条。没能入库的读数一直保留，直到重试入库或丢弃；每个网关最多 1000 条或 \
            8 兆字节；放不下的批不确认，留在网关里，别的批和别的网关不受影响。中心端可以照常运行。"
        en "Show the messages that the hub could not store, retry them or give them up.\n\n\
            Foreign messages are kept for inspection, the newest 200 of each gateway. Readings that cannot be stored are \
            kept until a retry stores them or they are given up: at most 1,000 messages or 8 MiB of each gateway. What \
            exceeds that is not acknowledged; other gateways are not held up. The hub may be running."
    }
    "quarantine list" { zh "列出隔离区的消息，新的在前" en "List the quarantined messages, the newest first" }
    "quarantine list --gateway" { zh "只列这个网关的" en "Only those of this gateway" }
    "quarantine list --json" { zh "每行输出一个 JSON 对象" en "Print one JSON object per line" }
    "quarantine show" { zh "显示一条消息的全部内容" en "Show one whole message" }
    "quarantine show ID" { zh "列表里的编号" en "Number in the list" }
    "quarantine retry" {
        zh "重新入库；只要有一条没有成功，退出码为 1"
        en "Try to store messages again; exits with 1 if any of them stays"
    }
    "quarantine retry IDS" { zh "列表里的编号" en "Numbers in the list" }
    "quarantine retry --gateway" { zh "重试这个网关的全部消息" en "Retry all messages of this gateway" }
    "quarantine retry --all" { zh "全部重试" en "Retry all messages" }
    "quarantine drop" {
        zh "丢弃消息，连同其中的读数；不能恢复"
        en "Give messages up, with the readings in them; they cannot be brought back"
    }
    "quarantine drop IDS" { zh "列表里的编号" en "Numbers in the list" }
    "quarantine drop --gateway" {
        zh "丢弃这个网关的全部消息；其中有读数时要加 `--yes`"
        en "Give up all messages of this gateway; needs --yes where they hold readings"
    }
    "quarantine drop --all" {
        zh "全部丢弃；其中有读数时要加 `--yes`"
        en "Give up all messages; needs --yes where they hold readings"
    }
    "quarantine drop --yes" { zh "确认丢弃其中的读数" en "Confirm that readings are given up" }
    "<IDS>" { zh "编号" en "IDS" }

    "retention" {
        zh "查看原始读数清除到哪一天，撤销时钟错误造成的清除界限。\n\n\
            `store.keep_raw_months` 以前的原始读数会清除，只留小时值和日值；更早的读数此后不再接收。中心端可以照常运行。"
        en "Show up to when raw readings were let go of, and take back what a wrong clock has done.\n\n\
            Raw readings older than store.keep_raw_months go, and only their hours and days are kept; readings from before \
            are refused from then on. The hub may be running."
    }
    "retention show" {
        zh "显示清除和封存到何时、各网关一致认可的现在和本机的时钟"
        en "Show up to when readings were let go of and sealed, the present that gateways agree on, and this machine's clock"
    }
    "retention show --json" { zh "输出一个 JSON 对象" en "Print one JSON object" }
    "retention undo" {
        zh "本机的时钟曾经快了、新的读数因此不再接收时，把界限退回到应有的地方。\n\n\
            先校准时钟。原始读数已经清除的小时保持原样：界限最多退到其中最后一个之后，那以前的读数仍不接收。已清除的读数不会恢复。\
            然后用 `hanqing quarantine retry --all` 入库隔离区里的读数。"
        en "Take the limits back to where they belong, where this machine's clock was ahead once and new readings are refused \
            since.\n\n\
            Set the clock first. Hours whose raw readings are gone stay as they are: the limit goes back to the end of the last \
            of them at most, and readings from before it stay refused. What is gone does not come back. Then `hanqing \
            quarantine retry --all` stores what waits in the quarantine."
    }

    "gateway" {
        zh "查看办公室知道的网关，管理测站归哪个网关。\n\n\
            测站归乡镇文件里写的网关（`gateway`）；没有写的，归第一个发来它读数的网关。别的网关发来的，进隔离区。网关被盗或\
            被冒用，用 `revoke` 吊销。中心端可以照常运行。\n\n\
            网关那边的命令是 `hanqing edge`、`hanqing status`、`hanqing read`、`hanqing scan`。"
        en "Show the gateways that the office knows, and settle which station belongs to which.\n\n\
            A station belongs to the gateway that the township's file names (`gateway`), else to the first that sends \
            readings of it. What another one sends of it goes to the quarantine. A gateway that was stolen is revoked. The \
            hub may be running.\n\n\
            The commands beside the gateway itself are hanqing edge, status, read and scan."
    }
    "gateway list" { zh "列出网关和它们的测站" en "List the gateways and their stations" }
    "gateway list --json" { zh "每行输出一个 JSON 对象，每个网关一个" en "Print one JSON object per gateway and line" }
    "gateway pin" {
        zh "把测站绑定到一个网关，例如测站移交给新网关之后"
        en "Let a station belong to a gateway, such as after it was moved"
    }
    "gateway pin STATION" { zh "测站" en "The station" }
    "gateway pin GATEWAY" { zh "网关" en "The gateway" }
    "gateway release" {
        zh "解除测站的绑定：下一个发来它读数的网关得到它"
        en "Release a station: it belongs to the gateway that sends readings of it next"
    }
    "gateway release STATION" { zh "测站" en "The station" }
    "gateway revoke" {
        zh "吊销网关，例如被盗之后。\n\n\
            它自那时起的读数不再计入任何数字，但都留着；它以后发来的都进隔离区。报告会写明。用 `reinstate` 可以恢复。\n\n\
            什么时候收到的，只记到日：`--since` 那一天（当地）开始以后收到的，不论读数是什么时间的，都不再计入。"
        en "Revoke a gateway, such as after it was stolen.\n\n\
            Its readings since then no longer count for any figure, but all of them are kept. Whatever it sends from now on \
            goes to the quarantine. The report says so. `reinstate` takes it back.\n\n\
            When a reading came is known by the day: what came since the local day of --since began does not count, of \
            whatever time it is."
    }
    "gateway revoke NAME" { zh "网关" en "The gateway" }
    "gateway revoke --since" {
        zh "从何时起不再可信：日期，或时间如 `2026-11-02T08:30`（当地时间）"
        en "Since when it cannot be trusted: a day, or a time such as 2026-11-02T08:30 (local time)"
    }
    "gateway invite" {
        zh "给网关发一个注册码：它用 `hanqing enroll` 取得证书。\n\n\
            注册码只能用一次，过期无效；再发一个，前一个就无效。需要配置里有 `[enroll]`。在纸上或电话里告诉装网关的人，\
            不要发到群里：拿到它的人就能得到这个网关的证书。"
        en "Make a one-time code with which a gateway gets its certificate by hanqing enroll.\n\n\
            It is good once and until it ends; another one replaces it. The configuration needs [enroll]. Give it to whoever \
            installs the gateway on paper or by telephone: whoever has it gets this gateway's certificate."
    }
    "gateway invite NAME" { zh "网关" en "The gateway" }
    "gateway invite --hours" { zh "几小时内有效，最多 168" en "Hours for which it is good, at most 168" }
    "gateway invite --revoked" { zh "网关已吊销也照样发" en "Also where the gateway is revoked" }
    "<HOURS>" { zh "小时" en "HOURS" }
    "gateway reinstate" {
        zh "恢复被吊销的网关：它的读数重新计入"
        en "Reinstate a revoked gateway: its readings count again"
    }
    "gateway reinstate NAME" { zh "网关" en "The gateway" }
    "correction" {
        zh "查看、登记和撤回对读数的更正。\n\n\
            一段时间的读数可以标为错误，不再计入；水位等可以平移，即水尺的基面另有一个；也可以只写备注。读数本身不变，小时值、日值\
            和所有数字随之重算，报告会写明。测站页面上也可以登记。中心端可以照常运行。"
        en "Show, enter and withdraw corrections of readings.\n\n\
            Readings of a span are marked as wrong and do not count, or levels and the like are shifted, where the datum of the \
            gauge was another; or something is noted of them. The readings themselves stay. Hours, days and all figures follow, \
            and the report says so. The page of a station does the same. The hub may be running."
    }
    "correction list" { zh "列出更正，包括已撤回的" en "List the corrections, also those that were withdrawn" }
    "correction list --json" { zh "每行输出一个 JSON 对象，每条更正一个" en "Print one JSON object per correction and line" }
    "correction list SERIES" { zh "只列这个序列的，如 `pond-1/level`" en "Only those of this series, such as pond-1/level" }
    "correction add" { zh "登记一条更正" en "Enter a correction" }
    "correction add SERIES" { zh "序列，如 `pond-1/level`" en "The series, such as pond-1/level" }
    "correction add --from" {
        zh "从何时起：日期，或时间如 `2026-11-02T08:30`（当地时间）"
        en "Since when: a day, or a time such as 2026-11-02T08:30 (local time)"
    }
    "correction add --to" {
        zh "到何时止：日期（含当日），或时间（不含）"
        en "Until when: a day, which belongs to it, or a time, which does not"
    }
    "correction add --wrong" { zh "读数是错的，不计入" en "The readings are wrong and do not count" }
    "correction add --shift" {
        zh "读数加上这个数后计入，单位随参数，水位为米，可以是负数"
        en "The readings count with this number added, in the unit of the parameter, m for a level; it may be negative"
    }
    "correction add --note" { zh "只写备注，什么也不改" en "Only note something; nothing changes" }
    "correction add --reason" { zh "为什么" en "Why" }
    "correction add --by" { zh "登记人，写法同 `ledger enter`" en "Person who enters it, as in ledger enter" }
    "correction withdraw" { zh "撤回一条更正：读数重新按原样计入" en "Withdraw a correction: the readings count as they came" }
    "correction withdraw NUMBER" { zh "更正的编号，见 `correction list`" en "Its number, as in correction list" }
    "correction withdraw --reason" { zh "为什么撤回" en "Why it is withdrawn" }
    "correction withdraw --by" { zh "撤回人，写法同 `ledger enter`" en "Person who withdraws it, as in ledger enter" }
    "<SERIES>" { zh "序列" en "SERIES" }
    "--shift <NUMBER>" { zh "数" en "NUMBER" }
    "<STATION>" { zh "测站" en "STATION" }
    "<TIME>" { zh "时间" en "TIME" }

    "--from" {
        zh "首日，与 `--to` 同时给出；都不写时，按台账里的抗旱期"
        en "First day, together with --to; without both, the drought event in the ledger decides"
    }
    "--to" { zh "末日" en "Last day" }
    "<DAY>" { zh "日期" en "DAY" }

    "report" {
        zh "写出一段时期的抗旱救灾段落：Word、Excel、HTML、Markdown、英文和 JSON。"
        en "Write the drought-relief section of a period as Word, Excel, HTML, Markdown, English and JSON."
    }
    "report --out" { zh "放文档的目录" en "Directory for the documents" }
    "report --fill" {
        zh "办公室自己的 Word 文件。在 `--out` 里放一份副本，填好其中的占位符（如 `{{{{electricity_used}}}}`）、同名的内容控件，以及\
            “抗旱救灾方面”和“安全饮水方面”两段；其余不动"
        en "The office's own Word file. A copy in --out gets its placeholders such as `{{{{electricity_used}}}}`, its content \
            controls of such names and its passages `抗旱救灾方面` and `安全饮水方面` filled; everything else stays"
    }
    "report --numbers-only" {
        zh "与 `--fill` 同用：两段的文字照旧，只换其中的数字；认不出来的数字列出来"
        en "With --fill: the two passages keep the office's own words, and only the numbers in them are replaced; numbers that \
            no figure states are named"
    }
    "report --force" {
        zh "与 `--fill` 同用：`--out` 里已有同名的文件时替换它"
        en "With --fill: replace a file of that name in --out"
    }
    "report --leave-passages" {
        zh "与 `--fill` 同用：这两段有没换成的，照样列出来，但不算失败"
        en "With --fill: passages that are not replaced are named as ever, but are no failure"
    }
    "report --check-template" {
        zh "只检查模板：没有的指标、写死的数字、重复的“约”、缺数据时不通的句子"
        en "Only check the templates: unknown figures, fixed numbers, doubled hedges, sentences that break without data"
    }
    "--document-lang" {
        zh "Word、Excel 和 HTML 的语言，与终端的语言无关：`zh` 中文，`en` 英文；Markdown 两种语言都有"
        en "Language of Word, Excel and HTML, whatever the terminal's is: zh Chinese, en English; Markdown is written in both"
    }
    "report issue" {
        zh "按下一个编号签发报告，内容固定，并附摘要值"
        en "Freeze the report under the next number, with a digest"
    }
    "report issue --by" { zh "报告责任人，写法同 `ledger enter`" en "Person who is responsible for the report, as in ledger enter" }
    "report issue --despite-findings" {
        zh "有核查问题尚未认可，也签发；自相矛盾的除外"
        en "Issue it even though there are findings that nobody has accepted, other than contradictions of arithmetic"
    }
    "report list" { zh "列出已签发的报告" en "List the issued reports" }
    "report diff" { zh "显示签发以后有哪些变化" en "Show what has changed since a report was issued" }
    "report diff NUMBER" { zh "报告编号，如 2022-001" en "Its number, such as 2022-001" }
    "report reprint" {
        zh "重新写出已签发报告的文档，一个字节也不差"
        en "Write the documents of an issued report again, byte for byte"
    }
    "report reprint NUMBER" { zh "报告编号，如 2022-001" en "Its number, such as 2022-001" }
    "report reprint --out" { zh "放文档的目录" en "Directory for the documents" }
    "<LANG>" { zh "语言" en "LANG" }
    "<DOCX>" { zh "文件" en "DOCX" }
    "<NUMBER>" { zh "编号" en "NUMBER" }
    "--value <NUMBER>" { zh "数" en "NUMBER" }
    "--by <NAME>" { zh "姓名" en "NAME" }
    "--sheet <NAME>" { zh "工作表" en "NAME" }
    "--station <ID>" { zh "测站" en "ID" }
    "--parameter <ID>" { zh "参数" en "ID" }

    "explain" {
        zh "一个指标从哪里来：测站、日期、计量表的情况、台账记录、人员"
        en "Where a figure comes from: stations, days, what happened to a meter, ledger rows, people"
    }
    "explain FIGURE" {
        zh "指标的编号或名称，见 `docs/figures.md`"
        en "Id or name of the figure, as in docs/figures.md"
    }
    "explain --depth" {
        zh "指标以下显示几层；4 层可看到每一天"
        en "Levels below the figure; 4 reaches the single days"
    }
    "explain --json" { zh "以 JSON 输出整棵树" en "The whole tree as JSON" }
    "<FIGURE>" { zh "指标" en "FIGURE" }
    "<N>" { zh "层数" en "N" }

    "drought" {
        zh "逐日的旱情：等级和依据、各水源的蓄水量和可供水天数，以及待在台账里确认的抗旱期"
        en "The drought day by day: grade and why, sources with storage and days of supply, and the event to confirm in the \
            ledger"
    }
    "drought --from" { zh "首日；不写则为末日前半年" en "First day; left out, half a year before the last" }
    "drought --to" { zh "末日；不写则为今天" en "Last day; left out, today" }
    "drought --json" { zh "以 JSON 输出每一天的全部内容" en "Every day with everything, as JSON" }

    "ledger" { zh "管理台账，即由人填报的记录。" en "Work with the ledger, the rows that people enter." }
    "ledger import" {
        zh "读懂办公室自己的表格，说明读成了什么，确认后登记到台账。\n\n\
            一行一笔的台账、村和项目交叉的报表、常见的单位、日期和名称都能读。只要有一个问题，什么也不登记；台账里已有的行跳过。\
            在终端上会先问；不在终端上运行时，加 `--yes` 才登记。"
        en "Read an office's own table, say what was understood, and enter it in the ledger once it is confirmed.\n\n\
            Lists with a row for each entry, tables of villages by items, and the usual units, days and names are read. A single \
            problem, and nothing is entered; rows that are already in the ledger are skipped. On a terminal the command asks; \
            without one it enters the rows only with --yes."
    }
    "ledger import --dry-run" { zh "只显示会登记哪些，并不登记" en "Only show what would be entered" }
    "ledger import --yes" { zh "不再询问，直接登记" en "Enter the rows without asking" }
    "ledger import --details" { zh "长的清单也全部列出" en "Show long lists whole" }
    "ledger import --sheet" {
        zh "读哪一张工作表；可给几次；默认为有台账各列的那一张"
        en "Sheet of the workbook to read; may be given several times; by default the one with the ledger's columns"
    }
    "ledger import --year" { zh "没有写年份的日期是哪一年" en "Year of the days that are written without one" }
    "ledger import --days" {
        zh "表里没有日期时，记录所指的日期：一天，或 `起..止`"
        en "Days of the rows where the table names none: one day, or FROM..TO"
    }
    "ledger import --document" {
        zh "表里没有依据时，数出自哪份材料"
        en "The paper that the numbers come from, where the table names none"
    }
    "ledger import --by" {
        zh "表里没有登记人时，由谁登记，写法同 `ledger enter`"
        en "Person who enters the rows, where the table names none, as in ledger enter"
    }
    "ledger import --as" {
        zh "文件里的一个词是什么意思，如 `投入设备=未装表抗旱设备`；`词=-` 不取这一列；可给几次"
        en "What a word of the file means, such as `投入设备=equipment_declared`; WORD=- leaves a column out; may be given several \
            times"
    }
    "ledger import --equal-rows" {
        zh "文件里完全相同的行怎么算"
        en "What rows of the file are that are equal in everything"
    }
    "ledger import --equal-rows one" { zh "同一笔写了两遍，只算一笔" en "The same entry written twice: one row" }
    "ledger import --equal-rows each" { zh "各是一笔，都要登记" en "Entries of their own: each is a row" }
    "ledger import FILE" {
        zh "文件：工作簿（`.xlsx`、`.xls`、`.ods`、`.et`），或 CSV"
        en "The file: a workbook (.xlsx, .xls, .ods, .et), or CSV"
    }
    "<YEAR>" { zh "年份" en "YEAR" }
    "<SPAN>" { zh "起..止" en "FROM..TO" }
    "<WORD=MEANING>" { zh "词=含义" en "WORD=MEANING" }
    "<HOW>" { zh "算法" en "HOW" }
    "ledger template" {
        zh "写出一份空白台账工作簿：项目、村、作物、单位、登记人都可以从下拉列表里选，另有一张说明；填好后用 `import` 读入"
        en "Write an empty workbook to fill in: items, villages, crops, units and persons are chosen from lists, and a sheet \
            explains them; `import` reads it once it is filled in"
    }
    "ledger template --out" { zh "要写的文件：`.xlsx`" en "The file to write: .xlsx" }
    "ledger template --force" { zh "文件已存在时替换它" en "Replace the file if it exists" }
    "ledger export" {
        zh "把台账写成 Excel 或 CSV，供整理或移交；可用 `import` 再读入"
        en "Write the ledger as Excel or CSV, to be worked on or handed over; `import` reads it again"
    }
    "ledger export --all" {
        zh "连同已被更正的记录，另建台账时需要"
        en "Include superseded rows, as needed for another ledger"
    }
    "ledger export --from" { zh "只要这一天及以后的记录" en "Only rows about this day or later ones" }
    "ledger export --to" { zh "只要这一天及以前的记录" en "Only rows about this day or earlier ones" }
    "ledger export --out" { zh "要写的文件：`.xlsx` 或 `.csv`" en "The file to write: .xlsx or .csv" }
    "ledger export --force" { zh "文件已存在时替换它" en "Replace the file if it exists" }
    "ledger list" {
        zh "列出有效的记录，以及待复核的记录"
        en "List the rows in force, and those that wait for a review"
    }
    "ledger list --code" { zh "只列这个代码或名称的记录" en "Only rows with this code or name" }
    "ledger list --json" {
        zh "输出一个 JSON 文档，格式见 `docs/schema/commands/ledger-list.schema.json`"
        en "Print one JSON document, as docs/schema/commands/ledger-list.schema.json describes"
    }
    "ledger list --pending" { zh "只列待复核的记录" en "Only rows that wait for a review" }
    "ledger show" {
        zh "显示一条记录、对它的更正，以及它所更正的记录"
        en "Show a row with its corrections and the rows that it corrects"
    }
    "ledger show ROW" { zh "记录的行号" en "Row number" }
    "ledger enter" { zh "登记一条记录" en "Enter one row" }
    "ledger enter --code" {
        zh "代码或名称，如 `gasoline` 或 `汽油`"
        en "Code or name, such as gasoline or `汽油`"
    }
    "ledger enter --value" { zh "数，单位随代码" en "The number, in the unit of the code" }
    "ledger enter --from" { zh "记录所指的首日" en "First day that the row is about" }
    "ledger enter --to" { zh "末日；默认与首日相同" en "Last day; by default the first" }
    "ledger enter --village" { zh "村，写编号或名称" en "Village, by id or name" }
    "ledger enter --crop" { zh "作物，写编号或名称" en "Crop, by id or name" }
    "ledger enter --work" { zh "饮水工程的名称" en "Name of the drinking-water project" }
    "ledger enter --document" { zh "这个数出自哪份材料" en "The paper that the number comes from" }
    "ledger enter --by" {
        zh "登记人；有人员名单（`[[person]]`）时写编号、姓名或“单位 姓名”"
        en "Person who enters it; with a list of persons ([[person]]), the id, the name, or office and name"
    }
    "ledger correct" {
        zh "更正一条记录：新记录取代旧记录，旧记录仍留在台账里"
        en "Correct a row: a new row supersedes it, and the old one stays in the file"
    }
    "ledger correct ROW" { zh "要更正的记录的行号" en "Number of the row to correct" }
    "ledger correct --value" { zh "正确的数，单位不变；作废时不写" en "The right number, in the same unit; left out where the row is withdrawn" }
    "ledger correct --withdraw" {
        zh "作废这一条：它和作废的记录都不计入，与登记为 0 不同"
        en "Withdraw the row: neither it nor its withdrawal counts, other than with a value of 0"
    }
    "ledger correct --reason" { zh "更正的原因" en "Reason for the correction" }
    "ledger correct --document" {
        zh "正确的数出自哪份材料；默认与原记录相同"
        en "The paper that the right number comes from; by default that of the row"
    }
    "ledger correct --yes" {
        zh "新旧数值相差十倍以上，也照改"
        en "Correct it even where the values differ by more than ten times"
    }
    "ledger correct --by" { zh "更正人，写法同 `ledger enter`" en "Person who corrects it, as in ledger enter" }
    "ledger review" {
        zh "记下你已复核别人登记的记录"
        en "Record that you have reviewed rows that somebody else entered"
    }
    "ledger review --by" { zh "复核人，写法同 `ledger enter`" en "The reviewer, as in ledger enter" }
    "ledger review --all-pending" {
        zh "复核所有待复核的记录，自己登记的除外"
        en "Review all pending rows but those that you entered yourself"
    }
    "ledger review ROWS" { zh "记录的行号" en "Row numbers" }
    "ledger accept" {
        zh "认可一个核查问题并写明理由，附表会印出；不给 `--rule` 时，列出尚未认可的问题"
        en "Accept a finding with a reason, which the annex prints; without --rule, list the open findings"
    }
    "ledger accept --rule" { zh "规则的编号，如报告所印" en "Id of the rule, as printed in the report" }
    "ledger accept --place" {
        zh "只指这个村、作物或泵站的问题"
        en "Only the finding about this village, crop or pump"
    }
    "ledger accept --reason" { zh "为什么这些数仍是对的" en "Why the figures are right nevertheless" }
    "ledger accept --by" { zh "认可人，写法同 `ledger enter`" en "Person who accepts it, as in ledger enter" }
    "<ROW>" { zh "行号" en "ROW" }
    "<ROWS>" { zh "行号" en "ROWS" }
    "<CODE>" { zh "代码" en "CODE" }
    "<VILLAGE>" { zh "村" en "VILLAGE" }
    "<CROP>" { zh "作物" en "CROP" }
    "<WORK>" { zh "工程" en "WORK" }
    "<TEXT>" { zh "文字" en "TEXT" }
    "<RULE>" { zh "规则" en "RULE" }

    "user" {
        zh "查看谁可以登录页面，生成设置密码的链接，查看操作记录。\n\n\
            谁可以登录、能做什么，写在 `hub.toml` 的 `[[person]]` 里（`role`）。中心端可以照常运行。不需要密码：能写用户文件的人\
            才能用这些命令。"
        en "Show who may sign in to the page, make links to choose a password with, and show the record of what was done.\n\n\
            Who may sign in, and what she may do, stands in hub.toml as the `role` of a [[person]]. The hub may be running. No \
            password is asked for: these commands are for whoever may write to the users' file."
    }
    "user list" { zh "列出可以登录的人员" en "List the persons who may sign in" }
    "user list --json" { zh "每行输出一个 JSON 对象，每人一个" en "Print one JSON object per person and line" }
    "user link" {
        zh "生成一个只能用一次的链接，本人用它设置密码，24 小时内有效。\n\n\
            以前的链接随之作废；原来的密码在链接用过之后才失效。"
        en "Make a link with which a person chooses her password, once, within 24 hours.\n\n\
            A link that was made before can no longer be used. An old password holds until the link has been used."
    }
    "user link PERSON" { zh "编号、姓名或“单位 姓名”" en "The id, the name, or office and name" }
    "user reset" {
        zh "立即清除一个人的密码，结束其全部登录，再生成一个新链接"
        en "Take a person's password away at once, end all her sessions, and make a new link"
    }
    "user reset PERSON" {
        zh "编号、姓名或“单位 姓名”；已不在名单上的人写编号"
        en "The id, the name, or office and name; the id of a person who is no longer listed"
    }
    "<PERSON>" { zh "人员" en "PERSON" }
    "user audit" { zh "列出谁做过什么" en "Show who did what" }
    "user audit --last" { zh "最近的多少条" en "How many of the newest rows" }
    "user audit --last <COUNT>" { zh "条数" en "COUNT" }
    "user audit --verify" {
        zh "核对全部记录是否与写下时相符；不相符时退出码为 1"
        en "Check that the whole record is as it was written; exits with 1 if not"
    }

    // The part of `hanqing export` that reads the store.
    "heading Office" { zh "办公室" en "Office" }
    "export --config" { zh "中心端的配置" en "The hub's configuration" }
    "export --set" {
        zh "覆盖一个设置项，如 `store.path=/srv/hanqing/store.db`"
        en "Override one setting, such as store.path=/srv/hanqing/store.db"
    }
    "export --format" { zh "文件的格式" en "Format of the file" }
    "export --format csv" {
        zh "供 Excel 和 LibreOffice 用的表格：UTF-8，时间按乡镇的时差"
        en "Table for Excel and LibreOffice: UTF-8, times with the township's UTC offset"
    }
    "export --format parquet" {
        zh "供 pandas 和 DuckDB 用的压缩列，带类型；时间为 UTC"
        en "Typed, compressed columns for pandas and DuckDB; times in UTC"
    }
    "export --format line" {
        zh "供 InfluxDB 和 VictoriaMetrics 用的行协议；时间到毫秒"
        en "Line protocol for InfluxDB and VictoriaMetrics; times in milliseconds"
    }
    "export --station" { zh "只要这个测站；可给几次" en "Only this station; may be given several times" }
    "export --parameter" {
        zh "只要这个参数，如 `level`；可给几次"
        en "Only this parameter, such as level; may be given several times"
    }
    "export --from" { zh "首日" en "First day" }
    "export --to" { zh "末日" en "Last day" }
    "export --resume" {
        zh "接着上次中断的导出；没有中断的，就从头开始"
        en "Continue an interrupted export; starts from the beginning if there is none"
    }
    "<FORMAT>" { zh "格式" en "FORMAT" }
}
