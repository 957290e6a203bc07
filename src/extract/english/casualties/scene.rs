//! One sentence as casualty reading sees it: the people counted, the words that say harm, and what may be asked of
//! both. A reading goes in; scenes come out, only for sentences that say harm at all. Never makes a claim.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;
use std::sync::LazyLock;

use super::figure::{Figure, FigureKind, figures};
use super::place_item::items_of;
use super::place_name::{Named, Placed, places_of};
use super::predicate::{Predicate, has_state, has_tail, predicates};
use crate::extract::cues::Cues;
use crate::extract::english::lexicon::{harm_words, is_closed, is_sport, may_be_sport, state_words};
use crate::extract::english::scope::{Carried, Stretch, Today, stretches};
use crate::extract::english::scope_event::Subject;
use crate::extract::rule::Reading;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::skim::NUMBER;
use crate::text::{Analysis, Clause, Link, Sentence, Tag, Tense, VerbGroup};

/// A sentence that says harm.
#[derive(Debug)]
pub(crate) struct Scene {
    /// Position of the sentence.
    pub(super) sentence: usize,
    /// The people counted, in order.
    pub(super) figures: Vec<Figure>,
    /// The words that say harm, in order.
    pub(super) predicates: Vec<Predicate>,
    /// Where it does not speak of the event itself.
    pub(super) stretches: Vec<Stretch>,
    /// It holds words of sport.
    pub(super) sport: bool,
    /// Its places, once they are asked for.
    places: OnceCell<Vec<Placed>>,
    /// Where the items of its list begin and their names end, once they are asked for.
    items: OnceCell<Vec<(usize, usize)>>,
}

impl Scene {
    /// The places that it sets what it tells in.
    pub(super) fn places(&self, reading: &Reading<'_>) -> &[Placed] {
        self.places.get_or_init(|| {
            let tokens =
                reading.analysis.sentences.get(self.sentence).map(|sentence| sentence.tokens.clone());
            tokens.map_or_else(Vec::new, |tokens| places_of(reading, self.sentence, tokens))
        })
    }

    /// The last of its places before a token.
    pub(super) fn place_before(&self, reading: &Reading<'_>, token: usize) -> Option<&Named> {
        let places = self.places(reading);
        let before = places.partition_point(|place| place.tokens.start < token);
        before.checked_sub(1).and_then(|last| places.get(last)).map(|place| &place.named)
    }

    /// Whether it has a place from a token on.
    pub(super) fn has_place_from(&self, reading: &Reading<'_>, token: usize) -> bool {
        let places = self.places(reading);
        // Words that name one place together may name another from their middle on.
        if places.iter().any(|place| place.tokens.start < token && token < place.tokens.end) {
            let end = places_end(reading, self.sentence);
            return !places_of(reading, self.sentence, token..end).is_empty();
        }
        places.last().is_some_and(|place| place.tokens.start >= token)
    }

    /// Where the items of its list begin, and where their names end.
    pub(super) fn items(&self, reading: &Reading<'_>) -> &[(usize, usize)] {
        self.items.get_or_init(|| items_of(reading, self.sentence))
    }
}

/// Where the tokens of a sentence end.
fn places_end(reading: &Reading<'_>, sentence: usize) -> usize {
    reading.analysis.sentences.get(sentence).map_or(0, |sentence| sentence.tokens.end)
}

/// A scene with everything around it: what a construction reads.
#[derive(Clone, Copy)]
pub(super) struct Here<'r> {
    /// The whole article.
    pub(super) reading: &'r Reading<'r>,
    /// Its analysis.
    pub(super) analysis: &'r Analysis<'r>,
    /// The sentence.
    pub(super) sentence: &'r Sentence,
    /// Its tokens.
    pub(super) view: View<'r>,
    /// Its people and its harm.
    pub(super) scene: &'r Scene,
}

impl<'r> Here<'r> {
    /// The scene of a sentence.
    pub(super) fn of(reading: &'r Reading<'r>, number: usize) -> Option<Self> {
        let analysis = &reading.analysis;
        let sentence = analysis.sentences.get(number)?;
        let scene = scene_of(reading, number)?;
        Some(Here { reading, analysis, sentence, view: analysis.view(number), scene })
    }
}

/// The scene of the sentence with a number, if it has one.
fn scene_of<'r>(reading: &'r Reading<'_>, number: usize) -> Option<&'r Scene> {
    let scenes = reading.scenes();
    let at = scenes.binary_search_by_key(&number, |scene| scene.sentence).ok()?;
    scenes.get(at)
}

/// The place that a sentence names last.
pub(super) fn last_place(reading: &Reading<'_>, number: usize) -> Option<Named> {
    if let Some(scene) = scene_of(reading, number) {
        return scene.places(reading).last().map(|place| place.named.clone());
    }
    let tokens = reading.analysis.sentences.get(number)?.tokens.clone();
    places_of(reading, number, tokens).pop().map(|place| place.named)
}

/// Calls `read` with each scene of the article that may concern the rule that reads, in order.
pub(super) fn each<'r>(reading: &'r Reading<'r>, mut read: impl FnMut(Here<'r>)) {
    for scene in reading.scenes() {
        let analysis = &reading.analysis;
        if let Some(sentence) = analysis.sentences.get(scene.sentence)
            && reading.concerns(sentence)
        {
            read(Here { reading, analysis, sentence, view: analysis.view(scene.sentence), scene });
        }
    }
}

static MAY_BE_SPORT: LazyLock<Listed<bool>> = LazyLock::new(|| Listed::new(may_be_sport));

/// Words by which a sentence without a figure may still count: nobody.
const WHOLE: &[&str] = &["no", "without", "unharmed", "unhurt", "uninjured", "unscathed"];

/// The scenes of an article. Of one of which only some sentences were analysed it is not asked when they speak of the event
/// itself: what they tell is told either way.
pub(crate) fn scenes(analysis: &Analysis<'_>, partial: bool) -> Vec<Scene> {
    let today = analysis.published_at.map(Today::of);
    let subject = (!partial).then(|| Subject::of(analysis, |view| !predicates(view).is_empty()));
    let mut carried = Carried::default();
    let mut scenes = Vec::new();
    // Each question is asked of all sentences before the next: the code of all together is more than a processor holds at
    // hand.
    for (at, sentence) in analysis.sentences.iter().enumerate() {
        if !sentence.part.speaks() || sentence.tokens.is_empty() {
            continue;
        }
        let view = analysis.view(at);
        let mut beside = Vec::new();
        if let Some(subject) = &subject {
            beside = stretches(analysis, sentence, view, today);
            beside.extend(subject.others(analysis, sentence, view));
            carried.over(analysis, sentence, view, &mut beside);
        }
        scenes.push(Scene {
            sentence: at,
            figures: Vec::new(),
            predicates: Vec::new(),
            stretches: beside,
            sport: false,
            places: OnceCell::new(),
            items: OnceCell::new(),
        });
    }
    scenes.retain_mut(|scene| {
        let Some(sentence) = analysis.sentences.get(scene.sentence) else { return false };
        let view = analysis.view(scene.sentence);
        scene.figures = figures(analysis, sentence, view);
        let nobody = || sentence.tokens.clone().any(|token| view.is(token, WHOLE));
        !scene.figures.is_empty() || !sentence.quantities.is_empty() || nobody()
    });
    for scene in &mut scenes {
        let view = analysis.view(scene.sentence);
        scene.predicates = predicates(view);
        scene.sport = plays(view);
    }
    scenes
}

/// Whether a sentence holds words of sport.
fn plays(view: View<'_>) -> bool {
    // A capital inside the sentence makes it a name: "the Tenants' Rights Keeper".
    (view.start..view.end).any(|token| {
        // "A rights defender" plays nothing.
        let named = view.capital(token) && token > view.start
            || view.is(token.wrapping_sub(1), &["rights", "land", "environmental"]);
        !named && MAY_BE_SPORT.at(view, token) && is_sport(view.word(token), view.word(token + 1))
    })
}

/// The words that say harm. A verb that does so only with others wants one of these too, one that does so only of
/// several a number.
pub(super) fn harm_cues(cues: &mut Cues) {
    let bare = |several: bool| {
        let uses = harm_words().filter(move |use_| use_.tail.is_none() && use_.several_only == several);
        uses.map(|use_| use_.verb)
    };
    let alone = cues.verbs(bare(false));
    cues.enough(alone);
    let several = cues.verbs(bare(true));
    cues.enough(several | NUMBER);
    let among = cues.words(["among", "amongst"]);
    cues.enough(several | among);
    let mut tailed: Vec<(&str, &str)> =
        harm_words().filter_map(|use_| Some((use_.tail?, use_.verb))).collect();
    tailed.sort_unstable();
    // Nouns and the like say much themselves; of prepositions each has its own verbs.
    let (light, mut telling): (Vec<_>, Vec<_>) = tailed.into_iter().partition(|(tail, _)| is_closed(tail));
    // Every verb with its own would be more sets than there are marks: those with one initial share theirs.
    let initial = |verb: &str| verb.bytes().next();
    telling.sort_unstable_by_key(|(_, verb)| *verb);
    for alike in telling.chunk_by(|(_, verb), (_, other)| initial(verb) == initial(other)) {
        let verbs = cues.verbs(alike.iter().map(|(_, verb)| *verb));
        let tails = cues.words(alike.iter().map(|(tail, _)| *tail));
        cues.enough_near_where(verbs, tails, has_tail);
    }
    for same in light.chunk_by(|(tail, _), (other, _)| tail == other) {
        let verbs = cues.verbs(same.iter().map(|(_, verb)| *verb));
        let tail = cues.words(same.iter().map(|(tail, _)| *tail));
        cues.enough_near_where(verbs, tail, has_tail);
    }
    let states =
        cues.words(state_words().filter(|(first, telling)| first == telling).map(|(first, _)| first));
    cues.enough(states);
    let firsts =
        cues.words(state_words().filter(|(first, telling)| first != telling).map(|(first, _)| first));
    let tellings =
        cues.words(state_words().filter(|(first, telling)| first != telling).map(|(_, telling)| telling));
    cues.enough_near_where(firsts, tellings, has_state);
}

/// Verbs after which an infinitive is still what happened: "are believed to have been killed", "managed to free 12".
const ASSERTING: &[&str] = &[
    "believe",
    "say",
    "report",
    "think",
    "fear",
    "know",
    "estimate",
    "understand",
    "confirm",
    "presume",
    "appear",
    "seem",
    "manage",
    "help",
    "succeed",
    "claim",
    "assume",
    "suppose",
    "suspect",
    "recall",
    "continue",
    "have",
    "force",
    "happen",
    "go",
];
/// Verbs that take back what their clause says.
const DENYING: &[&str] = &[
    "deny", "refute", "dismiss", "rebut", "disprove", "doubt", "threaten", "plan", "vow", "refuse", "fail",
    "avoid", "prevent", "pledge", "promise", "want", "order", "warn",
];

impl<'r> Here<'r> {
    /// The scene of the sentence before, in the same paragraph or the one before it.
    pub(super) fn scene_before(&self) -> Option<&'r Scene> {
        scene_of(self.reading, self.scene.sentence.checked_sub(1)?)
    }

    /// The base form of a word taken as a verb.
    pub(super) fn verb_lemma(&self, at: usize) -> Cow<'r, str> {
        self.view.verb(at)
    }

    /// The clause whose verb is at `main`.
    pub(super) fn clause_of_verb(&self, main: usize) -> Option<&'r Clause> {
        self.clauses().find(|clause| clause.verb.as_ref().is_some_and(|verb| verb.main == main))
    }

    /// The smallest clause around a token.
    pub(super) fn clause_around(&self, token: usize) -> Option<&'r Clause> {
        self.clauses()
            .filter(|clause| clause.tokens.contains(&token))
            .min_by_key(|clause| clause.tokens.len())
    }

    /// The clauses of the sentence.
    pub(super) fn clauses(&self) -> impl Iterator<Item = &'r Clause> + use<'r> {
        let analysis = self.analysis;
        self.sentence.clauses.clone().filter_map(move |at| analysis.clauses.get(at))
    }

    /// The figure that a phrase is part of.
    pub(super) fn figure_of(&self, phrase: usize) -> Option<&'r Figure> {
        self.scene.figures.iter().find(|figure| figure.phrase == phrase || figure.noun_phrase == phrase)
    }

    /// The figure whose last token stands right before `token`, not counting the words of `skip`.
    pub(super) fn figure_before(&self, token: usize, skip: &[&str]) -> Option<&'r Figure> {
        let mut end = token;
        for _ in 0..6 {
            if let Some(figure) = self.scene.figures.iter().find(|figure| figure.tokens.end == end) {
                return Some(figure);
            }
            let last = end.checked_sub(1)?;
            let adverb = self.view.tag(last) == Tag::Adverb;
            if !adverb && !self.view.is(last, skip) {
                return None;
            }
            end = last;
        }
        None
    }

    /// The first figure that starts at `token` or after at most `gap` words that are neither verbs nor punctuation.
    pub(super) fn figure_after(&self, token: usize, gap: usize) -> Option<&'r Figure> {
        for at in token..=token + gap {
            if let Some(figure) = self.scene.figures.iter().find(|figure| figure.tokens.start == at) {
                return Some(figure);
            }
            if matches!(
                self.view.tag(at),
                Tag::Verb | Tag::Aux | Tag::Punct | Tag::Adposition | Tag::Subordinator
            ) {
                return None;
            }
        }
        None
    }

    /// A figure with the other members of its list: "three officers and a bystander".
    pub(super) fn with_list(&self, first: &'r Figure) -> Vec<&'r Figure> {
        let mut list = vec![first];
        for figure in &self.scene.figures {
            let Some(phrase) = self.analysis.phrases.get(figure.phrase) else { continue };
            let joined = phrase.coordinated_with.get().is_some_and(|other| {
                list.iter().any(|member| {
                    member.phrase == other || member.noun_phrase == other || self.names(other, member)
                })
            });
            if joined && list.len() < 12 {
                list.push(figure);
            }
        }
        list
    }

    /// Whether a phrase set off by a comma is the name of the one person before it: "its commander, Colonel Reva, and".
    fn names(&self, phrase: usize, figure: &Figure) -> bool {
        let one = matches!(figure.kind, FigureKind::One | FigureKind::TheOne);
        let phrase = self.analysis.phrases.get(phrase).filter(|phrase| one && phrase.name);
        phrase.is_some_and(|phrase| {
            phrase.tokens.start == figure.tokens.end + 1 && self.view.is(figure.tokens.end, &[","])
        })
    }

    /// A figure and the members of its list before it, in a list joined by "and".
    pub(super) fn list_up_to(&self, last: &'r Figure) -> Vec<&'r Figure> {
        let mut list = vec![last];
        list.extend(self.list_before(last).into_iter().filter(|figure| {
            (figure.tokens.end..last.tokens.start).all(|at| {
                self.view.is(at, &["and", ",", "or"])
                    || self.scene.figures.iter().any(|other| other.tokens.contains(&at))
            })
        }));
        list
    }

    /// The other members of a list that ends with a figure, nearest first.
    pub(super) fn list_before(&self, last: &'r Figure) -> Vec<&'r Figure> {
        let mut list: Vec<&Figure> = Vec::new();
        let mut at = last;
        while list.len() < 8 {
            let joined =
                self.analysis.phrases.get(at.phrase).and_then(|phrase| phrase.coordinated_with.get());
            let before = joined.and_then(|other| self.figure_of(other)).or_else(|| {
                // Titles join with a comma alone: "10 tourists, 2 guides killed".
                let comma = at
                    .tokens
                    .start
                    .checked_sub(1)
                    .filter(|&comma| self.sentence.heading && self.view.is(comma, &[","]))?;
                self.scene.figures.iter().find(|figure| figure.tokens.end == comma)
            });
            // "Troops free 18 pupils, soldier killed": those behind a verb are no members.
            let governed = |figure: &Figure| {
                use Tag::{Adjective, Adverb, Noun, ProperNoun, Verb};
                let before = self.view.tag_before(figure.tokens.start);
                matches!(before, Adjective | Adverb | Noun | ProperNoun | Verb)
            };
            let comma = || self.view.is(at.tokens.start.wrapping_sub(1), &[","]);
            let free = |figure: &&Figure| {
                figure.tokens.end <= at.tokens.start
                    && !(self.sentence.heading && comma() && governed(figure))
            };
            let Some(figure) = before.filter(free) else { break };
            list.push(figure);
            at = figure;
        }
        list
    }

    /// Whether a clause says that something happened. `several` allows estimates: "tens of thousands may have died".
    pub(super) fn asserts(&self, clause: &Clause, several: bool) -> bool {
        let Some(verb) = &clause.verb else { return true };
        if verb.negated {
            return false;
        }
        let words: Range<usize> = verb.tokens.clone();
        let perfect = words.clone().any(|at| self.view.is(at, &["have"]));
        if let Some(modal) = verb.modal {
            let estimate = several && self.view.is(modal, &["may", "might", "could"]);
            let past = perfect && self.view.is(modal, &["may", "might", "must", "could"]);
            if !(past && several || estimate && perfect || self.concedes(verb)) {
                return false;
            }
        } else if clause.hypothetical {
            return false;
        }
        let parent = clause.parent.and_then(|parent| self.analysis.clauses.get(parent));
        let parent_lemma = parent
            .and_then(|parent| parent.verb.as_ref())
            .map(|verb| self.verb_lemma(verb.main))
            .unwrap_or_default();
        if matches!(clause.link, Link::Content | Link::Participial | Link::Infinitive)
            && DENYING.contains(&&*parent_lemma)
            && (clause.link != Link::Participial || self.opens_as_object(clause, parent))
        {
            return false;
        }
        match verb.tense {
            Tense::Future => false,
            Tense::Infinitive => perfect || ASSERTING.contains(&&*parent_lemma),
            _ => true,
        }
    }

    /// "Would confirm only 40 deaths": whoever says no more says so much.
    fn concedes(&self, verb: &VerbGroup) -> bool {
        let confirms = ["confirm", "acknowledge", "admit", "verify"].contains(&&*self.verb_lemma(verb.main));
        confirms
            && [verb.main.wrapping_sub(1), verb.tokens.end]
                .into_iter()
                .any(|at| self.view.is(at, &["only", "just"]))
    }

    /// "denied killing three": the participle is what was denied, not something that happened beside it.
    #[expect(clippy::unused_self, reason = "asked like the questions beside it")]
    fn opens_as_object(&self, clause: &Clause, parent: Option<&Clause>) -> bool {
        parent
            .and_then(|parent| parent.verb.as_ref())
            .is_some_and(|verb| verb.tokens.end == clause.tokens.start)
    }
}
