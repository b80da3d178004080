// Shows how far the worker is: asks for the page again every two seconds, and opens it once there is more to see.
const ask = async () => {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-progress]");
    if (!answer.ok || !now) return location.reload();
    const [bar, words] = [now.querySelector("progress"), now.querySelector("label")];
    if (!bar) return location.reload();
    const shown = document.querySelector("[data-progress] progress");
    if (bar.hasAttribute("value")) {
      shown.max = bar.max;
      shown.value = bar.value;
    } else shown.removeAttribute("value");
    document.querySelector("[data-progress] label").textContent = words.textContent;
  } catch {
    // the connection is away: the next one may be there
  }
  setTimeout(ask, 2000);
};
if (document.querySelector("[data-progress] progress")) setTimeout(ask, 1000);
