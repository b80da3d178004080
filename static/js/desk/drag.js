// Items of a list dragged by a handle, by finger or mouse: a line shows where the item would go, and it goes there when it
// is let go. The buttons beside the handle do the same without dragging.
import { make } from "./words.js";

export const draggable = (items, title, moved) => {
  const cards = () => [...items.children].filter((card) => card.dataset.item);
  if (cards().length < 2) return;
  for (const card of cards()) {
    const order = card.querySelector(".desk-tools__order");
    if (!order || order.querySelector(".desk-drag")) continue;
    // not in the tab order: whoever uses keys has the buttons
    const handle = make("span", { class: "desk-drag", title, "aria-hidden": "true" }, "⠿");
    order.prepend(handle);
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      card.classList.add("desk-item--dragged");
      const all = cards();
      const before = all.indexOf(card);
      let to = before;
      const mark = () => all.forEach((one, place) => {
        one.classList.toggle("desk-item--before", to < before && place === to);
        one.classList.toggle("desk-item--after", to > before && place === to);
      });
      const follow = ({ clientY }) => {
        const above = all.filter((one) => one !== card && clientY > one.getBoundingClientRect().top + one.offsetHeight / 2);
        to = above.length;
        mark();
      };
      const end = ({ type }) => {
        handle.removeEventListener("pointermove", follow);
        card.classList.remove("desk-item--dragged");
        const is = type === "pointerup" ? to : before;
        to = before;
        mark();
        if (is !== before) moved(card, is + 1);
      };
      handle.addEventListener("pointermove", follow);
      handle.addEventListener("pointerup", end, { once: true });
      handle.addEventListener("pointercancel", end, { once: true });
    });
  }
};
