// <… data-idle="seconds" data-address="…" hidden>: shown twenty minutes before the admin asks who is there. Its button puts
// that off, and so does typing.
const WARNED = 20 * 60_000;
const REST = 5 * 60_000; // between two words to the server that somebody is typing
const notice = document.querySelector("[data-idle]");

if (notice) {
  let used = Date.now(); // the page itself was asked for
  let said = used;

  const look = () => {
    notice.hidden = Date.now() - used < notice.dataset.idle * 1000 - WARNED;
  };
  const stay = async () => {
    const now = (said = Date.now());
    try {
      const options = { method: "HEAD", headers: { "X-Stays": "yes" }, redirect: "manual", cache: "no-store" };
      if ((await fetch(notice.dataset.address, options)).ok) used = now;
    } catch {
      // the connection is away: the notice stays
    }
    look();
  };

  notice.querySelector("button").addEventListener("click", stay);
  document.addEventListener("input", () => Date.now() - said > REST && stay());
  setInterval(look, 30_000);
}
