// The libraries Hawtio shares. Taken from it, not brought along: two Reacts in one page do not work.
export const lib = {};

/** Fills {@link lib}; to be done before any other module of the page is loaded. */
export async function takeLibraries(shared) {
  const load = async (name) => {
    const versions = Object.values(shared[name] ?? {});
    if (!versions.length) {
      throw new Error(`This Hawtio does not share ${name}`);
    }
    return (await versions[0].get())();
  };
  const names = { React: 'react', hawtio: '@hawtio/react', core: '@patternfly/react-core', table: '@patternfly/react-table' };
  await Promise.all(Object.entries(names).map(async ([key, name]) => { lib[key] = await load(name); }));
}

/** An element of a component of PatternFly, of our own, or of HTML. Text stays text: nothing here takes HTML. */
export function h(type, properties, ...children) {
  return lib.React.createElement(type, properties, ...children);
}
