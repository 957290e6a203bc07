//! The one message of a story that is edited in place. Comes in: the messages of a story, one after the other. Goes out:
//! the state of the story as Slack blocks, the latest change first, within Slack's limits by construction. Details stand
//! in the thread, which `slack_blocks` writes.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::Message;
use crate::model::article::fingerprint;
use crate::outputs::slack_blocks::{
    BLOCKS_MAX, SECTION_MAX, context, cost, fallback, header, one_alert, section, units,
};

/// So many facts are kept for the root; the ones that changed longest ago are left to the thread.
const FACTS_MAX: usize = 40;

/// What the root shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Root {
    header: Value,
    context: Value,
    fallback: String,
    /// By fact, the line of its latest change; the latest last.
    facts: Vec<(String, String)>,
    /// How many facts found no room.
    left_out: usize,
}

impl Root {
    /// Takes up what a message tells. The same message twice changes nothing.
    pub(super) fn take(&mut self, message: &Message) {
        self.header = header(message);
        self.context = context(message).unwrap_or_default();
        self.fallback = fallback(message);
        for alert in &message.alerts {
            let key = fingerprint([serde_json::to_string(&alert.fact).unwrap_or_default().as_str()]);
            self.facts.retain(|(fact, _)| *fact != key);
            self.facts.push((key, one_alert(alert)));
        }
        let surplus = self.facts.len().saturating_sub(FACTS_MAX);
        self.facts.drain(..surplus);
        self.left_out += surplus;
    }

    /// The body of a post or an update.
    pub(super) fn body(&self) -> Value {
        let mut blocks = vec![self.header.clone()];
        blocks.extend(self.sections().iter().map(|text| section(text)));
        blocks.extend((!self.context.is_null()).then(|| self.context.clone()));
        json!({ "text": self.fallback, "blocks": blocks, "unfurl_links": false, "unfurl_media": false })
    }

    /// The lines, packed into few sections, the latest change first.
    fn sections(&self) -> Vec<String> {
        let frame = units(&section("")) + 1;
        let rest = |count: usize| format!("… and {count} earlier ones in the thread");
        let fixed = units(&self.header) + units(&self.context) + 2 * frame + cost(&rest(usize::MAX));
        let mut left = BLOCKS_MAX.saturating_sub(fixed);
        let mut sections: Vec<String> = Vec::new();
        for (index, (_, line)) in self.facts.iter().rev().enumerate() {
            let joins = sections.last().is_some_and(|last| cost(last) + cost(line) + 2 <= SECTION_MAX);
            let need = cost(line) + 2 + if joins { 0 } else { frame };
            if need > left {
                sections.push(rest(self.facts.len() - index + self.left_out));
                return sections;
            }
            left -= need;
            match sections.last_mut().filter(|_| joins) {
                Some(last) => {
                    last.push('\n');
                    last.push_str(line);
                }
                None => sections.push(line.clone()),
            }
        }
        sections.extend((self.left_out > 0).then(|| rest(self.left_out)));
        sections
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bound, ChangeKind, FactKey};
    use crate::outputs::samples;

    fn text(root: &Root) -> String {
        root.body()["blocks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|block| block["text"]["text"].to_string())
            .collect()
    }

    #[test]
    fn shows_each_fact_once_as_it_stands() {
        let mut root = Root::default();
        let mut later = samples::toll_rises();
        later.before = Some(later.after.clone());
        later.after = samples::count(34, Bound::Exact);
        root.take(&samples::message(vec![samples::toll_rises(), samples::demand(ChangeKind::New)]));
        root.take(&samples::message(vec![later]));
        let shown = text(&root);
        assert!(shown.contains("killed: at least 29 → 34") && !shown.contains("25"), "{shown}");
        assert!(shown.find("34") < shown.find("disarmament"), "the latest comes first: {shown}");
        let before = root.clone();
        root.take(&samples::message(vec![]));
        assert_eq!(root.facts, before.facts);
    }

    #[test]
    fn stays_within_slacks_limits_however_long_the_story() {
        let mut root = Root::default();
        for number in 0..200 {
            let mut alert = samples::toll_rises();
            if let FactKey::Casualties { place, .. } = &mut alert.fact {
                *place = Some(format!("Town {number} {}", "<&\"*_".repeat(100)));
            }
            alert.story_title = "a & b ".repeat(200);
            root.take(&samples::message(vec![alert]));
        }
        let body = root.body();
        assert!(body["blocks"].as_array().unwrap().len() <= 50);
        assert!(body.to_string().encode_utf16().count() < 12_000);
        for block in body["blocks"].as_array().unwrap() {
            assert!(block["text"]["text"].as_str().is_none_or(|text| text.chars().count() <= 3_000));
        }
        let shown = text(&root);
        let lines = shown.matches("killed:").count();
        assert!(
            lines > 10 && shown.contains(&format!("… and {} earlier ones", 200 - lines)),
            "{lines}: {shown}"
        );
    }
}
