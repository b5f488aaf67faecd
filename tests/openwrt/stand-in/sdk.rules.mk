# Stand-in for rules.mk of OpenWrt's SDK: the macros that the recipe uses, as OpenWrt documents them.
INSTALL_DIR:=install -d -m0755
INSTALL_BIN:=install -m0755
INSTALL_CONF:=install -m0600
INSTALL_DATA:=install -m0644
CP:=cp -fpR
