//! Tokens of programs, and the commands that make them.

messages! { "tokens";
    // What a token is good for.
    scope_read() { zh "数据" en "data" }
    scope_report() { zh "数据和统计指标" en "data and figures" }
    scope_operate() { zh "运行指标" en "metrics" }

    // `hanqing token make`.
    name_rule(most) {
        zh "名称由文字、数字、`-`、`_`、`.` 组成，以文字或数字开头，最长 {most} 字节"
        en "a name has letters, digits, -, _ and ., begins with a letter or digit, and has at most {most} bytes"
    }
    ends_before_today() { zh "`--until` 要是今天或以后" en "--until has to be today or later" }
    name_taken(name) {
        zh "已经有令牌 {name}：换个名称，或者先吊销它"
        en "there is a token {name} already: take another name, or revoke it first"
    }
    too_many(count) {
        zh "有效的令牌已有 {count} 个：先吊销不用的"
        en "{count} tokens are in force already: revoke those that nobody uses"
    }
    made(name, scope, until) {
        zh "令牌 {name}，可读{scope}，{until} 前有效："
        en "The token {name}, for {scope}, good until {until}:"
    }
    shown_once() {
        zh "只显示这一次，请存到只有那个程序能读的地方。用法："
        en "It is shown this once. Keep it where only that program can read it. To use it:"
    }

    // `hanqing token revoke` and `list`.
    revoked(name) { zh "令牌 {name} 已吊销" en "the token {name} is revoked" }
    revoked_before(name, at) { zh "令牌 {name} 已于 {at} 吊销" en "the token {name} was revoked {at}" }
    no_such_token(name, hint) { zh "没有令牌 {name}；{hint}" en "there is no token {name}; {hint}" }
    see_list() { zh "见 `hanqing token list`" en "see hanqing token list" }
    no_tokens() { zh "还没有令牌" en "there are no tokens" }
    head_name() { zh "名称" en "name" }
    head_scope() { zh "范围" en "scope" }
    head_made() { zh "生成" en "made" }
    head_until() { zh "有效期至" en "until" }
    head_used() { zh "最后使用" en "last used" }
    head_state() { zh "状态" en "state" }
    state_open() { zh "有效" en "in force" }
    state_ended() { zh "已过期" en "ended" }
    state_revoked(at) { zh "{at} 吊销" en "revoked {at}" }
}
