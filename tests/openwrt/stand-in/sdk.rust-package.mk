# Stand-in for lang/rust/rust-package.mk of OpenWrt's feed of packages: prints what it would have cargo do.
RUST_ARCH_DEPENDS:=@x86_64
define Build/Compile/Cargo
@echo cargo install --profile $(CARGO_PKG_PROFILE) --features $(RUST_PKG_FEATURES) --locked $(2)
endef
RustBinPackage=
