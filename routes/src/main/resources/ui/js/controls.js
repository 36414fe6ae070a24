// Which controls a schema stands for. A control is one field with what it means to the hub:
//   place  "load": used when the pipeline is loaded, and still while it runs; "live": changes what runs
//   load   its key among the load parameters, or null
//   live   its key among the parameters of a session, or null
//   base   the load parameter the hub assumes when none is given
//   start  (mode) => the value the page begins with
//   modes  the modes it has a meaning in, or null for all
//   vace   whether it has a meaning only with VACE
import { fieldFor } from "./field.js";
import { ImagesField } from "./images.js";
import { LorasField } from "./loras.js";
import { sizeFields } from "./resolution.js";
import { defaultOf, settingsOf } from "./schema.js";
import { StepsField } from "./steps.js";

/** Load parameters that a running session can change too, by the name they have there (contract §2.6). */
const LIVE_NAMES = { denoising_steps: "denoising_step_list", manage_cache: "manage_cache", vace_context_scale: "vace_context_scale" };

/** The controls of a pipeline, in the order they are to stand in. */
export function controlsOf(schema) {
  const settings = settingsOf(schema);
  const controls = settings.flatMap((setting) => (MAKERS[setting.component] ?? plain)(setting, schema, settings));
  return schema.supports_kv_cache_bias ? [...controls, attentionBias()] : controls;
}

const MAKERS = {
  resolution: (setting, schema, settings) => {
    if (setting.name !== "height") return [];
    const width = settings.find((other) => other.name === "width");
    return sizeFields(width, setting, schema.min_dimension).map((field) => control(field, field.setting, schema));
  },
  denoising_steps: (setting, schema) => [control(new StepsField(setting), setting, schema)],
  vace: (setting, schema) => (schema.supports_vace ? vace(setting, schema) : []),
  lora: (setting, schema) => (schema.supports_lora ? loras(setting, schema) : []),
  image: (setting, schema) => [control(new ImagesField(setting), setting, schema)],
};

function plain(setting, schema) {
  const field = fieldFor(setting);
  return field ? [control(field, setting, schema)] : [];
}

function control(field, setting, schema) {
  const live = LIVE_NAMES[setting.name] ?? (setting.load ? null : setting.name);
  return {
    field,
    group: setting.component,
    place: live ? "live" : "load",
    load: setting.load ? setting.name : null,
    live,
    base: setting.fallback,
    start: (mode) => defaultOf(schema, setting.name, mode),
    modes: setting.modes,
    vace: false,
  };
}

/** Its strength is a setting of the schema; whether it is on and what it sees belong to it. */
function vace(setting, schema) {
  const more = (field, over) => ({
    field, group: "vace", place: "live", load: null, live: field.name, base: null, modes: null, vace: true, start: () => null, ...over,
  });
  const toggle = (name, title, help) => fieldFor({ name, title, help, type: "boolean", choices: null });
  const images = (name, title, type) => new ImagesField({ name, title, type, help: "Drop pictures here or choose some" });
  return [
    // Off unless asked for: it takes a lot of memory. The hub's own default is on.
    more(toggle("vace_enabled", "VACE", "Guide the generation with pictures or the input video"), {
      place: "load", load: "vace_enabled", base: true, start: () => false, vace: false,
    }),
    more(toggle("vace_use_input_video", "Guide with the input video", "Otherwise the input is what noise is added to"), {
      modes: ["video"], start: () => true,
    }),
    { ...control(fieldFor(setting), setting, schema), vace: true },
    more(images("vace_ref_images", "Reference images", "array")),
    more(images("first_frame_image", "First frame", "string")),
    more(images("last_frame_image", "Last frame", "string")),
  ];
}

const MERGE_MODES = ["permanent_merge", "runtime_peft"];

function loras(setting, schema) {
  const merge = fieldFor({ ...setting, title: "Merge", choices: setting.choices ?? MERGE_MODES });
  const list = new LorasField({ name: "loras", title: "Adapters", help: "Weights added to those of the model" });
  return [
    { ...control(list, setting, schema), load: "loras", base: [], start: () => [] },
    { ...control(merge, setting, schema), load: "lora_merge_mode" },
  ];
}

function attentionBias() {
  const setting = {
    name: "kv_cache_attention_bias", title: "Attention to the past", help: "Lower relies less on past frames and moves more",
    type: "number", choices: null, min: 0.01, max: 1, step: 0.01,
  };
  return {
    field: fieldFor(setting), group: null, place: "live", load: null, live: setting.name, base: null, start: () => 1, modes: null, vace: false,
  };
}
