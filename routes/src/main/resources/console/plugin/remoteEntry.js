// The container of our page: what Hawtio's loader (webpack module federation) expects a remote to be, written by hand and without a
// bundler. The loader hands over the libraries it shares, then asks for modules by name; those are plain ES modules beside this file.
var caravanConsole = (() => {
  let shared;
  return {
    init: (scope) => { shared = scope; },
    get: async (name) => {
      if (name !== './plugin') {
        throw new Error(`The Caravan console has no module ${name}`);
      }
      const { takeLibraries } = await import('/hawtio/caravan/libraries.js');
      await takeLibraries(shared);
      const plugin = await import('/hawtio/caravan/plugin.js');
      return () => plugin;
    },
  };
})();
