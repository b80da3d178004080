// The items of one session, written, deleted and moved in place. Everything it shows it could show offline: the page holds
// an empty form, and the words of each item stand in its card.
import { draggable } from "./drag.js";
import { Form, newKey } from "./form.js";
import { lineOf } from "./states.js";
import { button, fill, make } from "./words.js";

const LOOK = 25_000; // milliseconds between looks at what the others do
const keeper = document.getElementById("desk-keeper");

export class Cards {
  #open = null; // {editor, form, card}
  #seen;
  #wish; // the card that should have the focus once it can
  #codes = new Map(); // of new items, by the key they began with
  #said = make("p", { role: "status", class: "visually-hidden" });

  constructor(list, outbox) {
    Object.assign(this, { list, outbox });
    list.before(this.#said);
    list.addEventListener("click", (event) => this.#click(event));
    list.addEventListener("submit", (event) => this.#submit(event));
    list.addEventListener("keydown", (event) => event.key === "Escape" && this.#open && this.#done());
    outbox.addEventListener("state", ({ detail }) => this.#hear(detail));
    setInterval(() => this.#look(), LOOK);
    this.#dress();
  }

  // What the page has from the server, made to work in place.
  #dress() {
    this.#seen = this.#cards().map(({ dataset }) => [dataset.item, dataset.version, dataset.status].join()).join(" ");
    for (const items of this.list.querySelectorAll(".desk-items")) {
      draggable(items, keeper.dataset.drag, (card, to) => this.#move(card, { to }));
    }
    for (const record of this.outbox.store.mine()) if (record.place === keeper.dataset.place) this.#showKept(record);
  }

  #cards() {
    return [...this.list.querySelectorAll("[data-item]")];
  }

  #card({ item, code }) {
    const cards = [...this.list.querySelectorAll(".desk-item")];
    return cards.find(({ dataset }) => (code && dataset.item === code) || dataset.key === item || dataset.item === item);
  }

  #say(words) {
    this.#said.textContent = "";
    this.#said.textContent = words;
  }

  // Writing

  #click(event) {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a");
    const card = link?.closest(".desk-item");
    if (link?.dataset.add) this.#write(link.dataset.add);
    else if (card && "edit" in link.dataset) this.#edit(card);
    else if (card && "delete" in link.dataset) this.#delete(card, link.href);
    else return;
    event.preventDefault();
  }

  // Open the form for a new item, at the end of its kind.
  #write(kind, record) {
    this.#close();
    const section = this.list.querySelector(`[data-section=${kind}]`);
    const items = section.querySelector(".desk-items");
    const card = (record && this.#card(record)) ?? make("li", { class: "desk-item" });
    card.dataset.key = record?.item ?? newKey();
    items.append(card);
    items.hidden = false;
    section.querySelector("[data-none]")?.remove();
    this.#mount(card, { kind }, record);
  }

  #edit(card) {
    if (this.#open?.card === card) return;
    this.#close();
    const record = this.outbox.store.mine().find((one) => this.#card(one) === card);
    const words = JSON.parse(card.querySelector(":scope > script")?.textContent ?? "{}");
    this.#mount(card, words, record);
  }

  // What a card knows of its item: where it stands on the server, and in which words.
  #note(card, { code, version, words, address }, key) {
    Object.assign(card.dataset, { item: code, version, address });
    if (key) this.#codes.set(key, code);
    card.querySelector(":scope > script")?.remove();
    card.prepend(make("script", { type: "application/json" }, JSON.stringify(words)));
    this.#seen = null;
  }

  #mount(card, words, record) {
    const form = document.getElementById("desk-item-form").content.cloneNode(true).querySelector("form");
    const code = record?.code || card.dataset.item || "";
    const hidden = form.elements.namedItem("request_key");
    if (code) {
      form.dataset.code = code;
      form.action = record?.address ?? card.dataset.address ?? card.querySelector("[data-edit]").href;
      hidden.name = "version";
      hidden.value = card.dataset.version ?? "";
      form.querySelector("[value=another]")?.remove();
    } else {
      hidden.value = card.dataset.key;
    }
    form.elements.namedItem("csrfmiddlewaretoken").value = this.outbox.token;
    fill(form, words);
    form.classList.add("desk-form--here");
    for (const part of card.children) part.classList.add("desk-item__rest");
    card.append(form);
    card.classList.add("desk-item--open");
    const editor = new Form(form, this.outbox, record);
    this.#open = { editor, form, card };
    form.addEventListener("stored", ({ detail }) => this.#note(card, detail, editor.item));
    if (!record?.problem) form.elements.namedItem("text").focus();
    form.scrollIntoView({ block: "nearest" });
  }

  #submit(event) {
    if (event.target.matches("[data-desk-form]")) {
      if (this.#open?.passes || this.#open?.editor.isEmpty) return;
      event.preventDefault();
      this.#done(event.submitter);
    } else if (event.submitter?.name === "direction") {
      event.preventDefault();
      this.#move(event.target.closest(".desk-item"), { direction: event.submitter.value });
    }
  }

  // A button of the form: close it, and open one more if asked; only submitting waits until the words are stored.
  async #done(submitter) {
    const open = this.#open;
    const { editor, form, card } = open;
    const { kind } = editor;
    if (submitter?.value === "submit") {
      const isStored = await editor.save();
      if (this.#open !== open || !isStored) return;
      open.passes = true; // the server submits, and says so
      setTimeout(() => form.requestSubmit(submitter));
      return;
    }
    if (editor.isUndecided) return;
    this.#close();
    if (submitter?.value === "another") this.#write(kind);
    else this.#focus(card.isConnected ? card : null);
    this.#refresh();
  }

  // Close the form that is open, at once; its words are stored, or kept and on their way.
  #close() {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    const { editor, card } = open;
    editor.close();
    open.form.remove();
    card.classList.remove("desk-item--open");
    for (const part of card.children) part.classList.remove("desk-item__rest");
    const { record, stored } = editor;
    if (record && !editor.isEmpty) this.#showKept(record);
    else if (editor.isNew) card.remove();
    else if (stored) this.#showWords(card, stored);
    if (editor.isEmpty) this.outbox.drop(editor.item);
    this.outbox.flush();
  }

  // A card with words of this device: what they say, how it stands with them, and the way back into them.
  #showKept(record) {
    if (record.isNew && !record.words.text.trim()) return;
    let card = this.#card(record);
    if (!card) {
      card = make("li", { class: "desk-item", "data-key": record.item });
      const section = this.list.querySelector(`[data-section=${record.kind}]`);
      section.querySelector("[data-none]")?.remove();
      section.querySelector(".desk-items").append(card);
      section.querySelector(".desk-items").hidden = false;
    }
    this.#showWords(card, record.words);
    this.#strip(card, record, record.problem || (navigator.onLine ? "unsaved" : "offline"), record.answer);
  }

  #showWords(card, words) {
    const text = card.querySelector(".desk-item__text");
    const shown = text?.querySelector("a") ?? text;
    if (shown) {
      shown.textContent = words.text;
    } else {
      card.prepend(
        make("p", { class: "desk-item__head" }, make("span", {}, keeper.dataset[words.kind])),
        make("h3", { class: "desk-item__text", dir: "auto" }, words.text),
      );
    }
  }

  #strip(card, record, state, answer) {
    const before = card.querySelector("[data-strip]")?.dataset.state;
    if (before === state || (state === "saving" && ["failed", "offline"].includes(before))) return;
    card.querySelector("[data-strip]")?.remove();
    const why = state === "invalid" ? Object.values(answer.errors).flat().join(" ") : "";
    const line = lineOf(state, { ...answer, why, keeps: this.outbox.store.keeps });
    const label = state === "conflict" ? keeper.dataset.seeBoth : keeper.dataset.edit;
    const strip = make("div", { class: "desk-state", "data-strip": "", "data-state": state }, make("p", { role: "status" }, line));
    if (!card.dataset.item || record.problem) {
      const again = () => this.outbox.store.get(record.item) ?? record;
      strip.append(button(label, () => (card.dataset.item ? this.#edit(card) : this.#write(record.kind, again()))));
    }
    card.append(strip);
  }

  #hear({ item, state, record, answer }) {
    const card = this.#card(record);
    if (!card || this.#open?.card === card) return;
    if (state === "saved") {
      card.dataset.key = item;
      this.#note(card, answer, item);
      card.querySelector("[data-strip]")?.remove();
      this.#refresh();
    } else {
      this.#strip(card, record, state, answer);
    }
  }

  // The list as the server has it now; what is open or kept here stays.
  async #refresh(code) {
    if (this.#open || this.outbox.store.mine().some(({ problem }) => !problem)) return; // later, when those are stored
    let arrived;
    try {
      const response = await fetch(keeper.dataset.place, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected) return;
      arrived = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-desk-list]");
    } catch {
      return; // offline: the cards say what is kept
    }
    if (!arrived || this.#open) return;
    const active = this.list.contains(document.activeElement) ? document.activeElement : null;
    const { item, key } = active?.closest(".desk-item")?.dataset ?? {};
    const unfolded = [...this.list.querySelectorAll("details")].map((one) => one.open);
    this.list.replaceChildren(...arrived.childNodes);
    [...this.list.querySelectorAll("details")].forEach((one, place) => { one.open = unfolded[place] ?? one.open; });
    this.#dress();
    const lost = document.activeElement === document.body ? this.#wish : null;
    const sought = code ?? item ?? key ?? lost;
    const now = this.#codes.get(sought) ?? sought;
    if (sought) this.#focus(this.#card({ item: now, code: now }));
    else if (active?.dataset.add) this.list.querySelector(`[data-add=${active.dataset.add}]`).focus();
  }

  #focus(card, name = ".desk-tools [data-edit]") {
    this.#wish = card?.dataset.key ?? card?.dataset.item;
    (card?.querySelector(name) ?? card?.querySelector("a, button"))?.focus();
    card?.scrollIntoView({ block: "nearest" });
  }

  // Deleting and moving

  async #delete(card, address) {
    const { version, item } = card.dataset;
    const answer = await this.outbox.ask(address, new URLSearchParams({ version }));
    if (!answer.ok) {
      this.#warn(card, keeper.dataset.notDeleted);
      return;
    }
    this.#seen = null;
    this.outbox.drop(item);
    const undo = button(keeper.dataset.undo, async () => {
      if (!(await this.outbox.ask(answer.restore, new URLSearchParams())).ok) return;
      await this.#refresh(item);
      this.#say(keeper.dataset.restored);
    });
    delete card.dataset.item;
    card.className = "desk-item desk-item--deleted";
    card.replaceChildren(make("p", { role: "status" }, keeper.dataset.deleted), undo);
    undo.focus();
  }

  async #move(card, how) {
    const { item } = card.dataset;
    const form = card.querySelector(".desk-tools");
    const answer = await this.outbox.ask(form.getAttribute("action"), new URLSearchParams(how));
    if (!answer.ok) {
      this.#warn(card, keeper.dataset.notMoved);
      return;
    }
    await this.#refresh();
    const moved = this.#card({ item, code: item });
    this.#focus(moved, how.direction ? `button[value=${how.direction}]` : "[data-edit]");
    this.#say(answer.said);
  }

  #warn(card, words) {
    card.querySelector("[data-warning]")?.remove();
    card.append(make("p", { role: "alert", class: "desk-check__advice", "data-warning": "" }, words));
  }

  // What the others do meanwhile

  async #look() {
    if (document.hidden || !navigator.onLine) return;
    const { items } = await this.outbox.ask(keeper.dataset.now);
    if (!items) return;
    for (const { code, writing } of items) {
      const line = this.#card({ code, item: code })?.querySelector(":scope > [data-writing]");
      if (!line) continue;
      const words = writing.length ? keeper.dataset.writing.replace("{name}", writing.join(", ")) : "";
      if (line.textContent !== words) line.textContent = words;
      line.hidden = !words;
    }
    const now = items.map(({ code, version, status }) => [code, version, status].join()).sort().join(" ");
    const before = this.#seen?.split(" ").sort().join(" ");
    this.#seen = now;
    if (before !== undefined && before !== now && !this.#open) this.#offer();
  }

  #offer() {
    const box = document.querySelector("[data-kept-box]");
    box.querySelector(".desk-changed")?.remove();
    const show = button(keeper.dataset.show, async () => {
      await this.#refresh();
      notice.remove();
    });
    const notice = make("div", { class: "notice notice--info desk-changed" }, make("p", {}, keeper.dataset.changed), show);
    box.append(notice);
  }
}
