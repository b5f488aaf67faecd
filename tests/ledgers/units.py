"""Units as offices write them: each that can be converted for sure is, each that sounds alike is refused."""

from kit import book, either, entry, line, refused, taken

G = "Units"
DAY = "2022-09-05"

# Item, its code, written value and unit, value in the ledger's unit. 0.74 and 0.84 kg/L: the middle of what is sold.
SURE = {
    "units-money.xlsx": ("money: 元, 万元, 千元, 亿元, 圆, 块", [
        ("群众自筹", "funds_raised", 480, "元", 480), ("群众自筹", "funds_raised", 4.8, "万元", 48000), ("群众自筹", "funds_raised", 48, "千元", 48000),
        ("群众自筹", "funds_raised", 0.0048, "亿元", 480000), ("群众自筹", "funds_raised", 48, "圆", 48)]),
    "units-area.xlsx": ("areas: 亩, 万亩, 公顷, 千公顷, ha, hm2, hm², 平方公里", [
        ("受灾面积", "area_affected", 12, "亩", 12), ("受灾面积", "area_affected", 0.12, "万亩", 1200), ("受灾面积", "area_affected", 2, "公顷", 30),
        ("受灾面积", "area_affected", 0.02, "千公顷", 300), ("受灾面积", "area_affected", 3, "ha", 45), ("受灾面积", "area_affected", 4, "hm2", 60),
        ("受灾面积", "area_affected", 5, "hm²", 75), ("受灾面积", "area_affected", 0.1, "平方公里", 150)]),
    "units-electricity.xlsx": ("electricity: 度, 万度, 千瓦时, 万千瓦时, 千瓦·时, kW·h, KWH, kwh", [
        ("未装表用电", "electricity_declared", 48, "度", 48), ("未装表用电", "electricity_declared", 1.1, "万度", 11000),
        ("未装表用电", "electricity_declared", 49, "千瓦时", 49), ("未装表用电", "electricity_declared", 1.2, "万千瓦时", 12000),
        ("未装表用电", "electricity_declared", 50, "千瓦·时", 50), ("未装表用电", "electricity_declared", 51, "kW·h", 51),
        ("未装表用电", "electricity_declared", 52, "KWH", 52), ("未装表用电", "electricity_declared", 53, "kwh", 53)]),
    "units-water.xlsx": ("water: 立方米, 方, 万方, 万m³, m³, m3, 吨", [
        ("拉水送水量", "water_carried", 31, "立方米", 31), ("拉水送水量", "water_carried", 32, "方", 32), ("拉水送水量", "water_carried", 0.3, "万方", 3000),
        ("拉水送水量", "water_carried", 0.4, "万m³", 4000), ("拉水送水量", "water_carried", 33, "m³", 33), ("拉水送水量", "water_carried", 34, "m3", 34),
        ("拉水送水量", "water_carried", 35, "吨", 35)]),
    "units-counts.xlsx": ("counts: 口 of wells, 台 of sets, 台（套）, 台(套), 台/套, 台套, 套, 万台套, 万人, 万头", [
        ("投入抗旱机电井", "wells_engaged", 691, "口", 691), ("未装表抗旱设备", "equipment_declared", 7, "台（套）", 7),
        ("未装表抗旱设备", "equipment_declared", 8, "台(套)", 8), ("未装表抗旱设备", "equipment_declared", 9, "台/套", 9),
        ("未装表抗旱设备", "equipment_declared", 10, "台套", 10), ("未装表抗旱设备", "equipment_declared", 11, "套", 11),
        ("未装表抗旱设备", "equipment_declared", 0.0012, "万台套", 12), ("解决饮水困难人口", "persons_relieved", 0.31, "万人", 3100),
        ("因旱饮水困难大牲畜（当前）", "livestock_short", 0.038, "万头", 380)]),
    "units-grain.xlsx": ("grain: 吨, 万吨, 公斤, 斤", [
        ("粮食因旱损失", "grain_lost", 12, "吨", 12), ("粮食因旱损失", "grain_lost", 0.011, "万吨", 110), ("粮食因旱损失", "grain_lost", 900, "公斤", 0.9),
        ("粮食因旱损失", "grain_lost", 500, "斤", 0.25)]),
    "units-fuel.xlsx": ("fuel: 升, L, 万升", [
        ("汽油", "gasoline", 71, "升", 71), ("柴油", "diesel", 72, "L", 72), ("柴油", "diesel", 0.2, "万升", 2000)]),
}
CROPPED = {"area_affected"}


def day_of(number):
    """A day for each row: of one day, only one row of a survey counts."""
    return f"2022-09-{number + 5:02}"


for file, (what, rows) in SURE.items():
    taken(G, file, what, book([
        line(item, value, unit, day_of(number), village="塘背村" if code != "funds_raised" else None, crop="水稻" if code in CROPPED else None,
             document=f"单 {number}")
        for number, (item, code, value, unit, _) in enumerate(rows)]),
        [entry(code, made, day_of(number), "tangbei" if code != "funds_raised" else "", "rice" if code in CROPPED else "", f"单 {number}")
         for number, (_, code, _, _, made) in enumerate(rows)])
taken(G, "units-fuel-tonnes.xlsx", "tonnes of gasoline and diesel, by density", book(
    [line("汽油", 1, "吨", document="单 1"), line("柴油", 5.33, "吨", document="单 2"), line("柴油", 420, "公斤", document="单 3")]),
    [entry("gasoline", 1000 / 0.74, DAY, "xianping", document="单 1"), entry("diesel", 5330 / 0.84, DAY, "xianping", document="单 2"),
     entry("diesel", 500, DAY, "xianping", document="单 3")])
either(G, "units-lorries.xlsx", "机动运水车辆 in 台", book([line("机动运水车辆", 178, "台")]), [entry("water_trucks", 178, DAY, "xianping")])
for name, what, item, value, unit, way in [
    ("lorries-times", "机动运水车辆 in 台次, which is no number of lorries", "机动运水车辆", 700, "台次", "辆"),
    ("persons-times", "投入抗旱人数 in 万人次, which is no number of persons", "投入抗旱人数", 2, "万人次", "人"),
    ("area-in-yuan", "受灾面积 in 元", "受灾面积", 2, "元", "亩"),
    ("fuel-in-boxes", "汽油 in 桶", "汽油", 2, "桶", "L"),
    ("area-times", "受灾面积 in 亩次", "受灾面积", 2, "亩次", "亩"),
]:
    refused(G, f"unit-{name}.xlsx", what, book([line(item, value, unit, crop="水稻" if item == "受灾面积" else None)]), "C2", way)
refused(G, "units-all.xlsx", "one sheet with every unit, 台次 of lorries among them", book(
    [line("群众自筹", 48, "千元", village=None), line("机动运水车辆", 700, "台次"), line("受灾面积", 2, "hm2", crop="水稻")]), "C3", "辆")
