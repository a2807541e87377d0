//! Times and amounts as the desk says them.

use js_sys::Date;
use wasm_bindgen::JsValue;

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `Fri 20 Nov`, in the time zone of the browser.
#[must_use]
pub fn day(milliseconds: i64) -> String {
    let date = local(milliseconds);
    let day = DAYS.get(date.get_day() as usize).copied().unwrap_or_default();
    let month = MONTHS.get(date.get_month() as usize).copied().unwrap_or_default();
    format!("{day} {} {month}", date.get_date())
}

/// `22:58`, in the time zone of the browser.
#[must_use]
pub fn of_day(milliseconds: i64) -> String {
    let date = local(milliseconds);
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}

/// A length of time in its largest unit: `42 s`, `3 min`, `5 h`, `31 d`.
#[must_use]
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

fn local(milliseconds: i64) -> Date {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a time in milliseconds fits a double for 285,000 years"
    )]
    Date::new(&JsValue::from_f64(milliseconds as f64))
}

/// `9.3 GB`: three digits at most, in powers of a thousand as on the label of a disk.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    let mut value = bytes;
    let mut rest = 0;
    for unit in ["B", "kB", "MB", "GB", "TB"] {
        if value < 1000 {
            return match value {
                0..=9 if unit != "B" => format!("{value}.{} {unit}", rest / 100),
                _ => format!("{value} {unit}"),
            };
        }
        (value, rest) = (value / 1000, value % 1000);
    }
    format!("{value} PB")
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn amounts_have_three_digits_at_most() {
        for (amount, said) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (9_340_000_000, "9.3 GB"),
            (25_276_424_192, "25 GB"),
            (999_999_999_999, "999 GB"),
            (2_000_000_000_000, "2.0 TB"),
        ] {
            assert_eq!(bytes(amount), said);
        }
    }
}
