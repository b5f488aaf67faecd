# Stand-in for include/package.mk of OpenWrt's SDK: targets that run the recipe's steps.
PKG_BUILD_DIR:=$(WORK)/build
PKG_INSTALL_DIR:=$(WORK)/installed

define BuildPackage
package:
	$$(call Build/Prepare)
	$$(call Build/Compile)
	$$(call Package/$(1)/install,$$(WORK)/package)
compile:
	$$(call Build/Compile)
conffiles:
	@$$(foreach file,$$(Package/$(1)/conffiles),echo $$(file);)
endef
