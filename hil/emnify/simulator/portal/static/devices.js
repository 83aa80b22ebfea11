// Connected devices: the list, its search, and what can be done to several at once.

import { call, follow } from "./api.js";
import { openBulk } from "./bulk.js";
import { h, fill, icon, count, technology } from "./dom.js";
import { button, chip, empty, forEachOf, notice, pageHead } from "./parts.js";

const CONNECTIVITY = ["ATTACHED", "ONLINE", "OFFLINE", "BLOCKED"];
const COLUMNS = ["Device", "Status", "ICCID", "MSISDN", "IP address", "Network", "Policy", "Enabled"];
const WORKERS = 4;

export async function showDevices(root, signal) {
  const list = new DeviceList(signal);
  fill(root, list.element);
  await follow(signal, () => list.load(), { devices: (rows) => list.update(rows) });
}

/** Each of the device's fields that the list shows or that one may look for, in small letters. */
function searchable(row) {
  const {
    name,
    iccid,
    imsi,
    imei,
    msisdn,
    ip_address: ip,
    operator,
    rat,
    policy,
    connectivity,
    status,
    id,
  } = row;
  return [
    id,
    name,
    iccid,
    imsi,
    imei,
    msisdn,
    ip,
    operator,
    rat && technology(rat),
    policy?.name,
    connectivity,
    status,
  ]
    .join(" ")
    .toLowerCase();
}

class DeviceList {
  constructor(signal) {
    this.signal = signal;
    this.lines = new Map(); // device id -> { row, text, element, tick }
    this.picked = new Set();
    this.status = null;
    this.count = h("p", { class: "note", role: "status" });
    this.search = h("input", {
      type: "search",
      placeholder: "Name, ICCID, number, address, policy",
      "aria-label": "Search devices",
      oninput: () => this.refilter(),
    });
    this.filters = h("div", { class: "filters", role: "group", "aria-label": "Filter by status" });
    this.all = h("input", {
      type: "checkbox",
      "aria-label": "Select all devices shown",
      onchange: () => this.pickShown(this.all.checked),
    });
    this.body = h("tbody");
    this.nothing = h("div", { hidden: true }, empty("No device matches."));
    this.bar = h("div", { class: "bar", role: "region", "aria-label": "Selected devices", hidden: true });
    this.element = this.laidOut();
  }

  laidOut() {
    const heads = COLUMNS.map((title) => h("th", { scope: "col" }, title));
    const table = h(
      "table",
      { class: "rows devices" },
      h("thead", null, h("tr", null, h("th", { scope: "col", class: "tick" }, this.all), heads)),
      this.body,
    );
    const search = h("div", { class: "search" }, icon("search"), this.search);
    return h(
      "div",
      null,
      pageHead("Connected devices", null),
      h("div", { class: "tools" }, search, this.filters),
      this.count,
      h("div", { class: "card scroll" }, table, this.nothing),
      this.bar,
    );
  }

  async load() {
    const { devices } = await call("GET", "devices", undefined, this.signal);
    const known = new Set(devices.map((row) => row.id));
    for (const id of this.lines.keys()) if (!known.has(id)) this.forget(id);
    this.update(devices);
  }

  forget(id) {
    this.lines.get(id).element.remove();
    this.lines.delete(id);
    this.picked.delete(id);
  }

  update(rows) {
    for (const row of rows) this.place(row);
    this.refilter();
  }

  // A row that is there already is filled anew in its place, so that focus and scroll stay.
  place(row) {
    let line = this.lines.get(row.id);
    if (!line) {
      const tick = h("input", { type: "checkbox", onchange: () => this.pick(row.id, tick.checked) });
      line = { tick, element: h("tr") };
      line.element.append(h("td", { class: "tick" }, tick));
      this.lines.set(row.id, line);
      this.body.append(line.element);
    }
    line.row = row;
    line.text = searchable(row);
    line.tick.setAttribute("aria-label", `Select ${row.name}`);
    const focused = line.element.contains(document.activeElement) && document.activeElement !== line.tick;
    while (line.element.children.length > 1) line.element.lastChild.remove();
    line.element.append(...cells(row));
    if (focused) line.element.querySelector("a").focus();
  }

  refilter() {
    const terms = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text, element } of this.lines.values()) {
      const matches =
        terms.every((term) => text.includes(term)) && (!this.status || row.connectivity === this.status);
      element.hidden = !matches;
      if (matches) shown += 1;
    }
    const total = this.lines.size;
    fill(this.count, shown === total ? count(total, "device") : `${shown} of ${count(total, "device")}`);
    this.nothing.hidden = shown > 0;
    this.showFilters();
    this.showPicked();
  }

  showFilters() {
    const tally = (kind) =>
      [...this.lines.values()].filter(({ row }) => !kind || row.connectivity === kind).length;
    const kinds = [null, ...CONNECTIVITY];
    if (!this.filters.children.length) {
      fill(
        this.filters,
        kinds.map((kind) =>
          h("button", { type: "button", class: "filter", onclick: () => this.pickStatus(kind) }),
        ),
      );
    }
    kinds.forEach((kind, index) => {
      const control = this.filters.children[index];
      control.setAttribute("aria-pressed", String(this.status === kind));
      fill(control, kind ? chip(kind) : "All", h("span", { class: "tally" }, String(tally(kind))));
    });
  }

  pickStatus(kind) {
    this.status = kind;
    this.refilter();
  }

  pick(id, on) {
    if (on) this.picked.add(id);
    else this.picked.delete(id);
    this.showPicked();
  }

  shown() {
    return [...this.lines.values()].filter(({ element }) => !element.hidden);
  }

  pickShown(on) {
    for (const { row } of this.shown()) {
      if (on) this.picked.add(row.id);
      else this.picked.delete(row.id);
    }
    this.showPicked();
  }

  showPicked() {
    for (const { row, tick, element } of this.lines.values()) {
      tick.checked = this.picked.has(row.id);
      element.classList.toggle("picked", tick.checked);
    }
    const shown = this.shown();
    const ticked = shown.filter(({ row }) => this.picked.has(row.id)).length;
    this.all.checked = shown.length > 0 && ticked === shown.length;
    this.all.indeterminate = ticked > 0 && ticked < shown.length;
    this.showBar();
  }

  showBar() {
    const number = this.picked.size;
    this.bar.hidden = number === 0;
    if (number === 0 || this.bar.dataset.number === String(number)) return;
    this.bar.dataset.number = number;
    fill(
      this.bar,
      h("p", null, `${number} selected`),
      h(
        "button",
        { type: "button", class: "button primary", onclick: () => openBulk(this.chosen(), this.signal) },
        icon("send"),
        `Send SMS to ${number}`,
      ),
      button("Enable", () => this.enable(true)),
      button("Disable", () => this.enable(false)),
      button("Clear", () => this.clear(), "quiet"),
    );
  }

  clear() {
    this.picked.clear();
    this.showPicked();
    this.search.focus();
  }

  chosen() {
    return [...this.picked].map((id) => this.lines.get(id).row);
  }

  async enable(enabled) {
    const rows = this.chosen();
    const errors = [];
    await forEachOf(rows, WORKERS, this.signal, (row) =>
      call("PATCH", `devices/${row.id}`, { enabled }).catch((error) => errors.push(error)),
    );
    const done = enabled ? "enabled" : "disabled";
    if (errors.length)
      notice(
        `${errors.length} of ${count(rows.length, "device")} could not be ${done}: ${errors[0].message}`,
        true,
      );
    else notice(`${count(rows.length, "device")} ${done}`);
  }
}

function cells(row) {
  const network = row.operator
    ? h("span", null, row.operator, row.rat && h("small", null, ` ${technology(row.rat)}`))
    : "–";
  const values = [
    h("a", { href: `/portal/devices/${row.id}` }, row.name),
    chip(row.connectivity),
    h("span", { class: "number" }, row.iccid ?? "–"),
    h("span", { class: "number" }, row.msisdn ?? "–"),
    h("span", { class: "number" }, row.ip_address ?? "–"),
    network,
    row.policy ? h("a", { href: `/portal/policies/${row.policy.id}`, class: "plain" }, row.policy.name) : "–",
    chip(row.status === "Enabled" ? "yes" : "no", row.status),
  ];
  return values.map((value, index) => h("td", { "data-label": COLUMNS[index] }, value));
}
