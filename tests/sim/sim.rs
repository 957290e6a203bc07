//! What the pieces of one simulation share: chance, time, the moment of the next kill, and what is known of outside.
//! Comes in: a seed. Goes out: the same answers in the same order for the same seed.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use newsdelta::clock::Clock;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::sabotage::Sabotage;

/// What came of a seed.
#[derive(Debug, Default)]
pub(crate) struct Course {
    /// What was wrong; nothing when all promises held.
    pub(crate) complaints: Vec<String>,
    /// Everything that happened, in order.
    pub(crate) notes: Vec<String>,
    /// How many lives ended in a kill.
    pub(crate) kills: u64,
    /// How many posts were removed since they stood in the channel twice.
    pub(crate) removed: u64,
    /// Whether the clock was ever put back.
    pub(crate) put_back: bool,
}

/// How much goes wrong.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weather {
    /// Of a hundred attempts, so many go wrong in one way or another.
    pub(crate) receivers: u8,
    /// Of a hundred calls of the store, so many fail, half of them after they took effect.
    pub(crate) store: u8,
    /// Of a hundred items, so many are torn, and as many repeated.
    pub(crate) source: u8,
    /// Of a hundred calls of the store, so many find that the clock has jumped.
    pub(crate) clock: u8,
    /// Of a hundred times that somebody looks, so often the config is read again.
    pub(crate) reloads: u8,
}

/// One simulation.
pub(crate) struct Sim {
    state: Mutex<State>,
    killed: Notify,
    /// What is made wrong on purpose, to see that it is found.
    pub(crate) sabotage: Option<Sabotage>,
}

struct State {
    random: Rng,
    weather: Weather,
    /// What the clock shows at the start of this life, and when that was.
    shown: Timestamp,
    began: Option<Instant>,
    /// Moments until the kill, while one is planned.
    left: Option<u32>,
    dead: bool,
    life: u32,
    course: Course,
    committed: BTreeSet<String>,
    recorded: BTreeSet<(String, String)>,
}

impl Sim {
    pub(crate) fn new(seed: u64, sabotage: Option<Sabotage>) -> Self {
        let state = State {
            random: Rng::with_seed(seed),
            weather: Weather::default(),
            shown: "2031-05-06T20:00:00Z".parse().unwrap(),
            began: None,
            left: None,
            dead: false,
            life: 0,
            course: Course::default(),
            committed: BTreeSet::new(),
            recorded: BTreeSet::new(),
        };
        Self { state: Mutex::new(state), killed: Notify::new(), sabotage }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A life begins: with this weather, and with a kill after so many moments.
    pub(crate) fn begin(&self, weather: Weather, kill_after: Option<u32>) {
        let mut state = self.state();
        (state.weather, state.left, state.dead) = (weather, kill_after, false);
        state.life += 1;
        state.began = Some(Instant::now());
        drop(state);
        self.note("life", &format_args!("{weather:?}, kill after {kill_after:?}"));
    }

    /// The life is over; some time passes before the next.
    pub(crate) fn end(&self) {
        let now = self.now();
        let mut state = self.state();
        let pause = SignedDuration::from_secs(state.random.i64(0..30));
        (state.shown, state.began) = (now + pause, None);
    }

    /// Which life this is.
    pub(crate) fn life(&self) -> u32 {
        self.state().life
    }

    /// Waits for the kill.
    pub(crate) async fn killed(&self) {
        self.killed.notified().await;
    }

    /// A moment at which the process may be killed. From then on nothing reaches the world.
    pub(crate) async fn moment(&self) {
        if self.passes() {
            self.note("kill", &"here");
            self.killed.notify_one();
        }
        if self.state().dead {
            std::future::pending::<()>().await;
        }
    }

    /// The same outside the world's time; true when the process is dead.
    pub(crate) fn dies(&self) -> bool {
        if self.passes() {
            self.killed.notify_one();
        }
        self.state().dead
    }

    /// One moment less until the kill; true when that is now.
    fn passes(&self) -> bool {
        let mut state = self.state();
        if state.left == Some(0) && !state.dead {
            state.dead = true;
            state.course.kills += 1;
            return true;
        }
        state.left = state.left.map(|left| left.saturating_sub(1));
        false
    }

    /// Chance.
    pub(crate) fn draw<T>(&self, from: impl FnOnce(&mut Rng) -> T) -> T {
        from(&mut self.state().random)
    }

    /// Whether something happens that does so many times of a hundred in this weather.
    pub(crate) fn strikes(&self, of_hundred: impl FnOnce(&Weather) -> u8) -> bool {
        let mut state = self.state();
        let of_hundred = of_hundred(&state.weather);
        of_hundred > 0 && state.random.u8(..100) < of_hundred
    }

    /// The clock jumps by up to a minute and a half in either direction.
    pub(crate) fn jump(&self) {
        let by = self.draw(|random| random.i64(-90..=90));
        let mut state = self.state();
        state.shown += SignedDuration::from_secs(by);
        state.course.put_back |= by < 0;
        drop(state);
        self.note("clock jumps", &by);
    }

    /// Waits some time, in half of the cases none at all.
    pub(crate) async fn dawdle(&self, longest: Duration) {
        let longest = u64::try_from(longest.as_millis()).unwrap();
        let wait = self.draw(|random| if random.bool() { 0 } else { random.u64(..=longest) });
        if wait > 0 {
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }

    /// Something happened.
    pub(crate) fn note(&self, what: &str, about: &dyn Display) {
        let now = self.now();
        self.state().course.notes.push(format!("{now} {what}: {about}"));
    }

    /// Something is wrong.
    pub(crate) fn complain(&self, what: String) {
        self.note("WRONG", &what);
        self.state().course.complaints.push(what);
    }

    /// What came of it.
    pub(crate) fn course(&self) -> Course {
        std::mem::take(&mut self.state().course)
    }

    /// A commit with this article took effect.
    pub(crate) fn committed(&self, article: &str) {
        self.state().committed.insert(article.to_owned());
    }

    pub(crate) fn is_committed(&self, article: &str) -> bool {
        self.state().committed.contains(article)
    }

    /// The store knows that the output took the message.
    pub(crate) fn recorded(&self, output: &str, message: &str) {
        self.state().recorded.insert((output.to_owned(), message.to_owned()));
    }

    pub(crate) fn is_recorded(&self, output: &str, message: &str) -> bool {
        self.state().recorded.contains(&(output.to_owned(), message.to_owned()))
    }
}

/// The clock on the wall: it jumps, while the time by which the program waits does not.
impl Clock for Sim {
    fn now(&self) -> Timestamp {
        let state = self.state();
        let elapsed = state.began.map(|began| began.elapsed()).unwrap_or_default();
        state.shown + SignedDuration::try_from(elapsed).unwrap()
    }
}
