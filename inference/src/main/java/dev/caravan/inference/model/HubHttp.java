package dev.caravan.inference.model;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * HTTP with time limits. Which addresses are asked, and who gets to see a token, is a {@link WebAccess}'s to say: the model hub's unless
 * another is given. Blocking; an interrupt ends any call at once. A cut or
 * silent connection is an {@link IOException}: worth another try.
 */
final class HubHttp implements AutoCloseable {

    private static final int MAX_REDIRECTS = 5;

    private final DownloadSettings settings;
    private final WebAccess access;
    private final HttpClient client;

    /** With a token that only the configured hub gets to see. */
    HubHttp(DownloadSettings settings) {
        this(settings, uri -> {
            HttpRequest.Builder request = HttpRequest.newBuilder(uri);
            if (isOnHub(settings, uri)) {
                settings.token().get().ifPresent(token -> request.header("Authorization", "Bearer " + token));
            }
            return request;
        });
    }

    HubHttp(DownloadSettings settings, WebAccess access) {
        this.settings = settings;
        this.access = access;
        // Redirects are followed by hand: the token must not travel to the content network they point to.
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connectTimeout());
        settings.proxy().ifPresent(proxy ->
                builder.proxy(ProxySelector.of(InetSocketAddress.createUnresolved(proxy.host(), proxy.port()))));
        this.client = builder.build();
    }

    /** An address on the hub. */
    URI uri(String encodedPath) {
        return URI.create(settings.hub().toString().replaceFirst("/+$", "") + encodedPath);
    }

    /**
     * Sends a GET and follows redirects.
     *
     * @param from first byte wanted; 0 for all without saying so
     */
    <T> HttpResponse<T> get(URI start, long from, HttpResponse.BodyHandler<T> body)
            throws IOException, DownloadException, InterruptedException {
        return get(start, from > 0 ? Map.of("Range", "bytes=" + from + "-") : Map.of(), body);
    }

    /** The same with headers of the caller's. */
    <T> HttpResponse<T> get(URI start, Map<String, String> headers, HttpResponse.BodyHandler<T> body)
            throws IOException, DownloadException, InterruptedException {
        URI uri = start;
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            HttpResponse<T> response = send("GET", uri, headers, body);
            Optional<URI> next = redirect(response);
            if (next.isEmpty()) {
                return response;
            }
            drop(response);
            uri = next.get();
        }
        throw new DownloadException("more than " + MAX_REDIRECTS + " redirects from " + start.getHost());
    }

    /** Sends a HEAD and follows redirects as long as they stay on the hub; the last answer may be a redirect. */
    HttpResponse<Void> head(URI start) throws IOException, DownloadException, InterruptedException {
        HttpResponse<Void> response = send("HEAD", start, Map.of(), HttpResponse.BodyHandlers.discarding());
        Optional<URI> next = redirect(response);
        for (int hop = 0; hop < MAX_REDIRECTS && next.filter(this::isOnHub).isPresent(); hop++) {
            response = send("HEAD", next.get(), Map.of(), HttpResponse.BodyHandlers.discarding());
            next = redirect(response);
        }
        return response;
    }

    /** Waits as long as the position moves within the read timeout. */
    <T> T await(CompletableFuture<T> future, LongSupplier position) throws IOException, DownloadException, InterruptedException {
        long before = position.getAsLong();
        try {
            while (true) {
                try {
                    return future.get(settings.readTimeout().toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    long now = position.getAsLong();
                    if (now == before) {
                        throw new IOException("nothing arrived for " + settings.readTimeout().toSeconds() + " s", e);
                    }
                    before = now;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof DownloadException refused) {
                        throw refused;
                    }
                    throw new IOException(told(e.getCause()), e.getCause());
                }
            }
        } finally {
            future.cancel(true);
        }
    }

    /** Refuses everything but a body: {@link BusyException} where patience helps, {@link DownloadException} where it does not. */
    static void requireOk(HttpResponse<?> response, String what) throws DownloadException, BusyException {
        int status = response.statusCode();
        if (status != 200 && status != 206) {
            drop(response);
            if (BusyException.is(status)) {
                throw new BusyException(response);
            }
            throw status == 407
                    ? new DownloadException("the proxy asks for a login (HTTP 407): write it as --proxy http://user:password@host:port")
                    : DownloadException.status(status, what);
        }
    }

    /** Ends a response without reading a body that nobody wants. */
    static void drop(HttpResponse<?> response) {
        if (response.body() instanceof Flow.Publisher<?> body) {
            body.subscribe(new Unwanted<>());
        }
    }

    /** Ends every running call. */
    @Override
    public void close() {
        client.shutdownNow();
        try {
            client.awaitTermination(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <T> HttpResponse<T> send(String method, URI uri, Map<String, String> headers, HttpResponse.BodyHandler<T> body)
            throws IOException, DownloadException, InterruptedException {
        HttpRequest.Builder request = access.request(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(settings.readTimeout())
                .header("User-Agent", "caravan");
        headers.forEach(request::header);
        // At once, not when asked: for a tunnel the client would not ask us.
        settings.proxy().flatMap(DownloadSettings.Proxy::login).ifPresent(login -> request.header(
                "Proxy-Authorization", "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8))));
        return await(client.sendAsync(request.build(), body), () -> 0);
    }

    /** Some exceptions of the client carry no words. */
    private static String told(Throwable cause) {
        return switch (cause) {
            case HttpConnectTimeoutException e -> "no connection in time";
            case ConnectException e -> "no connection";
            default -> String.valueOf(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
        };
    }

    private Optional<URI> redirect(HttpResponse<?> response) throws DownloadException {
        Optional<String> location = response.headers().firstValue("Location");
        if (response.statusCode() / 100 != 3 || location.isEmpty()) {
            return Optional.empty();
        }
        URI from = response.uri();
        try {
            URI next = from.resolve(location.get());
            boolean secure = "https".equalsIgnoreCase(next.getScheme());
            boolean asBefore = "http".equalsIgnoreCase(next.getScheme()) && "http".equalsIgnoreCase(from.getScheme());
            if (next.getHost() != null && (secure || asBefore)) {
                return Optional.of(next);
            }
        } catch (IllegalArgumentException e) {
            // Not an address at all; said below without repeating it.
        }
        throw new DownloadException(from.getHost() + " redirects to where no file can come from");
    }

    /** Whether the address is on the configured hub, so that it may see the token. */
    boolean isOnHub(URI uri) {
        return isOnHub(settings, uri);
    }

    private static boolean isOnHub(DownloadSettings settings, URI uri) {
        URI base = settings.hub();
        return base.getScheme().equalsIgnoreCase(uri.getScheme())
                && base.getHost().equalsIgnoreCase(uri.getHost())
                && base.getPort() == uri.getPort();
    }

    private record Unwanted<T>() implements Flow.Subscriber<T> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.cancel();
        }

        @Override
        public void onNext(T item) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onComplete() {}
    }
}
