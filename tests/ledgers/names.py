"""Names of villages, crops and items as offices write them."""

from kit import asked, book, either, entry, line, refused, taken

G = "Names"
DAY = "2022-09-05"


def area(crop, village="仙坪村", item="受灾面积", number=1):
    return line(item, 10, "亩", DAY, village=village, crop=crop, document=f"表 {number}")


def areas(*crops, code="area_affected", village="xianping"):
    return [entry(code, 10, DAY, village, crop, f"表 {number}") for number, crop in enumerate(crops)]


taken(G, "villages-short.xlsx", "仙坪 for 仙坪村", book([line(village="仙坪"), line(village="塘背", document="油票 2")]),
      [entry("gasoline", 120, DAY, "xianping", document="油票 001"), entry("gasoline", 120, DAY, "tangbei", document="油票 2")])
taken(G, "villages-with-committee.xlsx", "仙坪村委会, 仙坪行政村, 清源乡仙坪村", book(
    [line(village="仙坪村委会"), line(village="仙坪行政村", document="2"), line(village="清源乡仙坪村", document="3")]),
    [entry("gasoline", 120, DAY, "xianping", document=d) for d in ("油票 001", "2", "3")])
taken(G, "villages-spaced.xlsx", "仙 坪 村", book([line(village="仙 坪 村")]), [entry("gasoline", 120, DAY, "xianping")])
taken(G, "villages-by-id.xlsx", "xianping", book([line(village="xianping")]), [entry("gasoline", 120, DAY, "xianping")])
asked(G, "village-typo.xlsx", "仙平村, one character wrong", book([line(village="仙平村")]), "F2", "仙坪村",
      [(["--as", "仙平村=仙坪村"], [entry("gasoline", 120, DAY, "xianping")])])
refused(G, "village-of-elsewhere.xlsx", "a village of another township", book([line(village="下洋村")]), "F2", "the township has no such village")
refused(G, "two-villages.xlsx", "东门、仙坪 in one cell", book([line(village="东门、仙坪")]), "F2", "a row for each village")
taken(G, "whole-township.xlsx", "全乡 for the village", book([line("省级财政拨款", 12, "万元", village="全乡")]), [entry("funds_province", 120000, DAY)])
taken(G, "township-by-name.xlsx", "清源乡 for the village", book([line("省级财政拨款", 12, "万元", village="清源乡")]), [entry("funds_province", 120000, DAY)])
taken(G, "crops-by-name.xlsx", "crops by their names", book([area("水稻", number=0), area("白莲", number=1), area("槟榔芋", number=2)]),
      areas("rice", "lotus", "taro"))
taken(G, "crop-seed.xlsx", "制种 for 杂交水稻制种", book(
    [area("制种", number=0)]), areas("seed-rice"))
either(G, "crop-late-rice.xlsx", "晚稻 where the township has 水稻", book([area("晚稻", number=0)]), areas("rice"))
either(G, "crop-early-rice.xlsx", "早稻 where the township has 水稻", book([area("早稻", number=0)]), areas("rice"))
asked(G, "crop-late-rice-said.xlsx", "晚稻 with what it means", book([area("晚稻", number=0)]), "G2", [],
      [(["--as", "晚稻=水稻"], areas("rice"))], rows=areas("rice"))
refused(G, "crop-of-elsewhere.xlsx", "a crop that the township does not have", book([area("烟叶")]), "G2", "the township has no such crop")
either(G, "crop-rice-short.xlsx", "稻 for 水稻", book([area("稻")]), [entry("area_affected", 10, DAY, "xianping", "rice", "表 1")])
refused(G, "crop-none.xlsx", "其他作物", book([area("其他作物")]), "G2", "no such crop")
for number, (text, code, value, unit) in enumerate([
        ("抗旱用汽油", "gasoline", 10, "升"), ("使用汽油", "gasoline", 10, "升"), ("柴油用量", "diesel", 10, "升"),
        ("农作物受灾面积", "area_affected", 10, "亩"), ("作物绝收面积", "area_failed", 10, "亩"), ("受灾", "area_affected", 10, "亩"),
        ("群众自筹资金", "funds_raised", 10, "元"), ("省级拨款", "funds_province", 10, "元"), ("投入机电井", "wells_engaged", 10, "眼")]):
    either(G, f"item-{number}.xlsx", f"the item {text}", book([line(text, value, unit, crop="水稻" if unit == "亩" else None)]),
           [entry(code, value, DAY, "xianping", "rice" if unit == "亩" else "")])
taken(G, "item-with-unit.xlsx", "汽油（升）for the item", book([line("汽油（升）", 120, None)]), [entry("gasoline", 120, DAY, "xianping")])
refused(G, "item-two-units.xlsx", "汽油（升）in a row whose unit is 吨", book([line("汽油（升）", 2, "吨")]), "C2", "same unit")
asked(G, "item-own-word.xlsx", "an office's own word for an item", book([line("抽水机油料", 10, "升")]), "A2", "--as",
      [(["--as", "抽水机油料=柴油"], [entry("diesel", 10, DAY, "xianping")])])
refused(G, "item-typo.xlsx", "气油 for 汽油", book([line("气油")]), "A2", "汽油|gasoline")
refused(G, "item-fuel.xlsx", "油料, which is gasoline or diesel", book([line("油料")]), "A2", "--as")
refused(G, "item-money.xlsx", "财政拨款, of which state is not said", book([line("财政拨款", 12, "万元")]), "A2", "--as")
refused(G, "item-difficulty.xlsx", "饮水困难人数, of which the ledger has several", book([line("饮水困难人数", 12, "人")]), "A2", "--as")
taken(G, "short-names.xlsx", "short names of villages, items and crops together", book(
    [line(village="仙坪"), area("制种", "东门", number=2), line("抗旱用汽油", 5, document="油票 3")]),
    [entry("gasoline", 120, DAY, "xianping", document="油票 001"), entry("area_affected", 10, DAY, "dongmen", "seed-rice", "表 2"),
     entry("gasoline", 5, DAY, "xianping", document="油票 3")])
