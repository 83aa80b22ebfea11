// The platform's JSON, and what it tells by itself.

const API = "/portal/api/";
const KINDS = ["devices", "modem", "sms", "delivery", "run", "policies", "reload"];
const REOPEN_MS = 2000;

/** What every page may want to know of the platform; app.js fills it in at the start. */
export const platform = { shortDigits: 7 };

/** The platform said no, or nothing; the message is for the user. */
export class ApiError extends Error {}

/** One call; the answer's JSON, or null where there is none. Raises ApiError. */
export async function call(method, path, body, signal) {
  const request = { method, signal };
  if (body !== undefined) {
    request.headers = { "content-type": "application/json" };
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(API + path, request);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The platform does not answer. Is the simulation still running?");
  }
  if (!response.ok) throw new ApiError(await complaint(response));
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

async function complaint(response) {
  try {
    return (await response.json()).message;
  } catch {
    return `The platform answered ${response.status} ${response.statusText}`;
  }
}

// A stream of events that is open while the page can be seen: a browser grants six connections to
// a host over HTTP/1.1, and a few forgotten tabs would take them all.
class Stream {
  constructor(path, { open, events, lost = () => {} }) {
    this.path = path;
    this.open = open;
    this.events = events;
    this.lost = lost;
    this.look = () => (document.hidden ? this.drop() : this.start());
    document.addEventListener("visibilitychange", this.look);
    this.look();
  }

  start() {
    if (this.source) return;
    this.source = new EventSource(API + this.path);
    this.source.onopen = this.open;
    this.source.onerror = () => this.failed();
    for (const [kind, handle] of Object.entries(this.events)) {
      this.source.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
    }
  }

  // It reconnects by itself, except after an answer that is no stream.
  failed() {
    this.lost();
    if (this.source.readyState !== EventSource.CLOSED) return;
    this.drop();
    this.timer = setTimeout(this.look, REOPEN_MS);
  }

  drop() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  end() {
    document.removeEventListener("visibilitychange", this.look);
    this.drop();
  }
}

/** A stream that ends with `signal`. `open` is called at each (re)connection. */
export function stream(path, signal, handlers) {
  if (signal.aborted) return;
  const opened = new Stream(path, handlers);
  signal.addEventListener("abort", () => opened.end());
}

const bus = new EventTarget();

/** Open the portal's own stream; `tell(true | false)` says whether it is live. */
export function listen(tell) {
  const pass = (kind) => (data) => bus.dispatchEvent(new CustomEvent(kind, { detail: data }));
  const events = Object.fromEntries(KINDS.map((kind) => [kind, pass(kind)]));
  const opened = () => {
    tell(true);
    bus.dispatchEvent(new CustomEvent("opened"));
  };
  return new Stream("events", { open: opened, events, lost: () => tell(false) });
}

/** Hear one kind of event while `signal` holds. */
export function hear(kind, signal, handle) {
  bus.addEventListener(kind, (event) => handle(event.detail), { signal });
}

/**
 * Load a page's data, and keep it true by events.
 *
 * Events that come while `load` runs are applied after it, so an answer that is older than an event
 * can't undo it. A new connection may have missed some, so it loads again; `policies` asks for the
 * same after a change of a policy, and `reload` where this browser did not keep up.
 */
export function follow(signal, load, handlers) {
  let held = null;
  let last = Promise.resolve();
  const refresh = async () => {
    if (signal.aborted) return;
    held = [];
    try {
      await load();
    } finally {
      const late = held;
      held = null;
      if (!signal.aborted) late.forEach(([kind, data]) => handlers[kind](data));
    }
  };
  const first = () => (last = last.catch(() => {}).then(refresh));
  // later on a failure is the connection's, and "opened" comes again after it
  const again = () => first().catch(() => {});
  for (const [kind, handle] of Object.entries(handlers)) {
    hear(kind, signal, (data) => (held ? held.push([kind, data]) : handle(data)));
  }
  hear("policies", signal, again);
  hear("reload", signal, again);
  hear("opened", signal, again);
  return first();
}
