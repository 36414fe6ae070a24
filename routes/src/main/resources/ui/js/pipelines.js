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

/** Why a pipeline cannot be loaded now and what helps: {reason, command}, the command null while it is helped; null when its files are here. */
async function missingFiles(schema) {
  if (!schema.requires_models || schema.stand_in) return null;
  const { downloaded, progress } = await call("GET", `/api/v1/models/status?pipeline_id=${encodeURIComponent(schema.id)}`);
  if (downloaded) return null;
  if (progress?.is_downloading) return { reason: `Its model files are on their way: ${far(progress)}.`, command: null };
  return { reason: progress?.error ?? "Its model files are not here.", command: `./caravan models download ${schema.id}` };
}

/** Begins to fetch the files of a pipeline into the folder the hub uses. */
export function download(schema) {
  return call("POST", "/api/v1/models/download", { pipeline_id: schema.id });
}

/**
 * What is in the way of each pipeline that cannot be loaded now, by id: {label, reason, command}, the last one null where none helps.
 *
 * @param unavailable of the hub's own state: {id: reason}, pipelines whose network it does not have
 */
export async function obstacles(pipelines, unavailable) {
  const found = await Promise.all(Object.values(pipelines).map(async (schema) => [schema.id, await obstacle(schema, unavailable)]));
  return new Map(found.filter(([, one]) => one !== null));
}

/** What is in the way of one of them; null when nothing is. */
export async function obstacle(schema, unavailable) {
  const reason = unavailable[schema.id];
  if (reason) return { label: "not in this build", reason: `${schema.name} cannot run: ${reason}.`, command: null, unbuilt: true };
  const missing = await missingFiles(schema);
  return missing && { label: "files missing", ...missing, unbuilt: false };
}

/** Fills the menu: pipelines that can run first, those without their files next, those that belong to others, those of other hubs last. */
export function fill(select, pipelines, inTheWay) {
  const chosen = select.value;
  const all = Object.values(pipelines);
  const group = (label, entries) => {
    const element = Object.assign(document.createElement("optgroup"), { label, hidden: entries.length === 0 });
    for (const p of entries) element.append(new Option(nameOf(p, inTheWay.get(p.id)), p.id));
    return element;
  };
  const built = all.filter((p) => !inTheWay.get(p.id)?.unbuilt);
  const main = built.filter((p) => roleOf(p) === null);
  select.replaceChildren(
    group("Ready to run", main.filter((p) => !inTheWay.has(p.id))),
    group("Model files missing", main.filter((p) => inTheWay.has(p.id))),
    group("Before or after another", built.filter((p) => roleOf(p) !== null)),
    group("Not in this build", all.filter((p) => !built.includes(p))),
  );
  if (chosen) select.value = chosen;
}

/** Fills the menu of those that run before or after another; those whose network is not here are named and cannot be chosen. */
export function fillRole(select, pipelines, inTheWay, role) {
  const chosen = select.value;
  const options = Object.values(pipelines).filter((schema) => roleOf(schema) === role).map((schema) => {
    const obstacle = inTheWay.get(schema.id);
    const option = new Option(nameOf(schema, obstacle), schema.id);
    option.disabled = obstacle?.unbuilt === true;
    option.title = obstacle?.reason ?? schema.description;
    return option;
  });
  select.replaceChildren(new Option("None", ""), ...options);
  select.value = chosen;
}

/** How a pipeline is called in a menu. */
function nameOf(schema, obstacle) {
  return schema.stand_in ? `${schema.name} (stand-in: ${schema.stand_in})` : obstacle ? `${schema.name} (${obstacle.label})` : schema.name;
}

/** How far a download is. */
function far({ percentage, total_bytes: bytes, bytes_per_second: rate, seconds_left: seconds }) {
  const words = [bytes ? `${percentage} % of ${(bytes / 1e9).toFixed(1)} GB` : `${percentage} %`];
  if (rate) words.push(`${(rate / 1e6).toFixed(1)} MB/s`);
  if (seconds !== null && seconds !== undefined) words.push(seconds < 90 ? `${seconds} s left` : `${Math.round(seconds / 60)} min left`);
  return words.join(", ");
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
