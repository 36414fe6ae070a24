package dev.caravan.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.browser.Chromium;
import dev.caravan.browser.PageServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** A browser with the page {@code bench.html}, which makes connections, sends stamped pictures and reads their stamps back. */
final class BenchPage implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PageServer server = new PageServer();
    private final Chromium chromium;
    private final Thread atExit;

    BenchPage() {
        String address = server.page("bench", resource("bench.html"));
        chromium = new Chromium(0);
        atExit = new Thread(chromium::kill);
        Runtime.getRuntime().addShutdownHook(atExit);
        chromium.open(address);
        chromium.await("the page is ready", "window.bench");
    }

    /** A size of pictures. */
    record Size(int width, int height) {
        @Override
        public String toString() {
            return width + "x" + height;
        }
    }

    /**
     * What a connection received since it was marked.
     *
     * @param seconds        how long that was
     * @param frames         pictures decoded
     * @param stamps         stamps read, in order
     * @param seenEpochMs    when each was seen, milliseconds since the Unix epoch
     * @param latenciesMs    from drawing to seeing, where this page drew it
     * @param kbps           received
     * @param jitterBufferMs that a picture waited in the browser's jitter buffer, on average
     */
    record Window(
            double seconds,
            long frames,
            double[] stamps,
            double[] seenEpochMs,
            double[] latenciesMs,
            double kbps,
            double jitterBufferMs) {

        double fps() {
            return frames / seconds;
        }
    }

    /**
     * Connects, sending the canvas of that size, and returns when pictures arrive.
     *
     * @param stamps read the stamps of what is received; costs the browser processor time
     */
    Connection send(Server server, Size size, boolean stamps) {
        return connect(server, size, true, stamps, Map.of("input_mode", "video"));
    }

    /** Connects to watch a session. */
    Connection watch(Server server, Size size, String session) {
        return connect(server, size, false, true, Map.of("watch", session));
    }

    private Connection connect(Server server, Size size, boolean send, boolean stamps, Map<String, Object> parameters) {
        Map<String, Object> wish = Map.of(
                "url", server.offerUri().toString(),
                "token", server.token(),
                "width", size.width(),
                "height", size.height(),
                "send", send,
                "stamps", stamps,
                "parameters", parameters);
        try {
            return new Connection(((Number) call("connect", wish)).intValue());
        } catch (AssertionError e) {
            throw new IllegalStateException("no connection to the " + server + ": " + e.getMessage(), e);
        }
    }

    private Object call(String function, Object argument) {
        try {
            return Optional.ofNullable(chromium.run("return await bench." + function + "(" + JSON.writeValueAsString(argument) + ");"))
                    .orElse(Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One connection of the page. */
    final class Connection implements AutoCloseable {

        private final int id;

        private Connection(int id) {
            this.id = id;
        }

        /** Measures from now on. */
        void mark() {
            call("mark", id);
        }

        Window window() {
            return JSON.convertValue(call("window", id), Window.class);
        }

        @Override
        public void close() {
            call("close", id);
        }
    }

    private static String resource(String name) {
        try (InputStream in = BenchPage.class.getResourceAsStream("/bench/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        chromium.close();
        server.close();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
