# Stand-in for OpenWrt's /lib/functions.sh, which cannot be had from Debian, PyPI, npm or crates.io: only what the package uses of it, as
# OpenWrt documents it. Settings are read by the real uci and its uci.sh.
# shellcheck shell=dash disable=SC2013,SC2034
# shellcheck source=/dev/null
. /lib/uci.sh

# uci.sh defines what a line of `uci export` means; this reads a file of settings.
uci_load() {
    CONFIG_SECTIONS=
    eval "$(/sbin/uci -n export "$1" 2>/dev/null)"
}

group_exists() { grep -qs "^$1:" /etc/group; }
user_exists() { grep -qs "^$1:" /etc/passwd; }

next_id() { # file
    awk -F: 'BEGIN { n = 32768 } $3 >= n && $3 < 65000 { n = $3 + 1 } END { print n }' "$1"
}

group_add_next() {
    local gid
    gid=$(next_id /etc/group)
    echo "$1:x:$gid:" >> /etc/group
    echo "$gid"
}

user_add() { # name, uid, gid, description, home, shell
    echo "$1:x:${2:-$(next_id /etc/passwd)}:$3:$4:$5:$6" >> /etc/passwd
}

group_add_user() { # group, user
    awk -F: -v OFS=: -v group="$1" -v user="$2" '
        $1 == group && "," $4 "," !~ "," user "," { $4 = ($4 == "" ? user : $4 "," user) }
        { print }' /etc/group > /etc/group.new
    mv /etc/group.new /etc/group
}

# The steps of a package, in the order of OpenWrt's.
default_postinst() {
    local name file
    name=$(basename "${1%.*}")
    sed -n 's/^Require-User: *//p' "/usr/lib/opkg/info/$name.control" | while IFS=: read -r user group; do
        group_exists "$group" || group_add_next "$group" >/dev/null
        user_exists "$user" || user_add "$user" '' "$(awk -F: -v group="$group" '$1 == group { print $3 }' /etc/group)" "$user" "/var/run/$user" /bin/false
    done
    for file in $(grep '^/etc/uci-defaults/' "/usr/lib/opkg/info/$name.list"); do
        ( cd /etc/uci-defaults && . "$file" ) && rm -f "$file"
    done
    uci commit
    for file in $(grep '^/etc/init.d/' "/usr/lib/opkg/info/$name.list"); do
        "$file" enable
        "$file" start
    done
}

default_prerm() {
    local name file
    name=$(basename "${1%.*}")
    for file in $(grep '^/etc/init.d/' "/usr/lib/opkg/info/$name.list"); do
        "$file" disable
        "$file" stop
    done
}
