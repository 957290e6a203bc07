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

/// A term as it is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weighed {
    /// Number of the term.
    pub(super) term: u32,
    /// Its weight in the text or story.
    pub(super) weight: f32,
    /// What it tells, from 0 to 1.
    pub(super) worth: f32,
    /// Its class.
    pub(super) class: Class,
}

/// Sums over one choice of classes.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    dot: f32,
    one: f32,
    other: f32,
}

impl Sums {
    /// The cosine; nothing when one side has no term of the classes.
    fn cosine(self) -> Option<f32> {
        let scale = (self.one * self.other).sqrt();
        (scale > 0.0).then(|| self.dot / scale)
    }
}

/// What a report and a story have in common.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Likeness {
    /// Over all terms.
    pub(super) all: f32,
    /// Over kinds of event alone.
    pub(super) kinds: Option<f32>,
    /// Over countries, places and parties.
    pub(super) places: Option<f32>,
    /// Over what is not shared by every event of a kind in a country: places, names, words.
    pub(super) particulars: Option<f32>,
    /// The shared terms, the weightiest first, for people; at most eight.
    pub(super) shared: Vec<u32>,
}

/// Compares two lists, both sorted by term.
pub(super) fn compare(one: &[Weighed], other: &[Weighed]) -> Likeness {
    let mut sums = [Sums::default(); 4];
    let [all, kinds, places, particulars] = &mut sums;
    let mut tally = |class: Class, add: &dyn Fn(&mut Sums)| {
        add(all);
        match class {
            Class::Kind => add(kinds),
            Class::Country => add(places),
            Class::Place => {
                add(places);
                add(particulars);
            }
            Class::Name | Class::Word => add(particulars),
        }
    };
    for term in one {
        tally(term.class, &|sums| sums.one += (term.weight * term.worth).powi(2));
    }
    for term in other {
        tally(term.class, &|sums| sums.other += (term.weight * term.worth).powi(2));
    }
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    let mut shared: Vec<(f32, u32)> = Vec::new();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a.term.cmp(&b.term) {
            std::cmp::Ordering::Less => left.next(),
            std::cmp::Ordering::Greater => right.next(),
            std::cmp::Ordering::Equal => {
                let part = a.weight * b.weight * a.worth.powi(2);
                tally(a.class, &|sums| sums.dot += part);
                shared.push((part, a.term));
                left.next();
                right.next()
            }
        };
    }
    shared.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    shared.truncate(8);
    let [all, kinds, places, particulars] = sums;
    Likeness {
        all: all.cosine().unwrap_or(0.0),
        kinds: kinds.cosine(),
        places: places.cosine(),
        particulars: particulars.cosine(),
        shared: shared.into_iter().map(|(_, term)| term).collect(),
    }
}
