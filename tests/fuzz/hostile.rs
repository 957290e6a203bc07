//! Inputs that nobody should send. Comes in: about how many bytes. Goes out: an input of one bad kind, of that length.

/// A name, and how to make one of about a given length.
pub(crate) type Hostile = (&'static str, fn(usize) -> Vec<u8>);

/// Every kind.
pub(crate) const INPUTS: &[Hostile] = &[
    ("empty", |_| Vec::new()),
    ("spaces", |size| b" \t\r\n".repeat(size / 4)),
    ("noise", |size| (0_u32..).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).take(size).collect()),
    ("every byte but zero", |size| (1..=255_u8).cycle().take(size).collect()),
    ("cut characters", |size| {
        "“Déjà” ".repeat(size / 12).into_bytes().into_iter().filter(|b| *b != 0x80).collect()
    }),
    ("commas", |size| format!("Fire in port\n\n{}", ",".repeat(size)).into()),
    ("figures", |size| format!("Fire in port\n\n{}", "12 345 6 ".repeat(size / 9)).into()),
    ("figures with words", |size| format!("Fire in port\n\n{}", "killed 7 ".repeat(size / 9)).into()),
    ("one endless word", |size| "a".repeat(size).into()),
    ("one endless number", |size| {
        format!("Fire in port\n\nAt least {} people died.", "9".repeat(size)).into()
    }),
    ("number words", |size| {
        format!("Fire in port\n\n{} died.", "twenty-nine hundred and ".repeat(size / 24)).into()
    }),
    ("no sentence end", |size| {
        let words = "at least 29 people were killed and the minister demanded that they leave ";
        format!("Fire in port\n\n{}", words.repeat(size / words.len())).into()
    }),
    ("sentence ends only", |size| format!("Fire in port\n\n{}", ". ! ? ".repeat(size / 6)).into()),
    ("abbreviations", |size| format!("Fire in port\n\n{}", "Mr. U.S. p.m. No. 5. ".repeat(size / 21)).into()),
    ("quotation marks", |size| format!("Fire in port\n\n{}", "“he said” \"".repeat(size / 15)).into()),
    ("open quotations", |size| format!("Fire in port\n\n{}", "“ she said ".repeat(size / 13)).into()),
    ("brackets", |size| format!("Fire in port\n\n{}", "(of whom 5 ".repeat(size / 11)).into()),
    ("short lines", |size| "a\n\n".repeat(size / 3).into()),
    ("names", |size| format!("Fire in port\n\n{}", "Anna Berg of Norway, ".repeat(size / 21)).into()),
    ("said chains", |size| format!("Fire in port\n\n{}", "Berg said Holt said ".repeat(size / 20)).into()),
    ("casualties", |size| {
        let words = "At least 29 people were killed, among them two children, the ministry said. ";
        format!("Fire in port\n\n{}", words.repeat(size / words.len())).into()
    }),
    ("demands", |size| {
        let words = "Norland demanded that Sudria withdraw its troops by Friday or face sanctions. ";
        format!("Row at sea\n\n{}", words.repeat(size / words.len())).into()
    }),
    ("other direction", |size| {
        let words = "\u{202e}killed 25\u{202c} \u{2067}\u{5d0}\u{5d1}\u{2069} and \u{200f}29\u{200e} died. ";
        format!("Fire in port\n\n{}", words.repeat(size / words.len())).into()
    }),
    ("zero width", |size| {
        let words = "2\u{200b}9 pe\u{200d}ople w\u{ad}ere kil\u{feff}led. ";
        format!("Fire in port\n\n{}", words.repeat(size / words.len())).into()
    }),
    ("accents on accents", |size| {
        format!("Fire in port\n\nA{} died.", "\u{301}\u{323}".repeat(size / 4)).into()
    }),
    ("nested lists", |size| "[".repeat(size).into()),
    ("nested objects", |size| "{\"data\":".repeat(size / 8).into()),
    ("nested unknown field", |size| {
        let (open, close) = ("[".repeat(size / 2), "]".repeat(size / 2));
        format!("{{\"x\":{open}{close},\"text\":\"Four people died.\"}}").into()
    }),
    ("wrong types", |size| format!("{{\"title\":{{}},\"text\":[{}0]}}", "1,".repeat(size / 2)).into()),
    ("many fields", |size| format!("{{{}\"text\":\"Four died.\"}}", "\"x\":null,".repeat(size / 9)).into()),
    ("escapes", |size| {
        format!("{{\"text\":\"Four died. {}\"}}", "\\u0000\\ud83d\\ude00\\n".repeat(size / 20)).into()
    }),
    ("lone surrogate", |_| b"{\"text\":\"a \\ud800 b\"}".to_vec()),
    ("json lines", |size| "{\"text\":\"Four people died in the fire.\"}\n".repeat(size / 42).into()),
    ("bad lines", |size| "{\"text\":\"Four died.\"}\n{\"text\":7}\nx\n".repeat(size / 36).into()),
    ("wide", |size| {
        let text = "\u{feff}Fire in port\n\nAt least 29 people were killed. ".repeat(size / 96);
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }),
    ("odd wide", |size| [&b"\xff\xfe"[..], &b"\x00\xd8a".repeat(size / 3)].concat()),
];
