//! An output whose alerts are signed. Comes in: a message. Goes out: the same message to the output behind, each alert
//! with its signature; the same on every attempt. Never changes what is told.

use std::sync::Arc;

use async_trait::async_trait;

use super::{DeliveryError, Output};
use crate::model::Message;
use crate::model::notice::Notice;
use crate::proof::Signer;

/// The output.
pub(super) struct Signed {
    pub(super) signer: Arc<Signer>,
    pub(super) output: Box<dyn Output>,
}

#[async_trait]
impl Output for Signed {
    fn name(&self) -> &str {
        self.output.name()
    }

    async fn deliver(&self, message: &Message, attempt: u32) -> Result<(), DeliveryError> {
        let mut message = message.clone();
        self.signer.sign_all(&mut message);
        self.output.deliver(&message, attempt).await
    }

    async fn tell(&self, notice: &Notice) -> Result<(), DeliveryError> {
        self.output.tell(notice).await
    }
}
