//! E-mail: a report sent by a wire, a ministry or a reporter. Comes in: the message as sent. Goes out: one draft.
//! Attachments, quoted answers and signatures do not speak.

use mail_parser::MessageParser;

use super::super::error::Reason;
use super::time::moment;
use crate::model::Draft;

/// The report in a message.
pub(super) fn read(bytes: &[u8]) -> Result<Draft, Reason> {
    let broken = |why: &str| Reason::BrokenForm("an e-mail", why.to_owned());
    let message = MessageParser::default().parse(bytes).ok_or_else(|| broken("its head cannot be read"))?;
    let body = message.body_text(0).ok_or_else(|| broken("it has no text"))?;
    let sender = message.from().and_then(|from| from.first());
    let outlet = sender.and_then(|sender| sender.name().or_else(|| sender.address()));
    Ok(Draft {
        id: message.message_id().map(str::to_owned),
        outlet: outlet.map(str::to_owned),
        published_at: message.date().and_then(|date| moment(&date.to_rfc3339())),
        title: message.subject().map(str::to_owned),
        text: own_words(&body),
        ..Draft::default()
    })
}

/// The message without quoted lines and what follows the signature mark (RFC 3676).
fn own_words(body: &str) -> String {
    let own = body.lines().take_while(|line| line.trim_end() != "--");
    let lines: Vec<&str> = own.filter(|line| !line.starts_with('>')).collect();
    lines.join("\n")
}
