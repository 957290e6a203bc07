//! A toll over time as SVG. Comes in: one fact that counts people. Goes out: a step chart: the running figure as a
//! heavy line, one thin line for each source, qualifiers as bands, disagreements and corrections as marks, late reports
//! hollow, each where it held. Colours and weights are the style sheet's; shapes and dashes tell the same without them.

use jiff::{SignedDuration, Timestamp};

use super::html::Text;
use super::{history, marked};
use crate::diff::course::{Step, follow};
use crate::model::{Bound, Casualty, ChangeKind, Claim, Fact, KnownClaim, Scope};
use crate::outputs::wording;

/// The style of a chart that stands alone; on the page the same names are styled by its sheet.
const STYLE: &str = include_str!("../api/page/chart.css");

const WIDTH: f64 = 720.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 14.0;
const PLOT: f64 = 220.0;
/// How far a band reaches beyond a figure whose other end is not stated.
const OPEN_BAND: f64 = 12.0;
/// Sources that get a line of their own, in order of appearance; claims of further ones are dots.
const SOURCES_MAX: usize = 6;
const LEGEND_LINE: f64 = 20.0;
/// How much room a name has in the legend, in characters.
const NAME_LENGTH: usize = 46;

/// A claim that stands in the chart.
struct Point<'a> {
    known: &'a KnownClaim,
    casualty: &'a Casualty,
    step: Step,
    source: usize,
    late: bool,
}

/// Where times and figures lie.
struct Scale {
    from: Timestamp,
    seconds: f64,
    highest: f64,
}

impl Scale {
    fn x(&self, at: Timestamp) -> f64 {
        let passed = at.duration_since(self.from).as_secs_f64();
        LEFT + (WIDTH - LEFT - RIGHT) * (passed / self.seconds).clamp(0.0, 1.0)
    }

    fn y(&self, figure: u64) -> f64 {
        TOP + PLOT * (1.0 - (figure as f64 / self.highest).min(1.0))
    }
}

/// The chart as part of a page; nothing when the fact has no figure to draw.
pub fn inline(fact: &Fact) -> Option<String> {
    draw(fact, "")
}

/// The chart as a file of its own.
pub fn alone(fact: &Fact) -> Option<String> {
    draw(fact, &format!("<style>{STYLE}</style>"))
}

fn draw(fact: &Fact, style: &str) -> Option<String> {
    let (points, sources) = points(fact);
    let first = points.first()?;
    let last = points.last()?;
    let scale = scale(&points, first.known.held_at, last.known.held_at);
    let mut marks = axes(&scale);
    for source in 0..sources.len() {
        marks += &source_line(&scale, &points, source);
    }
    marks += &running_line(&scale, fact, &points);
    for point in &points {
        marks += &mark(&scale, point, &fact.key);
    }
    let (legend, height) = legend(&sources);
    let title = format!("{} over time", wording::fact_in_words(&fact.key));
    let now = fact.value.as_ref().map(wording::known_in_words).unwrap_or_default();
    let description = format!(
        "{} claims by {} sources, from {:.0} to {:.0}; now {now}. The history below lists them all.",
        points.len(),
        sources.len(),
        first.known.held_at,
        last.known.held_at
    );
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"toll\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"{label}\"><title>{label}</title><desc>{}</desc>{style}{marks}{legend}</svg>",
        Text(&description),
        label = Text(&format!("{title}: {description}")),
    ))
}

fn points(fact: &Fact) -> (Vec<Point<'_>>, Vec<String>) {
    let course = follow(&fact.key, &fact.claims);
    let mut sources: Vec<String> = Vec::new();
    let mut points = Vec::new();
    for (known, step) in fact.claims.iter().zip(course.steps) {
        let Claim::Casualty(casualty) = &known.claim else { continue };
        if casualty.scope == Scope::Background {
            continue;
        }
        let name = casualty.source.clone().or_else(|| known.outlet.clone());
        let name = name.unwrap_or_else(|| "unnamed".to_owned());
        let source = sources.iter().position(|known| *known == name).unwrap_or_else(|| {
            sources.push(name);
            sources.len() - 1
        });
        let late = fact
            .claims
            .iter()
            .any(|other| other.held_at > known.held_at && other.learned_at < known.learned_at);
        points.push(Point { known, casualty, step, source, late });
    }
    (points, sources)
}

fn scale(points: &[Point<'_>], from: Timestamp, to: Timestamp) -> Scale {
    let highest = points.iter().map(|point| point.casualty.high.unwrap_or(point.casualty.value)).max();
    // A single moment gets an hour, so that its mark does not stand on the edge.
    let lasts = to.duration_since(from).max(SignedDuration::from_hours(1));
    Scale { from, seconds: lasts.as_secs_f64(), highest: round_up(highest.unwrap_or(1)) }
}

/// The next figure that reads well at the top of an axis.
fn round_up(figure: u64) -> f64 {
    let figure = figure.max(4) as f64 * 1.08;
    let power = 10f64.powf(figure.log10().floor());
    let steps = [1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.iter().map(|step| step * power).find(|top| *top >= figure).unwrap_or(10.0 * power)
}

fn axes(scale: &Scale) -> String {
    let mut out = String::new();
    for quarter in 0..=4u8 {
        let figure = scale.highest * f64::from(quarter) / 4.0;
        let y = TOP + PLOT * (1.0 - f64::from(quarter) / 4.0);
        let label = if figure.fract() == 0.0 { format!("{figure:.0}") } else { format!("{figure:.1}") };
        out += &format!(
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text class=\"tick\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            y + 4.0
        );
    }
    let short = scale.seconds < 2.0 * 86_400.0;
    for (part, anchor) in [(0.0, "start"), (1.0 / 3.0, "middle"), (2.0 / 3.0, "middle"), (1.0, "end")] {
        let seconds = scale.seconds * part;
        let at =
            SignedDuration::try_from_secs_f64(seconds).ok().and_then(|by| scale.from.checked_add(by).ok());
        let Some(at) = at else { continue };
        let label = at.strftime(if short { "%-d %b %H:%M UTC" } else { "%-d %b %Y" });
        out += &format!(
            "<text class=\"tick\" x=\"{:.1}\" y=\"{}\" text-anchor=\"{anchor}\" data-at=\"{at:.0}\">{label}</text>",
            LEFT + (WIDTH - LEFT - RIGHT) * part,
            TOP + PLOT + 20.0
        );
    }
    out
}

/// The figures of one source as steps, each with the band that its qualifier leaves open.
fn source_line(scale: &Scale, points: &[Point<'_>], source: usize) -> String {
    let own: Vec<&Point<'_>> = points.iter().filter(|point| point.source == source).collect();
    let (mut path, mut bands) = (String::new(), String::new());
    let end = WIDTH - RIGHT;
    for (at, point) in own.iter().enumerate() {
        let (x, y) = (scale.x(point.known.held_at), scale.y(point.casualty.value));
        let until = own.get(at + 1).map_or(end, |next| scale.x(next.known.held_at));
        path += &if at == 0 { format!("M{x:.1} {y:.1}H{until:.1}") } else { format!("V{y:.1}H{until:.1}") };
        let (up, down) = match (point.casualty.high, point.casualty.bound) {
            (Some(high), _) => (y - scale.y(high), 0.0),
            (None, Bound::Exact) => continue,
            (None, Bound::AtLeast | Bound::MoreThan) => (OPEN_BAND, 0.0),
            (None, Bound::Nearly | Bound::UpTo) => (0.0, OPEN_BAND),
            (None, Bound::About | Bound::Vague) => (OPEN_BAND / 2.0, OPEN_BAND / 2.0),
        };
        bands += &format!(
            "<rect class=\"band s{source}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            y - up,
            (until - x).max(4.0),
            up + down
        );
    }
    if source >= SOURCES_MAX {
        return String::new();
    }
    format!("{bands}<path class=\"source s{source}\" d=\"{path}\"/>")
}

/// The figure that newsdelta held known: it follows from the claims up to each moment.
fn running_line(scale: &Scale, fact: &Fact, points: &[Point<'_>]) -> String {
    let mut path = String::new();
    let mut held: Option<u64> = None;
    for (at, known) in fact.claims.iter().enumerate() {
        let so_far = fact.claims.get(..=at).unwrap_or_default();
        let figure = follow(&fact.key, so_far).value.and_then(|value| value.figure());
        let Some(figure) = figure.filter(|figure| held != Some(*figure)) else { continue };
        let (x, y) = (scale.x(known.held_at), scale.y(figure));
        path += &if held.is_none() { format!("M{x:.1} {y:.1}") } else { format!("H{x:.1}V{y:.1}") };
        held = Some(figure);
    }
    if held.is_none() || points.is_empty() {
        return String::new();
    }
    format!("<path class=\"running\" d=\"{path}H{:.1}\"/>", WIDTH - RIGHT)
}

fn mark(scale: &Scale, point: &Point<'_>, key: &crate::model::FactKey) -> String {
    let (x, y) = (scale.x(point.known.held_at), scale.y(point.casualty.value));
    let mut notes = vec![marked::in_words(key, &point.known.claim)];
    let class = point.source.min(SOURCES_MAX);
    let late = if point.late { " late" } else { "" };
    let revised = matches!(point.step, Step::Moves(ChangeKind::Down) | Step::RivalMoves(ChangeKind::Down, _));
    let shape = if point.step == Step::Conflicts {
        notes.push("sources disagree".to_owned());
        format!("<path class=\"conflict\" d=\"M{x:.1} {:.1}l6 6-6 6-6-6z\"/>", y - 6.0)
    } else if revised || history::is_correction(&point.known.claim) {
        notes.push("corrected".to_owned());
        format!("<path class=\"correction\" d=\"M{:.1} {:.1}h12l-6 10z\"/>", x - 6.0, y - 4.0)
    } else {
        format!("<circle class=\"point s{class}{late}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>")
    };
    if point.late {
        notes.push("reported late".to_owned());
    }
    notes.extend(point.known.outlet.clone());
    notes.push(format!("{:.0}", point.known.held_at));
    format!("<g>{shape}<title>{}</title></g>", Text(&notes.join(" · ")))
}

/// The names below the chart, and how high the whole becomes.
fn legend(sources: &[String]) -> (String, f64) {
    let top = TOP + PLOT + 46.0;
    let column = (WIDTH - LEFT) / 2.0;
    let mut out = String::new();
    let more = sources.len().saturating_sub(SOURCES_MAX);
    let mut entries: Vec<(String, String)> = vec![("running".to_owned(), "held known".to_owned())];
    entries.extend(
        sources
            .iter()
            .take(SOURCES_MAX)
            .enumerate()
            .map(|(at, name)| (format!("source s{at}"), shortened(name))),
    );
    if more > 0 {
        entries.push((String::new(), format!("and {more} further sources, as dots")));
    }
    let mut row = 0.0;
    for (at, (class, name)) in entries.iter().enumerate() {
        let x = LEFT + if at % 2 == 0 { 0.0 } else { column };
        row = (at / 2) as f64;
        let y = top + row * LEGEND_LINE;
        if !class.is_empty() {
            out += &format!("<path class=\"{class}\" d=\"M{x} {:.1}h24\"/>", y - 4.0);
        }
        out += &format!("<text class=\"name\" x=\"{}\" y=\"{y}\">{}</text>", x + 32.0, Text(name));
    }
    let y = top + (row + 1.0) * LEGEND_LINE;
    out += &format!(
        "<text class=\"tick\" x=\"{LEFT}\" y=\"{y}\">shaded: what a qualifier leaves open · ◆ disagree · ▼ corrected · ○ reported late</text>"
    );
    (out, y + 12.0)
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_LENGTH {
        return name.to_owned();
    }
    name.chars().take(NAME_LENGTH - 1).chain(['…']).collect()
}
