// The controls of one pipeline and the values in them: what to load it with, and what to tell a session that runs.
import { controlsOf } from "./controls.js";
import { make } from "./dom.js";
import { defaultOf } from "./schema.js";

const TITLES = { resolution: "Picture size", noise: "Noise", vace: "VACE", denoising_steps: "Denoising steps", cache: "Cache", lora: "LoRA" };

export class Settings {
  #controls;
  #mode;

  /** @param change takes the parameters a person changed of what runs */
  constructor(schema, mode, change) {
    this.schema = schema;
    this.#mode = mode;
    this.#controls = controlsOf(schema);
    for (const control of this.#controls) {
      control.field.value = control.start(mode);
      control.field.onChange(() => {
        if (control.place === "live") change({ [control.live]: control.field.value });
        this.#arrange();
      });
    }
    this.loadElement = this.#section("load");
    this.liveElement = this.#section("live");
    this.#arrange();
  }

  get mode() {
    return this.#mode;
  }

  /**
   * Goes to another mode: what still has the default of the old one gets that of the new one.
   *
   * @param running load parameters stay, because they are in use
   * @return the parameters of a session that this changed
   */
  setMode(mode, running) {
    const changed = {};
    for (const control of this.#controls) {
      if (running && control.place === "load") continue;
      const next = control.start(mode);
      if (same(control.field.value, control.start(this.#mode)) && !same(control.field.value, next)) {
        control.field.value = next;
        if (control.live) changed[control.live] = next;
      }
    }
    this.#mode = mode;
    this.#arrange();
    return changed;
  }

  /** How to load the pipeline as it stands here. */
  loadParameters() {
    return Object.fromEntries(this.#controls.filter((c) => c.load).map((c) => [c.load, c.field.value]));
  }

  /** Whether a pipeline loaded with these parameters will do; what a session sets itself does not matter. */
  sameLoad(parameters) {
    return this.#controls.filter((c) => c.place === "load").every((c) => same(c.field.value, loadedValue(c, parameters)));
  }

  /** Shows how the pipeline was loaded. What a session can change goes on with its mode, unless it was loaded with a value of nobody's default. */
  showLoaded(parameters) {
    for (const control of this.#controls.filter((c) => c.load)) {
      const value = control.place === "load" ? loadedValue(control, parameters) : parameters[control.load];
      if (control.place === "load" || !(unset(value ?? null) || this.#isDefault(control, value))) control.field.value = value;
    }
    this.#arrange();
  }

  #isDefault(control, value) {
    return this.schema.supported_modes.some((mode) => same(value, control.start(mode)));
  }

  /** What a session is to begin with. */
  parameters() {
    const used = this.#controls.filter((c) => c.live && this.#used(c) && !unset(c.field.value));
    return Object.fromEntries(used.map((c) => [c.live, c.field.value]));
  }

  /** Shows parameters of the session that came from elsewhere, unless somebody is just changing them here. */
  show(parameters) {
    for (const { field, live, place } of this.#controls) {
      if (live && place === "live" && live in parameters && !field.inUse) {
        field.value = parameters[live];
        field.check();
      }
    }
  }

  /** Shows a session of somebody else, also what it was begun with. */
  showAll(parameters) {
    for (const { field, live } of this.#controls.filter((c) => c.live in parameters)) field.value = parameters[live];
    this.#arrange();
  }

  /** Marks what cannot be used and goes to the first of it; whether there is nothing. */
  check() {
    const wrong = this.#controls.filter((c) => this.#used(c) && !c.field.check());
    wrong[0]?.field.focus();
    return wrong.length === 0;
  }

  /** Shows the hub's refusal of a parameter where it belongs; whether there is a place for it. */
  refuse(key, words) {
    const control = this.#controls.find((c) => c.live === key && this.#used(c));
    control?.field.refuse(words);
    return control !== undefined;
  }

  /** The default of an entry of the schema in this mode. */
  defaultOf(name) {
    return defaultOf(this.schema, name, this.#mode);
  }

  /** The load parameters in a few words. */
  summary() {
    const value = (key) => this.#controls.find((c) => c.load === key)?.field.value;
    const words = [];
    if (value("width")) words.push(`${value("width")}×${value("height")}`);
    if (value("base_seed") !== undefined) words.push(`seed ${value("base_seed")}`);
    if (value("vae_type")) words.push(`${value("vae_type")} VAE`);
    if (value("quantization")) words.push(value("quantization"));
    if (value("loras")?.length) words.push(`${value("loras").length} LoRA`);
    if (value("vace_enabled")) words.push("VACE");
    return words.join(" · ");
  }

  #used(control) {
    if (control.modes && !control.modes.includes(this.#mode)) return false;
    return !control.vace || this.#controls.some((c) => c.load === "vace_enabled" && c.field.value);
  }

  /** Shows what has a meaning now. */
  #arrange() {
    for (const control of this.#controls) control.field.element.hidden = !this.#used(control);
    for (const section of [this.loadElement, this.liveElement]) {
      for (const group of section.querySelectorAll("fieldset")) {
        group.hidden = [...group.querySelectorAll(".field")].every((field) => field.hidden);
      }
      section.hidden = [...section.children].every((child) => child.hidden);
    }
  }

  #section(place) {
    const section = make("div", { className: "controls" });
    const groups = Map.groupBy(this.#controls.filter((c) => c.place === place), (c) => c.group ?? c.field.name);
    for (const [name, controls] of groups) {
      const fields = controls.map((c) => c.field);
      if (fields.length === 1 && name !== "denoising_steps") {
        section.append(fields[0].element);
        continue;
      }
      const group = make("fieldset", { className: `group ${name}` }, make("legend", { textContent: TITLES[name] ?? name }));
      group.append(...fields.map((field) => field.element));
      if (name === "resolution") group.append(...fields.map((field) => field.message)); // they are of the pair
      section.append(group);
    }
    return section;
  }
}

/** A load parameter as it was given, or what the hub took for it. */
function loadedValue(control, parameters) {
  const value = parameters[control.load] ?? (control.load === "base_seed" ? parameters.seed : undefined) ?? control.base;
  return control.load === "loras" ? value.map(({ path, scale = 1 }) => ({ path, scale })) : value;
}

function unset(value) {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
