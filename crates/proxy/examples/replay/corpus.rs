//! gunicorn's files, each as it is and, where it names no host, with one: line ends of the file mean nothing, `\r`, `\n`, `\t`, `\0` and `\xHH` are what they say.

use std::path::Path;

use crate::Result;

/// One file.
pub(crate) struct Case {
    /// Its folder and name.
    pub(crate) name: String,
    /// What it stands for.
    pub(crate) bytes: Vec<u8>,
}

impl Case {
    /// The same with a host, if it names none and has lines at all.
    fn with_host(&self) -> Option<Self> {
        let end = self.bytes.windows(2).position(|pair| pair == b"\r\n")? + 2;
        if !self.hosts().is_empty() || end == 2 {
            return None;
        }
        let (line, rest) = self.bytes.split_at(end);
        Some(Self {
            name: format!("{}+host", self.name),
            bytes: [line, b"Host: a\r\n", rest].concat(),
        })
    }

    /// The hosts that it names, so that the proxy knows them: what is tried here is how a request is read.
    pub(crate) fn hosts(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.bytes).to_ascii_lowercase();
        let hosts = text.split("\r\n").filter_map(|line| line.strip_prefix("host:"));
        hosts.map(|host| host.trim().to_owned()).collect()
    }
}

/// All of them, in order.
pub(crate) fn cases(folder: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for kind in ["invalid", "valid"] {
        for entry in std::fs::read_dir(folder.join(kind))? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "http") {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let case = Case {
                    name: format!("{kind}/{name}"),
                    bytes: decode(&std::fs::read(&path)?)?,
                };
                cases.extend(case.with_host());
                cases.push(case);
            }
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

fn decode(text: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied().filter(|&byte| byte != b'\n');
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match rest.next() {
            Some(b'r') => b'\r',
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'0') => 0,
            Some(b'x') => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                u8::from_str_radix(std::str::from_utf8(&digits)?, 16)?
            }
            other => return Err(format!("an unknown escape: {other:?}").into()),
        });
    }
    Ok(out)
}
