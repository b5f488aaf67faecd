//! How messages are declared, and all of them.

use super::message::Message;
use super::{Argument, Text};

/// Declares the messages of a module: `name(placeholders) { zh "…" en "…" }` becomes a function `name` that returns a
/// [`Text`]. The words are checked as `format!` checks them: each placeholder in both languages, and no other.
macro_rules! messages {
    ($module:literal; $($(#[doc = $doc:literal])* $name:ident($($argument:ident),* $(,)?) { zh $zh:literal en $en:literal })*) => {
        $(
            $(#[doc = $doc])*
            #[allow(clippy::too_many_arguments, reason = "as many as the sentence has places")]
            pub(crate) fn $name($($argument: impl Into<$crate::locales::Argument>),*) -> $crate::locales::Text {
                #[allow(clippy::uninlined_format_args, reason = "what the lint looks at is the macro's own text")]
                const _: fn($($crate::locales::catalogue::words_of!($argument)),*) = |$($argument),*| {
                    let _ = format_args!($zh, $($argument = $argument),*);
                    let _ = format_args!($en, $($argument = $argument),*);
                };
                $crate::locales::Text::new(&declared::$name, vec![$($argument.into()),*])
            }
        )*

        #[allow(non_upper_case_globals, reason = "a message has the name of its function")]
        mod declared {
            use $crate::locales::Message;
            $(
                pub(super) static $name: Message = Message {
                    name: concat!($module, ".", stringify!($name)),
                    zh: $zh,
                    en: $en,
                    arguments: &[$(stringify!($argument)),*],
                };
            )*
            pub static ALL: &[&Message] = &[$(&$name),*];
        }
        pub(super) use declared::ALL;
    };
}

/// The type of a placeholder's value in the check of the words.
macro_rules! words_of {
    ($argument:ident) => {
        &str
    };
}
pub(super) use words_of;

/// Declares words that are found by name: what templates and the help of commands say. `"name" { zh "…" en "…" }`.
#[allow(unused_macros, reason = "a build without help and templates has none")]
macro_rules! labels {
    ($module:literal; $($name:literal { zh $zh:literal en $en:literal })*) => {
        pub(super) static LABELS: &[&$crate::locales::Message] = &[$(&$crate::locales::Message {
            name: concat!($module, ".", $name),
            zh: $zh,
            en: $en,
            arguments: &[],
        }),*];
    };
}

/// The messages of each module of this build.
static MODULES: &[&[&Message]] = &[
    super::core::ALL,
    super::cli::ALL,
    super::config::ALL,
    super::help::LABELS,
    super::mqtt::ALL,
    super::support::ALL,
    super::wire::ALL,
    #[cfg(feature = "demo")]
    super::demo::ALL,
    #[cfg(feature = "edge")]
    super::device::ALL,
    #[cfg(feature = "edge")]
    super::edge::ALL,
    #[cfg(feature = "edge")]
    super::gateway::ALL,
    #[cfg(feature = "edge")]
    super::help_gateway::LABELS,
    #[cfg(feature = "edge")]
    super::modbus::ALL,
    #[cfg(feature = "edge")]
    super::quality::ALL,
    #[cfg(feature = "edge")]
    super::spool::ALL,
    #[cfg(feature = "hub")]
    super::account::ALL,
    #[cfg(feature = "hub")]
    super::config_hub::ALL,
    #[cfg(feature = "hub")]
    super::figures::ALL,
    #[cfg(feature = "hub")]
    super::help_office::LABELS,
    #[cfg(feature = "hub")]
    super::hub::ALL,
    #[cfg(feature = "hub")]
    super::ledger::ALL,
    #[cfg(feature = "hub")]
    super::office::ALL,
    #[cfg(feature = "hub")]
    super::page::ALL,
    #[cfg(feature = "hub")]
    super::page_labels::LABELS,
    #[cfg(feature = "hub")]
    super::report::ALL,
    #[cfg(feature = "hub")]
    super::store::ALL,
    #[cfg(feature = "hub")]
    super::transfer::ALL,
    #[cfg(feature = "hub")]
    super::water::ALL,
];

/// All messages of this build.
pub fn messages() -> impl Iterator<Item = &'static Message> {
    MODULES.iter().flat_map(|module| module.iter().copied())
}

/// The message of that name.
pub fn find(name: &str) -> Option<&'static Message> {
    messages().find(|message| message.name == name)
}

/// The words of that name with its placeholders filled, for templates and the help of commands.
pub fn label<A: Into<Argument>>(
    name: &str,
    arguments: impl IntoIterator<Item = (String, A)>,
) -> Option<Text> {
    let arguments = arguments.into_iter().map(|(name, argument)| (name, argument.into()));
    Some(Text::label(find(name)?, arguments.collect()))
}
