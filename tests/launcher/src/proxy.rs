//! The network between a client and a server on this machine, which can be cut and can go silent.
//!
//! The client connects to a port of its own on 127.0.0.1. A cut closes open connections and
//! refuses new ones; a silence forwards nothing and closes nothing, as if the cable were pulled,
//! and what is sent during it arrives afterwards. A silence may affect answers alone: requests are
//! carried out, and the client does not learn of it. Such a silence begins with a word that the client
//! sends, such as COMMIT, which thus becomes ambiguous; no protocol is parsed for that: the proxy looks
//! for the word in what is sent.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[derive(Clone, Copy, Debug, Default)]
struct Path {
    /// The number of cuts so far. A connection belongs to the path between two cuts.
    cuts: u64,
    refuses: bool,
    /// Nothing reaches the server.
    deaf: bool,
    /// Nothing reaches the client.
    mute: bool,
    /// The next time that the client sends this, the path becomes mute.
    mute_at: Option<&'static str>,
}

/// Which directions are not forwarded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Silence {
    /// Both.
    All,
    /// That to the client, from when the client next sends this word.
    AnswersFrom(&'static str),
}

/// A path to a server. Dropping it closes it.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    path: Arc<watch::Sender<Path>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Opens a path to the server on that port.
    ///
    /// # Errors
    ///
    /// When the operating system refuses to listen.
    ///
    /// # Cancellation
    ///
    /// Nothing was opened.
    pub async fn open(server: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(local(0)).await?;
        let port = listener.local_addr()?.port();
        let path = Arc::new(watch::Sender::new(Path::default()));
        let accepting = tokio::spawn(accept(listener, server, Arc::clone(&path)));
        Ok(Self {
            port,
            path,
            accepting,
        })
    }

    /// Where the client connects, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Closes every connection and refuses new ones, until [`restore`](Self::restore).
    pub fn cut(&self) {
        self.path.send_modify(|path| {
            path.cuts += 1;
            path.refuses = true;
        });
    }

    /// Forwards nothing, or no answers from a word on, until [`restore`](Self::restore) or
    /// [`cut`](Self::cut).
    pub fn silence(&self, of: Silence) {
        self.path.send_modify(|path| {
            path.deaf = of == Silence::All;
            path.mute = of == Silence::All;
            path.mute_at = match of {
                Silence::All => None,
                Silence::AnswersFrom(word) => Some(word),
            };
        });
    }

    /// Forwards again, starting with what was held back.
    pub fn restore(&self) {
        self.path.send_modify(|path| {
            path.refuses = false;
            path.deaf = false;
            path.mute = false;
            path.mute_at = None;
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
        self.accepting.abort();
    }
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

async fn accept(listener: TcpListener, server: u16, path: Arc<watch::Sender<Path>>) {
    loop {
        // A failed accept affects one connection: its client sees it closed.
        if let Ok((client, _)) = listener.accept().await {
            let now = *path.borrow();
            if !now.refuses {
                tokio::spawn(forward(client, server, Arc::clone(&path), now.cuts));
            }
        }
    }
}

/// Forwards one connection until either side closes it or the path is cut.
async fn forward(client: TcpStream, server: u16, path: Arc<watch::Sender<Path>>, cuts: u64) {
    let mut cut = path.subscribe();
    let both = async {
        let server = TcpStream::connect(local(server)).await?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        // If either direction ends, the connection ends: neither Postgres nor NATS has half-closed ones.
        tokio::select! {
            result = pump(from_client, to_server, &path, Direction::ToServer) => result,
            result = pump(from_server, to_client, &path, Direction::ToClient) => result,
        }
    };
    tokio::select! {
        // What was held back until the cut is lost, and must not slip through when the path is
        // restored.
        biased;
        _ = cut.wait_for(|path| path.cuts != cuts) => {}
        _ = both => {}
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Direction {
    ToServer,
    ToClient,
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    path: &watch::Sender<Path>,
    direction: Direction,
) -> io::Result<()> {
    let mut state = path.subscribe();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await;
        // A silence holds back a close too.
        let is_open = |path: &Path| match direction {
            Direction::ToServer => !path.deaf,
            Direction::ToClient => !path.mute,
        };
        if state.wait_for(is_open).await.is_err() {
            return Ok(());
        }
        match read? {
            0 => return Ok(()),
            length => {
                let sent = &buffer[..length];
                if direction == Direction::ToServer {
                    // Before the word is sent, or the answer may come first.
                    path.send_if_modified(|path| {
                        let is_said = path.mute_at.is_some_and(|word| contains(sent, word));
                        path.mute |= is_said;
                        is_said
                    });
                }
                to.write_all(sent).await?;
            }
        }
    }
}

fn contains(sent: &[u8], word: &str) -> bool {
    sent.windows(word.len()).any(|it| it == word.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Result = std::result::Result<(), Box<dyn std::error::Error>>;

    async fn connected() -> std::result::Result<(Proxy, TcpStream, TcpStream), io::Error> {
        let server = TcpListener::bind(local(0)).await?;
        let proxy = Proxy::open(server.local_addr()?.port()).await?;
        let client = TcpStream::connect(local(proxy.port)).await?;
        let (served, _) = server.accept().await?;
        Ok((proxy, client, served))
    }

    #[tokio::test]
    async fn what_is_sent_into_a_silence_arrives_after_it() -> Result {
        let (proxy, mut client, mut served) = connected().await?;
        proxy.silence(Silence::All);
        client.write_all(b"held").await?;
        let mut buffer = [0; 4];
        let early = std::time::Duration::from_millis(50);
        let read = tokio::time::timeout(early, served.read_exact(&mut buffer)).await;
        assert!(read.is_err(), "nothing gets through");
        proxy.restore();
        served.read_exact(&mut buffer).await?;
        assert_eq!(&buffer, b"held");
        Ok(())
    }

    #[tokio::test]
    async fn a_commit_arrives_and_its_answer_is_lost() -> Result {
        let (proxy, mut client, mut served) = connected().await?;
        proxy.silence(Silence::AnswersFrom("COMMIT"));
        let mut buffer = [0; 6];
        for word in [b"SELECT", b"COMMIT"] {
            client.write_all(word).await?;
            served.read_exact(&mut buffer).await?;
            assert_eq!(&buffer, word);
            served.write_all(b"answer").await?;
            if word == b"SELECT" {
                client.read_exact(&mut buffer).await?;
                assert_eq!(&buffer, b"answer");
            }
        }
        proxy.cut();
        assert!(matches!(client.read(&mut buffer).await, Ok(0) | Err(_)));
        Ok(())
    }

    #[tokio::test]
    async fn a_cut_closes_both_sides_and_turns_away() -> Result {
        let (proxy, mut client, mut served) = connected().await?;
        proxy.cut();
        let mut buffer = [0; 1];
        assert_eq!(served.read(&mut buffer).await?, 0);
        assert_eq!(client.read(&mut buffer).await?, 0);
        let mut refused = TcpStream::connect(local(proxy.port)).await?;
        assert!(matches!(refused.read(&mut buffer).await, Ok(0) | Err(_)));
        Ok(())
    }
}
