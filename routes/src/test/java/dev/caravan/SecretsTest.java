package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.OptionValues;
import dev.caravan.config.Settings;
import dev.caravan.config.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets, through whichever door they were given, stay in. */
class SecretsTest {

    private static final String MARK = "mellon";

    @TempDir
    Path data;

    @Test
    void noSecretIsInTheLogTheApiOrThePlaceholders() throws Exception {
        Path file = Files.writeString(data.resolve("secret"), MARK + "-of-a-file\n");
        Files.writeString(data.resolve("caravan.yaml"), "civitai-api-token: " + MARK + "-of-the-config\nhf-token-file: " + file + "\n"
                + "turn-url: turn:turn.example:3478\nturn-username: u\nturn-credential: " + MARK + "-turn\n");
        Properties properties = new Properties();
        properties.setProperty("caravan.join-token-key", MARK + "-of-a-property-with-32-characters");
        Settings settings = SettingsReader.read(OptionValues.read(
                List.of("--data=" + data, "--port=0", "--kafka=none", "-N", "--token=" + MARK + "-of-a-flag"),
                Map.of("CARAVAN_VIEWER_TOKEN", MARK + "-of-the-environment"), properties));
        assertFalse(settings.toString().contains(MARK), settings::toString);
        try (LogCapture log = LogCapture.of(Level.DEBUG, "dev.caravan", "caravan");
                LogCapture others = LogCapture.of(Level.INFO, "org", "io");
                TestHub hub = TestHub.over(settings)) {
            String[] operator = {"Authorization", "Bearer " + MARK + "-of-a-flag"};
            for (String path : List.of("/openapi.json", "/api/v1/hub/info", "/health", "/api/v1/keys", "/api/v1/pipeline/status",
                    "/api/v1/routes", "/api/v1/logs/tail?lines=1000", "/metrics", "/jolokia/list", "/jolokia/read/org.apache.camel:*",
                    "/jolokia/read/dev.caravan:*", "/jolokia/read/java.lang:*")) {
                String body = hub.fetch(path, operator).body();
                assertEquals(200, hub.fetch(path, operator).statusCode(), path);
                assertFalse(body.contains(MARK), () -> path + ": " + body);
            }
            hub.fetch("/health", "Authorization", "Bearer " + MARK + "-wrong");
            hub.post("/api/v1/webrtc/offer", "{}", operator);
            hub.close();
            assertTrue(log.lines().stream().anyMatch(line -> line.contains("event=hub.stopped")), "the log was heard");
            assertFalse(others.lines().isEmpty(), "the log of others was heard");
            for (String line : log.lines()) {
                assertFalse(line.contains(MARK), line);
            }
            for (String line : others.lines()) {
                assertFalse(line.contains(MARK), line);
            }
        }
    }
}
