// <form data-round>: what a phone in the room types stays on it until the server has it. Words are kept as they are typed
// and taken away when a page says "data-stored"; the form is sent without leaving the page, so that a lost connection
// loses nothing, and again when the connection is back. A repeated post makes no second entry: the form has the mark.
const main = document.getElementById("main");
const key = `round:${location.pathname}`;
const NAMES = ["takeaway", "action", "actor_type"];
const PATIENCE = 20000; // milliseconds; then it counts as lost
let sending = false;
let lost = false; // the last try did not arrive, as far as this phone knows

const store = {
  get() { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(words) { try { localStorage.setItem(key, JSON.stringify(words)); } catch { /* full, or forbidden: the page still has them */ } },
  clear() { try { localStorage.removeItem(key); } catch { /* as above */ } },
};

const form = () => main.querySelector("form[data-round]");
const fields = (of) => NAMES.map((name) => of.elements[name]).filter((field) => field && field.type !== "hidden");
const words = (of) => Object.fromEntries(fields(of).map((field) => [field.name, field.value]));

const keep = () => {
  const here = form();
  if (here && fields(here).some((field) => field.value.trim())) store.set(words(here));
};

// What a page that just came says about the words kept here.
const settle = () => {
  const here = form();
  const kept = store.get();
  if (!kept || !here) {
    if (main.querySelector("[data-stored]")) store.clear();
    return;
  }
  const differs = fields(here).some((field) => field.name in kept && kept[field.name] !== field.value);
  if (!differs) {
    if (main.querySelector("[data-stored]")) store.clear();
    return;
  }
  for (const field of fields(here)) if (field.name in kept) field.value = kept[field.name];
  const note = here.querySelector("[data-restored]");
  if (note) note.hidden = false;
};

const say = (here, state) => {
  const button = here.querySelector("button[type=submit]");
  const note = here.querySelector("[data-unsent]");
  button.dataset.words ??= button.textContent;
  button.textContent = { sending: button.dataset.sending, lost: button.dataset.again }[state] ?? button.dataset.words;
  if (note) note.hidden = state !== "lost";
};

const send = async (here) => {
  if (sending) return;
  sending = true;
  keep();
  const body = new FormData(here);
  const sent = JSON.stringify(words(here));
  say(here, "sending");
  try {
    const answer = await fetch(here.getAttribute("action"), { // here.action is a field
      method: "POST", body, headers: { "X-In-Place": "yes" }, credentials: "same-origin", signal: AbortSignal.timeout?.(PATIENCE),
    });
    const arrived = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = arrived.querySelector("#main .round");
    if (!found || answer.status >= 500) throw new Error("not an answer of ours");
    const typedOn = JSON.stringify(words(here)) !== sent;
    if (found.hasAttribute("data-stored") && !typedOn) store.clear();
    main.replaceChildren(...arrived.getElementById("main").childNodes);
    document.title = arrived.title;
    lost = false;
    if (typedOn) settle();
    (main.querySelector("[data-error-summary], [data-sent]") ?? main).focus();
    scrollTo(0, 0);
  } catch {
    lost = true;
    if (here.isConnected) say(here, "lost");
  }
  sending = false;
};

main.addEventListener("input", keep);
main.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-round]")) return;
  event.preventDefault();
  send(event.target);
});
addEventListener("online", () => { if (lost && form()) send(form()); });
settle();
