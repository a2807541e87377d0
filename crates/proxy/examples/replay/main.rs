//! Replays raw requests against the proxy: what it answers, and what of them reaches the app.
//!
//! `replay FOLDER TABLE SEEN` takes every `.http` file below FOLDER in gunicorn's spelling, and prints those whose answers are
//! not the ones in TABLE (a line a file: its name, the answers' statuses joined by `+`, and why). What the app has read goes to
//! one file a connection in SEEN, for another parser to read again. The last line is `agree A/B`.

mod corpus;
mod stage;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use stage::Stage;
use tokio::task::JoinSet;

/// What every step may fail with; this program ends then and says so.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [folder, table, seen] = arguments.as_slice() else {
        return Err("usage: replay FOLDER TABLE SEEN".into());
    };
    let expected = read_table(&std::fs::read_to_string(table)?)?;
    let mut replays = JoinSet::new();
    for case in corpus::cases(folder)? {
        replays.spawn(async move {
            let stage = Stage::start(&case.hosts()).await?;
            let statuses = stage.replay(&case.bytes).await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>((case.name, statuses, stage.seen()))
        });
    }
    std::fs::create_dir_all(seen)?;
    let mut found = BTreeMap::new();
    while let Some(replayed) = replays.join_next().await {
        let (name, statuses, connections) = replayed??;
        keep(seen, &name, &connections)?;
        found.insert(name, statuses);
    }
    let mut agree = 0;
    for (name, statuses) in &found {
        match expected.get(name) {
            Some(expected) if expected == statuses => agree += 1,
            Some(expected) => println!("{name}: {statuses}, and the table says {expected}"),
            None => println!("{name}: {statuses}, and the table does not name it"),
        }
    }
    for name in expected.keys().filter(|name| !found.contains_key(*name)) {
        println!("{name}: is in the table and not in the corpus");
    }
    println!("agree {agree}/{}", found.len());
    Ok(())
}

/// Name → statuses. Every line has a reason.
fn read_table(text: &str) -> Result<BTreeMap<String, String>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            match (words.next(), words.next(), words.next()) {
                (Some(name), Some(statuses), Some(_reason)) => Ok((name.to_owned(), statuses.to_owned())),
                _ => Err(format!("not a name, statuses and a reason: {line}").into()),
            }
        })
        .collect()
}

fn keep(folder: &Path, name: &str, connections: &[Vec<u8>]) -> Result<()> {
    for (number, bytes) in connections.iter().enumerate() {
        let file = format!("{}.{number}", name.replace('/', "-"));
        std::fs::write(folder.join(file), bytes)?;
    }
    Ok(())
}
