// One text to many devices: the form, then the progress and what became of each.

import { ApiError, call, hear } from "./api.js";
import { senderField, textField } from "./composer.js";
import { h, fill, count } from "./dom.js";
import { button, chip, field, forEachOf, openDialog } from "./parts.js";

// The browser grants a host six connections; two are streams.
const WORKERS = 4;

/** Open the dialog for `rows`, devices of the list. */
export function openBulk(rows, signal) {
  const life = new AbortController();
  signal.addEventListener("abort", () => life.abort(), { signal: life.signal });
  const body = h("div", { class: "bulk" });
  const dialog = openDialog(`SMS to ${count(rows.length, "device")}`, body);
  // closing it stops what was not sent yet
  dialog.addEventListener("close", () => life.abort());
  showForm(body, rows, dialog, life.signal);
}

function showForm(body, rows, dialog, signal) {
  const sender = senderField();
  const { text, counter } = textField(signal, { required: true, rows: 4 });
  const names = rows
    .slice(0, 4)
    .map((row) => row.name)
    .join(", ");
  const more = rows.length > 4 ? ` and ${rows.length - 4} more` : "";
  const send = h("button", { class: "button primary" }, "Send");
  const form = h(
    "form",
    null,
    h("p", { class: "note" }, `To ${names}${more}`),
    sender.element,
    field("Text", text),
    counter,
    h(
      "footer",
      null,
      button("Cancel", () => dialog.close(), "quiet"),
      send,
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    new BulkRun(rows, { payload: text.value, source_address: sender.input.value }, signal).show(body, dialog);
  });
  fill(body, form);
  text.focus();
}

class BulkRun {
  constructor(rows, message, signal) {
    this.rows = rows;
    this.message = message;
    this.stopped = new AbortController();
    signal.addEventListener("abort", () => this.stopped.abort());
    this.owners = new Map(); // sms id -> device id
    this.latest = new Map(); // sms id -> message; an event may come before the call's answer
    this.lines = new Map(rows.map((row) => [row.id, h("span", { class: "result" }, "waiting")]));
    this.accepted = 0;
    this.failed = 0;
    this.finished = false;
    hear("sms", signal, (sms) => this.heard(sms));
  }

  show(body, dialog) {
    this.progress = h("progress", { max: this.rows.length, "aria-label": "Messages sent" });
    this.progress.value = 0;
    this.summary = h("p", { class: "note", role: "status" });
    this.end = h(
      "footer",
      null,
      button("Stop", () => this.stopped.abort(), "danger", { autofocus: true }),
    );
    const results = this.rows.map((row) =>
      h("li", null, h("span", { class: "name" }, row.name), this.lines.get(row.id)),
    );
    fill(
      body,
      this.progress,
      this.summary,
      h("ul", { class: "results", tabindex: 0, "aria-label": "Result of each device" }, results),
      this.end,
    );
    this.end.querySelector("button").focus();
    // Esc stops first, and closes only then
    dialog.addEventListener(
      "cancel",
      (event) => this.finished || this.stopped.signal.aborted || this.halt(event),
    );
    this.tell();
    this.run().then(() => {
      fill(
        this.end,
        button("Close", () => dialog.close(), "primary"),
      );
      this.end.querySelector("button").focus();
    });
  }

  halt(event) {
    event.preventDefault();
    this.stopped.abort();
  }

  async run() {
    const left = await forEachOf(this.rows, WORKERS, this.stopped.signal, (row) => this.send(row));
    for (const row of left) fill(this.lines.get(row.id), chip("stopped", "not sent"));
    this.finished = true;
    this.tell();
  }

  async send(row) {
    const line = this.lines.get(row.id);
    fill(line, "sending…");
    try {
      const { ids } = await call("POST", `devices/${row.id}/messages`, this.message);
      this.accepted += 1;
      ids.forEach((id) => this.owners.set(id, row.id));
      fill(line, chip("accepted"));
      ids.filter((id) => this.latest.has(id)).forEach((id) => this.heard(this.latest.get(id)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.failed += 1;
      fill(line, chip("failed", "error"), h("span", { class: "error" }, error.message));
    }
    this.progress.value = this.accepted + this.failed;
    this.tell();
  }

  heard(sms) {
    this.latest.set(sms.id, sms);
    const owner = this.owners.get(sms.id);
    if (owner === undefined) return;
    const own = [...this.latest.values()].filter((other) => this.owners.get(other.id) === owner);
    const slowest = own.reduce((one, other) => (other.status_id < one.status_id ? other : one));
    const undelivered = own.find((one) => one.status_id > 4) ?? slowest;
    fill(this.lines.get(owner), chip(undelivered.status));
    this.tell();
  }

  tell() {
    const delivered = [...this.owners.keys()].filter((id) => this.latest.get(id)?.status === "DELIVERED");
    const whole = new Set(delivered.map((id) => this.owners.get(id))).size;
    const stopped = this.stopped.signal.aborted ? ", stopped" : "";
    const failed = this.failed ? `, ${count(this.failed, "error")}` : "";
    fill(
      this.summary,
      `${this.accepted} of ${this.rows.length} accepted, ${whole} delivered${failed}${stopped}`,
    );
  }
}
