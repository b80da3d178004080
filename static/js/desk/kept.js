// Says on every page of the desk that words are still on this device, and where; and that they went.
import { lineOf } from "./states.js";
import { make } from "./words.js";

const keeper = document.getElementById("desk-keeper");

export const showKept = (outbox) => {
  const box = document.querySelector("[data-kept-box]");
  const found = outbox.store.mine().filter(({ words, isNew }) => !isNew || words.text.trim());
  if (!box || !found.length) return;
  const { dataset } = keeper;
  const left = new Set(found.map(({ item }) => item));
  const isHere = Boolean(document.querySelector("[data-desk-list]"));
  const why = make("p", {}, isHere || !dataset.place ? dataset.keptWhy : dataset.keptHere);
  const notice = make("div", { class: "notice notice--warning desk-kept-note" }, make("p", { class: "notice__title" }, dataset.kept), why);
  const places = [...new Set(found.map(({ place }) => place))].filter((place) => place !== location.pathname);
  if (places.length) {
    notice.append(
      make("p", {}, dataset.keptWhere),
      make("ul", {}, ...places.map((place) => make("li", {}, make("a", { href: place }, nameOf(place))))),
    );
  }
  box.append(notice);
  outbox.addEventListener("state", ({ detail: { item, state } }) => {
    if (state === "saved") left.delete(item);
    else if (left.has(item) && state === "signed-out") why.textContent = lineOf(state);
    if (!left.size) {
      notice.className = "notice notice--success desk-kept-note";
      notice.replaceChildren(make("p", {}, dataset.keptSent));
    }
  });
};

// The task of that address as the page calls it; its address where the page does not name it.
const nameOf = (place) => document.querySelector(`main a[href="${CSS.escape(place)}"]`)?.textContent
  ?? [...document.querySelectorAll("main a, nav a")].find((link) => link.pathname === place)?.textContent ?? place;
