// The page: wires the controls to one connection and keeps the wall and the state of the hub fresh.
import { copy, invitation, may, me } from "./access.js";
import { call, hasToken, HubError, onTokenWanted } from "./api.js";
import { LoraScales } from "./loras.js";
import { notice } from "./notices.js";
import { Panel } from "./panel.js";
import { Peer } from "./peer.js";
import * as pipelines from "./pipelines.js";
import { PromptEditor } from "./prompts.js";
import { RouteFiles } from "./routes.js";
import { roleOf } from "./schema.js";
import { ControlSender } from "./sender.js";
import { Settings } from "./settings.js";
import * as sources from "./sources.js";
import { StatsView } from "./stats.js";
import { askForToken, takeLink } from "./token.js";
import { Wall } from "./wall.js";

const $ = (id) => document.getElementById(id);
const invitedTo = takeLink(); // first of all: nobody shall see the token in the address
const stats = new StatsView($("stats"));
const prompts = new PromptEditor($("prompts"), $("prompting"));
const actions = { watch, stop: null, invite: null };
const wall = new Wall({ list: $("wall"), count: $("wall-count"), empty: $("wall-empty") }, actions);
const routeFiles = new RouteFiles({ panel: $("routes"), list: $("route-files"), count: $("routes-count") });
const sender = new ControlSender(deliver);
const loraScales = new LoraScales((lora_scales) => change({ lora_scales }));
const panel = new Panel({ change, chosen });

let peer = null; // the one connection of this page
let stream = null; // what it sends
let watchedId = null; // session on the screen
let who = null; // who the hub takes us for
let live = null; // Settings of what the live controls are about

// --- who may what --------------------------------------------------------------------------------------------------

/** Asks the hub who we are and shows what we may do; viewers see pictures and nothing to change them by. */
async function identify() {
  who = await me();
  const produces = may(who, "producer");
  document.querySelector(".panel").hidden = !produces;
  document.body.dataset.role = who.role;
  // A token for one session opens and ends none.
  $("setup").hidden = who.session !== null;
  actions.stop = produces && who.session === null ? endSession : null;
  actions.invite = may(who, "operator") ? invite : null;
  if (!may(who, "operator")) $("routes").hidden = true;
  if (peer === null) curtain(idleText());
  if (produces && !panel.main) await fillPanel();
}

async function fillPanel() {
  const hub = await call("GET", "/api/v1/hub/info");
  await panel.fill(hub.unavailable);
  about(hub);
}

function idleText() {
  return may(who, "producer") && who.session === null ? "Choose a source and a pipeline, then start." : "Choose a session to watch.";
}

async function invite(session) {
  try {
    const link = await invitation(session);
    if (await copy(link)) notice(`Copied: a link to watch ${session.id}, good for an hour.`);
    else notice(`A link to watch ${session.id}, good for an hour: ${link}`, "note");
  } catch (error) {
    fail(error);
  }
}

// --- saying things -------------------------------------------------------------------------------------------------

function busy(text) {
  $("progress").hidden = text === null;
  $("progress-text").textContent = text ?? "";
  $("start").disabled = text !== null || peer !== null || !panel.startable;
}

/** Another pipeline or mode was chosen. */
function chosen() {
  $("start").disabled = peer !== null || !panel.startable;
  showLive(panel.main);
}

function curtain(text) {
  $("screen").dataset.state = text === null ? "live" : "idle";
  if (text !== null) $("curtain-text").textContent = text;
}

// --- starting and ending -------------------------------------------------------------------------------------------

async function start() {
  const kind = new FormData($("setup")).get("source");
  leave();
  if (!panel.check()) return;
  const { schema, mode } = panel.main;
  const chain = panel.chain;
  try {
    busy("Opening the source…");
    stream = await sources.open(kind, $("file").files[0]);
    busy("Loading the pipeline…");
    panel.running = true;
    await pipelines.load(chain, busy);
    busy("Connecting…");
    if (!stream && mode === "video") notice(`${schema.name} needs a picture: choose a source, or send frames to this session.`);
    await connect({ input_mode: mode, ...panel.main.parameters(), ...prompting(), pipeline_ids: chain.map((one) => one.schema.id) }, null);
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
    if (may(who, "producer")) await showLiveOf(session);
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
  sender.clear();
  panel.running = false;
  loraScales.loaded(null);
  if (panel.main && live !== panel.main) showLive(panel.main);
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
  curtain(idleText());
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

/** A setting of what runs was changed; nothing runs, nothing happens: the offer brings it along. */
function change(parameters) {
  if (watchedId !== null) sender.change(parameters);
}

/** Sends a control by the quickest door there is: the data channel of our own session, or REST for a watched one. */
async function deliver(parameters) {
  if (watchedId === null) return;
  if (peer?.id === watchedId && peer.send(parameters)) return;
  try {
    await call("POST", `/api/v1/sessions/${encodeURIComponent(watchedId)}/parameters`, parameters);
  } catch (error) {
    fail(error);
  }
}

/** Shows the live controls that a pipeline has, and none else. */
function showLive(settings) {
  live = settings;
  const { schema } = settings;
  $("live-settings").replaceChildren(settings.liveElement, loraScales.element);
  $("settings").hidden = settings.liveElement.hidden && loraScales.element.hidden;
  $("prompting").hidden = !schema.supports_prompts;
  $("reset").hidden = !schema.supports_cache_management;
  $("blend").value = settings.defaultOf("default_spatial_interpolation_method");
  $("transition").value = settings.defaultOf("default_temporal_interpolation_steps");
  $("transition-method").value = settings.defaultOf("default_temporal_interpolation_method");
  showStatus();
}

/** The live controls of a session that somebody else opened, with what is in force there. */
async function showLiveOf(session) {
  const known = session.pipelines.map((id) => panel.schemas[id]).filter(Boolean);
  const schema = known.find((one) => roleOf(one) === null) ?? known[0];
  if (!schema) return;
  const { parameters } = await call("GET", `/api/v1/sessions/${encodeURIComponent(session.id)}/parameters`);
  const settings = new Settings(schema, session.mode, change);
  settings.showAll(parameters);
  prompts.show(parameters.prompts);
  if (watchedId === session.id) showLive(settings);
}

/** Prompts as an offer takes them; nothing for a pipeline that has none. */
function prompting() {
  return $("prompting").hidden ? {} : { prompts: prompts.prompts, prompt_interpolation_method: $("blend").value };
}

function applyPrompts() {
  const list = prompts.prompts;
  if (list.length === 0 || watchedId === null) return;
  const steps = Number($("transition").value) || 0;
  const transition = { target_prompts: list, num_steps: steps, temporal_interpolation_method: $("transition-method").value };
  sender.now(steps > 0 ? { transition } : { prompts: list });
}

function message(received) {
  if (received.type === "parameters_updated") {
    const { parameters } = received;
    prompts.show(parameters.transition?.target_prompts ?? parameters.prompts);
    if (parameters.prompt_interpolation_method) $("blend").value = parameters.prompt_interpolation_method;
    if ("paused" in parameters) $("pause").setAttribute("aria-pressed", parameters.paused === true);
    loraScales.show(parameters.lora_scales ?? []);
    live.show(parameters);
  }
  if (received.type === "hub_stopping") notice(`The hub is about to stop: this session ends within ${received.seconds} s.`);
  if (received.type === "parameters_rejected") {
    const homeless = received.errors.filter(({ key, msg }) => !live.refuse(key, msg));
    if (homeless.length > 0) notice(homeless.map((e) => `${e.key}: ${e.msg}`).join("; "), "error");
  }
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

/** How a check is shown by what it says; what is missing here is under way. */
const STATES = { up: "up", ok: "up", loaded: "up", down: "down", error: "down", off: "off", not_loaded: "off" };

let refreshing = false;
async function refresh() {
  if (refreshing || document.hidden) return;
  refreshing = true;
  try {
    if (who === null) await identify();
    const [health, sessions] = await Promise.all([
      call("GET", "/health"),
      wall.refresh(watchedId),
      showStatus(),
      panel.refresh(),
      may(who, "operator") ? routeFiles.refresh() : null,
    ]);
    showChecks(health.checks ?? {});
    warn(sessions.find((session) => session.id === watchedId)?.notes);
  } catch (error) {
    showChecks({ hub: { status: "down", detail: error.message } });
  } finally {
    refreshing = false;
  }
}

/** What is to be known of the loaded pipelines: notes, and the adapters whose weight can change. */
async function showStatus() {
  const status = await pipelines.status();
  pipelines.showNotes($("pipeline-notes"), status, $("pipeline").value);
  loraScales.loaded(live?.schema.supports_lora && watchedId !== null ? status.loaded_lora_adapters : null);
  if (live) $("settings").hidden = live.liveElement.hidden && loraScales.element.hidden;
}

function showChecks(checks) {
  $("checks").replaceChildren(
    ...Object.entries(checks).map(([name, check]) => {
      const item = Object.assign(document.createElement("li"), { textContent: name });
      const status = String(check.status ?? check).toLowerCase();
      item.dataset.state = STATES[status] ?? "busy";
      item.title = check.detail ?? status;
      return item;
    }),
  );
}

function about(hub) {
  $("wall-kafka").hidden = !hub.kafka;
  const lines = [`Caravan ${hub.version}`, hub.kafka ? `Kafka at ${hub.kafka.bootstrap_servers}` : "without Kafka"];
  $("about").replaceChildren(...lines.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
}

// --- wiring --------------------------------------------------------------------------------------------------------

onTokenWanted(async (wrong) => {
  if (await askForToken(wrong)) who = null; // another token, another role perhaps
});

$("setup").addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
$("sources").addEventListener("change", () => {
  const source = new FormData($("setup")).get("source");
  $("source-file").hidden = source !== "file";
  if (peer === null) panel.sourceIs(source !== "none");
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
  sender.now({ paused });
});
$("reset").addEventListener("click", () => sender.now({ reset_cache: true }));
$("blend").addEventListener("change", () => change({ prompt_interpolation_method: $("blend").value }));
$("snapshot").addEventListener("click", snapshot);
$("token-button").addEventListener("click", async () => {
  if (!(await askForToken())) return;
  who = null;
  refresh();
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
    await identify();
  } catch (error) {
    fail(error);
  }
  await refresh();
  setInterval(refresh, 2000);
  if (invitedTo !== null && peer === null) await watch({ id: invitedTo });
}
begin();
