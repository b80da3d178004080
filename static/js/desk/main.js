// The desk's scripts, put together for the page they are on. Without them every page posts and moves on.
import { Cards } from "./cards.js";
import { Form } from "./form.js";
import { showKept } from "./kept.js";
import { guardSignOut } from "./leave.js";
import { Outbox } from "./outbox.js";
import { offers, paste } from "./paste.js";
import { Store } from "./store.js";

const MOMENT = 2_000; // milliseconds that a tapped link waits for the words to be stored
const keeper = document.getElementById("desk-keeper");
const { account, now, place } = keeper.dataset;
const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
const store = new Store(account);
const outbox = new Outbox(store, { account, now, token });

await store.adopt();
guardSignOut(outbox);

const list = document.querySelector("[data-desk-list]");
const form = document.querySelector("main form[data-desk-form]");
if (list) new Cards(list, outbox);
if (list && new URLSearchParams(location.search).has("added")) store.setNote(`offers ${place}`, null);
if (form) page(form);
if (document.querySelector("[data-paste]")) paste(store, place);
if (document.querySelector("[data-offers]")) offers(outbox, place);
showKept(outbox);
document.addEventListener("click", leave);
document.documentElement.dataset.desk = "ready";
outbox.flush();

// A page with the form of one item: its buttons save first, and go on when that is done.
function page(form) {
  const key = form.dataset.code || form.elements.namedItem("request_key").value;
  const record = store.mine().find(({ item, code }) => item === key || (code && code === key));
  const editor = new Form(form, outbox, record);
  let passes = false;
  form.addEventListener("submit", async (event) => {
    if (passes || editor.isEmpty) return;
    event.preventDefault();
    const { submitter } = event;
    const isStored = await editor.save();
    const then = submitter?.value;
    if (isStored && then !== "submit") {
      const { kind } = editor.stored;
      location.assign(then === "another" ? `${keeper.dataset.new}?kind=${kind}` : `${place}#outcome-${editor.code}`);
    } else if (isStored || editor.isRefused) {
      passes = true; // the server's page says what is wrong, or submits
      setTimeout(() => form.requestSubmit(submitter));
    }
  });
}

// A link to another page goes on when the words of this one are stored, so that the page it leads to has them; it waits no
// longer than a moment, since what is kept is sent from there too.
async function leave(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.origin !== location.origin || link.pathname === location.pathname) return;
  const isOfHere = (record) => record.place === place && !record.problem && (!record.isNew || record.words.text.trim());
  if (!place || !store.mine().some(isOfHere)) return;
  event.preventDefault();
  await Promise.race([outbox.flush(), new Promise((resolve) => { setTimeout(resolve, MOMENT); })]);
  location.assign(link.href);
}
