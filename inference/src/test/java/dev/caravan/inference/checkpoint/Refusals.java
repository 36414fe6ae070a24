package dev.caravan.inference.checkpoint;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Checks that files are refused, and in what words. */
final class Refusals {

    private Refusals() {}

    /** The file is refused in one line that has these words and no folder. */
    static void refused(Path file, String... words) {
        said(assertThrows(CheckpointException.class, () -> Checkpoint.open(file)), words);
    }

    static void said(CheckpointException refusal, String... words) {
        String message = refusal.getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), () -> "'" + word + "' in: " + message);
        }
        assertFalse(message.contains("/tmp") || message.contains("\n"), message);
    }

    /** No beginning of the file is taken for the whole. The file is empty afterwards. */
    static void refusedHoweverShort(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long length = channel.size() - 1; length >= 0; length--) {
                channel.truncate(length);
                long shown = length;
                assertThrows(CheckpointException.class, () -> Checkpoint.open(file), () -> "cut to " + shown + " bytes");
            }
        }
    }
}
