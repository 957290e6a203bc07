//! The list of parties, people and places that a user adds. Comes in: the text of a file like `config/actors.toml`. Goes
//! out: additions to the gazetteer, or what is wrong and the cure. Never reads a file itself.

use serde::Deserialize;

use crate::text::gazetteer::{Addition, EntityKind};

/// Longest list that is taken; a longer one is a database, for which the reader's index in memory is the wrong place.
const NAMES_MAX: usize = 100_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActorsFile {
    #[serde(default)]
    group: Vec<Entry>,
    #[serde(default)]
    organisation: Vec<Entry>,
    #[serde(default)]
    person: Vec<Entry>,
    #[serde(default)]
    place: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    /// The country or body that a person speaks for, or that a place lies in.
    party: Option<String>,
}

/// Reads the list.
///
/// # Errors
/// What is wrong, with its line and the cure.
pub fn additions(text: &str) -> Result<Vec<Addition>, String> {
    let file: ActorsFile = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
    let ActorsFile { group, organisation, person, place } = file;
    let kinds = [
        (group, EntityKind::ArmedGroup),
        (organisation, EntityKind::Organisation),
        (person, EntityKind::Person),
        (place, EntityKind::City),
    ];
    let mut additions = Vec::new();
    for (entries, kind) in kinds {
        for Entry { name, aliases, party } in entries {
            if name.trim().is_empty() {
                return Err(
                    "an entry has an empty `name`: write how the actor is to be called in alerts".to_owned()
                );
            }
            additions.push(Addition { name, aliases, party, kind });
        }
    }
    if additions.len() > NAMES_MAX {
        return Err(format!(
            "has {} entries, {NAMES_MAX} are allowed: keep those that make news",
            additions.len()
        ));
    }
    Ok(additions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract;
    use crate::model::{Article, Claim, Draft};
    use crate::text::gazetteer::Gazetteer;

    fn first_demand(text: &str, names: &Gazetteer) -> Option<(String, Option<String>)> {
        let article =
            Article::new(Draft { text: text.to_owned(), ..Draft::default() }, jiff::Timestamp::UNIX_EPOCH);
        extract::read(&article, names).claims.into_iter().find_map(|claim| match claim {
            Claim::Demand(demand) => Some((demand.by, demand.to)),
            _ => None,
        })
    }

    #[test]
    fn the_shipped_example_is_a_valid_list() {
        let additions = additions(include_str!("../../config/actors.toml")).unwrap();
        assert!(!additions.is_empty());
    }

    #[test]
    fn an_added_person_speaks_for_a_party() {
        let list = "[[person]]\nname = \"Ada Quill\"\naliases = [\"Quill\"]\nparty = \"Norway\"\n";
        let names = Gazetteer::with(&additions(list).unwrap());
        let text = "Quill calls for talks\n\nAda Quill urged Sweden to release the prisoners at once.";
        assert_eq!(first_demand(text, &names).map(|(by, _)| by).as_deref(), Some("Norway"));
    }

    #[test]
    fn names_what_is_wrong() {
        for (text, word) in [
            ("[[peson]]\nname = \"X\"", "peson"),
            ("[[person]]\nalias = []", "alias"),
            ("[[place]]\nname = \" \"", "name"),
        ] {
            assert!(additions(text).unwrap_err().contains(word), "{text}");
        }
    }
}
