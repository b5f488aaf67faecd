//! Readings in the formats of other people's systems: what is wrong with a format's settings.

messages! { "interop_out";
    // Placeholders and templates.
    no_placeholder(word) { zh "没有占位符 {word}" en "there is no placeholder {word}" }
    lone_brace() {
        zh "花括号不成对；要写花括号本身就写两个"
        en "a brace stands alone; a brace itself is written twice"
    }
    template_too_long(bytes, most) {
        zh "模板有 {bytes} 字节，最多 {most} 字节"
        en "the template has {bytes} bytes, at most {most} are allowed"
    }
    template_no_json(line, column) {
        zh "不是 JSON 文档（第 {line} 行第 {column} 列）"
        en "is no JSON document (line {line}, column {column})"
    }
    template_key_twice(line, column, key) {
        zh "第 {line} 行第 {column} 列：键 {key} 重复"
        en "line {line}, column {column}: the key {key} stands twice"
    }
    template_such_as() {
        zh "写成表，如 {{ t = \"{{time_ms}}\", v = \"{{value}}\" }}，或写成 JSON 文本"
        en "write a table, such as {{ t = \"{{time_ms}}\", v = \"{{value}}\" }}, or the text of a JSON document"
    }
    no_key(word) {
        zh "键里不能有 {word}：它随读数而变"
        en "a key cannot have {word}, which differs from reading to reading"
    }
    keys_collide(series) {
        zh "{series} 的两个键变得相同"
        en "two keys become the same for {series}"
    }
    series_collide(series, other) {
        zh "{series} 和 {other} 的消息分不开：主题和模板里没有区分它们的占位符"
        en "nothing tells messages of {series} from those of {other}, neither topic nor template"
    }
    name_the_series() {
        zh "在主题或模板里写上 {{station}} 和 {{parameter}}"
        en "put {{station}} and {{parameter}} into topic or template"
    }
    message_too_long(series, bytes, most) {
        zh "{series} 的一条数据有 {bytes} 字节，最多 {most} 字节"
        en "a message of {series} has {bytes} bytes, at most {most} are allowed"
    }

    // Topics.
    no_topic() {
        zh "不能有 + 和 #（通配符）、控制字符和不是字符的码位"
        en "must have no wildcard (+ and #), no control character and no code that is no character"
    }
    no_level() {
        zh "不能有 /、+、# 和控制字符"
        en "must have no /, + or # and no control character"
    }
    group_of_hosts(word) {
        zh "{word} 是 Sparkplug 主机报自己状态的地方，不能作组名"
        en "{word} is where hosts of Sparkplug say how they are, and can be no group"
    }
    topic_of_broker() {
        zh "以 $ 开头的主题是消息服务器自己的"
        en "topics that begin with $ are the broker's own"
    }
    topic_of_gateways(own) {
        zh "以 {own} 为第一级的主题是网关和中心端之间的"
        en "topics whose first level is {own} are for what gateways and hub say to each other"
    }
    topic_too_long(bytes, most) {
        zh "会长到 {bytes} 字节，最多 {most} 字节"
        en "can become {bytes} bytes long, at most {most} are allowed"
    }
    topic_such_as() { zh "如 `water/dongmen`" en "such as water/dongmen" }
    slash_at_ends() { zh "不能以 / 开头或结尾" en "must not begin or end with a slash" }
    remove_slash() { zh "删掉首尾的 /" en "remove the slash" }

    // Lines.
    not_sayable(most) {
        zh "应有 1 到 {most} 字节，不能有控制字符和反斜杠"
        en "must have 1 to {most} bytes, no control character and no backslash"
    }
    line_is_comment() {
        zh "不能以 # 开头：这样的行是注释"
        en "must not begin with #, which makes a line a comment"
    }
    tag_is_taken(name) { zh "标签 {name} 另有用处" en "the tag {name} has another use" }

    // Names of stations.
    no_such_station() { zh "本网关没有这个测站" en "this gateway has no such station" }
    no_name(most) {
        zh "最多 {most} 个字，不能有看不见的字符"
        en "must have at most {most} characters, and none that cannot be seen"
    }

    // The way out.
    shorten() { zh "写短一些" en "shorten it" }
    other_characters() { zh "换成别的字符" en "use other characters" }
    other_name() { zh "换一个名称" en "use another name" }
}
