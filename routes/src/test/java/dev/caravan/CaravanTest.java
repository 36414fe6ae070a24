package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.Help;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command's answers when no hub comes up. */
class CaravanTest {

    @TempDir
    Path data;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Caravan.run(
                List.of(arguments),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void helpIsTheWholeTable() {
        assertEquals(0, run("--help"));
        assertEquals(Help.text(), out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void versionNamesTheBuildAndItsCommit() {
        assertEquals(0, run("--version"));
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.matches("caravan: \\d+\\.\\d+\\.\\d+\\S*\\Rgit commit: \\S.*\\R"), text);
    }

    @Test
    void wrongOptionsEndWithTwo() {
        assertEquals(2, run("--prot", "1"));
        assertEquals("caravan: unknown option --prot: did you mean --port? See --help\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aTakenPortEndsWithOne() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(1, run("--port=" + taken.getLocalPort(), "--kafka=none", "--data=" + data));
        }
        String text = err.toString(StandardCharsets.UTF_8);
        assertEquals(1, text.lines().count(), text);
        assertTrue(text.contains("Choose another port with --port"), text);
    }

    @Test
    void aDeviceThatCannotBeHadEndsWithOne() {
        assertEquals(1, run("--port=0", "--kafka=none", "--data=" + data, "--ort=" + data, "--device=cuda"));
        String text = err.toString(StandardCharsets.UTF_8);
        assertEquals(1, text.lines().count(), text);
        assertTrue(text.startsWith("caravan: " + data + " holds no "), text);
    }
}
