// Who uses this page, what they may do here, and links that bring others.
import { call } from "./api.js";

const ROLES = ["metrics", "viewer", "producer", "operator"];

/** {name, role, session, expires_at (seconds since 1970, or null)} of whom the hub takes us for. */
export function me() {
  return call("GET", "/api/v1/me");
}

/** Whether somebody has a role, or one that may do more. */
export function may(who, role) {
  return who !== null && ROLES.indexOf(who.role) >= ROLES.indexOf(role);
}

/** Makes a link for viewers of one session, valid for an hour. */
export async function invitation(session) {
  const { token } = await call("POST", "/api/v1/tokens", { role: "viewer", session: session.id });
  // By the name this page has: the hub may be known to others by that alone.
  return `${location.origin}/#token=${token}&watch=${encodeURIComponent(session.id)}`;
}

/** Puts a text on the clipboard; false where the browser does not let us. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no such thing without HTTPS, or not allowed
  }
}
