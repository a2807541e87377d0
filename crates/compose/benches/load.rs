//! How long loading takes: prints one line a file, `NAME LINES MEDIAN_MICROSECONDS`.
//!
//! Without arguments it measures two generated files, of 100 and of 2,000 lines; else the files that are named.

use std::time::Instant;

use compose::{FileError, FileKind, Files, LoadOptions, load};

struct One(String);

impl Files for One {
    fn read(&self, _path: &str, _limit: usize) -> Result<Vec<u8>, FileError> {
        Ok(self.0.clone().into_bytes())
    }

    fn kind(&self, _path: &str) -> Option<FileKind> {
        None
    }
}

/// A file of about this many lines, such as people write.
fn generated(lines: usize) -> String {
    let mut text = String::from("name: bench\nservices:\n");
    for index in 0..lines.saturating_sub(2).div_ceil(14) {
        text.push_str(&format!(
            "  app{index}:\n    image: registry.example.org/app:${{TAG:-1.{index}}}\n    restart: unless-stopped\n    \
             environment:\n      DATABASE_URL: postgres://app:secret@db:5432/app{index}\n      LOG_LEVEL: \"info\"\n    \
             ports:\n      - \"80{index}:8080\"\n    volumes:\n      - ./data/{index}:/data:ro\n    healthcheck:\n      \
             test: [\"CMD\", \"curl\", \"-f\", \"http://localhost\"]\n      interval: 30s\n    labels: {{a: b}}\n"
        ));
    }
    text
}

fn measure(name: &str, text: String) {
    let lines = text.lines().count();
    let files = One(text);
    let options = LoadOptions {
        files: vec!["/bench/compose.yaml".to_owned()],
        ..LoadOptions::default()
    };
    let mut spent: Vec<_> = (0..51)
        .map(|_| {
            let started = Instant::now();
            let loaded = load(&options, &files);
            assert!(loaded.project.is_some());
            started.elapsed()
        })
        .collect();
    spent.sort();
    println!("{name} {lines} {}", spent[spent.len() / 2].as_micros());
}

fn main() {
    // `cargo bench` adds an argument of its own.
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    for path in &named {
        measure(
            path,
            std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}")),
        );
    }
    if named.is_empty() {
        measure("generated-100", generated(100));
        measure("generated-2000", generated(2_000));
    }
}
