//! robots.txt (RFC 9309). Comes in: the text of one, and a path. Goes out: whether we may ask for it. Never fetches.

/// Longest line that is read, in bytes.
const LINE_BYTES_MAX: usize = 2048;

/// Whether the rules for `agent`, or else those for everybody, allow `path` (with its query). The longest rule that fits
/// decides; of two equally long, the one that allows.
pub(super) fn allows(text: &str, agent: &str, path: &str) -> bool {
    let own = rules(text, |name| name.eq_ignore_ascii_case(agent));
    let rules = own.or_else(|| rules(text, |name| name == "*")).unwrap_or_default();
    let fitting = rules.into_iter().filter(|(_, pattern)| !pattern.is_empty() && fits(pattern, path));
    fitting.max_by_key(|(allow, pattern)| (pattern.len(), *allow)).is_none_or(|(allow, _)| allow)
}

/// The rules of every group for the named, in one; nothing when there is no such group.
fn rules(text: &str, named: impl Fn(&str) -> bool) -> Option<Vec<(bool, &str)>> {
    let (mut found, mut ours, mut naming) = (None, false, false);
    for line in text.trim_start_matches('\u{feff}').lines().filter(|line| line.len() <= LINE_BYTES_MAX) {
        let line = line.split('#').next().unwrap_or_default();
        let Some((field, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match field.trim().to_ascii_lowercase().as_str() {
            "user-agent" => {
                // A product token may be followed by a version.
                let name = value.split('/').next().unwrap_or_default().trim();
                ours = (naming && ours) || named(name);
                naming = true;
                if ours {
                    found.get_or_insert_with(Vec::new);
                }
            }
            field @ ("allow" | "disallow") => {
                naming = false;
                if ours && let Some(found) = found.as_mut() {
                    found.push((field == "allow", value));
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether a pattern is the beginning of a path; `*` stands for anything and a `$` at the end for the end.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, whole) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut pieces = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    for (index, piece) in pieces.iter().enumerate() {
        let last = whole && index + 1 == pieces.len();
        // The last piece before the end must end the path, wherever else it stands as well.
        let after = if last { rest.ends_with(piece).then_some("") } else { after(rest, piece) };
        let Some(after) = after else { return false };
        rest = after;
    }
    !whole || rest.is_empty()
}

fn after<'a>(text: &'a str, piece: &str) -> Option<&'a str> {
    text.split_once(piece).map(|(_, after)| after)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "User-agent: otherbot\nDisallow: /\n\nUser-agent: *\nUser-agent: somebot\nDisallow: /private/ # not this\n\
        Disallow: /*.xml$\nAllow: /feeds/*.xml\nSitemap: /map\n\nUser-agent: greedy\nDisallow:\n";

    #[test]
    fn the_longest_rule_of_the_own_group_decides() {
        for (agent, path, allowed) in [
            ("newsdelta", "/feed", true),
            ("newsdelta", "/private/feed", false),
            ("newsdelta", "/news.xml", false),
            ("newsdelta", "/news.xml?page=2", true),
            ("newsdelta", "/feeds/news.xml", true),
            ("OtherBot", "/feed", false),
            ("greedy", "/private/feed", true),
        ] {
            assert_eq!(allows(TEXT, agent, path), allowed, "{agent} {path}");
        }
        assert!(allows("", "newsdelta", "/feed"));
        assert!(!allows("User-agent: newsdelta/1.0\nDisallow: /", "newsdelta", "/feed"));
    }
}
