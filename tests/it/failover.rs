//! A database server that ends without goodbye while a replica follows it: the daemon never writes to the replica before it
//! is made the server, and goes on there by itself afterwards, with nothing lost and nothing told twice.

use crate::harness::{Place, Receiver, Server, reports};
use crate::restart::{PATIENCE, finish, stop, told_to, undisturbed};

#[test]
fn a_replica_takes_over_and_the_daemon_finds_it() {
    let Some(first) = Server::new("a_replica_takes_over_and_the_daemon_finds_it") else { return };
    let second = first.replica();
    // What is committed is on both: whoever fails over without that has chosen to lose the last moments.
    first.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
    first.execute("SELECT pg_reload_conf()");
    let reports = reports(20_251_130, 4, 15);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    // The replica stands first: it must be passed over.
    let url = first.url().replace("127.0.0.1:", &format!("127.0.0.1:{},127.0.0.1:", second.port()));
    let place = Place::new()
        .with(&format!("[store]\nurl = \"{url}\"\nstatement_timeout = \"5s\""))
        .with_inbox()
        .with_webhook("hook", &receiver);
    let (before, after) = reports.split_at(reports.len() / 2);
    before.iter().for_each(|report| place.drop_in(report));
    let mut daemon = place.start();
    daemon.until("the first half in done/", PATIENCE, || place.names_in("done").len() == before.len());

    first.crash();
    after.iter().for_each(|report| place.drop_in(report));
    // The replica still takes no writes, and the first is gone: nothing may pass for committed.
    daemon.until("a word that the store refuses", PATIENCE, || place.log().contains("the store refuses"));
    assert_eq!(place.names_in("done").len(), before.len());
    second.promote();
    daemon.until("the second half in done/", PATIENCE, || place.names_in("done").len() == reports.len());
    finish(&mut daemon, &receiver, &expected);
    stop(daemon);
    let told = told_to(&receiver);
    told.assert_same_as(&expected);
    told.assert_chained();
}
