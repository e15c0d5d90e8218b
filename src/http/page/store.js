// What the server told last: a Map of rows for each list, and the newest events.

const LISTS = ['accounts', 'proxies', 'turns', 'instances', 'streams', 'queues', 'lanes'];
const EVENTS_KEPT = 300;
const SPARK_SAMPLES = 40;

const store = {
  lists: Object.fromEntries(LISTS.map((name) => [name, new Map()])),
  events: [], // the oldest first
  server: null,
  redis: { reachable: true },
  costUs: 0,
  clockSkewMs: 0, // how far the server's clock is ahead of ours
  isLoaded: false,
  rates: new Map(), // stream id -> the last bit rates

  now() { return (Date.now() + this.clockSkewMs) / 1000; },

  // The whole state, or an update of it. Gives the names of the lists that changed.
  take(message, isWhole) {
    this.costUs = message.cost_us;
    this.clockSkewMs = message.now_ms - Date.now();
    if (message.redis) this.redis = message.redis;
    if (isWhole) {
      this.server = message.server;
      this.isLoaded = true;
    }
    const changed = new Set(isWhole ? LISTS : []);
    for (const name of LISTS) {
      if (isWhole) this.lists[name] = new Map((message[name] || []).map((row) => [row.id, row]));
      else if (message[name]) {
        for (const row of message[name].set) this.lists[name].set(row.id, row);
        for (const id of message[name].remove) this.lists[name].delete(id);
        changed.add(name);
      }
    }
    if (changed.has('streams')) this.sample();
    this.takeEvents(message.events || [], isWhole);
    return changed;
  },

  takeEvents(events, isWhole) {
    this.fresh = isWhole ? [] : events;
    this.events = (isWhole ? events : this.events.concat(events)).slice(-EVENTS_KEPT);
  },

  sample() {
    const rates = new Map();
    for (const row of this.lists.streams.values()) {
      const past = this.rates.get(row.id) || [];
      rates.set(row.id, past.concat(row.bits_per_second || 0).slice(-SPARK_SAMPLES));
    }
    this.rates = rates;
  },

  // instance ids whose rotation takes that proxy next
  nextFor(proxyId) {
    const found = [];
    for (const turn of this.lists.turns.values()) if (turn.proxy === proxyId) found.push(turn.instance);
    return found;
  },

  countBy(name, field) {
    const counts = {};
    for (const row of this.lists[name].values()) counts[row[field]] = (counts[row[field]] || 0) + 1;
    return counts;
  },

  sum(name, field) {
    let total = 0;
    for (const row of this.lists[name].values()) total += row[field] || 0;
    return total;
  },
};
