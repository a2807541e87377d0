//! Edits.
use api::compose::Edit;
/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// Not yet.
    #[error("no")]
    No,
}
/// Applies.
pub fn apply(text: &str, _edits: &[Edit]) -> Result<String, EditError> {
    Ok(text.to_owned())
}
