//! A form with a file. Its first field is the token of the session: without it nothing more is read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::cookies::same_token;
use crate::locales::{Text, page_ledger as upload, page_people as words};
use crate::web::ledger::FILE_MAX;
use crate::web::shares::{Most, Share, Shares};
use crate::web::state::Web;
use crate::web::visitor::Visitor;

/// Longest body, bytes. What a file has beyond [`FILE_MAX`] is read and dropped up to here, so that a browser that is
/// still sending gets to see why it was refused. Engineering judgement: twice the largest file.
pub(in crate::web) const BODY_MAX: usize = 2 * FILE_MAX;

/// How long a form with a file may take to arrive: the largest takes four minutes at 1 Mbit/s. Engineering judgement.
const UPLOAD_WAIT: Duration = Duration::from_secs(300);

/// Forms with a file that are read and worked on at once, each with up to [`FILE_MAX`] in memory. Engineering
/// judgement.
const UPLOADS_MAX: usize = 4;

/// One of each person.
const OF_EACH: Most = Most { of_person: 1, of_address: 0 };

/// Longest text of all fields beside the file, bytes.
const TEXTS_MAX: usize = 64 * 1024;

/// Most fields.
const FIELDS_MAX: usize = 16;

/// Longest name of a file that is kept, letters. File systems take 255 bytes.
const NAME_MAX: usize = 120;

const TOKEN: &str = "form_token";

/// The field that a file comes in.
const FILE: &str = "file";

/// How many forms with files are read and worked on at once.
pub(in crate::web) struct Uploads {
    places: Arc<Semaphore>,
    shares: Arc<Shares>,
}

impl Uploads {
    pub fn new() -> Arc<Self> {
        let (places, shares) = (Arc::new(Semaphore::new(UPLOADS_MAX)), Shares::new(OF_EACH));
        Arc::new(Self { places, shares })
    }
}

/// A form with a file of somebody who has signed in. The last argument of a handler.
pub(in crate::web) struct SignedUpload {
    /// Its texts, by the names of their fields.
    pub texts: BTreeMap<String, String>,
    /// Name and content of the file; `None` where none was chosen.
    pub file: Option<(String, Vec<u8>)>,
    /// What it takes up until it has been worked on.
    pub held: Held,
}

/// The place of a form and the share of its person, until it is dropped.
pub(in crate::web) struct Held {
    _share: Share,
    _place: OwnedSemaphorePermit,
}

/// What a form says.
#[derive(Default)]
struct Fields {
    texts: BTreeMap<String, String>,
    file: Option<(String, Vec<u8>)>,
}

/// Why a form was not taken.
enum Fault {
    NoForm,
    OldToken,
    TooSlow,
    Cut,
    FileTooLarge,
    TooLong,
    TooMany,
    Busy,
}

impl Fault {
    fn of(error: &MultipartError) -> Self {
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::FileTooLarge,
            _ => Self::Cut,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::OldToken => StatusCode::FORBIDDEN,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Cut => StatusCode::BAD_REQUEST,
            Self::FileTooLarge | Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn lines(&self) -> Vec<Text> {
        match self {
            Self::NoForm => vec![words::no_form(), words::open_the_page_again()],
            Self::OldToken => vec![words::form_outdated(), words::open_the_page_again()],
            Self::TooSlow => vec![words::form_too_slow(UPLOAD_WAIT.as_secs())],
            Self::Cut => vec![upload::cut_short(), words::open_the_page_again()],
            Self::FileTooLarge => {
                vec![upload::file_too_large(FILE_MAX / 1_000_000), upload::take_less()]
            }
            Self::TooLong => vec![words::form_too_long(TEXTS_MAX / 1024)],
            Self::TooMany => vec![upload::one_file(), words::open_the_page_again()],
            Self::Busy => vec![upload::busy()],
        }
    }
}

impl FromRequest<Web> for SignedUpload {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let Some(visitor) = request.extensions().get::<Visitor>().cloned() else {
            return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        take(request, &visitor, &web.uploads).await.map_err(|fault| {
            web.problem(&visitor, fault.status(), upload::not_taken(), fault.lines())
        })
    }
}

async fn take(
    request: Request,
    visitor: &Visitor,
    uploads: &Uploads,
) -> Result<SignedUpload, Fault> {
    // Of a network that reads: nobody has given her a form.
    if visitor.account.is_none() {
        return Err(Fault::OldToken);
    }
    let Some(_share) = uploads.shares.take(visitor) else { return Err(Fault::Busy) };
    let _place = uploads.places.clone().try_acquire_owned().map_err(|_| Fault::Busy)?;
    let held = Held { _share, _place };
    let form = Multipart::from_request(request, &()).await.map_err(|_| Fault::NoForm)?;
    let read = timeout(UPLOAD_WAIT, read(form, &visitor.form_token)).await;
    let Fields { texts, file } = read.map_err(|_| Fault::TooSlow)??;
    Ok(SignedUpload { texts, file, held })
}

async fn read(mut form: Multipart, own: &str) -> Result<Fields, Fault> {
    let first = next(&mut form).await?.filter(|field| field.name() == Some(TOKEN));
    let Some(first) = first else { return Err(Fault::OldToken) };
    let token = bytes(first, TEXTS_MAX).await?.ok_or(Fault::OldToken)?;
    if !std::str::from_utf8(&token).is_ok_and(|token| same_token(token, own)) {
        return Err(Fault::OldToken);
    }
    let mut taken = Fields::default();
    let (mut fields, mut room) = (1, TEXTS_MAX);
    while let Some(field) = next(&mut form).await? {
        fields += 1;
        if fields > FIELDS_MAX {
            return Err(Fault::TooMany);
        }
        let name = field.name().unwrap_or_default().to_owned();
        if name == FILE {
            let file = field.file_name().unwrap_or_default().chars().take(NAME_MAX).collect();
            let content = bytes(field, FILE_MAX).await?.ok_or(Fault::FileTooLarge)?;
            if taken.file.is_some() {
                return Err(Fault::TooMany);
            }
            // A browser in which no file was chosen sends an empty one without a name.
            let chosen = !(content.is_empty() && String::is_empty(&file));
            taken.file = chosen.then_some((file, content));
            continue;
        }
        let text = bytes(field, room).await?.ok_or(Fault::TooLong)?;
        room = room.saturating_sub(text.len());
        let text = String::from_utf8(text).map_err(|_| Fault::NoForm)?;
        if taken.texts.insert(name, text).is_some() {
            return Err(Fault::NoForm);
        }
    }
    Ok(taken)
}

async fn next(form: &mut Multipart) -> Result<Option<Field<'_>>, Fault> {
    form.next_field().await.map_err(|error| Fault::of(&error))
}

/// What a field has; `None` where it is longer than `most`, whose rest is read and dropped.
async fn bytes(mut field: Field<'_>, most: usize) -> Result<Option<Vec<u8>>, Fault> {
    let mut kept = Some(Vec::new());
    while let Some(chunk) = field.chunk().await.map_err(|error| Fault::of(&error))? {
        if kept.as_ref().is_some_and(|kept| kept.len() + chunk.len() > most) {
            kept = None;
        }
        if let Some(kept) = &mut kept {
            kept.extend_from_slice(&chunk);
        }
    }
    Ok(kept)
}
