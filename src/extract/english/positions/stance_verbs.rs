//! The verbs of stance, and how each takes its target. A verb goes in, its stance and frame come out. Knows nothing of
//! sentences.

use crate::model::Stance;

/// How a verb takes its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// "condemn X".
    Object,
    /// "accuse X of V-ing".
    Of,
    /// "blame X for N", "blame N on X".
    Blame,
    /// "hold X responsible".
    Hold,
    /// "refuse to V", "refuse N".
    Refuse,
    /// "agree to V", "agree to N", "agree on N", "agree that".
    Agree,
    /// "vow to V", "vow that", "promise N".
    Commit,
    /// "turn down N", "rule out N": the particle follows at once or after the object.
    Down(&'static [&'static str]),
    /// "side with X", "warn against N".
    With(&'static [&'static str]),
    /// "dismiss N": a denial or a refusal, told by N.
    Dismiss,
    /// "volunteer", with or without "to".
    Volunteer,
    /// "say that" with a wrong: "alleged that".
    That,
}

/// CAMEO 11 (disapprove: 111 criticise, 112 accuse), 12 (reject), 13 (threaten), 05 (support: 051 praise), 03/08
/// (agree, yield), 128 (veto); PLOVER ACCUSE, REJECT, THREATEN, SUPPORT, AGREE, CONCEDE. Denials are 114 in CAMEO.
pub(super) const VERBS: &[(&str, Stance, Frame)] = &[
    ("condemn", Stance::Condemn, Frame::Object),
    ("denounce", Stance::Condemn, Frame::Object),
    ("criticise", Stance::Condemn, Frame::Object),
    ("criticize", Stance::Condemn, Frame::Object),
    ("decry", Stance::Condemn, Frame::Object),
    ("deplore", Stance::Condemn, Frame::Object),
    ("slam", Stance::Condemn, Frame::Object),
    ("lambast", Stance::Condemn, Frame::Object),
    ("lambaste", Stance::Condemn, Frame::Object),
    ("blast", Stance::Condemn, Frame::Object),
    ("castigate", Stance::Condemn, Frame::Object),
    ("rebuke", Stance::Condemn, Frame::Object),
    ("censure", Stance::Condemn, Frame::Object),
    ("excoriate", Stance::Condemn, Frame::Object),
    ("reprimand", Stance::Condemn, Frame::Object),
    ("vilify", Stance::Condemn, Frame::Object),
    ("complain", Stance::Condemn, Frame::That),
    ("accuse", Stance::Accuse, Frame::Of),
    ("blame", Stance::Accuse, Frame::Blame),
    ("fault", Stance::Accuse, Frame::Blame),
    ("allege", Stance::Accuse, Frame::That),
    ("hold", Stance::Accuse, Frame::Hold),
    ("charge", Stance::Accuse, Frame::With(&["with"])),
    ("deny", Stance::Deny, Frame::Object),
    ("refute", Stance::Deny, Frame::Object),
    ("disown", Stance::Deny, Frame::Object),
    ("dispute", Stance::Deny, Frame::Object),
    ("rebut", Stance::Deny, Frame::Object),
    ("reject", Stance::Reject, Frame::Dismiss),
    ("dismiss", Stance::Reject, Frame::Dismiss),
    ("rebuff", Stance::Reject, Frame::Dismiss),
    ("spurn", Stance::Reject, Frame::Object),
    ("snub", Stance::Reject, Frame::Object),
    ("oppose", Stance::Reject, Frame::Object),
    ("veto", Stance::Reject, Frame::Object),
    ("refuse", Stance::Reject, Frame::Refuse),
    ("decline", Stance::Reject, Frame::Refuse),
    ("turn", Stance::Reject, Frame::Down(&["down"])),
    ("rule", Stance::Reject, Frame::Down(&["out"])),
    ("shoot", Stance::Reject, Frame::Down(&["down"])),
    ("brush", Stance::Reject, Frame::Down(&["aside", "off"])),
    ("warn", Stance::Reject, Frame::With(&["against"])),
    ("accept", Stance::Accept, Frame::Object),
    ("agree", Stance::Accept, Frame::Agree),
    ("consent", Stance::Accept, Frame::Agree),
    ("approve", Stance::Accept, Frame::Object),
    ("bow", Stance::Accept, Frame::With(&["to"])),
    ("yield", Stance::Accept, Frame::With(&["to"])),
    ("offer", Stance::Offer, Frame::Commit),
    ("propose", Stance::Offer, Frame::Commit),
    ("volunteer", Stance::Offer, Frame::Volunteer),
    ("take", Stance::Accept, Frame::Down(&["up"])),
    ("intend", Stance::Vow, Frame::Commit),
    ("resolve", Stance::Vow, Frame::Commit),
    ("vow", Stance::Vow, Frame::Commit),
    ("pledge", Stance::Vow, Frame::Commit),
    ("promise", Stance::Vow, Frame::Commit),
    ("threaten", Stance::Vow, Frame::Commit),
    ("swear", Stance::Vow, Frame::Commit),
    ("support", Stance::Support, Frame::Object),
    ("back", Stance::Support, Frame::Object),
    ("endorse", Stance::Support, Frame::Object),
    ("welcome", Stance::Support, Frame::Object),
    ("praise", Stance::Support, Frame::Object),
    ("hail", Stance::Support, Frame::Object),
    ("applaud", Stance::Support, Frame::Object),
    ("commend", Stance::Support, Frame::Object),
    ("laud", Stance::Support, Frame::Object),
    ("defend", Stance::Support, Frame::Object),
    ("side", Stance::Support, Frame::With(&["with"])),
    ("stand", Stance::Support, Frame::With(&["by", "with", "behind"])),
    ("rally", Stance::Support, Frame::With(&["behind"])),
];
