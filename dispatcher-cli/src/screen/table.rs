//! Tables of 80 columns.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement};

use super::plain;
use crate::wrap::COLUMNS;

/// A table whose last column continues below itself where it does not fit. The other columns have names and numbers to
/// copy, so they are never broken.
pub(crate) struct Table {
    table: comfy_table::Table,
    has_head: bool,
}

impl Table {
    /// With these headings. A heading that begins with `#` is that of numbers, which are aligned to the right.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table
            .load_style(comfy_table::presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(COLUMNS).unwrap_or(u16::MAX))
            .set_header(
                headings
                    .iter()
                    .map(|heading| heading.trim_start_matches('#')),
            );
        for (index, column) in table.column_iter_mut().enumerate() {
            let is_last = index + 1 == headings.len();
            let is_number = headings.get(index).is_some_and(|it| it.starts_with('#'));
            column.set_padding((0, if is_last { 0 } else { 2 }));
            if is_number {
                column.set_cell_alignment(CellAlignment::Right);
            }
            if !is_last {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        Self {
            table,
            has_head: true,
        }
    }

    /// Without headings, of that many columns.
    pub(crate) fn bare(columns: usize) -> Self {
        let mut bare = Self::new(&vec![""; columns]);
        // The setter of comfy-table takes no "none".
        bare.has_head = false;
        bare
    }

    /// Adds a row. Its texts may be whatever is stored.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.table.add_row(cells.iter().map(|cell| plain(cell)));
    }

    /// Its lines, without blanks at their ends.
    pub(crate) fn text(&self) -> String {
        let lines = self.table.lines().map(|line| line.trim_end().to_owned());
        lines
            .skip(usize::from(!self.has_head))
            .map(|line| line + "\n")
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_continues_below_itself() {
        let mut table = Table::new(&["NAME", "#DEAD", "STATE"]);
        table.row([
            "coaching/credit_history".to_owned(),
            "3".to_owned(),
            "behind: 12 events fail with the same error, which is too long for the line".to_owned(),
        ]);
        table.row(["a".to_owned(), "1,204".to_owned(), "\u{1b}".to_owned()]);
        assert_eq!(
            table.text(),
            "\
NAME                      DEAD  STATE
coaching/credit_history      3  behind: 12 events fail with the same error,
                                which is too long for the line
a                        1,204  \\u{1b}
"
        );
    }
}
