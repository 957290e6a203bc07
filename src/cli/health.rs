//! `newsdelta health`: whether a running daemon takes articles, for machines that have no other way to ask over HTTP,
//! such as a container. Comes in: an address, or the config that the daemon was started with. Goes out: its answer, and
//! exit code 0 only when it is ready. Never opens the store.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use reqwest::Url;

use super::{ConfigFile, Done};
use crate::outputs::http::{self, Reach};

/// A daemon that has not answered by then is as good as gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whom to ask.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// The daemon's address, such as `http://127.0.0.1:7979`; without it, that of the config on this machine
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let url = arguments.address()?.join("/-/ready").context("the address cannot be asked")?;
    let host = http::host_of(&url);
    let client = http::client(PATIENCE, Reach::Anywhere).map_err(anyhow::Error::msg)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let (status, text) = runtime
        .block_on(async {
            let response = client.get(url).send().await?;
            let status = response.status();
            Ok((status, response.text().await?))
        })
        .map_err(|error| anyhow::Error::msg(http::describe(error, &host)))?;
    if !status.is_success() {
        bail!("{host} is not ready ({}): {}", status.as_u16(), text.trim().replace('\n', "; "));
    }
    write!(io::stdout().lock(), "{text}")?;
    Ok(Done::Well)
}

impl Arguments {
    fn address(&self) -> anyhow::Result<Url> {
        if let Some(url) = &self.url {
            return http::parse_url(url, Reach::Anywhere).map_err(|words| anyhow::anyhow!("--url {words}"));
        }
        let config = self.config.load()?;
        if !config.http.enabled {
            bail!("the config has `http.enabled = false`: such a daemon cannot be asked");
        }
        let url = format!(
            "http://{}",
            config.http.asked_at().map_err(|words| anyhow::anyhow!("`http.listen` {words}"))?
        );
        Url::parse(&url).context("`http.listen` makes no address")
    }
}
