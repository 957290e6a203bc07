//! A message as Slack blocks, within Slack's limits by construction. Comes in: a message of any size. Goes out: the
//! JSON of a post. Every text of others is escaped, kept from being read as markup and given a room of its own, and the
//! rooms of a block add up to less than the block may hold. What does not fit is shown with less detail, and what does
//! not even fit as a line is counted; never is a message made that Slack would refuse or cut.

use std::ops::Range;

use serde_json::{Value, json};

use super::wording::{Headline, changed_words, one_line, quote_head, sources_in_words, speaker, words};
use crate::model::{Alert, Message};

/// Slack allows 150 characters in a header.
const HEADER_MAX: usize = 150;

/// Slack allows 3,000 characters in a section.
pub(super) const SECTION_MAX: usize = 2_900;

/// Slack allows 50 blocks; header, context and the count of what is left out take three.
const SECTIONS_MAX: usize = 45;

/// Slack refuses a message near 13,000 characters of blocks, a limit it does not document; 12,000 with the fallback.
pub(super) const BLOCKS_MAX: usize = 10_500;

/// A link longer than this is shown without its address.
const URL_MAX: usize = 800;

/// The body of a post, without its channel.
pub(super) fn post(message: &Message) -> Value {
    let sections = fitting_sections(message);
    let mut blocks = vec![header(message)];
    blocks.extend(sections.iter().map(|text| section(text)));
    blocks.extend(context(message));
    json!({ "text": fallback(message), "blocks": blocks, "unfurl_links": false, "unfurl_media": false })
}

pub(super) fn header(message: &Message) -> Value {
    let title = message.alerts.first().map_or("", |alert| alert.story_title.as_str());
    let title = match bounded(title, HEADER_MAX, &escaped) {
        title if title.is_empty() => "Untitled story".to_owned(),
        title => title,
    };
    json!({ "type": "header", "text": { "type": "plain_text", "text": title, "emoji": false } })
}

pub(super) fn section(text: &str) -> Value {
    json!({ "type": "section", "text": mrkdwn(text) })
}

/// `verbatim` keeps Slack from making links, channels and mentions out of plain words.
fn mrkdwn(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

/// The article that made the change.
pub(super) fn context(message: &Message) -> Option<Value> {
    let alert = message.alerts.first()?;
    let title = match bounded(&alert.article_title, 300, &neutral) {
        title if title.is_empty() => "the report".to_owned(),
        title => title,
    };
    let mut parts = vec![match alert.url.as_deref().and_then(link_target) {
        Some(url) => format!("<{url}|{title}>"),
        None => title,
    }];
    parts.extend(alert.outlet.as_deref().map(|outlet| bounded(outlet, 150, &neutral)));
    parts.extend(alert.published_at.map(|moment| bounded(&moment.to_string(), 40, &neutral)));
    parts.retain(|part| !part.is_empty());
    Some(json!({ "type": "context", "elements": [mrkdwn(&parts.join(" · "))] }))
}

/// An address that can stand in a link.
fn link_target(url: &str) -> Option<String> {
    let url = reqwest::Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let safe: String =
        url.as_str().replace('|', "%7C").chars().flat_map(|letter| escaped(letter).chars()).collect();
    (cost(&safe) <= URL_MAX).then_some(safe)
}

/// How much of an alert is shown: the most each part may cost.
struct Detail {
    subject: usize,
    value: usize,
    notes: usize,
    quote: usize,
    speaker: usize,
    reason: usize,
}

/// All of it: together at most 2,350 and the markup between.
const FULL: Detail = Detail { subject: 250, value: 150, notes: 300, quote: 1_000, speaker: 200, reason: 300 };

/// For a message with many alerts.
const SHORT: Detail = Detail { subject: 120, value: 60, notes: 100, quote: 250, speaker: 80, reason: 0 };

/// For a message with very many: the headline alone.
const LINE: Detail = Detail { subject: 90, value: 40, notes: 60, quote: 0, speaker: 0, reason: 0 };

/// The sections with as much detail as fits.
fn fitting_sections(message: &Message) -> Vec<String> {
    let fits =
        |sections: &Vec<String>| sections.len() <= SECTIONS_MAX && size(message, sections) <= BLOCKS_MAX;
    for detail in [FULL, SHORT] {
        let sections: Vec<String> = message.alerts.iter().map(|alert| describe(alert, &detail)).collect();
        if fits(&sections) {
            return sections;
        }
    }
    lines(message)
}

/// What the blocks cost as they are sent.
fn size(message: &Message, sections: &[String]) -> usize {
    let fixed = units(&header(message)) + context(message).map_or(0, |block| units(&block) + 1) + 2;
    fixed + sections.iter().map(|text| units(&section(text)) + 1).sum::<usize>()
}

pub(super) fn units(block: &Value) -> usize {
    block.to_string().encode_utf16().count()
}

/// One line per alert, packed into few sections; those that find no room are counted.
fn lines(message: &Message) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    let frame = units(&section("")) + 1;
    let mut left = BLOCKS_MAX.saturating_sub(size(message, &[]) + frame + REST_MAX);
    for (index, alert) in message.alerts.iter().enumerate() {
        let line = describe(alert, &LINE);
        let need = cost(&line) + 2;
        let joins = sections.last().is_some_and(|last| cost(last) + need <= SECTION_MAX);
        let need = if joins { need } else { need + frame };
        if need > left || (!joins && sections.len() == SECTIONS_MAX) {
            let rest = message.alerts.len() - index;
            sections.push(format!("… and {rest} more changes, which found no room here"));
            return sections;
        }
        left -= need;
        match sections.last_mut().filter(|_| joins) {
            Some(last) => {
                last.push('\n');
                last.push_str(&line);
            }
            None => sections.push(line),
        }
    }
    sections
}

/// More than the line costs that counts what is left out.
const REST_MAX: usize = 100;

/// One alert as a line of mrkdwn.
pub(super) fn one_alert(alert: &Alert) -> String {
    describe(alert, &LINE)
}

/// One alert as mrkdwn.
fn describe(alert: &Alert, detail: &Detail) -> String {
    let headline = Headline::of(alert);
    let value = |text: &str| bounded(text, detail.value, &neutral);
    let before = headline.before.as_deref().map(|before| format!("{} → ", value(before))).unwrap_or_default();
    let subject = bounded(&headline.subject, detail.subject, &neutral);
    let first = format!("*{subject}: {before}{}*", value(&headline.after));
    let first = match bounded(&headline.notes.join(", "), detail.notes, &neutral) {
        notes if notes.is_empty() => first,
        notes => format!("{first} ({notes})"),
    };
    if detail.quote == 0 {
        return first;
    }
    let voices = speaker(alert).map(|speaker| bounded(speaker, detail.speaker, &neutral));
    let voices: Vec<String> = voices.into_iter().chain([sources_in_words(alert.sources)]).collect();
    let quote = quote(alert, detail.quote);
    let reason = bounded(&alert.reason, detail.reason, &neutral);
    let mut lines = vec![first];
    lines.extend((!quote.is_empty()).then(|| format!("> {quote}")));
    lines.push(voices.join(" · "));
    lines.extend((!reason.is_empty()).then(|| format!("_{reason}_")));
    lines.join("\n")
}

/// The quote with its changed words in bold; a long one is shown around the first of them.
fn quote(alert: &Alert, room: usize) -> String {
    let text = quote_head(&alert.evidence.quote);
    let marks = changed_words(alert);
    let marked =
        |word: &Range<usize>| marks.iter().any(|mark| mark.start <= word.start && word.end <= mark.end);
    let words = words(text);
    let first = words.iter().position(marked).unwrap_or(0);
    let safe = |word: &Range<usize>| bounded(text.get(word.clone()).unwrap_or_default(), room / 2, &neutral);
    let mut start = first;
    let mut used = 4;
    for word in words.iter().take(first).rev() {
        let more = cost(&safe(word)) + 1;
        if used + more > room / 4 {
            break;
        }
        used += more;
        start -= 1;
    }
    let mut out = String::from(if start > 0 { "…" } else { "" });
    let mut bold = false;
    let mut blank = "";
    // Every word may need a blank before it and a mark on either side; the end may need a mark and an ellipsis.
    let mut left = room.saturating_sub(cost(&out) + 2);
    for word in words.iter().skip(start) {
        let piece = safe(word);
        let mark = marked(word);
        let need = cost(&piece) + 2 + usize::from(mark);
        if piece.is_empty() {
            continue;
        }
        if need > left {
            out.push_str(if std::mem::take(&mut bold) { "*" } else { "" });
            out.push('…');
            return out;
        }
        left -= need;
        if bold && !mark {
            out.push('*');
        }
        out.push_str(std::mem::replace(&mut blank, " "));
        if mark && !bold {
            out.push('*');
        }
        out.push_str(&piece);
        bold = mark;
    }
    if bold {
        out.push('*');
    }
    out
}

/// The lines of the notification: at most 200, three times 280 and the count.
pub(super) fn fallback(message: &Message) -> String {
    let title = message.alerts.first().map_or("", |alert| alert.story_title.as_str());
    let mut lines = vec![bounded(title, 200, &neutral)];
    lines.extend(
        message.alerts.iter().take(3).map(|alert| bounded(&Headline::of(alert).line(), 280, &neutral)),
    );
    let more = message.alerts.len().saturating_sub(3);
    lines.extend((more > 0).then(|| format!("and {more} more")));
    lines.retain(|line| !line.is_empty());
    if lines.is_empty() { "newsdelta".to_owned() } else { lines.join("\n") }
}

/// What a text costs as it is sent: UTF-16 units (never fewer than characters) of its JSON form.
pub(super) fn cost(text: &str) -> usize {
    text.chars().map(unit_cost).sum()
}

fn unit_cost(letter: char) -> usize {
    match letter {
        '"' | '\\' | '\n' => 2,
        letter if letter.is_control() => 6,
        letter => letter.len_utf16(),
    }
}

/// What stands for one character of another's text.
enum Safe {
    Letter(char),
    Entity(&'static str),
}

impl Safe {
    fn cost(&self) -> usize {
        match self {
            Self::Letter(letter) => unit_cost(*letter),
            Self::Entity(entity) => entity.len(),
        }
    }

    fn chars(self) -> impl Iterator<Item = char> {
        let (letter, entity) = match self {
            Self::Letter(letter) => (Some(letter), ""),
            Self::Entity(entity) => (None, entity),
        };
        letter.into_iter().chain(entity.chars())
    }
}

/// Slack wants exactly these three escaped; it is also what keeps `<!channel>` from calling everybody.
fn escaped(letter: char) -> Safe {
    match letter {
        '&' => Safe::Entity("&amp;"),
        '<' => Safe::Entity("&lt;"),
        '>' => Safe::Entity("&gt;"),
        letter => Safe::Letter(letter),
    }
}

/// Escaped, and with signs that look alike in place of those that are markup: mrkdwn has no way to escape them.
fn neutral(letter: char) -> Safe {
    match letter {
        '*' => Safe::Letter('∗'),
        '_' => Safe::Letter('ˍ'),
        '~' => Safe::Letter('∼'),
        '`' => Safe::Letter('ˋ'),
        letter => escaped(letter),
    }
}

/// A text of others on one line, made safe, within `room`; an ellipsis stands for what is cut.
fn bounded(text: &str, room: usize, safe: &dyn Fn(char) -> Safe) -> String {
    // Far more than any room: what is beyond is cut in any case, and need not be looked at.
    let mut letters = text.chars();
    let head: String = letters.by_ref().take(room * 4 + 16).collect();
    let line = without_emoji_codes(&one_line(&head));
    let total: usize = line.chars().map(|letter| safe(letter).cost()).sum();
    let fits = total <= room && letters.next().is_none();
    let mut left = if fits { room } else { room.saturating_sub(1) };
    let mut out = String::new();
    for letter in line.chars() {
        let piece = safe(letter);
        if piece.cost() > left {
            break;
        }
        left -= piece.cost();
        out.extend(piece.chars());
    }
    if !fits && room > 0 {
        out.push('…');
    }
    out
}

/// Puts a look-alike for the first colon of what Slack would turn into a picture (`:wave:`).
fn without_emoji_codes(text: &str) -> String {
    let named = |rest: &str| {
        let name: &str = rest.split(':').next().unwrap_or_default();
        let legal = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '+' | '-' | '\'');
        name.len() < rest.len() && !name.is_empty() && name.chars().all(legal)
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(':') {
        out.push_str(before);
        out.push(if named(after) { '꞉' } else { ':' });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
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
            let known =
                ["&amp;", "&lt;", "&gt;"].iter().any(|entity| text.split_at(at).1.starts_with(entity));
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
        assert!(
            context.starts_with("<https://example.org/a%7Cb%3Ec%20d|x|y&gt; &lt;@U1&gt;> · "),
            "{context}"
        );
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
        let shown = texts(&post)
            .iter()
            .map(|(_, text)| text.matches("demand for disarmament").count())
            .sum::<usize>();
        assert_eq!(last.1, format!("… and {} more changes, which found no room here", 500 - shown));
        assert!(shown > 20, "only {shown}");
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
            let alerts: Vec<Alert> = alerts.into_iter().cycle().take(count).collect();
            assert_acceptable(&post(&samples::message(alerts)));
        }
    }
}
