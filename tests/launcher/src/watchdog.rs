//! A cluster's folder, and the process that outlives this one to remove it.
//!
//! Neither `Drop` nor an exit handler runs when a process is killed, so a shell waits at the end of
//! a pipe (`watchdog.sh`). All removal goes through it: [`Watchdog::finish`] also closes the pipe
//! and waits for it. It must know what runs in the folder, so every start and every end is written
//! to the pipe. A kill in the instant between a start and that line leaves a server without a
//! folder, which ends by itself: Postgres looks for its lock file once a minute.
//!
//! If the shell is killed as well, the folder stays until the temporary folders are emptied.

use std::{
    env, fs,
    io::{self, Write},
    os::unix::{fs::DirBuilderExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use super::{LaunchError, account::RunAs, random};

#[derive(Debug)]
pub(super) struct Watchdog {
    folder: PathBuf,
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Watchdog {
    /// Makes a folder for the server's account, and its watchdog. `server` is part of the folder's name.
    pub(super) fn start(run_as: &RunAs, server: &str) -> Result<Self, LaunchError> {
        let folder = make_folder(run_as, server)?;
        let spawned = Command::new("/bin/sh")
            .args(["-c", include_str!("watchdog.sh"), "watchdog"])
            .arg(&folder)
            .current_dir("/")
            .stdin(Stdio::piped()) // closed on exec, so no other child holds the writing end
            .stdout(Stdio::null()) // else `cargo test | tee` would wait for the watchdog
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        match spawned {
            Ok(mut shell) => Ok(Self {
                folder,
                pipe: shell.stdin.take(),
                shell,
            }),
            Err(error) => {
                _ = fs::remove_dir_all(&folder);
                Err(LaunchError::os("start /bin/sh")(error))
            }
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A server is running, and has to be stopped without delay.
    pub(super) fn server_runs(&mut self, pid: u32) -> io::Result<()> {
        self.say(format!("QUIT {pid}"))
    }

    /// A server is running that may be killed, also while it is stopped.
    pub(super) fn killable_runs(&mut self, pid: u32) -> io::Result<()> {
        self.say(format!("KILL {pid}"))
    }

    /// Another program is running, as the leader of a process group. It will end soon, and is
    /// allowed to: a server that `initdb` was using would leave its shared memory behind.
    pub(super) fn group_runs(&mut self, pid: u32) -> io::Result<()> {
        self.say(format!("0 -{pid}"))
    }

    /// What was running has been waited for: its number may belong to another process now.
    pub(super) fn nothing_runs(&mut self) -> io::Result<()> {
        self.say(String::new())
    }

    fn say(&mut self, mut line: String) -> io::Result<()> {
        line.push('\n');
        match &mut self.pipe {
            Some(pipe) => pipe.write_all(line.as_bytes()),
            None => Ok(()),
        }
    }

    /// Stops what is running, waits for it and for the watchdog, and leaves no folder behind.
    pub(super) fn finish(&mut self, running: Option<Child>) {
        drop(self.pipe.take());
        if let Some(mut child) = running {
            if !matches!(self.shell.try_wait(), Ok(None)) {
                _ = child.kill(); // the watchdog was killed
            }
            _ = child.wait();
        }
        _ = self.shell.wait();
        _ = fs::remove_dir_all(&self.folder);
    }
}

fn make_folder(run_as: &RunAs, server: &str) -> Result<PathBuf, LaunchError> {
    let mut tried = vec![env::temp_dir()];
    tried.extend(["/tmp", "/var/tmp"].map(PathBuf::from));
    tried.dedup();
    let Some(parent) = tried.iter().find(|folder| run_as.may_enter(folder)) else {
        let account = run_as.other().unwrap_or("this user").to_owned();
        return Err(LaunchError::NoFolder { account, tried });
    };
    let name = format!(
        "dispatcher-{server}-{}-{:016x}",
        std::process::id(),
        random()
    );
    let make = || {
        // Resolved, so it compares equal to the server's own `data_directory`.
        let folder = fs::canonicalize(parent)?.join(name);
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        run_as.give(&folder)?;
        Ok(folder)
    };
    make().map_err(LaunchError::os(format!("make a folder in {parent:?}")))
}
