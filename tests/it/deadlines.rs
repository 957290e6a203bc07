//! The demand clock as its receivers see it: told when a deadline nears and when it has passed unmet, not after the demand
//! was met; and an answer that comes later, with both quotes.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::harness::{Place, Receiver, now};
use crate::restart::{PATIENCE, alerts, stop};

/// So long is left until what the test waits for.
const SOON: SignedDuration = SignedDuration::from_secs(10);

/// A day is what each ultimatum gives.
const GIVEN: SignedDuration = SignedDuration::from_hours(24);

fn article(id: &str, at: Timestamp, title: &str, text: &str) -> Vec<u8> {
    let text = format!("{title}\n\n{text}");
    let article =
        json!({ "id": id, "outlet": "Meridian Wire", "published_at": at.to_string(), "text": text });
    article.to_string().into_bytes()
}

#[test]
fn deadlines_are_told_when_they_near_and_pass_and_not_once_the_demand_is_met() {
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let mut daemon = place.start();
    let begun = now();
    let hour = SignedDuration::from_hours(1);
    // Recalled three hours before it passes: soon.
    let nears = article(
        "nears",
        begun + SOON - (GIVEN - hour * 3),
        "Zambia sets deadline for Malawi",
        "Zambia gave Malawi 24 hours to withdraw its troops from the border town of Kasumbwe, the foreign ministry in \
         Lusaka said.",
    );
    // The first of these is met in time, the second is not.
    let is_met = article(
        "is-met",
        begun + SOON / 2 - GIVEN,
        "Norway sets deadline for Sweden",
        "Norway gave Sweden 24 hours to release the fishing boats held in Strandvik harbour, its foreign ministry said.",
    );
    let passes = article(
        "passes",
        begun + SOON - GIVEN,
        "Chile sets deadline for Peru",
        "Chile gave Peru 24 hours to release the surveyors seized at the Colca mine, its foreign ministry said.",
    );
    let met = article(
        "met",
        begun - hour,
        "Sweden complies with demand of Norway",
        "Sweden complied with Norway's demand to release the fishing boats held in Strandvik harbour, its foreign \
         ministry said.",
    );
    for (name, bytes) in [("1.json", nears), ("2.json", is_met), ("3.json", passes), ("4.json", met)] {
        place.drop_bytes(name, &bytes);
        daemon.until("the report in done/", PATIENCE, || {
            place.names_in("done").iter().any(|done| done == name)
        });
    }
    let has = |received: &[crate::harness::Received], article: &str, change: &str| {
        alerts(received).iter().any(|alert| alert["article"] == article && alert["change"] == change)
    };
    assert!(
        receiver.wait(PATIENCE, |all| has(all, "nears", "deadline_near")),
        "the deadline that nears was not told"
    );
    assert!(
        receiver.wait(PATIENCE, |all| has(all, "passes", "deadline_passed")),
        "the one that passed was not told"
    );
    let told = alerts(&receiver.received());
    assert!(has(&receiver.received(), "met", "met"), "that it was met was not told: {told:#?}");
    let of_the_met = |alert: &&Value| alert["article"] == "is-met" && alert["change"] != "new";
    assert_eq!(told.iter().filter(of_the_met).count(), 0, "{told:#?}");
    assert!(!has(&receiver.received(), "nears", "deadline_passed"), "hours before its time");

    let answer = article(
        "answer",
        now() + hour * 48,
        "Peru rejects demand of Chile",
        "Peru rejected Chile's demand to release the surveyors seized at the Colca mine, its foreign ministry said.",
    );
    place.drop_bytes("5.json", &answer);
    assert!(receiver.wait(PATIENCE, |all| has(all, "answer", "rejected")), "the answer was not told");
    stop(daemon);
    let told = alerts(&receiver.received());
    let answer =
        told.iter().find(|alert| alert["article"] == "answer" && alert["change"] == "rejected").unwrap();
    assert!(answer["quote_before"].as_str().is_some_and(|quote| quote.contains("24 hours")), "{answer:#}");
    assert!(answer["evidence"]["quote"].as_str().unwrap().contains("rejected"), "{answer:#}");
}
