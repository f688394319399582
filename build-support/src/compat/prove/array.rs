//! Arrays: places, counts, and items that are there.

use std::rc::Rc;

use super::declared::Declaring;
use super::facts::{Branch, SomeItem, least};
use super::obstacle::{Obstacle, below};
use super::rule::{ANYTHING, Items, NodeId, Signed};
use super::{Proof, Prover};

/// Places that are looked at one by one; a longer tuple is looked at as far.
const MOST_PLACES: usize = 64;
/// The longest arrays that are counted.
const MOST_COUNTED: u64 = 8;

/// The places of an array: each of the first, and one for all that follow.
struct Places {
    /// What is known of an item at each place, the last of which stands for all that follow.
    items: Vec<Vec<Signed>>,
    /// The one schema that an item at each place has, where there is one and nothing else but `common` is known.
    single: Vec<Option<NodeId>>,
    /// What is known of every item.
    common: Vec<Signed>,
    declared: Declaring,
    min: u64,
    max: Option<u64>,
}

impl Places {
    /// The index of the place that stands for all that follow.
    fn rest(&self) -> usize {
        self.items.len() - 1
    }

    /// Whether there can be an item at a place.
    fn can_be(&self, place: usize) -> bool {
        self.max.is_none_or(|max| (place as u64) < max)
    }

    /// How many items can be at a place; none where there is no limit.
    fn room(&self, place: usize) -> Option<u64> {
        if place < self.rest() {
            return Some(u64::from(self.can_be(place)));
        }
        self.max.map(|max| max.saturating_sub(place as u64))
    }

    /// How many items are at a place in every array.
    fn sure(&self, place: usize) -> u64 {
        if place < self.rest() {
            u64::from((place as u64) < self.min)
        } else {
            self.min.saturating_sub(place as u64)
        }
    }
}

impl Prover<'_> {
    /// Whether no array is left.
    pub(super) fn no_array(&mut self, branch: &Branch) -> Proof {
        let array = &branch.array;
        if array.repeats && array.unique {
            return Ok(());
        }
        let mut places = self.places(branch);
        self.shorten(branch, &mut places);
        let too_short = array.repeats && places.max.is_some_and(|max| max < 2);
        if places.max.is_some_and(|max| max < places.min) || too_short {
            return Ok(());
        }
        if array.repeats && self.cannot_repeat(&places)
            || array.unique && self.has_to_repeat(&places)
            || self.miscounts(branch, &places)
        {
            return Ok(());
        }
        let mut deeper = Vec::new();
        for some in &array.some {
            deeper.extend(match self.no_item(&places, some) {
                Ok(()) => return Ok(()),
                Err(found) => found,
            });
        }
        Err(deeper)
    }

    fn places(&mut self, branch: &Branch) -> Places {
        let array = &branch.array;
        let prefixes = array.items.iter().map(|items| items.prefix.len());
        let ends = array
            .some
            .iter()
            .map(|some| some.to.map_or(some.from, |to| to + 1));
        let first = prefixes.chain(ends).max().unwrap_or(0).min(MOST_PLACES);
        let never = array.few.iter().filter(|(_, count)| *count == 0);
        let never: Vec<_> = never.map(|(node, _)| Signed::no(*node)).collect();
        let (mut items, mut single) = (Vec::new(), Vec::new());
        for place in 0..=first {
            let at = |items: &Rc<Items>| {
                // The place behind the last that is looked at stands for items of several kinds.
                if place == MOST_PLACES && items.prefix.len() > MOST_PLACES {
                    return None;
                }
                items.prefix.get(place).copied().or(items.rest)
            };
            let nodes: Vec<_> = array.items.iter().filter_map(at).collect();
            // An item that has to be so is at one place here.
            let some = array
                .some
                .iter()
                .filter(|some| some.from == place && some.to == Some(place) && place < MOST_PLACES);
            let mut known: Vec<_> = nodes.iter().copied().map(Signed::yes).collect();
            known.extend(some.map(|some| some.value));
            single.push(match (nodes.as_slice(), known.len()) {
                ([node], 1) => Some(*node),
                ([], 0) => Some(ANYTHING),
                _ => None,
            });
            known.extend(never.iter().copied());
            items.push(known);
        }
        let declared = branch
            .declared
            .as_ref()
            .and_then(|nodes| self.declared(nodes).item());
        Places {
            items,
            single,
            common: never,
            declared,
            min: array.min,
            max: array.max,
        }
    }

    fn no_such_item(&mut self, places: &Places, place: usize, more: &[Signed]) -> Proof {
        let signed = places.items[place].iter().chain(more).copied().collect();
        let state = self.state(signed, places.declared.clone());
        self.is_empty(state)
    }

    /// Ends the array before the first place where no item can be, and before items would have to repeat.
    fn shorten(&mut self, branch: &Branch, places: &mut Places) {
        for place in 0..=places.rest() {
            if places.can_be(place) && self.no_such_item(places, place, &[]).is_ok() {
                places.max = least(places.max, place as u64);
                break;
            }
        }
        if branch.array.unique
            && places.min > 1
            && let Some(count) = self.distinct(places, &[])
        {
            places.max = least(places.max, count);
        }
    }

    /// How many different items there are at most of which `more` is known too; none where there is no limit.
    fn distinct(&mut self, places: &Places, more: &[Signed]) -> Option<u64> {
        let mut before = Vec::new();
        let mut sum = 0_u64;
        for place in (0..=places.rest()).filter(|place| places.can_be(*place)) {
            let count = places.single[place].and_then(|node| {
                let known = places.common.iter().chain(more).chain(&before).copied();
                let signed: Vec<_> = std::iter::once(Signed::yes(node)).chain(known).collect();
                Some((node, self.capacity(&signed)?))
            });
            match (count, places.room(place)) {
                // Its values are counted, wherever else they are.
                (Some((node, count)), room) if room.is_none_or(|room| count <= room) => {
                    before.push(Signed::no(node));
                    sum = sum.checked_add(count)?;
                }
                (_, room) => sum = sum.checked_add(room?)?,
            }
        }
        Some(sum)
    }

    /// How many arrays there are at most, where that is a small number.
    pub(super) fn array_capacity(&mut self, branch: &Branch) -> Option<u64> {
        let mut places = self.places(branch);
        self.shorten(branch, &mut places);
        let max = places.max.filter(|max| *max <= MOST_COUNTED)?;
        let (mut sum, mut of_length) = (0_u64, 1_u64);
        for length in 0..=max {
            if length >= places.min {
                sum = sum.checked_add(of_length)?;
            }
            if length < max {
                let place = usize::try_from(length).ok()?.min(places.rest());
                let items = places.items[place].clone();
                of_length = of_length.checked_mul(self.capacity(&items)?)?;
            }
        }
        Some(sum)
    }

    /// Whether no two items can be equal.
    fn cannot_repeat(&mut self, places: &Places) -> bool {
        if self.schemas.has_draft_4() {
            return false;
        }
        let rest = places.rest();
        (0..=rest).all(|one| {
            (one..=rest).all(|other| {
                let same_place = one == other && one < rest;
                let more = places.items[other].clone();
                same_place
                    || !places.can_be(one.max(other))
                    || self.no_such_item(places, one, &more).is_ok()
            })
        })
    }

    /// Whether items at the first places are so few values that two are equal.
    fn has_to_repeat(&mut self, places: &Places) -> bool {
        let sure: Vec<_> = (0..places.rest())
            .filter(|place| places.sure(*place) > 0)
            .filter_map(|place| places.single[place])
            .collect();
        // As many places as there are values cannot have one more among them.
        sure.iter().any(|outer| {
            let among = sure.iter().filter(|inner| {
                let state = self.state(vec![Signed::yes(**inner), Signed::no(*outer)], None);
                self.is_empty(state).is_ok()
            });
            let among = among.count() as u64;
            among > 1
                && self
                    .capacity(&[Signed::yes(*outer)])
                    .is_some_and(|count| count < among)
        })
    }

    /// Whether there cannot be as many or as few items of a kind as there have to be.
    fn miscounts(&mut self, branch: &Branch, places: &Places) -> bool {
        for &(node, count) in &branch.array.many {
            let most = self.most(branch, places, node);
            if most.is_some_and(|most| most < count) {
                return true;
            }
            for &(other, limit) in &branch.array.few {
                if limit < count && self.is_within(places, node, other) {
                    return true;
                }
            }
        }
        let few = branch.array.few.clone();
        few.into_iter()
            .any(|(node, count)| self.fewest(branch, places, node) > count)
    }

    /// How many items a schema accepts at most; none where there is no limit.
    fn most(&mut self, branch: &Branch, places: &Places, node: NodeId) -> Option<u64> {
        let mut sum = Some(0_u64);
        for place in 0..=places.rest() {
            if self
                .no_such_item(places, place, &[Signed::yes(node)])
                .is_ok()
            {
                continue;
            }
            sum = sum.and_then(|sum: u64| Some(sum.saturating_add(places.room(place)?)));
        }
        if branch.array.unique
            && let Some(count) = self.distinct(places, &[Signed::yes(node)])
        {
            sum = least(sum, count);
        }
        sum
    }

    /// How many items a schema accepts at least.
    fn fewest(&mut self, branch: &Branch, places: &Places, node: NodeId) -> u64 {
        let mut sum = 0_u64;
        for place in 0..=places.rest() {
            let sure = places.sure(place);
            if sure == 0 {
                continue;
            }
            if self
                .no_such_item(places, place, &[Signed::no(node)])
                .is_ok()
            {
                sum = sum.saturating_add(sure);
            }
        }
        if branch.array.unique
            && let Some(others) = self.distinct(places, &[Signed::no(node)])
        {
            sum = sum.max(places.min.saturating_sub(others));
        }
        // What has to be there of another kind may be of this kind.
        let others = branch.array.many.clone();
        let within = others
            .into_iter()
            .filter(|&(other, _)| self.is_within(places, other, node))
            .map(|(_, count)| count)
            .max();
        sum.max(within.unwrap_or(0))
    }

    /// Whether one schema accepts all items here that another accepts.
    fn is_within(&mut self, places: &Places, inner: NodeId, outer: NodeId) -> bool {
        (0..=places.rest()).all(|place| {
            let more = [Signed::yes(inner), Signed::no(outer)];
            !places.can_be(place) || self.no_such_item(places, place, &more).is_ok()
        })
    }

    /// Whether there cannot be such an item.
    fn no_item(&mut self, places: &Places, some: &SomeItem) -> Proof {
        let last = some.to.unwrap_or(usize::MAX).min(places.rest());
        let mut found: Vec<Obstacle> = Vec::new();
        let mut failed = false;
        for place in some.from.min(places.rest())..=last {
            if !places.can_be(place.max(some.from)) {
                continue;
            }
            if let Err(obstacles) = self.no_such_item(places, place, &[some.value]) {
                failed = true;
                let token = match some.to {
                    Some(_) => place.to_string(),
                    None => "*".to_owned(),
                };
                found.extend(below(&token, obstacles));
            }
        }
        if failed { Err(found) } else { Ok(()) }
    }
}
