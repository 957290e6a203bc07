//! What a rule is, and the one list of rules. A reading goes in, findings come out. A rule never does I/O and never
//! decides between its findings and another rule's: that is `overlap`'s to do.
//!
//! Adding a rule: one `.rs` file with `pub const RULE`, its corpus as an `.md` file beside it, one `mod` line, one
//! line in [`RULES`].

use crate::model::{Article, Claim, Span};

/// An article with everything that is worked out once and read by every rule.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The article.
    pub article: &'a Article,
}

impl<'a> Reading<'a> {
    /// Analyses an article.
    pub fn of(article: &'a Article) -> Self {
        Self { article }
    }
}

/// A claim, and the words that are its own: the figure, or the verb that demands. Two findings overlap when their own
/// words do, however long their quotes are.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What was read.
    pub claim: Claim,
    /// The words no other claim of the same kind can be made from.
    pub core: Span,
    /// How sure the construction is against another reading of the same words: higher wins.
    pub weight: u8,
}

/// What the rules have found so far.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
}

impl Findings {
    /// Takes a claim whose quote is its own.
    pub fn add(&mut self, claim: Claim) {
        let core = claim.evidence().span;
        self.found.push(Finding { claim, core, weight: 0 });
    }

    /// Takes a claim that shares its quote with others but not the words of `core`.
    pub fn add_at(&mut self, core: Span, weight: u8, claim: Claim) {
        self.found.push(Finding { claim, core, weight });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Forgets what was found after the first `count`: a rule that panicked may have left half a thought.
    pub(super) fn truncate(&mut self, count: usize) {
        self.found.truncate(count);
    }

    /// All of them, in the order of the rules.
    pub(super) fn into_vec(self) -> Vec<Finding> {
        self.found
    }
}

/// One construction of a language.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Snake case, unique; written into the evidence of every claim it finds.
    pub name: &'static str,
    /// One line for `newsdelta rules`.
    pub summary: &'static str,
    /// The Markdown file beside the rule: prose, then sentences with what must be read in them.
    pub corpus: &'static str,
    /// Adds what the construction says in this reading.
    pub find: fn(&Reading<'_>, &mut Findings),
}

/// Every rule, in the order in which they read.
pub static RULES: &[Rule] = &[];
