//! The pages for `man`: their headings, and what all commands have in common.

labels! { "help";
    "manual" {
        zh "写出全部命令的手册页（中文和英文），以及命令行补全脚本，供打包用。\n\n\
            写在 `man/`、`bash/`、`zsh/` 和 `fish/` 里。内容只取决于程序本身；设了环境变量 `SOURCE_DATE_EPOCH` 的，页上写这一天。"
        en "Write the manual pages of all commands, in Chinese and English, and completions for shells: for packages.\n\n\
            They are in `man/`, `bash/`, `zsh/` and `fish/`, and depend on the program alone; the pages have the day of \
            SOURCE_DATE_EPOCH where that is set in the environment."
    }
    "manual --out" { zh "写到哪个目录" en "Directory to write to" }
}

messages! { "manual";
    // Headings.
    name() { zh "名称" en "NAME" }
    synopsis() { zh "用法" en "SYNOPSIS" }
    description() { zh "说明" en "DESCRIPTION" }
    exit_status() { zh "退出码" en "EXIT STATUS" }
    environment() { zh "环境变量" en "ENVIRONMENT" }
    files() { zh "文件" en "FILES" }
    see_also() { zh "参见" en "SEE ALSO" }
    book() { zh "hanqing 手册" en "hanqing manual" }

    // Exit status.
    done() { zh "做完了，没有问题。" en "Done, and nothing is wrong." }
    failed() {
        zh "没有做成，或者查出了问题；原因写在标准错误输出上。"
        en "Not done, or something was found to be wrong; standard error says what."
    }
    refused() {
        zh "命令行或配置不对，什么也没有做。守护进程以此退出的，systemd 不再重新启动它。"
        en "The arguments or the configuration cannot be used, and nothing was done. systemd does not start a daemon again that has \
            ended with it."
    }

    // Environment.
    lang() {
        zh "显示的语言，`zh` 或 `en`；命令行的 `--lang` 优先。都没有的，依次看配置里的 `lang` 和环境变量 `LC_ALL`、`LC_MESSAGES`、`LANG`。"
        en "The language of what is shown, `zh` or `en`; `--lang` goes first. Without both, `lang` in the configuration says it, then `LC_ALL`, \
            `LC_MESSAGES` and `LANG`."
    }
    log() {
        zh "日志写多细：`error`、`warn`、`info`、`debug` 或 `trace`，也可以只对程序的一部分，如 `hanqing::mqtt=debug`。"
        en "How much is logged: `error`, `warn`, `info`, `debug` or `trace`, also for a part of the program only, as in `hanqing::mqtt=debug`."
    }
    setting() {
        zh "覆盖配置文件里的一个设置项：`HANQING__MQTT__URL` 即 `mqtt.url`。命令行的 `--set` 优先。"
        en "Overrides one setting of the configuration: `HANQING__MQTT__URL` stands for `mqtt.url`. `--set` goes first."
    }
    wording() {
        zh "本单位自己的用词所在的目录，代替 `/etc/hanqing/locales`。"
        en "The folder of an office's own wording, in place of `/etc/hanqing/locales`."
    }

    // Files.
    edge_file() { zh "网关的配置。" en "The configuration of a gateway." }
    hub_file() { zh "中心端的配置。" en "The configuration of the hub." }
    township_file() {
        zh "乡镇的水源、泵站和村，`hub.toml` 里指明。"
        en "The township's water sources, pumps and villages; `hub.toml` names it."
    }
    parts() {
        zh "按文件名的次序覆盖配置的各部分：`NAME` 为 `edge` 或 `hub`。"
        en "Parts that lie over a configuration, in the order of their names: `NAME` is `edge` or `hub`."
    }
    spool() { zh "网关的本地缓存，由 `spool.path` 指定。" en "A gateway's spool, where `spool.path` says so." }
    socket() {
        zh "`hanqing status` 等命令由此询问运行中的网关。"
        en "By it `hanqing status` and other commands ask a running gateway."
    }
    store() { zh "中心端的数据库，由 `store.path` 指定。" en "The hub's store, where `store.path` says so." }
    ledger() { zh "台账，由 `ledger.path` 指定。" en "The ledger, where `ledger.path` says so." }
    users() {
        zh "谁可以登录，以及操作记录，由 `web.users` 指定。"
        en "Who may sign in, and the record of who did what, where `web.users` says so."
    }
    locales_folder() { zh "本单位自己的用词。" en "An office's own wording." }

    // The command.
    written(pages, shells, directory) {
        zh "手册页 {pages} 个、补全脚本 {shells} 个，在 {directory}"
        en "manual pages: {pages}, completions: {shells}, in {directory}"
    }
    epoch_rule() {
        zh "应为 1970 年以来的秒数，如 1767225600"
        en "must be seconds since 1970, such as 1767225600"
    }
    epoch_wrong(value, rule) {
        zh "环境变量 SOURCE_DATE_EPOCH 不能是 `{value}`：{rule}"
        en "SOURCE_DATE_EPOCH cannot be `{value}`: {rule}"
    }
}
