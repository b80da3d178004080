// Sends what the store keeps, one record after the other in the order in which they were begun, and removes each when the
// server has acknowledged it. What went out and was not answered is sent again word for word before anything newer, so
// that a lost answer never looks like somebody else's words. Dispatches "state" with {item, state, record, answer}.
const PATIENCE = 20_000; // milliseconds for an answer
const PAUSES = [5_000, 10_000, 20_000, 40_000, 60_000]; // between tries
const AWAY = [429, 502, 503, 504]; // it is the server, not what was sent
const DONE = { sent: true, useless: false };
const REFUSALS = ["signed-out", "gone", "invalid", "conflict", "taken"];

export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const isBlank = (words) => !words.text.trim();

export class Outbox extends EventTarget {
  #busy = null;
  #again = false;
  #failures = 0;
  #timer;

  constructor(store, { account, now, token }) {
    super();
    Object.assign(this, { store, account, now, token });
    addEventListener("online", () => this.flush());
    addEventListener("offline", () => store.mine().forEach((record) => !record.problem && this.#tell(record, "offline")));
  }

  // Keep words at once; they are sent by flush().
  keep(record) {
    this.store.put(record);
    const state = !navigator.onLine ? "offline" : this.#failures ? "failed" : "unsaved";
    this.#tell(record, record.isNew && isBlank(record.words) ? "" : state);
  }

  drop(item) {
    this.store.remove(item);
  }

  // Send everything that can be sent; resolves when that is done or given up for now.
  flush() {
    if (this.#busy) {
      this.#again = true;
      return this.#busy;
    }
    this.#busy = this.#run().finally(() => {
      this.#busy = null;
    });
    return this.#busy;
  }

  async #run() {
    clearTimeout(this.#timer);
    let failed = false;
    do {
      this.#again = failed = false;
      for (const { item } of this.store.mine()) {
        const { sent, useless } = await this.#send(item);
        failed ||= !sent;
        if (useless) {
          this.#again = false;
          break;
        }
      }
    } while (this.#again);
    if (!failed) {
      this.#failures = 0;
      return;
    }
    this.#timer = setTimeout(() => this.flush(), PAUSES[Math.min(this.#failures, PAUSES.length - 1)]);
    this.#failures += 1;
  }

  #tell(record, state, answer) {
    this.dispatchEvent(new CustomEvent("state", { detail: { item: record.item, state, record, answer } }));
  }

  // Send one record; says whether it need not be tried again, and whether there is no use in sending the next.
  async #send(item) {
    for (;;) {
      let record = this.store.get(item);
      if (!record || record.problem) return DONE;
      if (!record.sent && record.isNew && isBlank(record.words)) return DONE; // no row for nothing
      const isRepeated = Boolean(record.sent);
      record.sent ??= { address: record.address, version: record.version, words: record.words };
      this.store.put(record);
      this.#tell(record, "saving");
      const { sent } = record;
      const answer = await this.#post(sent, record);
      record = this.store.get(item);
      if (!record) return DONE;
      if (answer.ok && answer.code) {
        const done = same(record.words, sent.words);
        Object.assign(record, { sent: null, address: answer.address, version: answer.version, code: answer.code, isNew: false });
        if (done) this.store.remove(item);
        else this.store.put(record);
        this.#tell(record, done ? "saved" : "unsaved", { ...answer, words: sent.words });
        if (done || !isRepeated) return DONE;
      } else if (answer.why === "signed-out") {
        this.#tell(record, "signed-out", answer);
        return { sent: false, useless: true };
      } else if (answer.why) {
        Object.assign(record, { sent: null, problem: answer.why, answer });
        this.store.put(record);
        this.#tell(record, answer.why, answer);
        return DONE;
      } else {
        this.#tell(record, navigator.onLine ? "failed" : "offline");
        return { sent: false, useless: !answer.status || AWAY.includes(answer.status) }; // else it is this record alone
      }
    }
  }

  async #post({ address, version, words }, { item }, isSecondTry = false) {
    const body = new URLSearchParams(Object.entries(words).flatMap(([name, value]) => [value].flat().map((one) => [name, one])));
    body.set("version", version);
    body.set("request_key", item);
    const answer = await this.ask(address, body);
    if (answer.status === 403 && !answer.why && !isSecondTry && (await this.renew())) {
      return this.#post({ address, version, words }, { item }, true);
    }
    return answer;
  }

  // Post and return what came back; {} when nothing did, or nothing that was meant for a script.
  async ask(address, body) {
    try {
      const response = await fetch(address, {
        method: body ? "POST" : "GET",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": this.token, "X-Desk-Account": this.account },
        keepalive: document.visibilityState === "hidden",
        signal: AbortSignal.timeout(PATIENCE),
      });
      const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
      const answer = isJson ? await response.json() : {};
      const isKnown = response.ok || REFUSALS.includes(answer.why);
      return { ...(isKnown ? answer : {}), ok: response.ok && isJson, status: response.status };
    } catch {
      return {};
    }
  }

  // The token of the form is old when somebody signed in again in another tab: ask for the one of now.
  async renew() {
    const { token } = this.now ? await this.ask(this.now) : {};
    if (!token) return false;
    this.token = token;
    for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
    return true;
  }
}
