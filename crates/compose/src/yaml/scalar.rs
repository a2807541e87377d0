//! Which value a scalar means.
//!
//! The rules are those that docker compose lives by: YAML 1.2 core, with the octals (`0777`), binaries and digit
//! separators (`1_000`) of YAML 1.1, without its `yes`, `no` and sexagesimals, and with its dates.

use super::syntax::Style;
use crate::tree::Value;

/// The value of a scalar; an error where its tag and its text do not agree.
pub(crate) fn resolve(text: &str, style: Style, tag: Option<&str>) -> Result<Value, String> {
    if tag.is_none_or(|tag| tag == "!") && style != Style::Plain || tag == Some("!") {
        return Ok(Value::Str(text.to_owned()));
    }
    let mismatch = |want: &str| Err(format!("`{text}` is tagged {want}, which it is not"));
    match tag {
        None => Ok(plain(text)),
        Some("!!str") => Ok(Value::Str(text.to_owned())),
        Some("!!binary") => decode_base64(text).map(Value::Str),
        Some("!!null") => match plain(text) {
            Value::Null => Ok(Value::Null),
            _ => mismatch("!!null"),
        },
        Some("!!bool") => match plain(text) {
            Value::Bool(value) => Ok(Value::Bool(value)),
            _ => mismatch("!!bool"),
        },
        Some("!!int") => match plain(text) {
            Value::Int(value) => Ok(Value::Int(value)),
            _ => mismatch("!!int"),
        },
        Some("!!float") => match plain(text) {
            Value::Int(value) => Ok(Value::Float(value as f64)),
            Value::Float(value) => Ok(Value::Float(value)),
            _ => mismatch("!!float"),
        },
        Some(_) => Ok(Value::Str(text.to_owned())),
    }
}

/// Whether a plain scalar of this text is a string, so that it needs no quotes.
pub(crate) fn is_plain_string(text: &str) -> bool {
    matches!(plain(text), Value::Str(_))
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let string = || Value::Str(text.to_owned());
    match text.as_bytes()[0] {
        b'.' => match text.parse() {
            Ok(float) if is_float(text) => Value::Float(float),
            _ => string(),
        },
        b'0'..=b'9' | b'+' | b'-' => {
            if let Some(time) = time(text) {
                return Value::Time(time);
            }
            let digits = text.replace('_', "");
            match integer(&digits) {
                Some(integer) => Value::Int(integer),
                None if is_float(&digits) => digits.parse().map_or_else(|_| string(), Value::Float),
                None => string(),
            }
        }
        _ => string(),
    }
}

fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let radix = |prefix: [&str; 2]| prefix.iter().find_map(|prefix| digits.strip_prefix(prefix));
    let (digits, radix) = if let Some(digits) = radix(["0x", "0X"]) {
        (digits, 16)
    } else if let Some(digits) = radix(["0b", "0B"]) {
        (digits, 2)
    } else if let Some(digits) = radix(["0o", "0O"]) {
        (digits, 8)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (&digits[1..], 8)
    } else {
        (digits, 10)
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let magnitude = i128::from(u64::from_str_radix(digits, radix).ok()?);
    match negative {
        true if magnitude <= -i128::from(i64::MIN) => Some(-magnitude),
        true => None,
        // An explicit plus is a sign of a signed number.
        false if text.starts_with('+') && magnitude > i128::from(i64::MAX) => None,
        false => Some(magnitude),
    }
}

/// `[-+]? ( . digits | digits ( . digits? )? ) ( e [-+]? digits )?`
fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mantissa = is_digits(whole) && is_digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && is_digits(digits)
    });
    mantissa && exponent
}

/// A date, or a date with a time, in the form of RFC 3339.
fn time(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |digits: &str, most: u32| -> Option<u32> {
        let fits = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|&number| fits && number <= most)
    };
    let (date, clock) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((&text[at + 1..], bytes[at] != b' '))),
        None => (text, None),
    };
    let (month, day) = date[5..].split_once('-')?;
    let (month, day) = (number(month, 12)?, number(day, 31)?);
    if month == 0 || day == 0 {
        return None;
    }
    let date = format!("{}-{month:02}-{day:02}", &date[..4]);
    let Some((clock, zoned)) = clock else {
        return Some(format!("{date}T00:00:00Z"));
    };
    let (clock, zone) = match clock.find(['Z', '+', '-']) {
        Some(at) if zoned => (&clock[..at], &clock[at..]),
        None if !zoned => (clock, "Z"),
        _ => return None,
    };
    let (clock, fraction) = clock
        .split_once('.')
        .map_or((clock, ""), |(clock, fraction)| (clock, fraction));
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    let (hour, minute, second) = (number(hour, 23)?, number(minute, 59)?, number(second, 59)?);
    let zone_fits = zone == "Z" || zone.len() == 6 && zone.as_bytes()[3] == b':';
    if parts.next().is_some() || !zone_fits || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!(
        "{date}T{hour:02}:{minute:02}:{second:02}{point}{fraction}{zone}"
    ))
}

fn decode_base64(text: &str) -> Result<String, String> {
    let invalid = || "this `!!binary` value is not base64 of UTF-8 text".to_owned();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err(invalid()),
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    String::from_utf8(bytes).map_err(|_| invalid())
}
