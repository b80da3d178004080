// Notes and proposals that are not items yet: kept on this device until they are, so that neither a lost connection nor a
// closed tab costs them. A file can be dropped on the page.
const SAVE = 300; // milliseconds after a change

export const paste = (store, place) => {
  const form = document.querySelector("[data-paste]");
  const notes = form.elements.namedItem("notes");
  const file = form.elements.namedItem("document");
  const again = store.note(`offers ${place}`);
  if (again) offerAgain(store, place, form, again);
  notes.value ||= store.note(`notes ${place}`) ?? "";
  notes.addEventListener("input", () => store.setNote(`notes ${place}`, notes.value || null));
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    file.files = event.dataTransfer.files;
    form.requestSubmit();
  });
};

// Proposals of last time: send them back to the page as they were left.
const offerAgain = (store, place, form, fields) => {
  const box = document.getElementById("desk-offers-again").content.cloneNode(true).firstElementChild;
  const back = box.querySelector("form");
  for (const [name, value] of fields) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    back.append(input);
  }
  box.querySelector("[data-forget]").addEventListener("click", () => {
    store.setNote(`offers ${place}`, null);
    box.remove();
  });
  form.before(box);
};

export const offers = (outbox, place) => {
  const form = document.querySelector("[data-offers]");
  const { store } = outbox;
  store.setNote(`notes ${place}`, null);
  const keep = () => {
    const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    store.setNote(`offers ${place}`, form.querySelector("[data-offer]") ? fields : null);
  };
  let pause;
  form.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(keep, SAVE); });
  keep();
};
