// Adapters: which to load with what weight, and the weights of those a loaded pipeline can change while it runs.
import { call } from "./api.js";
import { button, make } from "./dom.js";
import { Field } from "./field.js";
import { scaleProblem } from "./refusals.js";

/** The adapters of a load: [{path, scale}]. */
export class LorasField extends Field {
  #rows;
  #menu;

  constructor(setting) {
    const rows = make("ul", { className: "loras" });
    const menu = make("select", {}, new Option("Add an adapter…", ""));
    super(setting, menu);
    this.element.insertBefore(rows, menu);
    this.#rows = rows;
    this.#menu = menu;
    menu.addEventListener("change", () => this.#choose());
    this.#fill();
  }

  get value() {
    const scale = (input) => (input.value === "" ? null : Number(input.value));
    return [...this.#rows.children].map((row) => ({ path: row.dataset.path, scale: scale(row.scale) }));
  }

  set value(loras) {
    this.#rows.replaceChildren(...(loras ?? []).map((lora) => this.#row(lora.path, lora.scale ?? 1)));
  }

  problem() {
    return this.value.map((lora) => scaleProblem(lora.scale)).find((words) => words !== "") ?? "";
  }

  async #fill() {
    try {
      const { lora_files } = await call("GET", "/api/v1/loras");
      const options = lora_files.map((file) => new Option(file.folder ? `${file.folder}/${file.name}` : file.name, file.path));
      this.#menu.append(...options);
      if (options.length === 0) {
        this.#menu.firstChild.textContent = "None in the LoRA folder";
        this.#menu.title = "Copy .safetensors files into the folder lora of the models, or fetch one with POST /api/v1/loras";
      }
    } catch (error) {
      this.refuse(error.message);
    }
  }

  #choose() {
    const path = this.#menu.value;
    this.#menu.value = "";
    if (path === "" || this.value.some((lora) => lora.path === path)) return;
    const row = this.#row(path, 1);
    this.#rows.append(row);
    row.scale.focus();
    this.changed();
  }

  #row(path, scale) {
    const name = fileName(path);
    const input = make("input", { type: "number", min: -10, max: 10, step: 0.05, value: scale, "aria-label": `Weight of ${name}` });
    input.addEventListener("change", () => this.changed());
    const remove = button("×", () => (row.remove(), this.#menu.focus(), this.changed()), { className: "quiet remove" });
    remove.setAttribute("aria-label", `Do without ${name}`);
    const row = make("li", {}, make("span", { className: "name", title: path, textContent: name }), input, remove);
    row.scale = input;
    row.dataset.path = path;
    return row;
  }
}

/** Sliders for the adapters that were loaded so that their weight can change (`runtime_peft`). */
export class LoraScales {
  #list;
  #change;

  /** @param change takes those that were changed on this page, as the hub keeps the others: [{path, scale}] */
  constructor(change) {
    this.#list = make("ul", { className: "loras scales" });
    const title = make("legend", { textContent: "Adapters" });
    this.element = make("fieldset", { className: "group", hidden: true, "data-control": "lora_scales" }, title, this.#list);
    this.#change = change;
  }

  /** Shows what the status says is loaded, null for nothing; sliders that are there already stay as they are. */
  loaded(adapters) {
    const free = (adapters ?? []).filter((adapter) => adapter.merge_mode === "runtime_peft");
    const rows = [...this.#list.children];
    if (free.map((adapter) => adapter.path).join("\n") !== rows.map((row) => row.dataset.path).join("\n")) {
      this.#list.replaceChildren(...free.map((adapter) => this.#row(adapter)));
    }
    this.element.hidden = free.length === 0;
  }

  /** Shows weights that came from elsewhere. */
  show(scales) {
    for (const { path, scale } of scales) {
      const row = [...this.#list.children].find((one) => one.dataset.path === path);
      if (row && row.slider !== document.activeElement) row.set(scale);
    }
  }

  #moved() {
    return [...this.#list.children].filter((row) => row.moved).map((row) => ({ path: row.dataset.path, scale: Number(row.slider.value) }));
  }

  #row(adapter) {
    const name = fileName(adapter.path);
    const slider = make("input", { type: "range", min: -10, max: 10, step: 0.05, "aria-label": `Weight of ${name}` });
    const shown = make("output");
    const set = (scale) => {
      slider.value = scale;
      shown.value = Number(slider.value).toFixed(2);
    };
    set(adapter.scale);
    slider.addEventListener("input", () => {
      set(slider.value);
      row.moved = true;
      this.#change(this.#moved());
    });
    const row = make("li", {}, make("span", { className: "name", title: adapter.path, textContent: name }), slider, shown);
    row.dataset.path = adapter.path;
    return Object.assign(row, { slider, set });
  }
}

function fileName(path) {
  return path.split(/[\\/]/).at(-1).replace(/\.safetensors$/, "");
}
