// Keeps a page as the database has it, and takes nothing from under its reader.
//
// The children of `main` are regions. Every 3 s the page is fetched again; the server answers 304 while nothing but the clock
// has changed. A region that differs is replaced, but not while it is in use, and no region is while the pointer is over a
// control: what moves above it would move it. A region with `data-kept` costs the server too much to be sent again, and stays.
// Nothing is fetched while the page is hidden or the reader has paused it. Where
// the session has ended or the server does not answer, the page says so, keeps what it shows, and goes on by itself.

const PERIOD = 3000;
const LONGEST = 60000;
const TOO_LONG = 15000;
const CONTROLS = "a, button, input, select, textarea, summary, label";
const AREAS = ".table, pre, [tabindex]";

const main = document.querySelector("main[data-refresh]");
const [asOf, bar, pause, now, said, heard] = ["as-of", "refresh", "pause", "now", "refresh-said", "announced"].map((id) =>
  document.getElementById(id),
);
const program = (page) => page.querySelector("script[src]")?.getAttribute("src");
// The markup of each region as the server sent it: what the reader opens or the clock changes is no difference.
const sent = new WeakMap();
let [tag, next, timer, failures] = [main?.dataset.refresh, null, 0, 0];
let [isRunning, isPressed, isTouched] = [false, false, false];
let clock = { server: Number(main?.dataset.now), here: performance.now() };

function serverNow() {
  return clock.server + performance.now() - clock.here;
}

function markup(region) {
  const copy = region.cloneNode(true);
  for (const age of copy.querySelectorAll("[data-since]")) age.textContent = "";
  return copy.outerHTML;
}

function regions(parent) {
  const named = new Map();
  for (const region of parent.children) {
    const name = region.id || region.getAttribute("aria-labelledby") || `${region.localName}.${region.className}`;
    let number = 1;
    while (named.has(`${name} ${number}`)) number += 1;
    named.set(`${name} ${number}`, region);
    if (!sent.has(region)) sent.set(region, markup(region));
  }
  return named;
}

// As the server says ages.
function spoken(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

function tellAges() {
  for (const age of main.querySelectorAll("[data-since]")) {
    const text = spoken(Math.max(0, serverNow() / 1000 - Number(age.dataset.since)));
    if (age.textContent !== text) age.textContent = text;
  }
}

function tell(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// What was touched last stays `:hover` for a browser, though no finger is there.
function isPointed() {
  return isPressed || (!isTouched && main.querySelector(`:is(${CONTROLS}):hover`) !== null);
}

function isHeld(region) {
  const focused = document.activeElement;
  if (focused?.matches(CONTROLS) && region.contains(focused)) return true;
  const selection = getSelection();
  if (!selection.isCollapsed && selection.containsNode(region, true)) return true;
  return region.matches("details[open]") || region.querySelector("details[open], dialog[open]") !== null;
}

function replace(old, fresh) {
  const areas = (region) => [region, ...region.querySelectorAll(AREAS)];
  const before = areas(old).map((area) => [area.scrollLeft, area.scrollTop, area === document.activeElement]);
  old.replaceWith(fresh);
  areas(fresh).forEach((area, at) => {
    const [left, top, hadFocus] = before[at] ?? [0, 0, false];
    area.scrollLeft = left;
    area.scrollTop = top;
    if (hadFocus) area.focus({ preventScroll: true });
  });
}

// Shows what was fetched last, as far as nothing is in use; what is left comes later.
function apply() {
  if (next === null) return;
  let isLeft = isPointed();
  if (!isLeft) {
    const [shown, fetched] = [regions(main), regions(next)];
    for (const [name, region] of shown) {
      if (fetched.has(name) || region.hasAttribute("data-kept")) continue;
      if (isHeld(region)) isLeft = true;
      else region.remove();
    }
    let last = null;
    for (const [name, region] of fetched) {
      let old = shown.get(name);
      if (!old || sent.get(old) !== sent.get(region)) {
        const fresh = document.importNode(region, true);
        sent.set(fresh, sent.get(region));
        if (!old) last ? last.after(fresh) : main.prepend(fresh);
        else if (isHeld(old)) isLeft = true;
        else replace(old, fresh);
        if (fresh.isConnected) old = fresh;
      }
      last = old ?? last;
    }
    tell(heard, main.querySelector("[data-announce]")?.dataset.announce ?? "");
  }
  tellAges();
  if (isLeft) setTimeout(apply, 300);
  else next = null;
}

function take(text, validator) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const fetched = page.querySelector("main[data-refresh]");
  if (!fetched) return "Something else than this page was answered: reload it.";
  tag = validator ?? tag;
  document.title = page.title;
  if (next === null) setTimeout(apply, 0);
  next = fetched;
  return program(page) === program(document) ? "" : "There is a new version of this page: reload it.";
}

function problem(status) {
  if (status === 0 || status === 401) return "The session has ended: sign in again, in another tab if you want to keep this page.";
  if (status === 403) return "This session may not see this page any more.";
  if (status === 404) return "What this page shows is not there any more.";
  return `The server answers with ${status}: what is shown is not the newest.`;
}

async function refresh() {
  clearTimeout(timer);
  if (isRunning || document.hidden || isPaused()) return;
  isRunning = true;
  const began = performance.now();
  let fault;
  try {
    const answer = await fetch(location.href.split("#")[0], {
      headers: { "If-None-Match": tag, "Dispatcher-Refresh": "true" },
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(TOO_LONG),
    });
    if (answer.ok) fault = take(await answer.text(), answer.headers.get("etag"));
    else fault = answer.status === 304 ? "" : problem(answer.status);
    failures = answer.ok || answer.status === 304 ? 0 : failures + 1;
    const server = Date.parse(answer.headers.get("date") ?? "");
    if (server) clock = { server, here: performance.now() };
  } catch {
    fault = "The server does not answer: what is shown is not the newest.";
    failures += 1;
  }
  isRunning = false;
  if (failures === 0) tellTime();
  tell(said, fault);
  tellAges();
  // What costs the server much, or fails, is asked for less often.
  const wait = Math.max(PERIOD * 2 ** Math.min(failures, 4), 10 * (performance.now() - began));
  timer = setTimeout(refresh, Math.min(wait, LONGEST));
}

function tellTime() {
  const moment = new Date(serverNow()).toISOString();
  asOf.dateTime = moment;
  tell(asOf, `${moment.slice(0, 10)} ${moment.slice(11, 19)} UTC`);
}

function isPaused() {
  return pause.getAttribute("aria-pressed") === "true";
}

if (main && bar) {
  regions(main);
  tell(heard, main.querySelector("[data-announce]")?.dataset.announce ?? "");
  bar.hidden = false;
  pause.addEventListener("click", () => {
    pause.setAttribute("aria-pressed", String(!isPaused()));
    refresh();
  });
  now.addEventListener("click", () => {
    const wasPaused = isPaused();
    pause.setAttribute("aria-pressed", "false");
    refresh();
    pause.setAttribute("aria-pressed", String(wasPaused));
  });
  document.addEventListener("visibilitychange", refresh);
  for (const name of ["pointerdown", "pointerup", "pointercancel"])
    document.addEventListener(name, () => {
      isPressed = name === "pointerdown";
    });
  for (const name of ["pointermove", "pointerdown"])
    document.addEventListener(name, (event) => {
      isTouched = event.pointerType === "touch";
    });
  timer = setTimeout(refresh, PERIOD);
}
