//! How alike a report and a story are. Comes in: their weighted terms, what each term is worth, and its class. Goes out:
//! cosines over all terms and over the classes that tell events apart. Never decides.

/// The class of a term, by the letter it begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A kind of event.
    Kind,
    /// A country or an international body.
    Country,
    /// A town, region, armed group, person.
    Place,
    /// A name that the gazetteer does not know.
    Name,
    /// A word.
    Word,
}

impl Class {
    /// The class of a term.
    pub(super) fn of(term: &str) -> Self {
        match term.as_bytes().first() {
            Some(b'k') => Self::Kind,
            Some(b'c') => Self::Country,
            Some(b'p') => Self::Place,
            Some(b'n') => Self::Name,
            _ => Self::Word,
        }
    }
}

/// A term of a story as it is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weighed {
    /// Number of the term.
    pub(super) term: u32,
    /// Its weight in the story.
    pub(super) weight: f32,
    /// What it tells, from 0 to 1.
    pub(super) worth: f32,
    /// Its class.
    pub(super) class: Class,
}

/// A term of a report as it is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Asked {
    /// Number of the term; nothing when no story has it.
    pub(super) term: Option<u32>,
    /// Its weight in the whole report; zero when it is none of its terms.
    pub(super) whole: f32,
    /// Its weight in title and lead; zero when it is none of theirs.
    pub(super) head: f32,
    /// What it tells, from 0 to 1.
    pub(super) worth: f32,
    /// Its class.
    pub(super) class: Class,
}

/// A report as stories are compared with it: its terms by number, and their own part of every cosine.
#[derive(Debug, Clone)]
pub(super) struct Report {
    terms: Vec<Asked>,
    /// One more than the place of a term in `terms`, at the first free place from where its number belongs; zero: none. There
    /// are more places than terms, so that nearly every term that the report does not have meets a free one.
    places: Vec<u16>,
    whole: Sums,
    head: Sums,
}

/// Places for the terms of a report: a power of two, several times what is kept of one.
const PLACES: usize = 1024;

impl Report {
    /// The terms of a report, at most so many as have places; the sums are taken in their order.
    pub(super) fn of(mut terms: Vec<Asked>) -> Self {
        terms.truncate(PLACES / 2);
        let (mut whole, mut head) = (Sums::default(), Sums::default());
        let mut places = vec![0; PLACES];
        for (asked, place) in terms.iter().zip(1..) {
            let square = |weight: f32| (weight * asked.worth) * (weight * asked.worth);
            whole.add(asked.class, square(asked.whole));
            head.add(asked.class, square(asked.head));
            let Some(term) = asked.term else { continue };
            let mut at = first_place(term);
            while places.get(at).is_some_and(|taken| *taken != 0) {
                at = (at + 1) % PLACES;
            }
            if let Some(free) = places.get_mut(at) {
                *free = place;
            }
        }
        Self { terms, places, whole, head }
    }

    /// The terms.
    pub(super) fn terms(&self) -> &[Asked] {
        &self.terms
    }

    /// What it has of a term.
    fn find(&self, term: u32) -> Option<&Asked> {
        let mut at = first_place(term);
        loop {
            let place = self.places.get(at).copied().unwrap_or_default();
            let asked = self.terms.get(usize::from(place).checked_sub(1)?)?;
            if asked.term == Some(term) {
                return Some(asked);
            }
            at = (at + 1) % PLACES;
        }
    }
}

const fn first_place(term: u32) -> usize {
    term as usize % PLACES
}

/// A sum over each choice of classes that cosines are taken of.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    all: f32,
    kinds: f32,
    places: f32,
    particulars: f32,
}

impl Sums {
    fn add(&mut self, class: Class, part: f32) {
        self.all += part;
        match class {
            Class::Kind => self.kinds += part,
            Class::Country => self.places += part,
            Class::Place => {
                self.places += part;
                self.particulars += part;
            }
            Class::Name | Class::Word => self.particulars += part,
        }
    }
}

/// The cosine; nothing when one side has no term of the classes.
fn cosine(dot: f32, one: f32, other: f32) -> Option<f32> {
    let scale = (one * other).sqrt();
    (scale > 0.0).then(|| dot / scale)
}

/// What a report and a story have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Likeness {
    /// Over all terms.
    pub(super) all: f32,
    /// Over kinds of event alone.
    pub(super) kinds: Option<f32>,
    /// Over countries, places and parties.
    pub(super) places: Option<f32>,
    /// Over what is not shared by every event of a kind in a country: places, names, words.
    pub(super) particulars: Option<f32>,
}

/// Compares a report with a story, whose terms come in the order of their numbers: as a whole, and by title and lead
/// alone.
pub(super) fn compare(report: &Report, story: impl Iterator<Item = Weighed>) -> (Likeness, Likeness) {
    let (mut squares, mut whole, mut head) = (Sums::default(), Sums::default(), Sums::default());
    for term in story {
        let told = term.weight * term.worth;
        squares.add(term.class, told * told);
        if let Some(asked) = report.find(term.term) {
            whole.add(term.class, common(asked.whole, &term));
            head.add(term.class, common(asked.head, &term));
        }
    }
    (likeness(&whole, &report.whole, &squares), likeness(&head, &report.head, &squares))
}

fn likeness(dots: &Sums, left: &Sums, right: &Sums) -> Likeness {
    Likeness {
        all: cosine(dots.all, left.all, right.all).unwrap_or(0.0),
        kinds: cosine(dots.kinds, left.kinds, right.kinds),
        places: cosine(dots.places, left.places, right.places),
        particulars: cosine(dots.particulars, left.particulars, right.particulars),
    }
}

/// The shared terms, the weightiest first, for people; at most eight.
#[cfg(test)]
pub(super) fn shared(report: &Report, story: impl Iterator<Item = Weighed>) -> Vec<u32> {
    let both = |term: Weighed| Some((common(report.find(term.term)?.whole, &term), term.term));
    let mut shared: Vec<(f32, u32)> = story.filter_map(both).filter(|(common, _)| *common > 0.0).collect();
    shared.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    shared.truncate(8);
    shared.into_iter().map(|(_, term)| term).collect()
}

/// What a shared term adds to the likeness.
fn common(weight: f32, term: &Weighed) -> f32 {
    weight * term.weight * (term.worth * term.worth)
}
