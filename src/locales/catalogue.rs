//! How messages are declared, and all of them.

use super::message::{Message, Messages};
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
                $crate::locales::Text::new(&ALL, Number::$name as usize, [$($argument.into()),*])
            }
        )*

        /// Which record of the module a message is.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "a message has the name of its function")]
        enum Number { $($name),* }

        pub(super) static ALL: $crate::locales::message::Messages = $crate::locales::message::Messages::new(
            $module,
            concat!($(
                $crate::locales::message::own_name!($name), $crate::locales::message::field_end!(),
                $(stringify!($argument), ",",)* $crate::locales::message::field_end!(),
                $zh, $crate::locales::message::field_end!(),
                $en, $crate::locales::message::record_end!(),
            )*),
        );
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
        pub(super) static LABELS: $crate::locales::message::Messages = $crate::locales::message::Messages::new(
            $module,
            concat!($(
                $name, $crate::locales::message::field_end!(), $crate::locales::message::field_end!(),
                $zh, $crate::locales::message::field_end!(),
                $en, $crate::locales::message::record_end!(),
            )*),
        );
    };
}

/// The messages of each module of this build.
static MODULES: &[&Messages] = &[
    &super::core::ALL,
    &super::check::ALL,
    &super::cli::ALL,
    &super::config::ALL,
    &super::enrolment::ALL,
    &super::help::LABELS,
    &super::mqtt::ALL,
    &super::pushed::ALL,
    #[cfg(any(feature = "edge", feature = "hub"))]
    &super::help_push::LABELS,
    &super::support::ALL,
    &super::wire::ALL,
    #[cfg(feature = "hub")]
    &super::alarm::ALL,
    #[cfg(feature = "hub")]
    &super::page_alarms::ALL,
    #[cfg(feature = "hub")]
    &super::page_alarms_labels::LABELS,
    #[cfg(feature = "hub")]
    &super::help_alarm::LABELS,
    #[cfg(feature = "hub")]
    &super::office_alarm::ALL,
    #[cfg(feature = "hub")]
    &super::config_alarm::ALL,
    #[cfg(feature = "hub")]
    &super::notify::ALL,
    #[cfg(feature = "hub")]
    &super::api::ALL,
    #[cfg(feature = "hub")]
    &super::tokens::ALL,
    #[cfg(feature = "hub")]
    &super::help_token::LABELS,
    #[cfg(feature = "hub")]
    &super::publisher::ALL,
    #[cfg(feature = "hub")]
    &super::things::ALL,
    #[cfg(feature = "hub")]
    &super::page_rows::ALL,
    #[cfg(feature = "hub")]
    &super::page_rows_labels::LABELS,
    #[cfg(feature = "hub")]
    &super::page_report::ALL,
    #[cfg(feature = "hub")]
    &super::page_report_labels::LABELS,
    #[cfg(feature = "demo")]
    &super::demo::ALL,
    #[cfg(feature = "demo")]
    &super::help_demo::LABELS,
    #[cfg(feature = "edge")]
    &super::commissioning::ALL,
    #[cfg(feature = "edge")]
    &super::curve::ALL,
    #[cfg(feature = "edge")]
    &super::device::ALL,
    #[cfg(feature = "edge")]
    &super::edge::ALL,
    #[cfg(feature = "edge")]
    &super::gateway::ALL,
    #[cfg(feature = "edge")]
    &super::interop_out::ALL,
    #[cfg(feature = "edge")]
    &super::help_gateway::LABELS,
    #[cfg(feature = "manual")]
    &super::manual::ALL,
    #[cfg(feature = "manual")]
    &super::manual::LABELS,
    #[cfg(feature = "edge")]
    &super::modbus::ALL,
    #[cfg(any(feature = "edge", feature = "hub"))]
    &super::quality::ALL,
    #[cfg(feature = "edge")]
    &super::register_table::ALL,
    #[cfg(feature = "edge")]
    &super::setup::ALL,
    #[cfg(feature = "edge")]
    &super::spool::ALL,
    #[cfg(feature = "edge")]
    &super::views::ALL,
    #[cfg(feature = "hub")]
    &super::account::ALL,
    #[cfg(feature = "hub")]
    &super::book::ALL,
    #[cfg(feature = "hub")]
    &super::cells::ALL,
    #[cfg(feature = "hub")]
    &super::config_hub::ALL,
    #[cfg(feature = "hub")]
    &super::evidence::ALL,
    #[cfg(feature = "hub")]
    &super::figures::ALL,
    #[cfg(feature = "hub")]
    &super::fill::ALL,
    #[cfg(feature = "hub")]
    &super::forms::ALL,
    #[cfg(feature = "hub")]
    &super::help_office::LABELS,
    #[cfg(feature = "hub")]
    &super::hub::ALL,
    #[cfg(feature = "hub")]
    &super::issued::ALL,
    #[cfg(feature = "hub")]
    &super::ledger::ALL,
    #[cfg(feature = "hub")]
    &super::office::ALL,
    #[cfg(feature = "hub")]
    &super::page::ALL,
    #[cfg(feature = "hub")]
    &super::page_gateways::ALL,
    #[cfg(feature = "hub")]
    &super::page_gateways_labels::LABELS,
    #[cfg(feature = "hub")]
    &super::page_labels::LABELS,
    #[cfg(feature = "hub")]
    &super::page_ledger::ALL,
    #[cfg(feature = "hub")]
    &super::page_ledger_labels::LABELS,
    #[cfg(feature = "hub")]
    &super::page_morning::ALL,
    #[cfg(feature = "hub")]
    &super::page_morning_labels::LABELS,
    #[cfg(feature = "hub")]
    &super::page_people::ALL,
    #[cfg(feature = "hub")]
    &super::page_people_labels::LABELS,
    #[cfg(feature = "hub")]
    &super::page_pumps::ALL,
    #[cfg(feature = "hub")]
    &super::page_pumps_labels::LABELS,
    #[cfg(feature = "hub")]
    &super::page_station::ALL,
    #[cfg(feature = "hub")]
    &super::page_station_labels::LABELS,
    #[cfg(feature = "hub")]
    &super::report::ALL,
    #[cfg(feature = "hub")]
    &super::storage::ALL,
    #[cfg(feature = "hub")]
    &super::store::ALL,
    #[cfg(feature = "hub")]
    &super::transfer::ALL,
    #[cfg(feature = "hub")]
    &super::understanding::ALL,
    #[cfg(feature = "hub")]
    &super::users::ALL,
    #[cfg(feature = "hub")]
    &super::water::ALL,
];

/// All messages of this build.
pub fn messages() -> impl Iterator<Item = Message> {
    MODULES.iter().flat_map(|module| module.all())
}

/// The message of that name, `module.name`.
pub fn find(name: &str) -> Option<Message> {
    let (module, own) = name.split_once('.')?;
    let mut modules = MODULES.iter().filter(|known| known.module == module);
    modules.find_map(|module| module.all().find(|message| message.is_named(own)))
}

/// The words of that name with its placeholders filled, for templates and the help of commands.
pub fn label<A: Into<Argument>>(
    name: &str,
    arguments: impl IntoIterator<Item = (String, A)>,
) -> Option<Text> {
    let arguments = arguments.into_iter().map(|(name, argument)| (name, argument.into()));
    Some(Text::label(find(name)?, arguments.collect()))
}
