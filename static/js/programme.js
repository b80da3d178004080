// <div data-programme>: rows of the programme open, save and move in place. Each link and form works by itself too;
// this fetches the page they lead to, puts its programme where the old one stood, and keeps focus and scroll.
const words = {
  open: "Save or close the session that is open first: what you typed in it is not stored yet.",
  away: "Not saved: the server cannot be reached. What you typed is still here; try again.",
  out: "Not saved: you may be signed out. What you typed is still here; sign in in another tab and try again.",
};
let busy = false;

const root = () => document.querySelector("[data-programme]");
const say = (text) => {
  const message = Object.assign(document.createElement("p"), { className: "plan__message plan__message--warning" });
  message.textContent = text;
  root().querySelector("[data-status]").replaceChildren(message);
};
const isDirty = () => {
  const form = root().querySelector("[data-programme-form]");
  return !!form && (form.dataset.typed === "yes" || !!form.querySelector("[data-error-summary]"));
};

const aim = (next) => {
  for (const hint of next.querySelectorAll("[data-hint]")) hint.hidden = matchMedia("(pointer: coarse)").matches;
  const target = next.querySelector("[data-error-summary]") ?? next.querySelector("[data-focus]")
    ?? next.querySelector("[data-programme-form] input:not([type=hidden])");
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: target.matches("[data-title]") ? "nearest" : "center" });
};

const load = async (url, options, address) => {
  if (busy) return;
  busy = true;
  root().setAttribute("aria-busy", "true");
  try {
    const response = await fetch(url, { credentials: "same-origin", ...options });
    const next = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-programme]");
    if (!next) return say(words.out);
    const live = root().querySelector("[data-status]"); // the region stays, so that its words are read out
    const spoken = next.querySelector("[data-status]");
    live.replaceChildren(...spoken.childNodes);
    spoken.replaceWith(live);
    root().replaceWith(document.adoptNode(next));
    history.replaceState(null, "", address ?? location.pathname);
    aim(root());
  } catch {
    say(words.away);
  } finally {
    busy = false;
    root().removeAttribute("aria-busy");
  }
};

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-programme] form");
  if (!form) return;
  event.preventDefault();
  if (isDirty() && !form.matches("[data-programme-form]")) return say(words.open);
  load(form.action, { method: "POST", body: new FormData(form, event.submitter) });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-programme] :is([data-title], [data-cancel], .plan__add, .plan__more a, .plan__small a)");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const url = new URL(link.href);
  if (url.pathname !== location.pathname) return;
  event.preventDefault();
  if (isDirty() && !link.matches("[data-cancel]")) return say(words.open);
  const row = link.matches("[data-cancel]") ? /^#s(\d+)$/.exec(url.hash)?.[1] : null;
  load(row ? `${url.pathname}?at=${row}` : url, {}, url.search && !row ? url : undefined);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-programme-form]");
  if (form) form.dataset.typed = "yes";
});

document.addEventListener("keydown", (event) => {
  const inside = event.target.closest("[data-programme]");
  if (!inside) return;
  if (event.key === "Escape") {
    const cancel = event.target.closest(".plan__panel")?.querySelector("[data-cancel]");
    if (cancel && !isDirty()) cancel.click();
  }
  const direction = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  if (event.altKey && direction && event.target.matches("[data-title]")) {
    event.preventDefault();
    event.target.closest(".plan__line").querySelector(`[data-move=${direction}]`)?.click();
  }
});

addEventListener("beforeunload", (event) => {
  if (root() && isDirty()) event.preventDefault();
});

// after the browser has gone to the place that the address names, which takes the focus away
addEventListener("load", () => setTimeout(() => root() && aim(root())));
