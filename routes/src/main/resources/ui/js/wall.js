// The wall of live sessions: a tile each with a thumbnail, its figures and what can be done with it.
import { call, picture } from "./api.js";
import { label } from "./pipelines.js";

export class Wall {
  #tiles = new Map();
  #elements;
  #actions;

  /** @param actions {watch(session), stop(session), invite(session)}; null for what this person may not do, as long as it is */
  constructor(elements, actions) {
    this.#elements = elements;
    this.#actions = actions;
  }

  /** Fetches the list and refreshes tiles and thumbnails; returns the sessions. */
  async refresh(watchedId) {
    const { sessions } = await call("GET", "/api/v1/sessions");
    const alive = new Set(sessions.map((s) => s.id));
    for (const [id, tile] of this.#tiles) {
      if (!alive.has(id)) {
        tile.remove();
        this.#tiles.delete(id);
      }
    }
    for (const session of sessions) {
      let tile = this.#tiles.get(session.id);
      if (!tile) {
        tile = new Tile(session, this.#actions);
        this.#tiles.set(session.id, tile);
        this.#elements.list.append(tile.element);
      }
      tile.show(session, session.id === watchedId);
    }
    this.#elements.count.textContent = sessions.length;
    this.#elements.empty.hidden = sessions.length > 0;
    await Promise.all([...this.#tiles.values()].map((tile) => tile.thumbnail()));
    return sessions;
  }
}

class Tile {
  constructor(session, actions) {
    this.session = session;
    this.element = document.createElement("li");
    this.element.className = "tile";
    this.image = Object.assign(document.createElement("img"), { alt: "", width: 320, height: 180 });
    this.state = Object.assign(document.createElement("span"), { className: "badge" });
    const frame = Object.assign(document.createElement("div"), { className: "picture" });
    frame.append(this.image, this.state);
    const facts = Object.assign(document.createElement("div"), { className: "facts" });
    this.name = Object.assign(document.createElement("span"), { className: "name" });
    this.prompt = Object.assign(document.createElement("span"), { className: "prompt" });
    this.detail = Object.assign(document.createElement("span"), { className: "detail" });
    this.note = Object.assign(document.createElement("span"), { className: "note" });
    facts.append(this.name, this.prompt, this.detail, this.note);
    const buttons = Object.assign(document.createElement("div"), { className: "buttons" });
    this.actions = actions;
    this.watch = button("Watch", () => actions.watch(this.session));
    this.invite = button("Invite", () => actions.invite(this.session));
    this.invite.title = "Copy a link that lets somebody watch for an hour";
    this.end = button("End", () => actions.stop(this.session));
    buttons.append(this.watch, this.invite, this.end);
    this.element.append(frame, facts, buttons);
  }

  show(session, watched) {
    this.session = session;
    this.element.dataset.watched = watched;
    this.name.textContent = session.id;
    this.name.title = `opened by ${session.opener}`;
    this.state.textContent = session.state;
    this.prompt.textContent = session.prompts.map((p) => p.text).join(" + ");
    this.detail.textContent =
      `${session.pipelines.join(" → ")} · ${session.width}×${session.height} · ${session.fps_out.toFixed(0)} fps · ` +
      `${session.sources.length} in · ${session.viewers.length} watching`;
    this.note.textContent = label(session.notes);
    this.note.title = session.notes.join("\n");
    this.watch.setAttribute("aria-label", `Watch ${session.id}`);
    this.invite.setAttribute("aria-label", `Invite somebody to watch ${session.id}`);
    this.end.setAttribute("aria-label", `End ${session.id}`);
    this.invite.hidden = this.actions.invite === null;
    this.end.hidden = this.actions.stop === null;
    this.watch.disabled = watched;
  }

  async thumbnail() {
    // A slow model takes its time for the first picture, and there is none to ask for until then.
    if (this.busy || !this.session.frames_out) return;
    this.busy = true;
    try {
      const url = await picture(`/api/v1/sessions/${encodeURIComponent(this.session.id)}/frame?width=320&quality=70`);
      const old = this.image.src;
      this.image.src = url;
      this.image.alt = `Newest picture of ${this.session.id}`;
      if (old) URL.revokeObjectURL(old);
    } catch {
      // the session has just ended: the tile goes with the next look
    } finally {
      this.busy = false;
    }
  }

  remove() {
    if (this.image.src) URL.revokeObjectURL(this.image.src);
    this.element.remove();
  }
}

function button(text, action) {
  const element = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  element.addEventListener("click", action);
  return element;
}
