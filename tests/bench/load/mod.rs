//! The load of the benches: articles as a day brings them, from a seed. Comes in: a seed and the kind of day. Goes out:
//! articles in order, the same for the same seed. Nine in ten are about nothing that newsdelta tells; the others belong
//! to stories, most to a few of them, come in bursts, and are copied by other outlets. Never reads a file or a clock.

#![allow(dead_code, reason = "each bench uses its own part of the load")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use newsdelta::model::article::Moment;
use newsdelta::model::{Article, Draft};
use serde_json::json;

/// The sentences and lists, by the name of their section.
static SECTIONS: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    for line in
        include_str!("sentences.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name = section;
        } else if name.starts_with("list ") {
            sections.entry(name).or_default().extend(line.split(", "));
        } else {
            sections.entry(name).or_default().push(line);
        }
    }
    sections
});

/// What most of a day is about.
const IRRELEVANT: &[&str] =
    &["sport", "sport", "business", "business", "culture", "weather", "science", "civic"];
/// Outlets that publish.
const OUTLETS: u32 = 60;
/// Of 100 reports on a story, so many repeat the text of one before.
const COPIES: u32 = 30;

/// An article before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// Unique in its day.
    pub(crate) id: String,
    /// The story it belongs to; none when it is about nothing that is told.
    pub(crate) story: Option<u32>,
    /// Who publishes it.
    pub(crate) outlet: String,
    /// When.
    pub(crate) published_at: Timestamp,
    /// Headline.
    pub(crate) title: String,
    /// Body, paragraphs apart by a blank line.
    pub(crate) text: String,
}

impl Sample {
    /// As a record or a file carries it.
    pub(crate) fn json(&self) -> String {
        let Self { id, outlet, published_at, title, text, .. } = self;
        json!({"id": id, "outlet": outlet, "published_at": published_at, "title": title, "text": text})
            .to_string()
    }

    /// As an input gives it, once it is read.
    pub(crate) fn article(&self) -> Article {
        let draft = Draft {
            id: Some(self.id.clone()),
            outlet: Some(self.outlet.clone()),
            title: Some(self.title.clone()),
            text: self.text.clone(),
            published_at: Moment::parse(&self.published_at.to_string()).ok(),
            ..Draft::default()
        };
        Article::new(draft, self.published_at)
    }

    /// Bytes of title and body.
    pub(crate) fn bytes(&self) -> usize {
        self.title.len() + self.text.len()
    }
}

/// A day's articles, without end.
#[derive(Debug)]
pub(crate) struct Day {
    rng: fastrand::Rng,
    /// Stories that reports may belong to.
    stories: u32,
    /// Of 1,000 articles, so many belong to a story.
    relevant: u32,
    /// Bytes an article has at least.
    size: usize,
    now: Timestamp,
    count: u64,
    /// The last report of each story, for those who copy it.
    last: BTreeMap<u32, (String, String)>,
    /// The story that everybody reports on just now, and for how many more reports.
    burst: (u32, u32),
}

impl Day {
    /// The mix of a real day: articles of `size` bytes, reports on so many stories.
    pub(crate) fn new(seed: u64, stories: u32, size: usize) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            stories,
            relevant: 100,
            size,
            now: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 365 * 54),
            count: 0,
            last: BTreeMap::new(),
            burst: (0, 0),
        }
    }

    /// Every article is a report full of figures.
    pub(crate) fn dense(seed: u64, size: usize) -> Self {
        Self { relevant: 1000, ..Self::new(seed, 50, size) }
    }

    /// With another share of reports, in thousandths.
    #[must_use]
    pub(crate) fn with_relevant(self, thousandths: u32) -> Self {
        Self { relevant: thousandths, ..self }
    }

    /// With articles that speak at this time and later.
    #[must_use]
    pub(crate) fn starting_at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// A report on this very story, the next in the order of time.
    pub(crate) fn on(&mut self, story: u32) -> Option<Sample> {
        self.burst = (story, 1);
        self.next()
    }

    /// When the last article spoke.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    fn choose(&mut self, section: &str) -> &'static str {
        let lines = SECTIONS.get(section).map(Vec::as_slice).unwrap_or_default();
        lines.get(self.rng.usize(0..lines.len().max(1))).copied().unwrap_or_default()
    }

    /// A line with its places filled.
    fn fill(&mut self, line: &str, set: &[(&str, &str)]) -> String {
        let mut out = String::with_capacity(line.len() + 40);
        let mut rest = line;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
        {
            out.push_str(before);
            if let Some((_, value)) = set.iter().find(|(key, _)| *key == name) {
                out.push_str(value);
            } else if let Some((low, high)) = name.split_once("..") {
                let (low, high) = (low.parse().unwrap_or(0), high.parse().unwrap_or(9));
                out.push_str(&self.rng.u64(low..=high).to_string());
            } else {
                let word = self.choose(&format!("list {name}"));
                out.push_str(word);
            }
            rest = after;
        }
        out.push_str(rest);
        if let Some(first) = out.get(..1).map(str::to_ascii_uppercase) {
            out.replace_range(..1, &first);
        }
        out
    }

    /// Paragraphs of sentences from the sections that `next` names, until there are enough bytes.
    fn body(&mut self, set: &[(&str, &str)], mut next: impl FnMut(&mut Self) -> &'static str) -> String {
        let mut text = String::with_capacity(self.size + 200);
        let mut sentences = 0;
        while text.len() < self.size {
            let section = next(self);
            let line = self.choose(section);
            let sentence = self.fill(line, set);
            if sentences > 0 {
                text.push_str(if self.rng.u32(0..3) == 0 { "\n\n" } else { " " });
            }
            text.push_str(&sentence);
            sentences += 1;
        }
        text
    }

    fn irrelevant(&mut self) -> (String, String) {
        let section = IRRELEVANT.get(self.rng.usize(0..IRRELEVANT.len())).copied().unwrap_or("sport");
        let line = self.choose(&format!("{section} title"));
        (self.fill(line, &[]), self.body(&[], |_| section))
    }

    fn report(&mut self, story: u32) -> (String, String) {
        // What a story is about stays the same: its town, its event and its country.
        let mut own = fastrand::Rng::with_seed(u64::from(story) + 77);
        let pick = |own: &mut fastrand::Rng, list: &str| {
            let words = SECTIONS.get(list).map(Vec::as_slice).unwrap_or_default();
            words.get(own.usize(0..words.len().max(1))).copied().unwrap_or_default()
        };
        let town = format!("{} {}", pick(&mut own, "list town"), roman(story));
        let (event, country) = (pick(&mut own, "list event"), pick(&mut own, "list country"));
        let set = [("town", town.as_str()), ("event", event), ("country", country)];
        let line = self.choose("harm title");
        let title = self.fill(line, &set);
        let dense = self.relevant == 1000;
        let text = self.body(&set, |day| match day.rng.u32(0..100) {
            _ if dense => "harm",
            0..30 => "harm",
            30..40 => "demand",
            40..50 => "position",
            _ => "report",
        });
        (title, text)
    }

    /// Most reports are on the first of the stories; in a burst they are all on one.
    fn story(&mut self) -> u32 {
        if self.burst.1 > 0 {
            self.burst.1 -= 1;
            return self.burst.0;
        }
        let skewed = self.rng.f64().powi(3) * f64::from(self.stories);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "below the number of stories"
        )]
        let story = skewed as u32;
        if self.rng.u32(0..100) == 0 {
            self.burst = (story, self.rng.u32(5..30));
        }
        story
    }
}

/// A name for a number in letters, so that towns of different stories differ.
fn roman(mut number: u32) -> String {
    let mut name = String::new();
    loop {
        let sign = char::from_digit(number % 20 + 10, 36).unwrap_or('a');
        name.push(if name.is_empty() { sign.to_ascii_uppercase() } else { sign });
        number /= 20;
        if number == 0 {
            break;
        }
    }
    name + "ville"
}

impl Iterator for Day {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        self.count += 1;
        self.now += SignedDuration::from_millis(86);
        let story = (self.rng.u32(0..1000) < self.relevant).then(|| self.story());
        let (title, text) = match story {
            None => self.irrelevant(),
            Some(story) => {
                let copied =
                    self.last.get(&story).filter(|_| self.relevant < 1000 && self.rng.u32(0..100) < COPIES);
                if let Some((title, text)) = copied {
                    (title.clone(), text.clone())
                } else {
                    let written = self.report(story);
                    self.last.insert(story, written.clone());
                    written
                }
            }
        };
        let outlet = format!("Outlet {}", self.rng.u32(0..OUTLETS));
        Some(Sample {
            id: format!("day-{:09}", self.count),
            story,
            outlet,
            published_at: self.now,
            title,
            text,
        })
    }
}

/// Text that nobody writes by hand: it must cost no more for a byte when there is more of it.
pub(crate) fn hostile(kind: &str, bytes: usize) -> String {
    let unit = match kind {
        "no full stop" => "the twelve killed soldiers of the northern army and their dead children ",
        "numbers" => "12 and 1,079 or 29 killed ",
        "nesting" => "he said that she said that (they \"claimed that [the army killed ",
        "names" => "Kenya's Foreign Minister Ada Brun of Uganda, Norway and Peru, ",
        "quotes" => "\"We demand that\" he said \"they \u{201c}must\u{201d} go\" ",
        "short sentences" => "Two died. He fled. They demand. ",
        "one word" => "killed",
        _ => "a",
    };
    unit.repeat(bytes / unit.len() + 1)
}

/// The kinds of [`hostile`] text.
pub(crate) const HOSTILE: &[&str] =
    &["no full stop", "numbers", "nesting", "names", "quotes", "short sentences", "one word", "letters"];
