// Parts that several pages are made of.

import { ApiError } from "./api.js";
import { h, fill, icon, words } from "./dom.js";

const NOTICE_MS = 5000;

/** A word with a coloured dot; the kind picks the colour (see parts.css). */
export function chip(kind, text = words(kind)) {
  return h("span", { class: "chip", "data-kind": kind }, text);
}

/** A button. `look` is "", "primary", "danger" or "quiet". */
export function button(label, onclick, look = "", attributes = {}) {
  return h("button", { type: "button", class: `button ${look}`, onclick, ...attributes }, label);
}

/** A switch with its label before it; `change(wanted)` may fail, and then it stays as it was. */
export function toggle(label, on, change, hint = null) {
  const control = h("button", { type: "button", role: "switch", class: "switch", "aria-label": label });
  const show = (state) => control.setAttribute("aria-checked", String(state));
  show(on);
  control.addEventListener("click", async () => {
    const before = control.getAttribute("aria-checked") === "true";
    show(!before);
    if (!(await attempt(() => change(!before)))) show(before);
  });
  const text = h("span", { class: "label" }, label, hint && h("small", null, hint));
  // a click on the text is a click on the switch
  return h("label", { class: "toggle" }, text, control);
}

/** A field: label, control, and a hint below it. The control may be in the page only once. */
export function field(label, control, hint = null) {
  control.id ||= `field-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const below = hint && h("small", { id: `${control.id}-hint` }, hint);
  if (below) control.setAttribute("aria-describedby", below.id);
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control, below);
}

/** Tell the user something for a while; an error stays until it is closed. */
export function notice(text, bad = false) {
  const close = h(
    "button",
    { type: "button", class: "button quiet square", "aria-label": "Close" },
    icon("close"),
  );
  const box = h(
    "div",
    { class: bad ? "notice bad" : "notice", role: bad ? "alert" : "status" },
    h("p", null, text),
    close,
  );
  close.addEventListener("click", () => box.remove());
  document.getElementById("notices").append(box);
  if (!bad) setTimeout(() => box.remove(), NOTICE_MS);
}

/** Do it, and tell the user where the platform refuses. True when it was done. */
export async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    if (error.name === "AbortError") return false;
    if (!(error instanceof ApiError)) throw error;
    notice(error.message, true);
    return false;
  }
}

/** Open a dialog. Esc and the cross close it; it leaves the page then. */
export function openDialog(title, ...content) {
  const heading = h("h2", { id: "dialog-title" }, title);
  const close = h(
    "button",
    { type: "button", class: "button quiet square", "aria-label": "Close" },
    icon("close"),
  );
  const dialog = h(
    "dialog",
    { "aria-labelledby": heading.id },
    h("header", null, heading, close),
    ...content,
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
  return dialog;
}

/** A dialog with a form. `save()` may fail: its complaint is shown and the dialog stays. */
export function openForm(title, fields, label, save, look = "primary") {
  const error = h("p", { class: "error", role: "alert" });
  const submit = h("button", { class: `button ${look}` }, label);
  const cancel = button("Cancel", () => dialog.close(), "quiet");
  const form = h("form", null, ...fields, error, h("footer", null, cancel, submit));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fill(error);
    submit.disabled = true;
    try {
      await save();
      dialog.close();
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      fill(error, problem.message);
    } finally {
      submit.disabled = false;
    }
  });
  const dialog = openDialog(title, form);
  return dialog;
}

/** Ask for a name, with the one it has. */
export function askName(title, name, save) {
  const input = h("input", {
    value: name,
    required: true,
    maxlength: 80,
    autofocus: true,
    autocomplete: "off",
  });
  openForm(title, [field("Name", input)], "Save", () => save(input.value.trim()));
  input.select();
}

/** A button that copies `text` where the browser lets it. */
export function copyButton(text) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      notice("Copied");
    } catch {
      notice("The browser does not allow copying here; select the text instead", true);
    }
  };
  return h("button", { type: "button", class: "button small", onclick: copy }, icon("copy"), "Copy");
}

/** What a page says where it has nothing to show. */
export function empty(text) {
  return h("p", { class: "empty" }, text);
}

/** A description list from [term, value] pairs. */
export function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.map(([term, value]) => h("div", null, h("dt", null, term), h("dd", null, value ?? "–"))),
  );
}

/** The head of a page: its title, and what stands beside it. */
export function pageHead(title, note, ...actions) {
  return h(
    "div",
    { class: "head" },
    h("div", null, h("h1", { tabindex: -1 }, title), note && h("p", { class: "note" }, note)),
    h("div", { class: "actions" }, ...actions),
  );
}

/** Run `work` on each item, `workers` at a time, until done or `stop.aborted`. */
export async function forEachOf(items, workers, stop, work) {
  const left = [...items];
  const worker = async () => {
    while (left.length && !stop.aborted) await work(left.shift());
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return left;
}
