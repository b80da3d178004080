// Single keys on the review page. A move is only focused, never made, so that a slip of the finger decides nothing; the
// keys are silent in fields and with Ctrl, Alt or Meta, and can be switched off for this device (WCAG 2.1.4).
const STORED = "readout-shortcuts";
const panel = document.querySelector("[data-shortcuts]");
const toggle = panel?.querySelector("[data-shortcuts-on]");

const stored = () => {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null; // a browser that keeps nothing: on, as on a first visit
  }
};

const move = (...names) => names.map((name) => document.querySelector(`[data-move="${name}"]`)).find(Boolean);

const targets = {
  "?": () => panel.querySelector("h2"),
  e: () => document.querySelector("#decide textarea[name=text]"),
  n: () => document.querySelector("#decide textarea[name=note]"),
  c: () => document.querySelector("#comments textarea"),
  a: () => move("approve"),
  p: () => move("publish", "approve_and_publish"),
  b: () => move("send_back"),
};

if (panel && toggle) {
  panel.hidden = false;
  toggle.checked = stored() !== "off";
  toggle.addEventListener("change", () => {
    try {
      localStorage.setItem(STORED, toggle.checked ? "on" : "off");
    } catch {
      // it holds until the page is left
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (!toggle.checked || typing || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "j") {
      document.querySelector('[data-key="j"]')?.click();
      return;
    }
    const target = Object.hasOwn(targets, event.key) ? targets[event.key]() : null;
    if (!target) return;
    event.preventDefault();
    target.focus();
  });
}
