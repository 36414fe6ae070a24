package dev.caravan.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What the figures come from.
 *
 * @param load others' demand when the bench began: runnable threads, averaged over a minute; negative when the system does not say
 */
record Machine(int cores, String processor, String system, String java, double load) {

    static Machine here() {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                processorName(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"),
                System.getProperty("java.vendor") + " " + Runtime.version(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    /** One line of Markdown. */
    String text() {
        String busy = load < 0 ? "" : ", load before the start %.1f".formatted(load);
        return cores + " cores of " + processor + ", " + system + ", JDK " + java + busy;
    }

    private static String processorName() {
        Path file = Path.of("/proc/cpuinfo");
        if (Files.isReadable(file)) {
            try (Stream<String> lines = Files.lines(file)) {
                return lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse("an unknown processor");
            } catch (IOException e) {
                return "an unknown processor";
            }
        }
        return "an unknown processor";
    }
}
