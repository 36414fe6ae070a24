// The list of pipelines, whether they can run here, and the wait for some to be loaded.
import { call, HubError } from "./api.js";
import { roleOf } from "./schema.js";

/** The schemas of all pipelines by id. */
export async function schemas() {
  return (await call("GET", "/api/v1/pipelines/schemas")).pipelines;
}

/** What the hub has loaded: its status, and for each pipeline {pipeline_id, load_params}. */
export function status() {
  return call("GET", "/api/v1/pipeline/status");
}

/** Why a pipeline cannot be loaded now and what helps: {reason, command}; null when its files are there. */
export async function obstacle(schema) {
  if (!schema.requires_models || schema.stand_in) return null;
  const { downloaded, progress } = await call("GET", `/api/v1/models/status?pipeline_id=${encodeURIComponent(schema.id)}`);
  if (downloaded) return null;
  if (progress?.is_downloading) return { reason: `Its model files are on their way: ${progress.percentage} %.`, command: null };
  return { reason: "Its model files are not here.", command: `./caravan models download ${schema.id}` };
}

/** Fills the menu: pipelines that can run first, those without their files next, those that belong to others last. */
export async function fill(select, pipelines) {
  const all = Object.values(pipelines);
  const missing = new Set();
  await Promise.all(all.map(async (schema) => (await obstacle(schema)) && missing.add(schema.id)));
  const group = (label, entries) => {
    const element = Object.assign(document.createElement("optgroup"), { label, hidden: entries.length === 0 });
    for (const p of entries) element.append(new Option(nameOf(p, missing.has(p.id)), p.id));
    return element;
  };
  const main = all.filter((p) => roleOf(p) === null);
  select.replaceChildren(
    group("Ready to run", main.filter((p) => !missing.has(p.id))),
    group("Model files missing", main.filter((p) => missing.has(p.id))),
    group("Before or after another", all.filter((p) => roleOf(p) !== null)),
  );
  return missing;
}

/** How a pipeline is called in a menu. */
export function nameOf(schema, missing) {
  return schema.stand_in ? `${schema.name} (stand-in: ${schema.stand_in})` : missing ? `${schema.name} (files missing)` : schema.name;
}

const UNTRAINED = "random weights";

/** What must stand beside every picture made with these notes: that nobody trained what makes it; else nothing. */
export function label(notes = []) {
  return notes.some((note) => note.startsWith(UNTRAINED)) ? UNTRAINED : "";
}

/** Shows what is to be known of how a pipeline was loaded, in a list that hides when there is nothing or the pipeline is not loaded. */
export function showNotes(list, loaded, id) {
  const shown = loaded.status === "loaded" && loaded.pipelines.some((one) => one.pipeline_id === id) ? (loaded.notes ?? []) : [];
  list.replaceChildren(...shown.map((note) => Object.assign(document.createElement("li"), { textContent: note })));
  list.hidden = shown.length === 0;
}

/**
 * Loads a chain unless it is loaded, telling each stage; returns when it is.
 *
 * @param chain Settings of each pipeline, in order
 */
export async function load(chain, tell) {
  const before = await status();
  const loaded = (settings) => before.pipelines.find((one) => one.node_id === settings.schema.id && settings.sameLoad(one.load_params));
  if (before.status === "loaded" && chain.every(loaded)) return;
  const pipelines = chain.map((settings) => ({
    node_id: settings.schema.id,
    pipeline_id: settings.schema.id,
    // What will do is asked for in its own words, so that the hub keeps it.
    load_params: loaded(settings)?.load_params ?? settings.loadParameters(),
  }));
  await call("POST", "/api/v1/pipeline/load", { pipelines });
  for (;;) {
    const now = await status();
    if (now.status === "loaded") return;
    if (now.status === "error") throw new HubError(0, now.error ?? `${pipelines.at(-1).pipeline_id} could not be loaded.`);
    tell(now.loading_stage ?? "Loading…");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
