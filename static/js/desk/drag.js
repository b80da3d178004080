// Items of a list dragged by a handle, by finger or mouse. Only the order among those of the list changes; the buttons
// beside the handle do the same without dragging.
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
      const before = cards().indexOf(card);
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      card.classList.add("desk-item--dragged");
      const follow = ({ clientY }) => {
        const others = cards().filter((one) => one !== card);
        const next = others.find((one) => {
          const { top, height } = one.getBoundingClientRect();
          return clientY < top + height / 2;
        });
        if (next) next.before(card);
        else others.at(-1).after(card);
      };
      const drop = () => {
        handle.removeEventListener("pointermove", follow);
        card.classList.remove("desk-item--dragged");
        const after = cards().indexOf(card);
        if (after !== before) moved(card, after + 1);
      };
      handle.addEventListener("pointermove", follow);
      handle.addEventListener("lostpointercapture", drop, { once: true });
    });
  }
};
