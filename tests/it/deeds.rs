//! A demand that one report tells of and a deed that another tells of later, on both sides of a restart.

use serde_json::{Value, json};

use crate::editing::{printed, report, run, tell};
use crate::harness::Place;
use crate::restart::{PATIENCE, stop};

const DEMAND: &str = "Teachers in Kisumu strike over unpaid wages\n\nTeachers in Kisumu, Kenya, marched through the town on \
    Monday. The Kenya Teachers' Union demanded that Education Minister Ada Brun resign over the unpaid wages.";
const DEED: &str = "Kenya education minister quits over teachers' wages in Kisumu\n\nEducation Minister Ada Brun resigned on \
    Tuesday after teachers in Kisumu, Kenya, had marched through the town over unpaid wages.";

fn demands(place: &Place) -> Vec<Value> {
    place.journal().into_iter().filter(|alert| alert["about"] == "demand").collect()
}

#[test]
fn a_deed_told_after_a_restart_meets_the_demand_told_before() {
    let place = Place::new().with_inbox().with_journal();
    let mut daemon = place.start();
    tell(&place, "1.json", &report("urn:demand", 8, DEMAND));
    daemon.until("the demand", PATIENCE, || demands(&place).len() == 1);
    stop(daemon);
    let mut daemon = place.start();
    tell(&place, "2.json", &report("urn:deed", 14, DEED));
    daemon.until("the answer", PATIENCE, || demands(&place).len() == 2);
    let told = demands(&place);
    assert_eq!(told[0]["change"], json!("new"));
    assert_eq!(told[1]["change"], json!("met"));
    assert_eq!(told[1]["fact"], told[0]["fact"], "the same demand");
    let quote = told[1]["evidence"]["quote"].as_str().unwrap();
    assert!(quote.contains("resigned on Tuesday"), "{quote}");
    // The store gives the same answer: what is known, and as of the morning.
    let story = told[1]["story"].as_str().unwrap();
    let status = |arguments: &[&str]| {
        let shown: Value = serde_json::from_str(&printed(&run(&place, "show", arguments))).unwrap();
        let facts = shown["facts"].as_array().unwrap().clone();
        facts
            .into_iter()
            .find(|fact| fact["key"] == told[0]["fact"])
            .map(|fact| fact["value"]["status"].clone())
    };
    assert_eq!(status(&[story, "--json"]), Some(json!("met")));
    assert_eq!(status(&[story, "--json", "--as-of", "2031-05-06T09:00:00Z"]), Some(json!("made")));
    stop(daemon);
}
