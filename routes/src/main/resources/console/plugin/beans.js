// The MBeans of dev.caravan over Jolokia.
import { lib } from './libraries.js';

/**
 * Reads all beans with one request.
 *
 * @returns {Promise<Object>} by type - Hub, Session, Model, Peer - a list of attributes; `mbean` is the bean's name
 */
export async function readAll() {
  const [answer] = await lib.hawtio.jolokiaService.bulkRequest([
    // A session may end while it is read.
    { type: 'read', mbean: 'dev.caravan:*', config: { ignoreErrors: true } },
  ]);
  if (answer?.status !== 200) {
    throw new Error(answer?.error ?? 'The hub does not answer');
  }
  const all = { Hub: [], Session: [], Model: [], Peer: [] };
  for (const [mbean, attributes] of Object.entries(answer.value)) {
    const type = /[:,]type=(\w+)/.exec(mbean)?.[1];
    all[type]?.push({ mbean, ...attributes });
  }
  Object.values(all).forEach((beans) => beans.sort((a, b) => String(a.Id).localeCompare(String(b.Id))));
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
