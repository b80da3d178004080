// Says how much room is left in a long text, from three quarters of its limit on (components/form_field.html, "limit").
// The limit is soft: too much can be typed and pasted, and is then cut by its author.
const counted = new WeakSet();

export const count = (field) => {
  const input = field.querySelector("textarea, input");
  const line = field.querySelector("[data-count]");
  if (!input || !line || counted.has(field)) return;
  counted.add(field);
  const limit = Number(field.dataset.limit);
  let pause;
  const say = () => {
    const left = limit - [...input.value].length;
    line.hidden = left > limit / 4;
    line.textContent = (left < 0 ? line.dataset.over : line.dataset.count).replace("{n}", Math.abs(left));
  };
  // after typing has paused, so that a screen reader is not told every letter
  input.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(say, 700); });
  say();
};

for (const field of document.querySelectorAll("[data-limit]")) count(field);
