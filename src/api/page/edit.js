// An editor's tools on the page: correct or confirm a fact, take a report back, merge and split stories. Comes in: a
// story as the daemon drew it. Goes out: the same with buttons, for those who may edit; nothing is sent before it is
// confirmed.

import { json, send } from "/page/ask.js";
import { make } from "/page/make.js";

const BOUNDS = [["", "exactly"], ["at_least", "at least"], ["up_to", "up to"], ["about", "about"], ["nearly", "nearly"]];
const STANDS = [["met", "met"], ["rejected", "rejected"], ["withdrawn", "withdrawn"], ["made", "made, open"]];
const STANCES = ["support", "condemn", "accuse", "deny", "reject", "accept", "offer", "vow"].map((stance) => [stance, stance]);

let role = null;
// Whether the buttons are shown: somebody who only reads is not to be disturbed by them.
let editing = false;

// What the viewer may do; asked once.
async function mayEdit() {
  role ??= json("/api/overview").then((overview) => overview.role);
  return ["edit", "admin"].includes(await role);
}

export const isAdmin = async () => { await mayEdit(); return (await role) === "admin"; };

const options = (choices) => choices.map(([value, label]) => make("option", { value }, label));

// Asks for the fields and the editor's name; answers what was filled in and which button was pressed, or null.
function ask(title, text, fields, actions) {
  const problem = make("p", { class: "error", role: "alert", hidden: "" });
  const by = make("input", { name: "by", autocomplete: "name", maxlength: "100", value: sessionStorage.getItem("editor") ?? "" });
  const note = make("input", { name: "note", maxlength: "2000" });
  const form = make("form", { method: "dialog" }, make("h2", { id: "edit-title" }, title), make("p", {}, text), ...fields,
    make("label", {}, "Your name, for the history", by), make("label", {}, "Why, for those who are told (may stay empty)", note), problem,
    make("div", { class: "row" }, make("button", { value: "", formnovalidate: "", type: "button", onclick: () => dialog.close("") }, "Cancel"),
      ...actions.map(([value, label], at) => make("button", { value, ...(at === actions.length - 1 ? { class: "main" } : {}) }, label))));
  const dialog = make("dialog", { class: "edit", "aria-labelledby": "edit-title" }, form);
  document.body.append(dialog);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => {
    dialog.remove();
    if (!dialog.returnValue) return done(null);
    sessionStorage.setItem("editor", by.value);
    done({ ...Object.fromEntries(new FormData(form)), action: dialog.returnValue });
  }, { once: true }));
}

const signed = ({ by, note }) => ({ by: by || null, note: note || null });

// Says what came of it, in the page and for a screen reader.
function report(title, lines) {
  const dialog = make("dialog", { class: "edit", "aria-labelledby": "done-title" }, make("form", { method: "dialog" }, make("h2", { id: "done-title" }, title),
    ...lines.map((line) => make("p", {}, line)), make("div", { class: "row" }, make("button", { class: "main", value: "ok" }, "Good"))));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove(), { once: true });
  dialog.showModal();
}

// Sends an edit; true when it was taken.
export async function edit(path, body) {
  try {
    const done = await (await send(path, body)).json();
    const told = (done.told ?? []).map((line) => `Will be told: ${line}`);
    if (done.told?.length === 0) told.push("Nothing told before is wrong by this: nothing is sent.");
    report("Done", [done.title, ...told]);
    return true;
  } catch (error) {
    report("That did not work", [error.message]);
    return false;
  }
}

async function editFact(story, element, again) {
  const { name, stands } = element.dataset;
  const fact = JSON.parse(element.dataset.fact);
  const kind = "effect" in fact ? "figure" : "act" in fact ? "demand" : "position";
  const fields = {
    figure: () => [make("div", { class: "pair" }, make("label", {}, "It is", make("select", { name: "bound" }, ...options(BOUNDS))),
      make("label", {}, "Figure", make("input", { name: "value", required: "", inputmode: "numeric", pattern: "[0-9,]+(-[0-9,]+)?", title: "a figure, such as 19 or 19-25" })))],
    demand: () => [make("label", {}, "It is", make("select", { name: "value" }, ...options(STANDS)))],
    position: () => [make("label", {}, "The stance is", make("select", { name: "value" }, ...options(STANCES)))],
  }[kind]();
  const pins = stands ? [["pin", "Confirm as it is"]] : [];
  const found = await ask(`Correct: ${name}`, `${stands ? `Known now: ${stands}. ` : ""}Your word stands: no report moves it any more, and whoever was told otherwise gets a correction.`,
    fields, [...pins, ["correct", "Correct"]]);
  if (found === null) return;
  const path = `/api/stories/${encodeURIComponent(story)}`;
  const value = found.bound ? `${found.bound} ${found.value}` : found.value;
  const taken = found.action === "pin" ? await edit(`${path}/pin`, { fact, ...signed(found) }) : await edit(`${path}/correct`, { fact, value, ...signed(found) });
  if (taken) again();
}

async function takeBack(report, again) {
  const title = report.querySelector("summary strong").textContent;
  const found = await ask("Take this report back?", `“${title}”: nothing it said stands any more, and whoever was told because of it gets a correction. The history keeps both.`,
    [], [["retract", "Take it back"]]);
  if (found !== null && await edit(`/api/articles/${encodeURIComponent(report.dataset.article)}/retract`, signed(found))) again();
}

async function merge(story, title) {
  const page = await json("/api/stories?limit=200");
  const others = page.entries.filter((entry) => entry.id !== story);
  if (others.length === 0) return report("There is no other story", ["A story can only go into another one."]);
  const choices = others.map((entry) => [entry.id, `${entry.title} (${entry.articles})`]);
  const found = await ask("Merge into another story", `“${title}” goes into the story you choose and answers with it from then on. Nothing is told because of it; a split undoes it.`,
    [make("label", {}, "It is the same event as", make("select", { name: "into" }, ...options(choices)))], [["merge", "Merge"]]);
  if (found === null) return;
  if (await edit(`/api/stories/${encodeURIComponent(story)}/merge`, { into: found.into, ...signed(found) })) location.hash = `#/story/${encodeURIComponent(found.into)}`;
}

async function split(story, body, again) {
  const boxes = [...body.querySelectorAll("[data-article]")].map((one) => make("label", { class: "choice" },
    make("input", { type: "checkbox", name: "article", value: one.dataset.article }), one.querySelector("summary strong").textContent));
  if (boxes.length < 2) return report("There is nothing to split", ["A story of one report stays whole."]);
  const found = await ask("Split reports off", "The reports you choose are about another event: they make a story of their own. Nothing is told because of it; a merge undoes it.",
    [make("fieldset", { class: "choices" }, make("legend", {}, "Reports that leave"), ...boxes)], [["split", "Split off"]]);
  if (found === null) return;
  const articles = boxes.map((box) => box.firstElementChild).filter((box) => box.checked).map((box) => box.value);
  if (await edit(`/api/stories/${encodeURIComponent(story)}/split`, { articles, ...signed(found) })) again();
}

// Gives a story's facts and reports their buttons. `again` shows the story anew.
export async function equip(story, tools, body, again) {
  if (!await mayEdit()) return;
  const title = body.querySelector("h1").textContent;
  body.classList.toggle("editing", editing);
  tools.append(make("button", { "aria-pressed": String(editing), onclick: (event) => {
    editing = !editing;
    event.target.setAttribute("aria-pressed", String(editing));
    body.classList.toggle("editing", editing);
  } }, "Edit"), make("button", { onclick: () => merge(story, title) }, "Merge …"), make("button", { onclick: () => split(story, body, again) }, "Split …"));
  for (const element of body.querySelectorAll("[data-fact]")) {
    element.append(make("button", { class: "small", "aria-label": `Correct: ${element.dataset.name}`, onclick: () => editFact(story, element, again) }, "Correct"));
  }
  for (const report of body.querySelectorAll("[data-article]")) {
    report.append(make("button", { class: "small", onclick: () => takeBack(report, again) }, "Take back"));
  }
}
