//! Rounds of trouble for three daemons on one PostgreSQL and one Kafka, all real: killed, stopped for a while, cut off from
//! either, and either of these restarted or ended without goodbye. With a story's reports on one partition they end with
//! the alerts and facts of one undisturbed daemon; scattered over all partitions, with the same stories and the same final
//! facts, and every fact's alerts an unbroken chain. `tests/rounds` runs many; a few of each kind run always.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::Value;

use crate::harness::{
    Broker, Consumer, Daemon, Line, Place, Receiver, Report, Server, Told, environment, make_topics, produce,
    produce_scattered, reports, wait_for,
};
use crate::kafka::{between_topics, told_in, topics};
use crate::restart::{PATIENCE, finish, stop, told_to, undisturbed_in};
use crate::shared::last_values;

/// How many daemons.
const INSTANCES: usize = 3;

/// How many rounds `tests/rounds` plays when nobody says otherwise.
const ROUNDS: usize = 200;

/// So many rounds after the first, and again each time as many, one daemon is stopped for longer than its leases last.
const LONG_EVERY: usize = 30;

/// Longer than the leases of these daemons (five attempts of two seconds, and a minute to record them).
const LONG: Duration = Duration::from_secs(75);

/// What may happen in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trouble {
    Kill,
    Pause,
    LongPause,
    CutFromDatabase,
    CutFromBroker,
    CutFromBoth,
    DatabaseRestart,
    DatabaseCrash,
    BrokerRestart,
}

/// One of each, the rare ones too.
const ONE_OF_EACH: [Trouble; 8] = [
    Trouble::Kill,
    Trouble::CutFromDatabase,
    Trouble::Pause,
    Trouble::DatabaseRestart,
    Trouble::CutFromBroker,
    Trouble::CutFromBoth,
    Trouble::DatabaseCrash,
    Trouble::BrokerRestart,
];

/// Drawn so that what costs little time comes often.
fn draw(round: usize, random: &mut Rng) -> Trouble {
    if round % LONG_EVERY == LONG_EVERY / 2 {
        return Trouble::LongPause;
    }
    match random.u8(..100) {
        0..28 => Trouble::Kill,
        28..45 => Trouble::Pause,
        45..58 => Trouble::CutFromDatabase,
        58..71 => Trouble::CutFromBroker,
        71..84 => Trouble::CutFromBoth,
        84..89 => Trouble::DatabaseRestart,
        89..94 => Trouble::DatabaseCrash,
        _ => Trouble::BrokerRestart,
    }
}

/// Everything that runs.
struct World {
    server: Server,
    broker: Broker,
    /// To the database, one for each instance.
    database_lines: Vec<Line>,
    broker_lines: Vec<Line>,
    places: Vec<Place>,
    daemons: Vec<Daemon>,
    receiver: Receiver,
    articles: String,
    alerts: String,
}

impl World {
    fn new(test: &str) -> Option<Self> {
        let lines = || (0..INSTANCES).map(|_| Line::new()).collect::<Vec<_>>();
        let (database_lines, broker_lines) = (lines(), lines());
        let server = Server::new(test)?;
        database_lines.iter().for_each(|line| line.lead_to(server.port()));
        let broker = Broker::behind(test, &broker_lines)?;
        broker.start();
        let (articles, alerts, dead) = topics(test);
        make_topics(broker.address(), &[&articles, &alerts, &dead]);
        let receiver = Receiver::start();
        let direct = format!(":{}/", server.port());
        let place = |number: usize| {
            let url = server.url().replace(&direct, &format!(":{}/", database_lines[number].port()));
            let broker = format!("127.0.0.1:{}", broker_lines[number].port());
            between_topics(&broker, &articles, &alerts, &receiver).with(&format!(
                "[store]\nurl = \"{url}\"\nturn_timeout = \"1s\"\nstatement_timeout = \"5s\"\nconnections_max = 6"
            ))
        };
        let places: Vec<Place> = (0..INSTANCES).map(place).collect();
        let daemons = places.iter().map(Place::start).collect();
        Some(Self {
            server,
            broker,
            database_lines,
            broker_lines,
            places,
            daemons,
            receiver,
            articles,
            alerts,
        })
    }

    fn strike(&mut self, trouble: Trouble, random: &mut Rng) {
        let victim = random.usize(..INSTANCES);
        match trouble {
            Trouble::Kill => {
                self.daemons.remove(victim).kill();
                self.daemons.insert(victim, self.places[victim].start());
            }
            Trouble::Pause => self.pause(victim, Duration::from_millis(random.u64(300..2_500))),
            Trouble::LongPause => self.pause(victim, LONG),
            Trouble::CutFromDatabase => self.cut(victim, true, false, random),
            Trouble::CutFromBroker => self.cut(victim, false, true, random),
            Trouble::CutFromBoth => self.cut(victim, true, true, random),
            Trouble::DatabaseRestart => {
                self.server.stop();
                pass(Duration::from_millis(random.u64(..1_000)));
                self.server.start();
            }
            Trouble::DatabaseCrash => {
                self.server.crash();
                self.server.start();
            }
            Trouble::BrokerRestart => {
                self.broker.stop();
                self.broker.start();
            }
        }
    }

    fn pause(&mut self, victim: usize, long: Duration) {
        self.daemons[victim].pause();
        pass(long);
        self.daemons[victim].resume();
    }

    fn cut(&self, victim: usize, database: bool, broker: bool, random: &mut Rng) {
        let database = database.then(|| &self.database_lines[victim]);
        let broker = broker.then(|| &self.broker_lines[victim]);
        let lines: Vec<&Line> = database.into_iter().chain(broker).collect();
        lines.iter().for_each(|line| line.cut());
        pass(Duration::from_millis(random.u64(500..4_000)));
        let forgets = random.bool();
        lines.iter().for_each(|line| line.mend(forgets));
    }

    /// Gives the reports out by `give` over the rounds, each with its trouble.
    #[expect(clippy::print_stderr, reason = "whoever runs many rounds wants to know what happened")]
    fn play(
        &mut self,
        rounds: usize,
        seed: u64,
        reports: &[(usize, Report)],
        give: impl Fn(&Self, &[(usize, Report)]),
        trouble: impl Fn(usize, &mut Rng) -> Trouble,
    ) {
        let (began, mut random) = (Instant::now(), Rng::with_seed(seed));
        let mut struck: BTreeMap<Trouble, usize> = BTreeMap::new();
        let mut waiting = reports;
        for round in 0..rounds {
            let (portion, rest) = waiting.split_at(waiting.len().div_ceil(rounds - round));
            waiting = rest;
            give(self, portion);
            // Nothing is awaited: the moment itself is what is drawn.
            pass(Duration::from_millis(random.u64(..400)));
            let trouble = trouble(round, &mut random);
            self.strike(trouble, &mut random);
            *struck.entry(trouble).or_default() += 1;
            // Each bears it: one that has been killed was started again.
            self.daemons.iter_mut().for_each(Daemon::assert_alive);
        }
        eprintln!("seed {seed}: {rounds} rounds in {:.0?}: {struck:?}", began.elapsed());
    }

    /// What `show` says of each story, by its plot.
    fn shown(&self) -> BTreeMap<usize, String> {
        shown(&self.places[0])
    }
}

/// Time goes by.
fn pass(time: Duration) {
    assert!(wait_for(time, || None::<()>).is_none());
}

/// What `show` says of each story, by the plot that its first report is of.
fn shown(place: &Place) -> BTreeMap<usize, String> {
    let config = place.config_file();
    let config = config.to_str().unwrap();
    let listed = place.run(&["stories", "--json", "--config", config]);
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let mut shown = BTreeMap::new();
    for line in String::from_utf8(listed.stdout).unwrap().lines() {
        let story: Value = serde_json::from_str(line).unwrap();
        let told = place.run(&["show", "--config", config, story["id"].as_str().unwrap()]);
        let text = String::from_utf8(told.stdout).unwrap();
        let (_, plot) = text.split_once("(s").unwrap_or_else(|| panic!("no report in {text}"));
        let plot: usize = plot.split('-').next().unwrap().parse().unwrap();
        assert_eq!(shown.insert(plot, text), None, "two stories of plot {plot}");
    }
    shown
}

/// The lines that say what stands, without those that say by which claims.
fn standing(text: &str) -> BTreeSet<&str> {
    text.lines().skip(2).filter(|line| !line.is_empty() && !line.starts_with(' ')).collect()
}

fn by_key(test: &str, rounds: usize, seed: u64, trouble: impl Fn(usize, &mut Rng) -> Trouble) {
    let Some(mut world) = World::new(test) else { return };
    let reports = reports(seed, 6, rounds.div_ceil(3).max(10));
    let (alone, expected) = undisturbed_in(&reports);
    let numbered: Vec<_> = reports.into_iter().enumerate().collect();
    let give = |world: &World, portion: &[(usize, Report)]| {
        let portion: Vec<_> = portion.iter().map(|(_, report)| report.clone()).collect();
        produce(world.broker.address(), &world.articles, &portion);
    };
    world.play(rounds, seed, &numbered, give, trouble);
    finish(&mut world.daemons[0], &world.receiver, &expected);
    let mut topic = Consumer::new(world.broker.address(), &world.alerts);
    let wanted = expected.ids();
    let all = topic.read_until(PATIENCE, |records| {
        let got: BTreeSet<_> = records.iter().filter_map(|record| record.header("ce_id")).collect();
        wanted.is_subset(&got)
    });
    assert!(all, "alerts are missing in the topic");
    let known = world.shown();
    world.daemons.drain(..).for_each(stop);
    for told in [told_to(&world.receiver), told_in(&topic.records)] {
        told.assert_same_as(&expected);
        told.assert_chained();
    }
    assert_eq!(known, shown(&alone), "what is known");
}

fn scattered(test: &str, rounds: usize, seed: u64, trouble: impl Fn(usize, &mut Rng) -> Trouble) {
    let Some(mut world) = World::new(test) else { return };
    let reports = reports(seed, 4, rounds.div_ceil(2).max(15));
    let plots: BTreeMap<String, usize> =
        reports.iter().map(|report| (report.id.clone(), report.story)).collect();
    let (alone, expected) = undisturbed_in(&reports);
    let numbered: Vec<_> = reports.into_iter().enumerate().collect();
    let give = |world: &World, portion: &[(usize, Report)]| {
        produce_scattered(world.broker.address(), &world.articles, portion);
    };
    world.play(rounds, seed, &numbered, give, trouble);
    let wanted = last_values(&expected, &plots);
    let receiver = &world.receiver;
    let told = || told_to(receiver);
    let arrived = wait_for(PATIENCE, || (last_values(&told(), &plots) == wanted).then_some(()));
    assert!(arrived.is_some(), "{:?}\nis not\n{wanted:?}", last_values(&told(), &plots));
    let known = world.shown();
    world.daemons.drain(..).for_each(stop);
    let told: Told = told_to(&world.receiver);
    told.assert_chained();
    let stories: BTreeSet<_> = told.in_order().map(|alert| alert["story"].to_string()).collect();
    assert_eq!(stories.len(), 4, "a story was opened twice: {stories:?}");
    for (plot, text) in shown(&alone) {
        assert_eq!(standing(&known[&plot]), standing(&text), "what is known of plot {plot}");
    }
}

#[test]
fn by_key_one_round_of_each_trouble_changes_nothing() {
    by_key("rounds-by-key", ONE_OF_EACH.len(), 1, |round, _| ONE_OF_EACH[round]);
}

#[test]
fn scattered_one_round_of_each_trouble_ends_in_the_same_facts() {
    scattered("rounds-scattered", ONE_OF_EACH.len(), 2, |round, _| ONE_OF_EACH[round]);
}

/// How many rounds, and from which seed, as `tests/rounds` was told.
fn asked() -> (usize, u64) {
    let number = |name: &str| environment(name).map(|text| text.parse::<u64>().expect("a number"));
    let rounds = number("NEWSDELTA_TEST_ROUNDS").map_or(ROUNDS, |rounds| usize::try_from(rounds).unwrap());
    (rounds, number("NEWSDELTA_TEST_SEED").unwrap_or(20_251_127))
}

#[test]
#[ignore = "takes many minutes: tests/rounds runs it"]
fn by_key_many_rounds() {
    let (rounds, seed) = asked();
    by_key("many-rounds-by-key", rounds, seed, draw);
}

#[test]
#[ignore = "takes many minutes: tests/rounds runs it"]
fn scattered_many_rounds() {
    let (rounds, seed) = asked();
    scattered("many-rounds-scattered", rounds, seed, draw);
}
