package dev.caravan.inference.ort;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostRoomTest {

    private static final long GIB = 1L << 30;

    @TempDir
    private Path root;

    @Test
    void whatLinuxCallsAvailableIsFree() throws IOException {
        memory();
        assertEquals(OptionalLong.of(8 * GIB), room().free());
        assertEquals(OptionalLong.of(16 * GIB), room().total());
    }

    @Test
    void theLimitOfAContainerCountsWhereItIsTighterAndItsFilePagesAreFree() throws IOException {
        memory();
        group("memory.max", 4 * GIB + "\n");
        group("memory.current", 3 * GIB + "\n");
        group("memory.stat", "anon 1\ninactive_file " + GIB + "\nactive_file 5\n");
        assertEquals(OptionalLong.of(2 * GIB), room().free());
        assertEquals(OptionalLong.of(4 * GIB), room().total());
    }

    @Test
    void aGroupWithoutLimitChangesNothing() throws IOException {
        memory();
        group("memory.max", "max\n");
        group("memory.current", GIB + "\n");
        assertEquals(OptionalLong.of(8 * GIB), room().free());
        assertEquals(OptionalLong.of(16 * GIB), room().total());
    }

    @Test
    void aSystemThatSaysNothingIsNotGuessedAt() {
        assertEquals(OptionalLong.empty(), room().free());
        assertEquals(OptionalLong.empty(), room().total());
    }

    @Test
    void thisMachineHasLessFreeThanInAll() {
        HostRoom here = HostRoom.OF_THIS_MACHINE;
        if (Files.exists(Path.of("/proc/meminfo"))) {
            assertTrue(here.free().getAsLong() > 0 && here.free().getAsLong() <= here.total().getAsLong());
        } else {
            assertEquals(OptionalLong.empty(), here.free());
        }
    }

    private HostRoom room() {
        return new HostRoom(root);
    }

    private void memory() throws IOException {
        Files.createDirectories(root.resolve("proc"));
        Files.writeString(root.resolve("proc/meminfo"), """
                MemTotal:       16777216 kB
                MemFree:         1048576 kB
                MemAvailable:    8388608 kB
                """);
    }

    private void group(String file, String text) throws IOException {
        Path group = Files.createDirectories(root.resolve("sys/fs/cgroup"));
        Files.writeString(group.resolve(file), text);
    }
}
