// One device: what it is, its SMS console, and the simulated modem behind it.

import { call, follow } from "./api.js";
import { Conversation } from "./console.js";
import { h, fill, icon, technology } from "./dom.js";
import { ModemPanel } from "./modem.js";
import { askName, attempt, button, chip, facts, notice } from "./parts.js";

export async function showDevice(root, signal, id) {
  const path = `devices/${id}`;
  const head = new DeviceHead(path);
  const conversation = new Conversation(path, signal);
  const modem = new ModemPanel(path, signal);
  let own = null; // the device's id as the platform writes it, once it is known
  const load = async () => {
    const [device, { messages }, { policies }] = await Promise.all([
      call("GET", path, undefined, signal),
      call("GET", `${path}/messages`, undefined, signal),
      call("GET", "policies", undefined, signal),
    ]);
    if (own === null)
      fill(root, head.element, h("div", { class: "columns" }, conversation.element, modem.element));
    own = device.id;
    document.title = `${device.name} · SMS portal`;
    head.policies = policies;
    head.show(device);
    conversation.restart(messages);
    modem.show(device.modem_state);
  };
  const mine = (number) => own !== null && number === own;
  await follow(signal, load, {
    devices: (rows) => rows.filter((row) => mine(row.id)).forEach((row) => head.show(row)),
    sms: (sms) => mine(sms.device) && conversation.take(sms),
    modem: ({ device, state }) => mine(device) && modem.show(state),
  });
}

class DeviceHead {
  constructor(path) {
    this.path = path;
    this.policies = [];
    this.title = h("h1", { tabindex: -1 });
    this.status = h("span", { role: "status" });
    this.facts = h("div");
    this.policy = h("select", { "aria-label": "Policy", onchange: () => this.setPolicy() });
    this.power = button("", () => this.change({ enabled: this.row.status !== "Enabled" }));
    const reset = button("Reset connectivity", () => this.reset());
    const rename = button("Rename", () => this.rename());
    this.element = h(
      "div",
      null,
      h("p", { class: "crumb" }, h("a", { href: "/portal/" }, icon("back"), "Connected devices")),
      h(
        "div",
        { class: "head" },
        h("div", { class: "titled" }, this.title, this.status),
        h("div", { class: "actions" }, rename, reset, this.power),
      ),
      h("section", { class: "card", "aria-label": "Device" }, this.facts),
    );
  }

  show(row) {
    this.row = row;
    fill(this.title, row.name);
    fill(this.status, chip(row.connectivity), row.status === "Enabled" ? null : chip("no", row.status));
    fill(this.power, row.status === "Enabled" ? "Disable" : "Enable");
    const number = (value) => value && h("span", { class: "number" }, value);
    const network = row.operator && `${row.operator}${row.rat ? `, ${technology(row.rat)}` : ""}`;
    this.showPolicies();
    fill(
      this.facts,
      facts([
        ["ICCID", number(row.iccid)],
        ["IMSI", number(row.imsi)],
        ["MSISDN", number(row.msisdn)],
        ["IMEI", number(row.imei)],
        ["IP address", number(row.ip_address)],
        ["Network", network],
        ["Device ID", number(String(row.id))],
      ]),
    );
    this.facts.firstChild.append(h("div", null, h("dt", null, "Policy"), h("dd", null, this.policy)));
  }

  // While somebody chooses, the list under their hands stays as it is.
  showPolicies() {
    if (document.activeElement === this.policy && this.policy.isConnected) return;
    fill(
      this.policy,
      this.policies.map(({ id, name }) => h("option", { value: id }, name)),
    );
    this.policy.value = this.row.policy?.id ?? "";
  }

  change(body) {
    return attempt(() => call("PATCH", this.path, body));
  }

  async setPolicy() {
    const wanted = this.policies.find(({ id }) => String(id) === this.policy.value);
    if (await this.change({ policy: wanted.id })) notice(`Policy: ${wanted.name}`);
    else this.policy.value = this.row.policy?.id ?? "";
  }

  rename() {
    askName("Rename device", this.row.name, (name) => call("PATCH", this.path, { name }));
  }

  async reset() {
    if (await attempt(() => call("POST", `${this.path}/reset`))) notice("Connectivity reset");
  }
}
