//! The pages of rows as browsers ask for them.

use axum::http::StatusCode;

use crate::core::Role;
use crate::users::Deed;
use crate::web::test_kit::Kit;

fn was_asked(kit: &Kit) -> Vec<String> {
    kit.asked.lock().unwrap().clone()
}

const FIELDS: &str =
    "item=gasoline&value=760&unit=L&from=2022-08-05&to=&village=-&document=%3Cb%3E";

#[tokio::test]
async fn a_viewer_reads_the_list_and_a_row_and_is_offered_nothing_else() {
    let kit = Kit::new();
    let viewer = kit.session(Role::Viewer).await;
    let list = kit.get("/ledger?state=counts&person=%3C&page=1", Some(&viewer)).await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    assert!(list.body.contains("href=\"/ledger/rows/7\""), "{}", list.body);
    assert!(list.body.contains("加油票 &lt;17&gt;"), "{}", list.body);
    let older = "href=\"&#x2f;ledger?person=%3C&amp;state=counts&amp;page=2\"";
    assert!(list.body.contains(older), "{}", list.body);
    assert!(!list.body.contains("/ledger/enter"), "{}", list.body);
    let row = kit.get("/ledger/rows/7?notice=entered", Some(&viewer)).await;
    assert!(row.body.contains("760 &lt;b&gt;L"), "{}", row.body);
    assert!(!row.body.contains("登记为第 7 条"), "nobody has: {}", row.body);
    assert!(!row.body.contains("/correct"), "{}", row.body);
    let counts = kit.get("/ledger/rows/3", Some(&viewer)).await.body;
    assert!(
        counts.contains("第 4 条复核后由它取代") && !counts.contains("被第 4 条取代"),
        "{counts}"
    );
    for nothing in ["/ledger/rows/9", "/ledger/rows/x", "/ledger/rows/99999999999999999999"] {
        assert_eq!(
            kit.get(nothing, Some(&viewer)).await.status,
            StatusCode::NOT_FOUND,
            "{nothing}"
        );
    }
}

#[tokio::test]
async fn a_row_is_checked_before_it_is_saved_and_saved_as_it_was_shown() {
    let kit = Kit::new();
    let clerk = kit.session(Role::Recorder).await;
    let choose = kit.get("/ledger/enter?item=gasolin", Some(&clerk)).await;
    assert!(choose.body.contains("href=\"/ledger/enter?item=diesel\""), "{}", choose.body);
    let form = kit.get("/ledger/enter?item=gasoline", Some(&clerk)).await;
    assert!(form.body.contains("name=\"value\""), "{}", form.body);
    let wrong = kit.post("/ledger/enter", Some(&clerk), "item=gasoline&value=").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("aria-describedby=\"wrong-value\""), "{}", wrong.body);
    let shown = kit.post("/ledger/enter", Some(&clerk), FIELDS).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert!(shown.body.contains("2 &lt;t&gt;") && shown.body.contains("登记后"), "{}", shown.body);
    assert!(shown.body.contains("name=\"document\" value=\"&lt;b&gt;\""), "{}", shown.body);
    assert!(shown.body.contains("name=\"digest\" value=\"d1\""), "{}", shown.body);
    assert_eq!(was_asked(&kit), [""; 0]);
    let other = format!("{FIELDS}&step=save&digest=d0");
    let again = kit.post("/ledger/enter", Some(&clerk), &other).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("台账在这期间变了"), "{}", again.body);
    assert_eq!(was_asked(&kit), [""; 0]);
    let saved =
        kit.post("/ledger/enter", Some(&clerk), &format!("{FIELDS}&step=save&digest=d1")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let to = saved.header("location");
    assert!(to.starts_with("/ledger/rows/8?notice=entered."), "{to}");
    // The same notice on the page of another row says nothing.
    let other = to.replace("rows/8", "rows/7");
    assert!(!kit.get(&other, Some(&clerk)).await.body.contains("登记为第"), "{other}");
    assert_eq!(was_asked(&kit), ["Enter by 农业办 <b>recorder</b>"]);
    let record = kit.users.audit(None, 1).await.unwrap();
    assert_eq!((record[0].deed, &*record[0].detail), (Deed::RowEntered, "8: 汽油 760 L"));
}

#[tokio::test]
async fn whoever_corrects_second_is_told_who_was_first() {
    let kit = Kit::new();
    let clerk = kit.session(Role::Recorder).await;
    let late = kit.post("/ledger/rows/6/correct", Some(&clerk), FIELDS).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    assert!(late.body.contains("水利站 李某"), "{}", late.body);
    assert!(late.body.contains("href=\"/ledger/rows/7/correct\""), "{}", late.body);
    assert!(late.body.contains("别人先改了"), "{}", late.body);
    // Of one who sends it twice it is not said that somebody else was first.
    let twice = kit.post("/ledger/rows/5/correct", Some(&clerk), FIELDS).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "{}", twice.body);
    assert!(twice.body.contains("你已经登记过了"), "{}", twice.body);
    assert!(!twice.body.contains("别人先改了"), "{}", twice.body);
    assert!(twice.body.contains("href=\"/ledger/rows/7/correct\""), "{}", twice.body);
    assert_eq!(was_asked(&kit), [""; 0]);
    let withdrawn = format!("{FIELDS}&reason=x&step=save&digest=d1");
    let done = kit.post("/ledger/rows/7/withdraw", Some(&clerk), &withdrawn).await;
    let to = done.header("location");
    assert!(to.starts_with("/ledger/rows/8?notice=withdrawn."), "{to}");
    let record = kit.users.audit(None, 1).await.unwrap();
    assert_eq!(record[0].deed, Deed::RowCorrected);
}

#[tokio::test]
async fn rows_are_reviewed_by_those_who_may_and_others_are_told_who_that_is() {
    let kit = Kit::new();
    let clerk = kit.session(Role::Recorder).await;
    let seen = kit.get("/ledger/review", Some(&clerk)).await;
    assert!(seen.body.contains("可以复核的人：水利站 &lt;李&gt;"), "{}", seen.body);
    assert!(!seen.body.contains("type=\"checkbox\""), "{}", seen.body);
    let reviewer = kit.session(Role::Reviewer).await;
    let seen = kit.get("/ledger/review", Some(&reviewer)).await;
    assert!(seen.body.contains("name=\"row-7\""), "{}", seen.body);
    assert!(seen.body.contains("复核勾选的") && !seen.body.contains("登记后"), "{}", seen.body);
    let none = kit.post("/ledger/review", Some(&reviewer), "row-x=1&other=1").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = kit.post("/ledger/review", Some(&reviewer), "row-10=1&row-7=1&row-9=1").await;
    let to = done.header("location").to_owned();
    assert!(to.starts_with("/ledger/review?notice=2."), "{to}");
    let said = |body: &str| body.contains("class=\"info\" role=\"status\"");
    assert!(said(&kit.get(&to, Some(&reviewer)).await.body));
    let more = to.replace("notice=2.", "notice=200.");
    for forged in [more.as_str(), "/ledger/review?notice=2"] {
        assert!(!said(&kit.get(forged, Some(&reviewer)).await.body), "{forged}");
    }
    assert_eq!(was_asked(&kit), ["review [7, 9, 10] by 农业办 <b>reviewer</b>"]);
    let record = kit.users.audit(None, 1).await.unwrap();
    assert_eq!((record[0].deed, &*record[0].detail), (Deed::RowsReviewed, "7 10"));
    let own = kit.session(Role::Administrator).await;
    let seen = kit.get("/ledger/review", Some(&own)).await;
    assert!(seen.body.contains("your own") && !seen.body.contains("row-7"), "{}", seen.body);
}
