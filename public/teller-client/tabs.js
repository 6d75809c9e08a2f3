// The tabs of one browser that share a socket: one of them leads, and holds it.

/**
 * What the leader tells, and what the others ask. `term` is the leader's: of two, the later one is right.
 * @typedef {{term: number, told: any} | {term: number, ask: any}} Letter
 *
 * @typedef {object} Member this tab
 * @property {() => void} lead it leads from now on
 * @property {() => void} follow it leads no more
 * @property {(told: any) => void} told what the leader says
 * @property {(ask: any) => void} asked what another tab wants of this one, which leads
 */

/** A leader that says nothing for so long is asked, and one that gives no answer is taken for frozen. */
const quietMillisecondsMax = 3_000;
const answerMillisecondsMax = 5_000;

/**
 * A place among the tabs that know the same name. The leader has the Web Lock of that name, which the browser
 * gives to the next tab when this one closes or crashes; they talk over the BroadcastChannel of that name.
 */
export class Tabs {
  /** Locks are for secure contexts only. */
  static arePossible() {
    return typeof navigator.locks?.request === "function" && typeof BroadcastChannel === "function";
  }

  #name;
  #member;
  #channel;
  /** 0: none known yet. */
  #term = 0;
  #leads = false;
  #heardAt = performance.now();
  #askedAt = 0;
  #watchTimer = 0;
  /** Ends this tab's place in the queue, or its lead. */
  #leave = () => {};

  /**
   * @param {string} name
   * @param {Member} member
   */
  constructor(name, member) {
    this.#name = name;
    this.#member = member;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = (event) => this.#read(event.data);
    this.#watchTimer = setInterval(() => this.#watch(), 1_000);
    this.#queue({});
    this.hello();
  }

  /** Gives up the lead, if it was this tab's, and the place in the queue. */
  leave() {
    clearInterval(this.#watchTimer);
    this.#channel.onmessage = null;
    this.#channel.close();
    this.#leave();
  }

  /**
   * What the leader tells all others.
   * @param {unknown} told
   */
  tell(told) {
    if (this.#leads) this.#post({ term: this.#term, told });
  }

  /**
   * What another tab asks of the leader.
   * @param {unknown} ask
   */
  ask(ask) {
    this.#post({ term: this.#term, ask });
  }

  /** Asks how things are. */
  hello() {
    this.ask("hello");
  }

  /** @param {Letter} letter */
  #post(letter) {
    this.#channel.postMessage(letter);
  }

  /**
   * Waits for the lead, or takes it from a leader that is frozen.
   * @param {{steal?: boolean}} options
   */
  #queue(options) {
    this.#leave();
    const place = new AbortController();
    /** @type {Promise<void>} */
    const end = new Promise((resolve) => {
      this.#leave = () => {
        this.#leads = false;
        place.abort();
        resolve();
      };
    });
    const wish = options.steal ? { steal: true } : { signal: place.signal };
    navigator.locks
      .request(this.#name, wish, () => {
        if (place.signal.aborted) return undefined;
        this.#lead();
        return end;
      })
      .catch(() => !place.signal.aborted && this.#leads && this.#superseded());
  }

  #lead() {
    this.#leads = true;
    this.#term = Math.max(Date.now(), this.#term + 1);
    this.#member.lead();
  }

  /** The lock went to another tab, which took this one for frozen. */
  #superseded() {
    this.#queue({});
    this.#heardAt = performance.now();
    this.#member.follow();
    this.hello();
  }

  /** @param {Letter} letter */
  #read(letter) {
    if ("ask" in letter) {
      if (this.#leads && (letter.term === this.#term || letter.ask === "hello")) this.#member.asked(letter.ask);
      return;
    }
    if (letter.term < this.#term) return;
    this.#term = letter.term;
    if (this.#leads) return this.#superseded();
    this.#heardAt = performance.now();
    this.#askedAt = 0;
    this.#member.told(letter.told);
  }

  #watch() {
    const now = performance.now();
    if (this.#leads || now - this.#heardAt < quietMillisecondsMax) return;
    if (!this.#askedAt) {
      this.#askedAt = now;
    } else if (now - this.#askedAt > answerMillisecondsMax) {
      this.#askedAt = 0;
      this.#heardAt = now;
      return this.#queue({ steal: true });
    }
    this.hello();
  }
}
