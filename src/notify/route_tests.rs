//! The routing tree against alerts of its own making.

use super::*;
use crate::config::Config;
use crate::notify::mute::Muted;
use crate::store::contract::{at, killed, outcome};
use crate::store::{Pace, Told};

fn outputs() -> [String; 3] {
    ["desk", "phone", "archive"].map(str::to_owned)
}

/// The tree of a config with three outputs.
fn config(routing: &str) -> Result<RouteConfig, String> {
    let outputs = outputs().map(|name| format!("[outputs.{name}]\ntype = \"stdout\"\n")).concat();
    let text = format!("{outputs}{routing}");
    Config::read(Some(("mine.toml", &text)), [])
        .map(|config| config.routing)
        .map_err(|error| error.to_string())
}

fn router(routing: &str) -> Router {
    Router::new(&config(routing).unwrap(), &outputs())
}

/// A toll that rose to a figure.
fn toll(before: Option<u64>, after: u64) -> Alert {
    let value = |figure: u64| outcome("s1", figure - 10, "a1").message.unwrap().alerts.remove(0).after;
    let mut alert = outcome("s1", after - 10, "a1").message.unwrap().alerts.remove(0);
    alert.before = before.map(value);
    alert.change = if before.is_some() { ChangeKind::Up } else { ChangeKind::New };
    alert.id = format!("{before:?}-{after}");
    alert
}

fn with_fact(fact: FactKey) -> Alert {
    Alert { fact, id: "other".to_owned(), ..toll(Some(12), 40) }
}

fn part(side: &str) -> FactKey {
    match killed() {
        FactKey::Casualties { effect, group, place, scope, .. } => {
            FactKey::Casualties { effect, group, side: Some(side.to_owned()), place, scope }
        }
        other => other,
    }
}

fn position() -> FactKey {
    FactKey::Position { actor: "Osterlich".to_owned(), target: Some("Freedonia".to_owned()) }
}

fn goes_to(router: &Router, alert: &Alert) -> String {
    let to: Vec<String> = router.destinations(alert).into_iter().map(|found| found.output).collect();
    to.join(" ")
}

#[test]
fn without_routes_every_output_is_told_everything_at_once() {
    let router = Router::new(&RouteConfig::default(), &outputs());
    let message = outcome("s1", 2, "a1").message.unwrap();
    let parcels = router.parcels(&message, &[], at(0));
    assert_eq!(parcels.iter().map(|parcel| parcel.output.as_str()).collect::<Vec<_>>(), outputs());
    assert!(parcels.iter().all(|parcel| parcel.message == message && parcel.pace == Pace::Now));
}

#[test]
fn the_first_route_that_matches_takes_it_unless_it_continues() {
    let router = router(
        "[routing]\noutputs = [\"archive\"]\n\
         [[routing.routes]]\nname = \"large\"\nvalue_min = 100\noutputs = [\"phone\"]\ncontinue = true\n\
         [[routing.routes]]\neffect = [\"killed\"]\noutputs = [\"desk\"]\n\
         [[routing.routes]]\nabout = [\"position\"]\noutputs = []",
    );
    assert_eq!(goes_to(&router, &toll(Some(12), 20)), "desk");
    assert_eq!(goes_to(&router, &toll(Some(12), 200)), "phone desk");
    assert_eq!(goes_to(&router, &with_fact(position())), "", "an empty list tells nobody");
    let demand = FactKey::Demand { by: "Osterlich".to_owned(), to: None, act: crate::model::Act::Ceasefire };
    assert_eq!(goes_to(&router, &with_fact(demand)), "archive", "what no route matches is the root's");
    assert_eq!(router.destinations(&toll(Some(12), 200))[0].route, "large");
}

#[test]
fn a_route_inside_a_route_matches_both_and_inherits() {
    let router = router(
        "[routing]\ngroup_wait = \"5m\"\n\
         [[routing.routes]]\nabout = [\"casualties\"]\noutputs = [\"desk\"]\n\
         [[routing.routes.routes]]\nside = [\"FREEDONIA\"]\n\
         [[routing.routes.routes]]\nchange_percent_min = 50\noutputs = [\"phone\"]\ngroup_wait = \"0s\"",
    );
    assert_eq!(goes_to(&router, &with_fact(part("Freedonia"))), "desk");
    assert_eq!(goes_to(&router, &toll(Some(100), 149)), "desk");
    assert_eq!(goes_to(&router, &toll(Some(100), 150)), "phone");
    assert_eq!(goes_to(&router, &toll(None, 11)), "phone", "a first figure is news of any size");
    assert_eq!(goes_to(&router, &with_fact(position())), "desk phone archive");
    assert_eq!(router.destinations(&toll(Some(100), 150))[0].rhythm.pace(at(0)), Pace::Now);
    assert_eq!(
        router.destinations(&toll(Some(100), 101))[0].rhythm.pace(at(0)),
        Pace::Group { release_at: at(5), interval: Duration::ZERO }
    );
}

#[test]
fn every_condition_counts() {
    let two_sources = Alert { sources: 2, ..toll(Some(12), 20) };
    for (condition, matches, misses) in [
        (
            "story = [\"ferry capsizes\"]",
            toll(None, 11),
            Alert { story_title: "Mine".into(), ..toll(None, 11) },
        ),
        (
            "story = [\"s1\"]",
            toll(None, 11),
            Alert { story: "t".into(), story_title: "s".into(), ..toll(None, 11) },
        ),
        ("about = [\"position\"]", with_fact(position()), toll(None, 11)),
        ("change = [\"up\"]", toll(Some(12), 20), toll(None, 20)),
        ("group = [\"people\"]", toll(None, 11), with_fact(position())),
        ("actor = [\"freedonia\"]", with_fact(position()), toll(None, 11)),
        ("actor = [\"Freedonia\"]", with_fact(part("Freedonia")), with_fact(part("Sylvania"))),
        ("change_min = 8", toll(Some(12), 20), toll(Some(13), 20)),
        ("value_min = 20", toll(Some(12), 20), toll(Some(12), 19)),
        ("sources_min = 2", two_sources, toll(Some(12), 20)),
    ] {
        let router = router(&format!(
            "[routing]\noutputs = []\n[[routing.routes]]\n{condition}\noutputs = [\"desk\"]"
        ));
        assert_eq!(goes_to(&router, &matches), "desk", "{condition}");
        assert_eq!(goes_to(&router, &misses), "", "{condition}");
    }
}

#[test]
fn an_output_is_told_its_share_under_an_id_of_its_own() {
    let router = router("[routing]\n[[routing.routes]]\nabout = [\"position\"]\noutputs = [\"phone\"]");
    let mut message = outcome("s1", 2, "a1").message.unwrap();
    message.alerts.push(with_fact(position()));
    let parcels = router.parcels(&message, &[], at(0));
    let of = |output: &str| parcels.iter().filter(|parcel| parcel.output == output).collect::<Vec<_>>();
    assert_eq!((of("desk").len(), of("phone").len()), (1, 1));
    assert_eq!((of("desk")[0].message.alerts.len(), &of("phone")[0].message), (1, &message));
    assert_eq!(of("desk")[0].message.id, of("archive")[0].message.id, "the same share, the same id");
    assert_ne!(of("desk")[0].message.id, message.id);
    assert_eq!(parcels, router.parcels(&message, &[], at(0)));
}

#[test]
fn a_part_is_left_out_beside_its_whole_where_that_is_wanted() {
    let router = router("[routing]\noutputs = [\"desk\"]\ninhibit_parts = true");
    let mut message = outcome("s1", 2, "a1").message.unwrap();
    message.alerts = vec![with_fact(part("Freedonia")), toll(Some(12), 20)];
    assert_eq!(router.parcels(&message, &[], at(0))[0].message.alerts, [toll(Some(12), 20)]);
    message.alerts.pop();
    assert_eq!(router.parcels(&message, &[], at(0))[0].message.alerts.len(), 1, "alone it is told");
}

#[test]
fn a_correction_goes_where_the_error_went_and_nowhere_else() {
    let router = router("[routing]\noutputs = [\"desk\"]\nquiet_hours = [\"00:00-23:59\"]");
    let mut message = outcome("s1", 2, "a1").message.unwrap();
    message.alerts[0].corrects = vec!["wrong".to_owned(), "older".to_owned()];
    let told = |alert: &str, output: &str, held: Option<&Pace>| Told {
        alert: alert.to_owned(),
        output: output.to_owned(),
        held: held.cloned(),
    };
    let (group, digest) = (
        Pace::Group { release_at: at(20), interval: Duration::ZERO },
        Pace::Lot { lot: "digest".to_owned(), release_at: at(30) },
    );
    let errors = Errors::of(vec![
        told("wrong", "phone", None),
        told("wrong", "gone", None),
        told("older", "archive", Some(&group)),
        told("wrong", "archive", Some(&group)),
    ]);
    let mutes = [Mute::of(Muted::Story { story: "s1".to_owned() }, at(10), at(0))];
    let ways = |errors: &Errors| {
        let parcels = router.parcels_after(&message, errors, &mutes, at(0));
        parcels.into_iter().map(|parcel| (parcel.output, parcel.pace)).collect::<Vec<_>>()
    };
    let expected = [("archive".to_owned(), group.clone()), ("phone".to_owned(), Pace::Correction)];
    assert_eq!(
        ways(&errors),
        expected,
        "no mute, no route, no quiet hours; an output that is gone gets nothing"
    );
    for scattered in [None, Some(&digest)] {
        let errors =
            Errors::of(vec![told("older", "archive", scattered), told("wrong", "archive", Some(&group))]);
        assert_eq!(ways(&errors), [("archive".to_owned(), Pace::Correction)]);
    }
    assert_eq!(ways(&Errors::default()), []);
}

#[test]
fn news_and_corrections_of_one_article_travel_together() {
    let router = router("[routing]\noutputs = [\"desk\"]\ninhibit_parts = true");
    let mut message = outcome("s1", 2, "a1").message.unwrap();
    message.alerts = vec![toll(Some(12), 20), with_fact(part("Freedonia"))];
    message.alerts[1].corrects = vec!["wrong".to_owned()];
    let wrong = Told { alert: "wrong".to_owned(), output: "desk".to_owned(), held: None };
    let parcels = router.parcels_after(&message, &Errors::of(vec![wrong]), &[], at(0));
    let [Parcel { message: told, pace: Pace::Correction, .. }] = parcels.as_slice() else {
        panic!("{parcels:?}")
    };
    assert_eq!(*told, message, "no part that is a correction is left out");
}

#[test]
fn what_is_muted_goes_nowhere_until_the_mute_ends() {
    let router = router("");
    let message = outcome("s1", 2, "a1").message.unwrap();
    for what in
        [Muted::Story { story: "s1".to_owned() }, Muted::Fact { story: "s1".to_owned(), fact: killed() }]
    {
        let mutes = [Mute::of(what, at(10), at(0))];
        assert_eq!(router.parcels(&message, &mutes, at(9)), []);
        assert_eq!(router.parcels(&message, &mutes, at(10)).len(), 3);
    }
    let other = [Mute::of(Muted::Story { story: "s2".to_owned() }, at(10), at(0))];
    assert_eq!(router.parcels(&message, &other, at(9)).len(), 3);
}

#[test]
fn mistakes_are_named_with_their_line_and_cure() {
    for (text, words) in [
        (
            "[routing]\n[[routing.routes]]\noutputs = [\"fax\"]",
            "mine.toml:9: `routing.routes[0].outputs` names `fax`",
        ),
        ("[routing]\nabout = [\"demand\"]", "`routing` is the root"),
        ("[routing]\n[[routing.routes]]\neffect = [\"kiled\"]", "did you mean `killed`?"),
        ("[routing]\nquiet_hours = [\"22-7\"]", "`routing.quiet_hours[0]` is `22-7`"),
        ("[routing]\ntime_zone = \"Mars\"", "which is no time zone"),
        (
            "[routing]\n[[routing.routes]]\n[[routing.routes]]\nvalue_min = 1",
            "`routing.routes[0]` has no condition",
        ),
        ("[routing]\ngroup_weight = \"1m\"", "did you mean `group_wait`?"),
    ] {
        let error = config(text).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
}
