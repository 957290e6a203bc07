//! Which output is told what, and when. Comes in: the routing tree of the config and a message. Goes out: parcels, one
//! or more for each output that is told something; the same for the same message and time. Without routes every output
//! is told everything at once. Reads no clock, keeps no state, delivers nothing.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::correction::Errors;
use super::mute::{actors, silencing};
use super::rhythm::{QuietHours, Rhythm, TimeOfDay, Zone};
use crate::config::{Check, Findings};
use crate::model::article::fingerprint;
use crate::model::{Alert, ChangeKind, Effect, FactKey, Group, Message, Mute, Value};
use crate::store::{Pace, Parcel};

/// How many routes may stand inside each other.
const DEPTH_MAX: usize = 8;

/// Nothing is held longer for the sake of grouping.
const WAIT_MAX: Duration = Duration::from_secs(7 * 24 * 3600);

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Figures of people.
    Casualties,
    /// Demands.
    Demand,
    /// Positions.
    Position,
}

/// `[routing]` and every `[[routing.routes]]`, at any depth. What is not set here is inherited.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RouteConfig {
    /// What `newsdelta routes` calls it.
    pub name: Option<String>,
    /// Ids of stories, starts of ids, or words of their titles.
    pub story: Vec<String>,
    /// What the alert is about.
    pub about: Vec<About>,
    /// How the fact changed.
    pub change: Vec<ChangeKind>,
    /// What happened to the people counted.
    pub effect: Vec<Effect>,
    /// Whom the figure counts.
    pub group: Vec<Group>,
    /// The party it is restricted to.
    pub side: Vec<String>,
    /// The place it is restricted to.
    pub place: Vec<String>,
    /// A party or person that the fact is about.
    pub actor: Vec<String>,
    /// The least figure.
    pub value_min: Option<u64>,
    /// The least difference to the figure told before; a first figure differs by itself.
    pub change_min: Option<u64>,
    /// The same in percent of the figure told before; a first figure always suffices.
    pub change_percent_min: Option<u64>,
    /// The least number of independent sources.
    pub sources_min: Option<u32>,
    /// Names of the outputs; an empty list: nobody is told.
    pub outputs: Option<Vec<String>>,
    /// Whether the routes after this one are tried too.
    #[serde(rename = "continue")]
    pub continues: bool,
    /// Whether figures of a group, side or place are left out when the figure for all is told with them.
    pub inhibit_parts: Option<bool>,
    /// How long the first change of a story waits for others.
    #[serde(with = "humantime_serde")]
    pub group_wait: Option<Duration>,
    /// The shortest time between two messages of a story.
    #[serde(with = "humantime_serde")]
    pub interval_min: Option<Duration>,
    /// When nothing goes out.
    pub quiet_hours: Option<Vec<QuietHours>>,
    /// When digests go out.
    pub digest_at: Option<Vec<TimeOfDay>>,
    /// The zone of all times of day.
    pub time_zone: Option<Zone>,
    /// Routes for some of what this one matches, tried in order.
    pub routes: Vec<RouteConfig>,
}

impl Check for RouteConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.has_conditions() || self.continues {
            findings.add("", "is the root, which takes everything: put conditions into [[routing.routes]]");
        }
        self.check_below("", 0, findings);
    }
}

impl RouteConfig {
    /// Complains of outputs that do not exist.
    pub fn check_outputs(&self, known: &[&str], findings: &mut Findings<'_>) {
        self.check_outputs_below("", known, findings);
    }

    fn check_outputs_below(&self, path: &str, known: &[&str], findings: &mut Findings<'_>) {
        for unknown in self.outputs.iter().flatten().filter(|name| !known.contains(&name.as_str())) {
            let words = format!("names `{unknown}`, which is no output: the outputs are {}", one_of(known));
            findings.add(&format!("{path}outputs"), words);
        }
        for (index, route) in self.routes.iter().enumerate() {
            route.check_outputs_below(&format!("{path}routes[{index}]."), known, findings);
        }
    }

    fn check_below(&self, path: &str, depth: usize, findings: &mut Findings<'_>) {
        if depth == DEPTH_MAX && !self.routes.is_empty() {
            findings.add(&format!("{path}routes"), format!("stand {DEPTH_MAX} deep: flatten the tree"));
            return;
        }
        for (key, wait) in [("group_wait", self.group_wait), ("interval_min", self.interval_min)] {
            if wait.is_some_and(|wait| wait > WAIT_MAX) {
                findings
                    .add(&format!("{path}{key}"), "is over 7 days: write a shorter one, or a `digest_at`");
            }
        }
        for (index, route) in self.routes.iter().enumerate() {
            let path = format!("{path}routes[{index}].");
            if !route.has_conditions() && !route.continues && index + 1 < self.routes.len() {
                let words = "has no condition, so that no route after it is ever tried: add one, set `continue`, \
                             or move it to the end";
                findings.add(path.trim_end_matches('.'), words);
            }
            route.check_below(&path, depth + 1, findings);
        }
    }

    fn has_conditions(&self) -> bool {
        let Self { story, about, change, effect, group, side, place, actor, .. } = self;
        let lists = [story, side, place, actor].iter().any(|list| !list.is_empty());
        let figures =
            [self.value_min, self.change_min, self.change_percent_min, self.sources_min.map(u64::from)];
        lists
            || !(about.is_empty() && change.is_empty() && effect.is_empty() && group.is_empty())
            || figures.iter().any(Option::is_some)
    }

    /// Why an alert is not for this route; nothing when it is.
    fn misses(&self, alert: &Alert) -> Option<&'static str> {
        let (effect, group, side, place) = match &alert.fact {
            FactKey::Casualties { effect, group, side, place, .. } => {
                (Some(effect), Some(group), side.as_deref(), place.as_deref())
            }
            FactKey::Demand { .. } | FactKey::Position { .. } | FactKey::Deed { .. } => {
                (None, None, None, None)
            }
        };
        let about = match alert.fact {
            FactKey::Casualties { .. } => About::Casualties,
            FactKey::Demand { .. } => About::Demand,
            FactKey::Position { .. } => About::Position,
            FactKey::Deed { .. } => return Some("about"),
        };
        let holds = [
            ("story", self.story.is_empty() || self.story.iter().any(|wanted| is_story(wanted, alert))),
            ("about", one(&self.about, Some(&about))),
            ("change", one(&self.change, Some(&alert.change))),
            ("effect", one(&self.effect, effect)),
            ("group", one(&self.group, group)),
            ("side", named(&self.side, [side, None])),
            ("place", named(&self.place, [place, None])),
            ("actor", named(&self.actor, actors(&alert.fact))),
            ("value_min", at_least(self.value_min, alert.after.figure())),
            ("change_min", at_least(self.change_min, change_of(alert))),
            ("change_percent_min", at_least(self.change_percent_min, percent_of(alert))),
            ("sources_min", self.sources_min.is_none_or(|least| alert.sources >= least)),
        ];
        holds.into_iter().find(|(_, holds)| !holds).map(|(condition, _)| condition)
    }
}

fn one_of(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn one<T: PartialEq>(wanted: &[T], found: Option<&T>) -> bool {
    wanted.is_empty() || found.is_some_and(|found| wanted.contains(found))
}

fn named(wanted: &[String], found: [Option<&str>; 2]) -> bool {
    let is =
        |wanted: &String| found.iter().flatten().any(|name| name.to_lowercase() == wanted.to_lowercase());
    wanted.is_empty() || wanted.iter().any(is)
}

fn at_least(least: Option<u64>, found: Option<u64>) -> bool {
    least.is_none_or(|least| found.is_some_and(|found| found >= least))
}

/// An id, the start of one, or words of the title.
fn is_story(wanted: &str, alert: &Alert) -> bool {
    let title = format!(" {} ", alert.story_title.to_lowercase());
    alert.story.starts_with(wanted) || title.contains(&format!(" {} ", wanted.to_lowercase()))
}

fn change_of(alert: &Alert) -> Option<u64> {
    let before = alert.before.as_ref().and_then(Value::figure).unwrap_or(0);
    Some(alert.after.figure()?.abs_diff(before))
}

fn percent_of(alert: &Alert) -> Option<u64> {
    let change = change_of(alert)?;
    match alert.before.as_ref().and_then(Value::figure) {
        None | Some(0) => Some(u64::MAX),
        Some(before) => Some(change.saturating_mul(100) / before),
    }
}

/// A route with everything it inherits.
#[derive(Debug, Clone)]
struct Node {
    /// As people call it: its name, or its place in the tree.
    label: String,
    config: RouteConfig,
    outputs: Vec<String>,
    inhibit_parts: bool,
    rhythm: Rhythm,
    routes: Vec<Node>,
}

/// Where an alert goes, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// Name of the output.
    pub output: String,
    /// The route that sends it there.
    pub route: String,
    /// When.
    pub rhythm: Rhythm,
    inhibit_parts: bool,
}

/// The routing tree at work.
#[derive(Debug, Clone)]
pub struct Router {
    root: Node,
    /// The outputs that there are.
    outputs: Vec<String>,
}

impl Router {
    /// A tree over these outputs.
    pub fn new(config: &RouteConfig, outputs: &[String]) -> Self {
        let root = Node::new(config, "root".to_owned(), &Rhythm::default(), outputs, false);
        Self { root, outputs: outputs.to_vec() }
    }

    /// Where one alert goes; each output once, by the first route that leads there.
    pub fn destinations(&self, alert: &Alert) -> Vec<Destination> {
        let mut found = Vec::new();
        self.root.collect(alert, &mut found);
        found
    }

    /// What each output is told of a message by the routes alone, and when.
    pub fn parcels(&self, message: &Message, mutes: &[Mute], at: Timestamp) -> Vec<Parcel> {
        let by_route = |alert: &Alert| self.by_route(alert, mutes, at);
        shares(message, by_route)
    }

    /// What each output is told of a message, and when: news by the routes, corrections where the errors went.
    pub fn parcels_after(
        &self,
        message: &Message,
        errors: &Errors,
        mutes: &[Mute],
        at: Timestamp,
    ) -> Vec<Parcel> {
        shares(message, |alert| {
            if alert.corrects.is_empty() {
                return self.by_route(alert, mutes, at);
            }
            let receivers = errors.receivers(alert).into_iter();
            let there_is = |output: &str| self.outputs.iter().any(|known| known == output);
            let receivers = receivers.filter(|(output, _)| there_is(output));
            receivers.map(|(output, pace)| (output.to_owned(), pace, false)).collect()
        })
    }

    fn by_route(&self, alert: &Alert, mutes: &[Mute], at: Timestamp) -> Vec<Way> {
        if let Some(mute) = silencing(alert, mutes, at) {
            tracing::info!(alert = alert.id, story = alert.story, mute = mute.id, until = %mute.until, "muted");
            return Vec::new();
        }
        let destinations = self.destinations(alert).into_iter();
        destinations.map(|to| (to.output, to.rhythm.pace(at), to.inhibit_parts)).collect()
    }

    /// The tree for people, one route a line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.root.lines(0, &mut lines);
        lines
    }
}

/// An output, when it is told, and whether parts are left out there.
type Way = (String, Pace, bool);

/// Puts together what goes to one output at one time.
fn shares(message: &Message, ways: impl Fn(&Alert) -> Vec<Way>) -> Vec<Parcel> {
    let mut shares: Vec<(Way, Vec<Alert>)> = Vec::new();
    for alert in &message.alerts {
        for (output, pace, inhibits) in ways(alert) {
            let with = |((to, when, _), _): &&mut (Way, Vec<Alert>)| *to == output && together(when, &pace);
            match shares.iter_mut().find(with) {
                Some(((_, when, inhibit), alerts)) => {
                    if pace == Pace::Correction {
                        *when = pace;
                    }
                    *inhibit |= inhibits;
                    alerts.push(alert.clone());
                }
                None => shares.push(((output, pace, inhibits), vec![alert.clone()])),
            }
        }
    }
    let parcel = |((output, pace, inhibits), mut alerts): (Way, Vec<Alert>)| {
        if inhibits {
            inhibit_parts(&mut alerts);
        }
        Parcel { output, message: share_of(message, alerts), pace, subject: None }
    };
    shares.into_iter().map(parcel).collect()
}

/// Whether two paces go out as one message.
fn together(one: &Pace, other: &Pace) -> bool {
    let at_once = |pace: &Pace| matches!(pace, Pace::Now | Pace::Correction);
    one == other || at_once(one) && at_once(other)
}

impl Node {
    fn new(config: &RouteConfig, label: String, above: &Rhythm, outputs: &[String], inhibit: bool) -> Self {
        let rhythm = Rhythm {
            group_wait: config.group_wait.unwrap_or(above.group_wait),
            interval_min: config.interval_min.unwrap_or(above.interval_min),
            quiet_hours: config.quiet_hours.clone().unwrap_or_else(|| above.quiet_hours.clone()),
            digest_at: config.digest_at.clone().unwrap_or_else(|| above.digest_at.clone()),
            time_zone: config.time_zone.clone().map_or_else(|| above.time_zone.clone(), Zone::into_inner),
        };
        let outputs = config.outputs.clone().unwrap_or_else(|| outputs.to_vec());
        let inhibit_parts = config.inhibit_parts.unwrap_or(inhibit);
        let below = |(index, route): (usize, &RouteConfig)| {
            let place = format!("{label}.{}", index + 1);
            let name = route.name.clone().unwrap_or(place);
            Self::new(route, name, &rhythm, &outputs, inhibit_parts)
        };
        let routes = config.routes.iter().enumerate().map(below).collect();
        Self { label, config: config.clone(), routes, rhythm, outputs, inhibit_parts }
    }

    /// Adds where the alert goes; true when this route took it.
    fn collect(&self, alert: &Alert, found: &mut Vec<Destination>) -> bool {
        if self.config.misses(alert).is_some() {
            return false;
        }
        let mut taken = false;
        for route in &self.routes {
            if route.collect(alert, found) {
                taken = true;
                if !route.config.continues {
                    return true;
                }
            }
        }
        if !taken {
            for output in &self.outputs {
                if found.iter().all(|known| known.output != *output) {
                    found.push(Destination {
                        output: output.clone(),
                        route: self.label.clone(),
                        rhythm: self.rhythm.clone(),
                        inhibit_parts: self.inhibit_parts,
                    });
                }
            }
        }
        true
    }

    fn lines(&self, depth: usize, lines: &mut Vec<String>) {
        let to = if self.outputs.is_empty() { "nobody".to_owned() } else { self.outputs.join(", ") };
        let continues = if self.config.continues { ", then the next routes" } else { "" };
        lines.push(format!(
            "{}{} → {to}{continues}  ({})",
            "  ".repeat(depth),
            self.label,
            in_words(&self.rhythm)
        ));
        for route in &self.routes {
            route.lines(depth + 1, lines);
        }
    }
}

/// A rhythm for people.
pub fn in_words(rhythm: &Rhythm) -> String {
    let mut words = Vec::new();
    if rhythm.digest_at.is_empty() {
        if !rhythm.group_wait.is_zero() {
            words.push(format!("grouped for {:?}", rhythm.group_wait));
        }
        if !rhythm.interval_min.is_zero() {
            words.push(format!("at most every {:?} for one story", rhythm.interval_min));
        }
        if !rhythm.quiet_hours.is_empty() {
            words.push("with quiet hours".to_owned());
        }
    } else {
        words.push("in a digest".to_owned());
    }
    if words.is_empty() { "at once".to_owned() } else { words.join(", ") }
}

/// Leaves out figures of a group, side or place beside the figure for all.
fn inhibit_parts(alerts: &mut Vec<Alert>) {
    let whole = |fact: &FactKey| match fact {
        FactKey::Casualties { effect, group: Group::People, side: None, place: None, scope } => {
            Some((*effect, *scope))
        }
        _ => None,
    };
    let wholes: Vec<_> = alerts.iter().filter_map(|alert| whole(&alert.fact)).collect();
    alerts.retain(|alert| match &alert.fact {
        _ if !alert.corrects.is_empty() => true,
        FactKey::Casualties { effect, scope, .. } => {
            whole(&alert.fact).is_some() || !wholes.contains(&(*effect, *scope))
        }
        _ => true,
    });
}

/// The part of a message that an output is told; the message itself when that is all of it.
fn share_of(message: &Message, alerts: Vec<Alert>) -> Message {
    if alerts.len() == message.alerts.len() {
        return message.clone();
    }
    let ids = alerts.iter().map(|alert| alert.id.as_str());
    let id = fingerprint(["share", &message.id].into_iter().chain(ids));
    Message { id, alerts, ..message.clone() }
}

/// The router in use, replaced as a whole when the config is read again.
#[derive(Debug, Clone)]
pub struct Routing(Arc<RwLock<Arc<Router>>>);

impl Routing {
    /// Starts with this router.
    pub fn new(router: Router) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(router))))
    }

    /// The one in use.
    pub fn router(&self) -> Arc<Router> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on uses another.
    pub fn replace(&self, router: Router) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(router);
    }
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
