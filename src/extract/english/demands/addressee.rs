//! Of whom something is asked. Comes in: the place where an addressee may stand, or the words that say what is asked
//! for. Goes out: the names, and where their phrase ends. Never decides whether anything is asked.

use std::ops::Range;
use std::sync::Arc;

use crate::extract::english::actors::{Kind, Mention};
use crate::extract::english::predicate::{Agent, Scene, is_bare};
use crate::model::Act;
use crate::text::gazetteer::Role;
use crate::text::{Tag, VerbForm};

/// The longest phrase of an addressee without a name, in tokens; a longer one is told, not addressed.
const PHRASE_TOKENS_MAX: usize = 12;

/// The names under which a mention and the others of its list are addressed.
pub(super) fn names_of(scene: &Scene<'_>, mention: &Mention) -> Vec<Arc<str>> {
    scene.agents_of(mention).into_iter().map(|agent| agent.name).collect()
}

/// The end of the list a mention belongs to.
pub(super) fn list_end(scene: &Scene<'_>, mention: &Mention) -> usize {
    scene.actors().list_of(mention, scene.view).last().map_or(mention.tokens.end, |last| last.tokens.end)
}

/// Acts that two sides can only do together are asked of both as one; others of each.
pub(super) fn together(to: &[Arc<str>], act: Act) -> Vec<Option<Arc<str>>> {
    match to {
        [] => vec![None],
        [one] => vec![Some(Arc::clone(one))],
        many if matches!(act, Act::Ceasefire | Act::Negotiate | Act::Access | Act::Protect) => {
            let mut names: Vec<&str> = many.iter().map(|name| &**name).collect();
            names.dedup();
            let last = names.pop().unwrap_or_default();
            vec![Some(Arc::from(format!("{} and {last}", names.join(", "))))]
        }
        many => many.iter().map(|name| Some(Arc::clone(name))).collect(),
    }
}

/// The addressees as somebody else than who asks. A president who calls on his own army, or Kenya on Kenyans, asks
/// those by the words written; "both parties" are not the two who ask. Nothing when only the asker is left.
pub(super) fn other_than(
    scene: &Scene<'_>,
    by: &Agent,
    to: &[Arc<str>],
    core: usize,
) -> Option<Vec<Arc<str>>> {
    if let Some(office) = own_office(scene, by, to, core) {
        return Some(vec![office]);
    }
    // "Berg blamed him and demanded that he resign": not Berg.
    if let ([one], Some(own)) = (to, &by.person)
        && one == own
    {
        let mut named = scene.actors().in_sentence(scene.sentence).iter();
        let other = named.rfind(|mention| {
            mention.tokens.end <= core && mention.person.as_ref().is_some_and(|person| person != own)
        });
        return other.and_then(|other| other.person.clone()).map(|person| vec![person]);
    }
    if !to.contains(&by.name) {
        return Some(to.to_vec());
    }
    let own = scene.actors().in_sentence(scene.sentence).iter().find(|mention| {
        let named = mention.name == by.name || mention.others.contains(&by.name);
        let described = mention.role.is_some()
            || mention.kind == Kind::Reference
            || !mention.others.is_empty()
            || mention.plural && scene.view.word(mention.tokens.end.saturating_sub(1)).ends_with('s');
        named && described && mention.tokens.start > core && !mention.owner && !mention.modifier
    });
    if let Some(own) = own {
        let bare = without_article(own.span.of(&scene.article.text));
        // "Gave them until Friday": nobody asks himself, so whom "them" means is not known.
        if own.kind == Kind::Reference && !bare.contains(' ') {
            return Some(Vec::new());
        }
        if !own.span.of(&scene.article.text).is_empty() && own.span != by.voice {
            return Some(vec![Arc::from(bare)]);
        }
    }
    let others: Vec<Arc<str>> = to.iter().filter(|name| **name != by.name).cloned().collect();
    (!others.is_empty()).then_some(others)
}

/// An office of the asker's own country: a senate that urges its president, officers who call on their army, farmers
/// who ask the police. The country would say nothing: the office or the person is named.
fn own_office(scene: &Scene<'_>, by: &Agent, to: &[Arc<str>], core: usize) -> Option<Arc<str>> {
    let [country] = to else { return None };
    let asker = asker(scene, by)?;
    let folk = matches!(asker.kind, Kind::Folk | Kind::Office | Kind::Person)
        && asker.party.is_none()
        && scene.actors().home.as_ref() == Some(country);
    if asker.party.as_ref() != Some(country) && !folk {
        return None;
    }
    let office = scene.actors().in_sentence(scene.sentence).iter().find(|mention| {
        mention.tokens.start > core
            && mention.name == *country
            && !mention.owner
            && !mention.modifier
            && mention.kind != Kind::Reference
    })?;
    if let Some(person) = &office.person {
        return Some(Arc::clone(person));
    }
    let apart = matches!(
        office.role,
        Some(Role::Military | Role::Police | Role::Parliament | Role::Court | Role::Local)
    );
    if !apart {
        return None;
    }
    let list = scene.actors().list_of(office, scene.view);
    let last = list.last().map_or(office.tokens.end, |last| last.tokens.end);
    let words = scene.span(office.tokens.start..last).of(&scene.article.text);
    let bare = without_article(words);
    Some(Arc::from(if matches!(bare, "military" | "armed forces") { "army" } else { bare }))
}

/// The mention from which an agent was made.
fn asker<'a>(scene: &Scene<'a>, by: &Agent) -> Option<&'a Mention> {
    let all = scene.actors().all();
    // They stand in the order of the text: an article may hold thousands.
    let first = all.partition_point(|mention| mention.span.start < by.voice.start);
    let at = all.get(first..).unwrap_or_default().iter();
    at.take_while(|mention| mention.span.start == by.voice.start)
        .find(|mention| mention.span == by.voice)
        .or_else(|| all.iter().find(|mention| mention.name == by.name && mention.kind != Kind::Reference))
}

/// The words of a phrase without what opens it.
pub(super) fn without_article(words: &str) -> &str {
    ["the ", "The ", "its ", "his ", "her ", "their "]
        .iter()
        .find_map(|article| words.strip_prefix(article))
        .unwrap_or(words)
}

/// Who is addressed at `at`, and where the phrase ends: before "to" and a verb, before "for", or after the name.
/// Relative clauses and places after the name belong to the phrase.
pub(super) fn addressed(scene: &Scene<'_>, at: usize) -> Option<(Vec<Arc<str>>, usize)> {
    let view = scene.view;
    let mention: &Mention = scene
        .actors()
        .starting_at(scene.sentence, at, view)
        .filter(|mention| !mention.owner && !mention.modifier)?;
    let mut end = list_end(scene, mention);
    if view.is(end, &[","])
        && view.is(end + 1, &["who", "which", "whose"])
        && let Some(close) = (end + 2..(end + 20).min(view.end)).find(|&at| view.is(at, &[","]))
    {
        end = close + 1;
    }
    // "people living by the river", "everyone who lost a relative": what they are told comes after.
    if (view.form(end) == VerbForm::Gerund || view.is(end, &["who"]))
        && let Some(to) =
            (end + 1..(end + 16).min(view.end)).find(|&to| view.is(to, &["to"]) && is_infinitive(scene, to))
    {
        end = to - usize::from(view.is(to - 1, &["not"]));
        return Some((names_of(scene, mention), end));
    }
    // "in Congo", "of three coastal villages", "on the Telegram online service" before what is asked.
    if let Some(to) = phrase_end(scene, end) {
        end = to;
    } else if view.is(end, &["in", "on", "at", "from", "of"])
        && let Some(to) = (end + 1..(end + 8).min(view.end)).find(|&at| view.is(at, &["immediately"]))
    {
        end = to;
    }
    Some((names_of(scene, mention), end))
}

/// An addressee whom the gazetteer cannot know: "donors", "its Western partners", "anyone with a boat". Goes with the
/// words written, when they are few.
pub(super) fn unnamed(scene: &Scene<'_>, at: usize) -> Option<(Vec<Arc<str>>, usize)> {
    let view = scene.view;
    let opens = matches!(
        view.tag(at),
        Tag::Noun | Tag::Determiner | Tag::Adjective | Tag::Pronoun | Tag::Number | Tag::ProperNoun
    );
    if !opens || view.is(at, &["him", "her", "them", "it", "us", "me", "for", "that"]) {
        return None;
    }
    // "We urge you to surrender": who reads it knows who is meant, the text does not say.
    if view.is(at, &["you"]) {
        let to = (at + 1..at + 4).find(|&to| view.is(to, &["to"]) && is_infinitive(scene, to))?;
        return Some((Vec::new(), to));
    }
    let end = phrase_end(scene, at).or_else(|| {
        let to =
            (at + 1..(at + 14).min(view.end)).find(|&to| view.is(to, &["to"]) && is_infinitive(scene, to))?;
        Some(to - usize::from(view.is(to - 1, &["not"])))
    })?;
    let words = scene.span(at..end).of(&scene.article.text);
    let short = words.split_whitespace().count() <= 4 && end > at;
    let bare = words.strip_prefix("the ").unwrap_or(words);
    Some((if short { vec![Arc::from(bare)] } else { Vec::new() }, end))
}

/// The "to" of an infinitive, or the "for", that ends the noun phrase which goes on at `at`; "not" is left to what
/// is asked.
fn phrase_end(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let view = scene.view;
    for end in at..(at + PHRASE_TOKENS_MAX).min(view.end) {
        if view.is(end, &["to"]) && is_infinitive(scene, end) || view.is(end, &["for"]) && end > at {
            return Some(end);
        }
        if view.is(end, &["not"]) && view.is(end + 1, &["to"]) && is_infinitive(scene, end + 1) {
            return Some(end);
        }
        let inside = matches!(
            view.tag(end),
            Tag::Noun
                | Tag::ProperNoun
                | Tag::Adjective
                | Tag::Determiner
                | Tag::Number
                | Tag::Adposition
                | Tag::Adverb
                | Tag::Coordinator
                | Tag::Particle
        );
        if !inside {
            return None;
        }
    }
    None
}

/// Whether "to" stands before a verb.
pub(super) fn is_infinitive(scene: &Scene<'_>, to: usize) -> bool {
    let view = scene.view;
    let mut at = to + 1;
    while at < to + 4
        && (view.tag(at) == Tag::Adverb || view.is(at, &["\"", "“", "immediately", "also", "not"]))
    {
        at += 1;
    }
    is_bare(view, at)
}

/// Who would have to do it, when what is asked for says so: "Iceland's withdrawal", "the Kenyan retreat", "the
/// resignation of the mayor", "answers from the ministry".
pub(super) fn implied(
    scene: &Scene<'_>,
    window: &Range<usize>,
    acts: &[Act],
    passive: bool,
) -> Option<Arc<str>> {
    let view = scene.view;
    let first = *acts.first()?;
    let inside = || {
        scene
            .actors()
            .in_sentence(scene.sentence)
            .iter()
            .filter(|mention| window.contains(&mention.tokens.start))
    };
    let before = |mention: &Mention| mention.tokens.start.saturating_sub(1);
    if first == Act::Resign {
        // The demand is about a person: that is who is asked, whoever speaks for him.
        if let Some(person) =
            inside().find_map(|mention| mention.person.clone().filter(|_| !mention.modifier))
        {
            return Some(person);
        }
        if window.clone().any(|at| view.is(at, &["his", "her"])) {
            return last_person(scene, window.start);
        }
    }
    // "A meeting of the council", "an urgent council session": the body is to convene.
    let convenes = inside().find(|mention| {
        first == Act::Intervene && view.is(mention.tokens.end, &["meeting", "session", "summit"])
    });
    if passive || convenes.is_some() {
        return convenes.map(|mention| Arc::clone(&mention.name));
    }
    let moves = matches!(first, Act::Withdraw | Act::Ceasefire | Act::Surrender);
    let adjective = inside().find(|mention| moves && mention.modifier && mention.party.is_some());
    let found = adjective.or_else(|| {
        inside().filter(|mention| !mention.modifier).find(|mention| {
            if mention.owner {
                // "The president's release", "the mayor's safety", "the engineers' release": the owner is whom it is for.
                let end = mention.tokens.end;
                let of_others = (end + 1..(end + 5).min(window.end)).any(|at| view.is(at, &["of"]));
                let one = mention.person.is_some()
                    || matches!(mention.role, Some(Role::Head | Role::Minister))
                    || !of_others
                        && (mention.kind == Kind::Folk
                            || mention.plural && matches!(mention.role, Some(Role::Civil | Role::People)));
                let suffers = matches!(first, Act::Release | Act::Protect) && one;
                return !suffers && !view.is(before(mention), &["of", "in", "on", "to"]);
            }
            let folk = matches!(mention.role, Some(Role::People | Role::Protesters | Role::Civil));
            match view.word(before(mention)) {
                "from" => first != Act::Withdraw,
                "by" => true,
                "of" => first != Act::Release && first != Act::Investigate && !folk,
                _ => false,
            }
        })
    });
    found.map(|mention| Arc::clone(&mention.name))
}

/// The person named last before a place of this sentence, or in the sentence before: "his resignation".
fn last_person(scene: &Scene<'_>, at: usize) -> Option<Arc<str>> {
    let here = scene
        .actors()
        .in_sentence(scene.sentence)
        .iter()
        .rfind(|mention| mention.tokens.end <= at && mention.person.is_some())
        .and_then(|mention| mention.person.clone());
    here.or_else(|| {
        let before = scene.sentence.checked_sub(1)?;
        let mention = scene.actors().in_sentence(before).iter().rfind(|mention| mention.person.is_some())?;
        mention.person.clone()
    })
}
