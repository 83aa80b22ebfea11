// The simulated modem behind a device: its state, what can befall it, and its AT traffic.

import { call, stream } from "./api.js";
import { h, fill, technology, words } from "./dom.js";
import { attempt, button, chip, empty, facts, toggle } from "./parts.js";

const KEPT_LINES = 1000;
const NEAR_END_PX = 40;
const WAYS = { ">>": "host", "<<": "modem", "**": "note" };

export class ModemPanel {
  constructor(path, signal) {
    this.path = path;
    this.signal = signal;
    this.state = h("div");
    this.controls = h("div", { class: "actions controls" });
    this.element = h("div", { class: "stack" });
    this.panel = h(
      "section",
      { class: "card", "aria-label": "Simulated modem" },
      h("h2", null, "Simulated modem"),
      this.controls,
      this.state,
    );
  }

  show(state) {
    if (!state) {
      fill(
        this.element,
        h(
          "section",
          { class: "card" },
          h("h2", null, "Simulated modem"),
          empty("This device has no simulated modem."),
        ),
      );
      return;
    }
    if (!this.traffic) {
      this.traffic = new Traffic(`${this.path}/traffic`, this.signal);
      fill(this.element, this.panel, this.traffic.element);
    }
    this.showControls(state);
    fill(this.state, facts(summary(state)), contexts(state), storage(state));
  }

  // Made once and then kept true, so that the button under the finger stays.
  showControls(state) {
    if (!this.plug) {
      this.coverage = toggle("Coverage", state.covered, (on) => this.act({ action: "coverage", on }));
      this.plug = button("", () => attempt(() => this.act({ action: this.plugged ? "unplug" : "plug" })));
      const reboot = button("Reboot", () => attempt(() => this.act({ action: "reboot" })));
      fill(this.controls, this.coverage, reboot, this.plug);
    }
    this.plugged = state.plugged;
    this.coverage.querySelector("button").setAttribute("aria-checked", String(Boolean(state.covered)));
    fill(this.plug, state.plugged ? "Unplug" : "Plug in");
  }

  async act(body) {
    this.show(await call("POST", `${this.path}/modem`, body));
  }
}

function power({ plugged, running, data_mode: dataMode }) {
  if (!plugged) return chip("OFFLINE", "Unplugged");
  if (!running) return chip("BUFFERED", "Starting");
  return dataMode ? chip("ONLINE", "In data mode") : chip("ONLINE", "Running");
}

function summary(state) {
  const number = (value) => value && h("span", { class: "number" }, value);
  return [
    ["Modem", power(state)],
    ["Registration", words(state.registration)],
    ["Technology", technology(state.technology)],
    ["Port", number(state.link ?? state.port)],
    ["TCP", number(state.tcp)],
    ["Waiting in network", state.waiting === undefined ? null : String(state.waiting)],
  ].filter(([, value]) => value !== undefined);
}

function contexts({ contexts: defined = {}, bearers = {} }) {
  const cids = [...new Set([...Object.keys(defined), ...Object.keys(bearers)])].sort(
    (one, other) => one - other,
  );
  const rows = cids.map((cid) =>
    h(
      "tr",
      null,
      h("td", null, cid),
      h("td", null, defined[cid]?.type ?? "–"),
      h("td", null, defined[cid]?.apn || "–"),
      h("td", null, bearers[cid] ? h("span", { class: "number" }, bearers[cid].address) : "–"),
      h("td", null, bearers[cid]?.apn ?? "–"),
    ),
  );
  const heads = ["cid", "Type", "APN", "Address", "Live APN"].map((title) =>
    h("th", { scope: "col" }, title),
  );
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "rows compact" },
      h("caption", null, "Contexts"),
      h("thead", null, h("tr", null, heads)),
      h("tbody", null, rows),
    ),
  );
}

function storage({ memories = {}, receives_into: into }) {
  const meters = Object.entries(memories).map(([name, { used, size }]) =>
    h(
      "li",
      null,
      h("span", null, name, name === into && h("small", null, " receives")),
      h("meter", {
        min: 0,
        max: size || 1,
        high: size * 0.9 || 1,
        value: used,
        "aria-label": `${name}: ${used} of ${size}`,
      }),
      h("span", { class: "number" }, `${used} / ${size}`),
    ),
  );
  return h("div", null, h("h3", null, "Message storage"), h("ul", { class: "meters" }, meters));
}

/** The AT traffic as it passes. Lines are added in bursts, one a frame, since a modem can talk fast. */
class Traffic {
  constructor(path, signal) {
    this.lines = h("div", {
      class: "traffic",
      role: "log",
      "aria-live": "off",
      tabindex: 0,
      "aria-label": "AT traffic",
    });
    this.pause = button("Pause", () => this.turn(), "small", { "aria-pressed": "false" });
    const clear = button("Clear", () => this.clear(), "small quiet");
    this.note = h("span", { class: "note", role: "status" });
    this.element = h(
      "section",
      { class: "card", "aria-label": "AT traffic of the modem" },
      h(
        "div",
        { class: "head" },
        h("h2", null, "AT traffic"),
        h("div", { class: "actions" }, this.note, this.pause, clear),
      ),
      this.lines,
      h(
        "p",
        { class: "legend" },
        Object.entries(WAYS).map(([way, name]) => h("span", { "data-way": name }, `${way} ${name}`)),
      ),
    );
    this.paused = false;
    this.clear();
    // a new connection tells the last lines again
    stream(path, signal, { open: () => this.clear(), events: { line: (line) => this.hold(line) } });
  }

  clear() {
    this.held = [];
    fill(this.lines);
    fill(this.note);
  }

  turn() {
    this.paused = !this.paused;
    this.pause.setAttribute("aria-pressed", String(this.paused));
    fill(this.pause, this.paused ? "Resume" : "Pause");
    fill(this.note);
    if (!this.paused) this.flush();
  }

  hold(line) {
    this.held.push(line);
    if (this.held.length > KEPT_LINES) this.held.shift();
    if (this.paused) fill(this.note, `${this.held.length} held`);
    else if (this.held.length === 1) requestAnimationFrame(() => this.flush());
  }

  flush() {
    if (this.paused) return;
    const atEnd = this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < NEAR_END_PX;
    this.lines.append(...this.held.map(lineOf));
    this.held = [];
    while (this.lines.children.length > KEPT_LINES) this.lines.firstChild.remove();
    if (atEnd) this.lines.scrollTop = this.lines.scrollHeight;
  }
}

function lineOf({ time, way, text }) {
  return h(
    "p",
    { "data-way": WAYS[way] ?? "note" },
    h("span", { class: "when" }, Number(time).toFixed(3)),
    h("span", { class: "way" }, way),
    h("span", { class: "said" }, visible(text)),
  );
}

/** Control characters as ^Z and ^[, so that the end and the escape of a message can be seen. */
function visible(text) {
  return text.replace(
    /[\u0000-\u001f]/g,
    (character) => `^${String.fromCharCode(0x40 + character.charCodeAt(0))}`,
  );
}
