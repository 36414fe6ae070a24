package dev.caravan.api.ice;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/**
 * TURN credentials of Twilio's Network Traversal Service: {@code POST /2010-04-01/Accounts/<sid>/Tokens.json} with basic authentication,
 * answered by {@code {"ice_servers": [...], "ttl": "86400"}}.
 */
public final class TwilioTokens implements TurnSource {

    /** Where Twilio is. */
    public static final URI API = URI.create("https://api.twilio.com");

    private static final String NAME = "Twilio";
    private static final int DEFAULT_LIFETIME_SECONDS = 86_400;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final HttpClient client;
    private final URI api;
    private final String accountSid;
    private final String authToken;

    public TwilioTokens(HttpClient client, URI api, String accountSid, String authToken) {
        if (!accountSid.matches("[A-Za-z0-9]{1,64}")) {
            throw new IllegalArgumentException("TWILIO_ACCOUNT_SID is letters and digits, as shown in the Twilio console");
        }
        this.client = client;
        this.api = api;
        this.accountSid = accountSid;
        this.authToken = authToken;
    }

    @Override
    public Grant fetch() throws IOException, InterruptedException {
        String login = Base64.getEncoder().encodeToString((accountSid + ":" + authToken).getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(api.resolve("/2010-04-01/Accounts/" + accountSid + "/Tokens.json"))
                .header("Authorization", "Basic " + login)
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        JsonNode answer = TurnAnswers.ask(client, request, NAME);
        int seconds = Math.max(1, answer.path("ttl").asInt(DEFAULT_LIFETIME_SECONDS)); // a string of digits, read as a number
        return new Grant(TurnAnswers.servers(answer.path("ice_servers"), NAME), Duration.ofSeconds(seconds));
    }
}
