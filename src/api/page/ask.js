// How the page asks the daemon. Comes in: paths. Goes out: answers, with the viewer's token, which is kept only for as
// long as the tab lives; and what changed, as it changes.

let token = sessionStorage.getItem("token");
const dialog = document.getElementById("ask");

// Asks the viewer; answers whether they confirmed, or what they wrote.
export function confirm(title, text, field = false) {
  document.getElementById("ask-title").textContent = title;
  document.getElementById("ask-text").textContent = text;
  document.getElementById("ask-field").hidden = !field;
  const value = document.getElementById("ask-value");
  value.value = "";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      const yes = dialog.returnValue === "yes";
      done(field ? (yes ? value.value.trim() : null) : yes);
    }, { once: true });
  });
}

let asking = null;

async function askForToken() {
  asking ??= confirm("Token needed", "This newsdelta answers only with a token of its config (http.token, edit_token or read_token).", true);
  const given = await asking;
  asking = null;
  if (!given) return false;
  token = given;
  sessionStorage.setItem("token", token);
  return true;
}

async function request(path, options = {}) {
  const headers = { ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(path, { ...options, headers });
  if (answer.status === 401 && await askForToken()) return request(path, options);
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.detail ?? `newsdelta answered ${answer.status}`);
  }
  return answer;
}

// What is shown first may be a moment old: it is asked for anew once the line stands.
const FIRST = { headers: { "Cache-Control": "max-stale=10" } };
export const json = async (path, first = false) => (await request(path, first ? FIRST : {})).json();
export const text = async (path, first = false) => (await request(path, first ? FIRST : {})).text();
export const send = (path, body) => request(path, body === undefined ? { method: "POST" }
  : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

// A file with the viewer's token, saved as the browser saves files.
export async function save(path, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await (await request(path)).blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Follows the stream for ever. `told` gets what changed; `state` is told "live" or "lost". After a broken line anything
// may have changed: whoever hears "live" again asks anew. Pages come back one by one, not all in the same moment.
export async function follow(told, state) {
  for (let wait = 500; ; wait = Math.min(wait * 2, 15_000)) {
    try {
      const answer = await request("/api/live?brief=true");
      state("live");
      wait = 500;
      for await (const event of events(answer.body)) if (event.event === "changed") told(JSON.parse(event.data));
    } catch { /* the line is gone: tried again below */ }
    state("lost");
    await new Promise((go) => setTimeout(go, wait * (0.5 + Math.random())));
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = {};
      for (const line of block.split("\n")) {
        const at = line.indexOf(":");
        if (at > 0) event[line.slice(0, at)] = line.slice(at + 1).replace(/^ /, "");
      }
      if (event.data !== undefined) yield event;
    }
  }
}
