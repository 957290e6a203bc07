//! Tells early that something happened in the folder. Comes in: the operating system's events. Goes out: hints, at most
//! as many as the queue holds. A hint saves waiting for the next walk; nothing depends on it: what is lost here is found
//! by the walk.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode};
use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use super::WatchKind;
use super::scan::Bounds;

/// Hints that wait; beyond, one walk replaces them all.
const HINTS_MAX: usize = 4096;
/// Hints looked into at a time.
const BATCH_MAX: usize = 256;

/// What may have happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// A writer closed the file, or it was moved here whole.
    Complete(PathBuf),
    /// The file is being written.
    Growing(PathBuf),
    /// Too much to tell one by one, or a whole folder.
    Walk,
}

/// A running watch; ends when dropped.
pub(super) struct Watch {
    _watcher: Box<dyn Watcher + Send>,
    hints: mpsc::Receiver<Hint>,
    overflowed: Arc<AtomicBool>,
}

impl Watch {
    /// Starts to watch the folder.
    pub(super) fn start(bounds: &Bounds, kind: WatchKind, interval: Duration) -> notify::Result<Self> {
        let (sender, hints) = mpsc::channel(HINTS_MAX);
        let overflowed = Arc::new(AtomicBool::new(false));
        let handler = {
            let (bounds, overflowed) = (bounds.clone(), Arc::clone(&overflowed));
            move |event: notify::Result<Event>| {
                for hint in hints_of(event, &bounds) {
                    if sender.try_send(hint).is_err() {
                        overflowed.store(true, Ordering::Relaxed);
                    }
                }
            }
        };
        // Links are not followed: they may lead out of the folder.
        let config = Config::default().with_follow_symlinks(false).with_poll_interval(interval);
        let mut watcher: Box<dyn Watcher + Send> = match kind {
            WatchKind::Native => Box::new(RecommendedWatcher::new(handler, config)?),
            WatchKind::Poll => Box::new(PollWatcher::new(handler, config)?),
        };
        let mode = if bounds.recursive { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        watcher.watch(&bounds.root, mode)?;
        Ok(Self { _watcher: watcher, hints, overflowed })
    }

    /// The next hints, at least one.
    pub(super) async fn next(&mut self) -> Vec<Hint> {
        let mut hints = Vec::new();
        if self.hints.recv_many(&mut hints, BATCH_MAX).await == 0 {
            // The watcher's thread is gone: from now on only walks find files.
            std::future::pending::<()>().await;
        }
        if self.overflowed.swap(false, Ordering::Relaxed) {
            hints.push(Hint::Walk);
        }
        hints
    }
}

fn hints_of(event: notify::Result<Event>, bounds: &Bounds) -> Vec<Hint> {
    let Ok(event) = event else { return vec![Hint::Walk] };
    if event.need_rescan() {
        return vec![Hint::Walk];
    }
    let make: fn(PathBuf) -> Hint = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Hint::Complete,
        EventKind::Create(CreateKind::Folder) => |_| Hint::Walk,
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Any => Hint::Growing,
        EventKind::Access(_) | EventKind::Remove(_) | EventKind::Other => return Vec::new(),
    };
    event.paths.into_iter().filter(|path| bounds.relative(path).is_some()).map(make).collect()
}
