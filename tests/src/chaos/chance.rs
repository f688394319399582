//! Numbers that depend on a seed and on what they are for, and on nothing else.
//!
//! Each process draws for itself: what a writer does or a handler answers is a function of the seed
//! and of a name, so that a process that was killed and started again, or another one, comes to the
//! same answer without asking.

/// What a number is drawn for, so that no two uses see the same one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum For {
    Faults,
    Writer,
    Key,
    Handler,
    SecondPhase,
}

/// A generator for one use of a seed: the same arguments give the same numbers.
pub(crate) fn numbers(seed: u64, what: For, path: &[u64]) -> fastrand::Rng {
    let mut state = mix(seed ^ mix(what as u64 + 1));
    for step in path {
        state = mix(state ^ mix(*step));
    }
    fastrand::Rng::with_seed(state)
}

/// A number for a text (FNV-1a): what `std` hashes with may differ between two versions of Rust.
pub(crate) fn of_text(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// splitmix64's last step: neighbouring numbers become unrelated ones.
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_use_draws_the_same_and_another_draws_others() {
        let draw = |seed, what, path: &[u64]| numbers(seed, what, path).u64(..);
        let first = draw(1, For::Writer, &[0, 1]);
        assert_eq!(first, draw(1, For::Writer, &[0, 1]));
        for other in [
            draw(2, For::Writer, &[0, 1]),
            draw(1, For::Handler, &[0, 1]),
            draw(1, For::Writer, &[1, 0]),
            draw(1, For::Writer, &[0]),
        ] {
            assert_ne!(first, other);
        }
    }
}
