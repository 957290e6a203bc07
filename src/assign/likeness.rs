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

/// Terms as they are compared, sorted by number, with their own part of every cosine.
#[derive(Debug, Clone, Default)]
pub(super) struct Side {
    terms: Vec<Weighed>,
    squares: Sums,
}

impl Side {
    /// Terms that are sorted by number.
    pub(super) fn of(terms: Vec<Weighed>) -> Self {
        let mut squares = Sums::default();
        for term in &terms {
            let told = term.weight * term.worth;
            squares.add(term.class, told * told);
        }
        Self { terms, squares }
    }

    /// The terms.
    pub(super) fn terms(&self) -> &[Weighed] {
        &self.terms
    }
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

/// Compares two lists.
pub(super) fn compare(one: &Side, other: &Side) -> Likeness {
    let mut dots = Sums::default();
    each_shared(one, other, |a, b| dots.add(a.class, common(a, b)));
    let (left, right) = (one.squares, other.squares);
    Likeness {
        all: cosine(dots.all, left.all, right.all).unwrap_or(0.0),
        kinds: cosine(dots.kinds, left.kinds, right.kinds),
        places: cosine(dots.places, left.places, right.places),
        particulars: cosine(dots.particulars, left.particulars, right.particulars),
    }
}

/// The shared terms, the weightiest first, for people; at most eight.
pub(super) fn shared(one: &Side, other: &Side) -> Vec<u32> {
    let mut shared: Vec<(f32, u32)> = Vec::new();
    each_shared(one, other, |a, b| shared.push((common(a, b), a.term)));
    shared.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    shared.truncate(8);
    shared.into_iter().map(|(_, term)| term).collect()
}

/// What a shared term adds to the likeness.
fn common(one: &Weighed, other: &Weighed) -> f32 {
    one.weight * other.weight * (one.worth * one.worth)
}

fn each_shared(one: &Side, other: &Side, mut meet: impl FnMut(&Weighed, &Weighed)) {
    let (mut left, mut right) = (one.terms.iter(), other.terms.iter());
    let (mut a, mut b) = (left.next(), right.next());
    while let (Some(first), Some(second)) = (a, b) {
        if first.term == second.term {
            meet(first, second);
        }
        if first.term <= second.term {
            a = left.next();
        }
        if second.term <= first.term {
            b = right.next();
        }
    }
}
