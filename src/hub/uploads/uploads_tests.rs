//! Files that are handed in: looked at, confirmed, and what may have happened in between.

use std::collections::BTreeSet;

use super::*;
use crate::account::Entry;
use crate::ledger::Person;

const FILE: &str = "项目,数量,单位,起始日期,截止日期,村,依据\n\
                    汽油,760,升,2022-08-03,2022-08-03,,加油票 1\n\
                    汽油,590,升,2022-08-04,2022-08-04,,加油票 2\n";

struct Office {
    uploads: Uploads,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn person(id: &str, name: &str) -> Person {
    Person { id: id.into(), name: name.into(), office: "财政所".into(), role: None }
}

fn office(two_person: bool) -> Office {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut settings: HubSettings =
        toml::from_str(include_str!("../../../config/hub.toml")).unwrap();
    settings.ledger.path.clone_from(&path);
    settings.ledger.two_person = two_person;
    settings.persons = vec![person("huang", "黄某"), person("li", "李某")].into();
    let township = toml::from_str(include_str!("../../../config/township.toml")).unwrap();
    let uploads = Uploads::new(&settings, Arc::new(township), Clock::system());
    Office { uploads, path, _folder: folder }
}

fn huang(session: &str) -> Uploader {
    let lang = Lang::Chinese;
    Uploader { id: "huang".into(), name: "财政所 黄某".into(), session: session.into(), lang }
}

impl Office {
    async fn look(&self, text: &str) -> WaitingFile {
        let asked = UploadAsked::Understand {
            by: huang("one"),
            file: Some(("8月.csv".into(), text.as_bytes().to_vec())),
            ticket: String::new(),
            answers: UploadAnswers::default(),
        };
        understood(self.uploads.clone().answer(asked).await.unwrap())
    }

    async fn enter(&self, session: &str, ticket: &str) -> Uploaded {
        let asked = UploadAsked::Enter { by: huang(session), ticket: ticket.into() };
        self.uploads.clone().answer(asked).await.unwrap()
    }

    fn rows(&self) -> Vec<Entry> {
        Ledger::open_to_read(&self.path).unwrap().all().unwrap()
    }
}

fn understood(uploaded: Uploaded) -> WaitingFile {
    match uploaded {
        Uploaded::Understood(waiting) => *waiting,
        other => panic!("{other:?}"),
    }
}

fn said(waiting: &WaitingFile) -> Vec<String> {
    let problems = waiting.problems.iter();
    problems.map(|p| format!("{} {} {} {}", p.place, p.value, p.rule, p.hint)).collect()
}

#[tokio::test]
async fn rows_are_entered_once_and_by_whoever_hands_them_in() {
    let office = office(true);
    let waiting = office.look(FILE).await;
    assert_eq!((waiting.new, waiting.there, said(&waiting)), (2, 0, vec![]));
    assert_eq!((waiting.file.as_str(), waiting.sheets.len()), ("8月.csv", 1));
    let sheet = &waiting.sheets[0];
    assert_eq!((sheet.rows_in_all, sheet.rows[0].place.as_str()), (2, "2"));
    assert_eq!((waiting.sums[0].rows, waiting.sums[0].sum.as_str()), (2, "1350"));
    assert!(!office.path.exists(), "nothing is written before she confirms");
    assert!(matches!(office.enter("two", &waiting.ticket).await, Uploaded::Gone));
    let Uploaded::Entered(entered) = office.enter("one", &waiting.ticket).await else { panic!() };
    let numbers = Some((1, 2));
    let expected = Entered { file: "8月.csv".into(), new: 2, there: 0, numbers, unreviewed: true };
    assert_eq!(entered, expected);
    let by: BTreeSet<String> = office.rows().into_iter().map(|row| row.entered_by).collect();
    assert_eq!(by, BTreeSet::from(["财政所 黄某".into()]));
    // Pressed twice, and handed in twice.
    assert!(matches!(office.enter("one", &waiting.ticket).await, Uploaded::Gone));
    let again = office.look(FILE).await;
    assert_eq!((again.new, again.there), (0, 2));
    assert_eq!(again.sheets[0].rows[1].there, Some(2));
    let Uploaded::Entered(entered) = office.enter("one", &again.ticket).await else { panic!() };
    assert_eq!((entered.new, entered.there, office.rows().len()), (0, 2, 2));
}

#[tokio::test]
async fn where_the_ledger_has_changed_what_is_understood_is_shown_anew() {
    let office = office(false);
    let waiting = office.look(FILE).await;
    let mut row = office.uploads.0.judged(&huang("one"), FILE.as_bytes(), &asked(), now()).unwrap();
    row.rows.truncate(1);
    Ledger::open(&office.path).unwrap().append(&row.rows).unwrap();
    let anew = understood(office.enter("one", &waiting.ticket).await);
    assert!(anew.changed && anew.ticket != waiting.ticket);
    assert_eq!((anew.new, anew.there, office.rows().len()), (1, 1, 1));
    let Uploaded::Entered(entered) = office.enter("one", &anew.ticket).await else { panic!() };
    assert_eq!((entered.new, entered.there, office.rows().len()), (1, 1, 2));
}

fn asked() -> Asked {
    asked_of(UploadAnswers::default(), &huang("one"))
}

fn now() -> Timestamp {
    "2022-09-01T00:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn nothing_is_entered_while_a_row_has_a_problem_and_an_answer_needs_no_second_file() {
    let office = office(false);
    let text = FILE.replace("汽油,590", "投入设备,590");
    let waiting = office.look(&text).await;
    assert!(waiting.problems_in_all > 0, "{waiting:?}");
    assert!(waiting.problems[0].place.starts_with("第 3 行"), "in her language: {waiting:?}");
    let anew = understood(office.enter("one", &waiting.ticket).await);
    assert!(anew.problems_in_all > 0 && office.rows().is_empty());
    let answers = UploadAnswers {
        meanings: vec![("投入设备".into(), "汽油".into())],
        ..UploadAnswers::default()
    };
    let ticket = anew.ticket;
    let asked = UploadAsked::Understand { by: huang("one"), file: None, ticket, answers };
    let answered = understood(office.uploads.clone().answer(asked.clone()).await.unwrap());
    assert_eq!((answered.new, said(&answered)), (2, vec![]));
    assert!(matches!(office.uploads.clone().answer(asked).await.unwrap(), Uploaded::Gone));
}

#[tokio::test]
async fn whom_the_file_names_has_to_hand_it_in_only_where_two_persons_are_asked_for() {
    let named = [("依据\n", "依据,登记人\n"), ("票 1\n", "票 1,李某\n"), ("票 2\n", "票 2,黄某\n")];
    let text = named.iter().fold(FILE.to_owned(), |text, (old, new)| text.replace(old, new));
    let strict = office(true);
    let waiting = strict.look(&text).await;
    assert_eq!(waiting.problems_in_all, 1, "{:?}", said(&waiting));
    assert!(said(&waiting)[0].contains("李某") && said(&waiting)[0].contains("财政所 黄某"));
    // Its way out.
    let meanings = vec![("登记人".into(), "-".into())];
    let answers = UploadAnswers { meanings, ..UploadAnswers::default() };
    let ticket = waiting.ticket;
    let asked = UploadAsked::Understand { by: huang("one"), file: None, ticket, answers };
    let answered = understood(strict.uploads.clone().answer(asked).await.unwrap());
    assert_eq!((answered.new, said(&answered)), (2, vec![]));
    let office = office(false);
    let waiting = office.look(&text).await;
    assert_eq!((waiting.new, waiting.others_rows, said(&waiting)), (2, 1, vec![]));
    assert!(waiting.others.is_some_and(|others| others.to_string().contains("李某")));
    assert!(matches!(office.enter("one", &waiting.ticket).await, Uploaded::Entered(_)));
    assert!(office.rows().iter().all(|row| row.entered_by == "财政所 黄某"));
}

#[tokio::test]
async fn a_large_file_is_shown_in_part_and_entered_whole() {
    let office = office(false);
    let mut text = FILE.to_owned();
    for slip in 3..=5_000 {
        text += &format!("汽油,1,升,2022-08-04,2022-08-04,,加油票 {slip}\n");
    }
    let waiting = office.look(&text).await;
    assert_eq!((waiting.new, waiting.sheets[0].rows.len()), (5_000, 200), "{:?}", said(&waiting));
    let Uploaded::Entered(entered) = office.enter("one", &waiting.ticket).await else { panic!() };
    assert_eq!((entered.new, entered.numbers), (5_000, Some((1, 5_000))));
}

#[tokio::test]
async fn a_paper_that_the_ledger_cannot_keep_is_refused() {
    let office = office(false);
    let asked = |document: &str| UploadAsked::Understand {
        by: huang("one"),
        file: Some(("8月.csv".into(), FILE.replace(",依据", "").as_bytes().to_vec())),
        ticket: String::new(),
        answers: UploadAnswers { document: Some(document.into()), ..UploadAnswers::default() },
    };
    let waiting = understood(office.uploads.clone().answer(asked("票\u{1b}[2J")).await.unwrap());
    let papers: Vec<_> = waiting.problems.iter().filter(|p| p.place == "--document").collect();
    assert_eq!(papers.len(), 1, "{:?}", said(&waiting));
    assert!(!papers[0].value.contains('\u{1b}'), "{papers:?}");
    assert!(matches!(office.enter("one", &waiting.ticket).await, Uploaded::Understood(_)));
    assert_eq!(office.rows(), []);
}

#[tokio::test]
async fn what_is_no_table_is_a_problem_and_the_empty_ledger_can_be_had() {
    let office = office(false);
    let waiting = office.look("\0\0\0").await;
    assert!(waiting.problems_in_all > 0 && waiting.new == 0);
    let book = office.uploads.clone().template(Lang::English).await.unwrap();
    assert!(book.starts_with(b"PK"));
}
