//! Sizes: `512`, `64k`, `1.5 GiB`.

/// The number of bytes, in powers of 1024.
pub(crate) fn parse(text: &str) -> Result<i64, String> {
    let invalid = || format!("`{text}` is not a size such as `512m` or `1.5g`");
    let split = text
        .rfind(|c: char| c.is_ascii_digit() || c == '.' || c == ' ')
        .ok_or_else(invalid)?;
    let (number, suffix) = match text.as_bytes()[split] {
        b' ' => (&text[..split], &text[split + 1..]),
        _ => text.split_at(split + 1),
    };
    let number: f64 = number.parse().map_err(|_| invalid())?;
    if !number.is_finite() || number < 0.0 {
        return Err(invalid());
    }
    let power = match suffix.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        "p" | "pb" | "pib" => 5,
        _ => return Err(invalid()),
    };
    Ok((number * 1024f64.powi(power)) as i64)
}
