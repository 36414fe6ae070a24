package dev.caravan.api.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.caravan.processors.webrtc.IceServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The credential calls against a local stand-in of the services. */
class TurnSourcesTest {

    private static final String BROKER_ANSWER =
            """
            {"iceServers":[{"urls":["stun:stun.example:3478"]},
                           {"urls":"turn:turn.example:3478","username":"u","credential":"c"}]}""";
    private static final String TWILIO_ANSWER =
            """
            {"ttl":"3600","ice_servers":[{"url":"stun:global.stun.twilio.com","urls":"stun:global.stun.twilio.com"},
              {"url":"turn:global.turn.twilio.com","urls":"turn:global.turn.twilio.com","username":"tu","credential":"tc"}]}""";

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicReference<String> seen = new AtomicReference<>("");
    private HttpServer service;
    private String answer = "";
    private int status = 200;

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", this::answer);
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop(0);
        client.close();
    }

    @Test
    void theBrokerGetsTheTokenAsBearerAndTheWishedLifetime() throws Exception {
        answer = BROKER_ANSWER;

        TurnSource.Grant grant = broker().fetch();

        assertEquals("GET /credentials?ttl=600 Bearer hf_x", seen.get());
        assertEquals(Duration.ofSeconds(600), grant.lifetime());
        assertEquals(
                List.of(
                        IceServer.of("stun:stun.example:3478"),
                        new IceServer(List.of("turn:turn.example:3478"), Optional.of("u"), Optional.of("c"))),
                grant.servers());
    }

    @Test
    void twilioGetsBasicAuthenticationAndSaysHowLongItsTokensLast() throws Exception {
        answer = TWILIO_ANSWER;

        TurnSource.Grant grant = new TwilioTokens(client, base(), "AC1", "t").fetch();

        assertEquals("POST /2010-04-01/Accounts/AC1/Tokens.json Basic QUMxOnQ=", seen.get());
        assertEquals(Duration.ofHours(1), grant.lifetime());
        assertEquals(Optional.of("tc"), grant.servers().get(1).credential());
    }

    @Test
    void aRefusalNamesTheStatusAndNotTheToken() {
        status = 401;

        IOException refused = assertThrows(IOException.class, () -> broker().fetch());

        assertTrue(refused.getMessage().endsWith("answered HTTP 401"), refused.getMessage());
        assertFalse(refused.getMessage().contains("hf_x"));
    }

    @Test
    void anAnswerThatIsNoListOfServersIsAFailureNotAnEmptyList() {
        answer = "{\"iceServers\":[]}";
        assertTrue(assertThrows(IOException.class, () -> broker().fetch()).getMessage().endsWith("named no servers"));

        answer = "<html>";
        assertTrue(assertThrows(IOException.class, () -> broker().fetch()).getMessage().endsWith("did not answer with JSON"));
    }

    @Test
    void aServiceThatIsAwayIsOneLine() {
        service.stop(0);

        IOException away = assertThrows(IOException.class, () -> broker().fetch());

        assertTrue(away.getMessage().contains("cannot be reached"), away.getMessage());
    }

    private TurnBroker broker() {
        return new TurnBroker(client, base().resolve("/credentials"), "hf_x");
    }

    private URI base() {
        return URI.create("http://127.0.0.1:" + service.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            seen.set(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
