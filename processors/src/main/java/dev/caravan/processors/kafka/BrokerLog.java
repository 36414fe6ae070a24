package dev.caravan.processors.kafka;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * What the broker's process prints, in a file of at most 1 MiB beside one older file of that size. Remembers the last line that tells
 * why a broker ended. A disk that is full or a folder that is gone costs lines, nothing else.
 */
final class BrokerLog {

    private static final long LIMIT = 1 << 20;
    private static final int LINE = 2_000;

    private final Path file;
    private volatile String lastError = "";

    BrokerLog(Path file) {
        this.file = file;
    }

    /** A new child begins: what killed the one before does not count any more. */
    void begin() {
        lastError = "";
    }

    /** The message of the last line of level ERROR or FATAL, or of the JVM itself; empty when there was none. */
    String lastError() {
        return lastError;
    }

    synchronized void line(String text) {
        String line = text.length() > LINE ? text.substring(0, LINE) : text;
        if (line.contains(" ERROR ") || line.contains(" FATAL ") || line.startsWith("Error")) {
            lastError = message(line);
        }
        try {
            if (Files.exists(file) && Files.size(file) > LIMIT) {
                Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.writeString(
                    file, line + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException full) {
            // Nobody could read a complaint about a log that cannot be written; the state tells what is wrong with the disk.
        }
    }

    /** Cuts time, level and logger: {@code 2026-01-02 03:04:05,678 ERROR LogManager - text}. */
    private static String message(String line) {
        int dash = line.indexOf(" - ");
        return dash < 0 ? line : line.substring(dash + 3).strip();
    }
}
