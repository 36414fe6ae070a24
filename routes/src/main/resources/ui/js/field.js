// One setting with its label, its help and the place where a refusal of its value stands.
import { freshId, make } from "./dom.js";
import { numberProblem, wholeProblem } from "./refusals.js";

/** Base of all fields. A subclass makes its `body` and knows its `value`. */
export class Field {
  #listeners = [];

  /**
   * @param setting as the schema module describes it: name, title, help
   * @param body    the element people use
   * @param after   what stands behind it, such as a slider's number
   */
  constructor(setting, body, after = null) {
    this.setting = setting;
    this.body = body;
    const id = (body.id ||= freshId(setting.name));
    this.message = make("span", { className: "wrong", id: `${id}-wrong`, role: "alert", hidden: true });
    this.label = make("label", { for: id, id: `${id}-label`, textContent: setting.title, title: setting.help });
    body.title ||= setting.help;
    body.setAttribute("aria-describedby", this.message.id);
    this.element = make("div", { className: "field", "data-control": setting.name }, this.label, body, after, this.message);
  }

  get name() {
    return this.setting.name;
  }

  /** Why the value cannot be used, in words; empty when it can. */
  problem() {
    return "";
  }

  /** Shows why the value cannot be used; whether it can. */
  check() {
    const problem = this.problem();
    this.refuse(problem);
    return problem === "";
  }

  /** Shows a refusal under the field; empty takes it away. */
  refuse(words) {
    this.message.textContent = words;
    this.message.hidden = words === "";
    this.body.setAttribute("aria-invalid", words !== "");
  }

  focus() {
    this.body.focus();
  }

  /** Somebody uses it just now: what comes from elsewhere must not change it under their hands. */
  get inUse() {
    return this.element.contains(document.activeElement);
  }

  /** Calls the listener whenever a person has changed the value to one that can be used. */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  changed() {
    if (this.check()) this.#listeners.forEach((listener) => listener(this));
  }
}

class NumberField extends Field {
  constructor(setting) {
    const input = make("input", { type: "number", step: setting.step ?? (setting.type === "integer" ? 1 : "any") });
    if (setting.min !== null) input.min = setting.min;
    if (setting.max !== null) input.max = setting.max;
    super(setting, input);
    input.addEventListener("change", () => this.changed());
  }

  get value() {
    return this.body.value === "" ? null : Number(this.body.value);
  }

  set value(value) {
    this.body.value = value ?? "";
  }

  problem() {
    if (this.value === null && this.setting.nullable) return "";
    return this.setting.type === "integer" ? wholeProblem(this.setting, this.value) : numberProblem(this.setting, this.value);
  }
}

/** A number between two bounds, which a slider keeps. */
class SliderField extends Field {
  constructor(setting) {
    const step = setting.step ?? (setting.type === "integer" ? 1 : 0.01);
    const input = make("input", { type: "range", min: setting.min, max: setting.max, step });
    const shown = make("output");
    super(setting, input, shown);
    this.shown = shown;
    this.element.classList.add("slider");
    input.addEventListener("input", () => {
      this.#show();
      this.changed();
    });
  }

  get value() {
    return Number(this.body.value);
  }

  set value(value) {
    if (value === null) return;
    this.body.value = value;
    this.#show();
  }

  #show() {
    this.shown.value = this.setting.type === "integer" ? this.body.value : this.value.toFixed(2);
  }
}

class ToggleField extends Field {
  constructor(setting) {
    super(setting, make("input", { type: "checkbox" }));
    this.element.classList.add("toggle");
    this.body.addEventListener("change", () => this.changed());
  }

  get value() {
    return this.body.checked;
  }

  set value(value) {
    this.body.checked = value === true;
  }
}

class ChoiceField extends Field {
  constructor(setting) {
    const none = setting.nullable ? [new Option("None", "")] : [];
    super(setting, make("select", {}, ...none, ...setting.choices.map((choice) => new Option(choice, choice))));
    this.body.addEventListener("change", () => this.changed());
  }

  get value() {
    return this.body.value === "" && this.setting.nullable ? null : this.body.value;
  }

  set value(value) {
    this.body.value = value ?? "";
  }
}

class TextField extends Field {
  constructor(setting) {
    super(setting, make("input", { type: "text" }));
    this.body.addEventListener("change", () => this.changed());
  }

  get value() {
    return this.body.value === "" && this.setting.nullable ? null : this.body.value;
  }

  set value(value) {
    this.body.value = value ?? "";
  }
}

/** Whether a slider says it best: between two bounds, and nobody has an exact number in mind. */
function slides(setting) {
  return setting.min !== null && setting.max !== null && !setting.nullable && !setting.typed;
}

/** The field for a setting of a simple type; null for a type it takes more than one element to show. */
export function fieldFor(setting) {
  if (setting.choices) return new ChoiceField(setting);
  switch (setting.type) {
    case "boolean":
      return new ToggleField(setting);
    case "integer":
    case "number":
      return slides(setting) ? new SliderField(setting) : new NumberField(setting);
    case "string":
      return new TextField(setting);
    default:
      return null;
  }
}
