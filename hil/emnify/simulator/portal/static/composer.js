// Writing a message: who it is from, its text, and how many SMS that makes.

import { call, platform } from "./api.js";
import { h, fill, count } from "./dom.js";
import { field } from "./parts.js";

const COUNT_MS = 100;
const ENCODINGS = { gsm7: "GSM 7-bit", ucs2: "UCS-2" };

/** A text area and the line that counts it. The platform counts: it knows the alphabets. */
export function textField(signal, attributes = {}) {
  const text = h("textarea", { rows: 3, spellcheck: "true", ...attributes });
  const counter = h("p", { class: "counter", "aria-live": "polite" });
  let timer;
  let asked = 0;
  const recount = async () => {
    const question = ++asked;
    try {
      const answer = await call("POST", "count", { text: text.value }, signal);
      if (question === asked) fill(counter, said(answer));
    } catch (error) {
      if (error.name !== "AbortError" && question === asked) fill(counter, "not counted");
    }
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(recount, COUNT_MS);
  };
  text.addEventListener("input", later);
  recount();
  const put = (value) => {
    text.value = value;
    later();
  };
  return { text, counter, put };
}

function said({ encoding, parts, units, left }) {
  const encoded = ENCODINGS[encoding] ?? encoding;
  return `${units} used · ${left} left · ${count(parts, "part")} · ${encoded}`;
}

/** The sender that the device will see. */
export function senderField() {
  const input = h("input", {
    value: "12345",
    maxlength: 17,
    autocomplete: "off",
    spellcheck: "false",
    size: 12,
  });
  const hint = `Up to 17 digits, or up to 11 letters and digits. A device can answer to 1–${platform.shortDigits} digits only.`;
  return { input, element: field("Sender", input, hint) };
}
