//! The command: files, and exit codes.

use dispatcher_cli::export::{Command, FileArguments, run};
use dispatcher_cli::output::End;
use dispatcher_test_fixtures::TestResult;

use crate::directory;

fn typescript(directory: &std::path::Path, output: std::path::PathBuf) -> Command {
    Command::Typescript(FileArguments {
        directory: directory.to_owned(),
        output: Some(output),
    })
}

#[test]
fn files_are_written_into_directories_that_are_new() -> TestResult {
    let folder = tempfile::tempdir()?;
    let output = folder.path().join("new/types/events.ts");
    assert_eq!(
        run(&typescript(&directory::reference(), output.clone())).end,
        End::Success
    );
    assert!(std::fs::read_to_string(output)?.contains("export type Event ="));
    let mut arguments = directory::catalogue(&directory::reference());
    arguments.output = folder.path().join("catalogue");
    assert_eq!(run(&Command::Catalogue(arguments)).end, End::Success);
    assert!(
        folder
            .path()
            .join("catalogue/events/credit.locked.html")
            .is_file()
    );
    assert!(folder.path().join("catalogue/graph.svg").is_file());
    Ok(())
}

#[test]
fn contracts_with_faults_exit_with_1_and_a_wrong_call_with_2() -> TestResult {
    let folder = tempfile::tempdir()?;
    let output = folder.path().join("events.ts");
    assert_eq!(
        run(&typescript(folder.path(), output.clone())).end,
        End::Findings
    );
    assert!(!output.exists());
    let taken = folder.path().join("file");
    std::fs::write(&taken, "")?;
    let wrong = typescript(&directory::reference(), taken.join("events.ts"));
    assert_eq!(run(&wrong).end, End::CalledWrongly);
    let mut arguments = directory::arguments(&directory::reference());
    arguments.domain = Some("nowhere".to_owned());
    assert_eq!(run(&Command::Asyncapi(arguments)).end, End::CalledWrongly);
    Ok(())
}
