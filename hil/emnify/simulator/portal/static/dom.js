// Elements. Whatever comes from the platform enters the page as text, here and nowhere else.

const PROPERTIES = new Set(["checked", "disabled", "hidden", "indeterminate", "value"]);
const SVG = "http://www.w3.org/2000/svg";

/** An element. Functions are listeners (`onclick`), and children that are no nodes become text. */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  const properties = [];
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) properties.push([name, value]);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  put(element, ...children);
  // after the children: a select knows a value only once it has the option
  for (const [name, value] of properties) element[name] = value;
  return element;
}

/** Append what is there of `children`; null and false are nothing. */
export function put(element, ...children) {
  element.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Show `children` instead of what was there. */
export function fill(element, ...children) {
  element.replaceChildren();
  return put(element, ...children);
}

const PATHS = {
  devices: "M7 3h10a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM10 17.5h4",
  policies: "M12 3l7 3v5c0 4.6-2.9 8-7 10-4.1-2-7-5.4-7-10V6zM9 11.8l2.2 2.2 4-4.2",
  deliveries: "M4 6h11M4 12h7M4 18h7M15 14l5 0M17.5 11.5L20 14l-2.5 2.5",
  automations: "M13 3L5 13.5h6L10 21l9-11h-6.5z",
  search: "M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zM15.5 15.5L20 20",
  send: "M4 4.5L20.5 12L4 19.5L6.5 12zM6.5 12H13",
  close: "M6 6l12 12M18 6L6 18",
  open: "M9 6l6 6l-6 6",
  back: "M15 6l-6 6l6 6",
  copy: "M9 9h10v11H9zM5 15V4h10",
};

/** A small drawing beside a label; it says nothing that the label doesn't. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

/** The day of an ISO time, as people write it. */
export function day(iso) {
  return DAY.format(new Date(iso));
}

/** A time of day; the full date is its tool tip, and its text too where it is not today's. */
export function clock(iso) {
  if (!iso) return "–";
  const date = new Date(iso);
  const full = `${DAY.format(date)}, ${CLOCK.format(date)}`;
  const today = day(iso) === DAY.format(new Date());
  return h("time", { datetime: iso, title: full }, today ? CLOCK.format(date) : full);
}

/** "3 devices", "1 device". */
export function count(number, noun, plural = `${noun}s`) {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** "ROAMING_SMS_ONLY", "no answer" -> "Roaming sms only", "No answer". */
export function words(text) {
  const spaced = String(text ?? "")
    .replaceAll("_", " ")
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

const GENERATIONS = { GSM: "2G", UTRAN: "3G", EUTRAN: "4G LTE" };

/** An access technology of 3GPP as people call it. */
export function technology(name) {
  return GENERATIONS[name] ?? name;
}
