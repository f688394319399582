//! One state of a contracts directory, to be compared with another one.

use crate::contracts::Contracts;
use crate::diagnostic::Report;
use crate::model::{Event, Model};
use crate::places::RegistryPlaces;
use crate::schema::Location;

use super::finding::Spot;
use super::upcasts::Upcasts;

/// One state of a contracts directory.
#[derive(Clone, Debug)]
pub struct Revision {
    contracts: Contracts,
    /// What it says.
    pub model: Model,
    /// Where its registry says it.
    pub places: RegistryPlaces,
    /// Which upcasts are written, as far as it is known.
    pub upcasts: Upcasts,
}

impl Revision {
    /// Reads and checks the contracts, without comparing them with their lock.
    ///
    /// # Errors
    ///
    /// The report lists every fault in the contracts.
    pub fn read(contracts: &Contracts) -> Result<Self, Report> {
        let contracts = contracts.clone().ignore_lock();
        Ok(Self {
            model: contracts.check()?,
            places: RegistryPlaces::read(&mut contracts.files()),
            upcasts: Upcasts::default(),
            contracts,
        })
    }

    /// The event type of this name.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<&Event> {
        self.model.events.iter().find(|event| event.name == name)
    }

    /// The generated Rust text.
    ///
    /// # Errors
    ///
    /// The report lists the names that the generated code needs for itself.
    pub fn rust(&self) -> Result<String, Report> {
        self.contracts.render().map(|rendered| rendered.rust)
    }

    /// A place in the registry.
    pub(super) fn registry_spot(&self, pointer: &str) -> Spot {
        let position = self.places.position(pointer);
        Spot {
            file: self.places.file.clone(),
            line: position.map(|(line, _)| line),
            column: position.map(|(_, column)| column),
            pointer: pointer.to_owned(),
        }
    }

    /// A place in a schema.
    pub(super) fn schema_spot(&self, at: &Location) -> Spot {
        let diagnostic = self.model.documents.diagnostic(at, "", None);
        Spot {
            file: diagnostic.file,
            line: diagnostic.position.map(|(line, _)| line),
            column: diagnostic.position.map(|(_, column)| column),
            pointer: at.pointer.clone(),
        }
    }
}
