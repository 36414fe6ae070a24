// The list of pipelines and the wait for one to be loaded.
import { call, HubError } from "./api.js";

/** Fills the menu from the hub's schemas; main pipelines first, those without models on top. */
export async function fill(select) {
  const { pipelines } = await call("GET", "/api/v1/pipelines/schemas");
  const group = (label, entries) => {
    const element = Object.assign(document.createElement("optgroup"), { label });
    for (const p of entries) element.append(new Option(p.stand_in ? `${p.name} (stand-in: ${p.stand_in})` : p.name, p.id));
    return element;
  };
  const main = Object.values(pipelines).filter((p) => p.usage.length === 0);
  const free = main.filter((p) => !p.requires_models || p.stand_in);
  select.replaceChildren(
    group("Ready to run", free),
    group("Need model files", main.filter((p) => !free.includes(p))),
    group("Before or after another", Object.values(pipelines).filter((p) => p.usage.length > 0)),
  );
  const status = await call("GET", "/api/v1/pipeline/status");
  select.value = status.pipeline_id && pipelines[status.pipeline_id] ? status.pipeline_id : pipelines["test-card"] ? "test-card" : free[0].id;
  return pipelines;
}

const UNTRAINED = "random weights";

/** What must stand beside every picture made with these notes: that nobody trained what makes it; else nothing. */
export function label(notes = []) {
  return notes.some((note) => note.startsWith(UNTRAINED)) ? UNTRAINED : "";
}

/** Shows what is to be known of how a pipeline was loaded, in a list that hides when there is nothing or the pipeline is not loaded. */
export async function showNotes(list, id) {
  const { status, pipeline_id, notes = [] } = await call("GET", "/api/v1/pipeline/status");
  const shown = status === "loaded" && pipeline_id === id ? notes : [];
  list.replaceChildren(...shown.map((note) => Object.assign(document.createElement("li"), { textContent: note })));
  list.hidden = shown.length === 0;
}

/** Loads a pipeline unless it is loaded, telling each stage; returns when it is. */
export async function load(id, tell) {
  const status = await call("GET", "/api/v1/pipeline/status");
  if (status.status === "loaded" && status.pipeline_id === id) return;
  await call("POST", "/api/v1/pipeline/load", { pipeline_ids: [id] });
  for (;;) {
    const now = await call("GET", "/api/v1/pipeline/status");
    if (now.status === "loaded") return;
    if (now.status === "error") throw new HubError(0, now.error ?? `${id} could not be loaded.`);
    tell(now.loading_stage ?? "Loading…");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
