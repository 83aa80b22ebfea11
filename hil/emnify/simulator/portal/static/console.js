// The SMS console: a device's messages as a conversation, and the field to write the next.

import { call } from "./api.js";
import { senderField, textField } from "./composer.js";
import { h, fill, icon, clock, day, count, words } from "./dom.js";
import { attempt, empty } from "./parts.js";

const OPEN = new Set(["DELIVERY ATTEMPT PENDING", "IN PROGRESS", "BUFFERED"]);
const CANCELLABLE = new Set(["DELIVERY ATTEMPT PENDING", "BUFFERED"]);
// Of several parts the least fortunate speaks for the message: lost ones first, then unfinished ones.
const RANK = [
  "FAILED",
  "EXPIRED",
  "CANCELED",
  "BUFFERED",
  "DELIVERY ATTEMPT PENDING",
  "IN PROGRESS",
  "DELIVERED",
];
const TEXTS = { "DELIVERY ATTEMPT PENDING": "Pending", CANCELED: "Cancelled" };
const NEAR_END_PX = 60;

export class Conversation {
  constructor(path, signal) {
    this.path = path;
    this.sending = Promise.resolve();
    this.list = h("ol", { class: "conversation", role: "log", tabindex: 0, "aria-label": "Conversation" });
    this.sender = senderField();
    this.writing = textField(signal, {
      "aria-label": "Message",
      placeholder: "Message to the device",
      rows: 2,
    });
    this.writing.text.addEventListener("keydown", (event) => this.key(event));
    this.send = h("button", { class: "button primary" }, icon("send"), "Send");
    const form = h(
      "form",
      { class: "composer", onsubmit: (event) => this.submit(event) },
      this.sender.element,
      this.writing.text,
      h(
        "div",
        { class: "under" },
        this.writing.counter,
        h("small", null, "Enter sends, Shift+Enter begins a line"),
        this.send,
      ),
    );
    this.element = h(
      "section",
      { class: "card console", "aria-label": "SMS console" },
      h("h2", null, "SMS console"),
      this.list,
      form,
    );
    this.restart([]);
  }

  /** Show these messages, the oldest first, and forget the others. */
  restart(messages) {
    const place = this.atEnd() ? null : this.list.scrollTop;
    this.groups = [];
    this.byId = new Map();
    this.lastDay = null;
    fill(this.list);
    messages.forEach((sms) => this.place(sms));
    if (!messages.length) this.list.append(h("li", { class: "none" }, empty("No messages yet.")));
    if (place === null) this.toEnd();
    else this.list.scrollTop = place;
  }

  /** A message is new, or not what it was. */
  take(sms) {
    const atEnd = this.atEnd();
    this.list.querySelector(".none")?.remove();
    this.place(sms);
    if (atEnd) this.toEnd();
  }

  atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_END_PX;
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
  }

  place(sms) {
    const group = this.byId.get(sms.id) ?? this.openGroup(sms) ?? this.newGroup(sms);
    this.byId.set(sms.id, group);
    group.parts.set(sms.part.number, sms);
    fill(group.element, this.bubble([...group.parts.values()]));
  }

  // The last message that still lacks this part: an identifier of 8 bits comes again and again.
  openGroup(sms) {
    if (sms.part.total < 2) return undefined;
    return this.groups.findLast(
      ({ first, parts }) =>
        first.part.identifier === sms.part.identifier &&
        first.part.total === sms.part.total &&
        first.direction === sms.direction &&
        first.source_address === sms.source_address &&
        first.dest_address === sms.dest_address &&
        !parts.has(sms.part.number),
    );
  }

  newGroup(sms) {
    const today = day(sms.submit_date);
    if (today !== this.lastDay) this.list.append(h("li", { class: "day" }, today));
    this.lastDay = today;
    const group = {
      first: sms,
      parts: new Map(),
      element: h("li", { class: `message ${sms.direction.toLowerCase()}` }),
    };
    this.groups.push(group);
    this.list.append(group.element);
    return group;
  }

  bubble(parts) {
    parts.sort((one, other) => one.part.number - other.part.number);
    const worst = parts.reduce((one, other) =>
      RANK.indexOf(other.status) < RANK.indexOf(one.status) ? other : one,
    );
    const open = parts.filter(({ direction, status }) => direction === "MT" && CANCELLABLE.has(status));
    const cancel =
      open.length > 0 &&
      h("button", { type: "button", class: "button small", onclick: () => this.cancel(open) }, "Cancel");
    const text = parts.map(({ payload }) => payload).join("");
    return h(
      "div",
      { class: "bubble", "data-status": worst.status },
      h("p", { class: "text", dir: "auto" }, text),
      h("p", { class: "meta" }, route(worst), " · ", clock(parts[0].submit_date), partsNote(parts)),
      h("p", { class: "meta status" }, statusNote(worst), cancel),
      worst.note && h("p", { class: "meta" }, worst.note),
    );
  }

  async cancel(parts) {
    this.writing.text.focus();
    for (const { id } of parts) await attempt(() => call("DELETE", `${this.path}/messages/${id}`));
  }

  key(event) {
    // Enter that ends a composed character (Japanese, Chinese) is no Enter
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send.form.requestSubmit();
  }

  // The field is free at once: what is typed while a message is under way is the next one.
  submit(event) {
    event.preventDefault();
    const message = { payload: this.writing.text.value, source_address: this.sender.input.value };
    if (!message.payload) return;
    this.writing.put("");
    this.sending = this.sending.catch(() => {}).then(() => this.post(message));
  }

  async post(message) {
    if (await attempt(() => call("POST", `${this.path}/messages`, message))) this.toEnd();
    else this.writing.put([message.payload, this.writing.text.value].filter(Boolean).join("\n"));
  }
}

function route({ direction, source_address: from, dest_address: to, via }) {
  const way = direction === "MO" ? `to ${to ?? "?"}` : `from ${from || "(no sender)"}`;
  return via ? `${way} · ${via}` : way;
}

function partsNote(parts) {
  const { total } = parts[0].part;
  if (total < 2) return null;
  return parts.length === total
    ? ` · ${count(total, "part")}`
    : ` · ${parts.length} of ${count(total, "part")}`;
}

/** What became of it: the state, and for a buffered one when it is tried again. */
function statusNote({ status, retry_date: retry, retry_count: tries, final_date: final }) {
  const text = h("span", { class: "state" }, TEXTS[status] ?? words(status));
  if (OPEN.has(status)) {
    return h(
      "span",
      null,
      text,
      retry && [", next try ", clock(retry)],
      Number(tries) > 0 && ` (tried ${count(Number(tries), "time")})`,
    );
  }
  return h("span", null, text, final && [" ", clock(final)]);
}
