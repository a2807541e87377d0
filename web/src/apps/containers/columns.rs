//! The columns of the list: which are wished, which of them fit, and how wide they are; pure.

use serde::{Deserialize, Serialize};

/// A column. The list can be sorted by each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Column {
    /// The name, and the image below it; always there.
    #[default]
    Name,
    /// What it is doing, and for how long; always there.
    Status,
    /// What its health check says.
    Health,
    /// How long it has been running.
    Uptime,
    /// Its share of a processor.
    Cpu,
    /// Its memory.
    Memory,
    /// The image.
    Image,
    /// The ports.
    Ports,
    /// The stack.
    Stack,
}

/// Those that can be chosen, in the order in which they stand.
pub const OPTIONAL: [Column; 7] = [
    Column::Health,
    Column::Uptime,
    Column::Cpu,
    Column::Memory,
    Column::Image,
    Column::Ports,
    Column::Stack,
];

/// Those that go first where there is no room.
const SPARE: [Column; 7] = [
    Column::Image,
    Column::Uptime,
    Column::Health,
    Column::Stack,
    Column::Ports,
    Column::Memory,
    Column::Cpu,
];

/// What stands around the columns, and between two of them, in pixels.
const AROUND: f64 = 28.0;
const GAP: f64 = 14.0;
/// The buttons at the end of a row.
const ACTS: f64 = 96.0;

impl Column {
    /// Its heading.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Status => "Status",
            Self::Health => "Health",
            Self::Uptime => "Uptime",
            Self::Cpu => "CPU",
            Self::Memory => "Memory",
            Self::Image => "Image",
            Self::Ports => "Ports",
            Self::Stack => "Stack",
        }
    }

    /// Whether only a machine that counts has something to put in it.
    #[must_use]
    pub fn is_counted(self) -> bool {
        matches!(self, Self::Cpu | Self::Memory)
    }

    /// The class of its cells.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Name => "cell-name",
            Self::Status => "cell-status",
            Self::Cpu => "cell-cpu",
            Self::Memory => "cell-memory",
            Self::Health | Self::Uptime | Self::Image | Self::Ports => "cell-ports",
            Self::Stack => "cell-stack",
        }
    }

    /// The least width in pixels, and its share of what is left.
    fn width(self) -> (f64, f64) {
        match self {
            Self::Name => (150.0, 1.4),
            Self::Status => (150.0, 1.0),
            Self::Health => (84.0, 0.4),
            Self::Uptime => (64.0, 0.3),
            Self::Cpu => (112.0, 0.0),
            Self::Memory => (68.0, 0.0),
            Self::Image => (130.0, 1.0),
            Self::Ports => (90.0, 0.7),
            Self::Stack => (80.0, 0.6),
        }
    }
}

/// The columns that are drawn in a list of this width: the wished ones in their order, less those without room. Before
/// the width is known, it is taken for wide.
#[must_use]
pub fn fitting(wished: &[Column], counted: bool, width: f64) -> Vec<Column> {
    let mut columns = vec![Column::Name, Column::Status];
    let some = OPTIONAL.into_iter();
    columns.extend(some.filter(|it| wished.contains(it) && (counted || !it.is_counted())));
    let needed = |columns: &[Column]| {
        let least: f64 = columns.iter().map(|it| it.width().0 + GAP).sum();
        least + ACTS + AROUND
    };
    for spare in SPARE {
        if width <= 0.0 || needed(&columns) <= width {
            break;
        }
        columns.retain(|it| *it != spare);
    }
    columns
}

/// The widths of columns, as the style sheet takes them.
#[must_use]
pub fn template(columns: &[Column]) -> String {
    let mut text = String::new();
    for column in columns {
        let (least, share) = column.width();
        if share > 0.0 {
            text.push_str(&format!("minmax({least}px, {share}fr) "));
        } else {
            text.push_str(&format!("{least}px "));
        }
    }
    format!("{text}{ACTS}px")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_their_own_order_and_the_first_two_always_do() {
        let wished = [Column::Stack, Column::Health];
        let shown = [Column::Name, Column::Status, Column::Health, Column::Stack];
        assert_eq!(fitting(&wished, true, 2000.0), shown);
        assert_eq!(fitting(&wished, true, 0.0), shown, "before anybody knows");
        assert_eq!(fitting(&[], true, 100.0), [Column::Name, Column::Status]);
    }

    #[test]
    fn a_machine_that_does_not_count_has_no_column_for_it() {
        let shown = fitting(&OPTIONAL, false, 2000.0);
        assert!(!shown.iter().any(|it| it.is_counted()), "{shown:?}");
    }

    #[test]
    fn what_is_said_elsewhere_goes_first_where_there_is_no_room() {
        let all = fitting(&OPTIONAL, true, 2000.0);
        assert_eq!(all.len(), 9);
        let fewer = fitting(&OPTIONAL, true, 900.0);
        assert!(
            !fewer.contains(&Column::Image) && fewer.contains(&Column::Ports),
            "{fewer:?}"
        );
        assert!(fitting(&OPTIONAL, true, 600.0).contains(&Column::Cpu));
    }

    #[test]
    fn widths_are_said_for_each_column_and_the_buttons() {
        let said = template(&[Column::Name, Column::Cpu]);
        assert_eq!(said, "minmax(150px, 1.4fr) 112px 96px");
    }
}
