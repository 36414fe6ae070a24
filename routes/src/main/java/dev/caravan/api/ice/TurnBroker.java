package dev.caravan.api.ice;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;

/**
 * TURN credentials for a Hugging Face token: {@code GET <broker>?ttl=600} with the token as bearer, answered by {@code {"iceServers": [...]}}.
 * The broker's address is a setting, and the token goes to no other place.
 */
public final class TurnBroker implements TurnSource {

    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final HttpClient client;
    private final URI broker;
    private final String token;

    public TurnBroker(HttpClient client, URI broker, String token) {
        this.client = client;
        this.broker = broker;
        this.token = token;
    }

    @Override
    public Grant fetch() throws IOException, InterruptedException {
        String separator = broker.getQuery() == null ? "?" : "&";
        HttpRequest request = HttpRequest.newBuilder(URI.create(broker + separator + "ttl=" + LIFETIME.toSeconds()))
                .header("Authorization", "Bearer " + token)
                .timeout(PATIENCE)
                .build();
        JsonNode answer = TurnAnswers.ask(client, request, name());
        return new Grant(TurnAnswers.servers(answer.path("iceServers"), name()), LIFETIME);
    }

    private String name() {
        return "the TURN broker at " + broker.getHost();
    }
}
