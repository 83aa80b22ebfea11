// Automations: a hook that takes JSON, the steps that follow, and each run of them.

import { ApiError, call, follow } from "./api.js";
import { h, fill, clock } from "./dom.js";
import { chip, copyButton, empty, field, notice, pageHead } from "./parts.js";

const KEPT = 100;

export async function showAutomations(root, signal) {
  const page = new AutomationsPage(signal);
  fill(root, page.element);
  await follow(signal, () => page.load(), { run: (run) => page.take(run) });
}

class AutomationsPage {
  constructor(signal) {
    this.signal = signal;
    this.runs = new Map(); // number -> element
    this.list = h("ul", { class: "stack plainlist" });
    this.runList = h("ol", { class: "runs plainlist", role: "log", "aria-label": "Runs" });
    this.noRuns = empty("No run yet. Send JSON to a hook to begin one.");
    this.source = h("textarea", {
      class: "source",
      rows: 16,
      spellcheck: "false",
      autocapitalize: "off",
      wrap: "off",
    });
    this.error = h("pre", { class: "error", role: "alert" });
    this.save = h("button", { class: "button primary" }, "Save");
    this.element = this.laidOut();
  }

  laidOut() {
    const editor = h(
      "form",
      { class: "card", "aria-label": "Source", onsubmit: (event) => this.store(event) },
      h("h2", null, "Source"),
      field("Automations as TOML", this.source),
      this.error,
      h("footer", null, this.save),
    );
    const runs = h(
      "section",
      { class: "card", "aria-label": "Runs" },
      h("h2", null, "Runs"),
      this.runList,
      this.noRuns,
    );
    return h(
      "div",
      null,
      pageHead("Automations", "A hook takes JSON from anywhere and does steps, as a no-code service would."),
      h("div", { class: "columns" }, h("div", { class: "stack" }, this.list, editor), runs),
    );
  }

  async load() {
    const { automations, source, runs } = await call("GET", "automations", undefined, this.signal);
    fill(
      this.list,
      automations.length ? automations.map(card) : h("li", { class: "card" }, empty("No automations yet.")),
    );
    // what somebody is writing is not taken from them
    if (this.stored === undefined || this.source.value === this.stored) this.source.value = source;
    this.stored = source;
    [...runs].sort((one, other) => one.number - other.number).forEach((run) => this.take(run));
    this.noRuns.hidden = this.runs.size > 0;
  }

  async store(event) {
    event.preventDefault();
    fill(this.error);
    this.save.disabled = true;
    try {
      await call("PUT", "automations", { source: this.source.value });
      this.stored = this.source.value;
      notice("Automations saved");
      await this.load();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fill(this.error, error.message);
    } finally {
      this.save.disabled = false;
    }
  }

  take(run) {
    const element = this.runs.get(run.number) ?? this.newRun(run);
    const open = element.querySelector("details")?.open ?? false;
    fill(element, runCard(run, open));
    this.noRuns.hidden = true;
  }

  newRun(run) {
    const element = h("li", { "data-number": run.number });
    this.runs.set(run.number, element);
    this.runList.prepend(element);
    if (this.runs.size > KEPT) {
      const [oldest, gone] = this.runs.entries().next().value;
      gone.remove();
      this.runs.delete(oldest);
    }
    return element;
  }
}

function card({ name, hook, steps }) {
  const url = new URL(hook, location.href).href;
  return h(
    "li",
    { class: "card" },
    h("h2", null, name),
    h("p", { class: "hookline" }, h("code", null, url), copyButton(url)),
    h(
      "ol",
      { class: "steps" },
      h("li", null, "Catch a hook"),
      steps.map((step) => h("li", null, stepText(step))),
    ),
  );
}

function stepText({ action, ...settings }) {
  const rest = Object.entries(settings).filter(([, value]) => value !== null && value !== undefined);
  return [
    action,
    rest.length > 0 &&
      h(
        "small",
        null,
        rest
          .map(([key, value]) => ` ${key} = ${typeof value === "string" ? value : JSON.stringify(value)}`)
          .join(","),
      ),
  ];
}

function runCard({ number, automation, time, state, input, steps }, open) {
  const rows = steps.map((step) =>
    h(
      "li",
      null,
      chip(step.state),
      h("span", null, step.action, step.detail && h("small", null, ` ${step.detail}`)),
    ),
  );
  return [
    h(
      "div",
      { class: "runhead" },
      h("strong", null, `#${number} ${automation}`),
      chip(state),
      h("span", { class: "note" }, clock(time)),
    ),
    h("ol", { class: "progress plainlist" }, rows),
    h(
      "details",
      { open },
      h("summary", null, "Input"),
      h("pre", { tabindex: 0 }, JSON.stringify(input, null, 2)),
    ),
  ];
}
