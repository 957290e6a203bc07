//! What kind of complement a verb takes. Comes in: a base form. Goes out: whether it reports speech, needs an object,
//! takes a predicate, makes its infinitive real or unreal. Lists of English grammar, not of news rules.

use std::sync::OnceLock;

use super::word_map::WordMap;

const CONTENT: &str = "believe think know fear hope find show suggest indicate mean estimate assume suspect expect realise \
    realize learn hear see understand feel worry conclude decide agree ensure guarantee demand insist \
    request recommend propose order ask wish doubt presume calculate discover establish determine prove \
    imply consider forget remember guess urge";
const SAYING: &str = "say tell add report announce state declare confirm claim allege assert argue insist maintain warn note \
    stress emphasise emphasize explain reveal disclose deny acknowledge admit concede contend vow pledge \
    promise threaten write tweet post reply respond answer remark comment observe recall recount describe \
    testify swear caution complain mention quote reiterate repeat affirm reaffirm predict forecast estimate \
    inform advise notify read shout cry whisper joke continue conclude accuse clarify specify point speak \
    assess signal put boast lament fume declaim exclaim ask";
const OBJECT_CONTROL: &str = "urge ask tell order force allow help call appeal want expect press pressure invite persuade convince \
    warn advise encourage permit enable require request beg instruct command compel cause lead get leave see \
    remind challenge oblige direct prompt bring push authorise authorize train forbid need implore lobby \
    exhort summon counsel plead send give believe report say pray wait appoint name deploy drive sue mandate \
    petition nudge";
const OBJECT: &str = "kill wound injure hurt arrest detain displace evacuate rescue trap bury shoot stab kidnap abduct \
    hospitalise hospitalize treat damage destroy recover find capture seize behead execute massacre martyr murder \
    slay maim gun ambush burn crush electrocute strand confirm report believe fear presume feared list \
    register record expect say identify take bring carry pull rush airlift sweep wash cut free release \
    charge jail sentence convict ban block close shut suspend cancel postpone hold held blame accuse suspect \
    name dub know base locate station deploy wanted organise organize launch fire plant drop own run operate \
    hit strike affect devastate ravage batter beat torture flatten level raze topple oust elect appoint make \
    build impose sign broker mediate claim leave lose send give see drive force engulf inflict cause spark \
    trigger blow tear rip target suffer sustain house place put";
const PREDICATE: &str = "be become remain stay seem appear go lie leave find declare presume fear believe consider report list \
    confirm feel stand turn prove keep pronounce get suspect think shoot lay say";
const REAL_INFINITIVE: &str = "continue begin start go manage force come say report believe know confirm find think understand appear \
    seem prove cause lead rush return help hurry race arrive be happen tend claim allege presume compel \
    oblige proceed cease rise climb grow use bring see estimate live survive get";
const UNREAL: &str = "fear risk threat worry concern possibility danger hope chance prospect wish demand order request \
    recommend propose proposal ask ensure guarantee doubt rumour rumor call insist likelihood scenario \
    probability urge threaten";
const NO_OBJECT: &str = "die perish succumb vanish disappear collapse arrive remain fall occur happen appear emerge rise sleep \
    drown suffocate starve faint subside erupt explode capsize escape flee stay live survive return decline \
    fail agree refuse continue begin belong depend exist lie linger dwindle soar surge plunge respond react";

struct Classes(WordMap<&'static str, u8>);

/// One bit for each list a lemma stands in.
fn classes(lemma: &str) -> u8 {
    static CLASSES: OnceLock<Classes> = OnceLock::new();
    let classes = CLASSES.get_or_init(|| {
        let mut found: WordMap<&'static str, u8> = WordMap::default();
        let lists = [CONTENT, SAYING, OBJECT_CONTROL, OBJECT, PREDICATE, REAL_INFINITIVE, UNREAL, NO_OBJECT];
        for (bit, list) in lists.into_iter().enumerate() {
            for word in list.split_whitespace() {
                *found.entry(word).or_insert(0) |= 1 << bit;
            }
        }
        Classes(found)
    });
    classes.0.get(lemma).copied().unwrap_or(0)
}

/// Verbs whose content is said, written, thought or shown: "X said (that) ...".
pub fn takes_content(lemma: &str) -> bool {
    classes(lemma) & 0b11 != 0
}

/// Verbs of saying: their subject is a speaker.
pub fn is_saying(lemma: &str) -> bool {
    classes(lemma) & 0b10 != 0
}

/// Verbs of saying that are safe without any content at hand: a bare ", X said" at the end of a sentence.
pub fn attributes(lemma: &str) -> bool {
    is_saying(lemma)
        && !matches!(
            lemma,
            "continue"
                | "put"
                | "read"
                | "point"
                | "accuse"
                | "describe"
                | "ask"
                | "speak"
                | "post"
                | "signal"
                | "quote"
        )
        || matches!(lemma, "show" | "suggest" | "indicate" | "believe")
}

/// Verbs whose object does what their infinitive says: "urged Oslo to halt", "called on Oslo to halt".
pub fn controls_by_object(lemma: &str) -> bool {
    classes(lemma) & 0b100 != 0
}

/// Verbs that need an object when active, so that without one after it the bare form is a passive participle.
pub fn needs_object(lemma: &str) -> bool {
    classes(lemma) & 0b1000 != 0
}

/// Verbs after which an adjective, a participle or a noun says what the subject (or object) is.
pub fn takes_predicate(lemma: &str) -> bool {
    classes(lemma) & 0b10000 != 0
}

/// Verbs whose infinitive is asserted with them: "continued to fire", "were said to have left", "was forced to go".
pub fn asserts_infinitive(lemma: &str) -> bool {
    classes(lemma) & 0b100000 != 0
}

/// Nouns and verbs whose content is not asserted: "fears that", "the risk that", "warned that".
pub fn unreal(lemma: &str) -> bool {
    classes(lemma) & 0b1000000 != 0
}

/// Verbs whose bare form after a noun is what the noun did: "officials said 90 people died".
pub fn takes_no_object(lemma: &str) -> bool {
    classes(lemma) & 0b1000_0000 != 0
}
