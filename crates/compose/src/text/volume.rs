//! The short form of a mount: `[source:]target[:options]`.

/// A mount as docker compose spells it out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Volume {
    pub(crate) source: String,
    pub(crate) target: String,
    pub(crate) read_only: bool,
    pub(crate) no_copy: bool,
    pub(crate) propagation: Option<String>,
    pub(crate) selinux: Option<String>,
    /// Whether the source is a path rather than the name of a volume.
    pub(crate) bind: bool,
    /// Options that mean nothing.
    pub(crate) ignored: Vec<String>,
}

/// Spells out the short form.
pub(crate) fn parse(text: &str) -> Result<Volume, String> {
    let mut volume = Volume::default();
    match text.chars().count() {
        0 => return Err("this mount is empty".to_owned()),
        _ if text.len() <= 2 => {
            volume.target = text.to_owned();
            return Ok(volume);
        }
        _ => {}
    }
    let mut sections = sections(text);
    let last = sections.pop().unwrap_or_default();
    if last.is_empty() || sections.iter().any(String::is_empty) {
        return Err(format!("`{text}` has an empty part between its colons"));
    }
    let mut sections = sections.into_iter();
    match (sections.next(), sections.next(), sections.next()) {
        (None, ..) => volume.target = last,
        (Some(source), None, _) => (volume.source, volume.target) = (source, last),
        (Some(source), Some(target), None) => {
            (volume.source, volume.target) = (source, target);
            volume.options(&last);
        }
        _ => return Err(format!("`{text}` has too many colons")),
    }
    volume.bind = is_path(&volume.source);
    Ok(volume)
}

impl Volume {
    fn options(&mut self, options: &str) {
        for option in options.split(',') {
            match option {
                "ro" => self.read_only = true,
                "rw" => self.read_only = false,
                "nocopy" => self.no_copy = true,
                "private" | "rprivate" | "shared" | "rshared" | "slave" | "rslave" => {
                    self.propagation = Some(option.to_owned());
                }
                "z" | "Z" => self.selinux = Some(option.to_owned()),
                other => self.ignored.push(other.to_owned()),
            }
        }
    }
}

/// Splits at colons, but not at that of a Windows drive nor within `${…}`.
fn sections(text: &str) -> Vec<String> {
    let mut sections = Vec::new();
    let mut section = String::new();
    let mut variables = 0;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let drive = section.chars().count() == 1 && section.starts_with(char::is_alphabetic);
        match character {
            '$' if characters.peek() == Some(&'{') => variables += 1,
            '}' if variables > 0 => variables -= 1,
            ':' if variables == 0 && !drive => {
                sections.push(std::mem::take(&mut section));
                continue;
            }
            _ => {}
        }
        section.push(character);
    }
    sections.push(section);
    sections
}

fn is_path(source: &str) -> bool {
    let mut characters = source.chars();
    match characters.next() {
        None => false,
        Some('.' | '/' | '~') => true,
        Some('\\') => source.starts_with("\\\\"),
        Some(first) => first.is_alphabetic() && characters.next() == Some(':'),
    }
}
