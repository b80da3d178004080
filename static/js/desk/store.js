// Words that no server has acknowledged yet, kept on this device: one record an item, for one account and one page.
// A record is {item, place, address, isNew, code, kind, version, words, since, sent, problem, answer}: `item` is the code
// of the item or the key of a new one, `sent` what was sent and not answered yet, `problem` why it was refused.
// Every page has its own records, so that two tabs with the same item do not write over each other; the records of a
// page that was closed are taken over by the next one.
const PREFIX = "readout.desk";
const FORGET = 30 * 24 * 3600 * 1000; // words nobody came back for
export const page = [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join("");

const lockOf = (owner) => `${PREFIX}.page.${owner}`;

// Held as long as this page lives, so that others can tell.
navigator.locks?.request(lockOf(page), () => new Promise(() => {}));

const livingPages = async () => {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.map((lock) => lock.name));
};

export class Store {
  // Whether the device keeps anything at all; some do not in private windows, or are full.
  keeps = true;
  #memory = new Map();

  constructor(account) {
    this.account = account;
    this.#forgetOld();
  }

  #name(item, owner = page) {
    return [PREFIX, this.account, owner, item].join(" ");
  }

  // All [name, owner, record] of this account on the device.
  #all() {
    const found = [];
    for (let index = 0; index < localStorage.length; index += 1) {
      const name = localStorage.key(index);
      const [prefix, account, owner] = name.split(" ");
      if (prefix !== PREFIX || account !== this.account || owner === "note") continue;
      try {
        found.push([name, owner, JSON.parse(localStorage.getItem(name))]);
      } catch {
        localStorage.removeItem(name); // not ours
      }
    }
    return found;
  }

  get(item) {
    return structuredClone(this.#memory.get(item));
  }

  put(record) {
    this.#memory.set(record.item, structuredClone(record));
    try {
      localStorage.setItem(this.#name(record.item), JSON.stringify(record));
      this.keeps = true;
    } catch {
      this.keeps = false;
    }
  }

  remove(item) {
    this.#memory.delete(item);
    try {
      localStorage.removeItem(this.#name(item));
    } catch { /* nothing was kept */ }
  }

  // The records of this page, in the order in which they were begun.
  mine() {
    return [...this.#memory.values()].sort((one, other) => one.since - other.since).map((record) => structuredClone(record));
  }

  // Take over what closed pages left behind; return how many records that were.
  async adopt() {
    const take = async () => {
      const living = await livingPages();
      let taken = 0;
      for (const [name, owner, record] of this.#all()) {
        if (owner === page || living.has(lockOf(owner)) || this.#memory.has(record.item)) continue;
        this.put({ ...record, problem: "", answer: null }); // what was refused then may be taken now
        if (this.keeps) localStorage.removeItem(name);
        taken += 1;
      }
      return taken;
    };
    try {
      return await (navigator.locks ? navigator.locks.request(`${PREFIX}.adopt`, take) : take());
    } catch {
      return 0;
    }
  }

  // Notes of a place that are not an item yet: what was pasted, what is proposed.
  note(name) {
    try {
      return JSON.parse(localStorage.getItem(this.#name(name, "note")));
    } catch {
      return null;
    }
  }

  setNote(name, value) {
    try {
      if (value === null) localStorage.removeItem(this.#name(name, "note"));
      else localStorage.setItem(this.#name(name, "note"), JSON.stringify(value));
    } catch { /* it stays in the field alone */ }
  }

  // Forget everything of this account: whoever signs out leaves no words behind.
  clear() {
    this.#memory.clear();
    const mine = Object.keys(localStorage).filter((name) => name.startsWith(`${PREFIX} ${this.account} `));
    for (const name of mine) localStorage.removeItem(name);
  }

  #forgetOld() {
    try {
      for (const [name, , record] of this.#all()) if (Date.now() - record.since > FORGET) localStorage.removeItem(name);
    } catch {
      this.keeps = false;
    }
  }
}
