package dev.caravan.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.model.DownloadProgress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressLineTest {

    @Test
    void aLineTellsBytesRateAndTimeLeft() {
        assertEquals(
                "   43.1 %  4.21 GB of 9.76 GB  35.2 MB/s  2 min 38 s left  owner/repo",
                ProgressLine.text(progress(4_210_000_000L, OptionalLong.of(158)), Optional.empty()));
    }

    @Test
    void whyNothingMovesStandsWhereTheFileStood() {
        assertEquals(
                "   43.1 %  4.21 GB of 9.76 GB  35.2 MB/s    HTTP 429, trying again in 7 s",
                ProgressLine.text(progress(4_210_000_000L, OptionalLong.empty()), Optional.of("HTTP 429, trying again in 7 s")));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 bytes", "1, 1 byte", "999, 999 bytes", "1000, 1.00 kB", "9996, 10.0 kB", "99960, 100 kB", "999499, 999 kB",
        "999500, 1.00 MB", "6730000000, 6.73 GB", "28600000000, 28.6 GB", "9000000000000000, 9000 TB",
    })
    void sizesAreReadable(long bytes, String text) {
        assertEquals(text, Words.bytes(bytes));
    }

    @ParameterizedTest
    @CsvSource({"0, 0 s", "59, 59 s", "61, 1 min 01 s", "3600, 1 h 00 min", "90061, 25 h 01 min"})
    void timesAreReadable(long seconds, String text) {
        assertEquals(text, Words.time(Duration.ofSeconds(seconds)));
    }

    private static DownloadProgress progress(long done, OptionalLong left) {
        return new DownloadProgress(true, 43.1, "owner/repo", done, 9_760_000_000L, 35_200_000, left, Optional.empty());
    }
}
