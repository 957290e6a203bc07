//! The HTTP client that outputs share: TLS by rustls with ring, no redirects, no proxy from the environment, and a
//! resolver that refuses private addresses at the moment of connecting. Errors name the host and nothing else of the
//! address, because paths and queries hold secrets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode, Url};

use super::DeliveryError;

/// Longest time for name, connection and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The most of an answer that is read; the rest is left unread and the connection closed.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// The one cloud metadata service that has a public address.
const AZURE_METADATA: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// A wish to wait longer than a day is cut to a day.
const WAIT_MAX: Duration = Duration::from_secs(24 * 3600);

/// Which addresses a client may connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Any.
    Anywhere,
    /// Public ones.
    PublicOnly,
}

/// Builds a client.
///
/// # Errors
/// A sentence, when TLS cannot be set up on this machine.
pub(crate) fn client(timeout: Duration, reach: Reach) -> Result<Client, String> {
    // Fails when a provider is installed already, which is as good.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::trace!("TLS provider installed already");
    }
    Client::builder()
        .user_agent(concat!("newsdelta/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .dns_resolver(Resolver(reach))
        .build()
        .map_err(|error| format!("no HTTPS client can be made: {}", causes(&error)))
}

/// Reads an address from the config: HTTP or HTTPS, with a host that `reach` allows.
///
/// # Errors
/// What is wrong with it and the cure, without the address itself.
pub(crate) fn parse_url(text: &str, reach: Reach) -> Result<Url, String> {
    let url =
        Url::parse(text.trim()).map_err(|error| format!("is no URL ({error}): write https://HOST/PATH"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with https:// or http://: correct it".to_owned());
    }
    if reach == Reach::PublicOnly
        && let Some(ip) = literal_ip(&url)
        && let Some(kind) = private_kind(ip)
    {
        return Err(format!(
            "has a {kind} address: set allow_private_addresses = true if the receiver is meant to be there"
        ));
    }
    Ok(url)
}

/// The address, when the host is written as one; a literal never passes through the resolver.
fn literal_ip(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Host and port of an address: all that errors may say of it.
pub(crate) fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "an address without a host".to_owned(),
    }
}

/// Why an address is not public, if it is not. IPv6 forms that wrap an IPv4 address are judged by what they wrap.
pub(super) fn private_kind(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => private_v4(ip),
        IpAddr::V6(ip) => private_v6(ip),
    }
}

/// The special-purpose blocks of the IANA registry (RFC 6890 and its updates) that are not globally reachable.
fn private_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (127, ..) => Some("loopback"),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Some("private"),
        (169, 254, _) => Some("link-local"),
        (100, 64..=127, _) => Some("carrier-internal"),
        (224..=239, ..) => Some("multicast"),
        (168, 63, 129) if ip == AZURE_METADATA => Some("metadata"),
        (0 | 240..=255, ..)
        | (192, 0, 0 | 2)
        | (192, 88, 99)
        | (198, 18 | 19, _)
        | (198, 51, 100)
        | (203, 0, 113) => Some("reserved"),
        _ => None,
    }
}

fn private_v6(ip: Ipv6Addr) -> Option<&'static str> {
    if let Some(wrapped) = wrapped_v4(ip) {
        return private_v4(wrapped);
    }
    let [first, second, ..] = ip.segments();
    match (first, second) {
        _ if ip.is_loopback() => Some("loopback"),
        (0xfc00..=0xfdff | 0xfec0..=0xfeff, _) => Some("private"),
        (0xfe80..=0xfebf, _) => Some("link-local"),
        (0xff00..=0xffff, _) => Some("multicast"),
        // Documentation, and the protocol block that holds Teredo, ORCHID and benchmarking.
        (0x2001, 0x0db8 | 0x0000..=0x01ff) | (0x3fff, 0..=0x0fff) => Some("reserved"),
        // Only 2000::/3 is handed out as global unicast.
        (0x2000..=0x3fff, _) => None,
        _ => Some("reserved"),
    }
}

/// The IPv4 address inside a mapped, compatible, NAT64 or 6to4 address.
fn wrapped_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = ip.segments();
    let from = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match (s0, s1, s2, s3, s4, s5) {
        (0, 0, 0, 0, 0, 0xffff) | (0x0064, 0xff9b, 0, 0, 0, 0) | (0, 0, 0, 0, 0xffff, 0) => {
            Some(from(s6, s7))
        }
        // `::` and `::1` are no wrapped addresses.
        (0, 0, 0, 0, 0, 0) if s6 != 0 => Some(from(s6, s7)),
        (0x0064, 0xff9b, 1, ..) => Some(from(s6, s7)),
        (0x2002, ..) => Some(from(s1, s2)),
        _ => None,
    }
}

/// Resolves names by the operating system and drops what `reach` does not allow. The addresses it returns are those
/// the connection is made to, so a name that changes its address between check and use gains nothing.
#[derive(Debug, Clone, Copy)]
struct Resolver(Reach);

/// A name that stands only for addresses that are not allowed.
#[derive(Debug, thiserror::Error)]
#[error("the name stands for a {0} address, which is refused unless allow_private_addresses = true")]
pub(super) struct Refused(&'static str);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed = allowed(found, reach)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Keeps the allowed addresses; one refused address refuses the name, since no honest name mixes both kinds.
fn allowed(found: Vec<SocketAddr>, reach: Reach) -> Result<Vec<SocketAddr>, Refused> {
    if reach == Reach::PublicOnly
        && let Some(kind) = found.iter().find_map(|address| private_kind(address.ip()))
    {
        return Err(Refused(kind));
    }
    Ok(found)
}

/// What a receiver answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    /// The start of the body, at most `ANSWER_BYTES_MAX`.
    pub(super) body: String,
}

/// Sends a request and reads the start of the answer. A body that breaks off after the status is no failure: the
/// receiver has already said what became of the request.
///
/// # Errors
/// Always worth another attempt: nothing was answered. Refused addresses too, since names can be corrected.
pub(super) async fn send(request: reqwest::RequestBuilder, host: &str) -> Result<Answer, DeliveryError> {
    let failed = |error: reqwest::Error| DeliveryError::Retry { after: None, reason: describe(error, host) };
    let mut response = request.send().await.map_err(failed)?;
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = ANSWER_BYTES_MAX.saturating_sub(body.len());
        body.extend(chunk.iter().take(room));
        if chunk.len() >= room {
            break;
        }
    }
    Ok(Answer { status, retry_after, body: String::from_utf8_lossy(&body).into_owned() })
}

/// `Retry-After` in seconds or as a date; the date is measured against the receiver's own clock (`Date`), so that no
/// clock of ours is asked and a wrong one does no harm.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if let Ok(seconds) = text.parse() {
        Duration::from_secs(seconds)
    } else {
        let date = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
        let sent = date(headers.get(reqwest::header::DATE)?.to_str().ok()?)?;
        Duration::try_from(sent.duration_until(date(text)?)).unwrap_or_default()
    };
    Some(wait.min(WAIT_MAX))
}

/// An error without its address: what happened, and the host.
pub(crate) fn describe(error: reqwest::Error, host: &str) -> String {
    let error = error.without_url();
    let what = if error.is_timeout() {
        "did not answer in time".to_owned()
    } else if error.is_connect() {
        format!("cannot be reached: {}", causes(&error))
    } else {
        format!("broke off: {}", causes(&error))
    };
    format!("{host} {what}")
}

/// The innermost cause, which is the one that says something.
fn causes(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_addresses_are_public() {
        for public in
            ["1.1.1.1", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1111"]
        {
            assert_eq!(private_kind(public.parse().unwrap()), None, "{public}");
        }
        for private in [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.100.100.200",
            "0.0.0.0",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:192.168.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "2001:0:1::1",
            "100::1",
            "5f00::1",
        ] {
            assert!(private_kind(private.parse().unwrap()).is_some(), "{private}");
        }
        assert_eq!(private_kind("::ffff:1.1.1.1".parse().unwrap()), None);
    }

    #[test]
    fn one_private_address_refuses_the_name() {
        let found = |list: &[&str]| -> Vec<SocketAddr> {
            list.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect()
        };
        let mixed = found(&["1.1.1.1", "10.0.0.1"]);
        assert!(allowed(mixed.clone(), Reach::PublicOnly).is_err());
        assert_eq!(allowed(mixed.clone(), Reach::Anywhere).unwrap(), mixed);
        assert_eq!(allowed(found(&["1.1.1.1"]), Reach::PublicOnly).unwrap().len(), 1);
    }

    #[test]
    fn sees_through_every_spelling_of_a_literal_address() {
        for url in [
            "http://127.0.0.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://017700000001/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://169.254.169.254/latest/meta-data",
            "http://127.0.0.1:80/",
            "http://0/",
        ] {
            assert!(parse_url(url, Reach::PublicOnly).is_err(), "{url}");
            assert!(parse_url(url, Reach::Anywhere).is_ok(), "{url}");
        }
        for url in ["file:///etc/passwd", "gopher://example.org/", "example.org", ""] {
            assert!(parse_url(url, Reach::Anywhere).is_err(), "{url}");
        }
    }
}
