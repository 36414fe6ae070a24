package dev.caravan.inference.ort;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.golden.Ort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TelemetryTest {

    /** Loads the library as a hub does. */
    public static final class Loads {

        private Loads() {}

        public static void main(String[] arguments) {
            OrtRuntime.load(OrtNatives.in(Path.of(arguments[0])), Provider.CPU).close();
            System.out.println("loaded");
        }
    }

    @Test
    void aLongCommandLineDoesNotEndTheJvmAndNothingIsLeftBehind(@TempDir Path folder) throws IOException, InterruptedException {
        Path library = Ort.NATIVES.library(Provider.CPU);
        ProcessBuilder command = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dpadding=" + "folder/library-1.0.jar:".repeat(1000),
                        "-cp", System.getProperty("java.class.path"),
                        Loads.class.getName(), library.getParent().toString()))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        command.environment().remove("ORT_DISABLE_TELEMETRY");
        Process process = command.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertEquals("loaded\n", output);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
