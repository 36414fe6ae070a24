// The MBeans of dev.caravan over Jolokia.
import { lib } from './libraries.js';

const TYPES = ['Hub', 'Session', 'Model', 'Peer'];

/**
 * Reads all beans with one request.
 *
 * @returns {Promise<Object>} by type a list of attributes; `mbean` is the bean's name
 */
export async function readAll() {
  const requests = TYPES.map((type) => ({ type: 'read', mbean: `dev.caravan:type=${type},*`, config: { ignoreErrors: true } }));
  const answers = await lib.hawtio.jolokiaService.bulkRequest(requests);
  const all = {};
  TYPES.forEach((type, i) => {
    const answer = answers[i];
    // No bean of a type is an error to Jolokia and an empty list to us.
    const byName = answer?.status === 200 ? answer.value : {};
    all[type] = Object.entries(byName)
      .map(([mbean, attributes]) => ({ mbean, ...attributes }))
      .sort((a, b) => String(a.Id).localeCompare(String(b.Id)));
  });
  if (!all.Hub.length) {
    throw new Error(answers[0]?.error ?? 'The hub does not answer');
  }
  return all;
}

/** Calls an operation and tells how it went; true when it went well. */
export async function call(bean, operation, parameters, done) {
  const { eventService, jolokiaService } = lib.hawtio;
  try {
    await jolokiaService.execute(bean.mbean, operation, parameters);
    eventService.notify({ type: 'success', message: done, duration: 3000 });
    return true;
  } catch (e) {
    eventService.notify({ type: 'danger', message: reason(e) });
    return false;
  }
}

/** The words for a person out of `java.lang.IllegalArgumentException : words`. */
function reason(e) {
  const text = String(e?.message ?? e);
  return text.replace(/^(?:[\w.$]+(?:Exception|Error)\s*:\s*)+/, '');
}
