// The dialog that asks for the hub's token.
import { storeToken } from "./api.js";

const $ = (id) => document.getElementById(id);
let asking = null;

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
