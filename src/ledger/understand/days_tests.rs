//! Days of a table: from its columns, its title and its sheet.

use super::*;

#[test]
fn the_day_of_filling_in_is_told_from_others() {
    for text in ["填报日期：2022年9月2日", "制表日期：2022年9月2日", "2022年9月11日填报"]
    {
        assert!(is_of_filling(text), "{text}");
    }
    for text in ["截止时间：2022年9月10日", "2022年9月10日填报人：黄某", "清源乡2022年8月旱情"]
    {
        assert!(!is_of_filling(text), "{text}");
    }
    assert!(is_bare("2022.9.11"));
    assert!(!is_bare("2022年8月"));
}
