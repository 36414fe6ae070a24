// What the schema of a pipeline declares (contract §4.2): its settings, and their defaults in each mode.

/** The settings with `ui` data, in the order they are to stand in; what has none is not for people. */
export function settingsOf(schema) {
  const { properties = {}, $defs = {} } = schema.config_schema ?? {};
  return Object.entries(properties)
    .filter(([, property]) => property.ui)
    .map(([name, property]) => describe(name, property, $defs))
    .sort((a, b) => a.order - b.order);
}

/** The default of a setting, or of an entry of the schema itself, in a mode. */
export function defaultOf(schema, name, mode) {
  return schema.mode_defaults?.[mode]?.[name] ?? schema.config_schema?.properties?.[name]?.default ?? schema[name] ?? null;
}

/** The mode a session is in that gives pictures, or none: the schema may know only one. */
export function modeFor(schema, pictures) {
  const wanted = pictures ? "video" : "text";
  return schema.supported_modes.includes(wanted) ? wanted : schema.default_mode;
}

/** Whether a pipeline runs before or after another one: `preprocessor`, `postprocessor`, or null for a main one. */
export function roleOf(schema) {
  return schema.usage.find((use) => use === "preprocessor" || use === "postprocessor") ?? null;
}

function describe(name, property, $defs) {
  const { ui } = property;
  const options = property.anyOf ?? [];
  const type = resolve(options.find((option) => option.type !== "null") ?? property, $defs);
  return {
    name,
    title: ui.label ?? property.title ?? inWords(name),
    help: property.description ?? type.description ?? "",
    type: type.type,
    choices: type.enum ?? null,
    nullable: options.some((option) => option.type === "null"),
    min: type.minimum ?? null,
    max: type.maximum ?? null,
    step: type.multipleOf ?? null,
    component: ui.component ?? null,
    load: ui.is_load_param === true,
    modes: ui.modes ?? null,
    order: ui.order ?? 0,
    ui,
    fallback: property.default ?? null,
  };
}

function resolve(type, $defs) {
  return type.$ref ? { ...$defs[type.$ref.split("/").at(-1)], ...type } : type;
}

function inWords(name) {
  const words = name.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}
