//! Accounts and the browsers that they have logged in from.

use api::name::UserName;
use api::time::Timestamp;
use api::user::{Role, User};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::secret::Hash;

/// How many browsers of one account are remembered.
const DEVICES: i64 = 50;

/// An account with what only the engine may see.
pub(crate) struct Account {
    pub(crate) user: User,
    pub(crate) password_hash: String,
}

const COLUMNS: &str = "id, name, role, disabled, created, password_hash";

pub(crate) fn insert(db: &Connection, account: &Account) -> Result<()> {
    let user = &account.user;
    db.execute(
        "INSERT INTO users (id, name, role, password_hash, disabled, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            user.id,
            user.name.as_str(),
            role_word(user.role),
            account.password_hash,
            user.disabled,
            user.created.0
        ],
    )?;
    Ok(())
}

pub(crate) fn by_name(db: &Connection, name: &UserName) -> Result<Option<Account>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE name = ?1"))?
        .query_row([name.as_str()], account)
        .optional()
}

pub(crate) fn by_id(db: &Connection, id: &str) -> Result<Option<Account>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE id = ?1"))?
        .query_row([id], account)
        .optional()
}

pub(crate) fn list(db: &Connection) -> Result<Vec<User>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM users ORDER BY name"))?
        .query_map([], |row| Ok(account(row)?.user))?
        .collect()
}

pub(crate) fn count(db: &Connection) -> Result<i64> {
    db.query_row("SELECT count(*) FROM users", [], |row| row.get(0))
}

/// How many administrators could log in, other than `except`.
pub(crate) fn other_administrators(db: &Connection, except: &str) -> Result<i64> {
    db.query_row(
        "SELECT count(*) FROM users WHERE role = 'administrator' AND disabled = 0 AND id <> ?1",
        [except],
        |row| row.get(0),
    )
}

pub(crate) fn update(db: &Connection, account: &Account) -> Result<()> {
    let user = &account.user;
    db.execute(
        "UPDATE users SET role = ?2, disabled = ?3, password_hash = ?4 WHERE id = ?1",
        params![user.id, role_word(user.role), user.disabled, account.password_hash],
    )?;
    Ok(())
}

pub(crate) fn delete(db: &Connection, id: &str) -> Result<bool> {
    Ok(db.execute("DELETE FROM users WHERE id = ?1", [id])? > 0)
}

/// Remembers a browser, and forgets the ones that were not seen for the longest.
pub(crate) fn remember_device(db: &Connection, user: &str, device: &Hash, now: Timestamp) -> Result<()> {
    db.execute(
        "INSERT INTO devices (hash, user, created, seen) VALUES (?1, ?2, ?3, ?3)
         ON CONFLICT (hash) DO UPDATE SET seen = excluded.seen WHERE user = excluded.user",
        params![device, user, now.0],
    )?;
    db.execute(
        "DELETE FROM devices WHERE user = ?1 AND hash NOT IN
         (SELECT hash FROM devices WHERE user = ?1 ORDER BY seen DESC LIMIT ?2)",
        params![user, DEVICES],
    )?;
    Ok(())
}

pub(crate) fn knows_device(db: &Connection, user: &str, device: &Hash) -> Result<bool> {
    db.prepare_cached("SELECT 1 FROM devices WHERE hash = ?1 AND user = ?2")?
        .exists(params![device, user])
}

fn account(row: &Row<'_>) -> Result<Account> {
    let name: String = row.get(1)?;
    let role: String = row.get(2)?;
    Ok(Account {
        user: User {
            id: row.get(0)?,
            name: UserName::parse(&name).map_err(|error| unreadable(1, error))?,
            role: role_from(&role).ok_or_else(|| unreadable(2, UnknownWord(role)))?,
            disabled: row.get(3)?,
            created: Timestamp(row.get(4)?),
        },
        password_hash: row.get(5)?,
    })
}

/// The error of a column that holds what this program never wrote.
pub(crate) fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

/// A word in the database that this program does not know.
#[derive(Debug, thiserror::Error)]
#[error("unknown word {0:?}")]
pub(super) struct UnknownWord(pub(super) String);

fn role_word(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Member => "member",
        Role::Administrator => "administrator",
    }
}

fn role_from(word: &str) -> Option<Role> {
    [Role::Viewer, Role::Member, Role::Administrator]
        .into_iter()
        .find(|role| role_word(*role) == word)
}
