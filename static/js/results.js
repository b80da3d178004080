// Lists with a count (components/result_count.html): narrows, orders and pages them in place. The page of the new address
// is fetched and its <main> takes the place of this one, so filters, numbers and chips are always those of the address.
// The focus and the scroll stay where they are, only the count is said aloud, and Back works. Whatever goes wrong, the
// browser goes to the address, as it does without this script.
const main = document.getElementById("main");
const said = document.createElement("div");
const pathAndQuery = ({ pathname, search }) => pathname + search;
let shown = pathAndQuery(location); // what the page says now
let request;

// The element of the new page that stands for one of the old: the same id, the same field, the same button.
const counterpart = (element) => {
  if (!element || !main.contains(element)) return null;
  const same = [...document.querySelectorAll(element.localName)].filter((one) => main.contains(one));
  const place = same.indexOf(element);
  const { id, name, value, type } = element;
  return () => {
    const now = [...main.querySelectorAll(element.localName)];
    if (id) return document.getElementById(id);
    if (name) return now.find((one) => one.name === name && one.value === value);
    return type === "submit" ? now[place] : null;
  };
};

const inView = (element) => {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
};

const show = async (address, { push = true, stay = false } = {}) => {
  request?.abort();
  request = new AbortController();
  main.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: request.signal, credentials: "same-origin" });
    const arrived = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = arrived.getElementById("main");
    if (!answer.ok || !found?.querySelector(".results__count")) throw new Error("not a list");
    const back = stay ? counterpart(document.activeElement) : null;
    const open = stay && main.querySelector(".facets details")?.open;
    main.replaceChildren(...found.childNodes);
    document.title = arrived.title;
    for (const link of document.querySelectorAll("link[rel=canonical], link[rel=alternate]")) link.remove();
    document.head.append(...arrived.querySelectorAll("link[rel=canonical], link[rel=alternate]"));
    if (push) history.pushState(null, "", answer.redirected ? answer.url : address);
    shown = pathAndQuery(location);
    const count = main.querySelector(".results__count");
    count.removeAttribute("aria-live"); // said once, below
    const details = main.querySelector(".facets details");
    if (open && details) details.open = true;
    if (push) {
      const place = back?.();
      if (place && inView(count)) {
        place.focus({ preventScroll: true });
      } else {
        count.focus({ preventScroll: true });
        if (!inView(count)) count.scrollIntoView();
      }
    }
    said.textContent = count.textContent;
  } catch (error) {
    if (error.name === "AbortError") return;
    location.assign(address);
  }
  main.removeAttribute("aria-busy");
};

const isHere = (address) => address.origin === location.origin && address.pathname === location.pathname;

if (main?.querySelector(".results__count")) {
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  document.body.append(said);

  main.addEventListener("submit", (event) => {
    const form = event.target;
    const address = new URL(form.action);
    if (event.defaultPrevented || form.method !== "get" || !isHere(address)) return;
    event.preventDefault();
    const filled = [...new FormData(form)].filter(([, value]) => value !== "");
    address.search = new URLSearchParams(filled);
    address.hash = "";
    show(address, { stay: true });
  });

  main.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const address = new URL(link.href);
    if (!isHere(address) || address.hash || link.target || link.download) return;
    event.preventDefault();
    show(address);
  });

  addEventListener("popstate", () => {
    if (pathAndQuery(location) !== shown) show(new URL(location.href), { push: false });
  });
}
