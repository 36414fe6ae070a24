// The dialog that asks for the hub's token, and links that bring one along.
import { storeToken } from "./api.js";

const $ = (id) => document.getElementById(id);
let asking = null;

/**
 * Takes a token out of the page's address, /?token=... or /#token=..., keeps it for this tab and cleans the address at once: it must not
 * stay in the history, in a bookmark or on a shared screen.
 *
 * @return the session that the link is about, or null
 */
export function takeLink() {
  const search = new URLSearchParams(location.search);
  const hash = new URLSearchParams(location.hash.slice(1));
  const taken = (name) => hash.get(name) ?? search.get(name);
  const token = taken("token");
  const session = taken("watch");
  if (token === null && session === null) return null;
  for (const name of ["token", "watch"]) {
    search.delete(name);
    hash.delete(name);
  }
  const rest = (parameters, mark) => (parameters.size > 0 ? `${mark}${parameters}` : "");
  history.replaceState(null, "", location.pathname + rest(search, "?") + rest(hash, "#"));
  if (token) storeToken(token);
  return session;
}

/**
 * Asks once, however many wait for the answer.
 *
 * @param wrong whether one was given that the hub does not know
 * @return whether a token was given
 */
export function askForToken(wrong = false) {
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
