//! The process that outlives this one to stop a server, and to remove its folder if that is temporary.
//!
//! Neither `Drop` nor an exit handler runs when a process is killed, so a shell waits at the end of
//! a pipe (`watchdog.sh`). All removal goes through it: [`Watchdog::finish`] also closes the pipe
//! and waits for it. It must know what runs in the folder, so every start and every end is written
//! to the pipe. A kill in the instant between a start and that line leaves a server without a
//! folder, which ends by itself: Postgres looks for its lock file once a minute.
//!
//! If the shell is killed as well, the server goes on, and its folder stays.

use std::{
    fs,
    io::{self, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

use crate::error::LocalPostgresError;
use crate::place::Folder;

/// A server's folder, and the process that stops the server and removes the folder when this process is gone. A folder
/// that is kept stays.
#[derive(Debug)]
pub struct Watchdog {
    folder: Folder,
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Watchdog {
    /// Begins to watch over a folder.
    ///
    /// # Errors
    /// The operating system refuses it.
    pub fn start(folder: Folder) -> Result<Self, LocalPostgresError> {
        let what = if folder.is_kept { "keep" } else { "remove" };
        let spawned = Command::new("/bin/sh")
            .args(["-c", include_str!("watchdog.sh"), "watchdog"])
            .arg(&folder.path)
            .arg(what)
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
                if !folder.is_kept {
                    _ = fs::remove_dir_all(&folder.path);
                }
                Err(LocalPostgresError::os("start /bin/sh")(error))
            }
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder.path
    }

    /// A server is running, and has to be stopped without delay; where its data is kept, with a checkpoint.
    ///
    /// # Errors
    /// The watchdog is gone.
    pub fn server_runs(&mut self, pid: u32) -> io::Result<()> {
        let signal = if self.folder.is_kept { "INT" } else { "QUIT" };
        self.say(format!("{signal} {pid}"))
    }

    /// A server is running that may be killed, also while it is stopped.
    ///
    /// # Errors
    /// The watchdog is gone.
    pub fn killable_runs(&mut self, pid: u32) -> io::Result<()> {
        self.say(format!("KILL {pid}"))
    }

    /// A program is running, as the leader of a process group that may be killed.
    ///
    /// # Errors
    /// The watchdog is gone.
    pub fn killable_group_runs(&mut self, pid: u32) -> io::Result<()> {
        self.say(format!("KILL -{pid}"))
    }

    /// Another program is running, as the leader of a process group. It will end soon, and is
    /// allowed to: a server that `initdb` was using would leave its shared memory behind.
    ///
    /// # Errors
    /// The watchdog is gone.
    pub fn group_runs(&mut self, pid: u32) -> io::Result<()> {
        self.say(format!("0 -{pid}"))
    }

    /// What was running has been waited for: its number may belong to another process now.
    ///
    /// # Errors
    /// The watchdog is gone.
    pub fn nothing_runs(&mut self) -> io::Result<()> {
        self.say(String::new())
    }

    fn say(&mut self, mut line: String) -> io::Result<()> {
        line.push('\n');
        match &mut self.pipe {
            Some(pipe) => pipe.write_all(line.as_bytes()),
            None => Ok(()),
        }
    }

    /// Stops what is running, waits for it and for the watchdog, and leaves no temporary folder behind.
    pub fn finish(&mut self, running: Option<Child>) {
        drop(self.pipe.take());
        if let Some(mut child) = running {
            if !matches!(self.shell.try_wait(), Ok(None)) {
                _ = child.kill(); // the watchdog was killed
            }
            _ = child.wait();
        }
        _ = self.shell.wait();
        if !self.folder.is_kept {
            _ = fs::remove_dir_all(&self.folder.path);
        }
    }
}
