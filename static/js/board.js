// The day board: keys, dialog, dragging, and what colleagues do. Without this file every visit still
// has a page of its own, reached from the list.
const board = document.querySelector("[data-board]");
const dialog = document.getElementById("dialog");
const toast = document.getElementById("toast");
const spoken = document.getElementById("besked");
const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
let held = null; // the visit whose dialog is open

// ---------------------------------------------------------------- what stands where

const cells = () => [...board.querySelectorAll(".kv-visit")];
const current = () => document.activeElement?.closest?.(".kv-visit");

function choose(cell) {
  if (!cell) return;
  for (const other of cells()) {
    other.tabIndex = other === cell ? 0 : -1;
    other.toggleAttribute("aria-selected", other === cell);
    if (other === cell) other.setAttribute("aria-selected", "true");
  }
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function beside(cell, key) {
  const lane = cell.closest("[data-lane]");
  const inLane = [...lane.querySelectorAll(".kv-visit")];
  const at = inLane.indexOf(cell);
  if (key === "ArrowLeft") return inLane[at - 1];
  if (key === "ArrowRight") return inLane[at + 1];
  if (key === "Home") return inLane[0];
  if (key === "End") return inLane.at(-1);
  const lanes = [...board.querySelectorAll("[data-lane]")];
  const step = key === "ArrowDown" ? 1 : -1;
  const start = Number(cell.dataset.start);
  for (let i = lanes.indexOf(lane) + step; i >= 0 && i < lanes.length; i += step) {
    const found = nearest(lanes[i], start);
    if (found) return found;
  }
}

function nearest(lane, start) {
  const found = [...(lane?.querySelectorAll(".kv-visit") ?? [])];
  const away = (cell) => Math.abs(cell.dataset.start - start);
  return found.length ? found.reduce((a, b) => (away(b) < away(a) ? b : a)) : undefined;
}

function say(text) {
  spoken.textContent = text;
  toast.textContent = text;
  toast.hidden = !text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (toast.hidden = true), 6000);
}

// ---------------------------------------------------------------- changing

const address = (visit) => board.dataset.visits.replace("/0/", `/${visit}/`);

async function send(visit, said) {
  const body = new FormData();
  for (const [name, value] of Object.entries(said)) body.set(name, value);
  body.set("csrfmiddlewaretoken", token());
  if (!body.has("key")) body.set("key", crypto.randomUUID().replaceAll("-", ""));
  return answer(await fetch(address(visit), { method: "POST", body, headers: { "X-Kundval": "piece" } }), visit);
}

// `form`: what in the dialog asked. What was dragged before the dialog opened neither closes it nor takes its place.
async function answer(response, visit, form) {
  if (response.headers.get("content-type")?.includes("json")) {
    const said = await response.json();
    if (said.error) say(said.error);
    if (response.ok && form?.isConnected) dialog.close();
    await follow(true);
    return response.ok;
  }
  const refusal = await response.text(); // or a colleague changed the same thing
  if (dialog.open && !form?.isConnected)
    await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
  show(refusal, visit);
  return false;
}

async function open(visit, place, unfold) {
  const response = await fetch(`${address(visit)}?plats=${place || 1}`, { headers: { "X-Kundval": "piece" } });
  if (!response.ok) return say("Besöket gick inte att öppna. Ladda om sidan.");
  show(await response.text(), visit, unfold);
}

function show(html, visit, unfold) {
  held = visit;
  dialog.innerHTML = html;
  dialog.setAttribute("aria-labelledby", "besok-t");
  for (const form of dialog.querySelectorAll("form")) form.dataset.visit = visit;
  if (!dialog.open) dialog.showModal();
  if (unfold) dialog.querySelector("details").open = true;
  (dialog.querySelector(unfold || "[data-autofocus]") ?? dialog.querySelector("input, button, a"))?.focus();
}

dialog?.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  const form = event.target;
  const body = new FormData(form, event.submitter);
  const visit = form.dataset.visit;
  await answer(await fetch(address(visit), { method: "POST", body, headers: { "X-Kundval": "piece" } }), visit, form);
});
dialog?.addEventListener("change", (event) => {
  const own = event.target.form?.querySelector("[data-own]");
  if (own && event.target.matches("#fl-p, #fl-t")) own.checked = true;
});
dialog?.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});
dialog?.addEventListener("close", () => {
  const visit = held;
  held = null;
  choose(board.querySelector(`.kv-visit[data-visit="${visit}"]`));
});

// What the board shows, so that a colleague's change that has not come yet is no silent loss.
const seen = (cell) => ({ staff_version: cell.dataset.staffVersion, time_version: cell.dataset.timeVersion });

async function takeOff(cell) {
  const done = await send(cell.dataset.visit, { gor: "av", plats: cell.dataset.place, ...seen(cell) });
  if (done) say("Besöket är taget av raden och ligger i Otilldelade.");
}

document.querySelector("[data-undo]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  await takeBack(event.target.action);
});

async function takeBack(action) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token());
  body.set("key", crypto.randomUUID().replaceAll("-", ""));
  const response = await fetch(action, { method: "POST", body, headers: { "X-Kundval": "piece" } });
  const said = await response.json();
  say(said.error ?? (said.done ? "Din senaste ändring är ångrad." : "Du har inget att ångra på den här dagen."));
  await follow(true);
}

// ---------------------------------------------------------------- keys

board?.addEventListener("keydown", (event) => {
  const cell = current();
  if (!cell && event.key.startsWith("Arrow") && event.target.matches(".kv-board")) choose(cells()[0]);
  if (!cell || event.altKey || event.metaKey) return;
  const may = "may" in board.dataset;
  if (event.ctrlKey) {
    if (event.key === "z" && may) {
      event.preventDefault();
      takeBack(document.querySelector("[data-undo]").action);
    }
    return;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const { visit, place } = cell.dataset;
  const acts = { Enter: () => open(visit, place) };
  if (may)
    Object.assign(acts, {
      m: () => open(visit, place),
      t: () => open(visit, place, "#ti-s"),
      l: () => open(visit, place, "#la"),
      u: () => takeOff(cell),
    });
  if (key in acts) acts[key]();
  else if (key === "F8") nextBreach(cell);
  else if (key.startsWith("Arrow") || key === "Home" || key === "End") choose(beside(cell, key));
  else return;
  event.preventDefault();
});

function nextBreach(cell) {
  const all = cells();
  const broken = all.filter((other) => "breach" in other.dataset);
  const after = broken.find((other) => all.indexOf(other) > all.indexOf(cell));
  choose(after ?? broken[0]);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open-visit]");
  const cell = event.target.closest(".kv-visit");
  if (link && board) {
    event.preventDefault();
    const there = board.querySelector(`.kv-visit[data-visit="${link.dataset.openVisit}"]`);
    if ("go" in link.dataset && there) choose(there);
    else open(link.dataset.openVisit, link.dataset.place);
  } else if (cell) choose(cell);
});
board?.addEventListener("dblclick", (event) => {
  const cell = event.target.closest(".kv-visit");
  if (cell) open(cell.dataset.visit, cell.dataset.place);
});

// ---------------------------------------------------------------- dragging, as an extra to M

let drag = null;
board?.addEventListener("pointerdown", (event) => {
  const cell = event.target.closest(".kv-visit");
  if (!cell || event.button !== 0 || event.pointerType === "touch" || !("may" in board.dataset)) return;
  const from = cell.closest("[data-shift]").dataset.shift;
  drag = { cell, from, x: event.clientX, y: event.clientY, moved: false };
});
document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 6) drag.moved = true;
  if (drag.moved) {
    drag.cell.style.translate = `${event.clientX - drag.x}px ${event.clientY - drag.y}px`;
    drag.cell.style.pointerEvents = "none";
  }
});
document.addEventListener("pointerup", async (event) => {
  if (!drag) return;
  const { cell, from, x, moved } = drag;
  drag = null;
  cell.style.translate = "";
  cell.style.pointerEvents = "";
  const lane = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-lane]");
  if (!moved || !lane) return;
  const minutes = ((event.clientX - x) / lane.clientWidth) * Number(board.dataset.length);
  const start = Math.round((Number(cell.dataset.start) + minutes) / 5) * 5;
  await send(cell.dataset.visit, {
    gor: "flytta", plats: cell.dataset.place, var_rad: from, rad: lane.closest("[data-shift]").dataset.shift,
    ...(Math.abs(minutes) < 5 ? {} : { minut: start }), ...seen(cell),
  });
});

// ---------------------------------------------------------------- following

const BEAT = 500; // milliseconds between questions, so that a colleague's change is seen within a second
let digest = "";
let asking = null;

// `anew`: not satisfied with a question that was asked before now.
async function follow(anew) {
  if (asking && anew) await asking;
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

async function ask() {
  try {
    const query = new URLSearchParams({
      efter: board.dataset.seq, del: board.dataset.span, dar: digest, ...(held ? { haller: held } : {}),
    });
    const response = await fetch(`${board.dataset.follow}?${query}`, { redirect: "manual" });
    if (response.status === 304) return;
    if (response.type === "opaqueredirect" || response.status === 403) return loseTouch();
    if (!response.ok) throw new Error(response.status);
    take(await response.json());
  } catch {
    // The next time catches up from the same number.
  }
}

function take(news) {
  if (news.reload) {
    if (!dialog.open && !drag) location.reload(); // else at the next beat: nothing typed is lost
    return;
  }
  board.dataset.seq = news.seq;
  const here = current()?.dataset;
  const row = current()?.closest("[data-shift]")?.dataset.shift;
  swap("rows", news.rows, (pk) => board.querySelector(`[data-shift="${pk}"]`));
  swap("lists", news.lists, (pk) => board.querySelector(`[data-list="${pk}"]`));
  if (news.side) document.getElementById("sidan").innerHTML = news.side;
  if (news.sums) document.getElementById("summor").innerHTML = news.sums;
  present(news.who);
  digest = news.digest;
  if (here && !dialog.open)
    choose(
      board.querySelector(`.kv-visit[data-visit="${here.visit}"]`) ??
        nearest(board.querySelector(`[data-shift="${row}"]`), here.start) ?? cells()[0],
    );
  if (news.said?.length) say(news.said.at(-1));
}

function swap(_, pieces, find) {
  for (const [pk, html] of Object.entries(pieces ?? {})) {
    const old = find(pk);
    if (old) old.outerHTML = html;
  }
}

function present(who) {
  const line = document.getElementById("andra");
  line.replaceChildren(
    ...who.map(([short, name]) => {
      const mark = document.createElement("abbr");
      mark.title = name;
      mark.textContent = short;
      return mark;
    }),
    who.length ? ` ${who.map(([, name]) => name).join(", ")} planerar samma dag` : "",
  );
  for (const cell of cells()) delete cell.dataset.by;
  for (const [short, , visit] of who)
    for (const cell of board.querySelectorAll(`.kv-visit[data-visit="${visit}"]`)) cell.dataset.by = short;
}

// Logged out after half an hour without a change of one's own, or the role has ended.
function loseTouch() {
  board.dataset.lost = "";
  say("Dagbilden följer inte längre med. Ladda om sidan och logga in igen.");
}

function beat() {
  if ("lost" in board.dataset) return;
  follow().finally(() => setTimeout(beat, document.hidden ? 10 * BEAT : BEAT));
}

if (board) {
  const first = board.querySelector(".kv-visit");
  if (first) first.tabIndex = 0;
  beat();
}
document.querySelector("[data-submit]")?.addEventListener("change", (event) => event.target.form.requestSubmit());
