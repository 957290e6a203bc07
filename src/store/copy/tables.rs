//! Every table of a store, once, as it is carried from one backend to the other. Comes in: nothing. Goes out: names,
//! columns and keys. A migration that adds a table or a column adds it here: tests of both backends hold this list against
//! the schema that the migrations make.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Kind {
    /// A whole number.
    Integer,
    /// Yes or no: 1 or 0 in SQLite.
    Flag,
    /// Text, also times and JSON.
    Text,
    /// Bytes.
    Bytes,
}

/// What stands in a column of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Cell {
    /// Nothing.
    Empty,
    /// A number, or a flag as 1 or 0.
    Integer(i64),
    /// Text as it was given to the store.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row, in the order of [`Table::columns`].
pub(in crate::store) type Row = Vec<Cell>;

/// A table of both backends. Columns that only one of them has follow from these, and are its own to write.
#[derive(Debug)]
pub(in crate::store) struct Table {
    pub(in crate::store) name: &'static str,
    /// The first so many columns are the key, in whose order rows are read.
    pub(in crate::store) key: usize,
    pub(in crate::store) columns: &'static [(&'static str, Kind)],
    /// How many rows are in memory at once.
    pub(in crate::store) page: usize,
    /// Whether the number of a row that is gone is never given again: people and leases name rows by it.
    pub(in crate::store) numbered: bool,
}

impl Table {
    /// The names of the columns.
    pub(in crate::store) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|(name, _)| *name)
    }

    /// The names of the columns of the key.
    pub(in crate::store) fn key_names(&self) -> impl Iterator<Item = &'static str> {
        self.names().take(self.key)
    }
}

/// In an order in which each row finds those it refers to. By which words stories are found is not among them: that follows
/// from the others, and each backend has its own way to keep it.
pub(in crate::store) const TABLES: &[Table] = &[
    Table {
        name: "stories",
        key: 1,
        columns: &[
            ("id", Kind::Text),
            ("last_report_at", Kind::Text),
            ("revision", Kind::Integer),
            ("body", Kind::Text),
            ("merged_into", Kind::Text),
            ("bare", Kind::Flag),
        ],
        page: 500,
        numbered: false,
    },
    Table {
        name: "articles",
        key: 1,
        columns: &[
            ("number", Kind::Integer),
            ("id", Kind::Text),
            ("story", Kind::Text),
            ("origin", Kind::Text),
            ("outlet", Kind::Text),
            ("url", Kind::Text),
            ("published_at", Kind::Text),
            ("received_at", Kind::Text),
            ("learned_at", Kind::Text),
            ("title", Kind::Text),
            ("text", Kind::Text),
            ("document", Kind::Text),
            ("version", Kind::Text),
            ("withdrawn", Kind::Flag),
        ],
        page: 200,
        numbered: true,
    },
    Table {
        name: "facts",
        key: 1,
        columns: &[
            ("number", Kind::Integer),
            ("story", Kind::Text),
            ("key", Kind::Text),
            ("value", Kind::Text),
            ("told", Kind::Text),
            ("conflicts_told", Kind::Text),
            ("told_at", Kind::Text),
            ("merged", Kind::Integer),
        ],
        page: 1000,
        numbered: true,
    },
    Table {
        name: "claims",
        key: 1,
        columns: &[
            ("number", Kind::Integer),
            ("fact", Kind::Integer),
            ("article", Kind::Integer),
            ("held_at", Kind::Text),
            ("learned_at", Kind::Text),
            ("body", Kind::Text),
            ("compared", Kind::Flag),
        ],
        page: 1000,
        numbered: true,
    },
    Table {
        name: "messages",
        key: 1,
        columns: &[
            ("number", Kind::Integer),
            ("id", Kind::Text),
            ("article", Kind::Integer),
            ("body", Kind::Text),
            ("composed", Kind::Flag),
        ],
        page: 500,
        numbered: true,
    },
    Table {
        name: "deliveries",
        key: 1,
        columns: &[
            ("number", Kind::Integer),
            ("message", Kind::Integer),
            ("output", Kind::Text),
            ("story", Kind::Text),
            ("state", Kind::Text),
            ("due_at", Kind::Text),
            ("leased_until", Kind::Text),
            ("lease", Kind::Integer),
            ("attempts", Kind::Integer),
            ("queued_at", Kind::Text),
            ("ended_at", Kind::Text),
            ("reason", Kind::Text),
        ],
        page: 2000,
        numbered: true,
    },
    Table {
        name: "further_stories",
        key: 2,
        columns: &[
            ("delivery", Kind::Integer),
            ("story", Kind::Text),
            ("output", Kind::Text),
            ("state", Kind::Text),
        ],
        page: 5000,
        numbered: false,
    },
    Table {
        name: "held",
        key: 1,
        columns: &[
            ("number", Kind::Integer),
            ("message", Kind::Integer),
            ("output", Kind::Text),
            ("story", Kind::Text),
            ("lot", Kind::Text),
            ("subject", Kind::Text),
            ("release_at", Kind::Text),
            ("held_at", Kind::Text),
        ],
        page: 2000,
        numbered: true,
    },
    Table {
        name: "told",
        key: 2,
        columns: &[("alert", Kind::Text), ("output", Kind::Text)],
        page: 5000,
        numbered: false,
    },
    Table {
        name: "mutes",
        key: 1,
        columns: &[
            ("id", Kind::Text),
            ("what", Kind::Text),
            ("until", Kind::Text),
            ("since", Kind::Text),
            ("came_from", Kind::Text),
        ],
        page: 1000,
        numbered: false,
    },
    Table {
        name: "output_notes",
        key: 2,
        columns: &[("output", Kind::Text), ("story", Kind::Text), ("body", Kind::Text)],
        page: 1000,
        numbered: false,
    },
    Table {
        name: "disabled_outputs",
        key: 1,
        columns: &[("output", Kind::Text), ("reason", Kind::Text), ("since", Kind::Text)],
        page: 1000,
        numbered: false,
    },
    Table {
        name: "failed_items",
        key: 1,
        columns: &[
            ("number", Kind::Integer),
            ("input", Kind::Text),
            ("label", Kind::Text),
            ("form", Kind::Text),
            ("reason", Kind::Text),
            ("failed_at", Kind::Text),
            ("size", Kind::Integer),
            ("bytes", Kind::Bytes),
            ("retry", Kind::Flag),
            ("retry_at", Kind::Text),
        ],
        // One that is held back may have 16 MiB.
        page: 4,
        numbered: true,
    },
    Table {
        name: "audit",
        key: 1,
        columns: &[
            ("number", Kind::Integer),
            ("at", Kind::Text),
            ("editor", Kind::Text),
            ("via", Kind::Text),
            ("token", Kind::Text),
            ("action", Kind::Text),
            ("what", Kind::Text),
            ("story", Kind::Text),
            ("article", Kind::Text),
            ("note", Kind::Text),
        ],
        page: 1000,
        numbered: true,
    },
    Table {
        name: "checkpoints",
        key: 2,
        columns: &[("input", Kind::Text), ("part", Kind::Text), ("next", Kind::Integer)],
        page: 1000,
        numbered: false,
    },
];

/// Stands in a store while it is being filled, with the name of the store that it is filled from: no daemon may open it.
pub(in crate::store) const COPYING: &str = "copying";

/// What a store is that was not filled to its end.
pub(in crate::store) fn unfinished(name: &str) -> super::StoreError {
    super::StoreError::Broken(format!(
        "{name} is a copy that was not finished: run `newsdelta store copy` with the same two names again"
    ))
}

/// What a table must have in a schema: the columns of [`TABLES`], and those that the backend says are its own.
#[cfg(test)]
pub(in crate::store) fn assert_complete(
    own: &[(&str, &[&str])],
    schema: &std::collections::BTreeMap<String, std::collections::BTreeSet<String>>,
) {
    let mut known: std::collections::BTreeMap<String, std::collections::BTreeSet<String>> = TABLES
        .iter()
        .map(|table| (table.name.to_owned(), table.names().map(str::to_owned).collect()))
        .collect();
    for (table, columns) in own {
        let entry = known.entry((*table).to_owned()).or_default();
        entry.extend(columns.iter().map(|column| (*column).to_owned()));
    }
    assert_eq!(schema, &known, "`store copy` must know every table and column of the schema");
}
