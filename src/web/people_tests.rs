//! Signing in, first passwords, persons and the record, as browsers and as forgers ask for them.

use axum::http::{Method, StatusCode};

use super::test_kit::{Answer, Kit, asked, id_of, password_of};
use crate::core::Role;

/// A browser in which nobody has signed in: its cookie, which the sign-in page has set.
async fn guest(kit: &Kit) -> String {
    let page = kit.get("/sign-in", None).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let cookie = page.cookies().into_iter().find(|cookie| cookie.starts_with("hanqing-form="));
    let cookie = cookie.expect("the page sets its token");
    let token = cookie.strip_prefix("hanqing-form=").unwrap();
    assert!(token.len() == 64 && page.body.contains(token), "the form carries it");
    assert!(page.header("set-cookie").contains("HttpOnly; SameSite=Lax"));
    cookie
}

async fn sign_in(kit: &Kit, cookie: &str, token: &str, fields: &str) -> Answer {
    let body = format!("form_token={token}&{fields}");
    kit.ask(asked(Method::POST, "/sign-in", None, &[("cookie", cookie)], &body)).await
}

fn token_of(cookie: &str) -> &str {
    cookie.split_once('=').unwrap().1
}

fn form(text: &str) -> String {
    super::guard::encoded(text)
}

#[tokio::test]
async fn a_person_signs_in_and_is_led_on() {
    let kit = Kit::new();
    kit.session(Role::Reviewer).await;
    let cookie = guest(&kit).await;
    let password = form(&password_of(Role::Reviewer));
    let fields = format!("person=+Reviewer+&password={password}&next=%2Fpumps%3Frange%3D7d");
    let answer = sign_in(&kit, &cookie, token_of(&cookie), &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.header("location"), "/pumps?range=7d");
    let cookies = answer.cookies();
    let session = cookies.iter().find(|cookie| cookie.starts_with("hanqing=")).unwrap();
    assert!(cookies.contains(&"hanqing-form=".into()), "{cookies:?}");
    let headers = [("cookie", session.as_str())];
    let overview = kit.ask(asked(Method::GET, "/api/overview", None, &headers, "")).await;
    assert_eq!(overview.status, StatusCode::OK);
    // Who has signed in is led on from the sign-in page, to paths of ours.
    let path = "/sign-in?next=//evil.example";
    let page = kit.ask(asked(Method::GET, path, None, &headers, "")).await;
    assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/"));
}

#[tokio::test]
async fn nobody_is_told_whether_it_was_the_name_or_the_password() {
    let kit = Kit::new();
    kit.session(Role::Viewer).await;
    let cookie = guest(&kit).await;
    let mut said = Vec::new();
    for person in ["viewer", "nobody", "recorder"] {
        let fields = format!("person={person}&password=wrong-as-it-is");
        let answer = sign_in(&kit, &cookie, token_of(&cookie), &fields).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(!answer.cookies().iter().any(|cookie| cookie.starts_with("hanqing=")));
        said.push(answer.body.replace(person, "…"));
    }
    assert!(said[0].contains("用户名或密码不对"), "{}", said[0]);
    assert!(said.iter().all(|body| *body == said[0]), "{said:?}");
}

#[tokio::test]
async fn who_tries_too_often_is_told_how_long_to_wait() {
    let kit = Kit::new();
    kit.session(Role::Viewer).await;
    let cookie = guest(&kit).await;
    for _ in 0..100 {
        let fields = "person=viewer&password=wrong-as-it-is";
        let answer = sign_in(&kit, &cookie, token_of(&cookie), fields).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.body.contains("分钟再试"), "{}", answer.body);
            assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
            return;
        }
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    panic!("a hundred wrong passwords were tried");
}

#[tokio::test]
async fn another_site_cannot_sign_a_browser_in() {
    let kit = Kit::new();
    kit.session(Role::Viewer).await;
    let cookie = guest(&kit).await;
    let other = guest(&kit).await;
    let twice = format!("{cookie}; {cookie}");
    let fields = format!("person=viewer&password={}", form(&password_of(Role::Viewer)));
    for (cookie, token) in [
        ("", token_of(&cookie)),
        ("", ""),
        ("hanqing-form=", ""),
        ("hanqing-form=a", "a"),
        (cookie.as_str(), ""),
        (cookie.as_str(), token_of(&other)),
        (cookie.as_str(), &token_of(&cookie)[1..]),
        (twice.as_str(), token_of(&cookie)),
    ] {
        let answer = sign_in(&kit, cookie, token, &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{cookie} {token}");
        assert!(!answer.cookies().iter().any(|cookie| cookie.starts_with("hanqing=")));
    }
    let body = format!("form_token={}&{fields}", token_of(&cookie));
    for origin in ["", "null", "http://evil.example"] {
        let headers = [("cookie", cookie.as_str()), ("origin", origin)];
        let answer = kit.ask(asked(Method::POST, "/sign-in", None, &headers, &body)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
    }
}

#[tokio::test]
async fn a_password_of_a_megabyte_is_not_even_read() {
    let kit = Kit::new();
    kit.session(Role::Viewer).await;
    let cookie = guest(&kit).await;
    let long = "a".repeat(1 << 20);
    let fields = format!("person=viewer&password={long}");
    let answer = sign_in(&kit, &cookie, token_of(&cookie), &fields).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Whatever is shorter than a form but longer than a password is a wrong one.
    let fields = format!("person=viewer&password={}", &long[..60_000]);
    let answer = sign_in(&kit, &cookie, token_of(&cookie), &fields).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn script_in_a_field_is_text() {
    let kit = Kit::new();
    let session = kit.session(Role::Administrator).await;
    let cookie = guest(&kit).await;
    let script = "\"><script>alert(1)</script><b a='";
    let fields = format!("person={0}&password={0}&next={0}", form(script));
    let answer = sign_in(&kit, &cookie, token_of(&cookie), &fields).await;
    let path = format!("/sign-in?next={}", form(script));
    for body in [answer.body, kit.get(&path, None).await.body] {
        assert!(!body.contains("<script>alert") && !body.contains("<b a="), "{body}");
    }
    // Names of persons, as the configuration has them, and what the record tells.
    let detail = script.to_owned();
    let deed = crate::users::Deed::NoteMade;
    kit.users.note(script.into(), None, deed, detail).await.unwrap();
    for path in ["/people", "/audit"] {
        let page = kit.get(path, Some(&session)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        assert!(!page.body.contains("<b>administrator"), "{}", page.body);
        assert!(page.body.contains("&lt;b&gt;administrator"), "{}", page.body);
    }
}

#[tokio::test]
async fn a_link_is_shown_once_and_works_once() {
    let kit = Kit::new();
    let session = kit.session(Role::Administrator).await;
    let made = kit.post("/people/viewer/link", Some(&session), "").await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let body = made.body.replace("&#x2f;", "/");
    let (_, rest) = body.split_once("/first/").expect("the link is shown");
    let link = &rest[..64];
    assert!(!kit.get("/people", Some(&session)).await.body.contains(link));
    let path = format!("/first/{link}");
    let page = kit.get(&path, None).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("10 至 200 个字符") && page.body.contains("&lt;b&gt;viewer"));
    assert_eq!(page.header("referrer-policy"), "strict-origin");
    let cookie = page.cookies().remove(0);
    let choose = async |password: &str, again: &str| {
        let [password, again] = [password, again].map(form);
        let token = token_of(&cookie);
        let body = format!("form_token={token}&password={password}&again={again}");
        let headers = [("cookie", cookie.as_str())];
        kit.ask(asked(Method::POST, &path, None, &headers, &body)).await
    };
    for (password, again, words) in [
        ("three goats jump", "three goats jumped", "不一样"),
        ("short", "short", "10"),
        ("1234567890", "1234567890", "常见"),
    ] {
        let refused = choose(password, again).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
        assert!(refused.body.contains(words), "{password}: {}", refused.body);
    }
    let chosen = choose("three goats jump", "three goats jump").await;
    assert_eq!((chosen.status, chosen.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert!(chosen.cookies().iter().any(|cookie| cookie.starts_with("hanqing=")));
    assert_eq!(choose("three goats swim", "three goats swim").await.status, StatusCode::NOT_FOUND);
    for path in [path.as_str(), "/first/0123", "/first/%ff", "/first/..%2f"] {
        let page = kit.get(path, None).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn an_administrator_ends_all_sessions_of_a_person() {
    let kit = Kit::new();
    let session = kit.session(Role::Administrator).await;
    let other = kit.session(Role::Recorder).await;
    let path = format!("/people/{}/sign-out", id_of(Role::Recorder));
    let answer = kit.post(&path, Some(&session), "").await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/people"));
    assert!(kit.users.session(&other.token).is_none());
    assert!(kit.users.session(&session.token).is_some());
    for path in ["/people/nobody/link", "/people/nobody/sign-out", "/people/%ff/link"] {
        let answer = kit.post(path, Some(&session), "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_record_says_in_words_what_no_person_did() {
    let kit = Kit::new();
    let session = kit.session(Role::Administrator).await;
    for (by, detail) in [("", "+12"), (crate::users::CONSOLE, "viewer")] {
        let deed = crate::users::Deed::SignInFailed;
        kit.users.note(by.into(), None, deed, detail.into()).await.unwrap();
    }
    let page = kit.get("/audit", Some(&session)).await.body;
    assert!(page.contains("另有 12 次") && page.contains("命令行"), "{page}");
    assert!(!page.contains("@console"), "{page}");
}

#[tokio::test]
async fn the_record_is_read_in_pages() {
    let kit = Kit::new();
    let session = kit.session(Role::Administrator).await;
    for n in 0..201 {
        let deed = crate::users::Deed::NoteMade;
        kit.users.note("viewer".into(), None, deed, format!("note {n}.")).await.unwrap();
    }
    let newest = kit.get("/audit", Some(&session)).await;
    assert!(newest.body.contains("note 200.") && !newest.body.contains("note 0."));
    let (_, rest) = newest.body.split_once("/audit?before=").expect("a link to older ones");
    let before = rest.split('"').next().unwrap();
    let older = kit.get(&format!("/audit?before={before}"), Some(&session)).await;
    assert!(older.body.contains("note 0.") && !older.body.contains("note 200."));
    assert!(!older.body.contains("/audit?before="), "{}", older.body);
    assert!(!newest.body.contains("role=\"alert\""), "nothing was changed");
    let wrong = kit.get("/audit?before=yesterday", Some(&session)).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_pages_speak_the_language_of_whoever_reads_them() {
    let kit = Kit::new();
    let session = kit.session(Role::Administrator).await;
    for path in ["/sign-in?lang=en", "/people?lang=en", "/audit?lang=en"] {
        let session = (!path.starts_with("/sign-in")).then_some(&session);
        let page = kit.get(path, session).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let body = page.body.replace("中文", "").replace("示例乡", "").replace("农业办", "");
        let is_chinese = |c: &char| ('\u{3001}'..='\u{9fff}').contains(c);
        let chinese: String = body.chars().filter(is_chinese).collect();
        assert_eq!(chinese, "", "{path}: {}", page.body);
    }
}
