//! A command line to its words, as docker compose splits it: quotes and backslashes, and no shell.

/// What came out of a command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) words: Vec<String>,
    /// The operator of a shell, such as `&` or `|`, at which docker compose stops reading.
    pub(crate) cut_at: Option<char>,
}

/// Splits a command line; nothing where its quotes do not fit.
pub(crate) fn split(line: &str) -> Option<Words> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut in_word = false;
    let (mut escaped, mut single, mut double, mut back, mut dollar) = (false, false, false, false, false);
    let mut cut_at = None;
    for character in line.chars() {
        if escaped {
            word.push(match character {
                't' => '\t',
                'n' => '\n',
                other => other,
            });
            (escaped, in_word) = (false, true);
            continue;
        }
        match character {
            '\\' if !single => {
                escaped = true;
                continue;
            }
            '\\' => {
                word.push('\\');
                continue;
            }
            ' ' | '\t' | '\r' | '\n' => {
                if single || double || back || dollar {
                    word.push(character);
                } else if in_word {
                    words.push(std::mem::take(&mut word));
                    in_word = false;
                }
                continue;
            }
            '`' if !single && !double && !dollar => back = !back,
            ')' if !single && !double && !back => dollar = !dollar,
            '(' if !single && !double && !back => {
                if dollar || !word.ends_with('$') {
                    return None;
                }
                dollar = true;
                word.push('(');
                continue;
            }
            '"' if !single && !dollar => {
                in_word |= double;
                double = !double;
                continue;
            }
            '\'' if !double && !dollar => {
                in_word |= single;
                single = !single;
                continue;
            }
            ';' | '&' | '|' | '<' | '>' if !(single || double || back || dollar) => {
                if character == '>' && word.starts_with(|c: char| c.is_ascii_digit()) {
                    in_word = false;
                }
                cut_at = Some(character);
                break;
            }
            _ => {}
        }
        in_word = true;
        word.push(character);
    }
    if in_word {
        words.push(word);
    }
    let open = escaped || single || double || back || dollar;
    (!open).then_some(Words { words, cut_at })
}
