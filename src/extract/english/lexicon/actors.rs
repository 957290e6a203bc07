//! Words in phrases that name somebody. A word goes in; whether it may stand there, and as what, comes out. Knows
//! nothing of sentences.

word_sets! {
    "actors.txt":
    FILLERS = "fillers";
    AMOUNTS = "amounts";
    ORGANISATIONS = "organisations";
    NO_NAMES = "no names";
    TITLES = "titles";
    THINGS = "things";
    THING_OPENERS = "thing openers";
    MEDIA = "media";
    KIN = "kin";
    USURPERS = "usurpers";
    FUNCTIONS = "functions";
    FELLOWS = "fellows";
    BODY_OFFICES = "offices of bodies";
    PREPOSITIONS = "prepositions";
    GROUPS = "groups";
    FIRM_WORDS = "firm words";
    FIRM_NAMES = "firm names";
    PLAYERS = "players";
    FIGHTING_GROUPS = "fighting groups";
    OPENINGS = "openings";
}

/// Whether the word says what kind of, and not who.
pub(in super::super) fn is_filler(word: &str) -> bool {
    FILLERS.contains(word)
}

/// Whether the word is an amount before people.
pub(in super::super) fn is_amount(word: &str) -> bool {
    AMOUNTS.contains(word)
}

/// Whether the word makes the run of capitals before it an organisation.
pub(in super::super) fn is_organisation(word: &str) -> bool {
    ORGANISATIONS.contains(word)
}

/// Whether the word has a capital and is nobody's name.
pub(in super::super) fn is_no_name(word: &str) -> bool {
    NO_NAMES.contains(word)
}

/// Whether the word is a title before a person's name.
pub(in super::super) fn is_title(word: &str) -> bool {
    TITLES.contains(word.trim_end_matches('.'))
}

/// Whether the word makes the run of capitals before it a building, a road, a river or the like.
pub(in super::super) fn is_thing(word: &str) -> bool {
    THINGS.contains(word)
}

/// Whether the word makes the run of capitals after it a ship, an operation, a storm or the like.
pub(in super::super) fn opens_thing(word: &str) -> bool {
    THING_OPENERS.contains(word)
}

/// Whether the word makes the run of capitals before it a newspaper, a broadcaster or a news agency.
pub(in super::super) fn is_medium(word: &str) -> bool {
    MEDIA.contains(word)
}

/// Whether the word names people by whose kin they are: whoever these are, they are one voice in a story.
pub(in super::super) fn is_kin(word: &str) -> bool {
    KIN.contains(word)
}

/// Whether the word names those who took power by force: of the country spoken of, not of the one at home.
pub(in super::super) fn is_usurper(word: &str) -> bool {
    USURPERS.contains(word)
}

/// Whether the bearer of this office speaks for the body he holds it in, named or not.
pub(in super::super) fn is_function(title: &str) -> bool {
    FUNCTIONS.contains(title)
}

/// Whether these are of the same movement as those whose they are.
pub(in super::super) fn is_fellow(word: &str) -> bool {
    FELLOWS.contains(word)
}

/// Whether only undertakings have such an office, and no person has somebody so called.
pub(in super::super) fn heads_a_body(title: &str) -> bool {
    BODY_OFFICES.contains(title)
}

/// Whether a phrase behind this word is spoken of and does not act.
pub(in super::super) fn is_preposition(word: &str) -> bool {
    PREPOSITIONS.contains(word)
}

/// Whether "the" before this word means the organisation named last.
pub(in super::super) fn is_group_word(word: &str) -> bool {
    GROUPS.contains(word)
}

/// Whether "the" before this word means the undertaking named last.
pub(in super::super) fn is_firm_word(word: &str) -> bool {
    FIRM_WORDS.contains(word)
}

/// Whether the name of an undertaking may end with this word.
pub(in super::super) fn is_firm_name(last: &str) -> bool {
    FIRM_NAMES.contains(last)
}

/// Whether somebody who is called this before his name plays a game.
pub(in super::super) fn plays(word: &str) -> bool {
    PLAYERS.contains(word)
}

/// Whether such a group may be one that fights.
pub(in super::super) fn may_fight(word: &str) -> bool {
    FIGHTING_GROUPS.contains(word)
}

/// Whether the word opens a phrase and is no part of what its people are called.
pub(in super::super) fn is_opening(word: &str) -> bool {
    OPENINGS.contains(word)
}
