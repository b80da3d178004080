// How it stands with the words: one line, and what can be done about it. The line is said aloud when it changes.
import { button, make } from "./words.js";

const keeper = document.getElementById("desk-keeper");
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export const lineOf = (state, { keeps = true, ...answer } = {}) => {
  const name = state.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  const words = keeps || state === "saved" || state === "saving" ? keeper.dataset[name] : keeper.dataset.memory;
  return (words ?? "").replace(/\{(\w+)\}/g, (_, key) => (key === "time" ? clock.format(new Date()) : answer[key] ?? ""));
};

export const said = (box, state, answer) => {
  const [line] = box.children;
  const held = box.contains(document.activeElement); // by a button that goes now
  box.hidden = !state;
  box.dataset.state = state;
  line.textContent = state ? lineOf(state, answer) : "";
  for (const old of [...box.children].slice(1)) old.remove();
  const { dataset } = keeper;
  const here = encodeURIComponent(dataset.place ?? location.pathname);
  if (state === "failed" || state === "offline") box.append(button(dataset.again, answer.again));
  if (state === "signed-out") box.append(make("a", { class: "button button--secondary", href: `${dataset.signIn}?next=${here}` }, dataset.enter));
  if (state === "taken") box.append(make("a", { class: "button button--secondary", href: answer.address }, dataset.see));
  if (state === "gone") {
    if (answer.restore) {
      box.append(button(dataset.bringBack, async () => (await answer.ask(answer.restore)).ok && answer.restored()));
    }
    box.append(button(dataset.addNew, answer.anew));
  }
  if (held) (box.querySelector("a, button") ?? box.closest("form").elements.namedItem("text")).focus();
};
