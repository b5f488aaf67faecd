//! The spool of a gateway.

pub(crate) use super::core::io_full as disk_full;

messages! { "spool";
    cannot_open(path) {
        zh "本地缓存 {path} 打不开（所在目录必须存在并且可写）"
        en "cannot open the spool {path} (its directory must exist and be writable)"
    }
    cannot_read(path) {
        zh "本地缓存 {path} 读不了；请给出网关配置里的 `spool.path`，并以有权读它的用户运行"
        en "cannot read the spool {path}; give spool.path of the gateway's configuration, as a user who may read it"
    }
    other_layout(path, found, known) {
        zh "本地缓存 {path} 的结构版本是 {found}，本程序只认到 {known}；请换回写下它的程序版本。要留用本版本，先用那个版本把数据发完（`hanqing status`）或带出（`hanqing export --spool`），再移走这个文件：会另建新的，其中没有发出的读数就留下了"
        en "the spool {path} has layout {found}, this program knows {known}; install the version again that made it. To stay \
            with this one, let that version send everything (hanqing status) or carry it out (hanqing export --spool) and then \
            move the file away: a new one begins, and readings in it that were not sent stay behind"
    }
    other_owner(path, owner) {
        zh "本地缓存 {path} 属于网关 {owner}；每个网关要有自己的本地缓存"
        en "the spool {path} belongs to gateway {owner}; give each gateway a spool of its own"
    }
    no_spool(path) {
        zh "{path} 是别的文件，不是本地缓存，没有动它；请改正 `spool.path`，写一个还没有的文件"
        en "{path} is a file of something else and no spool, and is left as it is; correct spool.path: name a file that is \
            not there yet"
    }
    is_no_spool() {
        zh "已有这个文件，但不是本地缓存"
        en "is there already, and is no spool"
    }
    name_new_file() {
        zh "写一个还没有的文件，如 `/var/lib/hanqing/spool.db`"
        en "name a file that is not there yet, such as /var/lib/hanqing/spool.db"
    }
    not_ours(path, owner, folder) {
        zh "本地缓存的 {path} 属于用户 {owner}，运行网关的用户无权读写：请以 root 运行 `chown -R hanqing:hanqing {folder}`（`hanqing` 是服务的用户）"
        en "{path} of the spool belongs to {owner}, and the gateway's user may not read and write it: as root, run \
            chown -R hanqing:hanqing {folder} (hanqing is the service's user)"
    }
    failed() { zh "本地缓存出错" en "the spool failed" }
    cannot_quarantine(path) {
        zh "本地缓存 {path} 已损坏，又无法改名"
        en "the spool {path} is damaged and cannot be renamed"
    }
    cannot_carry(path) {
        zh "本地缓存的文件已被删除，无法另建 {path}"
        en "the spool's file was deleted, and {path} cannot be made for it"
    }
    closed() { zh "本地缓存已关闭" en "the spool is closed" }

    // Why it cannot be written.
    read_only() { zh "文件系统只读" en "the file system is read-only" }
    device() { zh "存储设备故障" en "the storage device fails" }
    gone() { zh "文件已被删除，又无法另建" en "its file was deleted, and no new one can be made" }
    exchanged() {
        zh "它的位置上放了另一个文件；请把那个文件移走，网关随即把全部数据写回原处"
        en "another file lies in its place; move that one away, and the gateway puts everything back there"
    }
    other_trouble() { zh "写入失败" en "writing fails" }
}
