//! The English grammar. Comes in: text, or the tokens of one sentence. Goes out: the shapes of `text`. Each file is
//! one step and knows only the steps before it: part, sentence, token, tag, quantity, phrase, verb, clause,
//! quotation; date and deadline stand beside them, and `opening` says where number, quantity and date need not look.

pub mod calendar;
pub mod clause;
pub mod date;
pub mod deadline;
pub mod lemma;
pub mod number;
pub mod opening;
pub mod part;
mod part_line;
pub mod phrase;
pub mod quantity;
mod quantity_kind;
pub mod quotation;
pub mod sentence;
pub mod tag;
mod tag_model;
mod tag_repair;
mod tag_twofold;
mod word_bits;
pub mod token;
pub mod verb;
pub mod verb_class;
pub mod view;
pub mod word_class;
pub(crate) mod word_map;
pub(crate) mod vocabulary;
pub(crate) mod word_scan;
