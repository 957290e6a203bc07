//! What an output keeps of a story from one message to the next: where its message stands, what it told last. Comes in:
//! a story and plain data. Goes out: the same data at the next message, also after a restart. Never shared between
//! outputs; without a store (a test alert) nothing is kept.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::DeliveryError;
use crate::model::StoryId;
use crate::store::Store;

/// The notes of one output.
pub(super) struct Notes {
    store: Option<Arc<dyn Store>>,
    output: String,
}

impl Notes {
    pub(super) fn new(store: Option<Arc<dyn Store>>, output: &str) -> Self {
        Self { store, output: output.to_owned() }
    }

    /// What was kept last of this story. What cannot be read any more counts as nothing.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        story: &StoryId,
    ) -> Result<Option<T>, DeliveryError> {
        let Some(store) = &self.store else { return Ok(None) };
        let kept = store.note(&self.output, story).await.map_err(|error| failed(&error))?;
        Ok(kept.and_then(|text| {
            let read = serde_json::from_str(&text);
            read.inspect_err(
                |error| tracing::warn!(output = self.output, story, %error, "a note cannot be read"),
            )
            .ok()
        }))
    }

    /// Keeps this in place of what was kept.
    pub(super) async fn write<T: Serialize>(&self, story: &StoryId, note: &T) -> Result<(), DeliveryError> {
        let Some(store) = &self.store else { return Ok(()) };
        let text = serde_json::to_string(note).map_err(|error| DeliveryError::unwritable(&error))?;
        store.keep_note(&self.output, story, &text).await.map_err(|error| failed(&error))
    }
}

fn failed(error: &crate::store::StoreError) -> DeliveryError {
    DeliveryError::retry(format!("the store does not keep what was told: {error}"))
}
