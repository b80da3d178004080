// Hours of a programme in the reader's own zone too, where that differs from the zone of the place.
// [data-local="In your time:"]: a hidden element with two <time datetime> in it, first and last; filled and shown.
// .session__time: gets a second line. [data-local-note="…"]: shown with the name of the reader's zone.
const language = document.documentElement.lang || undefined;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(language, {
  day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

const moments = (element) => [...element.querySelectorAll('time[datetime*="T"]')].map((time) => time.dateTime);

// Whether the reader's clock shows something else at that moment than the clock at the place.
const differs = (iso) => {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(iso) || [null, "+", "0", "0"];
  const there = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  return there !== -new Date(iso).getTimezoneOffset();
};

const range = (format, from, to) => (to ? format.formatRange(new Date(from), new Date(to)) : format.format(new Date(from)));

const line = (words) => {
  const span = document.createElement("span");
  span.className = "local";
  span.textContent = words;
  return span;
};

for (const element of document.querySelectorAll("[data-local]")) {
  const [from, to] = moments(element);
  if (from && differs(from)) {
    element.replaceChildren(`${element.dataset.local} ${range(full, from, to)} (${zone})`);
    element.hidden = false;
  }
}

for (const element of document.querySelectorAll(".session__time")) {
  const [from, to] = moments(element);
  if (from && differs(from)) {
    const elsewhere = new Date(from).getDate() !== Number(from.slice(8, 10));
    element.append(line(`${range(hour, from, to)}${elsewhere ? `, ${day.format(new Date(from))}` : ""}`));
  }
}

for (const element of document.querySelectorAll("[data-local-note]")) {
  if (document.querySelector(".session__time .local")) {
    element.textContent = `; ${element.dataset.localNote} (${zone})`;
    element.hidden = false;
  }
}
