//! The colour of an environment, by its name.

/// The class of an environment's colour: red for production, amber for what comes before it, and for others one that
/// depends on the name.
pub(super) fn colour(environment: &str) -> &'static str {
    let name = environment.to_ascii_lowercase();
    if name.contains("prod") || name.contains("live") {
        return "red";
    }
    if name.contains("stag") || name.contains("test") || name.contains("qa") {
        return "amber";
    }
    let sum: usize = name.bytes().map(usize::from).sum();
    ["blue", "green", "violet"][sum % 3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_red_and_names_have_a_colour_of_their_own() {
        for (name, class) in [
            ("production", "red"),
            ("EU-Live", "red"),
            ("staging", "amber"),
            ("a", "green"),
            ("b", "violet"),
            ("", "blue"),
        ] {
            assert_eq!(colour(name), class, "{name}");
        }
    }
}
