//! The files of docs/benchmarks that `--write` changes.
//! A section that was run replaces the text between its markers, in whichever file has them, and
//! nothing else is touched. `runs.md` states the machine and the settings once for each run; a
//! section links to its run, and a run that no section links to any more is removed. Each section
//! is written as soon as it is measured, so a later one that fails does not lose it. The images of
//! its tables are `plot`'s.

use std::path::{Path, PathBuf};

use super::Error;

const RUNS: &str = "runs.md";
const RUN: &str = "\n## Run ";

/// The docs/benchmarks folder of the repository that contains this package.
pub(super) fn folder() -> PathBuf {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = folders.find_map(|it| Some(it.join("docs/benchmarks")).filter(|it| it.is_dir()));
    found.unwrap_or_else(|| PathBuf::from("docs/benchmarks"))
}

/// Writes the text of a section between its markers.
pub(super) fn write(folder: &Path, section: &str, text: &str) -> Result<(), Error> {
    let mut files = files(folder)?;
    let place = files
        .iter_mut()
        .find_map(|(path, document)| Some((path, replace(document, section, text)?, document)));
    let (path, replaced, document) = place.ok_or_else(|| no_markers(folder, section))?;
    save(path, &replaced)?;
    *document = replaced;
    let runs = folder.join(RUNS);
    save(
        &runs,
        &prune(&read(&runs)?, |run| {
            let link = link(run);
            files.iter().any(|(_, document)| document.contains(&link))
        }),
    )
}

/// Whether there is a place for each of these sections: checked before spending an hour on them.
pub(super) fn has_markers(
    folder: &Path,
    sections: impl Iterator<Item = String>,
) -> Result<(), Error> {
    let files = files(folder)?;
    for section in sections {
        let mut places = files.iter().map(|(_, it)| replace(it, &section, ""));
        if !places.any(|it| it.is_some()) {
            return Err(no_markers(folder, &section));
        }
    }
    Ok(())
}

/// The link to the run with these circumstances, which this adds to `runs.md`.
pub(super) fn record_run(folder: &Path, circumstances: &str) -> Result<String, Error> {
    let path = folder.join(RUNS);
    let (runs, number) = record(&read(&path)?, circumstances);
    save(&path, &runs)?;
    Ok(link(number))
}

pub(super) fn files(folder: &Path) -> Result<Vec<(PathBuf, String)>, Error> {
    let entries = std::fs::read_dir(folder).map_err(Error::os("list docs/benchmarks"))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::os("list docs/benchmarks"))?.path();
        if path.extension().is_some_and(|it| it == "md") {
            let document = read(&path)?;
            files.push((path, document));
        }
    }
    Ok(files)
}

pub(super) fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(Error::os(format!("read {}", path.display())))
}

pub(super) fn save(path: &Path, document: &str) -> Result<(), Error> {
    std::fs::write(path, document).map_err(Error::os(format!("write {}", path.display())))
}

fn no_markers(folder: &Path, section: &str) -> Error {
    let path = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let section = section.to_owned();
    Error::NoMarkers { path, section }
}

/// The document with the text between the markers of a section replaced; `None` if they are
/// missing.
pub(super) fn replace(document: &str, section: &str, text: &str) -> Option<String> {
    let (begin, end) = (
        format!("<!-- bench:{section} -->"),
        format!("<!-- /bench:{section} -->"),
    );
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{text}\n{end}{after}"))
}

/// What is between the markers of a section.
pub(super) struct Section<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

/// The sections of a document, in its order.
pub(super) fn sections(document: &str) -> impl Iterator<Item = Section<'_>> {
    document.split("<!-- bench:").skip(1).filter_map(|from| {
        let (name, rest) = from.split_once(" -->")?;
        let (text, _) = rest.split_once(&format!("<!-- /bench:{name} -->"))?;
        Some(Section { name, text })
    })
}

fn link(run: u32) -> String {
    format!("[run {run}]({RUNS}#run-{run})")
}

/// Each run of `runs.md`: its number and its text.
fn runs(document: &str) -> impl Iterator<Item = (u32, &str)> {
    let runs = document.split(RUN).skip(1);
    runs.filter_map(|run| {
        let (number, circumstances) = run.split_once('\n')?;
        Some((number.trim().parse().ok()?, circumstances.trim()))
    })
}

/// The document with the run added, and the run's number. Sections of one run share circumstances.
fn record(document: &str, circumstances: &str) -> (String, u32) {
    if let Some((number, _)) = runs(document).find(|(_, it)| *it == circumstances) {
        return (document.to_owned(), number);
    }
    let number = 1 + runs(document).map(|(number, _)| number).max().unwrap_or(0);
    let document = document.trim_end();
    (
        format!("{document}\n{RUN}{number}\n\n{circumstances}\n"),
        number,
    )
}

/// The document with only the runs that are used.
fn prune(document: &str, used: impl Fn(u32) -> bool) -> String {
    let head = document.split(RUN).next().unwrap_or_default().trim_end();
    let kept = runs(document).filter(|(number, _)| used(*number));
    let kept: String = kept
        .map(|(number, circumstances)| format!("\n{RUN}{number}\n\n{circumstances}"))
        .collect();
    format!("{head}{kept}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "head\n\n<!-- bench:a -->\nold a\n<!-- /bench:a -->\nbetween\n\
                            <!-- bench:b -->\n<!-- /bench:b -->\nfoot\n";

    #[test]
    fn only_the_section_is_replaced_and_again() {
        let once = replace(DOCUMENT, "a", "new a").unwrap();
        assert_eq!(once, DOCUMENT.replace("old a", "new a"));
        assert_eq!(replace(&once, "a", "old a").unwrap(), DOCUMENT);
        let b = replace(DOCUMENT, "b", "| b |").unwrap();
        assert!(b.contains("<!-- bench:b -->\n| b |\n<!-- /bench:b -->\nfoot\n"));
        assert!(b.contains("old a"));
    }

    #[test]
    fn a_section_without_a_place_is_refused() {
        for document in [
            "",
            "<!-- bench:c -->",
            "<!-- /bench:c -->\n<!-- bench:c -->",
        ] {
            assert_eq!(replace(document, "c", "text"), None);
        }
        let path = Path::new("docs/benchmarks-of-nobody");
        assert_eq!(
            no_markers(path, "c").to_string(),
            "no file in \"docs/benchmarks-of-nobody\" has the lines `<!-- bench:c -->` and, after it, \
             `<!-- /bench:c -->`: add both where the section belongs, and run again"
        );
    }

    #[test]
    fn a_run_is_listed_once_and_as_long_as_a_section_links_to_it() {
        let (one, first) = record("# Runs\n", "Measured on Monday.");
        assert_eq!(first, 1);
        assert_eq!(record(&one, "Measured on Monday."), (one.clone(), 1));
        let (two, second) = record(&one, "Measured on Tuesday.");
        assert_eq!(second, 2);
        let both =
            "# Runs\n\n## Run 1\n\nMeasured on Monday.\n\n## Run 2\n\nMeasured on Tuesday.\n";
        assert_eq!(two, both);
        assert_eq!(prune(both, |_| true), both);
        let late = prune(both, |run| run == 2);
        assert_eq!(late, "# Runs\n\n## Run 2\n\nMeasured on Tuesday.\n");
        assert_eq!(record(&late, "Measured on Wednesday.").1, 3);
    }

    #[test]
    fn a_section_is_written_into_the_file_that_has_its_markers() {
        let temporary = std::env::temp_dir().join(format!("bench-document-{}", std::process::id()));
        std::fs::create_dir_all(&temporary).unwrap();
        std::fs::write(temporary.join("ab.md"), DOCUMENT).unwrap();
        std::fs::write(temporary.join(RUNS), "# Runs\n\n## Run 4\n\nLong ago.\n").unwrap();
        assert!(has_markers(&temporary, ["a".to_owned(), "b".to_owned()].into_iter()).is_ok());
        assert!(has_markers(&temporary, ["c".to_owned()].into_iter()).is_err());

        let run = record_run(&temporary, "Today.").unwrap();
        assert_eq!(run, "[run 5](runs.md#run-5)");
        write(&temporary, "b", &format!("Measured in {run}.")).unwrap();

        let document = read(&temporary.join("ab.md")).unwrap();
        let expected = DOCUMENT.replace(
            "bench:b -->\n<",
            "bench:b -->\nMeasured in [run 5](runs.md#run-5).\n<",
        );
        assert_eq!(document, expected);
        let runs = read(&temporary.join(RUNS)).unwrap();
        assert_eq!(runs, "# Runs\n\n## Run 5\n\nToday.\n");
        std::fs::remove_dir_all(&temporary).unwrap();
    }
}
