//! The interface of the running daemon: what it answers, what it takes, what it refuses, and that its stream has no gap.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Daemon, Place, Reply, Stream, reports, request};
use crate::restart::stop;

const PATIENCE: Duration = Duration::from_secs(60);

fn get(address: &str, path: &str) -> Reply {
    request(address, "GET", path, "", b"").expect("the daemon answers")
}

fn post(address: &str, kind: &str, body: &str) -> Reply {
    let headers = format!("Content-Type: {kind}\r\n");
    request(address, "POST", "/api/articles", &headers, body.as_bytes()).expect("the daemon answers")
}

fn ferry(id: &str, hour: u32, toll: u32) -> Value {
    json!({
        "id": id, "outlet": "Harbour Post", "published_at": format!("2024-05-02T{hour:02}:00:00+02:00"),
        "title": format!("Hvalstad ferry, report of {hour} o'clock"),
        "text": format!("At least {toll} people were killed when the ferry capsized off Hvalstad, police said.")
    })
}

#[test]
fn what_is_sent_is_known_and_can_be_asked_in_every_way() {
    let place = Place::new().with_journal();
    let (daemon, address) = place.start_ready();
    let first = post(&address, "application/json", &ferry("f1", 8, 12).to_string());
    assert_eq!(first.status, 200, "{first:?}");
    let received = &first.json()["articles"][0];
    assert_eq!((&received["id"], &received["outcome"]), (&json!("f1"), &json!("committed")));
    let story = received["story"].as_str().unwrap().to_owned();
    let again = post(&address, "application/json", &ferry("f1", 8, 12).to_string()).json();
    assert_eq!(
        (&again["articles"][0]["outcome"], &again["articles"][0]["story"]),
        (&json!("known"), &json!(story))
    );

    let mixed = format!("{}\n{{\"text\": 7}}\n\n{}\n", ferry("f2", 12, 19), ferry("f1", 8, 12));
    let mixed = post(&address, "application/x-ndjson", &mixed).json();
    let outcomes: Vec<&str> =
        mixed["articles"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["committed", "refused", "known"], "{mixed}");
    assert!(mixed["articles"][1]["reason"].as_str().unwrap().contains("text"), "{mixed}");

    let list = get(&address, "/api/stories?words=ferry&kind=casualties&limit=1").json();
    assert_eq!(list["entries"][0]["id"], json!(story), "{list}");
    assert_eq!(list["entries"][0]["known"][0]["value_in_words"], json!("at least 19"), "{list}");
    assert!(
        list["entries"][0]["last_message"]["alerts"][0]["headline"]
            .as_str()
            .unwrap()
            .contains("12 → at least 19")
    );
    for nothing in
        ["words=train", "place=Lima", "actor=Lima", "kind=demand", "since=2030-01-01", "until=2020-01-01"]
    {
        assert_eq!(
            get(&address, &format!("/api/stories?{nothing}")).json()["entries"],
            json!([]),
            "{nothing}"
        );
    }

    let killed = |query: &str| {
        let one = get(&address, &format!("/api/stories/{story}{query}")).json();
        let facts = one["facts"].as_array().unwrap().clone();
        facts.iter().find(|fact| fact["fact"]["effect"] == "killed").cloned().unwrap_or_default()
    };
    assert_eq!(killed("")["claims"].as_array().unwrap().len(), 2);
    assert_eq!(killed("?as_of=2024-05-02T09:00:00Z")["value"]["value"], json!(12));
    assert_eq!(killed("?learned_by=2024-05-02"), Value::Null, "nothing was known then");

    let article = get(&address, "/api/articles/f2").json();
    let claim = &article["claims"][0]["claim"];
    let offset = |name: &str| usize::try_from(claim[name].as_u64().unwrap()).unwrap();
    let text = article["article"]["text"].as_str().unwrap();
    assert_eq!(text.get(offset("start")..offset("end")), claim["quote"].as_str());

    let csv = get(&address, &format!("/api/stories/{story}/claims.csv"));
    assert!(csv.header("content-type").unwrap().starts_with("text/csv"));
    assert!(
        csv.body.starts_with("kind,fact,value,") && csv.body.contains("at_least,police,Harbour Post"),
        "{csv:?}"
    );
    let view = get(&address, &format!("/api/stories/{story}/view.html"));
    assert!(view.body.contains("at least 19") && view.body.contains("<mark"), "{view:?}");
    assert!(get(&address, &format!("/api/stories/{story}/chart.svg")).body.starts_with("<svg"));

    let tag = view.header("etag").unwrap().to_owned();
    let path = format!("/api/stories/{story}/view.html");
    let same = request(&address, "GET", &path, &format!("If-None-Match: {tag}\r\n"), b"").unwrap();
    assert_eq!((same.status, same.body.as_str()), (304, ""));
    stop(daemon);
}

#[test]
fn lists_go_on_where_the_page_before_ended() {
    let place = Place::new().with_journal();
    let (mut daemon, address) = place.start_ready();
    let sent: Vec<Value> = reports(20_240_601, 4, 3).iter().map(crate::harness::Report::json).collect();
    assert_eq!(post(&address, "application/json", &json!(sent).to_string()).status, 200);
    let all = |path: &str, key: &str| {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = get(&address, &format!("{path}?limit=2{cursor}")).json();
            found.extend(page["entries"].as_array().unwrap().iter().map(|entry| entry[key].to_string()));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    };
    let once = |mut found: Vec<String>| {
        let count = found.len();
        found.sort();
        found.dedup();
        assert_eq!(found.len(), count, "each once: {found:?}");
        count
    };
    assert_eq!(once(all("/api/stories", "id")), 4);
    let messages = once(all("/api/alerts", "number"));
    assert!(messages >= 4, "{messages}");
    daemon.until("everything delivered", PATIENCE, || {
        let page = get(&address, "/api/deliveries?state=delivered&output=journal&limit=500").json();
        page["entries"].as_array().unwrap().len() == messages
    });
    assert_eq!(get(&address, "/api/overview").json()["ready"], json!(true));
    stop(daemon);
}

/// A page is told that something changed and what, not everything.
#[test]
fn a_page_hears_in_brief_what_changed() {
    let place = Place::new().with_journal();
    let (daemon, address) = place.start_ready();
    let mut page = Stream::brief(&address);
    let story = post(&address, "application/json", &ferry("f1", 8, 12).to_string()).json();
    let story = story["articles"][0]["story"].clone();
    let told: Value = serde_json::from_str(&page.next_data().unwrap()).unwrap();
    assert!(told["stories"].as_array().unwrap().contains(&story), "{told}");
    assert!(told["headlines"][0].as_str().unwrap().contains("12"), "{told}");
    stop(daemon);
    assert_eq!(page.next_data(), None);
}

/// Many who ask the same at the same time get the same answer, and each knows what was committed before it asked.
#[test]
fn whoever_asks_with_many_others_gets_what_is_known_by_then() {
    let place = Place::new().with_journal();
    let (daemon, address) = place.start_ready();
    for round in 1..=10 {
        post(&address, "application/json", &ferry(&format!("f{round}"), 8, 10 + round).to_string());
        std::thread::scope(|scope| {
            let asking: Vec<_> =
                (0..20).map(|_| scope.spawn(|| get(&address, "/api/stories").json())).collect();
            for answer in asking.into_iter().map(|asked| asked.join().unwrap()) {
                assert_eq!(answer["entries"][0]["articles"], json!(round), "{answer}");
            }
        });
    }
    stop(daemon);
}

#[test]
fn the_stream_has_no_gap_over_a_restart() {
    the_stream_has_no_gap(stop);
}

#[test]
fn the_stream_has_no_gap_over_a_kill() {
    the_stream_has_no_gap(Daemon::kill);
}

fn the_stream_has_no_gap(end: fn(Daemon)) {
    let place = Place::new().with_journal();
    let reports = reports(20_240_602, 2, 6);
    let (early, late) = reports.split_at(6);
    let send = |address: &str, part: &[crate::harness::Report]| {
        let body = json!(part.iter().map(crate::harness::Report::json).collect::<Vec<_>>()).to_string();
        assert_eq!(post(address, "application/json", &body).status, 200);
    };
    let told =
        |address: &str| get(address, "/api/alerts?limit=500").json()["entries"].as_array().unwrap().len();

    let (daemon, address) = place.start_ready();
    let mut stream = Stream::open(&address, None);
    send(&address, early);
    let mut heard: Vec<String> = (0..told(&address)).map(|_| stream.next_id().unwrap()).collect();
    assert!(!heard.is_empty());
    // One heard event is forgotten: the stream brings it again.
    let forgotten = heard.pop().unwrap();
    end(daemon);
    assert_eq!(stream.next_id(), None, "the stream of a daemon that ends does, too");

    let (daemon, address) = place.start_ready();
    send(&address, late);
    let mut stream = Stream::open(&address, heard.last().map(String::as_str).or(Some("0")));
    while heard.len() < told(&address) {
        heard.push(stream.next_id().unwrap());
    }
    assert!(heard.contains(&forgotten));
    let page = get(&address, "/api/alerts?limit=500").json();
    let mut all: Vec<String> =
        page["entries"].as_array().unwrap().iter().map(|entry| entry["number"].to_string()).collect();
    all.reverse();
    assert_eq!(heard, all);
    stop(daemon);
}

#[test]
fn who_may_not_gets_nothing() {
    let tokens = "[http]\nlisten = \"127.0.0.1:0\"\ntoken = \"all-0123456789abcdef\"\n\
                  edit_token = \"edit-0123456789abcdef\"\nread_token = \"read-0123456789abcdef\"";
    let place = Place::new().with_journal().with(tokens);
    let (daemon, address) = place.start_ready();
    let body = ferry("f1", 8, 12).to_string();
    let send = |token: &str, more: &str| {
        let headers = format!("Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n{more}");
        request(&address, "POST", "/api/articles", &headers, body.as_bytes()).unwrap()
    };
    let foreign = "Origin: https://news.example\r\n";
    for (token, more, status) in [
        ("", "", 401),
        ("all-0123456789abcdee", "", 401),
        ("read-0123456789abcdef", "", 403),
        ("all-0123456789abcdef", foreign, 403),
        ("edit-0123456789abcdef", "", 200),
    ] {
        let reply = send(token, more);
        assert_eq!(reply.status, status, "{token} {more}: {reply:?}");
        if status != 200 {
            assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        }
    }
    for path in [
        "/api/stories",
        "/api/alerts",
        "/api/deliveries",
        "/api/live",
        "/api/articles/f1",
        "/api/openapi.json",
        "/metrics",
    ] {
        let reply = get(&address, path);
        assert!(reply.status == 401 && !reply.body.contains("ferry"), "{path}: {reply:?}");
        let allowed = request(&address, "HEAD", path, "Authorization: Bearer read-0123456789abcdef\r\n", b"");
        if path != "/api/live" {
            assert_eq!(allowed.unwrap().status, 200, "{path}");
        }
    }
    let reload =
        request(&address, "POST", "/-/reload", "Authorization: Bearer edit-0123456789abcdef\r\n", b"");
    assert_eq!(reload.unwrap().status, 403);
    let page = get(&address, "/");
    assert!(
        page.status == 200
            && page.header("content-security-policy").unwrap().starts_with("default-src 'none'")
    );
    stop(daemon);
}

#[test]
fn what_makes_no_sense_is_a_problem_with_its_cure_and_never_a_failure() {
    let place = Place::new().with_journal();
    let (daemon, address) = place.start_ready();
    for (path, status, words) in [
        ("/api/stories?limit=0", 400, "from 1 to 500"),
        ("/api/stories?limit=many", 400, "limit"),
        ("/api/stories?kind=weather", 400, "casualties, demand or position"),
        ("/api/stories?since=yesterday", 400, "RFC 3339"),
        ("/api/stories?cursor=x", 400, "next"),
        ("/api/stories/none", 404, "no story `none`"),
        ("/api/stories/none/chart.svg", 404, "no story"),
        ("/api/alerts?cursor=x", 400, "next"),
        ("/api/deliveries?state=lost", 400, "due, queued"),
        ("/api/articles/none", 404, "no article"),
        ("/page/secret.txt", 404, "no such file"),
    ] {
        let reply = get(&address, path);
        assert_eq!(reply.status, status, "{path}: {reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{path}");
        assert!(reply.json()["detail"].as_str().unwrap().contains(words), "{path}: {reply:?}");
    }
    for (kind, body, status) in [
        ("text/plain", "{}", 415),
        ("application/json", "{", 400),
        ("application/json", "[]", 400),
        ("application/json", "7", 400),
        ("application/json", "{\"text\": \" \"}", 422),
        ("application/json", "{\"txt\": \"Four died.\"}", 422),
    ] {
        let reply = post(&address, kind, body);
        assert_eq!(reply.status, status, "{kind} {body}: {reply:?}");
    }
    let huge = vec![b' '; 17 * 1024 * 1024];
    if let Some(reply) =
        request(&address, "POST", "/api/articles", "Content-Type: application/json\r\n", &huge)
    {
        assert_eq!(reply.status, 413, "{reply:?}");
    }
    assert_eq!(request(&address, "DELETE", "/api/stories", "", b"").unwrap().status, 405);
    let retry = request(&address, "POST", "/api/dead-letters/item-9/retry", "", b"").unwrap();
    assert_eq!(retry.status, 400, "{retry:?}");
    assert_eq!(
        get(&address, "/api/dead-letters").json()["entries"],
        json!([]),
        "the sender knows: no dead letter"
    );
    stop(daemon);
}

#[test]
fn an_editor_corrects_confirms_and_takes_back_over_http_and_it_is_accounted_for() {
    let tokens = "[http]\nlisten = \"127.0.0.1:0\"\ntoken = \"all-0123456789abcdef\"\n\
                  edit_token = \"edit-0123456789abcdef\"\nread_token = \"read-0123456789abcdef\"";
    let place = Place::new().with_journal().with(tokens);
    let (mut daemon, address) = place.start_ready();
    let send = |token: &str, method: &str, path: &str, body: &Value| {
        let headers =
            format!("Content-Type: application/json\r\nAuthorization: Bearer {token}-0123456789abcdef\r\n");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        request(&address, method, path, &headers, body.as_bytes()).unwrap()
    };
    let sent =
        send("edit", "POST", "/api/articles", &json!([ferry("f1", 8, 12), ferry("f2", 12, 19)])).json();
    let story = sent["articles"][0]["story"].as_str().unwrap().to_owned();
    let facts = send("read", "GET", &format!("/api/stories/{story}"), &Value::Null).json();
    let fact = facts["facts"].as_array().unwrap().iter().find(|fact| fact["fact"]["effect"] == "killed");
    let fact = fact.unwrap()["fact"].clone();
    let (correct, pin) = (format!("/api/stories/{story}/correct"), format!("/api/stories/{story}/pin"));

    let wish = json!({"fact": fact, "value": "at least 15", "by": "Ada", "note": "counted twice"});
    assert_eq!(send("read", "POST", &correct, &wish).status, 403);
    for (path, body, status) in [
        (&correct, json!({"fact": fact, "value": "many"}), 400),
        (&correct, json!({"fact": fact, "value": "met"}), 400),
        (&correct, json!({"fact": fact}), 400),
        (&correct, json!({"fact": {"actor": "nobody", "target": null}, "value": "deny"}), 404),
        (&correct, json!({"fact": fact, "value": "3", "by": "x".repeat(101)}), 400),
        (&"/api/stories/none/pin".to_owned(), json!({"fact": fact}), 404),
        (&"/api/articles/none/retract".to_owned(), json!({}), 404),
    ] {
        let reply = send("edit", "POST", path, &body);
        assert_eq!(reply.status, status, "{path} {body}: {reply:?}");
    }
    assert_eq!(
        send("all", "GET", "/api/audit", &Value::Null).json()["entries"],
        json!([]),
        "nothing was done"
    );

    let done = send("edit", "POST", &correct, &wish).json();
    assert!(done["told"][0].as_str().unwrap().contains("19 → at least 15"), "{done}");
    daemon.until("the correction", PATIENCE, || {
        place.journal().last().is_some_and(|alert| alert["after"]["value"] == 15)
    });
    send("edit", "POST", "/api/articles", &ferry("f3", 14, 31));
    let edit = done["article"].as_str().unwrap();
    let retract = format!("/api/articles/{edit}/retract");
    assert_eq!(send("edit", "POST", &retract, &json!({"by": "Ada"})).status, 200);
    assert_eq!(send("edit", "POST", &retract, &json!({})).status, 409, "it is taken back already");
    daemon.until("the fact to be free again", PATIENCE, || {
        place.journal().last().is_some_and(|alert| alert["after"]["value"] == 31)
    });
    let pinned = send("all", "POST", &pin, &json!({"fact": fact, "by": "Bea"})).json();
    assert!(pinned["title"].as_str().unwrap().contains("confirmed by Bea"), "{pinned}");

    for token in ["read", "edit"] {
        assert_eq!(send(token, "GET", "/api/audit", &Value::Null).status, 403);
    }
    stop(daemon);
    let config = place.config_file();
    let config = config.to_str().unwrap();
    let silenced = place.run(&["mute", "--config", config, "--by", "Cleo", "story", &story, "--for", "8h"]);
    assert!(silenced.status.success(), "{silenced:?}");
    let listed = place.run(&["audit", "--config", config, "--json"]);
    let lines = String::from_utf8(listed.stdout).unwrap();
    let entries: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |key: &str| entries.iter().map(|entry| entry[key].as_str().unwrap_or("-")).collect::<Vec<_>>();
    assert_eq!(of("action"), ["mute", "pin", "retract", "correct"]);
    assert_eq!(of("editor"), ["Cleo", "Bea", "Ada", "Ada"]);
    assert_eq!(of("token"), ["-", "http.token", "http.edit_token", "http.edit_token"]);
    assert_eq!(of("note")[3], "counted twice");
    assert_eq!(of("story"), [&story; 4]);
}

#[test]
fn a_mute_is_made_listed_and_ended() {
    let place = Place::new().with_journal();
    let (daemon, address) = place.start_ready();
    let send = |path: &str, body: &str| {
        request(&address, "POST", path, "Content-Type: application/json\r\n", body.as_bytes()).unwrap()
    };
    let story = post(&address, "application/json", &ferry("f1", 8, 12).to_string()).json();
    let what = json!({"kind": "story", "story": story["articles"][0]["story"]});
    for (bad, status) in [
        (json!({"what": what, "until": "2020-01-01T00:00:00Z"}), 400),
        (json!({"what": {"kind": "story", "story": "none"}, "until": "2999-01-01"}), 404),
        (json!({"until": "2999-01-01"}), 400),
    ] {
        let reply = send("/api/mutes", &bad.to_string());
        assert_eq!(reply.status, status, "{bad}: {reply:?}");
    }
    let made = send("/api/mutes", &json!({"what": what, "until": "2999-01-01T00:00:00Z"}).to_string());
    assert_eq!(made.status, 200, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(get(&address, "/api/mutes").json()["entries"][0]["what"], what);
    post(&address, "application/json", &ferry("f2", 12, 19).to_string());
    assert_eq!(place.journal().len(), 1, "the rise is muted: {:?}", place.journal());
    assert_eq!(send(&format!("/api/mutes/{id}/end"), "").status, 204);
    assert_eq!(get(&address, "/api/mutes").json()["entries"], json!([]));
    stop(daemon);
    assert_eq!(place.journal().len(), 1);
}

#[test]
fn a_story_is_written_as_a_page_and_a_chart() {
    let place = Place::new().with_journal();
    let (daemon, address) = place.start_ready();
    let received = post(&address, "application/json", &ferry("f1", 8, 12).to_string()).json();
    let story = received["articles"][0]["story"].as_str().unwrap();
    let config = place.config_file();
    let (html, svg) = (place.path("story.html"), place.path("story.svg"));
    let shown = place.run(&[
        "show",
        "--config",
        config.to_str().unwrap(),
        "--html",
        html.to_str().unwrap(),
        "--svg",
        svg.to_str().unwrap(),
        story,
    ]);
    assert!(shown.status.success(), "{shown:?}");
    let html = std::fs::read_to_string(html).unwrap();
    assert!(html.contains("at least 12") && html.contains("<style>") && !html.contains("<link"), "{html}");
    assert!(std::fs::read_to_string(svg).unwrap().contains("<style>"));
    stop(daemon);
}

#[test]
fn the_description_is_that_of_the_program() {
    let place = Place::new().with_journal();
    let (daemon, address) = place.start_ready();
    let description = get(&address, "/api/openapi.json").json();
    assert!(description["openapi"].as_str().unwrap().starts_with("3."));
    let paths = description["paths"].as_object().unwrap();
    assert!(paths.len() >= 12, "{paths:?}");
    let strange = ["%00", "%27%22%3C", "-1", "9999999999999999999999", "%F0%9F%9A%A2", "..%2f..", "true", ""];
    for (path, item) in paths {
        let Some(operation) = item.get("get").filter(|_| path != "/api/live") else { continue };
        for odd in strange {
            let path = path.replace("{id}", if odd.is_empty() { "x" } else { odd });
            let named = operation["parameters"].as_array().cloned().unwrap_or_default();
            let query: Vec<String> = named
                .iter()
                .filter(|parameter| parameter["in"] == "query")
                .map(|parameter| format!("{}={odd}", parameter["name"].as_str().unwrap()))
                .collect();
            let reply = get(&address, &format!("{path}?{}", query.join("&")));
            assert!(reply.status < 500, "{path}: {reply:?}");
        }
    }
    stop(daemon);
}
