//! Records: they open whole, in their place, and not otherwise.

use vault::{Error, Place, Plaintext};

use crate::{PLACE, plain, text, vault};

#[test]
fn what_is_sealed_comes_out_again_and_no_two_records_are_alike() {
    let directory = tempfile::tempdir().unwrap();
    let vault = vault(directory.path());
    let long = "x".repeat(100_000);
    for word in ["", "a", "JBSWY3DPEHPK3PXP", long.as_str()] {
        let (one, other) = (
            vault.seal(&PLACE, &plain(word)).unwrap(),
            vault.seal(&PLACE, &plain(word)).unwrap(),
        );
        assert_eq!(text(&vault, &one).unwrap(), word);
        assert_eq!(text(&vault, &other).unwrap(), word);
        assert_eq!(one.len(), 1 + 8 + 32 + 12 + word.len() + 16);
        assert_ne!(one[9..], other[9..]);
        assert!(word.len() < 8 || !one.windows(word.len()).any(|part| part == word.as_bytes()));
    }
}

#[test]
fn a_plaintext_is_not_printed() {
    assert_eq!(format!("{:?}", Some(plain("correct horse"))), "Some([secret])");
}

#[test]
fn sec_66_a_flipped_byte_is_seen_wherever_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let vault = vault(directory.path());
    let record = vault.seal(&PLACE, &plain("JBSWY3DPEHPK3PXP")).unwrap();
    for at in 0..record.len() {
        for flip in (0..8).map(|bit| 1 << bit).chain([0xff]) {
            let mut flipped = record.clone();
            flipped[at] ^= flip;
            assert!(vault.unseal(&PLACE, &flipped).is_err(), "byte {at} ^ {flip}");
        }
    }
}

#[test]
fn sec_66_a_record_that_is_cut_or_longer_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let vault = vault(directory.path());
    let record = vault.seal(&PLACE, &plain("JBSWY3DPEHPK3PXP")).unwrap();
    for length in 0..record.len() {
        assert!(vault.unseal(&PLACE, &record[..length]).is_err(), "the first {length}");
        assert!(vault.unseal(&PLACE, &record[record.len() - length..]).is_err());
        assert!(vault.rewrap(&PLACE, &record[..length.min(68)]).is_err());
    }
    assert!(vault.unseal(&PLACE, &[record.as_slice(), &[0]].concat()).is_err());
    assert!(vault.unseal(&PLACE, &record.repeat(2)).is_err());
}

#[test]
fn sec_66_a_record_opens_in_no_other_table_row_column_or_owner() {
    let directory = tempfile::tempdir().unwrap();
    let vault = vault(directory.path());
    // Among them parts whose letters, put together without bounds, would be those of the right place.
    let others = [
        Place { table: "meta", ..PLACE },
        Place { row: "9c1e", ..PLACE },
        Place {
            column: "value",
            ..PLACE
        },
        Place { owner: "bob", ..PLACE },
        Place { owner: "", ..PLACE },
        Place {
            table: "factors9",
            row: "c1d",
            ..PLACE
        },
        Place {
            row: "9c1dsecret",
            column: "",
            ..PLACE
        },
        Place {
            row: "ada",
            owner: "9c1d",
            ..PLACE
        },
    ];
    let record = vault.seal(&PLACE, &plain("of ada")).unwrap();
    for other in others {
        assert!(
            matches!(vault.unseal(&other, &record), Err(Error::Damaged)),
            "{other:?}"
        );
        let theirs = vault.seal(&other, &plain("of another")).unwrap();
        assert!(
            matches!(vault.unseal(&PLACE, &theirs), Err(Error::Damaged)),
            "{other:?}"
        );
    }
    assert_eq!(text(&vault, &record).unwrap(), "of ada");
}

#[test]
fn sec_66_parts_of_two_records_make_none() {
    let directory = tempfile::tempdir().unwrap();
    let vault = vault(directory.path());
    let seal = |word: &str| vault.seal(&PLACE, &Plaintext::from(word.as_bytes().to_vec())).unwrap();
    let (one, other) = (seal("one of them"), seal("the another"));
    for at in 10..one.len() {
        let spliced = [&one[..at], &other[at..]].concat();
        assert!(vault.unseal(&PLACE, &spliced).is_err(), "joined at {at}");
    }
}
