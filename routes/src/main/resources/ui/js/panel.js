// The part of the page where a person says what is to run: pipeline, what stands before and after it, mode, load settings.
import { button, make } from "./dom.js";
import { notice } from "./notices.js";
import * as pipelines from "./pipelines.js";
import { modeFor, roleOf } from "./schema.js";
import { Settings } from "./settings.js";

const $ = (id) => document.getElementById(id);

export class Panel {
  #schemas = {};
  #unavailable = {};
  #inTheWay = new Map(); // by pipeline id: why it cannot be loaded now
  #told = ""; // the obstacle that is shown
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

  /**
   * Asks the hub what there is and what is loaded.
   *
   * @param unavailable {id: reason} of the pipelines whose network the hub does not have
   */
  async fill(unavailable) {
    this.#unavailable = unavailable;
    this.#schemas = await pipelines.schemas();
    await this.#lookForObstacles();
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

  /** Asks again whether the files of the chosen pipeline have come. */
  async refresh() {
    const schema = this.main?.schema;
    if (!this.#inTheWay.has(schema?.id) || this.#unavailable[schema.id]) return;
    const now = await pipelines.obstacle(schema, this.#unavailable);
    if (now === null) return this.#lookForObstacles(); // others share its files
    this.#inTheWay.set(schema.id, now);
    this.#showObstacle();
  }

  /** Whether the chosen pipeline could run here, as far as one can know. */
  get startable() {
    return !this.main || !this.#unavailable[this.main.schema.id];
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
    this.#showObstacle();
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

  async #lookForObstacles() {
    const before = [...this.#inTheWay.keys()].join();
    this.#inTheWay = await pipelines.obstacles(this.#schemas, this.#unavailable);
    if ($("pipeline").options.length === 0 || before !== [...this.#inTheWay.keys()].join()) {
      pipelines.fill($("pipeline"), this.#schemas, this.#inTheWay);
      pipelines.fillRole($("before"), this.#schemas, this.#inTheWay, "preprocessor");
      pipelines.fillRole($("after"), this.#schemas, this.#inTheWay, "postprocessor");
    }
    this.#showObstacle();
  }

  /** Says what is in the way of the chosen pipeline, once: what can be pressed in it stays while nothing changes. */
  #showObstacle() {
    const schema = this.#schemas[$("pipeline").value];
    const found = this.#inTheWay.get(schema?.id);
    const words = found ? schema.id + found.reason : "";
    $("obstacle").hidden = !found;
    if (words === this.#told) return;
    this.#told = words;
    $("obstacle").replaceChildren(...(found ? [found.reason] : []), ...(found?.command ? this.#help(schema, found.command) : []));
  }

  #help(schema, command) {
    const press = button("Download", () => this.#download(schema), { title: "Gigabytes, into the hub's models folder; it goes on where it was stopped" });
    return [make("span", { className: "help" }, press, make("span", {}, "or run ", make("code", { textContent: command })))];
  }

  async #download(schema) {
    try {
      await pipelines.download(schema);
      await this.#lookForObstacles();
    } catch (error) {
      notice(error.message, "error");
    }
  }
}

/** Whether the source chosen gives pictures. */
function pictures() {
  return new FormData($("setup")).get("source") !== "none";
}
