// The part of the page where a person says what is to run: pipeline, what stands before and after it, mode, load settings.
import { make } from "./dom.js";
import * as pipelines from "./pipelines.js";
import { modeFor, roleOf } from "./schema.js";
import { Settings } from "./settings.js";

const $ = (id) => document.getElementById(id);

export class Panel {
  #schemas = {};
  #missing = new Set();
  #settings = new Map(); // by pipeline id: what a person has set stays when they come back
  #loaded = [];
  #running = false;
  #handlers;

  /** @param handlers {change(parameters): of what runs, chosen(): another pipeline or mode} */
  constructor(handlers) {
    this.#handlers = handlers;
    for (const id of ["pipeline", "before", "after"]) $(id).addEventListener("change", () => this.#choose());
    $("modes").addEventListener("change", () => this.#setMode(new FormData($("setup")).get("mode")));
  }

  /** Asks the hub what there is and what is loaded. */
  async fill() {
    this.#schemas = await pipelines.schemas();
    this.#missing = await pipelines.fill($("pipeline"), this.#schemas);
    this.#fillRole($("before"), "preprocessor");
    this.#fillRole($("after"), "postprocessor");
    const { pipelines: loaded } = await pipelines.status();
    this.#loaded = loaded.filter((one) => one.node_id === one.pipeline_id && this.#schemas[one.pipeline_id]);
    const ids = this.#loaded.map((one) => one.pipeline_id);
    const byRole = (role) => ids.findLast((id) => roleOf(this.#schemas[id]) === role);
    $("pipeline").value = byRole(null) ?? ids.at(-1) ?? (this.#schemas["test-card"] ? "test-card" : $("pipeline").options[0].value);
    if ($("pipeline").value === byRole(null)) {
      $("before").value = byRole("preprocessor") ?? "";
      $("after").value = byRole("postprocessor") ?? "";
    }
    this.#choose();
  }

  /** Settings of the main pipeline. */
  get main() {
    return this.#settings.get($("pipeline").value);
  }

  /** Settings of the whole chain, in order. */
  get chain() {
    const ids = [$("chain-before").hidden ? "" : $("before").value, $("pipeline").value, $("chain-after").hidden ? "" : $("after").value];
    return ids.filter(Boolean).map((id) => this.#settingsOf(id));
  }

  get schemas() {
    return this.#schemas;
  }

  /** A source was chosen: pictures, or none. The mode that goes with it is the one most people want. */
  sourceIs(pictures) {
    if (this.main) this.#setMode(modeFor(this.main.schema, pictures));
  }

  /** Load settings rest while a stream of this page uses them. */
  set running(running) {
    this.#running = running;
    $("load-fields").disabled = $("pipeline").disabled = $("before").disabled = $("after").disabled = running;
  }

  /** Whether all can be used as it stands; goes to what cannot. */
  check() {
    const wrong = this.chain.find((settings) => !settings.check());
    if (wrong?.loadElement.querySelector("[aria-invalid=true]")) {
      $("load-settings").open = true;
      wrong.check(); // now that it can be seen, it can have the focus
    }
    return wrong === undefined;
  }

  #settingsOf(id) {
    if (!this.#settings.has(id)) {
      const schema = this.#schemas[id];
      const settings = new Settings(schema, modeFor(schema, pictures()), (parameters) => this.#handlers.change(parameters));
      const loaded = this.#loaded.find((one) => one.pipeline_id === id);
      if (loaded) settings.showLoaded(loaded.load_params);
      settings.loadElement.addEventListener("change", () => this.#summarize());
      this.#settings.set(id, settings);
    }
    return this.#settings.get(id);
  }

  #setMode(mode) {
    const changed = this.main.setMode(mode, this.#running);
    this.#arrange();
    this.#handlers.change({ input_mode: mode, ...changed });
    this.#handlers.chosen();
  }

  #choose() {
    const schema = this.#settingsOf($("pipeline").value).schema;
    this.main.setMode(modeFor(schema, pictures()), this.#running);
    $("pipeline-about").textContent = schema.description;
    this.#showObstacle(schema);
    this.#arrange();
    this.#handlers.chosen();
  }

  #arrange() {
    const { schema, mode } = this.main;
    $("modes").hidden = schema.supported_modes.length < 2;
    for (const input of $("modes").querySelectorAll("input")) input.checked = input.value === mode;
    // Nothing can stand before a pipeline that makes its pictures out of nothing, nor beside one that is itself such a part.
    $("chain-before").hidden = mode !== "video" || roleOf(schema) !== null;
    $("chain-after").hidden = roleOf(schema) !== null;
    const chain = this.chain;
    $("load-fields").replaceChildren(...chain.flatMap((one) => this.#loadSection(one, chain)));
    $("load-settings").hidden = chain.every((one) => one.loadElement.hidden);
    this.#summarize();
  }

  #loadSection(settings, chain) {
    if (settings.loadElement.hidden) return [];
    if (chain.length === 1) return [settings.loadElement];
    return [make("h3", { textContent: settings.schema.name }), settings.loadElement];
  }

  #summarize() {
    const words = this.chain.map((settings) => settings.summary()).filter(Boolean).join(" · ");
    $("load-summary").textContent = $("load-summary").title = words;
  }

  async #showObstacle(schema) {
    $("obstacle").hidden = !this.#missing.has(schema.id);
    if ($("obstacle").hidden) return;
    const found = await pipelines.obstacle(schema).catch((error) => ({ reason: error.message, command: null }));
    if ($("pipeline").value !== schema.id) return;
    $("obstacle").hidden = found === null;
    if (found) $("obstacle").replaceChildren(found.reason, ...(found.command ? [" Run ", make("code", { textContent: found.command })] : []));
  }

  #fillRole(select, role) {
    const options = Object.values(this.#schemas).filter((schema) => roleOf(schema) === role);
    select.replaceChildren(new Option("None", ""), ...options.map((p) => new Option(pipelines.nameOf(p, this.#missing.has(p.id)), p.id)));
  }
}

/** Whether the source chosen gives pictures. */
function pictures() {
  return new FormData($("setup")).get("source") !== "none";
}
