//! The fuzz targets, driven over their corpus: what `cargo fuzz` needs a nightly toolchain for runs here as it is.

pub(crate) use compose::fuzz::{dotenv, edit, load, variables};

#[test]
fn the_corpus_holds() {
    check("load", load);
    check("variables", variables);
    check("dotenv", dotenv);
    check("edit", edit);
}

fn check(name: &str, target: fn(&[u8])) {
    let folder = format!("{}/fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the corpus") {
        let bytes = std::fs::read(entry.expect("an input").path()).expect("an input");
        // Each input, and each of it cut short: what breaks parsers is what is missing.
        for end in (0..=bytes.len()).rev().step_by(1 + bytes.len() / 64) {
            target(&bytes[..end]);
        }
        count += 1;
    }
    assert!(count > 2, "{folder} holds {count} inputs");
}
