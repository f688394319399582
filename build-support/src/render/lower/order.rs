//! The order of the members in the text of a document, which `serde_json` does not keep.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::json;

/// The position of each member of each object in a text, by JSON pointer.
pub(super) fn ranks(text: &str) -> HashMap<String, usize> {
    let mut ranks = HashMap::new();
    let walk = Walk {
        at: String::new(),
        ranks: &mut ranks,
    };
    // The text has been parsed before, so this does not fail. An empty order would do no harm.
    let _ = walk.deserialize(&mut serde_json::Deserializer::from_str(text));
    ranks
}

struct Walk<'a> {
    at: String,
    ranks: &'a mut HashMap<String, usize>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let at = json::join(&self.at, &key);
            let rank = self.ranks.len();
            self.ranks.insert(at.clone(), rank);
            map.next_value_seed(Walk {
                at,
                ranks: self.ranks,
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        loop {
            let at = format!("{}/{index}", self.at);
            if items
                .next_element_seed(Walk {
                    at,
                    ranks: self.ranks,
                })?
                .is_none()
            {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
