//! A line to a server that can be cut: it takes connections on a port of its own and passes everything on, both ways. Cut,
//! it passes nothing, and whoever uses it sees neither an end nor an error, as when a cable is pulled. In a network of the
//! test's own (tests/rounds makes one where it may) the kernel drops the packets; elsewhere the line itself holds the bytes
//! back.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use super::environment;

/// How often a line that carries nothing is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Set by `tests/rounds` inside a network of its own.
const OWN_NETWORK: &str = "NEWSDELTA_TEST_OWN_NETWORK";

/// A line. It ends when dropped.
#[derive(Debug)]
pub(crate) struct Line {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The port of the server.
    to: u16,
    cut: bool,
    /// Connections older than this are forgotten.
    generation: u64,
    over: bool,
}

impl Line {
    /// A line to nowhere yet.
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::<Shared>::default();
        std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self { port, shared }
    }

    /// Where to reach the server by it.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Leads it to a port of this machine.
    pub(crate) fn lead_to(&self, port: u16) {
        self.shared.state.lock().unwrap().to = port;
    }

    /// Nothing passes any more.
    pub(crate) fn cut(&self) {
        if environment(OWN_NETWORK).is_some() {
            self.drop_packets("--append");
        } else {
            self.shared.state.lock().unwrap().cut = true;
        }
    }

    /// Begins or ends that the kernel drops what goes to this line or comes from it.
    fn drop_packets(&self, change: &str) {
        for side in ["--dport", "--sport"] {
            let port = self.port.to_string();
            let rule = [change, "INPUT", "--protocol", "tcp", side, &port, "--jump", "DROP"];
            let done = Command::new("iptables").arg("--wait").args(rule).status().unwrap();
            assert!(done.success(), "iptables {rule:?}");
        }
    }

    /// Everything passes again. What was sent meanwhile arrives late; or, with `forgets`, the connections from before are
    /// gone, as behind a router that was restarted.
    pub(crate) fn mend(&self, forgets: bool) {
        if environment(OWN_NETWORK).is_some() {
            self.drop_packets("--delete");
        }
        let mut state = self.shared.state.lock().unwrap();
        state.cut = false;
        if forgets {
            state.generation += 1;
        }
        self.shared.changed.notify_all();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock().unwrap();
        state.over = true;
        state.cut = false;
        self.shared.changed.notify_all();
        drop(state);
        // Whoever waits for a connection sees that it is over.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl Shared {
    /// Waits until something may pass; says where to, or nothing when a connection of this generation is gone.
    fn passes(&self, generation: Option<u64>) -> Option<(u16, u64)> {
        let state = self.state.lock().unwrap();
        let state = self.changed.wait_while(state, |state| state.cut).unwrap();
        let gone = state.over || generation.is_some_and(|generation| generation < state.generation);
        (!gone).then_some((state.to, state.generation))
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        let Ok(client) = stream else { continue };
        if shared.state.lock().unwrap().over {
            return;
        }
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            let Some((port, generation)) = shared.passes(None) else { return };
            // A server that is away refuses; the line hands that on by its own end.
            let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { return };
            let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn({
                let shared = Arc::clone(&shared);
                move || pass(back.0, back.1, &shared, generation)
            });
            pass(client, server, &shared, generation);
        });
    }
}

/// Passes bytes on until one side ends or the connection is forgotten.
fn pass(mut from: TcpStream, mut to: TcpStream, shared: &Shared, generation: u64) {
    let mut bytes = vec![0; 64 * 1024];
    from.set_read_timeout(Some(LOOK)).unwrap();
    loop {
        if shared.passes(Some(generation)).is_none() {
            break;
        }
        let count = match from.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
            Err(_) => break,
        };
        if shared.passes(Some(generation)).is_none() || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    // The other side may have gone first; then there is nothing left to end.
    drop(from.shutdown(Shutdown::Both));
    drop(to.shutdown(Shutdown::Both));
}
