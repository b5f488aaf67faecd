//! What every command says: usage, errors of arguments, exit.

pub(crate) use super::config::{must_be_number as number, must_be_whole as whole_number};

messages! { "cli";
    // The parts of a help screen.
    usage() { zh "用法：" en "Usage: " }
    commands() { zh "命令：" en "Commands:" }
    arguments() { zh "参数：" en "Arguments:" }
    options() { zh "选项：" en "Options:" }
    heading(name) { zh "{name}：" en "{name}:" }
    options_placeholder() { zh "[选项]" en "[OPTIONS]" }
    command_placeholder() { zh "命令" en "COMMAND" }
    note(text) { zh "（{text}）" en " ({text})" }
    default(value) { zh "默认 {value}" en "default {value}" }
    values(values) { zh "可选 {values}" en "values: {values}" }

    // What clap refuses.
    unknown_option(option) { zh "没有 `{option}` 这个选项" en "there is no option `{option}`" }
    unexpected_argument(argument) { zh "多出参数 `{argument}`" en "unexpected argument `{argument}`" }
    unknown_command(command) { zh "没有 `{command}` 这条命令" en "there is no command `{command}`" }
    command_missing(command) { zh "`{command}` 后面要跟一条命令" en "`{command}` needs a command" }
    missing(arguments) { zh "缺少 {arguments}" en "missing: {arguments}" }
    and_either(needed, choice) { zh "{needed}，以及 {choice}" en "{needed}, and either {choice}" }
    either(one, other) { zh "{one} 或 {other}" en "{one} or {other}" }
    value_missing(argument) { zh "`{argument}` 要给出值" en "`{argument}` needs a value" }
    unknown_value(argument, value) {
        zh "`{argument}` 不能是 `{value}`"
        en "`{argument}` cannot be `{value}`"
    }
    wrong_value(argument, value, rule) {
        zh "`{argument}` 不能是 `{value}`：{rule}"
        en "`{argument}` cannot be `{value}`: {rule}"
    }
    given_twice(argument) { zh "`{argument}` 只能给一次" en "`{argument}` may be given only once" }
    conflict(argument, others) {
        zh "`{argument}` 不能与 {others} 同时使用"
        en "`{argument}` cannot be used together with {others}"
    }
    conflict_unknown(argument) {
        zh "`{argument}` 与其他参数不能同时使用"
        en "`{argument}` cannot be used together with the other arguments"
    }
    one_value_too_many(argument, value) {
        zh "`{argument}` 后面多出一个值 `{value}`"
        en "`{argument}` has a value too many: `{value}`"
    }
    too_few_values(argument, least, given) {
        zh "`{argument}` 至少要 {least} 个值，只给了 {given} 个"
        en "`{argument}` needs {least} values or more; given: {given}"
    }
    wrong_number_of_values(argument, right, given) {
        zh "`{argument}` 要 {right} 个值，给了 {given} 个"
        en "`{argument}` needs {right} values; given: {given}"
    }
    no_equals(argument) {
        zh "`{argument}` 与值之间要用等号"
        en "`{argument}` and its value need an equals sign between them"
    }
    not_unicode() { zh "参数里有不是 UTF-8 的字符" en "an argument is not UTF-8" }
    unusable_arguments() { zh "参数不对" en "the arguments cannot be used" }
    see_help(command) { zh "用法详见 `{command} --help`" en "`{command} --help` explains the usage" }

    // What is logged.
    log_level_unknown(variable, asked) {
        zh "环境变量 `{variable}` 的值 `{asked}` 不对，没有采用：应为 `error`、`warn`、`info`、`debug`、`trace` 或 `off`，\
            只对一个模块的写成 `模块=级别`，用逗号隔开"
        en "the environment variable {variable} cannot be `{asked}`, which is ignored: give error, warn, info, debug, trace or off, \
            and module=level for one module, with commas between them"
    }

    // Values of options.
    whole_number_too_large() { zh "数太大" en "the number is too large" }
    whole_number_too_small() { zh "数太小" en "the number is too small" }
    day() { zh "应为日期，如 2022-08-01" en "must be a day, such as 2022-08-01" }
    setting() {
        zh "应写成 `设置项=值`，如 `mqtt.url=mqtt://127.0.0.1:1883`"
        en "KEY=VALUE, such as mqtt.url=mqtt://127.0.0.1:1883"
    }
    speed() {
        zh "应为 0.001 到 1000000 的天数，或 0"
        en "a number of days from 0.001 to 1000000, or 0"
    }

    // check
    warning(what) { zh "提醒：{what}" en "warning: {what}" }
    no_time_service(minutes) {
        zh "没有时间服务给本机校时。如果这台机器就是网关：读数要等校时，最多等连接满 {minutes} 分钟，此后标为可疑发送；请启用 `systemd-timesyncd` 或 \
            `chrony`，本机有电池时钟或卫星授时的，设 `clock.trust = \"always\"`"
        en "no time service has set this machine's clock. If it is the gateway, readings wait for the time, for {minutes} min of \
            connection at most, and are then sent as suspect: run systemd-timesyncd or chrony, or set clock.trust = \"always\" where a \
            battery or GPS keeps the clock right"
    }
    with_environment(names) {
        zh "已计入环境变量 {names}；服务用的是它自己的环境"
        en "with the environment variables {names}; a service has an environment of its own"
    }
    in_order(file, kind) { zh "{file}：{kind}，没有问题" en "{file}: {kind} in order" }

    broker_takes(url, version) {
        zh "`mqtt`：{url} 连得上，登录和订阅都被接受（MQTT {version}）"
        en "mqtt: {url} accepts connection, login and subscription (MQTT {version})"
    }
    broker_does_not(problem) { zh "`mqtt`：{problem}" en "mqtt: {problem}" }
    server(what) { zh "`store.server`：{what}" en "store.server: {what}" }

    // reload
    configuration_not_taken() {
        zh "新配置有误，没有采用；仍按原来的配置运行"
        en "the new configuration was not taken; running on with the one before"
    }

    // demo
    ledger_unreadable(path) { zh "{path} 读不了" en "cannot read {path}" }
    interrupted() { zh "已中断" en "interrupted" }
    still_serving(address) {
        zh "页面继续开放：{address} （Ctrl-C 结束）"
        en "still serving: {address}  (Ctrl-C ends it)"
    }
    demo_data(folder, config) {
        zh "{folder}  （数据；`hanqing report -c {config}`）"
        en "{folder}  (data; hanqing report -c {config})"
    }
    demo_result(polled, committed, verdict, gaps, seconds) {
        zh "采集读数 {polled} 个，入库 {committed} 个：{verdict}；缺批：{gaps}；用时 {seconds} 秒"
        en "readings polled {polled} = committed {committed}: {verdict}   gaps: {gaps}   {seconds} s"
    }
    none_lost() { zh "没有丢失" en "none lost" }
    lost() { zh "有丢失" en "LOST" }
    no_gaps() { zh "无" en "none" }

    // export
    source_missing() { zh "请给出 `--config` 或 `--spool`" en "give --config or --spool" }
}
