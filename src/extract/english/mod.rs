//! English: the constructions that newsrooms use, and the words they use in them.
