//! The modules of a crate, the file that each path resolves to, and the import cycles among files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::imports;

/// One file names an item of another.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) path: String,
    /// The file that the path names, which may re-export the item.
    pub(crate) named: String,
    /// The file that defines the item.
    pub(crate) target: String,
}

/// The files of a crate by their module paths, such as `["consume", "pass"]`.
pub(crate) struct Modules {
    files: BTreeMap<Vec<String>, String>,
    paths: BTreeMap<String, Vec<imports::Path>>,
}

/// The sources below a folder, by their paths relative to it.
pub(crate) fn read_sources(src: &Path) -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    let mut folders = vec![src.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the sources can be read") {
            let path = entry.expect("an entry of the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(src)
                    .ok()
                    .and_then(Path::to_str)
                    .expect("a source below src, named in UTF-8");
                let text = fs::read_to_string(&path).expect("a source is text");
                sources.insert(name.replace('\\', "/"), text);
            }
        }
    }
    sources
}

impl Modules {
    pub(crate) fn new(sources: &BTreeMap<String, String>) -> Self {
        let files = sources.keys();
        let files = files.map(|file| (module_of(file), file.clone())).collect();
        let paths = sources.iter().map(|(file, text)| {
            let children = imports::children(text);
            (file.clone(), imports::paths(text, &children))
        });
        Self {
            files,
            paths: paths.collect(),
        }
    }

    /// Every import of another file of the crate.
    pub(crate) fn imports(&self) -> Vec<Import> {
        let mut found = Vec::new();
        for (file, paths) in &self.paths {
            for path in paths {
                let resolved = self.resolve(&module_of(file), &path.segments, 0);
                if let Some((named, target)) = resolved.filter(|(_, target)| target != file) {
                    found.push(Import {
                        file: file.clone(),
                        line: path.line,
                        path: path.segments.join("::"),
                        named,
                        target,
                    });
                }
            }
        }
        found
    }

    /// The imports of each group of files that import each other and are not all in one folder.
    pub(crate) fn circles(imports: &[Import]) -> Vec<Vec<String>> {
        let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for import in imports {
            next.entry(&import.file).or_default().insert(&import.target);
        }
        let reached: BTreeMap<&str, BTreeSet<&str>> = next
            .keys()
            .map(|file| (*file, reachable(&next, file)))
            .collect();
        let leads =
            |from: &str, to: &str| reached.get(from).is_some_and(|files| files.contains(to));
        let mut circles: BTreeMap<Vec<&str>, Vec<String>> = BTreeMap::new();
        for import in imports {
            let (from, to) = (import.file.as_str(), import.target.as_str());
            if !leads(to, from) {
                continue;
            }
            let members: Vec<&str> = reached[from]
                .iter()
                .copied()
                .filter(|member| leads(member, from))
                .collect();
            let folders: BTreeSet<_> = members.iter().map(|member| folder_of(member)).collect();
            if folders.len() > 1 {
                circles.entry(members).or_default().push(format!(
                    "  src/{from}:{}: `{}` imports src/{to}",
                    import.line, import.path
                ));
            }
        }
        circles.into_values().collect()
    }

    /// The file that a path names, and the file that defines the item, with re-exports followed.
    /// `None` for what another crate defines.
    fn resolve(
        &self,
        module: &[String],
        segments: &[String],
        depth: usize,
    ) -> Option<(String, String)> {
        let mut module = module.to_vec();
        let mut segments = segments.iter();
        let mut rest = Vec::new();
        for (place, segment) in segments.by_ref().enumerate() {
            match segment.as_str() {
                "crate" if place == 0 => module.clear(),
                "self" if place == 0 => {}
                "super" => {
                    module.pop()?;
                }
                _ => {
                    rest.push(segment);
                    break;
                }
            }
        }
        rest.extend(segments);
        let mut rest = rest.into_iter().peekable();
        while let Some(segment) = rest.peek() {
            let mut child = module.clone();
            child.push((*segment).clone());
            if !self.files.contains_key(&child) {
                break;
            }
            module = child;
            rest.next();
        }
        let file = self.files.get(&module)?;
        let Some(item) = rest.next().filter(|_| depth < 8) else {
            return Some((file.clone(), file.clone()));
        };
        let declared = self.paths[file].iter();
        let mut declared = declared.filter(|path| path.declared_as.as_ref() == Some(item));
        let followed = declared.find_map(|path| self.resolve(&module, &path.segments, depth + 1));
        let target = followed.map_or_else(|| file.clone(), |(_, target)| target);
        Some((file.clone(), target))
    }
}

fn reachable<'a>(next: &BTreeMap<&'a str, BTreeSet<&'a str>>, start: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(file) = open.pop() {
        for target in next.get(file).into_iter().flatten() {
            if reached.insert(*target) {
                open.push(target);
            }
        }
    }
    reached
}

/// `consume/pass/mod.rs` is `["consume", "pass"]`, `lib.rs` is the root.
fn module_of(file: &str) -> Vec<String> {
    let name = file.trim_end_matches(".rs");
    let name = name.strip_suffix("/mod").unwrap_or(name);
    if name == "lib" {
        return Vec::new();
    }
    name.split('/').map(str::to_owned).collect()
}

fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}
