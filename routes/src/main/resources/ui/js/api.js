// The hub's REST API: one function that speaks JSON, adds the token when there is one and turns errors into words.

const TOKEN_KEY = "caravan-token";
let askForToken = async () => {};

/** A refusal of the hub, with its own words as message. */
export class HubError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Registers what to do when the hub wants a token: (whether one was wrong) => Promise, when it was answered. */
export function onTokenWanted(ask) {
  askForToken = ask;
}

export function storeToken(token) {
  sessionStorage.setItem(TOKEN_KEY, token);
}

export function hasToken() {
  return sessionStorage.getItem(TOKEN_KEY) !== null;
}

/** Calls the hub; the answer's JSON, or null for an empty one. */
export async function call(method, path, body) {
  const response = await send(method, path, body);
  return response.status === 204 ? null : response.json();
}

/** Stores bytes; the answer's JSON. */
export async function upload(path, blob) {
  return (await send("POST", path, blob)).json();
}

/** Fetches a picture as an object URL (img elements cannot send a token); the caller revokes it. */
export async function picture(path) {
  const response = await send("GET", path);
  return URL.createObjectURL(await response.blob());
}

async function send(method, path, body) {
  for (;;) {
    const headers = {};
    const token = sessionStorage.getItem(TOKEN_KEY);
    if (token !== null) headers.Authorization = `Bearer ${token}`;
    const bytes = body instanceof Blob;
    if (body !== undefined) headers["Content-Type"] = bytes ? "application/octet-stream" : "application/json";
    let response;
    try {
      response = await fetch(path, { method, headers, body: bytes ? body : JSON.stringify(body) });
    } catch {
      throw new HubError(0, "The hub does not answer. Is it still running?");
    }
    if (response.status === 401) {
      // Another call may have asked meanwhile.
      if (sessionStorage.getItem(TOKEN_KEY) === token) await askForToken(token !== null);
      continue;
    }
    if (!response.ok) throw new HubError(response.status, await reason(response));
    return response;
  }
}

/** The contract's error bodies: {"detail": "text"} or {"detail": [{"loc": [...], "msg": "..."}]}. */
async function reason(response) {
  try {
    const { detail } = await response.json();
    if (typeof detail === "string") return detail;
    if (Array.isArray(detail)) return detail.map((d) => `${(d.loc ?? []).slice(1).join(".")}: ${d.msg}`).join("; ");
  } catch {
    // not JSON: the status has to do
  }
  return `The hub answered ${response.status}.`;
}
