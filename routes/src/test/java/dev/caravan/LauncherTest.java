package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.Help;
import dev.caravan.config.SampleConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the script in the root of the checkout does before any Java of ours runs. */
class LauncherTest {

    @Test
    void helpIsShownAsItIsInTheTable() throws Exception {
        assertEquals(Help.text(), run("--help"));
    }

    @Test
    void aSampleOfTheConfigurationFileIsShown() throws Exception {
        assertEquals(SampleConfig.text(), run("config"));
    }

    @Test
    void theDoctorReadsTheConfigurationFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("hub.yaml");
        Files.writeString(file, "data: '" + folder.resolve("d") + "' # elsewhere\nport: 7\nkafka-port: 9\n");
        String report = run("doctor", "--config", file.toString(), "--kafka-port=0");
        assertTrue(report.contains(folder.resolve("d").toString()), report);
        assertTrue(report.contains("port 7 "), report);
        assertFalse(report.contains("port 9"), report);
    }

    @Test
    void theDoctorNamesEveryThingTheHubNeeds() throws Exception {
        String report = run("doctor");
        for (String thing : new String[] {
            "JDK 25+", "build", "WebRTC libraries", "network address", "data folder", "disk", "port",
            "inference natives", "GPU", "CUDA libraries", "chromium, chromedriver, prometheus"}) {
            assertTrue(report.contains(thing), "'" + thing + "' is missing in:\n" + report);
        }
    }

    private static String run(String... arguments) throws Exception {
        Path launcher = Path.of("..", "caravan").toAbsolutePath().normalize();
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
