//! BENCHMARKS.md sums up docs/benchmarks, and contains no figure that is not there.

use dispatcher_test_fixtures::TestResult;

/// `bench --write` changes the files in docs/benchmarks; this says which rows of the summary to change.
#[test]
fn the_summary_has_the_figures_of_the_sections_that_it_links_to() -> TestResult {
    let root = super::root();
    let summary = std::fs::read_to_string(root.join("BENCHMARKS.md"))?;
    let lines = summary.lines().count();
    assert!(
        lines <= 60,
        "BENCHMARKS.md has {lines} lines, and is a summary"
    );
    let mut figures = 0;
    for row in summary.lines().filter(|line| line.starts_with("| ")) {
        let Some((figures_of_row, link)) = row.rsplit_once("](") else {
            continue; // the table's head
        };
        let file = link.split(')').next().unwrap_or_default();
        let section = std::fs::read_to_string(root.join(file))?;
        // The first cell names the job.
        let cells = figures_of_row.split('|').skip(2);
        for number in cells.flat_map(numbers) {
            assert!(
                numbers(&section).any(|it| it == number),
                "{number} is not in {file}, so this row is out of date:\n{row}"
            );
            figures += 1;
        }
    }
    assert!(figures >= 30, "{figures} figures");
    Ok(())
}

fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|it: char| !it.is_ascii_digit() && it != '.');
    words.filter(|it| it.starts_with(|it: char| it.is_ascii_digit()))
}
