package dev.caravan.inference.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What figures come from, in words. */
public final class Machine {

    private Machine() {}

    public static String text() {
        return Runtime.getRuntime().availableProcessors() + " cores of " + processor() + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + ", JDK " + Runtime.version();
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("an unknown processor");
        } catch (IOException e) {
            return "an unknown processor";
        }
    }
}
