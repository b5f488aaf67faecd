//! Tests of what an archive may cost.

use super::super::test_files::archive;
use super::*;

#[test]
fn tags_and_texts_are_counted_over_all_parts_and_readings() {
    let bytes = archive(&[("a.xml", "<a><b/>x</a>"), ("b.xml", "<b/>")]);
    let read = |archive: &mut Archive<'_>, name| {
        let mut xml = archive.xml(name).unwrap().unwrap();
        let mut count = 0;
        while xml.next()?.is_some() {
            count += 1;
        }
        Ok::<_, Problem>(count)
    };
    let mut archive = Archive::open(&bytes).unwrap();
    // Each end of a part counts, too.
    archive.events = 12;
    assert_eq!(read(&mut archive, "a.xml"), Ok(5));
    assert_eq!(read(&mut archive, "b.xml"), Ok(2));
    assert_eq!(read(&mut archive, "b.xml"), Ok(2));
    let refused = read(&mut archive, "b.xml").unwrap_err().to_string();
    assert!(refused.contains("tags"), "{refused}");
}
