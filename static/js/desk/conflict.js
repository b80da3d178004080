// Two wrote the same item: both texts side by side, and one tap to keep mine, keep theirs or edit both together.
import { make } from "./words.js";

export const settle = (editor, record, answer) => {
  const panel = document.getElementById("desk-conflict").content.cloneNode(true).firstElementChild;
  const put = (name, text) => { panel.querySelector(`[data-${name}]`).textContent = text; };
  put("mine", record.words.text);
  put("title", answer.title);
  put("theirs", answer.words.text);
  const differences = panel.querySelector("[data-differences]");
  differences.hidden = !answer.differences.length;
  differences.append(make("ul", {}, ...answer.differences.map(({ label, value }) => make("li", {}, `${label}: ${value}`))));
  const { form, outbox } = editor;
  const wording = form.elements.namedItem("text");
  const mine = () => {
    Object.assign(editor, { version: answer.version, address: answer.address, code: answer.code, isNew: false });
    outbox.keep({ ...editor.record, ...pick(editor), isNew: false, sent: null, problem: "", answer: null });
  };
  panel.addEventListener("click", (event) => {
    const keep = event.target.closest("[data-keep]")?.dataset.keep;
    if (!keep) return;
    panel.remove();
    if (keep === "theirs") {
      editor.take(answer.words, answer.version);
    } else {
      mine();
      if (keep === "both") {
        wording.value = `${record.words.text}\n\n${answer.words.text}`;
        wording.dispatchEvent(new Event("input", { bubbles: true }));
      } else {
        outbox.flush();
      }
    }
    wording.focus();
  });
  form.querySelector(".desk-conflict")?.remove();
  form.prepend(panel);
  panel.focus();
};

const pick = ({ version, address, code }) => ({ version, address, code });
