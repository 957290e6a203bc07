//! What is asked for: the act of a demand, told from its head word and what it acts on. Comes in: the words after the
//! verb that demands. Goes out: one act for each part of "stop firing and begin talks". Never looks at who demands.
//!
//! The classes follow the sub-categories of CAMEO 02 (appeal) and 10 (demand) and their PLOVER successors, named
//! beside each line.

use std::ops::Range;

use crate::model::Act;
use crate::text::english::lemma;
use crate::text::english::view::View;
use crate::text::{Tag, VerbForm};

/// A head word with what it must act on; without objects the head is enough.
struct Cue {
    act: Act,
    heads: &'static [&'static str],
    objects: &'static [&'static str],
}

/// Violence that can be stopped.
const VIOLENCE: &[&str] = &[
    "fight",
    "fighting",
    "hostility",
    "hostilities",
    "violence",
    "attack",
    "assault",
    "offensive",
    "operation",
    "shell",
    "shelling",
    "bomb",
    "bombing",
    "bombardment",
    "strike",
    "airstrike",
    "war",
    "warfare",
    "bloodshed",
    "conflict",
    "fire",
    "firing",
    "shoot",
    "shooting",
    "escalation",
    "escalate",
    "aggression",
    "campaign",
    "raid",
    "invasion",
    "incursion",
    "kill",
    "killing",
    "clash",
    "confrontation",
    "crackdown",
    "massacre",
    "genocide",
    "target",
    "targeting",
    "cleansing",
    "beat",
    "beating",
    "torture",
    "rocket",
    "missile",
    "drone",
    "action",
    "activity",
    "slaughter",
    "repression",
    "intervention",
    "brutality",
    "battle",
    "combat",
    "atrocity",
    "provocation",
    "armed",
    "military",
    "force",
    "gun",
    "weapon",
];

/// Forces and bases that can leave.
const FORCES: &[&str] = &[
    "force",
    "troop",
    "soldier",
    "army",
    "military",
    "unit",
    "fighter",
    "tank",
    "contingent",
    "mercenary",
    "police",
    "base",
    "territory",
    "artillery",
    "militia",
    "ambassador",
    "staff",
    "hospital",
    "settlement",
    "barrack",
    "barracks",
    "campus",
    "border",
    "guard",
    "peacekeeper",
    "occupation",
    "paramilitary",
    "warship",
    "street",
    "airport",
    "region",
    "area",
    "position",
    "island",
    "rebel",
    "personnel",
    "adviser",
    "weapon",
];

const CAPTIVES: &[&str] = &[
    "prisoner",
    "hostage",
    "captive",
    "detainee",
    "body",
    "abductee",
    "inmate",
    "activist",
    "journalist",
    "student",
    "crew",
    "passenger",
    "sailor",
    "arrested",
    "detained",
    "held",
    "protester",
    "leader",
    "remain",
    "remains",
    "soldier",
    "civilian",
    "woman",
    "girl",
    "reporter",
    "lawyer",
    "worker",
    "jailed",
    "imprisoned",
    "kidnapped",
    "captured",
    "member",
];

const AID: &[&str] = &[
    "aid",
    "convoy",
    "food",
    "medicine",
    "humanitarian",
    "relief",
    "supply",
    "supplies",
    "corridor",
    "access",
    "delivery",
    "fuel",
    "inspector",
    "shipment",
    "assistance",
    "rescuer",
    "rescue",
    "team",
    "passage",
    "ambulance",
    "water",
    "tent",
    "medic",
    "evacuation",
    "wounded",
    "doctor",
    "truck",
];

const CROSSINGS: &[&str] = &[
    "corridor",
    "border",
    "crossing",
    "road",
    "route",
    "port",
    "door",
    "gate",
    "airspace",
    "strait",
    "checkpoint",
    "airport",
    "highway",
    "bridge",
];

const SAFETY: &[&str] = &[
    "safety",
    "security",
    "right",
    "life",
    "civilian",
    "protection",
    "safe",
    "minority",
    "integrity",
    "population",
    "people",
    "freedom",
    "dignity",
    "property",
    "privacy",
    "lives",
    "livelihood",
    "worker",
    "child",
    "refugee",
    "wellbeing",
    "welfare",
];

const RULES: &[&str] = &[
    "law",
    "legislation",
    "bill",
    "reform",
    "budget",
    "election",
    "vote",
    "quota",
    "policy",
    "constitution",
    "rule",
    "regulation",
    "tax",
    "tariff",
    "subsidy",
    "plan",
    "decree",
    "referendum",
    "curriculum",
    "measure",
    "statehood",
    "independence",
    "amendment",
    "act",
    "decision",
    "system",
    "barrier",
    "curb",
    "restriction",
    "curfew",
    "internet",
    "press",
    "currency",
    "price",
    "deal",
    "contract",
    "treaty",
    "project",
    "land",
    "autonomy",
    "ban",
    "permit",
    "pension",
    "wage",
    "code",
    "programme",
    "program",
    "governor",
    "control",
    "sale",
    "agreement",
];

const CUES: &[Cue] = &[
    // CAMEO 0256, 1056 (easing of sanctions); before "sanction" because the head decides.
    Cue {
        act: Act::LiftSanction,
        heads: &[
            "lift", "ease", "remove", "end", "drop", "lifting", "easing", "removal", "suspend", "unfreeze",
        ],
        objects: &["sanction", "embargo", "asset"],
    },
    // CAMEO 0256 (lifting of blockades), 0233/1033 (humanitarian aid), 1055 (inspectors); PLOVER access.
    Cue {
        act: Act::Access,
        heads: &["lift", "ease", "end", "break", "remove", "lifting", "easing", "relax"],
        objects: &["blockade", "siege", "transit"],
    },
    // CAMEO 0255, 1054, 0871 (ceasefire), 023 restraint.
    Cue {
        act: Act::Ceasefire,
        heads: &[
            "ceasefire",
            "cease-fire",
            "truce",
            "restraint",
            "de-escalation",
            "deescalation",
            "de-escalate",
            "deescalate",
            "armistice",
            "disengagement",
        ],
        objects: &[],
    },
    Cue {
        act: Act::Ceasefire,
        heads: &["pause"],
        objects: &["humanitarian", "fighting", "hostility", "hostilities", "fire", "in", "war"],
    },
    Cue {
        act: Act::Ceasefire,
        heads: &[
            "stop",
            "halt",
            "end",
            "cease",
            "refrain",
            "suspend",
            "cessation",
            "avoid",
            "abandon",
            "suspension",
            "stopping",
            "renounce",
            "curb",
            "desist",
            "call",
            "hold",
            "quell",
            "prevent",
            "abstain",
            "freeze",
            "restrain",
            "discontinue",
        ],
        objects: VIOLENCE,
    },
    Cue { act: Act::Ceasefire, heads: &["stand"], objects: &["down"] },
    Cue {
        act: Act::Ceasefire,
        heads: &["not"],
        objects: &[
            "attack",
            "fire",
            "shoot",
            "target",
            "bomb",
            "strike",
            "retaliate",
            "escalate",
            "shell",
            "invade",
        ],
    },
    Cue {
        act: Act::Ceasefire,
        heads: &[
            "honor",
            "honour",
            "respect",
            "comply",
            "compliance",
            "observe",
            "observance",
            "adhere",
            "uphold",
            "implement",
            "extend",
            "prolong",
            "extension",
        ],
        objects: &["ceasefire", "cease-fire", "truce"],
    },
    // CAMEO 0874, 1056 (retreat or surrender militarily).
    Cue {
        act: Act::Surrender,
        heads: &[
            "surrender",
            "disarm",
            "disarmament",
            "demobilise",
            "demobilize",
            "capitulate",
            "demobilisation",
            "demobilization",
        ],
        objects: &[],
    },
    Cue {
        act: Act::Surrender,
        heads: &["lay", "give", "hand", "put", "turn", "drop", "lower", "relinquish"],
        objects: &["arm", "arms", "weapon", "weaponry", "rifle"],
    },
    Cue {
        act: Act::Surrender,
        heads: &["dissolve", "disband", "dissolution", "dismantle"],
        objects: &[
            "force",
            "militia",
            "group",
            "regime",
            "unit",
            "army",
            "brigade",
            "wing",
            "fighter",
            "movement",
            "disbanded",
            "it",
            "themselves",
        ],
    },
    Cue { act: Act::Surrender, heads: &["raise", "hoist"], objects: &["flag"] },
    Cue { act: Act::Surrender, heads: &["disband"], objects: &[] },
    // CAMEO 0246/1046 (release of persons and property).
    Cue {
        act: Act::Release,
        heads: &[
            "release",
            "free",
            "freeing",
            "let",
            "return",
            "hand",
            "exchange",
            "swap",
            "send",
            "repatriate",
            "give",
            "freedom",
            "liberate",
            "liberation",
            "deliver",
            "go",
        ],
        objects: CAPTIVES,
    },
    Cue { act: Act::Release, heads: &["release", "freed", "free", "freeing"], objects: &[] },
    Cue { act: Act::Release, heads: &["let"], objects: &["go"] },
    // CAMEO 0872, 0255 (withdrawal).
    Cue {
        act: Act::Withdraw,
        heads: &[
            "withdraw",
            "withdrawal",
            "pullout",
            "pull-out",
            "pullback",
            "retreat",
            "vacate",
            "troop-withdrawal",
        ],
        objects: &[],
    },
    Cue {
        act: Act::Withdraw,
        heads: &["pull", "move", "take", "bring", "get", "stay", "keep"],
        objects: &["out", "back"],
    },
    Cue {
        act: Act::Withdraw,
        heads: &[
            "leave",
            "go",
            "return",
            "departure",
            "get",
            "end",
            "quit",
            "recall",
            "remove",
            "removal",
            "stay",
        ],
        objects: FORCES,
    },
    // CAMEO 0241, 1041 (change in leadership).
    Cue {
        act: Act::Resign,
        heads: &[
            "resign",
            "resignation",
            "abdicate",
            "abdication",
            "ouster",
            "impeach",
            "impeachment",
            "quit",
        ],
        objects: &[],
    },
    Cue { act: Act::Resign, heads: &["step", "stand"], objects: &["down", "aside"] },
    Cue {
        act: Act::Resign,
        heads: &[
            "quit",
            "relinquish",
            "hand",
            "give",
            "cede",
            "transfer",
            "leave",
            "restore",
            "return",
            "reinstate",
            "yield",
            "handover",
        ],
        objects: &["power", "office", "rule", "post", "government", "presidency", "civilian"],
    },
    Cue {
        act: Act::Resign,
        heads: &[
            "sack",
            "dismiss",
            "fire",
            "remove",
            "removal",
            "dismissal",
            "sacking",
            "go",
            "departure",
            "replace",
            "reinstate",
            "reinstatement",
            "suspend",
        ],
        objects: &[
            "president",
            "minister",
            "chief",
            "leader",
            "commissioner",
            "director",
            "governor",
            "mayor",
            "premier",
            "official",
            "head",
            "chairman",
            "cabinet",
            "boss",
            "he",
            "she",
        ],
    },
    Cue {
        act: Act::Intervene,
        heads: &["hold", "convene", "call", "schedule", "emergency", "urgent", "extraordinary"],
        objects: &["session", "meeting", "emergency", "urgent"],
    },
    // CAMEO 0256 mediation aside, 022, 1012, 1053 (negotiation).
    Cue {
        act: Act::Negotiate,
        heads: &[
            "negotiate",
            "negotiation",
            "talk",
            "talks",
            "dialogue",
            "mediate",
            "mediation",
            "diplomacy",
            "diplomatic",
            "discuss",
            "reconcile",
            "reconciliation",
            "settlement",
            "summit",
            "parley",
            "discussion",
        ],
        objects: &[],
    },
    Cue {
        act: Act::Negotiate,
        heads: &[
            "meet",
            "meeting",
            "sit",
            "return",
            "come",
            "reach",
            "find",
            "seek",
            "resume",
            "agree",
            "work",
            "settle",
            "resolve",
            "resolution",
            "conclude",
            "solve",
            "make",
        ],
        objects: &[
            "table",
            "agreement",
            "deal",
            "accord",
            "peace",
            "difference",
            "peacefully",
            "solution",
            "compromise",
            "consensus",
            "dispute",
            "option",
            "alternative",
            "leader",
            "president",
            "them",
        ],
    },
    Cue {
        act: Act::Negotiate,
        heads: &["peace"],
        objects: &["process", "plan", "conference", "deal", "accord"],
    },
    // CAMEO 0231 investigation, 0243 prosecution; PLOVER investigate.
    Cue {
        act: Act::Investigate,
        heads: &[
            "investigate",
            "investigation",
            "inquiry",
            "enquiry",
            "probe",
            "accountability",
            "accountable",
            "prosecute",
            "prosecution",
            "punish",
            "punishment",
            "justice",
            "autopsy",
            "inquest",
            "answerable",
            "audit",
            "tribunal",
        ],
        objects: &[],
    },
    Cue {
        act: Act::Investigate,
        heads: &[
            "try",
            "arrest",
            "explain",
            "clarify",
            "account",
            "establish",
            "answer",
            "explanation",
            "clarification",
            "hold",
            "charge",
            "extradite",
            "disclose",
            "publish",
            "identify",
        ],
        objects: &[
            "why",
            "how",
            "responsible",
            "killer",
            "perpetrator",
            "fact",
            "circumstance",
            "truth",
            "culprit",
            "criminal",
            "officer",
            "suspect",
            "death",
            "cause",
            "court",
            "those",
            "tried",
            "who",
            "what",
            "fugitive",
            "account",
        ],
    },
    Cue { act: Act::Investigate, heads: &["tried", "prosecuted", "extradited"], objects: &[] },
    // CAMEO 0256/1056 protection; PLOVER protect.
    Cue {
        act: Act::Protect,
        heads: &["protect", "protection", "safeguard", "spare", "shield", "safekeeping", "safety"],
        objects: &[],
    },
    Cue {
        act: Act::Protect,
        heads: &[
            "ensure",
            "guarantee",
            "respect",
            "secure",
            "uphold",
            "provide",
            "preserve",
            "defend",
            "restore",
            "make",
            "minimise",
            "minimize",
            "save",
            "avoid",
            "prevent",
            "grant",
            "improve",
        ],
        objects: SAFETY,
    },
    Cue { act: Act::Protect, heads: &["life", "lives"], objects: &["lost", "lose"] },
    Cue { act: Act::Protect, heads: &["civilian"], objects: &["casualty", "casualties", "harm", "death"] },
    // CAMEO 0233, 1033 (humanitarian aid and access).
    Cue {
        act: Act::Access,
        heads: &[
            "allow",
            "let",
            "grant",
            "permit",
            "open",
            "provide",
            "send",
            "deliver",
            "guarantee",
            "ensure",
            "facilitate",
            "give",
            "restore",
            "reopen",
            "continue",
            "need",
            "unblock",
            "cooperate",
            "supply",
            "ease",
            "admit",
            "resume",
        ],
        objects: AID,
    },
    Cue {
        act: Act::Access,
        heads: &["open", "reopen", "unblock", "clear", "reopening", "opening", "unlock"],
        objects: CROSSINGS,
    },
    Cue { act: Act::Access, heads: &["access", "corridor", "blockade", "passage"], objects: &[] },
    Cue {
        act: Act::Access,
        heads: &["tent", "food", "medicine", "blanket", "aid", "supplies"],
        objects: &[],
    },
    Cue { act: Act::Access, heads: &["humanitarian"], objects: &["aid", "relief", "corridor", "access"] },
    // CAMEO 0243/1044/163 (sanctions).
    Cue {
        act: Act::Sanction,
        heads: &["sanction", "embargo", "boycott", "blacklist", "isolate", "isolation"],
        objects: &[],
    },
    Cue {
        act: Act::Sanction,
        heads: &["freeze", "impose", "expel", "suspend", "cut", "stop", "halt", "designate"],
        objects: &[
            "asset",
            "account",
            "penalty",
            "diplomat",
            "export",
            "import",
            "arms",
            "oil",
            "gas",
            "trade",
            "tie",
            "relation",
            "terrorist",
        ],
    },
    // CAMEO 0231, 1031 (material and economic help).
    Cue {
        act: Act::Pay,
        heads: &[
            "pay",
            "compensation",
            "compensate",
            "reparation",
            "reparations",
            "salary",
            "wage",
            "payment",
            "refund",
            "reimburse",
            "funding",
            "arrears",
            "debt",
            "bonus",
        ],
        objects: &[],
    },
    Cue {
        act: Act::Pay,
        heads: &["money", "dollar", "euro", "rupee", "pound", "cash", "billion", "million"],
        objects: &[],
    },
    Cue {
        act: Act::Pay,
        heads: &[
            "allocate",
            "raise",
            "increase",
            "provide",
            "contribute",
            "release",
            "give",
            "boost",
            "double",
        ],
        objects: &[
            "fund", "funding", "resource", "grant", "finance", "salary", "wage", "percent", "pension",
            "budget", "pay",
        ],
    },
    // People leave danger; CAMEO has no class of its own.
    Cue { act: Act::Evacuate, heads: &["evacuate", "evacuation", "flee"], objects: &[] },
    Cue {
        act: Act::Evacuate,
        heads: &["leave", "move", "abandon", "seek", "head", "relocate"],
        objects: &[
            "home",
            "house",
            "ground",
            "shelter",
            "safe",
            "safer",
            "safety",
            "area",
            "country",
            "city",
            "town",
            "village",
            "immediately",
            "zone",
            "now",
            "floor",
            "inland",
            "upstairs",
        ],
    },
    // CAMEO 0242-0244, 1042-1044 (policy change, rights, institutions).
    Cue {
        act: Act::Policy,
        heads: &[
            "law",
            "legislation",
            "reform",
            "election",
            "referendum",
            "amendment",
            "statehood",
            "abolition",
            "repeal",
            "legislate",
            "legalise",
            "legalize",
            "nationalise",
            "nationalize",
            "privatise",
            "recognise",
            "recognize",
            "recognition",
            "ratify",
            "policy",
            "vote",
        ],
        objects: &[],
    },
    Cue {
        act: Act::Policy,
        heads: &[
            "scrap",
            "abolish",
            "repeal",
            "amend",
            "adopt",
            "pass",
            "cancel",
            "change",
            "introduce",
            "reverse",
            "cut",
            "lower",
            "reduce",
            "end",
            "stop",
            "drop",
            "abandon",
            "lift",
            "approve",
            "reform",
            "ban",
            "enact",
            "impose",
            "restore",
            "allow",
            "grant",
            "hold",
            "match",
            "refuse",
            "remove",
            "take",
            "veto",
            "block",
            "halt",
            "suspend",
            "keep",
            "freeze",
            "set",
            "withdraw",
            "reject",
            "rethink",
            "delay",
            "give",
            "commit",
            "agree",
            "close",
        ],
        objects: RULES,
    },
    Cue { act: Act::Policy, heads: &["action"], objects: &["climate"] },
    Cue {
        act: Act::Policy,
        heads: &["stop", "prevent", "keep", "bar", "commit", "not"],
        objects: &[
            "let",
            "allow",
            "use",
            "letting",
            "allowing",
            "harbouring",
            "harboring",
            "sheltering",
            "supporting",
            "arming",
            "funding",
            "troop",
        ],
    },
    // CAMEO 0233/0234/0356, 1034 (intervention, military help, convening).
    Cue {
        act: Act::Intervene,
        heads: &[
            "intervene",
            "intervention",
            "step-in",
            "act",
            "react",
            "respond",
            "convene",
            "mobilise",
            "mobilize",
            "deploy",
            "deployment",
            "assist",
            "rescue",
        ],
        objects: &[],
    },
    Cue {
        act: Act::Intervene,
        heads: &[
            "take", "send", "call", "hold", "put", "use", "provide", "offer", "give", "support", "increase",
            "continue", "do", "summon", "step", "keep", "assume", "bring", "exert", "schedule", "help",
            "find", "join", "back", "appoint", "mediate", "dispatch", "show",
        ],
        objects: &[
            "step",
            "action",
            "measure",
            "help",
            "session",
            "meeting",
            "assistance",
            "troop",
            "force",
            "peacekeeper",
            "pressure",
            "effort",
            "role",
            "responsibility",
            "in",
            "means",
            "mission",
            "support",
            "search",
            "diver",
            "more",
            "observer",
            "solidarity",
            "weapon",
            "monitor",
        ],
    },
    Cue {
        act: Act::Intervene,
        heads: &[
            "help",
            "assistance",
            "meeting",
            "session",
            "support",
            "peacekeeper",
            "peacekeepers",
            "action",
            "mission",
        ],
        objects: &[],
    },
];

/// Words after which the rest is no longer what is asked for.
const STOPS: &[&str] = &[
    "after",
    "because",
    "as",
    "while",
    "amid",
    "following",
    "which",
    "who",
    "whose",
    "where",
    "when",
    "since",
    "despite",
    "unless",
    "if",
    "until",
    "otherwise",
    "saying",
    "adding",
    "although",
    "though",
    "whereas",
    "warning",
    "that's",
    "before",
    "so",
    "citing",
    "accusing",
    "calling",
    "but",
    "arguing",
    "said",
    "says",
    "describing",
    "whom",
    "against",
];

/// Words that make "aid" and its like a part of a name for people.
const COMPOUNDS: &[&str] = &[
    "worker",
    "workers",
    "agency",
    "agencies",
    "group",
    "groups",
    "staff",
    "official",
    "officials",
    "organisation",
    "organisations",
    "organizations",
    "minister",
    "chief",
    "programme",
];

/// The acts asked for in `window`, the first words of which belong to the verb or noun asked for; [`Act::Other`] when
/// no class fits, nothing when the window is empty.
pub(super) fn acts(view: View<'_>, window: Range<usize>) -> Vec<Act> {
    let window = cut(view, window);
    if window.is_empty() {
        return Vec::new();
    }
    let mut acts = Vec::new();
    for (index, part) in conjuncts(view, window.clone()).into_iter().enumerate() {
        if let Some(act) = act_of(view, part.clone(), index == 0)
            && !acts.contains(&act)
        {
            acts.push(act);
        }
    }
    if acts.is_empty() {
        // "Leave" alone: forces and envoys withdraw.
        let leaves = window.clone().take(5).any(|at| view.is(at, &["leave"]))
            || view.is(window.start, &["go"]) && !view.is(window.start + 1, &["to", "on", "home", "and"]);
        acts.push(if leaves { Act::Withdraw } else { Act::Other });
    }
    acts
}

/// The one act of a stretch, or nothing.
pub(super) fn act_within(view: View<'_>, window: Range<usize>) -> Option<Act> {
    act_of(view, cut(view, window), true)
}

/// Ends the window where something else begins.
pub(super) fn cut(view: View<'_>, window: Range<usize>) -> Range<usize> {
    let mut marks = 0;
    for at in window.clone() {
        let word = view.word(at);
        marks += usize::from(matches!(word, "\"" | "“" | "”"));
        let opens_aside = matches!(word, "," | "—" | "–" | ";" | "(") && !continues(view, at);
        let stops = STOPS.contains(&word)
            && at > window.start
            && !(word == "against" || word == "as" && view.is(at + 1, &["well"]));
        let closing = word == "”" && view.is(at.saturating_sub(1), &[","]) || (marks > 2);
        if opens_aside || stops || closing || matches!(word, "." | ";" | ":" | "!") && at + 1 >= view.end {
            return window.start..at;
        }
    }
    window
}

/// A comma inside a list of things asked for: what follows is a verb or a noun phrase that "and" closes.
fn continues(view: View<'_>, comma: usize) -> bool {
    if view.is(comma + 1, &["and", "to", "or"]) {
        return !view.is(comma + 2, &["said", "he", "she", "it", "they", "that"]);
    }
    if view.is(comma + 1, &["immediately", "urgently", "without", "unconditionally"]) {
        return true;
    }
    let verb = matches!(view.form(comma + 1), VerbForm::Base)
        && matches!(view.tag(comma + 1), Tag::Verb | Tag::Noun);
    let near_and = (comma + 1..comma + 9).any(|at| view.is(at, &["and"]));
    let speech = (comma + 1..comma + 6).any(|at| {
        view.is(at, super::super::predicate::SPEECH)
            || view.is(at, &["which", "who", "a", "the"]) && at == comma + 1
    });
    near_and && (verb || matches!(view.tag(comma + 1), Tag::Noun | Tag::Adjective)) && !speech
}

/// The parts of "stop firing, release the prisoners and begin talks".
fn conjuncts(view: View<'_>, window: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = window.start;
    for at in window.clone() {
        if view.is(at, &["and", ",", "or", "&"]) && at > start {
            parts.push(start..at);
            start = at + 1;
        }
    }
    if start < window.end {
        parts.push(start..window.end);
    }
    parts
}

/// The class of one part: the cue whose head comes first. A later part must begin with its head, for "attacks on
/// civilians and aid workers" asks for one thing.
fn act_of(view: View<'_>, part: Range<usize>, first: bool) -> Option<Act> {
    let reach = if first { part.end } else { part.end.min(part.start + 4) };
    for at in part.start..reach {
        if matches!(view.tag(at), Tag::Determiner | Tag::Punct)
            || COMPOUNDS.contains(&view.word(at + 1)) && !view.is(at, &["free", "release", "let"])
        {
            continue;
        }
        for cue in CUES {
            if !is_any(view, at, cue.heads) {
                continue;
            }
            // "acts of war", "an act of": a noun that asks for nothing.
            if view.is(at, &["act", "acts", "response"]) && view.is(at + 1, &["of"]) {
                continue;
            }
            if view.is(at, &["free"])
                && view.is(at + 1, &["and", "elections", "election", "press", "trade", "speech", "vote"])
            {
                continue;
            }
            if cue.objects.is_empty() {
                return Some(cue.act);
            }
            let around = at.saturating_sub(5).max(part.start)..(at + 9).min(part.end.max(at + 1));
            let object = around.clone().any(|other| {
                other != at && is_any(view, other, cue.objects) && !COMPOUNDS.contains(&view.word(other + 1))
            });
            if object {
                return Some(cue.act);
            }
        }
    }
    None
}

/// Whether a word or its base form is in a list.
pub(super) fn is_any(view: View<'_>, at: usize, list: &[&str]) -> bool {
    let word = view.word(at);
    if word.is_empty() {
        return false;
    }
    list.contains(&word) || list.contains(&&*lemma::noun(word)) || list.contains(&&*lemma::verb(word))
}
