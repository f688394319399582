//! A proxy in front of the server that counts how often a client waits for it.
//!
//! A round trip begins when a client sends something after the server has answered. Messages sent
//! together, or before an answer has come, count as one.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::Error;

/// A listening proxy. Dropping it stops listening; connections last as long as their clients.
#[derive(Debug)]
pub(super) struct Proxy {
    port: u16,
    trips: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts one in front of the server on that port.
    pub(super) async fn open(server: u16) -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(Error::os("listen on a port"))?;
        let port = listener.local_addr();
        let port = port.map_err(Error::os("ask for a port's number"))?.port();
        let trips = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&trips);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let counted = Arc::clone(&counted);
                // When a connection ends, for whatever reason, the client notices.
                tokio::spawn(async move { proxy(client, server, &counted).await.ok() });
            }
        });
        Ok(Self {
            port,
            trips,
            accepting,
        })
    }

    /// Its address, on 127.0.0.1.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The round trips of all clients so far.
    pub(super) fn trips(&self) -> usize {
        self.trips.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn proxy(mut client: TcpStream, server: u16, trips: &AtomicUsize) -> std::io::Result<()> {
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut is_answered = true;
    loop {
        tokio::select! {
            read = client.read(&mut asked) => match read? {
                0 => return Ok(()),
                length => {
                    if is_answered {
                        trips.fetch_add(1, Ordering::SeqCst);
                    }
                    is_answered = false;
                    server.write_all(&asked[..length]).await?;
                }
            },
            read = server.read(&mut answered) => match read? {
                0 => return Ok(()),
                length => {
                    is_answered = true;
                    client.write_all(&answered[..length]).await?;
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_sent_after_an_answer_is_another_trip() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = server.local_addr().unwrap().port();
        let proxy = Proxy::open(port).await.unwrap();
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port()))
            .await
            .unwrap();
        let (mut server, _) = server.accept().await.unwrap();
        let mut byte = [0];
        for trips in 1..=3 {
            client.write_all(b"q").await.unwrap();
            server.read_exact(&mut byte).await.unwrap();
            // Two messages of the server in a row are one answer.
            server.write_all(b"a").await.unwrap();
            client.read_exact(&mut byte).await.unwrap();
            server.write_all(b"b").await.unwrap();
            client.read_exact(&mut byte).await.unwrap();
            assert_eq!(proxy.trips(), trips);
        }
    }
}
