//! What reading promises, through its front door.

use proptest::prelude::*;

use super::*;
use crate::model::Article;

fn received_at() -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("a moment")
}

fn outcomes(bytes: &[u8], form: &str) -> Vec<Result<Article, ReadError>> {
    read(bytes, Some(form), received_at(), &ReadConfig::default()).collect()
}

fn only(bytes: &[u8], form: &str) -> Result<Article, ReadError> {
    let mut outcomes = outcomes(bytes, form);
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
    outcomes.remove(0)
}

fn refusal(bytes: &[u8], form: &str) -> String {
    only(bytes, form).expect_err("is refused").to_string()
}

#[test]
fn a_text_file_is_title_blank_line_body() {
    let article = only(b"\xef\xbb\xbfFire in port\r\n\r\nFour died.\r\n", "txt").expect("is read");
    assert_eq!(article.title, "Fire in port");
    assert_eq!(article.text, "Fire in port\n\nFour died.");
    assert_eq!(article.received_at, received_at());
}

#[test]
fn the_charset_is_told() {
    let config = ReadConfig::default();
    let wide: Vec<u8> = "\u{feff}Fire\n\nFour died.".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut articles = read(&wide, Some("txt"), received_at(), &config);
    assert_eq!(articles.next().expect("one").expect("is read").text, "Fire\n\nFour died.");
    assert_eq!(articles.charset(), "UTF-16LE");
}

#[test]
fn a_bad_line_is_one_failure_and_the_rest_goes_on() {
    let bytes = b"{\"text\":\"One died.\"}\n\n{\"title\":3,\"text\":\"x\"}\noops\n{\"text\":\"Two died.\"}";
    let outcomes = outcomes(bytes, "jsonl");
    let texts: Vec<_> = outcomes.iter().flatten().map(|article| article.text.as_str()).collect();
    assert_eq!(texts, ["One died.", "Two died."]);
    let errors: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    assert_eq!(errors.iter().map(|error| error.place).collect::<Vec<_>>(), [Place::Line(3), Place::Line(4)]);
    assert!(errors[0].to_string().starts_with("line 3: is JSON but not an article: `title` must be"));
    assert_eq!(&bytes[errors[1].bytes.clone()], b"oops");
}

#[test]
fn lines_in_utf_16_are_lines() {
    let text = "\u{feff}{\"text\":\"One died.\"}\r\n{\"text\":\"Two died.\"}\r\nx\r\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let outcomes = outcomes(&wide, "jsonl");
    assert_eq!(outcomes.iter().flatten().count(), 2);
    assert_eq!(outcomes[2].as_ref().expect_err("is bad").bytes, 0..wide.len());
}

#[test]
fn one_line_in_another_charset_spoils_no_other() {
    let bytes = b"{\"text\":\"Caf\xc3\xa9 hit.\"}\n{\"text\":\"The caf\xe9 in Montr\xe9al was hit.\"}\n";
    let texts: Vec<_> =
        outcomes(bytes, "jsonl").into_iter().map(|outcome| outcome.expect("is read").text).collect();
    assert_eq!(texts, ["Café hit.", "The café in Montréal was hit."]);
}

#[test]
fn bad_lines_without_end_are_counted() {
    let outcomes = outcomes("x\n".repeat(5000).as_bytes(), "jsonl");
    assert_eq!(outcomes.len(), articles::BAD_RECORDS_MAX + 1);
    let last = outcomes.last().expect("one").as_ref().expect_err("is bad");
    assert_eq!(last.reason, Reason::FurtherLines(4000, articles::BAD_RECORDS_MAX));
}

#[test]
fn nothing_is_refused_as_nothing() {
    for (bytes, form) in
        [(&b""[..], "txt"), (b"\xef\xbb\xbf \r\n", "txt"), (b"", "json"), (b"\n\n", "jsonl"), (b"", "jsonl")]
    {
        assert_eq!(only(bytes, form).expect_err("is refused").reason, Reason::Empty, "{form}");
    }
    assert_eq!(
        only(b"{\"title\":\"Fire\",\"text\":\"\\u200b\"}", "json").expect_err("").reason,
        Reason::Empty
    );
    assert_eq!(only(",".repeat(1_000_000).as_bytes(), "txt").expect_err("").reason, Reason::NoWords);
}

#[test]
fn what_is_too_large_is_refused_with_the_cure() {
    let config = ReadConfig { article_bytes_max: 40 };
    let long = format!("{{\"text\":\"{}\"}}\n{{\"text\":\"One died.\"}}\n", "x".repeat(60));
    let outcomes: Vec<_> = read(long.as_bytes(), Some("jsonl"), received_at(), &config).collect();
    assert!(outcomes[0].as_ref().expect_err("is refused").to_string().contains("raise `article_bytes_max`"));
    assert!(outcomes[1].is_ok());
    let text = "word ".repeat(20);
    assert!(read(text.as_bytes(), None, received_at(), &config).all(|outcome| outcome.is_err()));
}

#[test]
fn other_forms_are_named() {
    assert!(refusal(b"<!DOCTYPE html><p>Four died.", "txt").contains("is HTML"));
    assert!(refusal(b"a,b", "csv").contains("`csv`"));
    assert!(refusal(b"%PDF-1.7", "txt").contains("a PDF document"));
}

#[test]
fn another_language_is_set_aside() {
    let text = "Brand in Neustadt\n\nBei dem Brand in einer Lagerhalle am Hafen sind am Dienstag vier Arbeiter ums Leben \
                gekommen, wie die Feuerwehr am Abend mitteilte, weitere zwölf wurden in die Klinik gebracht, darunter drei \
                Lehrlinge.";
    let error = only(text.as_bytes(), "txt").expect_err("is set aside");
    assert!(error.reason.is_set_aside());
    assert!(error.to_string().contains("German"), "{error}");
}

#[test]
fn an_event_is_taken_out_of_its_envelope() {
    let json = br#"{"specversion":"1.0","type":"t","source":"/s","id":"1","datacontenttype":"text/plain","data":"Fire\n\nFour died."}"#;
    assert_eq!(only(json, "application/cloudevents+json").expect("is read").title, "Fire");
}

/// Holds for whatever was accepted.
fn is_sound(article: &Article) -> bool {
    !article.text.trim().is_empty()
        && !article.id.is_empty()
        && article.text.starts_with(&article.title)
        && article.text.is_char_boundary(article.body_start())
        && !article.text.contains(['\r', '\0', '\u{200b}', '\u{202e}'])
        && !article.title.contains('\n')
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600), form in form()) {
        let outcomes: Vec<_> = read(&bytes, form, received_at(), &ReadConfig::default()).collect();
        prop_assert!(!outcomes.is_empty());
        for outcome in outcomes {
            match outcome {
                Ok(article) => prop_assert!(is_sound(&article), "{article:?}"),
                Err(error) => prop_assert!(bytes.get(error.bytes).is_some()),
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}[\r\n\u{200b}\u{202e}\u{0}]{0,4}\\PC{0,200}", form in form()) {
        for article in read(text.as_bytes(), form, received_at(), &ReadConfig::default()).flatten() {
            prop_assert!(is_sound(&article), "{article:?}");
        }
    }

    #[test]
    fn json_gives_the_same_article_as_text(title in "[A-Za-z][a-z ]{0,30}[a-z]", body in "[A-Za-z][a-zé0-9 .]{0,30}[a-z]") {
        let json = serde_json::json!({ "title": title, "text": body }).to_string();
        let text = format!("{title}\r\n\r\n{body}\r\n");
        prop_assert_eq!(only(json.as_bytes(), "json"), only(text.as_bytes(), "txt"));
    }
}

fn form() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![
        None,
        Some("txt"),
        Some("json"),
        Some("jsonl"),
        Some("application/cloudevents+json"),
    ])
}
