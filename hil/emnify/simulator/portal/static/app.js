// Which page is shown for which path, and the frame around it.

import { call, hear, listen, platform } from "./api.js";
import { h, fill, icon } from "./dom.js";
import { empty } from "./parts.js";
import { showAutomations } from "./automations.js";
import { showDeliveries } from "./deliveries.js";
import { showDevice } from "./device.js";
import { showDevices } from "./devices.js";
import { showPolicies } from "./policies.js";
import { showPolicy } from "./policy.js";

const NAVIGATION = [
  ["/portal/", "Connected devices", "devices"],
  ["/portal/policies", "Device policies", "policies"],
  ["/portal/deliveries", "Delivery log", "deliveries"],
  ["/portal/automations", "Automations", "automations"],
];

const ROUTES = [
  [/^\/portal\/?$/, "Connected devices", showDevices],
  [/^\/portal\/devices\/([^/]+)$/, "Device details", showDevice],
  [/^\/portal\/policies$/, "Device policies", showPolicies],
  [/^\/portal\/policies\/([^/]+)$/, "Device policy", showPolicy],
  [/^\/portal\/deliveries$/, "Delivery log", showDeliveries],
  [/^\/portal\/automations$/, "Automations", showAutomations],
];

const page = document.getElementById("page");
let current = null; // ends what the page that is shown has begun
let shown = null; // its path

function find(path) {
  for (const [pattern, title, show] of ROUTES) {
    const match = pattern.exec(path);
    if (match) return { title, show, argument: match[1] };
  }
  return { title: "Not found", show: (root) => fill(root, empty("There is no such page.")) };
}

/** Show the page of the address bar. A page gets (its root, a signal that ends it, its argument). */
async function route(moved) {
  current?.abort();
  current = new AbortController();
  const { signal } = current;
  shown = location.pathname;
  document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
  const { title, show, argument } = find(location.pathname);
  document.title = `${title} · SMS portal`;
  markNavigation();
  fill(page);
  const root = h("div", { class: "view" });
  page.append(root);
  try {
    await show(root, signal, argument);
  } catch (error) {
    if (signal.aborted) return;
    fill(root, empty(error.message));
    // it may have been the connection
    hear("opened", signal, () => route(false));
  }
  if (moved && !signal.aborted) {
    window.scrollTo(0, 0);
    // a reader of the screen hears which page this is
    (root.querySelector("h1") ?? page).focus({ preventScroll: true });
  }
}

function markNavigation() {
  for (const link of document.querySelectorAll("#nav a")) {
    const own = link.getAttribute("href");
    const here =
      location.pathname === own ||
      (own === "/portal/"
        ? /^\/portal(\/devices\/.*)?$/.test(location.pathname)
        : location.pathname.startsWith(`${own}/`));
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function follows(event) {
  const link = event.target.closest("a[href^='/portal']");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  route(true);
}

function showLink(live) {
  fill(document.getElementById("link"), live ? "Live" : "Connecting…");
  document.getElementById("link").dataset.live = live;
}

async function start() {
  fill(
    document.getElementById("nav"),
    NAVIGATION.map(([href, label, name]) => h("a", { href }, icon(name), h("span", null, label))),
  );
  document.addEventListener("click", follows);
  // the link to the content changes the address, too, but not the page
  window.addEventListener("popstate", () => location.pathname !== shown && route(true));
  showLink(false);
  try {
    const { organisation, short_digits: digits } = await call("GET", "devices");
    platform.shortDigits = digits;
    fill(document.getElementById("organisation"), organisation.name);
  } catch {
    // the page's own call says what is wrong
  }
  await route(false);
  listen(showLink);
}

start();
