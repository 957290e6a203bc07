//! Runs of capitals that the gazetteer does not know: which words belong to a name, where it ends, and whether it reads
//! like an organisation, a thing or a place rather than a person. Comes in: a sentence. Goes out: places of tokens.
//! Never decides what a whole phrase mentions.

use std::ops::Range;

use super::phrase::PhraseReader;
use crate::extract::english::lexicon::{Person, actors as lexicon, person, speech};
use crate::text::english::tag;
use crate::text::english::view::View;
use crate::text::gazetteer::{EntityKind, Role};
use crate::text::{Tag, TokenKind, VerbForm};

impl PhraseReader<'_> {
    /// Whether a token is part of a name the gazetteer does not know.
    pub(super) fn is_name_word(&self, view: View<'_>, at: usize) -> bool {
        let word = view.word(at);
        if !view.capital(at)
            || view.kind(at) != TokenKind::Word
            || lexicon::is_no_name(word)
            || word.len() < 2 && !word.ends_with('.')
            || word.starts_with(|c: char| c.is_ascii_digit())
            || word.contains(|c: char| c.is_ascii_digit()) && (word.len() > 4 || at == view.start)
            || matches!(
                view.tag(at),
                Tag::Aux
                    | Tag::Determiner
                    | Tag::Adposition
                    | Tag::Pronoun
                    | Tag::Subordinator
                    | Tag::Coordinator
            )
            || self.is_compound_adjective(view, at)
        {
            return false;
        }
        if at == view.start || starts_speech(view, at) || self.loose.get() {
            // At the start of a sentence and in the title everything has a capital.
            let proper = at == view.start && (view.tag(at) == Tag::ProperNoun || self.opens_name(view, at));
            return self.capitals.contains(word)
                || (proper && view.capital(at + 1) && !lexicon::is_no_name(view.word(at + 1)))
                || (proper && !self.loose.get() && introduces_bearer(view, at + 1))
                || self.is_unknown_word_that_acts(view, at);
        }
        true
    }

    /// "Volksbau rejected the offer", "Volksbau and Rollmo urged": at the start of a sentence a word that no dictionary has
    /// is a name when a verb, or another name joined to it, follows.
    fn is_unknown_word_that_acts(&self, view: View<'_>, at: usize) -> bool {
        let next = at + 1;
        let acts = || view.tag(next) == Tag::Verb || view.is(next, &["has", "had", "also", "on"]);
        let joined = || view.is(next, &["and"]) && view.capital(next + 1);
        let has_office = || self.office_of_body(view, next).is_some();
        at == view.start
            && !self.loose.get()
            && view.tag(at) == Tag::ProperNoun
            && self.entity(view, at).is_none()
            && !tag::is_known(view.word(at))
            && (acts() || joined() || has_office())
    }

    /// "'s finance director", "chief executive": where an office begins that only undertakings have, right behind a name.
    pub(super) fn office_of_body(&self, view: View<'_>, end: usize) -> Option<usize> {
        let first = end + usize::from(view.is(end, &["'s", "'"]));
        (first..first + 3)
            .take_while(|&at| at == first || matches!(view.tag(at - 1), Tag::Noun | Tag::Adjective))
            .find(|&at| {
                let office =
                    self.entity(view, at).filter(|(entity, _)| entity.kind == EntityKind::Role(Role::Voice));
                !view.capital(at)
                    && office.is_some_and(|(entity, _)| {
                        lexicon::heads_a_body(&entity.span.of(self.text).to_lowercase())
                    })
            })
    }

    /// Where a run of capitalised words that starts at `at` ends; "of", "for", "against" and possessive marks may lie
    /// inside.
    pub(super) fn name_run(&self, view: View<'_>, start: usize) -> usize {
        let mut at = start;
        while at < view.end && at < start + 8 {
            let free = self.entity(view, at).is_none_or(|(entity, _)| {
                // "President Paulo Moura": behind an office and a first name a town is a surname.
                let titled =
                    || start > view.start && (is_title(view, start - 1) || self.is_office(view, start - 1));
                let town = matches!(entity.kind, EntityKind::City | EntityKind::Region);
                let surname = at > start
                    && (view.is(at, &["king", "queen", "sultan", "bishop", "speaker"]) || town && titled());
                view.capital(at)
                    && (surname
                        || matches!(
                            entity.kind,
                            EntityKind::Role(Role::Civil | Role::Protesters | Role::People)
                        ))
            });
            if free && (self.is_name_word(view, at) || at == start) {
                at += 1;
            } else if self.names_two_causes(view, start, at) {
                at += 2;
            } else if at > start
                && view.is(
                    at,
                    &[
                        "of", "for", "against", "al", "bin", "ben", "bint", "el", "de", "da", "dos", "di",
                        "du", "van", "von", "der", "ibn", "ould", "abu", "the", "'",
                    ],
                )
                && (view.capital(at + 1) || view.is(at + 1, &["the", "der", "la"]) && view.capital(at + 2))
                && self.entity(view, at + 1).is_none_or(|(entity, _)| {
                    matches!(entity.kind, EntityKind::Role(_)) || self.is_organisation(view, start..at)
                })
                && (self.is_name_word(view, at + 1) || view.is(at + 1, &["the", "der", "la"]))
                && !(view.is(at, &["for", "the", "'"]) && !self.is_organisation(view, start..at))
            {
                at += 1;
            } else {
                break;
            }
        }
        // "Ada Brun of the Coalition": a name does not end with the word that leads on.
        while at > start + 1 && view.is(at - 1, &["of", "for", "against", "the"]) {
            at -= 1;
        }
        at.max(start + 1)
    }

    /// "The Alliance for Peace and Change": the "and" at `at` lies inside the name, when both its words are common ones.
    fn names_two_causes(&self, view: View<'_>, start: usize, at: usize) -> bool {
        let cause = |at: usize| {
            let word = view.word(at);
            view.capital(at)
                && self.entity(view, at).is_none()
                && tag::is_known(word)
                && !view.capital(at + 1)
        };
        at > start + 2
            && view.is(at, &["and", "&"])
            && view.is(at - 2, &["for", "of"])
            && self.is_organisation(view, start..at)
            && cause(at - 1)
            && cause(at + 1)
    }

    /// Whether an office is named at a token.
    fn is_office(&self, view: View<'_>, at: usize) -> bool {
        view.capital(at)
            && self.entity(view, at).is_some_and(|(entity, _)| {
                matches!(entity.kind, EntityKind::Role(Role::Head | Role::Minister | Role::Local))
            })
    }

    /// "Network Rail", "Royal Mail": a common word in front of a capital that is nobody's. "Farmer Ada Brun" is one who farms.
    fn opens_name(&self, view: View<'_>, at: usize) -> bool {
        let word = view.word(at);
        let common = view.tag(at) == Tag::Noun || view.tag(at) == Tag::Adjective && view.is(at, NAMING);
        common
            && !self.loose.get()
            && view.tag(at + 1) == Tag::ProperNoun
            && self.entity(view, at).is_none()
            && self.entity(view, at + 1).is_none()
            && !is_title(view, at)
            && !lexicon::is_filler(word)
            && matches!(person(None, word), Person::Unknown | Person::No)
    }

    /// "The International Chamber of Pilots": a word that elsewhere only says what kind of, with capitals behind it.
    pub(super) fn filler_opens_name(&self, view: View<'_>, at: usize) -> bool {
        view.capital(at)
            && !self.loose.get()
            && view.is(at, NAMING)
            && view.capital(at + 1)
            && self
                .entity(view, at + 1)
                .is_none_or(|(entity, _)| entity.kind == EntityKind::Role(Role::Civil))
            && self.is_name_word(view, at + 1)
            && !is_title(view, at + 1)
    }

    /// "Separatist-held", "WFP-managed": what follows the hyphen is a participle, so the whole is no name.
    fn is_compound_adjective(&self, view: View<'_>, at: usize) -> bool {
        let surface = view.token(at).map(|token| token.span.of(self.text)).unwrap_or_default();
        let Some((_, last)) = surface.rsplit_once('-') else { return false };
        last.starts_with(char::is_lowercase)
            && (last.len() > 3 && last.ends_with("ed")
                || matches!(
                    last,
                    "led"
                        | "run"
                        | "held"
                        | "born"
                        | "bound"
                        | "built"
                        | "made"
                        | "wide"
                        | "era"
                        | "style"
                        | "speaking"
                        | "majority"
                        | "dominated"
                ))
    }

    /// What the bearer of an unknown name is. `definite` says that "the" stands right before the run: people take no
    /// article, organisations, ships and rivers do.
    pub(super) fn sort_of(&self, view: View<'_>, run: Range<usize>, definite: bool) -> Sort {
        let first = view.word(run.start);
        let last = view.word(run.end.saturating_sub(1));
        if lexicon::is_medium(last) || last.len() > 2 && last.ends_with("tv") {
            Sort::Medium
        } else if lexicon::is_thing(last) && (run.len() > 1 || definite) || lexicon::opens_thing(first) {
            Sort::Thing
        } else if lexicon::is_organisation(last) || self.is_organisation(view, run) || definite {
            Sort::Organisation
        } else {
            Sort::Person
        }
    }

    /// Whether a run of capitals reads like the name of an organisation: it holds such a noun, or is an acronym.
    pub(super) fn is_organisation(&self, view: View<'_>, run: Range<usize>) -> bool {
        let acronym = |at: usize| {
            let surface = view.token(at).map(|token| token.span.of(self.text)).unwrap_or_default();
            (2..=6).contains(&surface.len()) && surface.chars().all(|c| c.is_uppercase() || c == '-')
        };
        run.clone().any(|at| lexicon::is_organisation(view.word(at)) && view.capital(at))
            || (run.len() == 1 && !self.loose.get() && acronym(run.start))
    }
}

/// What the bearer of an unknown name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Person,
    Organisation,
    /// A newspaper, broadcaster or agency: it tells, and seldom acts.
    Medium,
    /// A building, road, river, ship or operation.
    Thing,
}

/// Whether a token is a title before a person's name: "Lieutenant", "Dr".
pub(super) fn is_title(view: View<'_>, at: usize) -> bool {
    view.capital(at) && lexicon::is_title(view.word(at))
}

/// Whether a token is the first word of a quotation or stands after a colon: its capital says nothing. A straight mark
/// opens when white space stands before it and none after.
pub(super) fn starts_speech(view: View<'_>, at: usize) -> bool {
    at > view.start
        && (view.is(at - 1, &["“", "‘", ":", "«", "—", "–"]) || view.is(at - 1, &["\""]) && !view.spaced(at))
}

/// Words with which names of bodies begin.
const NAMING: &[&str] = &[
    "royal",
    "new",
    "national",
    "general",
    "united",
    "central",
    "international",
    "federal",
    "northern",
    "southern",
    "eastern",
    "western",
    "social",
    "public",
    "independent",
    "democratic",
    "global",
    "european",
    "african",
    "arab",
    "asian",
    "latin",
    "american",
    "human",
    "rights",
    "medical",
    "environmental",
    "climate",
    "press",
    "student",
    "popular",
    "communist",
    "socialist",
    "liberal",
    "islamist",
    "christian",
    "muslim",
    "jewish",
    "kurdish",
];

/// ", the interior minister" or a verb of saying after the first word of a sentence shows that it is a name.
pub(super) fn introduces_bearer(view: View<'_>, at: usize) -> bool {
    (view.is(at, &[","]) && view.is(at + 1, &["the", "a", "an", "who", "whose"]))
        || (view.form(at) != VerbForm::None && speech::is_speech(view.word(at)))
}

/// Whether a small word behind a name says what people are: "bishops", not "reports".
pub(super) fn is_calling(view: View<'_>, at: usize) -> bool {
    let people = || matches!(person(None, &view.noun(at)), Person::Known(_));
    view.tag(at) == Tag::Noun && !view.capital(at) && view.word(at).ends_with('s') && people()
}

/// Whether a name is followed by the small words of a thing: "gold mine", "hospital".
pub(super) fn names_a_thing(view: View<'_>, end: usize) -> bool {
    let noun = |at: usize| view.tag(at) == Tag::Noun && !view.capital(at);
    let thing = |at: usize| noun(at) && lexicon::is_thing(view.word(at));
    noun(end) && (thing(end) && !noun(end + 1) || thing(end + 1) && !noun(end + 2))
}
