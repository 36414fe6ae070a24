package dev.caravan.security;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Reads the small documents of an OpenID provider: in bounded time, up to a bounded size, and from nowhere but the address that was
 * asked. Thread-safe.
 */
final class IssuerWeb implements AutoCloseable {

    /** Key sets with whole certificate chains in them stay far below. */
    private static final int MOST_BYTES = 256 << 10;

    private final HttpClient client;
    private final Duration limit;

    /** @param limit of one call, from the first packet to the last byte */
    IssuerWeb(Duration limit) {
        this.limit = limit;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(limit)
                .build();
    }

    /**
     * The text of a successful answer.
     *
     * @throws IOException with words for the operator
     */
    String read(URI address) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(address).header("Accept", "application/json").build();
        CompletableFuture<HttpResponse<String>> call =
                client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(StandardCharsets.UTF_8), MOST_BYTES));
        try {
            HttpResponse<String> answer = call.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() != 200) {
                throw new IOException(shown(address) + " answers with status " + answer.statusCode());
            }
            return answer.body();
        } catch (TimeoutException e) {
            call.cancel(true);
            throw new IOException(shown(address) + " does not answer within " + limit.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(shown(address) + " " + why(e.getCause()), e);
        } catch (InterruptedException e) {
            call.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** An address as far as everybody may see it. */
    static String shown(URI address) {
        String port = address.getPort() < 0 ? "" : ":" + address.getPort();
        return address.getScheme() + "://" + address.getHost() + port + address.getPath();
    }

    private static String why(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case UnknownHostException name -> {
                    return "has a name that is not known here";
                }
                case UnresolvedAddressException name -> {
                    return "has a name that is not known here";
                }
                case SSLException tls -> {
                    return "has a certificate that is not trusted here";
                }
                default -> {}
            }
        }
        return e instanceof ConnectException ? "cannot be reached" : "cannot be read: no answer, or more than " + MOST_BYTES + " bytes";
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
