//! What people have on their desks.

use std::collections::BTreeMap;

use rusqlite::{Connection, Result, params};
use serde_json::Value;

use super::users::unreadable;

/// The entries of one person's desk.
pub(crate) fn all(db: &Connection, user: &str) -> Result<BTreeMap<String, Value>> {
    db.prepare_cached("SELECT key, value FROM desk_entries WHERE user = ?1")?
        .query_map([user], |row| {
            let text: String = row.get(1)?;
            let value = serde_json::from_str(&text).map_err(|error| unreadable(1, error))?;
            Ok((row.get(0)?, value))
        })?
        .collect()
}

/// Keeps an entry, or takes it away where there is no value.
pub(crate) fn set(db: &Connection, user: &str, key: &str, value: Option<&Value>) -> Result<()> {
    match value {
        Some(value) => db.execute(
            "INSERT INTO desk_entries (user, key, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (user, key) DO UPDATE SET value = excluded.value",
            params![user, key, value.to_string()],
        )?,
        None => db.execute(
            "DELETE FROM desk_entries WHERE user = ?1 AND key = ?2",
            params![user, key],
        )?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use api::name::UserName;
    use api::time::Timestamp;
    use api::user::{Role, User};
    use serde_json::json;

    use super::*;
    use crate::store::users::Account;
    use crate::store::{open, users};

    #[test]
    fn a_desk_goes_with_its_account() {
        let directory = tempfile::tempdir().unwrap();
        let path = open::path_in(directory.path());
        let mut db = open::open(&path).unwrap();
        open::migrate(&mut db, &path).unwrap();
        for name in ["ada", "bob"] {
            let user = User {
                id: name.into(),
                name: UserName::parse(name).unwrap(),
                role: Role::Viewer,
                disabled: false,
                created: Timestamp(0),
            };
            let password_hash = String::new();
            users::insert(&db, &Account { user, password_hash }).unwrap();
            set(&db, name, "key", Some(&json!({"of": name}))).unwrap();
        }
        assert!(users::delete(&db, "ada").unwrap());
        assert!(all(&db, "ada").unwrap().is_empty());
        assert_eq!(json!(all(&db, "bob").unwrap()), json!({"key": {"of": "bob"}}));
        let rows: i64 = db
            .query_row("SELECT count(*) FROM desk_entries", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 1);
    }
}
