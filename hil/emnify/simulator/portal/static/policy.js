// One policy: its switches, limits and SMS interface.

import { call, follow } from "./api.js";
import { h, fill, icon, count } from "./dom.js";
import { askName, attempt, button, empty, field, notice, openForm, toggle } from "./parts.js";

const SWITCHES = [
  ["mo", "Devices may send SMS (MO)", "Off: what a device sends is refused."],
  ["mt", "Devices may receive SMS (MT)", "Off: messages to a device are refused."],
  ["p2p_int", "SMS between own devices (P2P)", "Between two devices of this organisation."],
  ["p2p_ext", "SMS with external numbers (P2P)", "To numbers outside the platform."],
];

export async function showPolicy(root, signal, id) {
  const page = new PolicyPage(id, signal);
  fill(root, page.element);
  await follow(signal, () => page.load(), {});
}

class PolicyPage {
  constructor(id, signal) {
    this.path = `policies/${id}`;
    this.id = id;
    this.signal = signal;
    this.element = h("div");
  }

  async load() {
    const { policies, limits } = await call("GET", "policies", undefined, this.signal);
    const policy = policies.find((one) => String(one.id) === this.id);
    if (!policy) {
      fill(this.element, empty("There is no such policy."));
      return;
    }
    document.title = `${policy.name} · SMS portal`;
    this.policy = policy;
    this.show(policy, limits);
  }

  // The page is drawn anew at each change; the focus goes to the control it was on.
  show(policy, limits) {
    const focused = this.element.contains(document.activeElement)
      ? document.activeElement.dataset.control
      : null;
    const rename = button("Rename", () => this.rename(), "", { "data-control": "rename" });
    fill(
      this.element,
      h("p", { class: "crumb" }, h("a", { href: "/portal/policies" }, icon("back"), "Device policies")),
      h(
        "div",
        { class: "head" },
        h(
          "div",
          null,
          h("h1", { tabindex: -1 }, policy.name),
          h("p", { class: "note" }, count(policy.devices, "device")),
        ),
        h("div", { class: "actions" }, rename),
      ),
      h(
        "div",
        { class: "columns" },
        h("div", { class: "stack" }, this.services(policy), this.limits(policy, limits)),
        this.interface(policy),
      ),
    );
    if (focused) this.element.querySelector(`[data-control="${focused}"]`)?.focus();
  }

  services(policy) {
    const switches = SWITCHES.map(([key, label, hint]) => {
      const element = toggle(label, policy[key], (on) => call("PATCH", this.path, { [key]: on }), hint);
      element.querySelector("button").dataset.control = key;
      return element;
    });
    return h(
      "section",
      { class: "card", "aria-label": "SMS services" },
      h("h2", null, "SMS services"),
      switches,
    );
  }

  limits(policy, limits) {
    const choose = (key, label) => {
      const options = [
        h("option", { value: "" }, "No limit"),
        ...limits.map((limit) => h("option", { value: limit }, `${limit} a month`)),
      ];
      const select = h(
        "select",
        { value: policy[key] ?? "", "data-control": key, onchange: () => this.setLimit(key, select) },
        options,
      );
      return field(label, select);
    };
    return h(
      "section",
      { class: "card", "aria-label": "Monthly limits" },
      h("h2", null, "Monthly limits"),
      h(
        "div",
        { class: "pair" },
        choose("mo_limit", "SMS sent, each device"),
        choose("mt_limit", "SMS received, each device"),
      ),
    );
  }

  async setLimit(key, select) {
    const limit = select.value === "" ? null : Number(select.value);
    if (!(await attempt(() => call("PATCH", this.path, { [key]: limit }))))
      select.value = this.policy[key] ?? "";
  }

  interface(policy) {
    const webhook = policy.interface === "webhook";
    const choice = (value, label, hint, chosen) => {
      const radio = h("input", {
        type: "radio",
        name: "interface",
        value,
        checked: webhook === (value === "webhook"),
        "data-control": value,
        onchange: chosen,
      });
      return h(
        "label",
        { class: "choice" },
        radio,
        h("span", { class: "label" }, label, h("small", null, hint)),
      );
    };
    return h(
      "section",
      { class: "card", "aria-label": "SMS interface" },
      h("h2", null, "SMS interface"),
      h(
        "fieldset",
        null,
        h("legend", null, "What devices send goes to"),
        choice("portal", "Web portal", "The SMS console of the device, and nowhere else.", () =>
          this.removeWebhook(),
        ),
        choice(
          "webhook",
          "Webhook",
          "The console, and by HTTP to a URL of yours; with it the delivery receipts.",
          () => this.openWebhook(),
        ),
      ),
      webhook && this.webhook(policy),
    );
  }

  webhook(policy) {
    return h(
      "div",
      { class: "hook" },
      h(
        "dl",
        { class: "facts" },
        h("div", null, h("dt", null, "URL"), h("dd", null, h("code", null, policy.callback?.url))),
        h(
          "div",
          null,
          h("dt", null, "Secret key"),
          h("dd", null, policy.has_secret ? "set; calls carry a signed JWT" : "none"),
        ),
      ),
      h(
        "div",
        { class: "actions" },
        button("Change webhook", () => this.openWebhook(), "", { "data-control": "change" }),
        button("Remove webhook", () => this.removeWebhook(), "danger", { "data-control": "remove" }),
      ),
    );
  }

  openWebhook() {
    const { callback, has_secret: hasSecret } = this.policy;
    const url = h("input", {
      type: "url",
      required: true,
      value: callback?.url ?? "",
      placeholder: "https://example.com/sms",
      autofocus: true,
      autocomplete: "off",
    });
    const secret = h("input", { type: "password", autocomplete: "new-password", spellcheck: "false" });
    const hint = `Signs the JWT in the Authorization header. It is not shown again.${hasSecret ? " Left empty, the present key is removed." : ""}`;
    const save = async () => {
      await call("PUT", `${this.path}/webhook`, { url: url.value, secret: secret.value || null });
      notice("Webhook saved");
    };
    const fields = [field("URL", url), field("Secret key (optional)", secret, hint)];
    this.ask("Webhook", fields, "Save webhook", save);
  }

  removeWebhook() {
    const text = h(
      "p",
      null,
      "Messages and receipts will no longer go to ",
      h("code", null, this.policy.callback?.url),
      ". The URL and its secret key are forgotten.",
    );
    this.ask(
      "Remove webhook?",
      [text],
      "Remove webhook",
      () => call("DELETE", `${this.path}/webhook`),
      "danger",
    );
  }

  // A dialog that is closed without saving leaves the choice as the platform has it.
  ask(title, fields, label, save, look) {
    const dialog = openForm(title, fields, label, save, look);
    dialog.addEventListener("close", () => this.load().catch(() => {}));
  }

  rename() {
    askName("Rename policy", this.policy.name, (name) => call("PATCH", this.path, { name }));
  }
}
