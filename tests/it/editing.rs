//! An editor's word and a publisher's withdrawal, beside the running daemon: facts that no machine moves, corrections
//! that name what they correct, reports taken back.

use std::process::Output;

use serde_json::{Value, json};

use crate::harness::Place;
use crate::restart::{PATIENCE, stop};

pub(crate) fn report(id: &str, hour: u32, text: &str) -> Value {
    json!({
        "id": id, "version": "1", "outlet": format!("outlet of {id}"),
        "published_at": format!("2031-05-06T{hour:02}:00:00Z"), "text": text,
    })
}

pub(crate) fn tell(place: &Place, name: &str, report: &Value) {
    place.drop_bytes(name, report.to_string().as_bytes());
}

/// Runs a verb with the place's config.
pub(crate) fn run(place: &Place, verb: &str, arguments: &[&str]) -> Output {
    let config = place.path("newsdelta.toml");
    place.run(&[&[verb, "--config", config.to_str().unwrap()], arguments].concat())
}

pub(crate) fn printed(done: &Output) -> String {
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// The alerts on those killed, in the order they were told.
fn killed(place: &Place) -> Vec<Value> {
    let told = place.journal();
    let about = |alert: &Value| alert["fact"]["effect"] == "killed" && alert["fact"]["group"] == "people";
    told.into_iter().filter(about).collect()
}

pub(crate) const FIRST: &str = "Landslide buries the village of Qarmi in Tajikistan\n\nA landslide buried the village of Qarmi in the \
    mountains of Tajikistan on Tuesday. The emergencies committee said that 25 people had been killed in the landslide.";
pub(crate) const SECOND: &str = "Toll of Qarmi landslide in Tajikistan rises\n\nThe emergencies committee said that 41 people had been \
    killed in the landslide that buried the village of Qarmi in the mountains of Tajikistan.";
const THIRD: &str = "Rescuers dig on in Qarmi in Tajikistan\n\nThe emergencies committee said that 47 people had been killed \
    and 12 people had been injured in the landslide that buried the village of Qarmi in the mountains of Tajikistan.";

#[test]
fn an_editor_has_the_last_word_and_corrections_name_what_they_correct() {
    let place = Place::new().with_inbox().with_journal();
    let mut daemon = place.start();
    tell(&place, "1.json", &report("urn:a", 8, FIRST));
    daemon.until("the first figure", PATIENCE, || killed(&place).len() == 1);
    tell(&place, "2.json", &report("urn:b", 10, SECOND));
    daemon.until("the rise", PATIENCE, || killed(&place).len() == 2);

    let stories = printed(&run(&place, "stories", &["--json"]));
    let story: Value = serde_json::from_str(stories.lines().next().unwrap()).unwrap();
    let story = story["id"].as_str().unwrap();
    let said =
        printed(&run(&place, "correct", &[story, "killed", "19", "--by", "Ada", "--note", "counted twice"]));
    assert!(said.contains("will be told"), "{said}");
    daemon.until("the correction", PATIENCE, || killed(&place).len() == 3);
    let told = killed(&place);
    let correction = &told[2];
    assert_eq!((&correction["change"], &correction["before"]["value"]), (&json!("down"), &json!(41)));
    assert_eq!(
        (&correction["after"]["value"], &correction["after"]["source"]),
        (&json!(19), &json!("editor"))
    );
    let mut wrong: Vec<&Value> = correction["corrects"].as_array().unwrap().iter().collect();
    wrong.sort_by_key(ToString::to_string);
    let mut ids = vec![&told[0]["id"], &told[1]["id"]];
    ids.sort_by_key(ToString::to_string);
    assert_eq!(wrong, ids, "both figures told stood above 19");

    // The daemon finds the story moved, and goes on; no machine moves what the editor settled.
    tell(&place, "3.json", &report("urn:c", 12, THIRD));
    daemon.until("the injured", PATIENCE, || {
        place.journal().iter().any(|alert| alert["fact"]["effect"] == "injured")
    });
    assert_eq!(killed(&place).len(), 3);

    let edit = correction["article"].as_str().unwrap();
    printed(&run(&place, "retract", &[edit]));
    daemon.until("the fact to be free again", PATIENCE, || killed(&place).len() == 4);
    assert_eq!(killed(&place)[3]["after"]["value"], 47);
    let again = run(&place, "retract", &[edit]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("still stands"));
    let unknown = run(&place, "correct", &[story, "eaten", "3"]);
    let complaint = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(
        !unknown.status.success() && complaint.contains("known are: ") && complaint.contains("killed"),
        "{complaint}"
    );
    stop(daemon);
}

#[test]
fn a_withdrawn_document_takes_its_claims_back() {
    let place = Place::new().with_inbox().with_journal();
    let mut daemon = place.start();
    tell(&place, "1.json", &report("urn:a", 8, FIRST));
    daemon.until("the first figure", PATIENCE, || killed(&place).len() == 1);
    tell(&place, "2.json", &report("urn:b", 10, SECOND));
    daemon.until("the rise", PATIENCE, || killed(&place).len() == 2);
    stop(daemon);

    // After a restart memory is empty: the store knows the versions.
    let mut daemon = place.start();
    tell(&place, "3.json", &json!({"id": "urn:b", "version": "2", "status": "withdrawn", "text": ""}));
    daemon.until("the correction", PATIENCE, || killed(&place).len() == 3);
    let told = killed(&place);
    assert_eq!((&told[2]["before"]["value"], &told[2]["after"]["value"]), (&json!(41), &json!(25)));
    assert_eq!(told[2]["corrects"], json!([told[1]["id"]]));
    assert_eq!(told[2]["evidence"]["quote"], "Withdrawn by its publisher");
    stop(daemon);
    let shown = printed(&run(&place, "why", &["urn:b#1"]));
    assert!(shown.contains("withdrawn or retracted"), "{shown}");
}
