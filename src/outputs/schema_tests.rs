//! Tests that the JSON Schemas in `config/schema/` say what the program writes and reads: real values pass, and every
//! member of every closed set is known to them.

use serde_json::{Value, json};

use super::json::alert_line;
use super::samples;
use crate::model::{
    Act, Bound, Casualty, ChangeKind, Claim, Demand, DemandStatus, Draft, Effect, Evidence, Force, Group,
    Position, Relation, Scope, Span, Stance, Status,
};

const ARTICLE: &str = include_str!("../../config/schema/article.schema.json");
const CLAIM: &str = include_str!("../../config/schema/claim.schema.json");
const ALERT: &str = include_str!("../../config/schema/alert.schema.json");

fn validator(schema: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn assert_valid(validator: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{value:#}");
}

fn evidence() -> Evidence {
    Evidence { quote: "at least 29".into(), span: Span { start: 3, end: 14 }, rule: "toll".into() }
}

fn casualty() -> Casualty {
    Casualty {
        effect: Effect::Killed,
        value: 29,
        high: None,
        bound: Bound::AtLeast,
        group: Group::People,
        side: None,
        place: Some("the harbour".into()),
        scope: Scope::Event,
        source: None,
        as_of: Some(samples::moment()),
        relation: Relation::Whole,
        evidence: evidence(),
    }
}

fn demand() -> Demand {
    Demand {
        by: "Freedonia".into(),
        to: None,
        act: Act::Ceasefire,
        force: Force::Appeal,
        status: DemandStatus::Made,
        condition: None,
        source: None,
        evidence: evidence(),
    }
}

fn position() -> Position {
    Position {
        actor: "Osterlich".into(),
        stance: Stance::Support,
        target: None,
        source: None,
        evidence: evidence(),
    }
}

#[test]
fn every_claim_there_can_be_is_of_the_schema() {
    let validator = validator(CLAIM);
    let mut claims = Vec::new();
    claims
        .extend(Effect::ALL.iter().map(|effect| Claim::Casualty(Casualty { effect: *effect, ..casualty() })));
    claims.extend(Group::ALL.iter().map(|group| Claim::Casualty(Casualty { group: *group, ..casualty() })));
    claims.extend(Bound::ALL.iter().map(|bound| Claim::Casualty(Casualty { bound: *bound, ..casualty() })));
    claims.extend(Scope::ALL.iter().map(|scope| Claim::Casualty(Casualty { scope: *scope, ..casualty() })));
    claims.extend(
        Relation::ALL.iter().map(|relation| Claim::Casualty(Casualty { relation: *relation, ..casualty() })),
    );
    claims.extend(Act::ALL.iter().map(|act| Claim::Demand(Demand { act: *act, ..demand() })));
    claims.extend(Force::ALL.iter().map(|force| Claim::Demand(Demand { force: *force, ..demand() })));
    claims
        .extend(DemandStatus::ALL.iter().map(|status| Claim::Demand(Demand { status: *status, ..demand() })));
    claims
        .extend(Stance::ALL.iter().map(|stance| Claim::Position(Position { stance: *stance, ..position() })));
    for claim in claims {
        assert_valid(&validator, &serde_json::to_value(claim).unwrap());
    }
}

#[test]
fn a_claim_of_another_form_is_refused() {
    let validator = validator(CLAIM);
    let good = serde_json::to_value(Claim::Casualty(casualty())).unwrap();
    for (key, value) in [
        ("effect", json!("hurt")),
        ("value", json!(-1)),
        ("value", json!("29")),
        ("kind", json!("demand")),
        ("extra", json!(1)),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(!validator.is_valid(&bad), "{bad}");
    }
}

#[test]
fn every_kind_of_alert_is_of_the_schema() {
    let validator = validator(ALERT);
    let mut signed = samples::toll_rises();
    signed.text_sha256 = Some(crate::model::article::sha256_hex("a text"));
    let key = crate::proof::Signer::new_pem(&[7; 32]).unwrap();
    signed.proof = Some(crate::proof::Signer::read(&key).unwrap().sign(&signed).unwrap());
    let alerts = [
        signed,
        samples::toll_rises(),
        samples::demand(ChangeKind::New),
        samples::demand(ChangeKind::Hardened),
        samples::demand(ChangeKind::Rejected),
        samples::position(),
    ];
    for alert in alerts {
        assert_valid(&validator, &serde_json::to_value(&alert).unwrap());
        assert_valid(&validator, &serde_json::from_str(&alert_line(&alert).unwrap()).unwrap());
        assert_valid(&validator, &crate::ledger::replay::alert_line(&alert));
    }
}

#[test]
fn the_alerts_of_a_webhook_are_of_the_schema_even_when_trimmed() {
    let validator = validator(ALERT);
    let mut large = samples::toll_rises();
    large.evidence.quote = "many words ".repeat(10_000);
    let message = samples::message(vec![large, samples::position()]);
    for part in super::webhook_body::parts(&message, None).unwrap() {
        let body: Value = serde_json::from_str(&part.body).unwrap();
        for alert in body["data"]["alerts"].as_array().unwrap() {
            assert_valid(&validator, alert);
        }
    }
}

#[test]
fn an_alert_whose_values_are_not_of_its_kind_is_refused() {
    let validator = validator(ALERT);
    let mut alert = serde_json::to_value(samples::toll_rises()).unwrap();
    alert["after"] = serde_json::to_value(samples::position()).unwrap()["after"].clone();
    assert!(!validator.is_valid(&alert));
    let mut alert = serde_json::to_value(samples::position()).unwrap();
    alert["change"] = json!("up");
    assert!(!validator.is_valid(&alert));
}

#[test]
fn every_article_the_reader_takes_is_of_the_schema() {
    let validator = validator(ARTICLE);
    let text = "Two people were hurt when a tram left its rails.";
    let drafts = [
        Draft { text: text.into(), ..Draft::default() },
        Draft {
            id: Some("a-1".into()),
            outlet: Some("The Osterlich Post".into()),
            url: Some("https://post.example.org/tram".into()),
            published_at: Some(samples::moment().into()),
            title: Some("Tram leaves its rails".into()),
            text: text.into(),
            version: Some("2".into()),
            embargo_until: Some(samples::moment().into()),
            ..Draft::default()
        },
        Draft {
            id: Some("a-1".into()),
            status: Status::Withdrawn,
            text: "Withdrawn by the editors.".into(),
            ..Draft::default()
        },
    ];
    for draft in drafts {
        assert_valid(&validator, &serde_json::to_value(draft).unwrap());
    }
    assert_valid(&validator, &json!({ "text": text, "section": "unknown fields are ignored" }));
    for bad in [json!({}), json!({ "text": 5 }), json!({ "text": " " }), json!({ "text": text, "title": [] })]
    {
        assert!(!validator.is_valid(&bad), "{bad}");
    }
}
