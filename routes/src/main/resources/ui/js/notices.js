// Short messages at the foot of the page, for what has no better place.
import { button, make } from "./dom.js";

const MOST = 4;
const STAYS_MS = 6000;

/** Shows a message; an error, or a note to be copied, stays until somebody dismisses it. */
export function notice(text, kind = "info") {
  const list = document.getElementById("notices");
  const element = make("p", { className: "notice", "data-kind": kind }, make("span", { textContent: text }));
  element.append(button("×", () => element.remove(), { className: "quiet", "aria-label": "Dismiss" }));
  list.append(element);
  while (list.children.length > MOST) list.firstChild.remove();
  if (kind === "info") setTimeout(() => element.remove(), STAYS_MS);
}
