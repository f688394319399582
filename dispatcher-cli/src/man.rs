//! `dispatcher man`: manual pages of the command and its subcommands.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;

use crate::output::Output;

/// The arguments of `man`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher man
  dispatcher man subscriptions list
  dispatcher man --output man1")]
pub(crate) struct ManArguments {
    /// The command whose page to print, such as `subscriptions list`. Defaults to `dispatcher` itself
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    path: Vec<String>,
    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIRECTORY")]
    output: Option<PathBuf>,
}

pub(crate) fn run(arguments: &ManArguments, command: &mut Command) -> Output {
    command.build();
    if let Some(directory) = &arguments.output {
        return match write_all(command, directory) {
            Ok(()) => Output::success(""),
            Err(error) => Output::wrong_call(format!(
                "the pages cannot be written into {}: {error}",
                directory.display()
            )),
        };
    }
    let mut found = &*command;
    for name in &arguments.path {
        match found.find_subcommand(name) {
            Some(subcommand) => found = subcommand,
            None => {
                return Output::wrong_call(format!(
                    "there is no command `dispatcher {}`\n  help: `dispatcher --help` shows which there are",
                    arguments.path.join(" ")
                ));
            }
        }
    }
    match page(found).map(String::from_utf8) {
        Ok(Ok(page)) => Output::success(page),
        Ok(Err(error)) => Output::wrong_call(error),
        Err(error) => Output::wrong_call(error),
    }
}

fn write_all(command: &Command, directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let mut commands = vec![command];
    while let Some(command) = commands.pop() {
        let name = title(command);
        std::fs::write(directory.join(format!("{name}.1")), page(command)?)?;
        let subcommands = command.get_subcommands();
        commands.extend(subcommands.filter(|it| it.get_name() != "help"));
    }
    Ok(())
}

/// `dispatcher-subscriptions-list`.
fn title(command: &Command) -> String {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    name.replace(' ', "-")
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone())
        .title(title(command))
        .render(&mut page)?;
    Ok(page)
}
