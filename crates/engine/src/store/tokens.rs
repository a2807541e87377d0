//! API tokens.

use api::time::Timestamp;
use api::token::{Scope, Token};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::users::{UnknownWord, unreadable};
use crate::secret::Hash;

const COLUMNS: &str = "id, label, scope, created, seen, expires, user";

/// A token and its owner's id.
pub(crate) struct TokenRow {
    pub(crate) token: Token,
    pub(crate) user: String,
}

pub(crate) fn insert(db: &Connection, user: &str, token: &Token, hash: &Hash) -> Result<()> {
    db.execute(
        "INSERT INTO tokens (id, user, hash, label, scope, created, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            token.id,
            user,
            hash,
            token.label,
            scope_word(token.scope),
            token.created.0,
            token.expires.map(|at| at.0)
        ],
    )?;
    Ok(())
}

pub(crate) fn by_hash(db: &Connection, hash: &Hash) -> Result<Option<TokenRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM tokens WHERE hash = ?1"))?
        .query_row([hash], row)
        .optional()
}

pub(crate) fn of_user(db: &Connection, user: &str) -> Result<Vec<Token>> {
    db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM tokens WHERE user = ?1 ORDER BY created, id"
    ))?
    .query_map([user], |columns| Ok(row(columns)?.token))?
    .collect()
}

pub(crate) fn touch(db: &Connection, id: &str, seen: Timestamp) -> Result<()> {
    db.execute("UPDATE tokens SET seen = ?2 WHERE id = ?1", params![id, seen.0])?;
    Ok(())
}

pub(crate) fn delete(db: &Connection, user: &str, id: &str) -> Result<bool> {
    Ok(db.execute("DELETE FROM tokens WHERE id = ?1 AND user = ?2", [id, user])? > 0)
}

pub(crate) fn delete_of_user(db: &Connection, user: &str) -> Result<usize> {
    db.execute("DELETE FROM tokens WHERE user = ?1", [user])
}

fn row(row: &Row<'_>) -> Result<TokenRow> {
    let scope: String = row.get(2)?;
    Ok(TokenRow {
        token: Token {
            id: row.get(0)?,
            label: row.get(1)?,
            scope: scope_from(&scope).ok_or_else(|| unreadable(2, UnknownWord(scope)))?,
            created: Timestamp(row.get(3)?),
            seen: row.get::<_, Option<i64>>(4)?.map(Timestamp),
            expires: row.get::<_, Option<i64>>(5)?.map(Timestamp),
        },
        user: row.get(6)?,
    })
}

fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Operate => "operate",
        Scope::Administer => "administer",
    }
}

fn scope_from(word: &str) -> Option<Scope> {
    [Scope::Read, Scope::Operate, Scope::Administer]
        .into_iter()
        .find(|scope| scope_word(*scope) == word)
}
