// <… data-live="/address/" data-state="open">: what stands at that address takes the place of what is here, part by part
// (data-part), every few seconds. Only what differs is changed, so that a screen reader is told of changes alone.
const PAUSE = { open: 2000, other: 6000 }; // milliseconds; a round that is not open changes seldom

for (const live of document.querySelectorAll("[data-live]")) {
  const lost = live.querySelector("[data-live-lost]");

  const look = async () => {
    try {
      const answer = await fetch(live.dataset.live, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error("signed out, or not ours");
      const arrived = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of arrived.querySelectorAll("[data-part]")) {
        const here = live.querySelector(`[data-part="${part.dataset.part}"]`);
        if (here && here.textContent !== part.textContent) here.replaceChildren(...part.childNodes);
      }
      const state = arrived.querySelector("[data-live-state]")?.dataset.liveState;
      // other buttons are offered in another state
      if (state && state !== live.dataset.state && !live.closest(".projector")) location.reload();
      if (state) live.dataset.state = state;
      if (lost) lost.hidden = true;
    } catch {
      if (lost) lost.hidden = false;
    }
    wait();
  };
  const wait = () => setTimeout(() => (document.hidden ? wait() : look()), PAUSE[live.dataset.state] ?? PAUSE.other);
  wait();
}
