package dev.caravan.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients may hold open. */
@Timeout(60)
class ConnectionsTest {

    private static final int CLOSED = -1;
    private static final Duration LONG = Duration.ofHours(1);

    private final Vertx vertx = Vertx.vertx();
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: a"})
    void aConnectionThatDoesNotAskInTimeIsClosed(String beginning) throws Exception {
        Socket socket = connect(listen(10, Duration.ofMillis(50)));
        socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
        assertEquals(CLOSED, read(socket));
    }

    @Test
    void aConnectionThatAskedMayAskAgainLater() throws Exception {
        int port = listen(10, Duration.ofMillis(200));
        Socket socket = connect(port);
        ask(socket);
        assertEquals(CLOSED, read(connect(port)), "the time of this one begins later, so it has run out for the first too");
        ask(socket);
    }

    @Test
    void thereAreOnlySoManyAndOneThatLeavesMakesRoom() throws Exception {
        int port = listen(2, LONG);
        Socket first = connect(port);
        ask(first);
        ask(connect(port));
        assertEquals(CLOSED, read(connect(port)));
        first.close();
        Socket next = connect(port);
        while (read(tryToAsk(next)) == CLOSED) { // until the server has seen the other go
            next = connect(port);
        }
    }

    private int listen(int most, Duration patience) {
        Connections connections = new Connections(vertx, most, patience);
        return vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
                .connectionHandler(connections::opened)
                .requestHandler(connections.around(request -> request.response().end("x")))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        return socket;
    }

    private static Socket tryToAsk(Socket socket) throws IOException {
        try {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (SocketException closed) {
            // Reading tells.
        }
        return socket;
    }

    private static void ask(Socket socket) throws IOException {
        tryToAsk(socket);
        String answer = new String(socket.getInputStream().readNBytes("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx".length()));
        assertEquals("HTTP/1.1 200 OK", answer.substring(0, Math.min(15, answer.length())));
    }

    private static int read(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException reset) {
            return CLOSED;
        }
    }
}
