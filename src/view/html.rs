//! Texts and times in markup. Comes in: any text. Goes out: the same text, with nothing in it that a browser would take
//! for markup.

use std::fmt::{self, Display, Write};

use jiff::Timestamp;

use crate::model::Moment;

/// A text in which no character is markup.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => out.write_str("&amp;")?,
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '"' => out.write_str("&quot;")?,
                '\'' => out.write_str("&#39;")?,
                // Not allowed in XML: the chart is read by strict programs, too.
                '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                    out.write_char('\u{fffd}')?;
                }
                other => out.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A time in UTC that a page can show in the viewer's zone.
pub(super) fn time(at: Timestamp) -> String {
    moment(Moment::from(at))
}

/// A time as its author wrote it, that a page can show in the viewer's zone beside.
pub(super) fn moment(at: Moment) -> String {
    let there = at.offset.to_datetime(at.at).strftime("%-d %b %Y, %H:%M");
    let zone = if at.offset.seconds() == 0 { "UTC".to_owned() } else { at.offset.to_string() };
    format!("<time datetime=\"{:.0}\">{there} {zone}</time>", at.at)
}

/// A text of which some byte ranges, in order, stand between `<mark>`s.
pub(super) fn with_marks(text: &str, spans: impl IntoIterator<Item = (usize, usize)>) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for (start, end) in spans {
        let (Some(before), Some(inside)) = (text.get(at..start), text.get(start..end)) else { continue };
        out += &format!("{}<mark>{}</mark>", Text(before), Text(inside));
        at = end;
    }
    out + &Text(text.get(at..).unwrap_or_default()).to_string()
}
