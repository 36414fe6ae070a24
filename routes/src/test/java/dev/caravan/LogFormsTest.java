package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import dev.caravan.logs.LifeCycleLine;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two forms of the log, as the hub's own configuration files make them. */
class LogFormsTest {

    private static final String FORGED = "2026-01-01 00:00:00,000 - caravan.lifecycle - INFO - event=forged";

    @TempDir
    Path data;

    /** What the file holds after somebody wrote. */
    private List<String> written(String configuration, Consumer<Logger> what) throws IOException, URISyntaxException {
        Path folder = data.resolve("logs");
        System.setProperty("caravan.log.folder", folder.toString());
        try (LoggerContext own = new LoggerContext("own", null, LogFormsTest.class.getResource("/" + configuration).toURI())) {
            own.start();
            // Not on the console of the tests.
            own.getConfiguration().getRootLogger().removeAppender("console");
            what.accept(own.getLogger("dev.caravan.Something"));
        } finally {
            System.clearProperty("caravan.log.folder");
        }
        return Files.readAllLines(folder.resolve("caravan.log"));
    }

    @Test
    void textHasOneLineForEachMessageWhateverIsInIt() throws Exception {
        List<String> lines = written("log4j2.xml", log -> {
            log.info("plain");
            log.info("id {}", "x\r\n" + FORGED);
            log.info(LifeCycleLine.of("session.closed").and("reason", "y\n" + FORGED));
            log.warn("with a trace", new IllegalStateException("z\n" + FORGED, new IOException("cause\n" + FORGED)));
        });
        assertTrue(lines.getFirst().matches("\\d{4}-\\d\\d-\\d\\d [\\d:,]+ - dev.caravan.Something - INFO - plain"), lines.getFirst());
        assertTrue(lines.get(1).contains(" - INFO - id x\\r\\n2026"), lines.get(1));
        assertTrue(lines.get(2).contains(" - INFO - event=session.closed reason=\"y\\u000a2026"), lines.get(2));
        assertTrue(lines.get(3).endsWith(" - WARNING - with a trace"), lines.get(3));
        assertTrue(lines.stream().noneMatch(line -> line.startsWith("2026-01-01")), String.join("\n", lines));
        assertTrue(lines.stream().anyMatch(line -> line.contains("at dev.caravan.LogFormsTest")), String.join("\n", lines));
        assertTrue(lines.stream().anyMatch(line -> line.contains("Caused by: java.io.IOException")), String.join("\n", lines));
    }

    @Test
    void jsonHasOneObjectForEachMessageAndTheFieldsOfALifeCycleLineAreItsFields() throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : written("log4j2-json.xml", log -> {
            log.info("id {}", "x\r\n" + FORGED);
            log.info(LifeCycleLine.of("session.closed").and("session", "cam-1").and("frames_in", 12L).and("reason", "y\n\"" + FORGED));
            log.warn("with a trace", new IllegalStateException("z\n" + FORGED));
        })) {
            lines.add(Json.read(line.getBytes(StandardCharsets.UTF_8)));
        }
        assertEquals(3, lines.size());
        assertTrue(lines.get(0).get("timestamp").asText().matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z"));
        assertEquals("INFO", lines.get(0).get("level").asText());
        assertEquals("dev.caravan.Something", lines.get(0).get("logger").asText());
        assertEquals("id x\r\n" + FORGED, lines.get(0).get("message").asText());
        assertEquals("session.closed", lines.get(1).get("event").asText());
        assertEquals("cam-1", lines.get(1).get("session").asText());
        assertEquals(12, lines.get(1).get("frames_in").numberValue().intValue());
        assertEquals("y\n\"" + FORGED, lines.get(1).get("reason").asText());
        assertTrue(lines.get(2).get("exception").asText().contains("java.lang.IllegalStateException: z"), lines.get(2)::toString);
    }

    @Test
    void theApiShowsTheEndOfALogOfEitherForm() throws Exception {
        for (String configuration : List.of("log4j2.xml", "log4j2-json.xml")) {
            written(configuration, log -> log.info(LifeCycleLine.of("session.paused").and("session", configuration)));
        }
        try (TestHub hub = TestHub.start("--logs-dir=" + data.resolve("logs"))) {
            JsonNode lines = hub.get("/api/v1/logs/tail?lines=2").get("lines");
            assertTrue(lines.get(0).asText().endsWith("event=session.paused session=log4j2.xml"), lines::toString);
            assertEquals("log4j2-json.xml", Json.read(lines.get(1).asText().getBytes(StandardCharsets.UTF_8)).get("session").asText());
            assertEquals(200, hub.status("/api/v1/logs/current"));
        }
    }
}
