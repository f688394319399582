//! `dispatcher contracts export`: the contracts in forms that other programs read.
//!
//! | file | what it owns |
//! |---|---|
//! | `source` | the checked contracts, with the gate that examples have to pass |
//! | `example/` | an example for each version: written by hand, a sample, or generated |
//! | `definitions` | the schemas that references lead to, and their names |
//! | `bundle` | schemas whose references lead into one document |
//! | `asyncapi` | an AsyncAPI 3.1.0 document |
//! | `typescript/` | a file of types |
//! | `catalogue/` | pages in HTML and Markdown |
//!
//! The same contracts give the same bytes. Nothing is written if the contracts have a fault.

mod asyncapi;
mod bundle;
mod catalogue;
mod definitions;
mod error;
mod example;
mod source;
mod typescript;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::output::Output;
pub use error::ExportError;
use source::Source;

/// A form to export the contracts in.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// An AsyncAPI 3.1.0 document, as JSON
    #[command(
        after_help = "Examples:\n  dispatcher contracts export asyncapi\n  dispatcher contracts export asyncapi --domain coaching --output asyncapi.json"
    )]
    Asyncapi(AsyncapiArguments),
    /// TypeScript types of all payloads and envelopes, in one file
    #[command(
        after_help = "Examples:\n  dispatcher contracts export typescript --output events.ts"
    )]
    Typescript(FileArguments),
    /// A catalogue to read: pages in HTML and Markdown
    #[command(after_help = "Examples:\n  dispatcher contracts export catalogue --output catalogue")]
    Catalogue(CatalogueArguments),
}

/// Arguments of an export that is one file.
#[derive(Args, Debug)]
pub struct FileArguments {
    /// The contracts directory
    #[arg(default_value = "contracts")]
    pub directory: PathBuf,
    /// The file to write. Defaults to standard output
    #[arg(long, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// Arguments of `asyncapi`.
#[derive(Args, Debug)]
pub struct AsyncapiArguments {
    /// The directory and the file.
    #[command(flatten)]
    pub file: FileArguments,
    /// Describe what one domain sends and receives, instead of all domains
    #[arg(long, value_name = "NAME")]
    pub domain: Option<String>,
    /// The title of the document. Defaults to the domain, or to "Events"
    #[arg(long)]
    pub title: Option<String>,
    /// The version of the document: the contracts have none of their own
    #[arg(long, value_name = "VERSION", default_value = "1.0.0")]
    pub info_version: String,
}

/// Arguments of `catalogue`.
#[derive(Args, Debug)]
pub struct CatalogueArguments {
    /// The contracts directory
    #[arg(default_value = "contracts")]
    pub directory: PathBuf,
    /// The directory to write the pages into. It is created, and files of other names in it are left alone
    #[arg(long, value_name = "DIRECTORY")]
    pub output: PathBuf,
    /// The title of the catalogue
    #[arg(long, default_value = "Events")]
    pub title: String,
}

/// Runs an export. It ends with findings if the contracts have faults, and as called wrongly if a file cannot be written
/// or no domain has the name.
#[must_use]
pub fn run(command: &Command) -> Output {
    export(command).unwrap_or_else(|error| error.output())
}

fn export(command: &Command) -> Result<Output, ExportError> {
    match command {
        Command::Asyncapi(arguments) => {
            let text = asyncapi(arguments)?;
            deliver(arguments.file.output.as_deref(), text)
        }
        Command::Typescript(arguments) => {
            let text = typescript(&arguments.directory)?;
            deliver(arguments.output.as_deref(), text)
        }
        Command::Catalogue(arguments) => {
            for page in catalogue(arguments)? {
                write(&arguments.output.join(&page.path), &page.text)?;
            }
            Ok(Output::success(""))
        }
    }
}

/// The AsyncAPI document of a contracts directory.
///
/// # Errors
/// The contracts have faults, or no domain has that name.
pub fn asyncapi(arguments: &AsyncapiArguments) -> Result<String, ExportError> {
    let source = Source::open(&arguments.file.directory)?;
    let options = asyncapi::Options {
        domain: arguments.domain.as_deref(),
        title: arguments.title.as_deref(),
        version: &arguments.info_version,
    };
    asyncapi::document(&source, &options)
}

/// The TypeScript types of a contracts directory.
///
/// # Errors
/// The contracts have faults.
pub fn typescript(directory: &Path) -> Result<String, ExportError> {
    Ok(typescript::file(&Source::open(directory)?))
}

/// A file of the catalogue.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page {
    /// Its path below the output directory.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// The pages of the catalogue of a contracts directory.
///
/// # Errors
/// The contracts have faults.
pub fn catalogue(arguments: &CatalogueArguments) -> Result<Vec<Page>, ExportError> {
    let source = Source::open(&arguments.directory)?;
    Ok(catalogue::pages(&source, &arguments.title))
}

/// Writes a text into a file, or to standard output.
fn deliver(output: Option<&Path>, text: String) -> Result<Output, ExportError> {
    let Some(path) = output else {
        return Ok(Output::success(text));
    };
    write(path, &text)?;
    Ok(Output::success(""))
}

fn write(path: &Path, text: &str) -> Result<(), ExportError> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text))
        .map_err(|source| ExportError::Write {
            path: path.to_owned(),
            source,
        })
}
