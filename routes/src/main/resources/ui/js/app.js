// The page: wires the controls to one connection and keeps the wall and the state of the hub fresh.
import { call, hasToken, HubError, onTokenWanted, storeToken } from "./api.js";
import { Peer } from "./peer.js";
import * as pipelines from "./pipelines.js";
import { PromptEditor } from "./prompts.js";
import * as sources from "./sources.js";
import { StatsView } from "./stats.js";
import { Wall } from "./wall.js";

const $ = (id) => document.getElementById(id);
const stats = new StatsView($("stats"));
const prompts = new PromptEditor($("prompts"), $("prompting"));
const wall = new Wall({ list: $("wall"), count: $("wall-count"), empty: $("wall-empty") }, { watch, stop: endSession });

let schemas = {};
let peer = null; // the one connection of this page
let stream = null; // what it sends
let watchedId = null; // session on the screen

// --- saying things -------------------------------------------------------------------------------------------------

function notice(text, kind = "info") {
  const element = Object.assign(document.createElement("p"), { className: "notice" });
  element.dataset.kind = kind;
  const close = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "×" });
  close.setAttribute("aria-label", "Dismiss");
  close.addEventListener("click", () => element.remove());
  element.append(Object.assign(document.createElement("span"), { textContent: text }), close);
  $("notices").append(element);
  while ($("notices").children.length > 4) $("notices").firstChild.remove();
  if (kind !== "error") setTimeout(() => element.remove(), 6000);
}

function busy(text) {
  $("progress").hidden = text === null;
  $("progress-text").textContent = text ?? "";
  $("start").disabled = text !== null || peer !== null;
}

function curtain(text) {
  $("screen").dataset.state = text === null ? "live" : "idle";
  if (text !== null) $("curtain-text").textContent = text;
}

// --- starting and ending -------------------------------------------------------------------------------------------

async function start() {
  const kind = new FormData($("setup")).get("source");
  const id = $("pipeline").value;
  leave();
  try {
    busy("Opening the source…");
    stream = await sources.open(kind, $("file").files[0]);
    busy("Loading the pipeline…");
    await pipelines.load(id, busy);
    busy("Connecting…");
    const modes = schemas[id].supported_modes;
    const wanted = stream ? "video" : "text";
    const parameters = { input_mode: modes.includes(wanted) ? wanted : modes[0], prompts: prompts.prompts, pipeline_ids: [id] };
    if (!stream && !modes.includes("text")) notice(`${schemas[id].name} needs a picture: choose a source, or send frames to this session.`);
    await connect(parameters, null);
  } catch (error) {
    leave();
    fail(error);
  }
}

async function watch(session) {
  leave();
  try {
    busy("Connecting…");
    await connect({ watch: session.id }, session.id);
  } catch (error) {
    leave();
    fail(error);
  }
}

async function connect(parameters, watching) {
  curtain("Waiting for the first picture…");
  const mine = (peer = new Peer({
    onStream: (remote) => ($("output").srcObject = remote),
    onMessage: message,
    onEnd: (reason) => {
      if (peer === mine) leave();
      if (reason) notice(reason, "error");
    },
  }));
  await mine.connect(stream, parameters);
  if (peer !== mine) return; // stopped while connecting
  watchedId = watching ?? mine.id;
  $("watching").hidden = false;
  $("watching").textContent = watching ? `Watching ${watching}` : "Live";
  $("preview").srcObject = stream;
  $("preview").hidden = !stream;
  $("live").disabled = false;
  $("pause").disabled = $("reset").disabled = watching !== null;
  $("stop").disabled = false;
  stream?.getVideoTracks()[0].addEventListener("ended", () => notice("The source has ended.", "error"));
  stats.start(mine);
  busy(null);
  refresh();
}

/** On the picture, so that nobody takes it for what a trained model makes. */
function warn(notes) {
  $("warning").textContent = pipelines.label(notes);
  $("warning").hidden = !pipelines.label(notes);
}

function leave() {
  const old = peer;
  peer = null;
  old?.close();
  sources.stop(stream);
  stream = null;
  watchedId = null;
  stats.stop();
  $("output").srcObject = null;
  $("preview").srcObject = null;
  $("preview").hidden = true;
  $("watching").hidden = true;
  warn();
  $("live").disabled = true;
  $("pause").setAttribute("aria-pressed", "false");
  $("stop").disabled = true;
  curtain("Choose a source and a pipeline, then start.");
  busy(null);
}

async function endSession(session) {
  try {
    await call("DELETE", `/api/v1/sessions/${encodeURIComponent(session.id)}`);
  } catch (error) {
    if (error.status !== 404) fail(error);
  }
  refresh();
}

function fail(error) {
  notice(error.message || String(error), "error");
  if (!(error instanceof HubError)) console.error(error);
}

// --- controls ------------------------------------------------------------------------------------------------------

/** Sends a control by the quickest door there is: the data channel of our own session, or REST for a watched one. */
async function control(parameters) {
  if (watchedId === null) return;
  if (peer?.id === watchedId && peer.send(parameters)) return;
  try {
    await call("POST", `/api/v1/sessions/${encodeURIComponent(watchedId)}/parameters`, parameters);
  } catch (error) {
    fail(error);
  }
}

function applyPrompts() {
  const list = prompts.prompts;
  if (list.length === 0) return;
  const steps = Number($("transition").value) || 0;
  control(steps > 0 ? { transition: { target_prompts: list, num_steps: steps } } : { prompts: list });
}

function message(received) {
  if (received.type === "parameters_updated") prompts.show(received.parameters.prompts);
  if (received.type === "parameters_rejected") notice(received.errors.map((e) => `${e.key}: ${e.msg}`).join("; "), "error");
}

async function snapshot() {
  const video = $("output");
  const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
  if (!canvas.width) return;
  canvas.getContext("2d").drawImage(video, 0, 0);
  const link = Object.assign(document.createElement("a"), { href: canvas.toDataURL("image/png"), download: `caravan-${Date.now()}.png` });
  link.click();
}

// --- keeping fresh -------------------------------------------------------------------------------------------------

let refreshing = false;
async function refresh() {
  if (refreshing || document.hidden) return;
  refreshing = true;
  try {
    const [health, sessions] = await Promise.all([
      call("GET", "/health"),
      wall.refresh(watchedId),
      pipelines.showNotes($("pipeline-notes"), $("pipeline").value),
    ]);
    showChecks(health.checks ?? {});
    warn(sessions.find((session) => session.id === watchedId)?.notes);
  } catch (error) {
    showChecks({ hub: { status: "down", detail: error.message } });
  } finally {
    refreshing = false;
  }
}

function showChecks(checks) {
  $("checks").replaceChildren(
    ...Object.entries(checks).map(([name, check]) => {
      const item = Object.assign(document.createElement("li"), { textContent: name });
      const status = String(check.status ?? check).toLowerCase();
      item.dataset.state = ["up", "ok", "loaded"].includes(status) ? "up" : ["down", "error"].includes(status) ? "down" : "busy";
      item.title = check.detail ?? status;
      return item;
    }),
  );
}

async function about() {
  const hub = await call("GET", "/api/v1/hub/info");
  const lines = [`Caravan ${hub.version}`, hub.kafka ? `Kafka at ${hub.kafka.bootstrap_servers}` : "without Kafka"];
  $("about").replaceChildren(...lines.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
}

// --- wiring --------------------------------------------------------------------------------------------------------

let asking = null;
function askForToken(wrong = false) {
  asking ??= new Promise((resolve) => {
    const dialog = $("token-dialog");
    $("token").value = "";
    $("token-wrong").hidden = !wrong;
    dialog.returnValue = ""; // Escape leaves it as it is
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue === "ok") storeToken($("token").value);
        $("token-button").hidden = false;
        asking = null;
        resolve(dialog.returnValue === "ok");
      },
      { once: true },
    );
    dialog.showModal();
  });
  return asking;
}
onTokenWanted(askForToken);

$("setup").addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
$("setup").addEventListener("change", () => {
  $("source-file").hidden = new FormData($("setup")).get("source") !== "file";
  $("pipeline-about").textContent = schemas[$("pipeline").value]?.description ?? "";
  refresh();
});
$("stop").addEventListener("click", leave);
$("prompting").addEventListener("submit", (event) => {
  event.preventDefault();
  applyPrompts();
});
$("add-prompt").addEventListener("click", () => prompts.add().focus());
$("pause").addEventListener("click", () => {
  const paused = $("pause").getAttribute("aria-pressed") !== "true";
  $("pause").setAttribute("aria-pressed", paused);
  control({ paused });
});
$("reset").addEventListener("click", () => control({ reset_cache: true }));
$("snapshot").addEventListener("click", snapshot);
$("token-button").addEventListener("click", async () => {
  if (await askForToken()) refresh();
});
$("fullscreen").addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : $("screen").requestFullscreen()));
$("output").addEventListener("playing", () => curtain(null));
document.addEventListener("keydown", (event) => {
  if (event.key === "f" && !event.ctrlKey && !event.metaKey && !event.target.closest("input, textarea, select")) $("fullscreen").click();
});
document.addEventListener("visibilitychange", refresh);
window.addEventListener("pagehide", () => peer?.close());

async function begin() {
  $("token-button").hidden = !hasToken();
  try {
    schemas = await pipelines.fill($("pipeline"));
    $("setup").dispatchEvent(new Event("change"));
    await about();
  } catch (error) {
    fail(error);
  }
  await refresh();
  setInterval(refresh, 2000);
}
begin();
