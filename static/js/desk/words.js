// What the form of an item holds, as {name: value}, lists for what can be chosen more than once; and the way back.
const ONE = ["kind", "text", "heading", "nature", "due_on", "due_text", "owner_suggested"];
const MANY = ["themes", "addressed_to"];

export const wordsOf = (form) => {
  const data = new FormData(form);
  return Object.fromEntries([
    ...ONE.map((name) => [name, data.get(name) ?? ""]),
    ...MANY.map((name) => [name, data.getAll(name)]),
  ]);
};

export const fill = (form, words) => {
  for (const control of form.elements) {
    if (!(control.name in words)) continue;
    const values = [words[control.name]].flat();
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else [control.value] = values;
  }
  for (const folded of form.querySelectorAll("details")) {
    if ([...folded.querySelectorAll("input, select")].some((one) => (one.type === "checkbox" ? one.checked : one.value))) {
      folded.open = true;
    }
  }
};

// A new element: its name, what it has, what is in it.
export const make = (name, attributes = {}, ...inside) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") element.addEventListener("click", value);
    else if (value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...inside);
  return element;
};

// A button that does something here.
export const button = (label, onclick, style = "button--secondary") =>
  make("button", { type: "button", class: `button ${style}`, onclick }, label);
