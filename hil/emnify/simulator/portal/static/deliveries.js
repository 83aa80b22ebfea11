// The delivery log: each call to a webhook, its attempts and its body, live.

import { call, follow } from "./api.js";
import { h, fill, icon, clock } from "./dom.js";
import { chip, empty, pageHead } from "./parts.js";

const COLUMNS = ["Time", "Call", "Device", "SMS", "URL", "State", "Tries", "Last answer", "Next try"];
const KEPT = 500;

export async function showDeliveries(root, signal) {
  const log = new DeliveryLog();
  fill(
    root,
    pageHead("Delivery log", "Calls to webhooks: POST for what a device sent, PATCH for a delivery receipt."),
    log.element,
  );
  const load = async () => log.restart((await call("GET", "deliveries", undefined, signal)).deliveries);
  await follow(signal, load, { delivery: (delivery) => log.take(delivery) });
}

class DeliveryLog {
  constructor() {
    const heads = [
      h("th", { scope: "col" }, h("span", { class: "hidden" }, "Details")),
      ...COLUMNS.map((title) => h("th", { scope: "col" }, title)),
    ];
    this.table = h("table", { class: "rows deliveries" }, h("thead", null, h("tr", null, heads)));
    this.nothing = h(
      "div",
      null,
      empty("Nothing was delivered yet. A policy with a webhook makes deliveries."),
    );
    this.element = h("div", { class: "card scroll" }, this.table, this.nothing);
    this.lines = new Map(); // number -> { element, row, details, opener }
  }

  /** Show these, the newest first; what is open stays open. */
  restart(deliveries) {
    const known = new Set(deliveries.map(({ number }) => number));
    for (const [number, line] of this.lines) {
      if (known.has(number)) continue;
      line.element.remove();
      this.lines.delete(number);
    }
    [...deliveries].reverse().forEach((delivery) => this.take(delivery));
    this.nothing.hidden = this.lines.size > 0;
  }

  take(delivery) {
    const line = this.lines.get(delivery.number) ?? this.newLine(delivery.number);
    while (line.row.children.length > 1) line.row.lastChild.remove();
    line.row.append(...cells(delivery));
    line.opener.setAttribute("aria-label", `Details of delivery ${delivery.number}`);
    fill(line.details, h("td", { colspan: COLUMNS.length + 1 }, details(delivery)));
    this.nothing.hidden = true;
  }

  newLine(number) {
    const opener = h(
      "button",
      { type: "button", class: "button quiet square opener", "aria-expanded": "false" },
      icon("open"),
    );
    const line = {
      opener,
      row: h("tr", null, h("td", { class: "tick" }, opener)),
      details: h("tr", { class: "details", hidden: true }),
    };
    opener.addEventListener("click", () => {
      line.details.hidden = !line.details.hidden;
      opener.setAttribute("aria-expanded", String(!line.details.hidden));
    });
    line.element = h("tbody", { "data-number": number }, line.row, line.details);
    this.table.tHead.after(line.element);
    this.lines.set(number, line);
    if (this.lines.size > KEPT) this.dropOldest();
    return line;
  }

  dropOldest() {
    const [number, line] = this.lines.entries().next().value;
    line.element.remove();
    this.lines.delete(number);
  }
}

function answer(attempt) {
  if (!attempt) return "–";
  return attempt.error ?? String(attempt.status);
}

function cells(delivery) {
  const { method, kind, device, sms_id: sms, url, state, attempts, tries, next_try: next, time, note } = delivery;
  const values = [
    clock(time),
    h(
      "span",
      null,
      h("span", { class: "method", "data-method": method }, method),
      h("small", null, ` ${kind}`),
    ),
    device ? h("a", { href: `/portal/devices/${device.id}` }, device.name) : "–",
    h("span", { class: "number" }, String(sms)),
    h("code", { class: "url", title: url }, url),
    chip(state),
    String(tries),
    note ?? answer(attempts.at(-1)),
    clock(next),
  ];
  return values.map((value, index) => h("td", { "data-label": COLUMNS[index] }, value));
}

function details({ url, body, attempts }) {
  const rows = attempts.map((attempt, index) =>
    h(
      "tr",
      null,
      h("td", null, String(index + 1)),
      h("td", null, clock(attempt.time)),
      h("td", null, answer(attempt)),
      h("td", { class: "number" }, `${attempt.ms} ms`),
    ),
  );
  const heads = ["Try", "Time", "Answer", "Took"].map((title) => h("th", { scope: "col" }, title));
  return h(
    "div",
    { class: "inside" },
    h(
      "div",
      null,
      h("h3", null, "Body"),
      h("p", { class: "note" }, h("code", null, url)),
      h("pre", { tabindex: 0 }, JSON.stringify(body, null, 2)),
    ),
    h(
      "div",
      null,
      h("h3", null, "Attempts"),
      attempts.length
        ? h(
            "table",
            { class: "rows compact" },
            h("thead", null, h("tr", null, heads)),
            h("tbody", null, rows),
          )
        : empty("Not tried yet."),
    ),
  );
}
