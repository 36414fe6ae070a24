// The files of the routes folder: whether each runs as it is written, and why not. An operator's panel.
import { call } from "./api.js";
import { make } from "./dom.js";

/** How a file's state is shown; a stale one runs, if not as it is written. */
const SHOWN = { active: "up", failed: "down" };

export class RouteFiles {
  #elements;
  #last = "";

  constructor(elements) {
    this.#elements = elements;
  }

  /** To be called for operators only: everybody else is refused. */
  async refresh() {
    this.#show((await call("GET", "/api/v1/routes?only=files")).files);
  }

  #show(files) {
    // Untouched while nothing changes: nobody loses a selected error text.
    const now = JSON.stringify(files);
    if (now === this.#last) return;
    this.#last = now;
    this.#elements.panel.hidden = files.length === 0;
    this.#elements.count.textContent = files.length;
    this.#elements.list.replaceChildren(...files.map(item));
  }
}

function item(file) {
  const what = file.kind === "kamelet" ? "Kamelet" : file.routes.join(", ") || "no routes";
  return make(
    "li",
    { "data-state": SHOWN[file.state] ?? "stale", title: `since ${new Date(file.changed_at).toLocaleString()}` },
    make("span", { className: "name", textContent: file.name }),
    make("span", { className: "detail", textContent: `${file.state} · ${what}` }),
    file.error ? make("span", { className: "wrong", textContent: file.error }) : null,
  );
}
