//! A folder of its own for one test, and the daemon as a process in it: started, killed, asked to stop, its log read.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::{Receiver, Report, ask, wait_for, wait_until};

/// How long a daemon may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(120);

/// The key that signs webhooks in tests: base64 of 24 bytes.
const SECRET: &str = "whsec_bmV3c2RlbHRhLXRlc3Qtc2VjcmV0LTEy";

/// A folder with a config file, an inbox, a store and what the outputs write.
#[derive(Debug)]
pub(crate) struct Place {
    folder: TempDir,
    config: String,
}

impl Place {
    /// Short waits, so that a test of retries takes seconds; everything else as shipped.
    pub(crate) fn new() -> Self {
        let place = Self { folder: TempDir::with_prefix("newsdelta-it-").unwrap(), config: String::new() };
        fs::create_dir(place.inbox()).unwrap();
        place.with("[retry]\nwait_min = \"50ms\"\nwait_max = \"500ms\"\nattempt_timeout = \"5s\"")
    }

    /// With the store in the folder, or where the test wants it.
    pub(crate) fn with_store(self, path: &Path) -> Self {
        self.with(&format!("[store]\npath = \"{}\"", path.display()))
    }

    /// With a watched folder that takes files as soon as they rest for a moment.
    pub(crate) fn with_inbox(self) -> Self {
        self.with_inbox_settings("settle_time = \"100ms\"")
    }

    /// With a watched folder of the given settings.
    pub(crate) fn with_inbox_settings(self, settings: &str) -> Self {
        let path = self.inbox();
        self.with(&format!("[inputs.inbox]\ntype = \"inbox\"\npath = \"{}\"\n{settings}", path.display()))
    }

    /// With a webhook output of this name.
    pub(crate) fn with_webhook(self, name: &str, receiver: &Receiver) -> Self {
        let url = receiver.url();
        self.with(&format!(
            "[outputs.{name}]\ntype = \"webhook\"\nurl = \"{url}\"\nsecrets = [\"{SECRET}\"]\ntimeout = \"2s\"\n\
             allow_private_addresses = true"
        ))
    }

    /// With the file output that [`Place::journal`] reads.
    pub(crate) fn with_journal(self) -> Self {
        let path = self.path("journal.jsonl");
        self.with(&format!("[outputs.journal]\ntype = \"file\"\npath = \"{}\"", path.display()))
    }

    /// With another part of the config.
    pub(crate) fn with(mut self, part: &str) -> Self {
        self.config += part;
        self.config += "\n\n";
        self
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The watched folder.
    pub(crate) fn inbox(&self) -> PathBuf {
        self.path("inbox")
    }

    /// Puts a report into the inbox the way a careful sender does: written elsewhere, then moved.
    pub(crate) fn drop_in(&self, report: &Report) {
        self.drop_bytes(&format!("{}.json", report.id), report.json().to_string().as_bytes());
    }

    /// Puts bytes under a name into the inbox, moved in whole.
    pub(crate) fn drop_bytes(&self, name: &str, bytes: &[u8]) {
        let outside = self.path("outgoing");
        fs::write(&outside, bytes).unwrap();
        fs::rename(outside, self.inbox().join(name)).unwrap();
    }

    /// Names below a folder of the inbox, sorted; empty while there is none.
    pub(crate) fn names_in(&self, folder: &str) -> Vec<String> {
        names_below(&self.inbox().join(folder))
    }

    /// The alerts in the file output, in order. A last line that a kill has torn does not count.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("journal.jsonl")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// What every daemon of this place has logged so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.path("daemon.log")).unwrap_or_default()).into_owned()
    }

    /// Runs another command of the program with this place's config and waits for its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        program().args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).output().unwrap()
    }

    /// Begins another command of the program and waits for nothing.
    pub(crate) fn begin(&self, arguments: &[&str]) -> Child {
        program()
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// The path of the config file, written as it now stands.
    pub(crate) fn config_file(&self) -> PathBuf {
        let path = self.path("newsdelta.toml");
        let store = format!("[store]\npath = \"{}\"\n", self.path("store.db").display());
        let store = if self.config.contains("[store]") { String::new() } else { store };
        // Tests run side by side: each daemon takes a free port.
        let http = if self.config.contains("[http]") { "" } else { "[http]\nlisten = \"127.0.0.1:0\"\n" };
        fs::write(&path, format!("{}{store}{http}", self.config)).unwrap();
        path
    }

    /// Gives the config file another text the way a careful operator does: a daemon that reads it meanwhile sees the
    /// one or the other.
    pub(crate) fn configure(&self, text: &str) {
        let outside = self.path("newsdelta.toml.new");
        fs::write(&outside, text).unwrap();
        fs::rename(outside, self.path("newsdelta.toml")).unwrap();
    }

    /// Starts the daemon.
    pub(crate) fn start(&self) -> Daemon {
        let config = self.config_file();
        let started_before = starts(&self.path("daemon.log"));
        let log = OpenOptions::new().append(true).create(true).open(self.path("daemon.log")).unwrap();
        let screen: File = log.try_clone().unwrap();
        let process = program()
            .args(["run", "--config"])
            .arg(config)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(screen)
            .stderr(log)
            .spawn()
            .unwrap();
        Daemon { process, log: self.path("daemon.log"), started_before }
    }

    /// Starts the daemon and waits until it is ready; gives the address of its interface, too.
    pub(crate) fn start_ready(&self) -> (Daemon, String) {
        let mut daemon = self.start();
        let address = daemon.address();
        daemon.until("a ready daemon", PATIENCE, || {
            ask(&address, "/-/ready", "").is_some_and(|(status, _)| status == 200)
        });
        (daemon, address)
    }
}

/// Shows the log of a test that failed: it is where the cause stands.
impl Drop for Place {
    #[expect(clippy::print_stderr, reason = "the test runner shows it with the failure")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let tail = lines.split_at(lines.len().saturating_sub(60)).1.join("\n");
            eprintln!("--- config\n{}\n--- last lines of the daemon's log\n{tail}", self.config);
        }
    }
}

/// Every file below `folder`, as paths relative to it, sorted.
pub(crate) fn names_below(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries.map_while(Result::ok) {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => names.push(entry.path().strip_prefix(folder).unwrap().display().to_string()),
            }
        }
    }
    names.sort();
    names
}

/// The built program, without settings from the environment of whoever runs the tests.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_newsdelta"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("NEWSDELTA_") {
            command.env_remove(name);
        }
    }
    command
}

/// A running daemon. It is killed when dropped.
#[derive(Debug)]
pub(crate) struct Daemon {
    process: Child,
    log: PathBuf,
    /// How many daemons of this place have logged their start before this one was started.
    started_before: usize,
}

/// How many daemons have said in this log that they have started.
fn starts(log: &Path) -> usize {
    String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).matches(": started ").count()
}

impl Daemon {
    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it as a power cut would: SIGKILL.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to stop: SIGTERM.
    pub(crate) fn terminate(&mut self) {
        self.signal("-TERM");
    }

    /// Stops it where it stands, as a machine without time for it would: SIGSTOP.
    pub(crate) fn pause(&mut self) {
        self.signal("-STOP");
    }

    /// Lets it go on after [`Daemon::pause`]: SIGCONT.
    pub(crate) fn resume(&mut self) {
        self.signal("-CONT");
    }

    /// Asks it to read its config again: SIGHUP.
    pub(crate) fn hang_up(&mut self) {
        self.signal("-HUP");
    }

    /// Before it says that it has started, any signal would end it as it ends any program.
    fn signal(&mut self, name: &str) {
        let (log, before) = (self.log.clone(), self.started_before);
        self.until("the start of the daemon", Duration::from_secs(60), || starts(&log) > before);
        let done = Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap();
        assert!(done.success(), "no process to send {name} to");
    }

    /// The address that its HTTP server listens on.
    pub(crate) fn address(&mut self) -> String {
        let (log, before) = (self.log.clone(), self.started_before);
        let listening = || {
            let text = String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
            let mut addresses = text.lines().filter_map(|line| line.split_once("HTTP listens address="));
            addresses.nth(before).map(|(_, address)| address.trim().to_owned())
        };
        self.until("the address of the HTTP server", Duration::from_secs(60), || listening().is_some());
        listening().unwrap()
    }

    /// How it ended, when it does within `limit`.
    pub(crate) fn ended(&mut self, limit: Duration) -> Option<ExitStatus> {
        wait_for(limit, || self.process.try_wait().unwrap())
    }

    /// Waits for `condition` while the daemon works towards it; its end, too, is a failure.
    pub(crate) fn until(&mut self, what: &str, limit: Duration, mut condition: impl FnMut() -> bool) {
        wait_until(what, limit, || {
            let met = condition();
            if !met {
                self.assert_alive();
            }
            met
        });
    }

    /// Fails unless it runs.
    pub(crate) fn assert_alive(&mut self) {
        if let Some(status) = self.process.try_wait().unwrap() {
            panic!("the daemon has ended: {status}");
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        if self.process.kill().is_ok() {
            let _status = self.process.wait();
        }
    }
}
