// Device policies: the list.

import { call, follow } from "./api.js";
import { h, fill, count } from "./dom.js";
import { askName, button, chip, empty, pageHead } from "./parts.js";

export async function showPolicies(root, signal) {
  const cards = h("ul", { class: "cards" });
  const create = () => askName("New policy", "", (name) => call("POST", "policies", { name }));
  fill(
    root,
    pageHead(
      "Device policies",
      "What the devices that carry a policy may send and receive.",
      button("New policy", create, "primary"),
    ),
    cards,
  );
  const load = async () => {
    const { policies } = await call("GET", "policies", undefined, signal);
    fill(cards, policies.length ? policies.map(card) : h("li", null, empty("No policies yet.")));
  };
  await follow(signal, load, {});
}

function card(policy) {
  const may = [
    ["MO", policy.mo],
    ["MT", policy.mt],
    ["P2P own", policy.p2p_int],
    ["P2P external", policy.p2p_ext],
  ];
  return h(
    "li",
    { class: "card" },
    h("h2", null, h("a", { href: `/portal/policies/${policy.id}`, class: "cover" }, policy.name)),
    h("p", { class: "note" }, count(policy.devices, "device")),
    h(
      "p",
      { class: "chips" },
      may.map(([name, on]) => chip(on ? "yes" : "no", name)),
    ),
    h(
      "p",
      { class: "interface" },
      policy.interface === "webhook" ? ["Webhook ", h("code", null, policy.callback?.url)] : "Web portal",
    ),
  );
}
