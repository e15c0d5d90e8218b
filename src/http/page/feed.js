// The stream of server-sent events, read with fetch: EventSource cannot send the API token.

const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 8000;
// The server says something at least every 5 s.
const SILENCE_MS = 20000;
// A page that nobody sees does not keep the server reading.
const HIDDEN_MS = 30000;

const token = {
  get() { return sessionStorage.getItem('ytdlp-ops-token') || ''; },
  set(value) { sessionStorage.setItem('ytdlp-ops-token', value); },
  headers() { return this.get() ? { 'X-API-Token': this.get() } : {}; },
};

class Feed {
  // on.message(name, object), on.state('connecting' | 'live' | 'lost' | 'paused'), on.refused()
  constructor(on) {
    this.on = on;
    this.retryMs = RETRY_FIRST_MS;
    document.addEventListener('visibilitychange', () => this.heedVisibility());
  }

  start() {
    clearTimeout(this.timer);
    if (this.control) this.control.abort();
    this.control = new AbortController();
    this.read(this.control);
  }

  stop(state) {
    clearTimeout(this.timer);
    if (this.control) this.control.abort();
    this.control = null;
    this.on.state(state);
  }

  heedVisibility() {
    clearTimeout(this.hideTimer);
    if (document.hidden) this.hideTimer = setTimeout(() => this.stop('paused'), HIDDEN_MS);
    else if (!this.control) this.start();
  }

  async read(control) {
    try {
      const answer = await fetch('/api/status/events', { headers: token.headers(), signal: control.signal, cache: 'no-store' });
      if (answer.status === 401) {
        this.stop('lost');
        this.on.refused();
        return;
      }
      if (!answer.ok) throw new Error(await problemOf(answer));
      this.retryMs = RETRY_FIRST_MS;
      await this.readBody(answer.body.getReader(), control);
    } catch (error) {
      if (control.signal.aborted && this.control !== control) return;
    }
    this.retryLater(control);
  }

  retryLater(control) {
    if (this.control !== control) return;
    this.on.state('lost');
    this.timer = setTimeout(() => this.start(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MOST_MS);
  }

  async readBody(reader, control) {
    const decoder = new TextDecoder();
    let pending = [];
    for (;;) {
      const silence = setTimeout(() => control.abort(), SILENCE_MS);
      const { done, value } = await reader.read();
      clearTimeout(silence);
      if (done) return;
      // Only the end of an event matters: large ones come in many pieces.
      const text = decoder.decode(value, { stream: true });
      pending.push(text);
      if (!text.includes('\n')) continue;
      const blocks = pending.join('').split('\n\n');
      pending = [blocks.pop()];
      blocks.forEach((block) => this.takeBlock(block));
    }
  }

  takeBlock(block) {
    let name = 'message';
    const data = [];
    for (const line of block.split('\n')) {
      if (line.startsWith('event: ')) name = line.slice(7);
      else if (line.startsWith('data: ')) data.push(line.slice(6));
    }
    if (data.length === 0) return;
    this.on.message(name, JSON.parse(data.join('\n')));
    this.on.state('live');
  }
}

async function problemOf(answer) {
  try {
    return (await answer.json()).error.message;
  } catch {
    return `the server answered ${answer.status}`;
  }
}

// An operator's order. Throws an Error with what the server said; `status` tells which.
async function order(kind, id, action, body = {}) {
  const answer = await fetch(`/api/${kind}/${encodeURIComponent(id)}/${action}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...token.headers() },
    body: JSON.stringify(body),
  });
  if (answer.ok) return;
  const error = new Error(await problemOf(answer));
  error.status = answer.status;
  throw error;
}
