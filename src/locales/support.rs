//! Clock, files and tasks.

messages! { "support";
    // Tasks.
    task_failed(name) { zh "任务“{name}”失败" en "{name} failed" }
    task_ended(name) { zh "任务“{name}”自行结束" en "{name} ended without being asked to" }
    task_panicked(why) { zh "有任务崩溃：{why}" en "a task panicked: {why}" }
    tasks_hang(seconds, names) {
        zh "要求结束后过了 {seconds} 秒仍未结束：{names}"
        en "did not end within {seconds} s of being asked to: {names}"
    }
    thread_gone() { zh "负责这项工作的线程已经结束" en "the thread that does this work has ended" }

    // Files.
    no_regular_file() {
        zh "不是普通文件，而是文件夹、管道或设备：请给出一个文件"
        en "it is no regular file but a directory, a pipe or a device: give a file"
    }
    file_read_only() { zh "文件是只读的" en "the file is read-only" }

    // Why the machine's time is not trusted.
    clock_absurd(offered, earliest, latest) {
        zh "本机时钟显示 {offered}，不在 {earliest} 到 {latest} 之间：请检查时间服务"
        en "the machine's clock shows {offered}, outside {earliest} to {latest}: check its time service"
    }
    clock_forbidden() {
        zh "系统不让本程序查询时间服务是否已校时，因此读数一直按时钟未校准处理；系统调用过滤须放行 `adjtimex`、`clock_adjtime` 和 `clock_adjtime64`，\
            本机时钟可靠的，也可以写 `clock.trust = \"always\"`"
        en "the system does not let this program ask whether a time service has set the clock, so it counts as not set: let the filter of \
            system calls pass adjtimex, clock_adjtime and clock_adjtime64, or set clock.trust = \"always\" where the clock is known to be right"
    }
    clock_jump(offered, used, minutes, trusted_min) {
        zh "本机时钟显示 {offered}，而不是 {used}：相差超过 {minutes} 分钟，最早 {trusted_min} 分钟后才采信"
        en "the machine's clock shows {offered} instead of {used}: over {minutes} min off, so it is trusted after \
            {trusted_min} min at the earliest"
    }
}
