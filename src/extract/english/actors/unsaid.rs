//! For whom a phrase speaks that does not say so itself: "its spokesman", "his party", "Chairman Jon Berg", "the Tigers",
//! "European leaders". Comes in: a draft and the memory of the article. Goes out: a party for the draft, or who is known
//! by these words. Never looks at verbs.

use crate::extract::english::lexicon::actors as lexicon;
use crate::text::Tag;
use crate::text::english::view::View;
use crate::text::gazetteer::{EntityKind, Role};

use super::Kind;
use super::draft::Draft;
use super::naming::Known;
use super::person::People;
use super::reference::{Memory, Named};

/// "Its spokesman", "his foreign minister": gives the phrase the party of the one whose they are. Whether it did.
pub(super) fn own_party(draft: &mut Draft, sentence: usize, memory: &Memory) -> bool {
    let Some(possessor) = draft.possessor.filter(|_| draft.role.is_some() && draft.party.is_none()) else {
        return false;
    };
    // "Eleven of its lawmakers" are not their party.
    if draft.some_of {
        return false;
    }
    let Some(owner) =
        memory.pronoun(possessor, sentence, false).filter(|_| draft.organisation_name.is_none())
    else {
        return false;
    };
    let speaks = draft.role.as_ref().is_some_and(|(role, _)| {
        role.speaks_for_state() || matches!(role, Role::Voice | Role::Parliament | Role::Court)
    });
    let Some(party) = owner.party.clone().filter(|_| speaks) else { return false };
    let kind = if owner.group { EntityKind::Organisation } else { EntityKind::Country };
    draft.party = Some((party, kind));
    true
}

/// "Chairman Jon Berg": gives the phrase the body named a moment ago. Whether it did.
pub(super) fn own_body(draft: &mut Draft, sentence: usize, people: &People, memory: &Memory) -> bool {
    let Some(name) =
        draft.person.clone().filter(|_| draft.party.is_none() && draft.organisation_name.is_none())
    else {
        return false;
    };
    let titled = draft.title.as_ref().is_some_and(|title| lexicon::is_function(title))
        && draft.role.as_ref().is_some_and(|(role, tokens)| *role == Role::Voice && tokens.end <= name.start);
    // "The Front claimed the attack. ... its spokesman", or only "spokesman Jon Berg".
    let speaks = draft.title.as_ref().is_some_and(|title| title.starts_with("spokes"))
        && memory.role(Role::Voice).is_some_and(|last| last.group);
    let titled = titled || speaks;
    let placed = people.named(draft).is_some_and(|person| person.party.is_some());
    let Some(body) = memory.recent_group(sentence).filter(|_| titled && !placed) else { return false };
    let Some(party) = body.party.clone() else { return false };
    draft.party = Some((party, EntityKind::Organisation));
    true
}

/// "His party", "her movement": of the person spoken of, and of no other body.
pub(super) fn own_group(draft: &Draft, word: &str, sentence: usize, memory: &Memory) -> Option<Known> {
    // "Their comrades" are of the same movement.
    if lexicon::is_fellow(word) && draft.possessor == Some("they") {
        return memory.pronoun("they", sentence, false).map(Known::office);
    }
    let possessor = draft.possessor.filter(|pronoun| matches!(*pronoun, "he" | "she"))?;
    let named_before = word != "party" && memory.word(word).is_some();
    let grouped = lexicon::is_group_word(word) && draft.party.is_none() && !named_before;
    let leader = memory.pronoun(possessor, sentence, false).filter(|_| grouped)?;
    match &leader.party {
        Some(party) if leader.group => Some(Known::party(party, Kind::Office)),
        _ => (word == "party").then(|| Known::office(leader)),
    }
}

/// "The Tigers": the armed group whose name ended so before.
pub(super) fn short_name<'m>(draft: &Draft, memory: &'m Memory) -> Option<&'m Named> {
    let name = draft.organisation_name.as_ref().filter(|name| !name.contains(' '))?;
    let bare = draft.definite && draft.party.is_none() && draft.person.is_none();
    memory.word(&name.to_lowercase()).filter(|named| bare && named.group)
}

/// "European leaders", "Leaders" of a summit: of several states, and not of the home of the article. Gives the union of
/// states that they meet in, or what they are `called`.
pub(super) fn of_many_states(
    draft: &Draft,
    word: &str,
    view: View<'_>,
    memory: &Memory,
    called: impl FnOnce() -> Known,
) -> Option<Known> {
    if draft.party.is_some() || draft.possessor.is_some() || !MANY.contains(&word) {
        return None;
    }
    // "Indigenous leaders" are others.
    let described = matches!(view.tag_before(draft.tokens.start), Tag::Adjective | Tag::Noun);
    let bare = draft.tokens.len() == 1 && word == "leaders" && !described;
    if bare {
        return memory.bloc().map(|bloc| Known::party(bloc, Kind::Office));
    }
    draft.tokens.clone().any(|at| view.is(at, PARTS_OF_THE_WORLD)).then(called)
}

/// Who speaks for several states at once.
const MANY: &[&str] =
    &["leaders", "governments", "officials", "diplomats", "ministers", "envoys", "ambassadors"];
/// Of which part of the world.
const PARTS_OF_THE_WORLD: &[&str] = &[
    "african",
    "european",
    "arab",
    "asian",
    "western",
    "latin",
    "american",
    "regional",
    "world",
    "global",
    "international",
    "gulf",
    "nordic",
    "baltic",
    "caribbean",
    "pacific",
    "balkan",
    "foreign",
];
