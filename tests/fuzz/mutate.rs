//! Changes by chance. Comes in: sound reports and a source of chance. Goes out: reports that are almost sound, which go
//! deeper than noise would.

use fastrand::Rng;

use crate::hostile;

/// What is put in: characters and words on which readers stumble.
const PIECES: &[&str] = &[
    "\0",
    "\r",
    "\n\n",
    "\u{feff}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{ad}",
    "\u{301}",
    "\u{a0}",
    "\u{2028}",
    "\u{1f468}\u{200d}\u{1f469}",
    "İ",
    "ſ",
    "ŉ",
    "ﬀ",
    "９",
    "٢٩",
    "½",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "“",
    "”",
    "’",
    "—",
    "…",
    ". ",
    "! ",
    "?\n",
    " Mr. ",
    "U.S.",
    "p.m.",
    " 0 ",
    " 29 ",
    "1,234,567",
    "1.5 million",
    "twenty-nine",
    " dozens of ",
    "at least ",
    "nearly ",
    " not ",
    " killed ",
    " were wounded ",
    "people",
    "among them ",
    " a dozen ",
    "18446744073709551616",
    "-5",
    "25-30",
    " from 25 to 29 ",
    "according to ",
    " said ",
    "the ministry ",
    " demanded ",
    " that ",
    " unless ",
    " called on ",
    "Norland",
    "Sudria",
    "\"text\":",
    "\"title\":null,",
    "9999-99-99",
];

/// Longest input made here: most flaws show in little, and little is fast.
const BYTES_MAX: usize = 8 * 1024;

/// Sound reports, and bad ones of a modest length.
pub(crate) fn corpus() -> Vec<Vec<u8>> {
    let seeds =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds")).expect("the seeds are there");
    let mut paths: Vec<_> = seeds.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    paths.sort();
    let mut corpus: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    // The same as text, so that changes reach the words and not only the JSON around them.
    for bytes in corpus.clone() {
        if let Ok(json) = serde_json::from_slice::<serde_json::Value>(&bytes) {
            let part =
                |name: &str| json.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
            corpus.push(format!("{}\n\n{}", part("title"), part("text")).into());
        }
    }
    assert!(corpus.len() > 1, "there are no seeds");
    corpus.extend(hostile::INPUTS.iter().map(|(_, make)| make(600)));
    corpus
}

/// A changed report: some to many changes, each of a kind.
pub(crate) fn mutate(corpus: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = rng.choice(corpus).cloned().unwrap_or_default();
    // Half of the time only a window: rules meet odd beginnings and ends.
    if rng.bool() && bytes.len() > 200 {
        let start = rng.usize(..bytes.len() - 100);
        let end = (start + rng.usize(100..2000)).min(bytes.len());
        bytes = bytes.drain(start..end).collect();
    }
    for _ in 0..1 << rng.usize(..6) {
        change(&mut bytes, corpus, rng);
    }
    bytes.truncate(BYTES_MAX);
    bytes
}

fn change(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], rng: &mut Rng) {
    let at = rng.usize(..=bytes.len());
    let piece = rng.choice(PIECES).copied().unwrap_or_default().as_bytes();
    let range = |rng: &mut Rng, bytes: &[u8], longest: usize| {
        let start = rng.usize(..=bytes.len());
        start..(start + rng.usize(..longest)).min(bytes.len())
    };
    match rng.u8(..10) {
        0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << rng.u8(..8)),
        1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = rng.u8(..)),
        2..=4 => drop(bytes.splice(at..at, piece.iter().copied())),
        5 => drop(bytes.splice(at..at, piece.repeat(rng.usize(1..30)))),
        6 => drop(bytes.drain(range(rng, bytes, 40))),
        7 => {
            let again = bytes.get(range(rng, bytes, 200)).unwrap_or_default().to_vec();
            drop(bytes.splice(at..at, again));
        }
        8 => {
            let other = rng.choice(corpus).map(Vec::as_slice).unwrap_or_default();
            let part = other.get(range(rng, other, 300)).unwrap_or_default().to_vec();
            drop(bytes.splice(at..at, part));
        }
        _ => bytes.truncate(bytes.len() - bytes.len().min(rng.usize(..30))),
    }
}
