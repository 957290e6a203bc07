// The page in a real browser, over the real daemon. Comes in: the program, the seeds, a folder to work in, a folder for
// screenshots. Goes out: a verdict. Every wait is for something seen, never for time to pass.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [program, seeds, work, shots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const inbox = join(work, "inbox");
mkdirSync(inbox, { recursive: true });
mkdirSync(shots, { recursive: true });

const TOKEN = "browser-0123456789abcdef";

function start(name, more, outputs = "") {
  const config = join(work, `${name}.toml`);
  writeFileSync(config, `[store]\npath = "${join(work, `${name}.db`)}"\n[http]\nlisten = "127.0.0.1:0"\n${more}
[inputs.inbox]\ntype = "inbox"\npath = "${inbox}"\nsettle_time = "100ms"
[outputs.journal]\ntype = "file"\npath = "${join(work, `${name}.jsonl`)}"\n${outputs}`);
  const daemon = spawn(program, ["run", "--config", config], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  const address = new Promise((done, failed) => {
    daemon.stderr.on("data", (bytes) => {
      log += bytes;
      const found = /HTTP listens address=(\S+)/.exec(log);
      if (found) done(`http://${found[1]}`);
    });
    daemon.on("exit", () => failed(new Error(`the daemon ended:\n${log}`)));
  });
  return { address, stop: () => new Promise((done) => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) return done();
    daemon.on("exit", done);
    daemon.kill("SIGTERM");
  }) };
}

// A Slack that takes every message of an incoming webhook and shows what it was sent.
function slack() {
  const got = [], waiting = [];
  const server = createServer((request, answer) => {
    let body = "";
    request.on("data", (bytes) => { body += bytes; });
    request.on("end", () => {
      got.push(body);
      answer.end("ok");
      for (const look of [...waiting]) look();
    });
  });
  const address = new Promise((done) => server.listen(0, "127.0.0.1", () => done(`http://127.0.0.1:${server.address().port}/services/T0/B0/x`)));
  const until = (words) => new Promise((done) => {
    const look = () => {
      const found = got.find((body) => words.every((word) => body.includes(word)));
      if (found === undefined) return;
      waiting.splice(waiting.indexOf(look), 1);
      done(found);
    };
    waiting.push(look);
    look();
  });
  return { address, until, got, stop: () => server.close() };
}

function drop(file) {
  copyFileSync(join(seeds, file), join(work, "outgoing"));
  renameSync(join(work, "outgoing"), join(inbox, file));
}

// No serious finding in any of the viewer's colours.
async function accessible(page, what) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  assert.deepEqual(serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`), [], what);
}

async function fits(page, what) {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${what}: ${wider} pixels wider than the screen`);
}

const files = readdirSync(seeds).filter((name) => name.endsWith(".json")).sort();
const channel = slack();
const daemon = start("open", "", `[outputs.slack]\ntype = "slack"\nwebhook_url = "${await channel.address}"\n`);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
let step = "start";
let closed;
try {
  const address = await daemon.address;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: "America/New_York", bypassCSP: true });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("request", (request) => assert.ok(request.url().startsWith(address) || /^(data|blob):/.test(request.url()), `asked ${request.url()}`));

  step = "an empty list says so, and is live";
  await page.goto(address);
  await page.getByText("No stories yet").waitFor();
  await page.locator("#line.live").waitFor();
  await accessible(page, step);

  step = "a report appears in the list by itself";
  drop(files[0]);
  const link = page.locator("a.title").first();
  await link.waitFor();
  await page.getByText("at least 25 killed").waitFor();

  await page.screenshot({ path: join(shots, "list-desktop.png") });

  step = "the toll steps from 25 to 29 without a reload";
  await page.evaluate(() => { window.notReloaded = true; });
  await link.click();
  await page.locator("ul.tolls .figure", { hasText: "at least 25" }).waitFor();
  for (const file of files.slice(1)) drop(file);
  await page.locator("ul.tolls .figure", { hasText: "at least 29" }).waitFor();
  assert.ok(await page.evaluate(() => window.notReloaded), "the page was loaded again");
  const path = await page.locator("svg.toll path.running").first().getAttribute("d");
  assert.match(path, /V/, "the running line has a step");

  step = "each claim is marked in its report";
  await page.locator("details.report").nth(files.length - 1).waitFor({ state: "attached" });
  await page.locator("details.report summary").first().click();
  await page.locator("details.report[open] mark").first().waitFor();
  assert.match(await page.locator("details.report[open] time").first().textContent(), /\(.+\)/, "the author's time stands beside");
  await accessible(page, step);
  await fits(page, step);
  await page.screenshot({ path: join(shots, "story-desktop.png"), fullPage: true });

  step = "an editor's correction reaches Slack, and no report moves it";
  const killed = page.locator("ul.tolls li", { hasText: "at least 29" });
  await page.getByRole("button", { name: "Edit" }).click();
  await killed.getByRole("button", { name: "Correct: killed" }).click();
  await accessible(page, step);
  await page.screenshot({ path: join(shots, "correct-desktop.png") });
  await page.getByRole("button", { name: "Cancel" }).click();
  await killed.getByRole("button", { name: "Correct: killed" }).click();
  await page.getByLabel("Figure").fill("27");
  await page.getByLabel("Your name").fill("Ada Editor");
  await page.getByLabel("Why").fill("two were counted twice");
  await page.getByRole("dialog").getByRole("button", { name: "Correct", exact: true }).click();
  await page.getByText("Will be told").waitFor();
  await page.getByRole("button", { name: "Good" }).click();
  await page.locator("ul.tolls .figure", { hasText: /^27$/ }).waitFor();
  await channel.until(["27", "Ada Editor"]);

  step = "an earlier moment";
  await page.goto(`${page.url()}?as_of=2023-09-19T20:00:00Z`);
  await page.getByText("As it stood").first().waitFor();

  step = "the feed and the health of it all";
  await page.locator("nav a", { hasText: "Alerts" }).click();
  await page.locator("#feed li").first().waitFor();
  await page.getByText("25 → at least 29").first().waitFor();
  await accessible(page, step);
  await page.screenshot({ path: join(shots, "alerts-desktop.png") });
  writeFileSync(join(inbox, "bad.json"), "{\"text\": 7}");
  await page.locator("nav a", { hasText: "Health" }).click();
  await page.getByText("Running").waitFor();
  await page.getByRole("cell", { name: "bad.json" }).waitFor();
  await accessible(page, step);
  await page.screenshot({ path: join(shots, "health-desktop.png") });

  step = "what editors did is accounted for";
  await page.getByRole("cell", { name: /27, says Ada Editor/ }).waitFor();

  step = "an action asks first";
  await page.getByRole("button", { name: /^Discard/ }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("cell", { name: "bad.json" }).waitFor();
  await page.getByRole("button", { name: /^Discard/ }).click();
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByText("Nothing.", { exact: true }).waitFor();

  step = "stories are merged and split, each after a confirmation";
  writeFileSync(join(work, "outgoing"), JSON.stringify({ id: "mill-1", outlet: "Mill Post", published_at: "2031-05-06T08:00:00Z",
    title: "Fire sweeps textile mill in Sialkot", text: "The fire brigade said that 25 people were killed when flames swept a textile mill in Sialkot, Pakistan." }));
  renameSync(join(work, "outgoing"), join(inbox, "mill.json"));
  await page.locator("nav a", { hasText: "Stories" }).click();
  await page.locator("a.title", { hasText: "textile mill" }).click();
  await page.locator("ul.tolls .figure", { hasText: "25" }).waitFor();
  await page.getByRole("button", { name: "Merge …" }).click();
  await page.getByLabel("It is the same event as").selectOption({ index: 0 });
  await accessible(page, step);
  await page.screenshot({ path: join(shots, "merge-desktop.png") });
  await page.getByRole("dialog").getByRole("button", { name: "Merge", exact: true }).click();
  await page.getByRole("button", { name: "Good" }).click();
  await page.locator("h1", { hasText: "Karabakh" }).waitFor();
  await page.locator("details.report", { hasText: "textile mill" }).waitFor();
  await page.getByRole("button", { name: "Split …" }).click();
  await page.getByLabel("Fire sweeps textile mill in Sialkot").check();
  await accessible(page, step);
  await page.screenshot({ path: join(shots, "split-desktop.png") });
  await page.getByRole("button", { name: "Split off" }).click();
  await page.getByRole("button", { name: "Good" }).click();
  await page.locator("details.report", { hasText: "textile mill" }).waitFor({ state: "detached" });

  step = "the versions of a document are compared";
  for (const [version, toll] of [["1", "seven"], ["2", "nine"]]) {
    writeFileSync(join(work, "outgoing"), JSON.stringify({ id: "urn:quake", version, outlet: "Andes Wire", published_at: "2031-05-07T08:00:00Z",
      title: "Earthquake shakes Pasto in Colombia", text: `The mayor said that ${toll} people died when an earthquake shook the town of Pasto in Colombia.\n\nRoads are closed.` }));
    renameSync(join(work, "outgoing"), join(inbox, `quake-${version}.json`));
    await page.locator("nav a", { hasText: "Stories" }).click();
    await page.locator("li", { hasText: "Pasto" }).getByText(version === "1" ? "1 report" : "2 reports").waitFor();
  }
  await page.locator("a.title", { hasText: "Pasto" }).click();
  await page.locator("details.report summary").first().click();
  await page.locator("details.versions summary").click();
  await page.locator("details.versions ins", { hasText: "nine" }).waitFor();
  await page.locator("details.versions del", { hasText: "seven" }).waitFor();
  await accessible(page, step);
  await page.screenshot({ path: join(shots, "versions-desktop.png"), fullPage: true });

  step = "a search that finds nothing says so, with the keyboard alone";
  await page.locator("nav a", { hasText: "Stories" }).click();
  await page.getByLabel("Words in a title").focus();
  await page.keyboard.type("zzz");
  await page.keyboard.press("Enter");
  await page.getByText("No story fits").waitFor();

  step = "a phone, in the dark";
  const phone = await (await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: "dark", bypassCSP: true })).newPage();
  await phone.goto(address);
  await phone.locator("a.title").first().waitFor();
  await accessible(phone, step);
  await fits(phone, step);
  await phone.screenshot({ path: join(shots, "list-phone.png") });
  await phone.locator("a.title", { hasText: "Karabakh" }).click();
  await phone.locator("svg.toll").first().waitFor();
  await accessible(phone, step);
  await fits(phone, step);
  await phone.screenshot({ path: join(shots, "story-phone.png"), fullPage: true });
  for (const view of ["Alerts", "Health"]) {
    await phone.locator("nav a", { hasText: view }).click();
    await phone.locator("h1", { hasText: view }).waitFor();
    await accessible(phone, `${step}: ${view}`);
    await fits(phone, `${step}: ${view}`);
    await phone.screenshot({ path: join(shots, `${view.toLowerCase()}-phone.png`) });
  }

  step = "with a token";
  closed = start("closed", `token = "${TOKEN}"`);
  const asked = await (await browser.newContext()).newPage();
  await asked.goto(await closed.address);
  await asked.getByRole("textbox", { name: "Token" }).fill(TOKEN);
  await asked.getByRole("button", { name: "Confirm" }).click();
  await asked.getByText("No stories yet").waitFor();
  await asked.locator("#line.live").waitFor();
  await closed.stop();
  await asked.locator("#line.lost").waitFor();

  assert.deepEqual(errors, [], "errors of the page");
  console.log("the page: every step seen");
} catch (error) {
  console.error(`at: ${step}\n${error.stack}`);
  process.exitCode = 1;
} finally {
  // A daemon left running would keep the test from ending.
  await browser.close();
  await closed?.stop();
  await daemon.stop();
  channel.stop();
  process.exit();
}
