// The timesteps a picture is denoised at: a list of sliders from noise to picture, strictly descending.
import { button, make } from "./dom.js";
import { Field } from "./field.js";
import { stepsProblem } from "./refusals.js";

const MOST = 10; // more would be slower than anybody wants to watch

export class StepsField extends Field {
  #list;
  #add;
  #min;
  #max;

  constructor(setting) {
    const list = make("ol", { className: "steps" });
    const add = button("+ Step", () => this.#append(), { className: "quiet" });
    const body = make("div", { role: "group" }, list, add);
    super(setting, body);
    this.label.replaceWith((this.label = make("span", { id: this.label.id, className: "visually-hidden", textContent: setting.title })));
    body.setAttribute("aria-labelledby", this.label.id);
    this.#list = list;
    this.#add = add;
    this.#min = setting.ui.modulatable_min ?? 1;
    this.#max = setting.ui.modulatable_max ?? 1000;
  }

  get value() {
    return [...this.#list.children].map((row) => Number(row.firstChild.value));
  }

  set value(steps) {
    this.#list.replaceChildren(...(steps ?? []).map((step) => this.#row(step)));
    this.#renumber();
  }

  problem() {
    return stepsProblem(this.value);
  }

  focus() {
    this.#list.querySelector("input")?.focus();
  }

  #row(step) {
    // A step from elsewhere may lie below what the schema's slider begins with; it is shown as it is.
    const slider = make("input", { type: "range", min: Math.min(this.#min, step), max: this.#max, step: 1, value: step });
    const shown = make("output", { value: step });
    slider.addEventListener("input", () => {
      shown.value = slider.value;
      this.changed();
    });
    const remove = button("×", () => this.#remove(row), { className: "quiet remove" });
    const row = make("li", {}, slider, shown, remove);
    return row;
  }

  /** A further step, half way from the last one to the picture. */
  #append() {
    const last = this.value.at(-1) ?? this.#max;
    const row = this.#row(Math.max(1, Math.round(last / 2)));
    this.#list.append(row);
    this.#renumber();
    row.firstChild.focus();
    this.changed();
  }

  #remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.#renumber();
    next.firstChild.focus();
    this.changed();
  }

  #renumber() {
    const rows = [...this.#list.children];
    rows.forEach((row, i) => {
      row.firstChild.setAttribute("aria-label", `Denoising step ${i + 1}`);
      row.lastChild.setAttribute("aria-label", `Remove denoising step ${i + 1}`);
      row.lastChild.disabled = rows.length === 1;
    });
    this.#add.disabled = rows.length >= MOST;
  }
}
