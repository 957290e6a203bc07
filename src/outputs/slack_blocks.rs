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

/// Slack allows so many blocks.
const BLOCKS_COUNT_MAX: usize = 50;

/// Slack refuses a message near 13,000 characters of blocks, a limit it does not document; 12,000 with the fallback.
pub(super) const BLOCKS_MAX: usize = 10_500;

/// A link longer than this is shown without its address.
const URL_MAX: usize = 800;

/// The body of a post, without its channel.
pub(super) fn post(message: &Message) -> Value {
    let parts = parts(message);
    let blocks = if parts.len() > 1 { digest(&parts) } else { one_story(message) };
    json!({ "text": fallback(message), "blocks": blocks, "unfurl_links": false, "unfurl_media": false })
}

/// The alerts of a message by story; more than one in a digest.
pub(super) fn parts(message: &Message) -> Vec<&[Alert]> {
    message.alerts.chunk_by(|one, next| one.story == next.story).collect()
}

fn one_story(message: &Message) -> Vec<Value> {
    let sections = fitting_sections(message);
    let mut blocks = vec![header(message)];
    blocks.extend(sections.iter().map(|text| section(text)));
    blocks.extend(context(message));
    blocks
}

/// Each story under its title, with its report; when there is no room for that, a line for each change.
fn digest(parts: &[&[Alert]]) -> Vec<Value> {
    for detail in [FULL, SHORT] {
        let part = |part: &&[Alert]| {
            let mut blocks = vec![title(part)];
            blocks.extend(part.iter().map(|alert| section(&describe(alert, &detail))));
            blocks.extend(part.last().map(report));
            blocks
        };
        let blocks: Vec<Value> = parts.iter().flat_map(part).collect();
        let size = blocks.iter().map(|block| units(block) + 1).sum::<usize>();
        if blocks.len() <= BLOCKS_COUNT_MAX && size <= BLOCKS_MAX {
            return blocks;
        }
    }
    let header = plain_header(&format!("{} stories", parts.len()));
    let under_its_title = |part: &&[Alert]| {
        let title = part.first().map_or("", |alert| alert.story_title.as_str());
        let title = format!("*{}*\n", bounded(title, HEADER_MAX, &neutral));
        let line = move |(index, alert): (usize, &Alert)| {
            let line = describe(alert, &LINE);
            if index == 0 { format!("{title}{line}") } else { line }
        };
        part.iter().enumerate().map(line).collect::<Vec<String>>()
    };
    let entries: Vec<String> = parts.iter().flat_map(under_its_title).collect();
    let sections = packed(&entries, units(&header) + 2);
    std::iter::once(header).chain(sections.iter().map(|text| section(text))).collect()
}

pub(super) fn header(message: &Message) -> Value {
    title(&message.alerts)
}

/// The title of the story of these alerts, as a header.
fn title(alerts: &[Alert]) -> Value {
    let title = alerts.first().map_or("", |alert| alert.story_title.as_str());
    match bounded(title, HEADER_MAX, &escaped) {
        title if title.is_empty() => plain_header("Untitled story"),
        title => plain_header(&title),
    }
}

fn plain_header(text: &str) -> Value {
    json!({ "type": "header", "text": { "type": "plain_text", "text": text, "emoji": false } })
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
    message.alerts.first().map(report)
}

fn report(alert: &Alert) -> Value {
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
    json!({ "type": "context", "elements": [mrkdwn(&parts.join(" · "))] })
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
    let lines: Vec<String> = message.alerts.iter().map(|alert| describe(alert, &LINE)).collect();
    packed(&lines, size(message, &[]))
}

/// What the blocks cost as they are sent.
fn size(message: &Message, sections: &[String]) -> usize {
    let fixed = units(&header(message)) + context(message).map_or(0, |block| units(&block) + 1) + 2;
    fixed + sections.iter().map(|text| units(&section(text)) + 1).sum::<usize>()
}

pub(super) fn units(block: &Value) -> usize {
    block.to_string().encode_utf16().count()
}

/// One entry per alert, packed into few sections beside blocks that cost `fixed`; those that find no room are counted.
fn packed(entries: &[String], fixed: usize) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    let frame = units(&section("")) + 1;
    let mut left = BLOCKS_MAX.saturating_sub(fixed + frame + REST_MAX);
    for (index, line) in entries.iter().enumerate() {
        let need = cost(line) + 2;
        let joins = sections.last().is_some_and(|last| cost(last) + need <= SECTION_MAX);
        let need = if joins { need } else { need + frame };
        if need > left || (!joins && sections.len() == SECTIONS_MAX) {
            let rest = entries.len() - index;
            sections.push(format!("… and {rest} more changes, which found no room here"));
            return sections;
        }
        left -= need;
        match sections.last_mut().filter(|_| joins) {
            Some(last) => {
                last.push('\n');
                last.push_str(line);
            }
            None => sections.push(line.clone()),
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
    let parts = parts(message);
    let title = parts.first().and_then(|part| part.first()).map_or("", |alert| alert.story_title.as_str());
    let title = match parts.len() {
        0 | 1 => title.to_owned(),
        count => format!("{count} stories: {title}"),
    };
    let mut lines = vec![bounded(&title, 200, &neutral)];
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
mod tests;
