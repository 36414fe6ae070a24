package dev.caravan.browser;

/**
 * A page around a seed's code. The instrumentation comes before the seed's own script and only watches: it remembers the peer
 * connections the seed makes and the messages its data channels receive.
 */
final class ClientPage {

    private ClientPage() {}

    private static final String WATCH = """
            <script>
              window.peers = []; window.messages = []; window.errors = [];
              window.addEventListener("unhandledrejection", (e) => errors.push(String(e.reason)));
              window.RTCPeerConnection = class extends RTCPeerConnection {
                constructor(...a) { super(...a); peers.push(this); }
                createDataChannel(...a) {
                  const channel = super.createDataChannel(...a);
                  channel.addEventListener("message", (e) => messages.push(JSON.parse(e.data)));
                  window.channel = channel;
                  return channel;
                }
              };
              /** Decoded frames per second of the newest connection over a window of three seconds, by the browser's own clock. */
              window.fps = 0;
              (async () => {
                let before = null;
                for (;;) {
                  await new Promise((r) => setTimeout(r, 250));
                  const pc = peers.at(-1);
                  if (!pc || pc.connectionState === "closed") { before = null; continue; }
                  for (const s of (await pc.getStats()).values()) {
                    if (s.type !== "inbound-rtp" || s.kind !== "video") continue;
                    if (!before || before.id !== s.id) before = s;
                    else if (s.timestamp - before.timestamp >= 3000) {
                      window.fps = (s.framesDecoded - before.framesDecoded) * 1000 / (s.timestamp - before.timestamp);
                      before = s;
                    }
                  }
                }
              })();
            </script>
            """;

    /**
     * For the head of a body: what the seed wants to do five seconds from now or later waits until {@code elapse(milliseconds)} is called,
     * so that it depends on no clock and on no machine's speed.
     */
    static final String TIMERS = """
            <script>
              const held = [], now = window.setTimeout;
              window.setTimeout = (call, delay, ...a) => delay >= 5000 ? held.push({ call, delay }) : now(call, delay, ...a);
              window.elapse = (delay) => { while (held.length && held[0].delay <= delay) held.shift().call(); };
            </script>
            """;

    /** A canvas of 576x320 that is drawn 30 times a second: left half red, right half blue, a white block that moves. */
    static final String CANVAS = """
            <script>
              window.canvas = Object.assign(document.createElement("canvas"), { width: 576, height: 320 });
              let drawn = 0;
              setInterval(() => {
                const g = canvas.getContext("2d");
                g.fillStyle = "rgb(200,40,40)"; g.fillRect(0, 0, 288, 320);
                g.fillStyle = "rgb(40,60,200)"; g.fillRect(288, 0, 288, 320);
                g.fillStyle = "#fff"; g.fillRect((drawn++ * 6) % 540, 130, 36, 36);
              }, 1000 / 30);
              window.canvasStream = () => canvas.captureStream(30);
            </script>
            """;

    /**
     * @param body   markup the seed expects
     * @param script the seed's code, run as an async function so that its top-level awaits work
     */
    static String of(String body, String script) {
        return "<!doctype html><meta charset=utf-8><body>" + body + WATCH + CANVAS + "<script>(async () => {\n" + script
                + "\n})().catch((e) => errors.push(String(e)));</script>";
    }
}
