//! Tests of Slack blocks against Slack's own limits, whatever the texts are.

use proptest::prelude::*;

use super::*;
use crate::outputs::samples;

fn texts(post: &Value) -> Vec<(String, String)> {
    fn collect(value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(fields) => {
                if let (Some(Value::String(kind)), Some(Value::String(text))) =
                    (fields.get("type"), fields.get("text"))
                {
                    found.push((kind.clone(), text.clone()));
                }
                fields.values().for_each(|value| collect(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(&post["blocks"], &mut found);
    found
}

/// Slack's own limits, not the ones above.
fn assert_acceptable(post: &Value) {
    let blocks = post["blocks"].as_array().unwrap();
    assert!((1..=50).contains(&blocks.len()), "{} blocks", blocks.len());
    for block in blocks {
        let text = |value: &Value| value.as_str().unwrap().chars().count();
        match block["type"].as_str().unwrap() {
            "header" => {
                assert_eq!(block["text"]["type"], "plain_text");
                assert!((1..=150).contains(&text(&block["text"]["text"])));
            }
            "section" => assert!((1..=3000).contains(&text(&block["text"]["text"]))),
            "context" => {
                let elements = block["elements"].as_array().unwrap();
                assert!((1..=10).contains(&elements.len()));
                assert!(elements.iter().all(|element| (1..=2000).contains(&text(&element["text"]))));
            }
            other => panic!("an unknown block: {other}"),
        }
    }
    let fallback = post["text"].as_str().unwrap();
    assert!((1..=4000).contains(&fallback.chars().count()));
    let whole = post.to_string().encode_utf16().count();
    assert!(whole < 12_000, "the whole has {whole} characters");
    for (kind, text) in texts(post).into_iter().chain([("text".to_owned(), fallback.to_owned())]) {
        assert_no_markup(&kind, &text);
    }
}

/// Nothing of others is read as markup: `<` only opens our own links, and every `&` is one of three entities.
fn assert_no_markup(kind: &str, text: &str) {
    for (at, _) in text.match_indices('<') {
        assert!(text.split_at(at).1.starts_with("<http") && kind == "mrkdwn", "a foreign < in {text}");
    }
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;"].iter().any(|entity| text.split_at(at).1.starts_with(entity));
        assert!(known, "a bare & in {text}");
    }
    // A header is plain text, and addresses of links are not read as markup.
    let spoken = text.split('<').map(|part| part.strip_prefix("http").map_or(part, after_address));
    let spoken: String = if kind == "plain_text" { String::new() } else { spoken.collect() };
    assert!(!spoken.contains(['`', '~']), "markup in {text}");
}

fn after_address(link: &str) -> &str {
    link.split_once('|').map_or("", |(_, words)| words)
}

fn first_section(post: &Value) -> String {
    post["blocks"][1]["text"]["text"].as_str().unwrap().to_owned()
}

#[test]
fn shows_before_and_after_the_changed_words_and_who_says_so() {
    let post = post(&samples::message(vec![samples::toll_rises()]));
    assert_acceptable(&post);
    assert_eq!(
        first_section(&post),
        "*killed: 25 → at least 29* (Freedonia side)\n\
         > The harbour master said that *at least 29* people had been killed\n\
         the harbour master · 2 independent sources\n\
         _rose from 25 to at least 29_"
    );
    assert_eq!(
        post["blocks"][2]["elements"][0]["text"],
        "<https://post.example.org/toll?a=1&amp;b=2|Toll rises in Freedonia> · The Osterlich Post"
    );
    assert_eq!(post["text"], "Fighting in Freedonia\nkilled: 25 → at least 29 (Freedonia side)");
}

#[test]
fn lets_no_quote_call_the_channel_or_write_markup() {
    let mut alert = samples::toll_rises();
    alert.evidence.quote = "<!channel> *29* _dead_ `x` ~y~ :wave: a&b <https://evil.example|here>".into();
    alert.quote_before = None;
    alert.article_title = "x|y> <@U1>".into();
    alert.url = Some("https://example.org/a|b>c d".into());
    let post = post(&samples::message(vec![alert]));
    assert_acceptable(&post);
    let section = first_section(&post);
    assert!(
        section.contains(
            "> &lt;!channel&gt; *∗29∗* ˍdeadˍ ˋxˋ ∼y∼ ꞉wave: a&amp;b &lt;https://evil.example|here&gt;\n"
        ),
        "{section}"
    );
    let context = post["blocks"][2]["elements"][0]["text"].as_str().unwrap();
    assert!(context.starts_with("<https://example.org/a%7Cb%3Ec%20d|x|y&gt; &lt;@U1&gt;> · "), "{context}");
}

#[test]
fn shows_a_long_quote_around_its_changed_words() {
    let mut alert = samples::toll_rises();
    let tail = "and the uninterrupted searching continues ".repeat(20);
    let before = format!("{}25 were killed {tail}", "it was said that ".repeat(20));
    alert.evidence.quote = before.replace("25 were", "29 were");
    alert.quote_before = Some(before);
    let section = first_section(&post(&samples::message(vec![alert])));
    assert!(
        section.contains("> …")
            && section.contains(" *29* were killed")
            && section.contains("…\nthe harbour"),
        "{section}"
    );
}

#[test]
fn counts_the_changes_that_find_no_room() {
    let post = post(&samples::message(vec![samples::demand(crate::model::ChangeKind::Hardened); 500]));
    assert_acceptable(&post);
    let last = texts(&post).into_iter().rev().find(|(_, text)| text.contains("more changes")).unwrap();
    let shown =
        texts(&post).iter().map(|(_, text)| text.matches("demand for disarmament").count()).sum::<usize>();
    assert_eq!(last.1, format!("… and {} more changes, which found no room here", 500 - shown));
    assert!(shown > 20, "only {shown}");
}

fn digest_of(stories: usize, alerts: usize) -> Value {
    let alert = |story: usize| {
        let mut alert = samples::toll_rises();
        alert.story = format!("story-{story}");
        alert.story_title = format!("Story {story} of the night");
        alert
    };
    let alerts = (0..stories).flat_map(|story| vec![alert(story); alerts]).collect();
    let post = post(&samples::message(alerts));
    assert_acceptable(&post);
    post
}

#[test]
fn a_digest_shows_each_story_under_its_title() {
    let post = digest_of(3, 2);
    let kinds: Vec<&str> =
        post["blocks"].as_array().unwrap().iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["header", "section", "section", "context"].repeat(3));
    for story in 0..3 {
        assert_eq!(post["blocks"][story * 4]["text"]["text"], format!("Story {story} of the night"));
    }
    assert!(post["text"].as_str().unwrap().starts_with("3 stories: Story 0 of the night\n"));
    // With many stories a line each, still under their titles.
    let many = digest_of(30, 2);
    assert_eq!(many["blocks"][0]["text"]["text"], "30 stories");
    let texts: String = texts(&many).into_iter().map(|(_, text)| text).collect();
    for story in 0..30 {
        assert!(texts.contains(&format!("*Story {story} of the night*\n*killed: ")), "{texts}");
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[<>&*_~`:|!@# \n\"\\\\a-z29]{0,80}",
        (any::<char>(), prop_oneof![Just(1usize), Just(149), Just(3000), Just(100_000)])
            .prop_map(|(letter, times)| letter.to_string().repeat(times)),
        ("[&<😀\"a ]{1,4}", 1usize..20_000).prop_map(|(piece, times)| piece.repeat(times)),
    ]
}

prop_compose! {
    fn any_alert()(
        kind in 0..4,
        texts in prop::collection::vec(any_text(), 7),
        quote_before in prop::option::of(any_text()),
        value in any::<u64>(),
        sources in any::<u32>(),
        link in any_text(),
    ) -> Alert {
        let mut alert = match kind {
            0 => samples::toll_rises(),
            1 => samples::demand(crate::model::ChangeKind::Hardened),
            2 => samples::demand(crate::model::ChangeKind::New),
            _ => samples::position(),
        };
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap_or_default();
        alert.article_title = next();
        alert.story_title = next();
        alert.outlet = Some(next());
        alert.url = Some(format!("https://example.org/{link}"));
        alert.evidence.quote = next();
        alert.quote_before = quote_before;
        alert.reason = next();
        alert.sources = sources;
        match &mut alert.fact {
            crate::model::FactKey::Casualties { side, place, .. } => {
                *side = Some(next());
                *place = Some(next());
            }
            crate::model::FactKey::Demand { by, to, .. } => {
                *by = next();
                *to = Some(next());
            }
            crate::model::FactKey::Position { actor, target } => {
                *actor = next();
                *target = Some(next());
            }
            crate::model::FactKey::Deed { doer, .. } => *doer = next(),
        }
        if let crate::model::Value::Casualties { value: after, .. } = &mut alert.after {
            *after = value;
        }
        alert
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_message_is_acceptable_to_slack(
        alerts in prop::collection::vec(any_alert(), 1..4),
        times in prop_oneof![Just(1usize), Just(20), Just(60)],
    ) {
        let count = alerts.len() * times;
        let mut alerts: Vec<Alert> = alerts.into_iter().cycle().take(count).collect();
        assert_acceptable(&post(&samples::message(alerts.clone())));
        // As a digest, in which every third alert is of another story.
        for (index, alert) in alerts.iter_mut().enumerate() {
            alert.story = format!("story-{}", index / 3);
        }
        assert_acceptable(&post(&samples::message(alerts)));
    }
}
