//! Which records are in hand, and how far each partition is done. Comes in: records as they are handed over, and their
//! verdicts in any order. Goes out: the offset up to which a partition is done without a gap. Pure; never commits.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::inputs::Ticket;

/// A partition of a topic.
pub(super) type Part = (String, i32);

/// All before `next` is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) part: Part,
    pub(super) next: i64,
}

/// Records in hand.
#[derive(Debug, Default)]
pub(super) struct Window {
    parts: BTreeMap<Part, Records>,
    in_hand: HashMap<Ticket, InHand>,
    bytes: usize,
    next_ticket: Ticket,
    next_tenure: u64,
}

/// The records of one partition while it is ours.
#[derive(Debug)]
struct Records {
    /// Tells this time of owning the partition from another: a verdict from before a rebalance counts for nothing.
    tenure: u64,
    /// In order of offset; the first is never done.
    open: VecDeque<(i64, Mark)>,
    /// The partition is being set back: what still arrives from before that is not taken.
    is_rewinding: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    InHand,
    /// Decided by nobody; to be offered again.
    GivenBack,
    Done,
}

#[derive(Debug)]
struct InHand {
    part: Part,
    tenure: u64,
    offset: i64,
    bytes: usize,
}

impl Window {
    /// Takes a record into hand; none when it will come again.
    pub(super) fn take(&mut self, part: Part, offset: i64, bytes: usize) -> Option<Ticket> {
        let records = self.records(&part);
        if records.is_rewinding {
            return None;
        }
        records.open.push_back((offset, Mark::InHand));
        let tenure = records.tenure;
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.bytes += bytes;
        self.in_hand.insert(ticket, InHand { part, tenure, offset, bytes });
        Some(ticket)
    }

    /// Passes over a record that holds nothing.
    pub(super) fn skip(&mut self, part: &Part, offset: i64) -> Option<Progress> {
        let records = self.records(part);
        if records.is_rewinding {
            return None;
        }
        records.open.push_back((offset, Mark::Done));
        self.advance(part)
    }

    /// Marks a record as done; tells when that carries its partition forward.
    pub(super) fn done(&mut self, ticket: Ticket) -> Option<Progress> {
        let part = self.mark(ticket, Mark::Done)?;
        self.advance(&part)
    }

    /// Marks a record as decided by nobody: its partition never gets past it in this tenure.
    pub(super) fn give_back(&mut self, ticket: Ticket) -> Option<Part> {
        self.mark(ticket, Mark::GivenBack)
    }

    /// Forgets what is in hand of a partition and tells from which offset it must be offered again. Nothing more is
    /// taken of it until [`Self::rewound`].
    pub(super) fn rewind(&mut self, part: &Part) -> Option<i64> {
        let tenure = self.new_tenure();
        let records = self.parts.get_mut(part)?;
        let (offset, _) = *records.open.front()?;
        *records = Records { tenure, open: VecDeque::new(), is_rewinding: true };
        Some(offset)
    }

    /// Whether the partition is still to be set back.
    pub(super) fn is_rewinding(&self, part: &Part) -> bool {
        self.parts.get(part).is_some_and(|records| records.is_rewinding)
    }

    /// The partition has been set back.
    pub(super) fn rewound(&mut self, part: &Part) {
        if let Some(records) = self.parts.get_mut(part) {
            records.is_rewinding = false;
        }
    }

    /// The partition is no longer ours.
    pub(super) fn lose(&mut self, part: &Part) {
        self.parts.remove(part);
    }

    /// Whether records of these partitions are still to be decided.
    pub(super) fn awaits(&self, parts: &[Part]) -> bool {
        parts
            .iter()
            .filter_map(|part| self.parts.get(part))
            .any(|records| records.open.iter().any(|(_, mark)| *mark == Mark::InHand))
    }

    /// Records handed over and not decided, those of lost partitions included: they still take memory.
    pub(super) fn len(&self) -> usize {
        self.in_hand.len()
    }

    /// Their bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn records(&mut self, part: &Part) -> &mut Records {
        let tenure = self.next_tenure;
        self.next_tenure += 1;
        self.parts.entry(part.clone()).or_insert(Records {
            tenure,
            open: VecDeque::new(),
            is_rewinding: false,
        })
    }

    fn new_tenure(&mut self) -> u64 {
        self.next_tenure += 1;
        self.next_tenure - 1
    }

    fn mark(&mut self, ticket: Ticket, mark: Mark) -> Option<Part> {
        let InHand { part, tenure, offset, bytes } = self.in_hand.remove(&ticket)?;
        self.bytes -= bytes;
        let records = self.parts.get_mut(&part).filter(|records| records.tenure == tenure)?;
        let at = records.open.binary_search_by_key(&offset, |(offset, _)| *offset).ok()?;
        records.open.get_mut(at)?.1 = mark;
        Some(part)
    }

    fn advance(&mut self, part: &Part) -> Option<Progress> {
        let records = self.parts.get_mut(part)?;
        let mut next = None;
        while let Some((offset, Mark::Done)) = records.open.front() {
            next = Some(offset + 1);
            records.open.pop_front();
        }
        Some(Progress { part: part.clone(), next: next? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part() -> Part {
        ("articles".to_owned(), 0)
    }

    fn window(offsets: impl IntoIterator<Item = i64>) -> (Window, Vec<Ticket>) {
        let mut window = Window::default();
        let tickets = offsets.into_iter().filter_map(|offset| window.take(part(), offset, 10)).collect();
        (window, tickets)
    }

    fn next(progress: Option<Progress>) -> Option<i64> {
        progress.map(|progress| progress.next)
    }

    #[test]
    fn a_later_record_waits_for_the_earlier_one() {
        let (mut window, tickets) = window([4, 5, 7]);
        assert_eq!(next(window.done(tickets[1])), None);
        assert_eq!(next(window.done(tickets[0])), Some(6));
        assert_eq!(next(window.done(tickets[2])), Some(8));
        assert_eq!((window.len(), window.bytes()), (0, 0));
    }

    #[test]
    fn an_empty_record_is_passed_in_its_turn() {
        let (mut window, tickets) = window([4]);
        assert_eq!(next(window.skip(&part(), 5)), None);
        assert_eq!(next(window.done(tickets[0])), Some(6));
        assert_eq!(next(window.skip(&part(), 6)), Some(7));
    }

    #[test]
    fn a_verdict_from_before_a_rebalance_moves_nothing() {
        let (mut window, tickets) = window([4, 5]);
        assert!(window.awaits(&[part()]));
        window.lose(&part());
        assert!(!window.awaits(&[part()]));
        assert_eq!(window.len(), 2, "they still take memory");
        let again = window.take(part(), 4, 10).expect("is taken");
        assert_eq!(next(window.done(tickets[0])), None);
        assert_eq!(next(window.done(again)), Some(5));
    }

    #[test]
    fn what_is_given_back_is_never_passed() {
        let (mut window, tickets) = window([4, 5]);
        assert_eq!(window.give_back(tickets[0]), Some(part()));
        assert_eq!(next(window.done(tickets[1])), None);
        assert!(!window.awaits(&[part()]));
    }

    #[test]
    fn a_rewind_starts_at_the_first_record_that_is_not_done() {
        let (mut window, tickets) = window([4, 5, 6]);
        assert_eq!(next(window.done(tickets[0])), Some(5));
        window.give_back(tickets[2]);
        assert_eq!(window.rewind(&part()), Some(5));
        assert_eq!(window.take(part(), 7, 10), None, "it was read before the rewind");
        window.rewound(&part());
        assert_eq!(next(window.done(tickets[1])), None);
        let again = window.take(part(), 5, 10).expect("is taken");
        assert_eq!(next(window.done(again)), Some(6));
    }

    proptest! {
        #[test]
        fn nothing_is_committed_before_it_is_done(order in Just((0..40_i64).collect::<Vec<_>>()).prop_shuffle()) {
            let (mut window, tickets) = window((0..40).map(|number| number * 3));
            let mut done = std::collections::BTreeSet::new();
            let mut last = None;
            for at in order {
                done.insert(at * 3);
                if let Some(progress) = window.done(tickets[usize::try_from(at).expect("is small")]) {
                    prop_assert!((0..progress.next).step_by(3).all(|offset| done.contains(&offset)));
                    last = Some(progress.next);
                }
            }
            prop_assert_eq!(last, Some(39 * 3 + 1));
        }
    }
}
