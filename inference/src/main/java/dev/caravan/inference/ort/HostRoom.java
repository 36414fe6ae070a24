package dev.caravan.inference.ort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * How much of this machine's memory programs may still take, as Linux tells: what it calls available, or what the limit of the control
 * group (a container's) leaves, if that is less. Pages of files count as free, because the system takes them back. Thread-safe.
 *
 * @param root of the file system, to be another one in tests
 */
record HostRoom(Path root) {

    private static final String GROUP = "sys/fs/cgroup";
    private static final String NO_LIMIT = "max";

    static final HostRoom OF_THIS_MACHINE = new HostRoom(Path.of("/"));

    /** Bytes; empty where the system does not say. */
    OptionalLong free() {
        OptionalLong machine = line("proc/meminfo", "MemAvailable:");
        return machine.isEmpty() ? machine : least(machine.getAsLong() << 10, leftByGroup());
    }

    /** Bytes there are in all; empty where the system does not say. */
    OptionalLong total() {
        OptionalLong machine = line("proc/meminfo", "MemTotal:");
        return machine.isEmpty() ? machine : least(machine.getAsLong() << 10, number("memory.max"));
    }

    private OptionalLong leftByGroup() {
        OptionalLong limit = number("memory.max");
        OptionalLong used = number("memory.current");
        if (limit.isEmpty() || used.isEmpty()) {
            return OptionalLong.empty();
        }
        long pages = line(GROUP + "/memory.stat", "inactive_file ").orElse(0);
        return OptionalLong.of(Math.max(0, limit.getAsLong() - used.getAsLong() + pages));
    }

    private static OptionalLong least(long bytes, OptionalLong limit) {
        return OptionalLong.of(Math.min(bytes, limit.orElse(bytes)));
    }

    private OptionalLong number(String file) {
        return lines(GROUP + "/" + file).stream().filter(line -> !line.equals(NO_LIMIT)).mapToLong(HostRoom::parsed).findFirst();
    }

    private OptionalLong line(String file, String begin) {
        return lines(file).stream().filter(line -> line.startsWith(begin))
                .mapToLong(line -> parsed(line.substring(begin.length()).replace("kB", "").strip())).findFirst();
    }

    private static long parsed(String number) {
        try {
            return Long.parseLong(number);
        } catch (NumberFormatException _) {
            // A limit that nobody could reach is no limit.
            return Long.MAX_VALUE;
        }
    }

    private List<String> lines(String file) {
        try (Stream<String> lines = Files.lines(root.resolve(file))) {
            return lines.toList();
        } catch (IOException | RuntimeException _) {
            // Another system, or one that hides it.
            return List.of();
        }
    }
}
