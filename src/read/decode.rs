//! Bytes to characters. Comes in: the bytes of one file, record or line. Goes out: text with the name of its charset, or
//! why it is not text. A byte order mark decides; else valid UTF-8; else the charset its sender named; else the guess
//! that browsers make. Never drops a byte silently: what cannot be decoded becomes U+FFFD.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

use super::error::Reason;

/// How files that are certainly not text begin.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a WebP image or a sound file"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive, or a document in one (.docx, .odt)"),
    (b"\x1f\x8b", "gzip data; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "zstd data; unpack it first"),
    (b"\xfd7zXZ", "xz data; unpack it first"),
    (b"BZh9", "bzip2 data; unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
];

/// One character in fifty that is a control character or undecodable makes a text binary: real text has none.
const NOISE_SHARE: usize = 50;

/// The text of `bytes` and the name of the charset it was in.
///
/// `named` is the charset that the sender stated, used when the bytes themselves do not say otherwise.
pub(super) fn decode<'a>(
    bytes: &'a [u8],
    named: Option<&'static Encoding>,
) -> Result<(Cow<'a, str>, &'static str), Reason> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return if is_noise(&text) {
            Err(Reason::Binary("it has a byte order mark, but what follows does not decode"))
        } else {
            Ok((text, encoding.name()))
        };
    }
    if let Some((_, what)) = SIGNATURES.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Err(Reason::Binary(what));
    }
    if bytes.contains(&0) {
        return Err(Reason::Binary("it holds NUL bytes: binary data, or UTF-16 without a byte order mark"));
    }
    let (text, charset) = match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), UTF_8.name()),
        Err(_) => decode_legacy(bytes, named),
    };
    if is_noise(&text) {
        return Err(Reason::Binary("too many of its characters are control characters or undecodable"));
    }
    Ok((text, charset))
}

/// Bytes that are not UTF-8 throughout.
fn decode_legacy<'a>(bytes: &'a [u8], named: Option<&'static Encoding>) -> (Cow<'a, str>, &'static str) {
    // A UTF-8 text cut in the middle of a character is still UTF-8: guessing would spoil all its other accents.
    let (mut sound, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    if sound >= 2 * broken {
        return (String::from_utf8_lossy(bytes), UTF_8.name());
    }
    let encoding = named.unwrap_or_else(|| {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(bytes, true);
        detector.guess(None, Utf8Detection::Deny)
    });
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    (text, encoding.name())
}

fn is_noise(text: &str) -> bool {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')) {
        return false;
    }
    let (mut all, mut noise) = (0_usize, 0_usize);
    for character in text.chars() {
        all += 1;
        let is_break = matches!(character, '\n' | '\r' | '\t' | '\u{c}' | '\u{85}');
        noise += usize::from((character.is_control() && !is_break) || character == '\u{fffd}');
    }
    noise * NOISE_SHARE > all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], text: &str, charset: &str) {
        let (found, name) = decode(bytes, None).expect("is text");
        assert_eq!((found.as_ref(), name), (text, charset));
    }

    #[test]
    fn marks_decide_the_charset() {
        check(b"\xef\xbb\xbfabc", "abc", "UTF-8");
        check(b"\xff\xfea\0b\0", "ab", "UTF-16LE");
        check(b"\xfe\xff\0a\0b", "ab", "UTF-16BE");
    }

    #[test]
    fn legacy_charsets_are_recognised() {
        let bytes = b"The caf\xe9 in Saint-Andr\xe9 was hit, the mayor\x92s office said on Tuesday";
        check(bytes, "The café in Saint-André was hit, the mayor’s office said on Tuesday", "windows-1252");
    }

    #[test]
    fn a_stated_charset_is_believed_when_the_bytes_allow_it() {
        let named = Encoding::for_label(b"iso-8859-2");
        assert_eq!(decode(b"Ma\xb3y", named).expect("is text"), (Cow::Borrowed("Mały"), "ISO-8859-2"));
        assert_eq!(decode("Mały".as_bytes(), named).expect("is text").1, "UTF-8");
    }

    #[test]
    fn utf_8_cut_in_a_character_stays_utf_8() {
        let text = "“Ten people were hurt,” the mayor’s office said in a statement to reporters at noon: “";
        let cut = &text.as_bytes()[..text.len() - 1];
        let (found, charset) = decode(cut, None).expect("is text");
        assert!(found.starts_with("“Ten people") && found.ends_with('\u{fffd}'));
        assert_eq!(charset, "UTF-8");
    }

    #[test]
    fn binary_content_is_refused_by_name() {
        assert_eq!(decode(b"\x89PNG\r\n\x1a\n", None), Err(Reason::Binary("a PNG image")));
        assert!(matches!(decode(b"ab\0cd", None), Err(Reason::Binary(why)) if why.contains("NUL")));
        let noise: Vec<u8> =
            (0..4000_u32).map(|at| u8::try_from(at * 7 % 251 + 1).unwrap_or_default()).collect();
        assert!(matches!(decode(&noise, None), Err(Reason::Binary(_))));
    }
}
