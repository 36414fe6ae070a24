package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.Help;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the script in the root of the checkout does before any Java of ours runs. */
class LauncherTest {

    @Test
    void helpIsShownAsItIsInTheTable() throws Exception {
        assertEquals(Help.text(), run("--help"));
    }

    @Test
    void theDoctorNamesEveryThingTheHubNeeds() throws Exception {
        String report = run("doctor");
        for (String thing : new String[] {
            "JDK 25+", "build", "WebRTC libraries", "network address", "data folder", "disk", "port",
            "inference natives", "GPU", "CUDA libraries"}) {
            assertTrue(report.contains(thing), "'" + thing + "' is missing in:\n" + report);
        }
    }

    private static String run(String argument) throws Exception {
        Path launcher = Path.of("..", "caravan").toAbsolutePath().normalize();
        Process process = new ProcessBuilder(launcher.toString(), argument)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
