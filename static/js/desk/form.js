// The form of one item that saves itself: two seconds after typing stops, when a field is left, when the page is left.
// It never submits anything. `states` says how it stands with the words, `conflict` what to do about other words.
import { count } from "../count.js";
import { settle } from "./conflict.js";
import { same } from "./outbox.js";
import { said } from "./states.js";
import { button, fill, make, wordsOf } from "./words.js";

const PAUSE = 2_000; // milliseconds after the last letter
const ALIVE = 20_000; // between signs of life
const keeper = document.getElementById("desk-keeper");

export class Form {
  #timer;
  #beat;
  #state = "";
  #sign = new AbortController();

  // `record`: words kept from before; else the form holds what the server has.
  constructor(form, outbox, record) {
    Object.assign(this, { form, outbox });
    const field = (name) => form.elements.namedItem(name)?.value ?? "";
    this.code = record?.code ?? form.dataset.code ?? "";
    this.item = record?.item ?? (this.code || field("request_key"));
    this.isNew = record ? record.isNew : !this.code;
    this.version = record?.version ?? field("version");
    this.address = record?.address ?? new URL(form.action).pathname;
    this.stored = record ? null : wordsOf(form);
    if (form.dataset.bound !== undefined) this.stored = null; // what came back with an error is stored nowhere
    if (record) fill(form, record.words);
    for (const limited of form.querySelectorAll("[data-limit]")) count(limited);
    const { signal } = this.#sign;
    form.addEventListener("input", (event) => this.#changed(event), { signal });
    form.addEventListener("change", (event) => this.#changed(event), { signal });
    form.addEventListener("focusout", ({ target }) => target.name && this.save(), { signal });
    outbox.addEventListener("state", ({ detail }) => detail.item === this.item && this.#hear(detail), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.save(), { signal });
    addEventListener("pagehide", () => this.save(), { signal });
    addEventListener("beforeunload", (event) => this.outbox.store.keeps || !this.record || event.preventDefault(), { signal });
    if (record?.problem) this.#hear({ state: record.problem, record, answer: record.answer });
    else if (record) this.#say(navigator.onLine ? "unsaved" : "offline", record);
    this.#beat = setInterval(() => this.live(), ALIVE);
    this.live();
  }

  // Whether the server has said what is wrong with the words: its page says it at the field.
  get isRefused() {
    return this.record?.problem === "invalid";
  }

  // Whether there is nothing to keep yet.
  get isEmpty() {
    return this.isNew && !this.form.elements.namedItem("text").value.trim();
  }

  // Whether something has to be decided before the words can go anywhere.
  get isUndecided() {
    return ["conflict", "taken", "gone"].includes(this.record?.problem);
  }

  get kind() {
    return new FormData(this.form).get("kind");
  }

  get record() {
    return this.outbox.store.get(this.item);
  }

  // What is kept of these words from now on.
  #changed(event) {
    if (event.target.name === "csrfmiddlewaretoken" || event.target.type === "file") return;
    const words = wordsOf(this.form);
    const before = this.record;
    if (!before && this.stored && same(words, this.stored)) return;
    if (before?.problem && before.problem !== "invalid") {
      this.outbox.store.put({ ...before, words }); // decided by its author, not by typing on
      return;
    }
    this.outbox.keep({
      since: Date.now(),
      sent: null,
      ...before,
      item: this.item,
      place: keeper.dataset.place,
      address: this.address,
      isNew: this.isNew,
      code: this.code,
      kind: words.kind,
      version: this.version,
      words,
      problem: "",
      answer: null,
    });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), PAUSE);
  }

  // Send what was not sent yet; resolves to whether everything typed is stored.
  async save() {
    clearTimeout(this.#timer);
    if (this.record) await this.outbox.flush();
    return !this.record;
  }

  #hear({ state, record, answer }) {
    if (state === "saved" || (state === "unsaved" && answer)) {
      this.#stored(answer);
      if (state === "unsaved") this.#timer = setTimeout(() => this.save(), PAUSE);
    }
    if (state === "conflict") settle(this, record, answer);
    if (state === "invalid") answer = { why: Object.values(answer.errors).flat().join(" ") };
    this.#say(state, record, answer);
  }

  #stored(answer) {
    const { form } = this;
    this.stored = answer.words;
    Object.assign(this, { isNew: false, code: answer.code, address: answer.address, version: answer.version });
    form.action = answer.address;
    form.dataset.code = answer.code;
    const hidden = form.elements.namedItem("version") ?? form.elements.namedItem("request_key");
    if (hidden.name === "request_key") {
      hidden.name = "version";
      this.live();
    }
    hidden.value = answer.version;
    this.#suggest(answer.suggested);
    form.dispatchEvent(new CustomEvent("stored", { detail: answer }));
  }

  // Take over words that were stored by somebody else.
  take(words, version) {
    fill(this.form, words);
    this.stored = wordsOf(this.form);
    this.version = version;
    this.outbox.drop(this.item);
    this.#say("", null);
  }

  #say(state, record, answer) {
    if (state === this.#state && state !== "invalid") return;
    if (state === "saving" && ["failed", "offline"].includes(this.#state)) return; // one more try is no news
    this.#state = state;
    this.form.dataset.is = state;
    said(this.form.querySelector("[data-state]"), state, {
      ...answer,
      keeps: this.outbox.store.keeps,
      again: () => this.outbox.flush(),
      anew: () => this.#anew(),
      restored: () => this.#retry(),
      ask: (address) => this.outbox.ask(address, new URLSearchParams()),
    });
  }

  // What is gone becomes a new item with the same words.
  #anew() {
    const record = { ...this.record, item: newKey(), address: keeper.dataset.new, isNew: true };
    this.outbox.drop(this.item);
    Object.assign(this, { item: record.item, isNew: true, code: "", address: record.address });
    this.outbox.keep({ ...record, code: "", sent: null, problem: "", answer: null });
    this.outbox.flush();
  }

  #retry() {
    this.outbox.keep({ ...this.record, problem: "", answer: null });
    this.outbox.flush();
  }

  // Themes the wording suggests and that are not chosen yet, each a button.
  #suggest(themes) {
    const box = this.form.querySelector("[data-suggested]");
    const open = (themes ?? []).flatMap((theme) => {
      const choice = [...this.form.elements].find((one) => one.name === "themes" && one.value === theme.id);
      return choice && !choice.checked ? [[theme, choice]] : [];
    });
    box.hidden = !open.length;
    if (!open.length) return;
    const label = make("p", { class: "desk-suggested__label", id: "desk-suggested" }, keeper.dataset.suggested);
    box.setAttribute("aria-labelledby", label.id);
    box.replaceChildren(label, ...open.map(([theme, choice]) => {
      const tap = button(theme.name, () => {
        choice.checked = true;
        choice.dispatchEvent(new Event("change", { bubbles: true }));
        const next = tap.nextElementSibling ?? tap.previousElementSibling;
        tap.remove();
        if (next?.matches("button")) next.focus();
        else box.hidden = true;
        this.save();
      }, "desk-suggested__tap");
      tap.dir = "auto";
      return tap;
    }));
  }

  // Tell the others that this is being written, and say who else is writing it.
  async live() {
    if (!this.code || document.hidden || !navigator.onLine) return;
    const { writing } = await this.outbox.ask(`${this.address}presence/`, new URLSearchParams());
    if (!writing) return;
    const line = this.form.querySelector("[data-writing]");
    const words = writing.length ? keeper.dataset.writing.replace("{name}", writing.join(", ")) : "";
    if (line.textContent !== words) line.textContent = words;
    line.hidden = !words;
  }

  close() {
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    this.#sign.abort();
  }
}

// A random UUID; browsers make none themselves outside https.
export const newKey = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};
