//! Quality flags and their tests.

messages! { "quality";
    limits() {
        zh "应为 `[可疑]` 或 `[可疑, 不合格]`"
        en "must be [suspect] or [suspect, fail]"
    }
}
