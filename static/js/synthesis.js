// The synthesis screen (outcomes/rounds/synthesis.html). Its forms are sent in place and the page that they lead to takes
// the place of this one, as the server says it stands now: there is one way, with this script and without. On top of that
// statements are dragged, or moved by a menu that the keyboard opens; what somebody else moves shows within seconds; ticks,
// words not yet saved, open details, focus and scroll stay.
const main = document.getElementById("main");
const said = document.createElement("p"); // what just happened, seen and heard
const menu = document.createElement("dialog");
const PAUSE = 5000;
let polling; // the request that asks what others did; one of our own goes before it
let sending = Promise.resolve(); // ours, one after the other
let waiting = 0;
let dragged = null;
let quiet;

const board = () => document.getElementById("board");
const words = (name) => board().dataset[name];
const say = (text) => {
  clearTimeout(quiet);
  said.textContent = text;
  quiet = setTimeout(() => { said.textContent = ""; }, 12000); // it stays at the top of the page
};

// The first thing in view, so that it stays where it is although others above it come and go.
const anchor = () => {
  const inView = [...main.querySelectorAll("[data-statement], [data-drop]")].find((one) => one.getBoundingClientRect().top >= 0);
  return inView?.id && { id: inView.id, top: inView.getBoundingClientRect().top };
};

const headingOf = (id) => {
  const heading = document.getElementById(id)?.querySelector("h2, h3");
  if (heading) heading.tabIndex = -1;
  return heading;
};

// Puts an answer's <main> in the place of ours. `sent` is the form that led to it, `next` the id of what has the focus then.
const show = (html, { sent, next } = {}) => {
  const arrived = new DOMParser().parseFromString(html, "text/html");
  const found = arrived.getElementById("main");
  if (!arrived.getElementById("board")) throw new Error("not the screen");
  const ticks = [...main.querySelectorAll("input[type=checkbox]:checked")].map(({ id, value }) => [id, value]);
  const typed = [...main.querySelectorAll("input[type=text]")]
    .filter((input) => input.value !== input.defaultValue && input.form !== sent).map(({ id, value }) => [id, value]);
  const chosen = [...main.querySelectorAll("select")].filter(({ form, value }) => !(form === sent && value === "new"));
  const folds = [...main.querySelectorAll("details")].filter((fold) => !fold.contains(sent ?? null)).map(({ id, open }) => [id, open]);
  const had = main.contains(document.activeElement) ? document.activeElement : null;
  const section = had?.closest("section[id]")?.id;
  const place = anchor();
  for (const message of found.querySelectorAll("[role=status]")) message.removeAttribute("role"); // said once, below
  const wants = found.querySelector("[autofocus]");
  wants?.removeAttribute("autofocus"); // only a page that is loaded may have it
  main.replaceChildren(...found.childNodes);
  document.title = arrived.title;
  for (const [id, value] of ticks) {
    const box = document.getElementById(id);
    if (box?.value === value) box.checked = true; // one that was moved has another value
  }
  for (const [id, value] of typed) {
    const input = document.getElementById(id);
    if (input) input.value = value;
  }
  for (const { id, value } of chosen) {
    const select = document.getElementById(id);
    if (select && [...select.options].some((option) => option.value === value)) select.value = value;
  }
  for (const [id, open] of folds) {
    const fold = document.getElementById(id);
    if (fold) fold.open = open;
  }
  const stays = place && document.getElementById(place.id);
  if (stays) scrollBy({ top: stays.getBoundingClientRect().top - place.top, behavior: "instant" });
  enhance();
  if (!had && !next) return;
  const asked = sent && (main.querySelector("[data-error-summary]") ?? wants);
  const focus = asked ?? document.getElementById(next ?? "") ?? document.getElementById(had?.id || "")
    ?? headingOf(section) ?? main;
  focus.focus({ preventScroll: !asked });
  if (asked?.select) asked.select();
};

const load = async (address, options, context) => {
  try {
    const answer = await fetch(address, { credentials: "same-origin", ...options });
    if (answer.status === 204) return;
    const html = await answer.text();
    try {
      show(html, context);
    } catch {
      say(words(answer.ok ? "signedOut" : "failed")); // everything typed and ticked is still here
      return;
    }
    if (context) say([...main.querySelectorAll(".messages > li, .error-summary p")].map((one) => one.textContent).join(" "));
  } catch (error) {
    if (context && error.name !== "AbortError") say(words("offline"));
  }
};

const send = (form, body, next) => {
  const address = form.action;
  polling?.abort();
  waiting += 1;
  main.setAttribute("aria-busy", "true");
  sending = sending.then(() => load(address, { method: "POST", body }, { sent: form, next })).finally(() => {
    waiting -= 1;
    if (!waiting) main.removeAttribute("aria-busy");
  });
};

// Moves statements, each named as its box names it, to a group's code, "new", "aside" or "".
const move = (names, to, reason, next) => {
  const form = document.getElementById("move");
  const body = new FormData(form);
  body.delete("statement");
  for (const name of names) body.append("statement", name);
  body.set("to", to);
  body.set("reason", reason ?? "");
  send(form, body, next);
};

// The menu of one statement: everywhere it can go, by arrows, Tab or the pointer.
const open = (names, title, { only, next } = {}) => {
  const form = document.getElementById("move");
  const heading = document.createElement("h2");
  heading.textContent = title;
  heading.id = "menu-title";
  const list = document.createElement("ul");
  list.className = "synthesis-menu__list";
  for (const { value, label } of form.elements.to.options) {
    if (value === "aside" || only) continue;
    const item = document.createElement("li");
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button button--secondary", textContent: label, dir: "auto" });
    button.addEventListener("click", () => { menu.close(); move(names, value, "", next); });
    item.append(button);
    list.append(item);
  }
  const aside = document.createElement("form");
  const why = document.createElement("label");
  why.textContent = form.querySelector("[for=why]").textContent;
  why.htmlFor = "menu-why";
  const reason = document.createElement("input");
  Object.assign(reason, { type: "text", id: "menu-why", required: true, maxLength: 200, autocomplete: "off", dir: "auto" });
  reason.setAttribute("list", "reasons");
  const put = document.createElement("button");
  Object.assign(put, { type: "submit", className: "button button--secondary" });
  put.textContent = form.elements.to.querySelector("[value=aside]").textContent;
  aside.append(why, reason, put);
  aside.addEventListener("submit", (event) => {
    event.preventDefault();
    menu.close();
    move(names, "aside", reason.value, next);
  });
  const cancel = document.createElement("button");
  Object.assign(cancel, { type: "button", className: "button button--link", textContent: words("cancel") });
  cancel.addEventListener("click", () => menu.close());
  menu.replaceChildren(heading, ...(only ? [] : [list]), aside, cancel);
  menu.showModal();
};

menu.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const buttons = [...menu.querySelectorAll("li > button")];
  const here = buttons.indexOf(document.activeElement);
  if (!step || here < 0) return;
  event.preventDefault();
  buttons[(here + step + buttons.length) % buttons.length].focus();
});

const ticked = () => [...main.querySelectorAll("[data-statement] input:checked")].map(({ value }) => value);

// What has the focus after a statement went: the button of the one after it, else before it.
const neighbour = (statement) => {
  const near = statement.nextElementSibling ?? statement.previousElementSibling;
  return near?.querySelector("button")?.id ?? statement.closest("section[id]")?.id;
};

const enhance = () => {
  for (const statement of main.querySelectorAll("[data-statement]")) statement.draggable = true;
};

main.addEventListener("click", (event) => {
  const button = event.target.closest(".statement__move");
  if (!button) return;
  event.preventDefault();
  open([button.value], button.textContent, { next: neighbour(button.closest("[data-statement]")) });
});

main.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-in-place]") || event.defaultPrevented) return;
  event.preventDefault();
  if (form.id === "move" && !ticked().length) return say(words("tick"));
  if (form.id === "move" && form.elements.to.value === "aside" && !form.elements.reason.value.trim()) {
    form.elements.reason.focus();
    return say(words("why"));
  }
  send(form, new FormData(form, event.submitter));
});

main.addEventListener("dragstart", (event) => {
  const statement = event.target.closest?.("[data-statement]");
  if (!statement) return;
  const box = statement.querySelector("input");
  dragged = box.checked ? ticked() : [box.value];
  event.dataTransfer.setData("text/plain", statement.querySelector(".statement__text").textContent);
  event.dataTransfer.effectAllowed = "move";
  main.classList.add("is-dragging");
  setTimeout(() => { for (const zone of main.querySelectorAll("[data-drop=new]")) zone.hidden = false; });
});

const over = (event) => {
  const zone = dragged && event.target.closest?.("[data-drop]");
  for (const one of main.querySelectorAll(".is-over")) if (one !== zone) one.classList.remove("is-over");
  return zone;
};

main.addEventListener("dragover", (event) => {
  const zone = over(event);
  if (!zone) return;
  event.preventDefault();
  zone.classList.add("is-over");
});

main.addEventListener("drop", (event) => {
  const zone = over(event);
  if (!zone) return;
  event.preventDefault();
  const names = dragged;
  if (zone.dataset.drop === "aside") open(names, zone.querySelector("h2").textContent, { only: true });
  else move(names, zone.dataset.drop);
});

addEventListener("dragend", () => {
  dragged = null;
  main.classList.remove("is-dragging");
  for (const zone of main.querySelectorAll("[data-drop=new]")) zone.hidden = true;
  for (const zone of main.querySelectorAll(".is-over")) zone.classList.remove("is-over");
});

const refresh = () => {
  if (document.hidden || dragged || menu.open || waiting) return;
  polling?.abort();
  polling = new AbortController();
  const address = new URL(location.href);
  address.searchParams.delete("new");
  address.searchParams.set("seen", board().dataset.synthesis);
  load(address, { signal: polling.signal });
};

said.className = "synthesis-said";
said.setAttribute("role", "status");
menu.className = "synthesis-menu";
menu.setAttribute("aria-labelledby", "menu-title");
document.body.append(said, menu);
enhance();
setInterval(refresh, PAUSE);
addEventListener("visibilitychange", refresh);
