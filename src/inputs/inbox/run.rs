//! The inbox at work: one loop that waits for verdicts, hints, time, and room in the queue. Comes in: what the
//! operating system tells of the folder. Goes out: items, and finished files on their shelves. Every look at the disk
//! happens on a blocking thread, so that a hanging mount delays only its own input.

use std::mem;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

use super::scan::{Found, Sight, look_at, walk};
use super::shelve::{Shelved, UNTIL, come_back, prepare, shelve};
use super::take::{Taken, take};
use super::watch::{Hint, Watch};
use super::{After, InFlight, Inbox, WatchKind};
use crate::inputs::{Input, Item, Receipt, Ticket, Verdict};

/// Whole files that wait to be taken; more wait in the folder and are found by the next walk.
const READY_MAX: usize = 10_000;
/// A file that was last changed this long ago is whole without a second look, where the local clock can be trusted.
const OLD: Duration = Duration::from_secs(10);
/// How often a file that may not be opened is tried, a settle time apart, before it fails.
const DENIALS_MAX: u8 = 5;
/// A folder that cannot be listed is tried again after this time.
const RETRY: Duration = Duration::from_secs(5);
/// Least time between two walks that hints ask for.
const WALK_GAP: Duration = Duration::from_millis(200);
/// How long a stopping inbox waits for its verdicts.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// No walk is planned for later than this.
const FAR: Duration = Duration::from_secs(24 * 3600);
/// Paths that were warned about, so that each is told once.
const WARNED_MAX: usize = 1000;

#[async_trait]
impl Input for Inbox {
    fn name(&self) -> &str {
        &self.name
    }

    async fn run(
        mut self: Box<Self>,
        items: mpsc::Sender<Item>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        // As many places as items in flight: whoever settles a receipt never waits for the inbox.
        let (sender, mut verdicts) = mpsc::channel(self.config.in_flight_max.max(1));
        self.walk_at = Instant::now();
        loop {
            let (wake_at, may_take) = (self.wake_at(), self.may_take());
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some((ticket, verdict)) = verdicts.recv() => self.finish(ticket, verdict).await,
                () = sleep_until(wake_at) => self.wake(&stop).await,
                hints = next_hints(self.watch.as_mut()) => self.note(hints).await,
                permit = items.reserve(), if may_take => match permit {
                    Ok(permit) => {
                        if let Some(item) = self.take_next(&sender).await {
                            permit.send(item);
                        }
                    }
                    Err(_) => break,
                },
            }
        }
        let deadline = Instant::now() + STOP_WAIT;
        while !self.in_flight.is_empty() {
            let Ok(Some((ticket, verdict))) = timeout_at(deadline, verdicts.recv()).await else {
                let files = self.in_flight.len();
                tracing::warn!(
                    input = self.name,
                    files,
                    "stopped before their verdicts: offered again at the next start"
                );
                break;
            };
            self.finish(ticket, verdict).await;
        }
        Ok(())
    }
}

async fn next_hints(watch: Option<&mut Watch>) -> Vec<Hint> {
    match watch {
        Some(watch) => watch.next().await,
        None => std::future::pending().await,
    }
}

impl Inbox {
    /// A whole file waits for an older one that a walk has found, at most for that one's settle time: a report that was
    /// there before the start is not overtaken by one whose arrival was seen.
    fn may_take(&self) -> bool {
        self.ready.first().is_some_and(|next| {
            !self.settling.holds_back(next)
                && self.in_flight.len() < self.config.in_flight_max
                && (self.in_flight.is_empty()
                    || usize::try_from(next.look.size).is_ok_and(|size| {
                        self.in_flight_bytes.saturating_add(size) <= self.config.in_flight_bytes_max
                    }))
        })
    }

    fn wake_at(&self) -> Instant {
        let is_drained = self.is_open && self.more && self.ready.is_empty() && self.settling.is_empty();
        if is_drained {
            return Instant::now();
        }
        self.settling.next_due().map_or(self.walk_at, |due| due.min(self.walk_at))
    }

    async fn wake(&mut self, stop: &CancellationToken) {
        let now = Instant::now();
        let is_drained = self.more && self.ready.is_empty() && self.settling.is_empty();
        if now >= self.walk_at || is_drained {
            self.walk(stop).await;
        }
        if self.settling.next_due().is_some_and(|due| due <= now) {
            let (mut settling, root) = (mem::take(&mut self.settling), self.bounds.root.clone());
            let looked = spawn_blocking(move || {
                let whole = settling.settled(&root, now);
                (settling, whole)
            });
            if let Ok((settling, whole)) = looked.await {
                self.settling = settling;
                for found in whole {
                    self.enqueue(found);
                }
            }
        }
    }

    /// Makes the folder ready and starts the watch; done again after the folder was gone.
    async fn open(&mut self) {
        let config = self.config.clone();
        let opened = spawn_blocking(move || -> std::io::Result<_> {
            std::fs::create_dir_all(&config.path)?;
            let root = config.path.canonicalize()?;
            let shelves = [&config.done, &config.failed, &config.held].map(|shelf| root.join(shelf)).to_vec();
            let moves = match config.after {
                After::Keep => Ok(()),
                After::Move => shelves.iter().try_for_each(|shelf| {
                    prepare(shelf).map_err(|error| format!("{} cannot be used: {error}", shelf.display()))
                }),
            };
            Ok((root, shelves, moves))
        });
        let (root, shelves, moves) = match opened.await {
            Ok(Ok(opened)) => opened,
            Ok(Err(error)) => return self.report(format!("the folder cannot be opened: {error}")),
            Err(error) => return self.report(error.to_string()),
        };
        (self.bounds.root, self.bounds.shelves) = (root, shelves);
        self.moves = self.config.after == After::Move && moves.is_ok();
        if let Err(reason) = moves {
            tracing::error!(
                input = self.name,
                reason,
                "finished files stay in the inbox: let newsdelta write there, set `done`, `failed` and `held` to \
                 folders elsewhere, or set `after = \"keep\"`"
            );
        }
        self.watch = self.start_watch().await;
        self.is_open = true;
        tracing::info!(input = self.name, folder = %self.bounds.root.display(), "inbox open");
    }

    async fn start_watch(&mut self) -> Option<Watch> {
        for kind in [self.config.watch, WatchKind::Poll] {
            let (bounds, interval) = (self.bounds.clone(), self.config.poll_interval);
            match spawn_blocking(move || Watch::start(&bounds, kind, interval)).await {
                Ok(Ok(watch)) => {
                    self.polls = kind == WatchKind::Poll;
                    return Some(watch);
                }
                Ok(Err(error)) => tracing::warn!(
                    input = self.name,
                    %error,
                    "the folder cannot be watched this way: raise the system's limit on watches, or set `watch = \"poll\"`"
                ),
                Err(error) => tracing::warn!(input = self.name, %error, "the watch did not start"),
            }
        }
        None
    }

    /// Finds what there is to take. This alone is the truth about the folder.
    async fn walk(&mut self, stop: &CancellationToken) {
        self.walked_at = Instant::now();
        self.walk_at = self.walked_at + RETRY.min(self.config.rescan_interval);
        if !self.is_open {
            self.open().await;
        }
        if !self.is_open {
            return;
        }
        let next_held = self.end_holding().await;
        let (bounds, held) = (self.bounds.clone(), mem::take(&mut self.held));
        let (in_flight, stop) = (self.in_flight_files.clone(), stop.clone());
        let walked = spawn_blocking(move || {
            let outcome = walk(&bounds, &held, &in_flight, READY_MAX, &stop);
            (outcome, held)
        });
        let found = match walked.await {
            Ok((outcome, held)) => {
                self.held = held;
                outcome.map_err(|error| format!("the folder cannot be listed: {error}"))
            }
            Err(error) => Err(error.to_string()),
        };
        let walk = match found {
            Ok(walk) => walk,
            Err(error) => {
                (self.is_open, self.watch) = (false, None);
                return self.report(error);
            }
        };
        if self.last_error.take().is_some() {
            tracing::info!(input = self.name, "the folder can be read again");
        }
        for (path, what) in walk.odd {
            self.warn_once(path, &what);
        }
        self.walk_at = Instant::now() + self.config.rescan_interval;
        if let Some(next) = next_held {
            self.walk_at = self.walk_at.min(self.instant(next)).max(self.walked_at + WALK_GAP);
        }
        self.more = walk.more;
        let old = SystemTime::from(self.clock.now()).checked_sub(OLD.max(self.config.settle_time));
        for found in walk.found {
            let is_old = !self.polls && old.is_some_and(|old| found.modified <= old);
            if is_old {
                self.enqueue(found);
            } else if !self.is_known(&found) {
                self.more |= !self.settling.note_found(found.path, found.look, Instant::now());
            }
        }
    }

    fn walk_soon(&mut self) {
        self.walk_at = self.walk_at.min(Instant::now().max(self.walked_at + WALK_GAP));
    }

    async fn note(&mut self, hints: Vec<Hint>) {
        let looked = spawn_blocking(move || {
            let look = |hint| match hint {
                Hint::Walk => None,
                Hint::Complete(path) => Some((look_at(&path), path, true)),
                Hint::Growing(path) => Some((look_at(&path), path, false)),
            };
            hints.into_iter().map(look).collect::<Vec<_>>()
        });
        for seen in looked.await.unwrap_or_default() {
            let Some((sight, path, is_complete)) = seen else {
                self.walk_soon();
                continue;
            };
            let Some(relative) = self.bounds.relative(&path).map(PathBuf::from) else { continue };
            match sight {
                // While older files wait outside the queue, the walk alone may fill it.
                Sight::File(_) if self.more => {}
                // An empty file has often just been made and is about to be written.
                Sight::File(look) if is_complete && look.size > 0 => self.enqueue(Found::new(relative, look)),
                Sight::File(look) => self.settle(Found::new(relative, look)),
                Sight::Folder if self.bounds.recursive => self.walk_soon(),
                Sight::Link => {
                    self.warn_once(path, "is a symbolic link and is not followed: put the file itself here");
                }
                Sight::Folder | Sight::Nothing => {}
            }
        }
    }

    fn is_known(&self, found: &Found) -> bool {
        self.held.contains(&found.path, &found.look)
            || self.in_flight_files.contains(&(found.path.clone(), found.look))
            || self.ready.contains(found)
    }

    fn settle(&mut self, found: Found) {
        if !self.is_known(&found) {
            self.more |= !self.settling.note(found.path, found.look, Instant::now());
        }
    }

    fn enqueue(&mut self, found: Found) {
        self.settling.forget(&found.path);
        if self.is_known(&found) {
            return;
        }
        self.ready.insert(found);
        if self.ready.len() > READY_MAX {
            self.ready.pop_last();
            self.more = true;
        }
    }

    async fn take_next(&mut self, sender: &mpsc::Sender<(Ticket, Verdict)>) -> Option<Item> {
        let found = self.ready.pop_first()?;
        let (path, look, limit) =
            (self.bounds.root.join(&found.path), found.look, self.config.file_bytes_max);
        let taken = spawn_blocking(move || match take(&path, &look, limit) {
            Taken::Changed => (Taken::Changed, look_at(&path)),
            taken => (taken, Sight::Nothing),
        });
        let (taken, sight) = taken.await.ok()?;
        let bytes = match taken {
            Taken::Bytes(bytes) => Ok(bytes),
            Taken::Unreadable(reason) => Err(reason),
            Taken::Denied(reason) => {
                let denials = self.denials.get(&found.path).copied().unwrap_or_default() + 1;
                let may_wait = denials < DENIALS_MAX && self.denials.len() < WARNED_MAX;
                if may_wait {
                    self.denials.insert(found.path.clone(), denials);
                    self.settle(found);
                    return None;
                }
                Err(reason)
            }
            Taken::Changed => {
                if let Sight::File(look) = sight {
                    self.settle(Found::new(found.path, look));
                }
                return None;
            }
            Taken::Gone => {
                tracing::debug!(input = self.name, file = %found.path.display(), "gone before it was read");
                return None;
            }
        };
        self.denials.remove(&found.path);
        Some(self.hand_over(found, bytes, sender))
    }

    fn hand_over(
        &mut self,
        found: Found,
        bytes: Result<Vec<u8>, String>,
        sender: &mpsc::Sender<(Ticket, Verdict)>,
    ) -> Item {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let item = Item {
            input: self.name.clone(),
            label: found.path.display().to_string(),
            form: found.path.extension().map(|ending| ending.to_string_lossy().to_lowercase()),
            bytes,
            received_at: self.clock.now(),
            checkpoint: None,
            trace_parent: None,
            retried: None,
            receipt: Receipt { ticket, verdicts: sender.clone() },
        };
        let size = item.bytes.as_ref().map_or(0, Vec::len);
        self.in_flight_bytes += size;
        self.in_flight_files.insert((found.path.clone(), found.look));
        self.in_flight.insert(ticket, InFlight { path: found.path, look: found.look, bytes: size });
        item
    }

    async fn finish(&mut self, ticket: Ticket, verdict: Verdict) {
        let Some(file) = self.in_flight.remove(&ticket) else { return };
        self.in_flight_bytes -= file.bytes;
        self.in_flight_files.remove(&(file.path.clone(), file.look));
        let name = file.path.display();
        let (folder, reason) = match verdict {
            Verdict::Committed => (&self.config.done, None),
            Verdict::Failed(reason) => {
                tracing::warn!(input = self.name, file = %name, reason, "file set aside");
                (&self.config.failed, Some(reason))
            }
            Verdict::Held(reason, until) => {
                tracing::info!(input = self.name, file = %name, %until, "file held back until its time");
                self.walk_at = self.walk_at.min(self.instant(until));
                (&self.config.held, Some(format!("{reason}\n{UNTIL}{until}")))
            }
            Verdict::GivenBack => return self.hold(&file),
        };
        if !self.moves {
            return self.hold(&file);
        }
        let (root, folder, now) = (self.bounds.root.clone(), self.bounds.root.join(folder), self.clock.now());
        let (path, look) = (file.path.clone(), file.look);
        let move_away = move || shelve(&root, &path, &look, &folder, reason.as_deref(), now);
        let error = match spawn_blocking(move_away).await {
            Ok(Ok(Shelved::Replaced)) => {
                // What is there now is new: its own event may have come while the old content was in flight.
                return self.walk_soon();
            }
            Ok(Ok(Shelved::Moved(_) | Shelved::Gone)) => return,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        self.hold(&file);
        self.report(format!(
            "finished files cannot be moved and stay in the inbox ({error}): make room, let newsdelta write there, or \
             set `after = \"keep\"`"
        ));
    }

    /// Puts what was held back, and whose time has come, where it came from, to be found by this walk: the store has read
    /// it by then, or reads it now.
    async fn end_holding(&mut self) -> Option<Timestamp> {
        if !self.moves {
            return None;
        }
        let (root, shelf, now) =
            (self.bounds.root.clone(), self.bounds.root.join(&self.config.held), self.clock.now());
        match spawn_blocking(move || come_back(&shelf, &root, now)).await {
            Ok(Ok(next)) => next,
            Ok(Err(error)) => {
                self.report(format!("what was held back cannot be taken from `held` ({error})"));
                None
            }
            Err(error) => {
                self.report(error.to_string());
                None
            }
        }
    }

    /// The moment at which the clock on the wall will show this time.
    fn instant(&self, at: Timestamp) -> Instant {
        let wait = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
        Instant::now() + wait.min(FAR)
    }

    fn hold(&mut self, file: &InFlight) {
        if !self.held.insert(&file.path, &file.look) {
            self.warn_once(
                self.bounds.root.clone(),
                "holds too many kept files to remember: set `after = \"move\"`",
            );
        }
    }

    /// Tells the operator once, not at every attempt.
    fn report(&mut self, error: String) {
        if self.last_error.as_ref() != Some(&error) {
            tracing::error!(input = self.name, folder = %self.config.path.display(), error, "inbox in trouble");
            self.last_error = Some(error);
        }
    }

    fn warn_once(&mut self, path: PathBuf, what: &str) {
        if self.warned.len() < WARNED_MAX && !self.warned.contains(&path) {
            tracing::warn!(input = self.name, path = %path.display(), what, "left alone");
            self.warned.insert(path);
        }
    }
}
