//! Cuts the stored text into blocks and says what each is. Comes in: an article. Goes out: title, bylines, datelines,
//! paragraphs, captions and tails in the order of the text, each skipped one with its reason. Never looks inside
//! sentences. One pass over the lines.

use std::cell::LazyCell;
use std::ops::Range;

use super::part_line::{self, Line};
use crate::model::article::{Article, Span};
use crate::text::{Block, Part};

/// The blocks of the article, of its wanted paragraphs only; the title is always one of them.
pub fn blocks(article: &Article, wanted: impl Fn(&Range<usize>) -> bool) -> Vec<Block> {
    let text = article.text.as_str();
    let mut builder = Builder { text, blocks: Vec::new(), paragraph: 0 };
    let title_end = article.title.len().min(text.len());
    builder.push(0..title_end, Part::Title, None, true, false);
    let lines = paragraphs(text, article.body_start());
    let spoken_tail = LazyCell::new(|| part_line::last_paragraph(text, &lines));
    let mut skip = Skip::None;
    for (number, range) in lines.iter().enumerate() {
        builder.paragraph += 1;
        if !wanted(range) {
            continue;
        }
        let line = text.get(range.clone()).unwrap_or_default();
        let kind = part_line::classify(line, number, lines.len(), &article.title);
        match (skip, &kind) {
            (Skip::ToTheEnd(reason), _) if number > *spoken_tail => {
                builder.push(range.clone(), Part::Tail, Some(reason), false, false);
                continue;
            }
            // After "Read also:" come headings of other texts; the first real paragraph speaks again.
            (Skip::Headings(reason) | Skip::ToTheEnd(reason), Line::Plain { heading: true, .. }) => {
                builder.push(range.clone(), Part::Tail, Some(reason), true, false);
                if matches!(skip, Skip::Headings(_)) && line.len() > 20 {
                    skip = Skip::None;
                }
                continue;
            }
            _ => {}
        }
        skip = builder.line(range.clone(), kind);
    }
    builder.blocks
}

/// What the lines after a marker are.
#[derive(Debug, Clone, Copy)]
enum Skip {
    None,
    Headings(&'static str),
    ToTheEnd(&'static str),
}

struct Builder<'a> {
    text: &'a str,
    blocks: Vec<Block>,
    paragraph: usize,
}

impl Builder<'_> {
    fn push(
        &mut self,
        range: Range<usize>,
        part: Part,
        reason: Option<&'static str>,
        heading: bool,
        bullet: bool,
    ) {
        let Some(piece) = self.text.get(range.clone()) else { return };
        let left = piece.len() - piece.trim_start().len();
        let right = piece.len() - piece.trim_end().len();
        if left + right >= piece.len() {
            return;
        }
        let span = Span { start: range.start + left, end: range.end - right };
        self.blocks.push(Block { span, part, reason, paragraph: self.paragraph, heading, bullet });
    }

    fn line(&mut self, range: Range<usize>, kind: Line) -> Skip {
        let start = range.start;
        match kind {
            Line::Byline(reason) => self.push(range, Part::Byline, Some(reason), false, false),
            Line::Caption => self.push(range, Part::Caption, Some("caption of a picture"), false, false),
            Line::Tail(reason) => self.push(range, Part::Tail, Some(reason), false, false),
            Line::TailHeading(reason) => {
                self.push(range, Part::Tail, Some(reason), true, false);
                return Skip::Headings(reason);
            }
            Line::TailToTheEnd(reason) => {
                self.push(range, Part::Tail, Some(reason), true, false);
                return Skip::ToTheEnd(reason);
            }
            Line::Repeated { length } => {
                self.push(start..start + length, Part::Tail, Some("the title again"), true, false);
                let rest = start + length..range.end;
                let line = self.text.get(rest.clone()).unwrap_or_default();
                if !line.trim().is_empty() {
                    let kind = part_line::classify(line.trim(), 0, 1, "");
                    return self.line(rest, kind);
                }
            }
            Line::Plain { heading, bullet, dateline, caption } => {
                self.push(start..start + dateline, Part::Dateline, Some("place and agency"), false, false);
                let body_end = range.end - caption;
                self.push(start + dateline..body_end, Part::Body, None, heading, bullet);
                self.push(body_end..range.end, Part::Caption, Some("credit of a picture"), false, false);
            }
        }
        Skip::None
    }
}

/// Byte ranges of the paragraphs from `start` on. A line is a paragraph, unless the text is wrapped: then lines are
/// joined up to the next blank one.
fn paragraphs(text: &str, start: usize) -> Vec<Range<usize>> {
    let mut lines: Vec<(Range<usize>, bool)> = Vec::new();
    let mut at = start;
    let mut blank_before = true;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let end = at + line.len();
        if line.trim().is_empty() {
            blank_before = true;
        } else {
            lines.push((at..at + line.trim_end().len(), blank_before));
            blank_before = false;
        }
        at = end;
    }
    let mut joined: Vec<Range<usize>> = Vec::new();
    for (range, blank_before) in lines {
        let line = text.get(range.clone()).unwrap_or_default();
        let joins = !blank_before
            && joined.last().is_some_and(|last| {
                let previous = text.get(last.clone()).unwrap_or_default();
                let last_line = previous.rsplit('\n').next().unwrap_or_default();
                part_line::continues(last_line, line)
            });
        match joined.last_mut() {
            Some(last) if joins => last.end = range.end,
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::article::Draft;

    fn parts(text: &str) -> Vec<(Part, String)> {
        let article =
            Article::new(Draft { text: text.to_owned(), ..Draft::default() }, jiff::Timestamp::UNIX_EPOCH);
        blocks(&article, |_| true)
            .iter()
            .map(|block| (block.part, block.span.of(&article.text).to_owned()))
            .collect()
    }

    fn check(text: &str, expected: &[(Part, &str)]) {
        let found = parts(text);
        let found: Vec<(Part, &str)> = found.iter().map(|(part, text)| (*part, text.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn finds_title_byline_dateline_and_tail() {
        check(
            "Storm hits Bergen\n\nBy Kim Doe, Live Reporter\nUpdated 13:20, 9 Sep 2023\n\nBERGEN, Sept 20 (NTB) - Two boats sank.\n\nRain fell.\n\nRelated articles\nBig wave kills 40 in 1990\nFerry sinks off Oslo",
            &[
                (Part::Title, "Storm hits Bergen"),
                (Part::Byline, "By Kim Doe, Live Reporter"),
                (Part::Byline, "Updated 13:20, 9 Sep 2023"),
                (Part::Dateline, "BERGEN, Sept 20 (NTB) -"),
                (Part::Body, "Two boats sank."),
                (Part::Body, "Rain fell."),
                (Part::Tail, "Related articles"),
                (Part::Tail, "Big wave kills 40 in 1990"),
                (Part::Tail, "Ferry sinks off Oslo"),
            ],
        );
    }

    #[test]
    fn speaks_again_after_a_link() {
        check(
            "Storm hits Bergen\n\nTwo boats sank near the town on Monday.\n\nRead also:\nFerry with 300 aboard sinks off Oslo\n\nThe coast guard sent three ships to the place.",
            &[
                (Part::Title, "Storm hits Bergen"),
                (Part::Body, "Two boats sank near the town on Monday."),
                (Part::Tail, "Read also:"),
                (Part::Tail, "Ferry with 300 aboard sinks off Oslo"),
                (Part::Body, "The coast guard sent three ships to the place."),
            ],
        );
    }

    #[test]
    fn joins_wrapped_lines() {
        check(
            "Storm hits Bergen\n\nTwo boats sank near the town on Monday when the wind grew to a\nstorm, and the crew of one of them could be brought to safety by a\nhelicopter.\n\nRain fell.",
            &[
                (Part::Title, "Storm hits Bergen"),
                (
                    Part::Body,
                    "Two boats sank near the town on Monday when the wind grew to a\nstorm, and the crew of one of them could be brought to safety by a\nhelicopter.",
                ),
                (Part::Body, "Rain fell."),
            ],
        );
    }
}
