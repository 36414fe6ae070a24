// One WebRTC connection to the hub: offer, candidates, the parameters channel, and an end that happens once.
import { call } from "./api.js";

export class Peer {
  #pc;
  #channel;
  #sessionId;
  #queued = [];
  #ended = false;

  /**
   * @param handlers {onStream(MediaStream), onMessage(object), onEnd(reason)}
   */
  constructor(handlers) {
    this.handlers = handlers;
  }

  /** Id that names this peer; also the session's when this peer opened it. */
  get id() {
    return this.#sessionId;
  }

  /**
   * Connects.
   *
   * @param stream  MediaStream to send, or null to only receive
   * @param initialParameters as in the contract; {watch: id} and {join: id} included
   */
  async connect(stream, initialParameters) {
    const { iceServers } = await call("GET", "/api/v1/webrtc/ice-servers");
    const pc = (this.#pc = new RTCPeerConnection({ iceServers }));
    this.#channel = pc.createDataChannel("parameters", { ordered: true });
    this.#channel.onmessage = (event) => this.#message(event.data);
    const track = stream?.getVideoTracks()[0];
    if (track) pc.addTrack(track, stream);
    else pc.addTransceiver("video", { direction: "recvonly" });
    pc.ontrack = (event) => this.handlers.onStream(event.streams[0] ?? new MediaStream([event.track]));
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === "failed") this.close("The connection failed. A firewall may block UDP; a TURN server helps.");
    };
    pc.onicecandidate = ({ candidate }) => {
      if (candidate) this.#candidate(candidate);
    };
    await pc.setLocalDescription(await pc.createOffer());
    const { sdp, type } = pc.localDescription;
    const answer = await call("POST", "/api/v1/webrtc/offer", { sdp, type, initialParameters });
    this.#sessionId = answer.sessionId;
    await pc.setRemoteDescription({ type: answer.type, sdp: answer.sdp });
    await this.#flush();
  }

  /** Sends a control; false while the channel is not open. */
  send(parameters) {
    if (this.#channel?.readyState !== "open") return false;
    this.#channel.send(JSON.stringify(parameters));
    return true;
  }

  /** Exchanges the sent track without signalling. */
  async replaceTrack(track) {
    const sender = this.#pc.getSenders().find((s) => s.track?.kind === "video");
    await sender?.replaceTrack(track);
  }

  getStats() {
    return this.#pc.getStats();
  }

  close(reason = null) {
    if (this.#ended) return;
    this.#ended = true;
    this.#channel?.close();
    this.#pc?.close();
    this.handlers.onEnd(reason);
  }

  #message(text) {
    const message = JSON.parse(text);
    if (message.type === "stream_stopped") this.close(message.error_message ?? "The session ended.");
    else this.handlers.onMessage(message);
  }

  #candidate(candidate) {
    this.#queued.push({ candidate: candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex });
    if (this.#sessionId) this.#flush();
  }

  async #flush() {
    const candidates = this.#queued.splice(0);
    if (candidates.length === 0 || this.#ended) return;
    try {
      await call("PATCH", `/api/v1/webrtc/offer/${encodeURIComponent(this.#sessionId)}`, { candidates });
    } catch (error) {
      // A late candidate for a connection that is already up or gone is no news to anybody.
      if (error.status !== 404) throw error;
    }
  }
}
