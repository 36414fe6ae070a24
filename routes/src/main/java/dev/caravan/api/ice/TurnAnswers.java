package dev.caravan.api.ice;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.processors.webrtc.IceServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks a credential service and reads the list of ICE servers in its answer. */
final class TurnAnswers {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** An answer is a handful of URLs; more is not one. */
    private static final int MAX_BYTES = 64 * 1024;

    private TurnAnswers() {}

    /** The JSON object of a 2xx answer. */
    static JsonNode ask(HttpClient client, HttpRequest request, String provider) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer;
        try {
            answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new IOException(provider + " cannot be reached (" + e.getClass().getSimpleName() + ")", e);
        }
        try (InputStream body = answer.body()) {
            if (answer.statusCode() / 100 != 2) {
                throw new IOException(provider + " answered HTTP " + answer.statusCode());
            }
            return JSON.readTree(body.readNBytes(MAX_BYTES));
        } catch (JsonProcessingException e) {
            throw new IOException(provider + " did not answer with JSON", e);
        }
    }

    /** Reads {@code [{"urls": "..." or [...], "username", "credential"}]}. */
    static List<IceServer> servers(JsonNode list, String provider) throws IOException {
        List<IceServer> out = new ArrayList<>();
        for (JsonNode entry : list) {
            List<String> urls = urls(entry);
            if (!urls.isEmpty()) {
                out.add(new IceServer(urls, text(entry, "username"), text(entry, "credential")));
            }
        }
        if (out.isEmpty()) {
            throw new IOException(provider + " named no servers");
        }
        return out;
    }

    private static List<String> urls(JsonNode entry) {
        JsonNode urls = entry.has("urls") ? entry.get("urls") : entry.path("url");
        List<String> out = new ArrayList<>();
        if (urls.isTextual()) {
            out.add(urls.asText());
        }
        urls.forEach(url -> out.add(url.asText()));
        return out;
    }

    private static Optional<String> text(JsonNode entry, String key) {
        return Optional.ofNullable(entry.get(key)).filter(JsonNode::isTextual).map(JsonNode::asText);
    }
}
