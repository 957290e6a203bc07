//! An article for people: its text with the words of each claim in colour and what was read beside them. Comes in: an
//! article and its claims. Goes out: text with colour codes, which the caller's stream drops when nobody can see them.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::model::{Article, Bound, Claim, Scope};

const TITLE: Style = Style::new().bold();
const NOTE: Style = Style::new().dimmed();
const FIGURE: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red))).bold();
const DEMAND: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow))).bold();
const DEED: Style = Style::new().bold();
const POSITION: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan))).bold();
const BACKGROUND: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::BrightBlack)));

/// Prints the article with its claims marked. Claims that share words are listed behind the last of them.
pub(super) fn print(out: &mut impl Write, article: &Article, claims: &[Claim]) -> io::Result<()> {
    writeln!(out, "{TITLE}{}{TITLE:#}", article.outlet.as_deref().unwrap_or(&article.id))?;
    let mut sorted: Vec<&Claim> = claims.iter().collect();
    sorted.sort_by_key(|claim| (claim.evidence().span.start, claim.evidence().span.end));
    let mut at = 0;
    let mut rest = sorted.into_iter().peekable();
    while let Some(first) = rest.next() {
        let (start, mut end) = (first.evidence().span.start, first.evidence().span.end);
        let mut together = vec![first];
        while let Some(next) = rest.next_if(|next| next.evidence().span.start < end) {
            end = end.max(next.evidence().span.end);
            together.push(next);
        }
        let style = style(first);
        write!(out, "{}", article.text.get(at..start).unwrap_or_default())?;
        write!(out, "{style}{}{style:#}", article.text.get(start..end).unwrap_or_default())?;
        for claim in together {
            write!(out, " {NOTE}[{}]{NOTE:#}", summary(claim))?;
        }
        at = end;
    }
    writeln!(out, "{}", article.text.get(at..).unwrap_or_default())?;
    let count = if claims.len() == 1 { "1 claim".to_owned() } else { format!("{} claims", claims.len()) };
    writeln!(out, "{NOTE}{count}{NOTE:#}\n")
}

fn style(claim: &Claim) -> Style {
    match claim {
        Claim::Casualty(casualty) if casualty.scope == Scope::Background => BACKGROUND,
        Claim::Casualty(_) => FIGURE,
        Claim::Demand(_) => DEMAND,
        Claim::Position(_) => POSITION,
        Claim::Deed(_) => DEED,
    }
}

/// What was read, in a few words.
pub(super) fn summary(claim: &Claim) -> String {
    match claim {
        Claim::Casualty(c) => {
            let mut words = vec![c.effect.to_string()];
            if c.bound != Bound::Exact {
                words.push(c.bound.as_str().replace('_', " "));
            }
            words.push(c.high.map_or_else(|| c.value.to_string(), |high| format!("{}-{high}", c.value)));
            words.push(c.group.as_str().replace('_', " "));
            words.extend(c.side.as_ref().map(|side| format!("side {side}")));
            words.extend(c.place.as_ref().map(|place| format!("in {place}")));
            if c.scope != Scope::Event {
                words.push(c.scope.to_string());
            }
            words.extend(c.source.as_ref().map(|source| format!("says {source}")));
            words.join(" ")
        }
        Claim::Demand(d) => {
            let to = d.to.as_deref().map(|to| format!(" of {to}")).unwrap_or_default();
            let condition =
                d.condition.as_deref().map(|condition| format!(" ({condition})")).unwrap_or_default();
            format!("{}: {}{to}: {} {}{condition}", d.force, d.by, d.act, d.status)
        }
        Claim::Deed(d) => format!("deed: {} {}", d.by, d.act),
        Claim::Position(p) => format!("{}: {} {}", p.actor, p.stance, p.target.as_deref().unwrap_or("")),
    }
}
