//! Reads a filter, in the grammar of OData 4 as far as SensorThings uses it. Its length, depth and number of terms are
//! bounded before anything is evaluated.

use std::sync::Arc;

use jiff::Timestamp;

use super::area::Area;
use super::expression::{Comparison, Expression, Function, Value};
use crate::core::nearest;
use crate::locales::{Text, things as words};

/// Longest filter, characters: a hundred comparisons. Engineering judgement.
pub(super) const LENGTH_MAX: usize = 4_000;

/// Deepest parentheses, arguments and `not`. Written by hand, a filter has three or four. Engineering judgement.
const DEPTH_MAX: usize = 24;

/// Terms of a filter. Engineering judgement, as for its length.
const TERMS_MAX: usize = 300;

/// What stands before the quotes of an area.
const GEOGRAPHY: &str = "geography";

/// What cannot be read of a filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wrong {
    /// The character, counted from 1.
    pub at: usize,
    /// What stands there; empty at the end.
    pub found: String,
    pub rule: Text,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A name, an operator, a path.
    Word(String),
    Literal(Value),
    Open,
    Close,
    Comma,
}

/// A token, where it begins, and what was written.
type Found = (Token, usize, String);

/// Reads `text` as a filter.
pub(super) fn parse(text: &str) -> Result<Expression, Wrong> {
    let characters: Vec<char> = text.chars().take(LENGTH_MAX + 1).collect();
    if characters.len() > LENGTH_MAX {
        let rule = words::filter_too_long(LENGTH_MAX);
        return Err(Wrong { at: LENGTH_MAX + 1, found: String::new(), rule });
    }
    let tokens = tokens(&characters)?;
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0, terms: 0 };
    let expression = parser.any()?;
    match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(parser.wrong(words::operator_expected())),
    }
}

fn tokens(characters: &[char]) -> Result<Vec<Found>, Wrong> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = characters.get(at) {
        let run = |wanted: fn(char) -> bool| -> usize {
            characters[at..].iter().take_while(|c| wanted(**c)).count()
        };
        let wrong = |rule: Text, length: usize| {
            let found = characters[at..].iter().take(length).collect();
            Wrong { at: at + 1, found, rule }
        };
        let (token, length) = match first {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '\'' => {
                let (text, length) =
                    quoted(&characters[at..]).ok_or_else(|| wrong(words::quote_open(), 12))?;
                (Token::Literal(Value::Text(text)), length)
            }
            c if c.is_ascii_digit() || *c == '-' => {
                let length = run(|c| c.is_ascii_alphanumeric() || ":.+-".contains(c));
                let written: String = characters[at..at + length].iter().collect();
                let value = number_or_time(&written);
                (Token::Literal(value.ok_or_else(|| wrong(words::no_literal(), length))?), length)
            }
            c if c.is_alphabetic() || "_@".contains(*c) => {
                let length = run(|c| c.is_alphanumeric() || "_@./".contains(c));
                word(&characters[at..], length).map_err(|(rule, length)| wrong(rule, length))?
            }
            _ => return Err(wrong(words::character_unknown(), 1)),
        };
        tokens.push((token, at, characters[at..at + length].iter().collect()));
        at += length;
    }
    Ok(tokens)
}

/// The word of `length` characters, or the area that it begins, and how many characters that takes; else which rule is
/// broken by how many.
fn word(characters: &[char], length: usize) -> Result<(Token, usize), (Text, usize)> {
    let word: String = characters[..length].iter().collect();
    if word != GEOGRAPHY || characters.get(length) != Some(&'\'') {
        return Ok((Token::Word(word), length));
    }
    let quoted = quoted(&characters[length..]);
    let (text, quotes) = quoted.ok_or_else(|| (words::quote_open(), length + 12))?;
    let length = length + quotes;
    let area = Area::read(&text).ok_or_else(|| (words::no_area(), length))?;
    Ok((Token::Literal(Value::Area(Arc::new(area))), length))
}

/// The text that begins with a quote, in which a doubled one stands for itself, and how many characters it takes.
fn quoted(characters: &[char]) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut at = 1;
    loop {
        match (characters.get(at)?, characters.get(at + 1)) {
            ('\'', Some('\'')) => at += 1,
            ('\'', _) => return Some((text, at + 1)),
            _ => {}
        }
        text.push(characters[at]);
        at += 1;
    }
}

fn number_or_time(written: &str) -> Option<Value> {
    if written.contains([':', 'T']) {
        return written.parse::<Timestamp>().ok().map(Value::Time);
    }
    let digits = written.bytes().all(|b| b.is_ascii_digit() || b"eE.+-".contains(&b));
    let number = written.parse::<f64>().ok().filter(|number| digits && number.is_finite());
    number.map(Value::Number)
}

struct Parser<'a> {
    tokens: &'a [Found],
    next: usize,
    depth: usize,
    terms: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(token, ..)| token)
    }

    /// What is wrong with the next token.
    fn wrong(&self, rule: Text) -> Wrong {
        match self.tokens.get(self.next) {
            Some((_, at, written)) => Wrong { at: at + 1, found: written.clone(), rule },
            None => {
                let end = self.tokens.last();
                let end = end.map_or(0, |(_, at, written)| at + written.chars().count());
                Wrong { at: end + 1, found: String::new(), rule }
            }
        }
    }

    /// Takes the next token where it is this one.
    fn takes(&mut self, token: &Token) -> bool {
        let there = self.peek() == Some(token);
        self.next += usize::from(there);
        there
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Word(next)) if next == word);
        self.next += usize::from(there);
        there
    }

    fn takes_comparison(&mut self) -> Option<Comparison> {
        let found = match self.peek() {
            Some(Token::Word(word)) => Comparison::of(word),
            _ => None,
        };
        self.next += usize::from(found.is_some());
        found
    }

    /// Goes a step deeper for what `read` reads.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Wrong>) -> Result<T, Wrong> {
        if self.depth >= DEPTH_MAX {
            return Err(self.wrong(words::filter_too_deep(DEPTH_MAX)));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn any(&mut self) -> Result<Expression, Wrong> {
        self.joined("or", Self::all, Expression::Any)
    }

    fn all(&mut self) -> Result<Expression, Wrong> {
        self.joined("and", Self::condition, Expression::All)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Expression, Wrong>,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Result<Expression, Wrong> {
        let first = part(self)?;
        let mut parts = vec![first];
        while self.takes_word(word) {
            parts.push(part(self)?);
        }
        Ok(match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => join(parts.into_iter().chain(last).collect()),
        })
    }

    fn condition(&mut self) -> Result<Expression, Wrong> {
        if self.takes_word("not") {
            let part = self.deeper(Self::condition)?;
            return Ok(Expression::Not(Box::new(part)));
        }
        let left = self.term()?;
        match self.takes_comparison() {
            Some(by) => Ok(Expression::Compare(by, Box::new([left, self.term()?]))),
            None => Ok(left),
        }
    }

    fn term(&mut self) -> Result<Expression, Wrong> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            return Err(self.wrong(words::too_many_terms(TERMS_MAX)));
        }
        if self.takes(&Token::Open) {
            let inner = self.deeper(Self::any)?;
            if !self.takes(&Token::Close) {
                return Err(self.wrong(words::close_expected()));
            }
            return Ok(inner);
        }
        let Some((token, ..)) = self.tokens.get(self.next) else {
            return Err(self.wrong(words::value_expected()));
        };
        match token {
            Token::Literal(value) => {
                self.next += 1;
                Ok(Expression::Literal(value.clone()))
            }
            Token::Word(word) => {
                let opens = matches!(self.tokens.get(self.next + 1), Some((Token::Open, ..)));
                if opens { self.call(word) } else { self.name(word) }
            }
            _ => Err(self.wrong(words::value_expected())),
        }
    }

    fn name(&mut self, word: &str) -> Result<Expression, Wrong> {
        let reserved = ["and", "or", "not"].contains(&word) || Comparison::of(word).is_some();
        if reserved || word.split('/').any(str::is_empty) {
            return Err(self.wrong(words::value_expected()));
        }
        self.next += 1;
        Ok(match word {
            "null" => Expression::Literal(Value::Null),
            "true" => Expression::Literal(Value::Bool(true)),
            "false" => Expression::Literal(Value::Bool(false)),
            path => Expression::Path(path.split('/').map(str::to_owned).collect()),
        })
    }

    fn call(&mut self, word: &str) -> Result<Expression, Wrong> {
        let Some(function) = Function::of(word) else {
            return Err(self.wrong(no_such_function(word)));
        };
        let start = self.next;
        self.next += 2;
        let mut arguments = vec![self.deeper(Self::any)?];
        while self.takes(&Token::Comma) {
            arguments.push(self.deeper(Self::any)?);
        }
        if !self.takes(&Token::Close) {
            return Err(self.wrong(words::close_expected()));
        }
        if arguments.len() != function.arguments() {
            self.next = start;
            return Err(self.wrong(words::arguments_expected(function.arguments())));
        }
        Ok(Expression::Call(function, arguments))
    }
}

fn no_such_function(word: &str) -> Text {
    if word.starts_with("st_") || word.starts_with("geo.") {
        return words::no_places();
    }
    let known = || Function::ALL.iter().map(|function| function.word());
    match nearest(word, known()) {
        Some(near) => words::function_near(near),
        None => words::functions_are(Text::list(known())),
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
