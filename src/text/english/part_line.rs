//! Says what one line of a news page is. Comes in: the line, where it stands, the title. Goes out: byline, caption,
//! tail or plain text with its dateline cut off. Looks at the shape of the line and at the words that newsrooms put
//! at such places, never at what the text reports.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Author, time of publication, agency.
    Byline(&'static str),
    /// Text of a picture.
    Caption,
    /// One line that does not speak.
    Tail(&'static str),
    /// The headings after it belong to other texts.
    TailHeading(&'static str),
    /// So does all that follows.
    TailToTheEnd(&'static str),
    /// The title again, over the first `length` bytes.
    Repeated {
        /// Bytes of the repetition.
        length: usize,
    },
    /// Text that speaks.
    Plain {
        /// A sub-headline.
        heading: bool,
        /// An entry of a list.
        bullet: bool,
        /// Bytes of the dateline in front.
        dateline: usize,
        /// Bytes of a photo credit at the end.
        caption: usize,
    },
}

/// One of these stands in every credit of a picture: looking for them is cheaper than for the pattern.
const CREDITS: &[&str] = &["Photo", "Image", "Picture", "Credit", "File photo"];

struct Patterns {
    /// Matches where one of the patterns for the beginning of a line does: most lines are asked no further.
    any: Regex,
    byline: Regex,
    time_line: Regex,
    caption: Regex,
    pictured: Regex,
    credit_at_end: Regex,
    tail: Regex,
    tail_heading: Regex,
    tail_to_the_end: Regex,
    dateline: Regex,
    bare_dateline: Regex,
    credits: Regex,
}

#[expect(clippy::expect_used, reason = "the patterns are constants and a test compiles them all")]
fn patterns() -> &'static Patterns {
    static PATTERNS: OnceLock<Patterns> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        let build = |pattern: &str| Regex::new(pattern).expect("a constant pattern");
        let mut patterns = Patterns {
            any: build("^"),
            byline: build(r"(?i)^(author|text|source|sources|words):\s|(?i)^(by:?|from|story by|written by|report by|reported by|reporting by|edited by|editing by|compiled by|additional reporting|with reporting|with inputs? from|translated by|our correspondent|news desk|staff writer|agencies)\b"),
            time_line: build(r"(?ix)^\W*(
                (first\ |last\ )?(published|updated|posted|modified|last\ updated|date|issued|as\ of)\b[\s:]
                | (mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\ (\d|[a-z]{3,9}\ \d)
                | \d{1,2}[\s./-](\d{1,2}|[a-z]{3,9})[\s.,/-]+\d{4}\b
                | (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\ \d{1,2},?\ \d{4}
                | \d{4}-\d{2}-\d{2}
                | \d{1,2}[:.]\d{2}\ ?([ap]\.?m\.?|[a-z]{3,4})?\W*$
            )"),
            caption: build(r"(?i)^(photo|photos|image|images|picture|pictures|pic|caption|file photo|file image|video|watch|graphic|map|illustration|foto|credit)( credit| by| caption)?\s*[:/|©]|(?i)^(file photo|image source|getty images|photograph:)|^©"),
            pictured: build(r"(?i)\((photo|image|picture|file)[^)]*\)$"),
            credit_at_end: build(r"\s(Photo|Image|Picture|Photograph|Photo credit|Image credit|Credit|File photo):?\s?[^.]{2,60}$"),
            tail: build(r"(?i)^\W*(subscribe|sign up|sign in|log in|join (our|us|from|the conversation)|follow us|like us|download (our|the) app|click here|share this|share on|share:|tweet this|advertisement|advert|sponsored|copyright|©|\(c\)|all rights reserved|page \d+( of \d+)?\b|turn to page|continued (on|from) page|\(continued|support (our|us|independent)|donate|get (our|the) (newsletter|app|latest)|this (article|story) (was|is|has been|first|originally)|comments? ?(\(\d+\))?$|leave a (comment|reply)|print this|email this|back to top|tags?:|topics?:|keywords?:|filed under|terms of (use|service)|privacy policy|cookie|with files from|got a (story|tip)|do you have|contact (us|the)|e-?mail:|tel:|phone:|we remind our readers|editor'?s'? note|editors’ note|disclaimer|the views expressed|loading|skip to|please (enter|leave|log|sign|share|support|note|consider|subscribe)|source site|more like this|play video|listen to|newsletter)\b"),
            tail_heading: build(r"(?i)^\W*(read (also|more|next|this|on|the full)|also read|see also|related( story| article| news| coverage)?\s*:|more on this|more from|more:|must read|you may also like|don'?t miss|recommended|in pictures|in other news|also inside|inside today|elsewhere|watch( also)?:|next:|previous:|explainer:|what'?s? the weather)"),
            tail_to_the_end: build(r"(?i)^\W*(related (articles|stories|news|posts|topics|content|links|coverage|reading)|most (read|popular|viewed|shared|commented)|more (news|stories|headlines|top stories)|top stories|latest (news|stories|headlines)|trending( now)?|popular (now|stories|posts)|you may also like|recommended( for you| stories)?|editor'?s picks|also in the news|also today|other (news|headlines|stories)|today'?s headlines|in brief|weather|sports results|latest sports?)\W*$"),
            dateline: build(r"^(?:[A-Z][A-Z'’.\-/ ]{2,40}|[A-Z][\p{L}'’.\-]+(?:[/ ,]+[A-Z(][\p{L}'’.\-)]+){0,5})(?:,? ?\(?[A-Z][\p{L}.]+,? ?\(?\d{0,2}(?:,? \d{4})?\)?)?(?:,? \d{1,2} [A-Z][a-z]+(?: \d{4})?)?(?: ?[,/]? ?\([^)]{2,40}\))?\s?(?:\.?[-–—]{1,2}|:)\s"),
            bare_dateline: build(r"^[A-Z][\p{L}'’.\-/ ,]{2,50}(?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8})?,? ?\([^)]{2,40}\)\.?\s?[-–—]{0,2}\s"),
            credits: build(r"^\W*[a-z]{2,3}/[a-z]{2,3}\b.*\(|^\(?(AFP|AP|Reuters|dpa|EFE|Xinhua|ANSA|PTI|TASS|Agencies)[,/ A-Za-z]*\)?\.?$"),
        };
        let begin = [
            &patterns.byline,
            &patterns.time_line,
            &patterns.caption,
            &patterns.tail,
            &patterns.tail_heading,
            &patterns.tail_to_the_end,
            &patterns.credits,
        ];
        patterns.any = build(&begin.map(|pattern| format!("(?:{pattern})")).join("|"));
        patterns
    })
}

/// What `line` is; `number` counts the lines of the body, of which there are `count`.
pub(super) fn classify(line: &str, number: usize, count: usize, title: &str) -> Line {
    let patterns = patterns();
    if !title.is_empty() && number < 6 {
        if line == title {
            return Line::Repeated { length: line.len() };
        }
        if line.starts_with(title) && title.len() > 20 {
            return Line::Repeated { length: title.len() };
        }
    }
    let pictured = line.ends_with(')') && patterns.pictured.is_match(line);
    if !patterns.any.is_match(line) {
        return if pictured { Line::Caption } else { plain(patterns, line) };
    }
    let early = number < 8;
    let late = number + 3 >= count;
    if has_at_most(line, 30)
        && (early || late)
        && (patterns.time_line.is_match(line) && has_at_most(line, 14) && !line.ends_with('.')
            || patterns.credits.is_match(line))
    {
        return Line::Byline("time of publication or agency");
    }
    if has_at_most(line, 24) && (early || late) && is_byline(patterns, line) {
        return Line::Byline("author");
    }
    if pictured || patterns.caption.is_match(line) {
        return Line::Caption;
    }
    if has_at_most(line, 6) && patterns.tail_to_the_end.is_match(line) {
        return Line::TailToTheEnd("links to other texts");
    }
    if has_at_most(line, 25) && patterns.tail_heading.is_match(line) {
        // "Read also: Ferry sinks" holds the link itself, "Read also:" announces it.
        return if has_at_most(line, 4) {
            Line::TailHeading("link to another text")
        } else {
            Line::Tail("link to another text")
        };
    }
    if patterns.tail.is_match(line) {
        return Line::Tail("subscription, rights or page reference");
    }
    plain(patterns, line)
}

/// Whether a line has no more words than these.
fn has_at_most(line: &str, words: usize) -> bool {
    line.split_whitespace().nth(words).is_none()
}

fn is_byline(patterns: &Patterns, line: &str) -> bool {
    if !patterns.byline.is_match(line) {
        return false;
    }
    // "By dawn the rain had stopped." is a sentence; a byline names people and has no full stop, or few words.
    let rest = line.split_whitespace().nth(1).unwrap_or_default();
    let capital = rest.chars().next().is_some_and(|sign| sign.is_uppercase() || !sign.is_alphabetic());
    let lower_start =
        line.split_whitespace().skip(1).take(4).filter(|word| word.starts_with(char::is_lowercase)).count();
    (capital || lower_start <= 1) && !(line.ends_with('.') && line.split_whitespace().count() > 12)
}

fn plain(patterns: &Patterns, line: &str) -> Line {
    let bullet_sign = line.starts_with(['•', '*', '·', '▪', '►', '‣', '■', '●'])
        || line.starts_with("- ")
        || line.starts_with("– ");
    // No full stop stands in a credit at the end.
    let tail = line.rsplit('.').next().unwrap_or_default();
    let credited = CREDITS.iter().any(|credit| tail.contains(credit)) && has_at_most(line, 40);
    let credit = credited.then(|| patterns.credit_at_end.find(line)).flatten();
    let caption = credit.map_or(0, |found| line.len() - found.start());
    let ends = line.trim_end_matches(['"', '”', '’', '\'', ')']).ends_with(['.', '!', '?', '…', ':', ';']);
    let heading = !ends && has_at_most(line, 20);
    let dateline = if heading { 0 } else { dateline_length(patterns, line) };
    let picture = caption > 0 && heading;
    if picture {
        return Line::Caption;
    }
    Line::Plain { heading, bullet: bullet_sign, dateline, caption }
}

/// Bytes of "RIGA, Sept 20 (XYZ) - " at the start of a paragraph.
fn dateline_length(patterns: &Patterns, line: &str) -> usize {
    let head_end = line.char_indices().nth(110).map_or(line.len(), |(at, _)| at);
    let head = line.get(..head_end).unwrap_or_default();
    // The first byte of the dashes that are not of ASCII stands for them.
    if super::sentence::first_byte(head.as_bytes(), [b'-', b':', b'(', 0xE2]).is_none() {
        return 0;
    }
    for pattern in [&patterns.dateline, &patterns.bare_dateline] {
        let Some(found) = pattern.find(head) else { continue };
        let words: Vec<&str> = found.as_str().split_whitespace().collect();
        let first = words.first().copied().unwrap_or_default();
        let shouted = first.chars().filter(|sign| sign.is_alphabetic()).count() > 2
            && first.chars().all(|sign| !sign.is_lowercase());
        let agency = found.as_str().contains('(');
        let dated = found.as_str().chars().any(|sign| sign.is_ascii_digit());
        let dashed = found.as_str().trim_end().ends_with(['-', '–', '—']);
        // "The Harbour Workers' League (HWL) met" is no dateline: what follows one begins a sentence.
        let begins = !line.get(found.end()..).is_some_and(|rest| rest.starts_with(char::is_lowercase));
        // "Officials: two boats sank" is no dateline; "RIGA: two boats sank" is.
        if (agency && (dashed || begins))
            || (shouted && (dashed || words.len() <= 4))
            || (dated && dashed)
            || (dashed && words.len() <= 3)
        {
            return found.end();
        }
    }
    0
}

/// Whether `line` goes on where `previous` was broken by the page's width.
pub(super) fn continues(previous: &str, line: &str) -> bool {
    let previous = previous.trim_end();
    let first = line.trim_start().chars().next().unwrap_or(' ');
    let open_end = !previous.ends_with(['.', '!', '?', ':', '"', '”', '…', ')']);
    if first.is_lowercase() {
        return open_end || previous.len() >= 50;
    }
    // Wrapped lines are of nearly one width; a long line without an end goes on with a name or a figure too.
    open_end
        && (50..=100).contains(&previous.len())
        && previous.split_whitespace().count() >= 7
        && previous.ends_with(|sign: char| sign.is_lowercase() || sign == ',')
        && !first.is_whitespace()
        && (previous.ends_with(',') || ends_with_function_word(previous))
}

fn ends_with_function_word(line: &str) -> bool {
    let last = line.rsplit(' ').next().unwrap_or_default();
    super::word_class::class_of(&last.to_ascii_lowercase()).is_some_and(|tag| {
        use crate::text::Tag;
        matches!(tag, Tag::Determiner | Tag::Adposition | Tag::Coordinator | Tag::Aux | Tag::Subordinator)
    })
}

/// The number of the last line that is a real paragraph: at least two dozen words with an end.
pub(super) fn last_paragraph(text: &str, lines: &[Range<usize>]) -> usize {
    let real = |range: &Range<usize>| {
        let line = text.get(range.clone()).unwrap_or_default();
        line.split_whitespace().take(30).count() >= 24
            && line.trim_end_matches(['"', '”', '’']).ends_with(['.', '!', '?'])
    };
    lines.iter().rposition(real).unwrap_or(0)
}
