//! A proxy of a server that can lose an answer.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Forwards requests to a server and its answers, except for an answer that is to be lost.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    server: AtomicU16,
    /// A text in the request whose answer is lost next.
    loses: Mutex<Option<String>>,
    lost: AtomicUsize,
    is_over: AtomicBool,
}

impl Proxy {
    /// Listens, and forwards connections once [`lead_to`](Proxy::lead_to) names a server.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("it listens").port();
        let state = Arc::<State>::default();
        let accepting = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if accepting.is_over.load(Ordering::Relaxed) {
                    return;
                }
                accepting.pass_on(client);
            }
        });
        Proxy { port, state }
    }

    pub(crate) fn lead_to(&self, port: u16) {
        self.state.server.store(port, Ordering::Relaxed);
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Loses the answer to the next request with this word in it: the server is asked, and then the connection is cut.
    pub fn lose_answer_to(&self, word: &str) {
        *self.state.loses.lock().unwrap_or_else(PoisonError::into_inner) = Some(word.to_owned());
    }

    /// The number of answers that it has lost.
    pub fn lost(&self) -> usize {
        self.state.lost.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::Relaxed);
        // Wakes its thread, which checks this at the next connection.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl State {
    fn pass_on(self: &Arc<Self>, client: TcpStream) {
        let port = self.server.load(Ordering::Relaxed);
        // If the server is down, the client's connection is closed.
        let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return };
        let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else { return };
        let is_cut = Arc::new(AtomicBool::new(false));
        let (state, cuts) = (Arc::clone(self), Arc::clone(&is_cut));
        thread::spawn(move || {
            copy(from_client, server, |request| {
                if state.loses(request) {
                    cuts.store(true, Ordering::SeqCst);
                }
                true
            });
        });
        let state = Arc::clone(self);
        thread::spawn(move || {
            copy(from_server, client, |_| {
                // There is an answer, so the server has executed the request.
                let passes = !is_cut.load(Ordering::SeqCst);
                state.lost.fetch_add(usize::from(!passes), Ordering::Relaxed);
                passes
            });
        });
    }

    /// Whether the answer to this request is to be lost; the next ones are not.
    fn loses(&self, request: &[u8]) -> bool {
        let mut loses = self.loses.lock().unwrap_or_else(PoisonError::into_inner);
        let has = |word: &String| request.windows(word.len()).any(|part| part == word.as_bytes());
        loses.take_if(|word| has(word)).is_some()
    }
}

/// Copies until the end, or until `passes` returns false; then both connections are closed.
fn copy(mut from: TcpStream, mut to: TcpStream, mut passes: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 || !passes(&buffer[..length]) || to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
