//! SQL as text.

/// `sql` without what stands between single quotes: what it does, whatever words it says.
pub fn without_literals(sql: &str) -> String {
    let outside: Vec<&str> = sql.split('\'').step_by(2).collect();
    outside.join("''")
}

#[cfg(test)]
mod tests {
    use super::without_literals;

    #[test]
    fn only_what_is_said_may_differ() {
        let trigger = "BEGIN SELECT RAISE(ABORT, 'no'); END";
        assert_eq!(without_literals(trigger), "BEGIN SELECT RAISE(ABORT, ''); END");
        assert_eq!(without_literals(trigger), without_literals(&trigger.replace("no", "not so")));
        for other in ["BEGIN SELECT 'no'; END", "BEGIN SELECT RAISE(IGNORE, 'no'); END"] {
            assert_ne!(without_literals(trigger), without_literals(other));
        }
        // A quote more does not hide what follows it.
        let longer = trigger.replace("no", "no'); DELETE FROM entry; SELECT ('");
        assert_ne!(without_literals(trigger), without_literals(&longer));
    }
}
