use super::*;

const SECTION: &str = "# Head\n\n<!-- bench:relay -->\n## Relay\n\nHow.\n\nMeasured in [run 1](runs.md#run-1).\n\n\
    | case | ours, ms | min–max | goal |\n|---|---|---|---|\n| p50 | 3.37 | 3.34–3.86 | ≤ 4 ms |\n<!-- /bench:relay -->\n";

/// What docs/benchmarks has to be, and what it is.
#[test]
fn each_section_with_a_spread_has_a_plot_of_its_table() {
    let folder = document::folder();
    let advice = "run `cargo run -p dispatcher-bench -- --plot`";
    let mut images = BTreeMap::new();
    for (path, document) in document::files(&folder).unwrap() {
        let (shown, of_this) = shown(&document);
        assert!(shown == document, "{}: {advice}", path.display());
        images.extend(of_this);
    }
    assert!(images.contains_key("relay.svg"), "{:?}", images.keys());
    let drawn = drawn(&folder).unwrap();
    let names = |images: &BTreeMap<String, String>| images.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&images), names(&drawn), "{advice}");
    for (name, image) in &images {
        assert!(
            drawn.get(name) == Some(image),
            "{name} is not of its table: {advice}"
        );
        assert!(image.len() < 40_000, "{name} has {} bytes", image.len());
    }
}

#[test]
fn an_image_stands_behind_the_run_and_once() {
    let (once, images) = shown(SECTION);
    let line = "(runs.md#run-1).\n\n![Relay: medians with smallest and largest](plots/relay.svg)\n\n| case";
    assert!(once.contains(line), "{once}");
    assert_eq!(images.len(), 1);
    let (twice, again) = shown(&once);
    assert_eq!((twice, again), (once, images));
}

#[test]
fn an_image_follows_its_table() {
    let (with, images) = shown(SECTION);
    let (_, changed) = shown(&with.replace("3.37", "3.38"));
    assert_ne!(images, changed);
    let (without, none) = shown(&with.replace("| p50 |", "p50"));
    assert!(!without.contains("plots/"), "{without}");
    assert!(none.is_empty());
}

#[test]
fn an_image_without_a_section_is_removed() {
    let folder = std::env::temp_dir().join(format!("bench-plot-{}", std::process::id()));
    std::fs::create_dir_all(folder.join(FOLDER)).unwrap();
    std::fs::write(folder.join("streams.md"), SECTION).unwrap();
    std::fs::write(folder.join(FOLDER).join("former.svg"), "<svg/>").unwrap();
    refresh(&folder).unwrap();
    let drawn = drawn(&folder).unwrap();
    assert_eq!(drawn.keys().collect::<Vec<_>>(), ["relay.svg"]);
    let document = std::fs::read_to_string(folder.join("streams.md")).unwrap();
    assert!(document.contains("](plots/relay.svg)"), "{document}");
    std::fs::remove_dir_all(&folder).unwrap();
}
