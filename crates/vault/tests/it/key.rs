//! The key: made once, private, and never made anew where it must be there.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use vault::{Error, KeySource, Vault};

use crate::{PLACE, plain, source, text, vault};

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_key_is_made_once_for_its_user_alone() {
    let directory = tempfile::tempdir().unwrap();
    let record = vault(directory.path()).seal(&PLACE, &plain("kept")).unwrap();
    let file = source(directory.path()).file;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    assert_eq!(
        fs::read_dir(file.parent().unwrap()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
    let written = fs::read(&file).unwrap();
    let again = Vault::open(source(directory.path()), true).unwrap();
    assert_eq!(text(&again, &record).unwrap(), "kept");
    assert_eq!(fs::read(&file).unwrap(), written);
}

#[test]
fn of_many_who_make_the_key_at_once_all_have_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let vaults: Vec<Vault> = std::thread::scope(|scope| {
        let make = || scope.spawn(|| Vault::open(source(directory.path()), false).unwrap());
        let makers: Vec<_> = (0..16).map(|_| make()).collect();
        makers.into_iter().map(|maker| maker.join().unwrap()).collect()
    });
    let file = vault(directory.path());
    for vault in &vaults {
        let record = vault.seal(&PLACE, &plain("shared")).unwrap();
        assert_eq!(text(&file, &record).unwrap(), "shared");
    }
}

#[test]
fn fault_19_a_key_that_must_be_there_is_never_made() {
    let directory = tempfile::tempdir().unwrap();
    let refused = Vault::open(source(directory.path()), true).err().unwrap();
    assert!(matches!(refused, Error::Missing { .. }), "{refused}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn fault_19_a_key_that_others_may_read_is_refused_whether_needed_or_not() {
    let directory = tempfile::tempdir().unwrap();
    drop(vault(directory.path()));
    let file = source(directory.path()).file;
    for bits in [0o644, 0o640, 0o604, 0o660, 0o601] {
        fs::set_permissions(&file, fs::Permissions::from_mode(bits)).unwrap();
        for must_exist in [false, true] {
            let refused = Vault::open(source(directory.path()), must_exist).err().unwrap();
            assert!(refused.to_string().contains("chmod 600"), "{refused}");
        }
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(Vault::open(source(directory.path()), true).is_ok());
}

#[test]
fn fault_19_another_key_opens_nothing_and_says_so() {
    let (directory, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let record = vault(directory.path()).seal(&PLACE, &plain("kept")).unwrap();
    let refused = vault(other.path()).unseal(&PLACE, &record).unwrap_err();
    assert!(matches!(refused, Error::UnknownKey), "{refused}");
}

#[test]
fn fault_19_a_file_that_is_no_key_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    drop(vault(directory.path()));
    let file = source(directory.path()).file;
    let whole = fs::read(&file).unwrap();
    let mut cases: Vec<Vec<u8>> = (0..whole.len() - 1).map(|length| whole[..length].to_vec()).collect();
    cases.push([whole.as_slice(), b"a second line that is no key\n"].concat());
    cases.push(vec![0xff; 32]);
    cases.push(b"c2hvcnQ=\n".to_vec());
    for content in cases {
        fs::write(&file, &content).unwrap();
        let refused = Vault::open(source(directory.path()), false).err().unwrap();
        assert!(matches!(refused, Error::NotAKey { .. }), "{refused}");
        assert_eq!(fs::read(&file).unwrap(), content);
    }
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(Vault::open(source(directory.path()), false).is_err(), "a directory");
}

#[test]
fn a_credential_wins_over_the_file_and_is_never_written() {
    let directory = tempfile::tempdir().unwrap();
    drop(vault(directory.path()));
    let credentials = directory.path().join("credentials");
    fs::create_dir(&credentials).unwrap();
    let with = || KeySource {
        credentials: Some(credentials.clone()),
        ..source(directory.path())
    };
    let from_file = Vault::open(with(), true).unwrap().seal(&PLACE, &plain("x")).unwrap();
    fs::write(credentials.join("master"), [7; 32]).unwrap();
    let vault = Vault::open(with(), true).unwrap();
    assert!(matches!(vault.unseal(&PLACE, &from_file), Err(Error::UnknownKey)));
    let record = vault.seal(&PLACE, &plain("y")).unwrap();
    assert!(matches!(vault.add_key(), Err(Error::Credential { .. })));
    assert_eq!(fs::read(credentials.join("master")).unwrap(), [7; 32]);
    assert_eq!(text(&Vault::open(with(), true).unwrap(), &record).unwrap(), "y");
    fs::write(credentials.join("master"), [7; 31]).unwrap();
    assert!(matches!(Vault::open(with(), false).err(), Some(Error::NotAKey { .. })));
}
