//! Rotation: add a key, rewrap, drop the old ones; wherever it is cut, everything opens.

use std::fs;

use vault::{Error, Vault};

use crate::{PLACE, plain, source, text, vault};

#[test]
fn after_a_rotation_the_old_key_opens_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let vault = vault(directory.path());
    let file = source(directory.path()).file;
    let old_file = fs::read(&file).unwrap();
    let old = vault.seal(&PLACE, &plain("kept")).unwrap();
    assert_eq!(vault.rewrap(&PLACE, &old).unwrap(), None, "it is under the current key");
    vault.add_key().unwrap();
    let new = vault.rewrap(&PLACE, &old).unwrap().unwrap();
    vault.drop_old_keys().unwrap();
    assert_eq!(text(&vault, &new).unwrap(), "kept");
    assert!(matches!(vault.unseal(&PLACE, &old), Err(Error::UnknownKey)));
    fs::write(&file, old_file).unwrap();
    let stolen = Vault::open(source(directory.path()), true).unwrap();
    assert!(matches!(stolen.unseal(&PLACE, &new), Err(Error::UnknownKey)));
}

#[test]
fn a_record_that_was_moved_is_not_rewrapped() {
    let directory = tempfile::tempdir().unwrap();
    let vault = vault(directory.path());
    let elsewhere = vault::Place { row: "other", ..PLACE };
    let record = vault.seal(&elsewhere, &plain("of another")).unwrap();
    vault.add_key().unwrap();
    assert!(matches!(vault.rewrap(&PLACE, &record), Err(Error::Damaged)));
}

#[test]
fn fault_19_a_rotation_that_is_cut_after_any_step_leaves_everything_readable() {
    const RECORDS: usize = 4;
    // Steps: the new file is written beside, the key is added, one record after the other is rewrapped, old keys go.
    for cut in 0..RECORDS + 3 {
        let directory = tempfile::tempdir().unwrap();
        let before = vault(directory.path());
        let seal = |n: usize| before.seal(&PLACE, &plain(&n.to_string())).unwrap();
        let mut records: Vec<Vec<u8>> = (0..RECORDS).map(seal).collect();
        let everything_opens = |records: &[Vec<u8>]| {
            let after = Vault::open(source(directory.path()), true).unwrap();
            for (n, record) in records.iter().enumerate() {
                assert_eq!(text(&after, record).unwrap(), n.to_string(), "cut after step {cut}");
            }
            after
        };
        for step in 0..=cut {
            match step {
                0 => fs::write(source(directory.path()).file.with_extension("new-1"), "half a fi").unwrap(),
                1 => before.add_key().unwrap(),
                step if step < RECORDS + 2 => {
                    let record = &mut records[step - 2];
                    *record = before.rewrap(&PLACE, record).unwrap().unwrap();
                }
                _ => before.drop_old_keys().unwrap(),
            }
        }
        // The next rotation, by another process, ends what this one began.
        let again = everything_opens(&records);
        again.add_key().unwrap();
        everything_opens(&records);
        for record in &mut records {
            *record = again.rewrap(&PLACE, record).unwrap().unwrap();
        }
        again.drop_old_keys().unwrap();
        everything_opens(&records);
    }
}

#[test]
fn fault_19_a_key_file_that_cannot_be_written_stops_the_rotation_before_anything_is_sealed_anew() {
    let directory = tempfile::tempdir().unwrap();
    let vault = vault(directory.path());
    let record = vault.seal(&PLACE, &plain("kept")).unwrap();
    let file = source(directory.path()).file;
    let aside = directory.path().join("aside");
    fs::rename(file.parent().unwrap(), &aside).unwrap();
    assert!(matches!(vault.add_key(), Err(Error::File { .. })));
    assert_eq!(
        vault.rewrap(&PLACE, &record).unwrap(),
        None,
        "the key is the one before"
    );
    fs::rename(&aside, file.parent().unwrap()).unwrap();
    assert_eq!(
        text(&Vault::open(source(directory.path()), true).unwrap(), &record).unwrap(),
        "kept"
    );
}
