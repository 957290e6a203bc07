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
// How the line was last: nothing, live or lost.
let was = null;
// When the page last asked by itself, and whether something changed since.
let asked = 0;
let stale = false;

const here = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const hour = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const time = (at) => make("time", { datetime: at, title: `${at} (UTC)` }, here.format(new Date(at)));

function since(at) {
  const minutes = Math.round((Date.now() - new Date(at)) / 60_000);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  if (minutes < 60) return words.format(-minutes, "minute");
  if (minutes < 48 * 60) return words.format(-Math.round(minutes / 60), "hour");
  return words.format(-Math.round(minutes / 1440), "day");
}

const ago = (at) => make("span", { "data-since": at }, since(at));

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
    element.replaceChildren(make("span", {}, here.format(new Date(element.dateTime))), " ", make("span", { class: "original" }, `(${original})`));
  }
  for (const tick of root.querySelectorAll("svg [data-at]")) {
    const at = new Date(tick.dataset.at);
    const title = document.createElementNS(tick.namespaceURI, "title");
    title.textContent = tick.textContent;
    tick.textContent = tick.textContent.includes(":") ? hour.format(at) : day.format(at);
    tick.append(title);
  }
  for (const due of root.querySelectorAll("[data-due]")) {
    const at = new Date(due.querySelector("time").dateTime);
    due.append(at > Date.now() ? `, ${until(at)}` : ", which has passed");
  }
}

const reports = (count) => (count === 1 ? "1 report" : `${count} reports`);
const quote = (parts) => make("blockquote", {}, ...parts.map((part) => (part.changed ? make("mark", {}, part.text) : part.text)));

// What is asked of the daemon for what the viewer chose. Whole minutes, so that all who look ask the same.
function query() {
  const asked = new URLSearchParams(filter);
  const age = Number(asked.get("age"));
  asked.delete("age");
  if (age) asked.set("since", new Date(Math.floor(Date.now() / 60_000 - age * 60) * 60_000).toISOString());
  return asked;
}

async function stories(first) {
  const page = await json(`/api/stories?${query()}`, first);
  const field = (name, label, kind) => make("label", { class: kind ?? "" }, label,
    make("input", { name, type: "search", value: filter.get(name) ?? "" }));
  const kinds = make("select", { name: "kind" }, ...[["", "anything"], ["casualties", "a toll"], ["demand", "a demand"], ["position", "a position"]]
    .map(([value, label]) => make("option", { value, ...(filter.get("kind") === value ? { selected: "" } : {}) }, label)));
  const ages = make("select", { name: "age" }, ...[["", "at any time"], ["1", "in the last hour"], ["24", "in the last day"], ["168", "in the last week"]]
    .map(([value, label]) => make("option", { value, ...(filter.get("age") === value ? { selected: "" } : {}) }, label)));
  const narrow = ["place", "actor", "kind", "age"].some((name) => filter.has(name));
  const form = make("form", { class: "search", role: "search", "aria-label": "Stories", onsubmit: (event) => {
    event.preventDefault();
    filter = new URLSearchParams([...new FormData(event.target)].filter(([, value]) => value));
    show();
  } }, field("words", "Words in a title", "words"), make("button", { class: "main" }, "Search"),
  make("details", { id: "narrow", ...(narrow ? { open: "" } : {}) }, make("summary", {}, "Place, actor, kind, time"),
    make("div", { class: "search" }, field("place", "Place"), field("actor", "Actor"), make("label", {}, "With", kinds), make("label", {}, "Reported", ages))));
  const list = make("ul", { class: "list" }, ...page.entries.map(story));
  const more = page.next === null ? null : make("button", { onclick: async (event) => {
    const next = query();
    next.set("cursor", page.next);
    Object.assign(page, await json(`/api/stories?${next}`));
    list.append(...page.entries.map(story));
    if (page.next === null) event.target.remove();
  } }, "More stories");
  const none = filter.size > 0 ? "No story fits. Take a word out." : "No stories yet. They appear here as soon as reports come in.";
  return [make("h1", {}, "Developing stories"), form, page.entries.length > 0 ? list : make("p", { class: "empty" }, none), more];
}

// Of several changes the one that is read first: the dead, then other figures, demands, positions.
function foremost(alerts) {
  const rank = ({ about, fact }) => ({ casualties: fact.effect === "killed" ? 0 : 1, demand: 2 })[about] ?? 3;
  return alerts.reduce((best, alert) => (rank(alert) < rank(best) ? alert : best));
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
    tolls ? make("div", { class: "known" }, tolls) : null,
    message ? make("p", { class: "change" }, "Last change: ", make("strong", {}, foremost(message.alerts).headline),
      message.alerts.length > 1 ? ` and ${message.alerts.length - 1} more` : "") : make("p", { class: "change quiet" }, "Nothing was worth an alert yet."),
    make("div", { class: "fine" }, message ? "changed " : "", message ? ago(message.created_at) : "", message ? " · " : "", `${reports(entry.articles)} · last report `, time(entry.last_report_at)));
}

async function oneStory(id, first) {
  const path = `/api/stories/${encodeURIComponent(id)}`;
  const moment = new URLSearchParams(location.hash.split("?")[1] ?? "");
  const query = moment.size > 0 ? `?${moment}` : "";
  // Written by the daemon, which escapes every text; the policy of this page runs no script in it anyway.
  const part = new DOMParser().parseFromString(await text(`${path}/view.html${query}`, first), "text/html");
  const body = make("div", { class: "story", "data-story": id }, ...part.body.childNodes);
  localise(body);
  const as = make("form", { class: "search", onsubmit: (event) => {
    event.preventDefault();
    const at = new FormData(event.target).get("at");
    location.hash = `#/story/${encodeURIComponent(id)}` + (at ? `?as_of=${encodeURIComponent(new Date(at).toISOString())}` : "");
  } }, make("label", {}, "As it stood at (your time)", make("input", { type: "datetime-local", name: "at" })), make("button", {}, "Show"));
  const tools = make("div", { class: "tools quiet-tools" },
    make("button", { onclick: () => save(`${path}/claims.csv${query}`, "claims.csv") }, "Claims as CSV"),
    make("button", { onclick: () => save(`${path}/chart.svg${query}`, "toll.svg") }, "Chart as SVG"),
    make("button", { onclick: () => mute(id) }, "Mute for 8 hours"));
  // Of the past nothing can be changed.
  if (moment.size === 0) await equip(id, tools, body, () => show(true));
  tools.append(make("details", { id: "moment", ...(moment.size > 0 ? { open: "" } : {}) }, make("summary", {}, "An earlier moment"), as));
  (body.querySelector("h1 + .fine") ?? body.querySelector("h1")).after(tools);
  const past = moment.get("as_of") ? make("p", { class: "condition", role: "note" }, "As it stood ", time(moment.get("as_of")), ", from all that is known now. ",
    make("a", { href: `#/story/${encodeURIComponent(id)}` }, "Back to the present")) : null;
  return [make("a", { class: "back", href: "#/" }, "← all stories"), past, body];
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

// A few at a glance, the rest folded away.
const FIRST = 3;
function shownFirst(all, id) {
  if (all.length <= FIRST + 1) return all;
  return [...all.slice(0, FIRST), make("details", { id }, make("summary", {}, `${all.length - FIRST} more changes of this report`), ...all.slice(FIRST))];
}

function message(entry) {
  const first = entry.alerts[0];
  return make("li", { "data-number": entry.number },
    make("a", { class: "title", href: `#/story/${encodeURIComponent(entry.story)}` }, first.story_title),
    ...shownFirst(entry.alerts.map((alert) => make("div", { class: "alert" }, make("p", { class: "change" }, make("strong", {}, alert.headline)),
      quote(alert.quote), make("div", { class: "fine" }, alert.reason))), `more-${entry.number}`),
    make("div", { class: "fine" }, `${first.outlet ?? "unnamed outlet"} · `, time(entry.created_at), " · ", ago(entry.created_at)));
}

async function alerts(first) {
  const page = await json("/api/alerts?limit=50", first);
  const list = make("ul", { class: "list", id: "feed" }, ...page.entries.map(message));
  const before = new Set([...document.querySelectorAll("#feed [data-number]")].map((one) => one.dataset.number));
  for (const one of list.children) if (before.size > 0 && !before.has(one.dataset.number)) one.classList.add("fresh");
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
  const discard = (entry) => act(entry.id, "discard", "Discard", `${entry.what}: it will not be read or sent any more.`);
  const letters = dead.entries.filter((entry) => !entry.held_until).map((entry) => [entry.what, entry.reason, time(entry.since), make("span", { class: "tools" },
    act(entry.id, "retry", "Try again", `${entry.what}: it is read or sent again.`), discard(entry))]);
  const held = dead.entries.filter((entry) => entry.held_until).map((entry) => [entry.what, time(entry.held_until), discard(entry)]);
  const muted = mutes.entries.map((entry) => [entry.what.kind, entry.what.actor ?? entry.what.story, time(entry.until), make("button", {
    "aria-label": `End the mute of ${entry.what.actor ?? entry.what.story}`, onclick: async () => {
      if (!await confirm("End this mute?", "From now on its changes are told again.")) return;
      try { await send(`/api/mutes/${encodeURIComponent(entry.id)}/end`); show(); } catch (error) { await confirm("That did not work", error.message); }
    } }, "End")]);
  const waiting = overview.outputs.reduce((sum, output) => sum + output.waiting, 0);
  const light = (good, figure, what) => make("li", { class: good ? "" : "look" }, make("span", { class: "figure" }, figure), " ", make("span", { class: "what" }, what));
  const outputs = overview.outputs.map((output) => [output.name, String(output.waiting), output.waiting_since ? time(output.waiting_since) : "–"]);
  const sent = deliveries.entries.map((entry) => [entry.output, make("span", { class: `state-${entry.state}` }, entry.state), String(entry.attempts), time(entry.ended_at ?? entry.queued_at), entry.reason ?? ""]);
  const done = await isAdmin() ? table("What editors did", ["When", "Who", "What", "Why", "From"], (await json("/api/audit?limit=30")).entries.map((entry) => [
    time(entry.at), entry.editor, `${entry.action}: ${entry.what}`, entry.note ?? "", entry.token ?? "command line"]), "Nothing yet.") : [];
  return [make("h1", {}, "Health"),
    make("ul", { class: "tolls lights" }, light(overview.ready, overview.ready ? "Running" : "Not ready", overview.ready ? "articles are taken" : overview.reasons.join("; ")),
      light(waiting === 0, String(waiting), waiting === 1 ? "message waits to be delivered" : "messages wait to be delivered"),
      light(letters.length === 0, String(letters.length), "could not be read or delivered"),
      light(true, String(muted.length), muted.length === 1 ? "mute" : "mutes")),
    make("p", { class: "fine" }, `newsdelta ${overview.version} · the store takes ${(overview.store_bytes / 1048576).toFixed(1)} MB`),
    ...table("Waiting to be delivered", ["Output", "Messages", "Oldest"], outputs, "Nothing waits."),
    ...table("Could not be read or delivered", ["What", "Why", "Since", "Action"], letters, "Nothing."),
    ...(held.length > 0 ? table("Held back by their publishers", ["What", "Read at", "Action"], held, "") : []),
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
  asked = quiet ? Date.now() : 0;
  // Of the very first view nobody has seen anything newer, and the line that is not up yet will have it asked for again.
  const first = was === null;
  stale = false;
  if (!quiet) main.replaceChildren(make("p", { class: "loading" }, "Loading …"));
  try {
    const parts = story ? oneStory(decodeURIComponent(story[1]), first) : { alerts, health, stories }[view](first);
    const found = (await parts).filter((part) => part !== null);
    if (mine !== shown) return;
    const open = [...main.querySelectorAll("details[open]")].map(nameOf);
    const focused = quiet && main.contains(document.activeElement) ? callOf(document.activeElement) : null;
    // What the viewer has begun to fill in stays.
    const form = quiet ? main.querySelector(":scope > form[role=search]") : null;
    main.replaceChildren(...found.map((part) => (form && part.matches("form[role=search]") ? form : part)));
    for (const details of main.querySelectorAll("details")) if (quiet && open.includes(nameOf(details))) details.open = true;
    // Whoever goes through the page by keyboard stays where they are.
    if (focused) [...main.querySelectorAll("a, button, summary, [tabindex]")].find((one) => callOf(one) === focused)?.focus({ preventScroll: true });
    document.title = `${main.querySelector("h1")?.textContent ?? ""} – newsdelta`;
    if (!quiet) main.focus({ preventScroll: true });
  } catch (error) {
    if (mine !== shown) return;
    // What stands there stays until it can be asked for again; the line at the top says when the connection is lost.
    if (quiet) return refresh();
    main.replaceChildren(make("div", { class: "error", role: "alert" }, make("p", {}, error.message), make("button", { onclick: () => show() }, "Try again")));
  }
}

// What tells one foldable part from another over a refresh.
const nameOf = (details) => details.id || `${details.closest("section")?.getAttribute("aria-labelledby")}/${details.parentElement.querySelector("h3")?.textContent}/${details.firstElementChild.textContent}`;

// What tells one thing that can have the focus from another.
const callOf = (one) => `${one.localName} ${one.getAttribute("href") ?? one.getAttribute("aria-label") ?? (one.closest("[data-story], [data-article]")?.dataset.article ?? "") + one.textContent}`;

// What is shown is asked for again soon after something changed: at once when it was quiet before, else after a pause, so
// that a thousand pages on a busy day ask little. Nobody looks at a hidden page, and nobody's typing is disturbed.
const PAUSES = { stories: 10_000, other: 4_000 };
const pause = () => (/^#?\/?(\?|$)/.test(location.hash) ? PAUSES.stories : PAUSES.other);
let later = null;

function refresh() {
  stale = true;
  if (later !== null) return;
  later = setTimeout(() => {
    later = null;
    const writes = main.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
    if (document.hidden || !stale) return;
    if (writes || document.querySelector("dialog[open]")) return refresh();
    show(true);
  }, Math.max(100 + Math.random() * 200, asked + pause() * (0.75 + Math.random() / 2) - Date.now()));
}
document.addEventListener("visibilitychange", () => { if (stale) refresh(); });

function told({ stories, headlines }) {
  if (headlines.length > 0) said.textContent = headlines.join("; ");
  const [path] = location.hash.slice(1).split("?");
  const story = /^\/story\/(.+)$/.exec(path);
  // A story of the past does not change; the list of alerts only when there are new ones.
  const concerns = story ? (stories === null || stories.includes(decodeURIComponent(story[1]))) && !location.hash.includes("?")
    : path === "/alerts" ? stories === null || headlines.length > 0 : true;
  if (concerns) refresh();
}

// Deliveries are no news and come over no line; and time passes by itself.
setInterval(() => { if (location.hash.startsWith("#/health")) refresh(); }, PAUSES.other);
setInterval(() => { for (const one of document.querySelectorAll("[data-since]")) one.textContent = since(one.dataset.since); }, 60_000);

addEventListener("hashchange", () => show());
show();
follow(told, (state) => {
  line.className = state;
  line.textContent = state === "live" ? "live" : "connection lost, trying again …";
  if (state === "live" && was !== "live") refresh();
  was = state;
});
