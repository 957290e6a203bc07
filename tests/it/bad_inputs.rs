//! Whatever is put into the inbox is read, or set aside with a reason; the daemon lives and the next report is told.

use std::fs;

use fastrand::Rng;

use crate::harness::{Place, Receiver, reports};
use crate::restart::{PATIENCE, finish, stop, told_to, undisturbed};

/// What must become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Set aside, with this word in its reason.
    Failed(&'static str),
    /// Read, though nothing may be found in it.
    Read,
    /// Either, as long as it is one of them.
    Settled,
}

/// Files nobody should send, and what must become of each.
fn bad_files() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let mut random = Rng::with_seed(3);
    let mut noise: Vec<u8> = (0..20_000).map(|_| random.u8(..)).collect();
    noise[0] = 0;
    let english = "The council met on Monday and talked for hours about the price of water in the valley. ";
    let utf16: Vec<u8> = std::iter::once(0xfeff_u16)
        .chain(format!("Council meets\n\n{}", english.repeat(5)).encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut broken = format!("Council meets\n\n{}", english.repeat(5)).into_bytes();
    broken.splice(40..40, *b"\xff\xfe\xc3\x28");
    let zero_width = format!("Council meets\n\n{}", english.replace(' ', " \u{200b}\u{200d}").repeat(3));
    let mirrored =
        format!("Council meets\n\n\u{202e}{}\u{202c}\u{2067}\u{05d0}\u{05d1}\u{2069}", english.repeat(3));
    vec![
        ("empty.txt", Vec::new(), Fate::Failed("empty")),
        ("blank.txt", b" \n\t\r\n  ".to_vec(), Fate::Failed("")),
        ("noise.txt", noise.clone(), Fate::Failed("")),
        ("noise.json", noise, Fate::Failed("")),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00".repeat(50), Fate::Failed("")),
        ("broken-utf8.txt", broken, Fate::Settled),
        ("utf16.txt", utf16, Fate::Read),
        ("large.txt", english.repeat(50 * 1024 * 1024 / english.len()).into_bytes(), Fate::Failed("bytes")),
        (
            "wrong-types.json",
            br#"{"id": 7, "title": ["a"], "text": {"b": 1}}"#.to_vec(),
            Fate::Failed("must be"),
        ),
        ("no-text.json", br#"{"title": "a"}"#.to_vec(), Fate::Failed("text")),
        ("null.json", b"null".to_vec(), Fate::Failed("")),
        ("list.json", b"[1, 2, 3]".to_vec(), Fate::Failed("")),
        ("half.json", br#"{"title": "a", "text": "b"#.to_vec(), Fate::Failed("")),
        ("deep.json", "[".repeat(200_000).into_bytes(), Fate::Failed("")),
        (
            "deep-field.json",
            format!("{{\"text\": {}1{}}}", "[".repeat(90_000), "]".repeat(90_000)).into(),
            Fate::Failed(""),
        ),
        ("bad-date.json", br#"{"published_at": "the day before", "text": "a b c"}"#.to_vec(), Fate::Settled),
        ("commas.txt", ",".repeat(1_000_000).into_bytes(), Fate::Settled),
        ("figures.txt", "killed 7 ".repeat(100_000).into_bytes(), Fate::Settled),
        (
            "arabic.txt",
            "عاد السكان إلى القرية يوم الاثنين بعد انتهاء العاصفة القوية. ".repeat(20).into(),
            Fate::Failed("language"),
        ),
        ("zero-width.txt", zero_width.into(), Fate::Read),
        ("mirrored.txt", mirrored.into(), Fate::Settled),
        ("endless.txt", "the council said that the valley and ".repeat(5_000).into(), Fate::Settled),
        ("one-word.txt", "a".repeat(1_500_000).into_bytes(), Fate::Settled),
        (
            "mixed.jsonl",
            format!("{{\"text\": \"Council meets\\n\\n{english}\"}}\n{{\"text\": 7}}\n").into(),
            Fate::Failed("line 2"),
        ),
        ("no-ending", format!("Council meets\n\n{english}").into(), Fate::Settled),
    ]
}

#[test]
fn each_bad_file_is_read_or_set_aside_with_a_reason() {
    let reports = reports(20_240_530, 2, 4);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let mut daemon = place.start();
    let files = bad_files();
    let (first, second) = reports.split_at(reports.len() / 2);
    for report in first {
        place.drop_in(report);
    }
    for (name, bytes, _) in &files {
        place.drop_bytes(name, bytes);
    }
    for report in second {
        place.drop_in(report);
    }
    let left = || {
        let (done, failed) = (place.names_in("done"), place.names_in("failed"));
        let settled = |name: &str| done.iter().chain(&failed).any(|settled| settled == name);
        files.iter().filter(|(name, ..)| !settled(name)).map(|(name, ..)| *name).collect::<Vec<_>>()
    };
    daemon.until("every bad file in done/ or failed/", PATIENCE, || left().is_empty());
    finish(&mut daemon, &receiver, &expected);
    stop(daemon);
    for (name, _, fate) in &files {
        assert_fate(&place, name, *fate);
    }
    let told = told_to(&receiver);
    let missing: Vec<_> = expected.ids().difference(&told.ids()).map(ToString::to_string).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn assert_fate(place: &Place, name: &str, fate: Fate) {
    let folder = place.inbox().join("failed");
    let failed = folder.join(name).exists();
    match fate {
        Fate::Failed(word) => {
            assert!(failed, "{name} was taken for a report");
            let reason = reason_of(place, name);
            assert!(reason.contains(word), "{name}: the reason does not name `{word}`: {reason}");
        }
        Fate::Read => assert!(!failed, "{name} was not read: {}", reason_of(place, name)),
        Fate::Settled => {}
    }
    if failed {
        let reason = reason_of(place, name);
        assert!(reason.trim().len() > 8, "{name}: `{reason}` is no reason");
    }
}

fn reason_of(place: &Place, name: &str) -> String {
    let path = place.inbox().join("failed").join(format!("{name}.reason.txt"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
