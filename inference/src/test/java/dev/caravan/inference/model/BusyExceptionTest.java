package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BusyExceptionTest {

    private static final String DATE = "Wed, 21 Oct 2065 07:28:00 GMT";

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', value = {
        "7 | " + DATE + " | 7",
        "Wed, 21 Oct 2065 07:28:30 GMT | " + DATE + " | 30",
        "Wed, 21 Oct 2065 07:27:00 GMT | " + DATE + " | 0",
        "Wed, 21 Oct 2065 07:28:30 GMT | - | -",
        "soon | " + DATE + " | -",
        "-5 | " + DATE + " | -",
        "99999999999999999999 | " + DATE + " | -",
        "- | " + DATE + " | -",
    })
    void theWishForPatienceIsReadAgainstTheServersOwnClock(String retryAfter, String date, Long seconds) throws Exception {
        String answer = "HTTP/1.1 429 Busy\r\nContent-Length: 0\r\nConnection: close\r\n"
                + (retryAfter == null ? "" : "Retry-After: " + retryAfter + "\r\n")
                + (date == null ? "" : "Date: " + date + "\r\n") + "\r\n";
        try (ServerSocket server = new ServerSocket(0); HttpClient client = HttpClient.newHttpClient()) {
            Thread.ofVirtual().start(() -> answerOnce(server, answer));
            var response = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.getLocalPort()))
                            .version(HttpClient.Version.HTTP_1_1)
                            .build(),
                    BodyHandlers.discarding());
            assertEquals(Optional.ofNullable(seconds).map(Duration::ofSeconds), new BusyException(response).retryAfter());
        }
    }

    private static void answerOnce(ServerSocket server, String answer) {
        try (var socket = server.accept()) {
            socket.getInputStream().read(new byte[4096]);
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        } catch (IOException e) {
            // The client says it.
        }
    }
}
