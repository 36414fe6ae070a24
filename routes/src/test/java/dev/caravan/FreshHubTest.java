package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.api.Json;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract before anything is loaded. */
@Timeout(60)
class FreshHubTest {

    @TempDir
    private Path data;

    @Test
    void beforeAnyLoadNothingIsLoadedAndAnOfferIsRefused() throws Exception {
        try (TestHub hub = TestHub.startIn(data)) {
            HttpResponse<String> status = hub.fetch("/api/v1/pipeline/status"); // 28
            HttpResponse<String> offer = hub.post( // 53
                    "/api/v1/webrtc/offer", "{\"sdp\":\"v=0\",\"type\":\"offer\"}", "Content-Type", "application/json");
            HttpResponse<String> open = hub.post("/api/v1/sessions", "");

            assertEquals("not_loaded", Json.MAPPER.readTree(status.body()).get("status").asText());
            assertEquals(400, offer.statusCode());
            assertEquals("{\"detail\":\"Pipeline not loaded. Please load pipeline first.\"}", offer.body());
            assertEquals(400, open.statusCode());
            assertEquals("{\"parameters\":{}}", hub.fetch("/api/v1/session/parameters").body());
            assertEquals(404, hub.fetch("/api/v1/session/frame").statusCode());
        }
    }
}
