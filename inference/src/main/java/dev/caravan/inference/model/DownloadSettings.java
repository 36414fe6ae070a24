package dev.caravan.inference.model;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How model files are fetched.
 *
 * @param hub            address of the Hugging Face hub or of a mirror that speaks like it
 * @param token          asked before each request, sent as bearer to that address only
 * @param proxy          every connection goes through it
 * @param parallel       files fetched at once, 1 to 16
 * @param retries        tries in a row that may bring nothing before a file is given up
 * @param connectTimeout for one connection
 * @param readTimeout    without a single byte
 */
public record DownloadSettings(
        URI hub,
        Supplier<Optional<String>> token,
        Optional<Proxy> proxy,
        int parallel,
        int retries,
        Duration connectTimeout,
        Duration readTimeout) {

    /** The public hub. */
    public static final URI HUGGING_FACE = URI.create("https://huggingface.co");

    public static final int DEFAULT_PARALLEL = 3;
    public static final int MAX_PARALLEL = 16;

    public DownloadSettings {
        if (hub.getHost() == null || !("https".equals(hub.getScheme()) || "http".equals(hub.getScheme()))) {
            throw new IllegalArgumentException("the model hub is an address like " + HUGGING_FACE + "; " + hub + " given");
        }
        if (parallel < 1 || parallel > MAX_PARALLEL) {
            throw new IllegalArgumentException("1 to " + MAX_PARALLEL + " files are fetched at once; " + parallel + " given");
        }
    }

    /** A hub with limits that suit the public one. */
    public static DownloadSettings of(URI hub, Supplier<Optional<String>> token) {
        return new DownloadSettings(
                hub, token, Optional.empty(), DEFAULT_PARALLEL, 5, Duration.ofSeconds(10), Duration.ofSeconds(30));
    }

    public DownloadSettings withProxy(Optional<Proxy> through) {
        return new DownloadSettings(hub, token, through, parallel, retries, connectTimeout, readTimeout);
    }

    public DownloadSettings withParallel(int files) {
        return new DownloadSettings(hub, token, proxy, files, retries, connectTimeout, readTimeout);
    }

    public DownloadSettings withRetries(int tries) {
        return new DownloadSettings(hub, token, proxy, parallel, tries, connectTimeout, readTimeout);
    }

    public DownloadSettings withTimeouts(Duration connect, Duration read) {
        return new DownloadSettings(hub, token, proxy, parallel, retries, connect, read);
    }

    /**
     * An HTTP proxy.
     *
     * @param login {@code user:password}, when it asks for one
     */
    public record Proxy(String host, int port, Optional<String> login) {

        @Override
        public String toString() {
            return host + ":" + port + (login.isPresent() ? " with a login" : "");
        }
    }
}
