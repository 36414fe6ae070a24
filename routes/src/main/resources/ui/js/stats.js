// Live figures of one connection, from the browser's own statistics.

/** Reads getStats twice a second of life and shows fps, latency, bitrate, size and codec. */
export class StatsView {
  #list;
  #timer = null;
  #last = null;

  constructor(list) {
    this.#list = list;
    this.clear();
  }

  start(peer) {
    this.stop();
    this.#timer = setInterval(async () => this.#show(await peer.getStats()), 1000);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#last = null;
    this.clear();
  }

  clear() {
    this.#render([["fps", "–"], ["Latency", "–"], ["Bitrate", "–"], ["Picture", "–"], ["Sending", "–"]]);
  }

  #show(report) {
    let inbound, outbound, pair;
    const codecs = new Map();
    for (const s of report.values()) {
      if (s.type === "inbound-rtp" && s.kind === "video") inbound = s;
      if (s.type === "outbound-rtp" && s.kind === "video") outbound = s;
      if (s.type === "candidate-pair" && s.nominated && s.state === "succeeded") pair = s;
      if (s.type === "codec") codecs.set(s.id, s.mimeType.replace("video/", ""));
    }
    if (!inbound) return;
    const now = { ...inbound, sent: outbound?.bytesSent ?? 0 };
    const before = this.#last ?? now;
    this.#last = now;
    const seconds = (now.timestamp - before.timestamp) / 1000 || 1;
    const frames = now.framesDecoded - before.framesDecoded;
    const emitted = now.jitterBufferEmittedCount - before.jitterBufferEmittedCount;
    const buffered = emitted > 0 ? ((now.jitterBufferDelay - before.jitterBufferDelay) / emitted) * 1000 : 0;
    const network = (pair?.currentRoundTripTime ?? 0) * 1000;
    this.#render([
      ["fps", before === now ? "…" : (frames / seconds).toFixed(1)],
      ["Latency", `${Math.round(network + buffered)} ms`, "network round trip and buffer in this browser, without the pipeline's own time"],
      ["Bitrate", rate(((now.bytesReceived - before.bytesReceived) * 8) / seconds)],
      ["Picture", now.frameWidth ? `${now.frameWidth}×${now.frameHeight} ${codecs.get(now.codecId) ?? ""}` : "–"],
      ["Sending", outbound ? rate(((now.sent - before.sent) * 8) / seconds) : "nothing"],
    ]);
  }

  #render(rows) {
    this.#list.replaceChildren(
      ...rows.map(([name, value, title]) => {
        const cell = document.createElement("div");
        const dt = document.createElement("dt");
        const dd = document.createElement("dd");
        dt.textContent = name;
        dd.textContent = value;
        if (title) cell.title = title;
        cell.append(dt, dd);
        return cell;
      }),
    );
  }
}

function rate(bitsPerSecond) {
  return bitsPerSecond >= 1e6 ? `${(bitsPerSecond / 1e6).toFixed(1)} Mb/s` : `${Math.round(bitsPerSecond / 1e3)} kb/s`;
}
