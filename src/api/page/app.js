// The page: stories, one story, alerts, health. Comes in: the interface of the daemon and its live stream. Goes out: what
// the viewer sees, kept up to date without a reload. Texts of reports never become markup here.

import { confirm, follow, json, save, send, text } from "/page/ask.js";
import { equip, isAdmin } from "/page/edit.js";
import { make } from "/page/make.js";

const main = document.getElementById("main");
const said = document.getElementById("said");
const line = document.getElementById("line");
let filter = new URLSearchParams();
let shown = 0;

const here = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const time = (at) => make("time", { datetime: at, title: `${at} (UTC)` }, here.format(new Date(at)));

function since(at) {
  const minutes = Math.round((Date.now() - new Date(at)) / 60_000);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  if (minutes < 60) return words.format(-minutes, "minute");
  if (minutes < 48 * 60) return words.format(-Math.round(minutes / 60), "hour");
  return words.format(-Math.round(minutes / 1440), "day");
}

function until(at) {
  const minutes = Math.round((at - Date.now()) / 60_000);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "always" });
  return Math.abs(minutes) < 48 * 60 ? words.format(Math.round(minutes / 60), "hour") : words.format(Math.round(minutes / 1440), "day");
}

// Times in a story that the daemon drew: in the viewer's zone, the author's beside it.
function localise(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const original = element.textContent;
    element.title = `as written: ${original}`;
    element.textContent = `${here.format(new Date(element.dateTime))} (${original})`;
  }
  for (const due of root.querySelectorAll("[data-due]")) {
    const at = new Date(due.querySelector("time").dateTime);
    due.append(at > Date.now() ? `, ${until(at)}` : ", which has passed");
  }
}

const reports = (count) => (count === 1 ? "1 report" : `${count} reports`);
const quote = (parts) => make("blockquote", {}, ...parts.map((part) => (part.changed ? make("mark", {}, part.text) : part.text)));

async function stories() {
  const page = await json(`/api/stories?${filter}`);
  const field = (name, label, kind) => make("label", { class: kind ?? "" }, label,
    make("input", { name, type: "search", value: filter.get(name) ?? "" }));
  const kinds = make("select", { name: "kind" }, ...[["", "anything"], ["casualties", "a toll"], ["demand", "a demand"], ["position", "a position"]]
    .map(([value, label]) => make("option", { value, ...(filter.get("kind") === value ? { selected: "" } : {}) }, label)));
  const form = make("form", { class: "search", role: "search", "aria-label": "Stories", onsubmit: (event) => {
    event.preventDefault();
    filter = new URLSearchParams([...new FormData(event.target)].filter(([, value]) => value));
    show();
  } }, field("words", "Words in a title", "words"), field("place", "Place"), field("actor", "Actor"),
  make("label", {}, "With", kinds), make("button", { class: "main" }, "Search"));
  const list = make("ul", { class: "list" }, ...page.entries.map(story));
  const more = page.next === null ? null : make("button", { onclick: async (event) => {
    const query = new URLSearchParams(filter);
    query.set("cursor", page.next);
    Object.assign(page, await json(`/api/stories?${query}`));
    list.append(...page.entries.map(story));
    if (page.next === null) event.target.remove();
  } }, "More stories");
  const none = filter.size > 0 ? "No story fits. Take a word out." : "No stories yet. They appear here as soon as reports come in.";
  return [make("h1", {}, "Developing stories"), form, page.entries.length > 0 ? list : make("p", { class: "empty" }, none), more];
}

function story(entry) {
  const message = entry.last_message;
  const weight = (known) => ["killed", "injured", "missing"].indexOf(known.fact.effect) >>> 0;
  const tolls = entry.known.filter((known) => known.about === "casualties" && known.fact.scope === "event"
    && known.fact.group === "people" && !known.fact.side && !known.fact.place)
    .sort((one, other) => weight(one) - weight(other))
    .map((known) => `${known.value_in_words} ${known.fact_in_words}`).slice(0, 3).join(" · ");
  return make("li", { "data-story": entry.id },
    make("a", { class: "title", href: `#/story/${encodeURIComponent(entry.id)}` }, entry.title),
    tolls ? make("div", {}, tolls) : null,
    message ? make("p", { class: "change" }, make("strong", {}, "Last change: "), message.alerts[0].headline,
      message.alerts.length > 1 ? ` and ${message.alerts.length - 1} more` : "") : make("p", { class: "change quiet" }, "Nothing was worth an alert yet."),
    make("div", { class: "fine" }, message ? `changed ${since(message.created_at)} · ` : "", `${reports(entry.articles)} · last report `, time(entry.last_report_at)));
}

async function oneStory(id) {
  const path = `/api/stories/${encodeURIComponent(id)}`;
  const moment = new URLSearchParams(location.hash.split("?")[1] ?? "");
  const query = moment.size > 0 ? `?${moment}` : "";
  // Written by the daemon, which escapes every text; the policy of this page runs no script in it anyway.
  const part = new DOMParser().parseFromString(await text(`${path}/view.html${query}`), "text/html");
  const body = make("div", { class: "story", "data-story": id }, ...part.body.childNodes);
  localise(body);
  const as = make("form", { class: "search", onsubmit: (event) => {
    event.preventDefault();
    const at = new FormData(event.target).get("at");
    location.hash = `#/story/${encodeURIComponent(id)}` + (at ? `?as_of=${encodeURIComponent(new Date(at).toISOString())}` : "");
  } }, make("label", {}, "As it stood at (your time)", make("input", { type: "datetime-local", name: "at" })), make("button", {}, "Show"));
  const tools = make("div", { class: "tools" }, make("a", { href: "#/" }, "← all stories"),
    make("button", { onclick: () => save(`${path}/claims.csv${query}`, "claims.csv") }, "Claims as CSV"),
    make("button", { onclick: () => save(`${path}/chart.svg${query}`, "toll.svg") }, "Chart as SVG"),
    make("button", { onclick: () => mute(id) }, "Mute for 8 hours"));
  // Of the past nothing can be changed.
  if (moment.size === 0) await equip(id, tools, body, () => show(true));
  tools.append(as);
  const past = moment.get("as_of") ? make("p", { class: "condition", role: "note" }, "As it stood ", time(moment.get("as_of")), ", from all that is known now. ",
    make("a", { href: `#/story/${encodeURIComponent(id)}` }, "Back to the present")) : null;
  return [tools, past, body];
}

// Silence for a while, after a confirmation.
async function mute(story) {
  if (!await confirm("Mute this story for 8 hours?", "Its changes are read and shown here, and go to no output. Health lists what is muted and ends it.")) return;
  const until = new Date(Date.now() + 8 * 3_600_000).toISOString();
  try {
    await send("/api/mutes", { what: { kind: "story", story }, until });
    said.textContent = "muted for 8 hours";
  } catch (error) { await confirm("That did not work", error.message); }
}

function message(entry) {
  const first = entry.alerts[0];
  return make("li", { "data-number": entry.number },
    make("a", { class: "title", href: `#/story/${encodeURIComponent(entry.story)}` }, first.story_title),
    ...entry.alerts.map((alert) => make("div", {}, make("p", { class: "change" }, make("strong", {}, alert.headline)),
      quote(alert.quote), make("div", { class: "fine" }, alert.reason))),
    make("div", { class: "fine" }, `${first.outlet ?? "unnamed outlet"} · `, time(entry.created_at), ` · ${since(entry.created_at)}`));
}

async function alerts() {
  const page = await json("/api/alerts?limit=50");
  const list = make("ul", { class: "list", id: "feed" }, ...page.entries.map(message));
  const empty = make("p", { class: "empty", hidden: page.entries.length > 0 ? "" : null }, "No alerts yet. They appear here the moment something changes.");
  return [make("h1", {}, "Alerts"), make("p", { class: "fine" }, "The latest first; new ones appear by themselves."), empty, list];
}

function table(heading, columns, rows, none) {
  if (rows.length === 0) return [make("h2", {}, heading), make("p", { class: "fine" }, none)];
  const head = make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)));
  const body = rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))));
  return [make("h2", {}, heading), make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": heading },
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)))];
}

async function health() {
  const [overview, dead, deliveries, mutes] = await Promise.all(
    ["/api/overview", "/api/dead-letters", "/api/deliveries?limit=30", "/api/mutes"].map(json));
  const act = (id, verb, label, warning) => make("button", { "aria-label": `${label}: ${id}`, onclick: async () => {
    if (!await confirm(`${label}?`, warning)) return;
    try {
      await send(`/api/dead-letters/${encodeURIComponent(id)}/${verb}`);
      said.textContent = `${label}: done`;
      show();
    } catch (error) { await confirm("That did not work", error.message); }
  } }, label);
  const letters = dead.entries.map((entry) => [entry.what, entry.reason, time(entry.since), make("span", { class: "tools" },
    act(entry.id, "retry", "Try again", `${entry.what}: it is read or sent again.`),
    act(entry.id, "discard", "Discard", `${entry.what}: it will not be read or sent any more.`))]);
  const muted = mutes.entries.map((entry) => [entry.what.kind, entry.what.actor ?? entry.what.story, time(entry.until), make("button", {
    "aria-label": `End the mute of ${entry.what.actor ?? entry.what.story}`, onclick: async () => {
      if (!await confirm("End this mute?", "From now on its changes are told again.")) return;
      try { await send(`/api/mutes/${encodeURIComponent(entry.id)}/end`); show(); } catch (error) { await confirm("That did not work", error.message); }
    } }, "End")]);
  const outputs = overview.outputs.map((output) => [output.name, String(output.waiting), output.waiting_since ? time(output.waiting_since) : "–"]);
  const sent = deliveries.entries.map((entry) => [entry.output, entry.state, String(entry.attempts), time(entry.ended_at ?? entry.queued_at), entry.reason ?? ""]);
  const done = await isAdmin() ? table("What editors did", ["When", "Who", "What", "Why", "From"], (await json("/api/audit?limit=30")).entries.map((entry) => [
    time(entry.at), entry.editor, `${entry.action}: ${entry.what}`, entry.note ?? "", entry.token ?? "command line"]), "Nothing yet.") : [];
  return [make("h1", {}, "Health"),
    make("p", { class: overview.ready ? "" : "error" }, overview.ready ? "Running: articles are taken." : `Not ready: ${overview.reasons.join("; ")}`),
    make("p", { class: "fine" }, `newsdelta ${overview.version} · the store takes ${(overview.store_bytes / 1048576).toFixed(1)} MB`),
    ...table("Waiting to be delivered", ["Output", "Messages", "Oldest"], outputs, "Nothing waits."),
    ...table("Could not be read or delivered", ["What", "Why", "Since", "Action"], letters, "Nothing."),
    ...table("Muted", ["What", "Which", "Until", "Action"], muted, "Nothing is muted."),
    ...done,
    ...table("Latest deliveries", ["Output", "State", "Attempts", "When", "Last error"], sent, "None yet.")];
}

// Shows what the address asks for. Only the latest question is answered.
async function show(quiet = false) {
  const [path] = location.hash.slice(1).split("?");
  const story = /^\/story\/(.+)$/.exec(path);
  const view = story ? "stories" : path === "/alerts" ? "alerts" : path === "/health" ? "health" : "stories";
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const mine = ++shown;
  if (!quiet) main.replaceChildren(make("p", { class: "loading" }, "Loading …"));
  try {
    const parts = story ? oneStory(decodeURIComponent(story[1])) : { alerts, health, stories }[view]();
    const found = (await parts).filter((part) => part !== null);
    if (mine !== shown) return;
    const open = [...main.querySelectorAll("details[open]")].map(nameOf);
    main.replaceChildren(...found);
    for (const details of main.querySelectorAll("details")) if (quiet && open.includes(nameOf(details))) details.open = true;
    document.title = `${main.querySelector("h1")?.textContent ?? ""} – newsdelta`;
    if (!quiet) main.focus({ preventScroll: true });
  } catch (error) {
    if (mine !== shown) return;
    main.replaceChildren(make("div", { class: "error", role: "alert" }, make("p", {}, error.message), make("button", { onclick: () => show() }, "Try again")));
  }
}

// What tells one foldable part from another over a refresh.
const nameOf = (details) => details.id || `${details.closest("section")?.getAttribute("aria-labelledby")}/${details.parentElement.querySelector("h3")?.textContent}/${details.firstElementChild.textContent}`;

let later = null;
function refresh() {
  if (main.contains(document.activeElement) && document.activeElement.matches("input, select")) return;
  clearTimeout(later);
  later = setTimeout(() => show(true), 300);
}

function told(kind, data) {
  const [path] = location.hash.slice(1).split("?");
  if (kind === "message") {
    said.textContent = data.alerts.map((alert) => alert.headline).join("; ");
    const feed = document.getElementById("feed");
    if (feed && !feed.querySelector(`[data-number="${data.number}"]`)) {
      const fresh = message(data);
      fresh.classList.add("fresh");
      feed.prepend(fresh);
      while (feed.children.length > 200) feed.lastElementChild.remove();
      feed.parentElement.querySelector(".empty")?.setAttribute("hidden", "");
    }
  }
  const story = /^\/story\/(.+)$/.exec(path);
  if (story ? decodeURIComponent(story[1]) === data.story : path !== "/alerts") refresh();
}

addEventListener("hashchange", () => show());
show();
let was = null;
follow(told, (state) => {
  line.className = state;
  line.textContent = state === "live" ? "live" : "connection lost, trying again …";
  if (state === "live" && was === "lost") refresh();
  was = state;
});
