//! A minimal transaction pooler: it does what PgBouncer does with `pool_mode = transaction` and
//! prepared statements.
//!
//! A client has a server connection from its first message until the server reports that no
//! transaction is open; then the next client gets the connection, and the connection that was
//! returned last is used first. Prepared statements belong to clients: the pooler gives them names
//! of its own, and prepares them on connections that do not have them yet. It asks for no password,
//! so the server has to trust it.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const SSL_REQUEST: i32 = 80_877_103;
const GSS_REQUEST: i32 = 80_877_104;

/// A listening pooler. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Pooler {
    port: u16,
    accepting: JoinHandle<()>,
}

impl Pooler {
    /// Opens one in front of the server on that port.
    ///
    /// # Errors
    /// No port to listen on is available.
    pub(crate) async fn open(server: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let servers = Arc::new(Servers {
            port: server,
            idle: Mutex::default(),
        });
        let accepting = tokio::spawn(async move {
            let mut number = 0;
            while let Ok((client, _)) = listener.accept().await {
                number += 1;
                let client = Client {
                    number,
                    stream: client,
                    servers: Arc::clone(&servers),
                    statements: HashMap::new(),
                };
                // When a connection ends, for whatever reason, the client notices.
                tokio::spawn(async move { client.serve().await.ok() });
            }
        });
        Ok(Self { port, accepting })
    }

    /// Its address, on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

struct Servers {
    port: u16,
    idle: Mutex<Vec<Connection>>,
}

/// A connection to the server.
struct Connection {
    stream: TcpStream,
    /// The names of the statements that are prepared on this connection.
    prepared: HashSet<Vec<u8>>,
}

/// A message of the protocol without its length.
struct Message {
    tag: u8,
    body: Vec<u8>,
}

impl Servers {
    /// The connection that was returned last, or a new one.
    async fn take(&self, startup: &[u8]) -> io::Result<Connection> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        if let Some(connection) = idle {
            return Ok(connection);
        }
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
        stream.write_all(startup).await?;
        loop {
            match read(&mut stream).await? {
                Message { tag: b'Z', .. } => break,
                Message { tag: b'R', body } if body != 0_i32.to_be_bytes() => {
                    return Err(io::Error::other("the server wants a password"));
                }
                _ => {}
            }
        }
        Ok(Connection {
            stream,
            prepared: HashSet::new(),
        })
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(connection);
    }
}

struct Client {
    number: u64,
    stream: TcpStream,
    servers: Arc<Servers>,
    /// The client's prepared statements: the pooler's name → the rest of the message that prepares
    /// it.
    statements: HashMap<Vec<u8>, Vec<u8>>,
}

impl Client {
    async fn serve(mut self) -> io::Result<()> {
        let startup = self.greet().await?;
        let mut held: Option<Connection> = None;
        loop {
            let Some(batch) = self.batch().await? else {
                return Ok(());
            };
            let mut server = match held.take() {
                Some(server) => server,
                None => self.servers.take(&startup).await?,
            };
            let idle = self.forward(batch, &mut server).await?;
            if idle {
                self.servers.give_back(server)
            } else {
                held = Some(server)
            }
        }
    }

    /// Accepts the client. Returns the message with which connections to the server are opened.
    async fn greet(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let length = self.stream.read_i32().await?;
            let rest = usize::try_from(length - 4).map_err(io::Error::other)?;
            let mut body = vec![0; rest];
            self.stream.read_exact(&mut body).await?;
            let code = body.first_chunk().copied().map(i32::from_be_bytes);
            if matches!(code, Some(SSL_REQUEST | GSS_REQUEST)) {
                self.stream.write_all(b"N").await?;
                continue;
            }
            let mut welcome = encode(b'R', &0_i32.to_be_bytes());
            welcome.extend(encode(b'S', b"server_version\x0015.0\0"));
            welcome.extend(encode(b'S', b"client_encoding\0UTF8\0"));
            welcome.extend(encode(b'K', &[0; 8]));
            welcome.extend(encode(b'Z', b"I"));
            self.stream.write_all(&welcome).await?;
            let mut startup = length.to_be_bytes().to_vec();
            startup.extend(body);
            return Ok(startup);
        }
    }

    /// What the client sends before it waits for an answer. `None`: it has disconnected.
    async fn batch(&mut self) -> io::Result<Option<Vec<Message>>> {
        let mut batch = Vec::new();
        loop {
            let message = match read(&mut self.stream).await {
                Ok(Message { tag: b'X', .. }) => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                message => message?,
            };
            let ends = matches!(message.tag, b'S' | b'Q');
            batch.push(message);
            if ends {
                return Ok(Some(batch));
            }
        }
    }

    /// Sends a batch and passes the answers back. Returns whether no transaction is open after it.
    async fn forward(&mut self, batch: Vec<Message>, server: &mut Connection) -> io::Result<bool> {
        let (mut before, mut sent) = (Vec::new(), Vec::new());
        let mut swallow = 0;
        for message in batch {
            let Message { tag, mut body } = message;
            match tag {
                b'P' => {
                    let rest = self.rename(&mut body, 0)?;
                    let name = body[..body.len() - rest.len()].to_vec();
                    if !server.prepared.insert(name.clone()) {
                        before.extend(encode(b'C', &[b"S", &name[..]].concat()));
                        swallow += 1;
                    }
                    self.statements.insert(name, rest);
                }
                // The portal's name precedes the statement's.
                b'B' => {
                    let at = body.iter().position(|byte| *byte == 0).unwrap_or(0) + 1;
                    let rest = self.rename(&mut body, at)?;
                    let name = body[at..body.len() - rest.len()].to_vec();
                    swallow += self.prepare(name, server, &mut before);
                }
                b'D' | b'C' if body.first() == Some(&b'S') => {
                    let rest = self.rename(&mut body, 1)?;
                    let name = body[1..body.len() - rest.len()].to_vec();
                    match tag {
                        b'D' => swallow += self.prepare(name, server, &mut before),
                        _ => _ = server.prepared.remove(&name),
                    }
                }
                _ => {}
            }
            sent.extend(encode(tag, &body));
        }
        before.extend(sent);
        server.stream.write_all(&before).await?;
        loop {
            let Message { tag, body } = read(&mut server.stream).await?;
            if swallow > 0 && matches!(tag, b'1' | b'3') {
                swallow -= 1;
                continue;
            }
            self.stream.write_all(&encode(tag, &body)).await?;
            if tag == b'Z' {
                return Ok(body == b"I");
            }
        }
    }

    /// Prepares a statement of the client if this connection lacks it. Returns how many extra
    /// answers that causes.
    fn prepare(&self, name: Vec<u8>, server: &mut Connection, before: &mut Vec<u8>) -> usize {
        match self.statements.get(&name) {
            Some(rest) if !server.prepared.contains(&name) => {
                before.extend(encode(b'P', &[&name[..], &rest[..]].concat()));
                server.prepared.insert(name);
                1
            }
            _ => 0,
        }
    }

    /// Replaces the client's name, which begins at `at`, with the pooler's. Returns what follows
    /// it.
    fn rename(&self, body: &mut Vec<u8>, at: usize) -> io::Result<Vec<u8>> {
        let end = body[at..].iter().position(|byte| *byte == 0);
        let end = at + end.ok_or_else(|| io::Error::other("a name without an end"))?;
        let rest = body.split_off(end + 1);
        let name = body.split_off(at);
        let ours = [format!("c{}_", self.number).as_bytes(), &name[..]].concat();
        body.extend(ours);
        let whole = [&body[..], &rest[..]].concat();
        *body = whole;
        Ok(rest)
    }
}

async fn read(stream: &mut TcpStream) -> io::Result<Message> {
    let tag = stream.read_u8().await?;
    let length = stream.read_i32().await?;
    let mut body = vec![0; usize::try_from(length - 4).map_err(io::Error::other)?];
    stream.read_exact(&mut body).await?;
    Ok(Message { tag, body })
}

fn encode(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![tag];
    let length = i32::try_from(body.len() + 4).unwrap_or(i32::MAX);
    message.extend(length.to_be_bytes());
    message.extend(body);
    message
}
