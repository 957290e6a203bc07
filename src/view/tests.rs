//! A whole story, drawn: what must be seen is seen, and nothing in a report becomes markup.

use super::*;
use crate::ledger::{Ledger, Limits};
use crate::model::{Article, Draft, Fact, Moment, Story};
use crate::store::KnownArticle;
use crate::text::gazetteer::Gazetteer;

fn told(reports: &[(&str, &str, &str)]) -> (Story, Vec<Fact>, Vec<KnownArticle>) {
    let mut ledger = Ledger::new(Limits::default());
    let mut facts: std::collections::BTreeMap<_, Fact> = std::collections::BTreeMap::new();
    let (mut articles, mut story) = (Vec::new(), None);
    for (at, (outlet, published, text)) in reports.iter().enumerate() {
        let moment = Moment::parse(published).unwrap();
        let draft = Draft {
            id: Some(format!("r{at}")),
            outlet: Some((*outlet).to_owned()),
            published_at: Some(moment),
            text: (*text).to_owned(),
            url: Some("javascript:alert(1)".to_owned()),
            ..Draft::default()
        };
        let article = Article::new(draft, moment.at);
        let claims = crate::extract::read(&article, &Gazetteer::builtin()).claims;
        let assignment = ledger.assign(&article, &claims);
        let outcome = ledger.apply(article.clone(), claims, assignment, moment.at);
        facts.extend(outcome.facts.iter().map(|fact| (fact.key.clone(), fact.clone())));
        let origin = outcome.origin.clone();
        articles.push(KnownArticle {
            article,
            story: outcome.story.id.clone(),
            origin,
            learned_at: moment.at,
            claims: Vec::new(),
        });
        story = Some(outcome.story);
    }
    (story.unwrap(), facts.into_values().collect(), articles)
}

fn ferry() -> (Story, Vec<Fact>, Vec<KnownArticle>) {
    told(&[
        (
            "Harbour Post",
            "2024-05-02T08:00:00+02:00",
            "Ferry <b>capsizes</b> off Hvalstad\n\nAt least 12 people were killed when a ferry capsized off Hvalstad, police said.",
        ),
        (
            "Fjord Radio",
            "2024-05-02T12:00:00+02:00",
            "Toll of the Hvalstad ferry rises\n\nAt least 19 people were killed when the ferry capsized off Hvalstad, police said.",
        ),
    ])
}

#[test]
fn a_story_shows_its_toll_its_history_and_its_reports() {
    let (story, facts, articles) = ferry();
    let page = story::document(&story, &facts, &articles, &story::Spoken::new());
    for seen in
        ["at least 19", "at least 12", "risen", "<svg", "Fjord Radio", "2 May 2024, 08:00 +02", "<mark"]
    {
        assert!(page.contains(seen), "{seen} is missing in {page}");
    }
    assert!(page.contains("Ferry &lt;b&gt;capsizes&lt;/b&gt;") && !page.contains("<b>capsizes"), "{page}");
    assert!(!page.contains("javascript:"), "only links of the web are links: {page}");
    assert!(!page.contains("<script") && !page.contains("src="), "it needs nothing else");
}

#[test]
fn the_chart_stands_alone_and_steps() {
    let (_, facts, _) = ferry();
    let chart = story::main_chart(&facts).unwrap();
    assert!(chart.starts_with("<svg xmlns=") && chart.contains("<style>"), "{chart}");
    let mut reader = quick_xml::Reader::from_str(&chart);
    let mut points = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Empty(element) if element.name().as_ref() == "circle" => points += 1,
            _ => {}
        }
    }
    assert_eq!(points, 2, "{chart}");
    let running = chart.split("class=\"running\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(running.contains('V'), "the figure rose: {running}");
}

#[test]
fn a_story_of_which_nothing_is_known_says_so() {
    let (story, _, articles) = ferry();
    assert!(story::part(&story, &[], &articles, &story::Spoken::new()).contains("yet"));
    assert!(story::main_chart(&[]).is_none());
}
