//! A line as somebody types it into a shell, as far as documents have such lines.

use super::page::PROMPT;

/// A command with what is set for it alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// `NAME=value` before the command.
    pub variables: Vec<(String, String)>,
    /// The command and its arguments.
    pub words: Vec<String>,
}

/// The commands of a line: of a pipe or a list the first of each part. A prompt and `sudo` are left out, and so is
/// what explains the command behind two blanks or a `#`.
pub fn typed(line: &str) -> Vec<Typed> {
    let line = line.trim_start();
    let line = line.strip_prefix(PROMPT).unwrap_or(line);
    let mut commands = vec![Vec::new()];
    let mut characters = line.chars().peekable();
    let mut word = String::new();
    let (mut begun, mut quote) = (false, None);
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => word.push(c),
            (None, '"' | '\'') => (begun, quote) = (true, Some(c)),
            (None, ' ') => {
                finish(&mut commands, &mut word, &mut begun);
                let blanks = std::iter::from_fn(|| characters.next_if_eq(&' ')).count();
                if blanks > 0 && characters.peek().is_none_or(|&next| next != '-') {
                    break;
                }
            }
            (None, '#') if !begun => break,
            (None, '>' | '<') => {
                // The number before it names what is sent elsewhere, and is no argument.
                if word.chars().all(|c| c.is_ascii_digit()) {
                    (begun, word) = (false, String::new());
                }
                break;
            }
            (None, '|' | ';' | '&') => {
                finish(&mut commands, &mut word, &mut begun);
                while characters.next_if(|next| "|;& ".contains(*next)).is_some() {}
                commands.push(Vec::new());
            }
            (None, _) => {
                begun = true;
                word.push(c);
            }
        }
    }
    finish(&mut commands, &mut word, &mut begun);
    commands.into_iter().map(of_words).filter(|command| !command.words.is_empty()).collect()
}

fn finish(commands: &mut [Vec<String>], word: &mut String, begun: &mut bool) {
    if std::mem::take(begun) {
        commands.last_mut().expect("one from the start").push(std::mem::take(word));
    }
}

fn of_words(words: Vec<String>) -> Typed {
    let mut words = words.into_iter().peekable();
    let mut variables = Vec::new();
    while let Some(word) = words.next_if(|word| word == "sudo" || is_variable(word)) {
        if let Some((name, value)) = word.split_once('=') {
            variables.push((name.to_owned(), value.to_owned()));
        }
    }
    Typed { variables, words: words.collect() }
}

fn is_variable(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

#[test]
fn a_line_is_read_as_a_shell_reads_it() {
    let words = |line: &str| -> Vec<Vec<String>> {
        typed(line).into_iter().map(|command| command.words).collect()
    };
    assert_eq!(words("$ hanqing status -c a.toml | head -4").len(), 2);
    assert_eq!(
        words("hanqing list   -c hub.toml    多少行")[0],
        ["hanqing", "list", "-c", "hub.toml"]
    );
    assert_eq!(words("a --name \"two words\" # why")[0], ["a", "--name", "two words"]);
    assert_eq!(words("systemctl stop a && systemctl start a")[1], ["systemctl", "start", "a"]);
    assert_eq!(words("  # only said"), Vec::<Vec<String>>::new());
    let said = typed("sudo LANG=zh_CN.UTF-8 hanqing ports");
    assert_eq!(said[0].words, ["hanqing", "ports"]);
    assert_eq!(said[0].variables, [("LANG".to_owned(), "zh_CN.UTF-8".to_owned())]);
}
