import { lib } from './libraries.js';
import { readAll } from './beans.js';

const PERIOD_MS = 1000;

/**
 * What the hub says now: one request a second, none while the page is hidden or an answer is still awaited.
 *
 * @returns {{beans: ?Object, trouble: ?string, tick: number, refresh: Function}}
 */
export function useBeans() {
  const { useCallback, useEffect, useRef, useState } = lib.React;
  const [state, setState] = useState({ beans: null, trouble: null, tick: 0 });
  const busy = useRef(false);
  const there = useRef(true);

  const refresh = useCallback(async () => {
    if (busy.current || document.hidden) {
      return;
    }
    busy.current = true;
    try {
      const beans = await readAll();
      if (there.current) {
        setState((old) => ({ beans, trouble: null, tick: old.tick + 1 }));
      }
    } catch (e) {
      if (there.current) {
        setState((old) => ({ ...old, trouble: String(e?.message ?? e) }));
      }
    } finally {
      busy.current = false;
    }
  }, []);

  useEffect(() => {
    there.current = true;
    refresh();
    const timer = setInterval(refresh, PERIOD_MS);
    document.addEventListener('visibilitychange', refresh);
    return () => {
      there.current = false;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', refresh);
    };
  }, [refresh]);

  return { ...state, refresh };
}
