package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TransferTest {

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Transfer transfer = new Transfer(() -> now);

    @Test
    void severalFilesMakeOneSum() {
        transfer.expect(1_000);
        Transfer.File first = transfer.begin(file(600));
        Transfer.File second = transfer.begin(file(400));
        first.at(100);
        second.at(233);
        DownloadProgress progress = transfer.progress();
        assertEquals(333, progress.bytesDone());
        assertEquals(1_000, progress.bytesTotal());
        assertEquals(33.3, progress.percentage());
        assertEquals("owner/repo", progress.currentArtifact());
    }

    @Test
    void aSteadyStreamHasItsRateAndTheTimeThatIsLeft() {
        transfer.expect(100_000);
        Transfer.File file = transfer.begin(file(100_000));
        for (int second = 1; second <= 20; second++) {
            now = now.plusSeconds(1);
            file.at(1_000L * second);
            transfer.progress();
        }
        assertEquals(1_000, transfer.progress().bytesPerSecond());
        assertEquals(OptionalLong.of(80), transfer.progress().secondsLeft());
    }

    @Test
    void bytesFromAnEarlierLifeAreDoneButTellNothingOfTheRate() {
        transfer.expect(1_000_000);
        Transfer.File file = transfer.begin(file(1_000_000));
        file.resumeAt(900_000);
        now = now.plusSeconds(1);
        file.at(900_500);
        assertEquals(90.0, transfer.progress().percentage());
        assertEquals(500, transfer.progress().bytesPerSecond());
    }

    @Test
    void aStreamThatStopsLosesItsRateLittleByLittle() {
        transfer.expect(1_000_000);
        Transfer.File file = transfer.begin(file(1_000_000));
        now = now.plusSeconds(1);
        file.at(10_000);
        assertEquals(10_000, transfer.progress().bytesPerSecond());
        now = now.plusSeconds(1);
        long later = transfer.progress().bytesPerSecond();
        assertTrue(later < 10_000 && later > 5_000, "after a second of silence " + later);
        now = now.plusSeconds(100);
        assertEquals(0, transfer.progress().bytesPerSecond());
        assertEquals(OptionalLong.empty(), transfer.progress().secondsLeft());
    }

    @Test
    void theTimeBeforeTheFirstByteDoesNotCount() {
        transfer.expect(100_000);
        Transfer.File file = transfer.begin(file(100_000));
        now = now.plusSeconds(60);
        assertEquals(0, transfer.progress().bytesPerSecond());
        now = now.plusSeconds(1);
        file.at(4_000);
        assertEquals(4_000, transfer.progress().bytesPerSecond());
    }

    @Test
    void aClockThatIsSetBackDoesNotMakeARate() {
        transfer.expect(1_000);
        Transfer.File file = transfer.begin(file(1_000));
        now = now.plusSeconds(1);
        file.at(100);
        transfer.progress();
        now = now.minusSeconds(3_600);
        file.at(200);
        assertEquals(100, transfer.progress().bytesPerSecond());
    }

    @Test
    void aFileWithoutASizeDoesNotCount() {
        transfer.expect(1_000);
        transfer.begin(new RemoteFile(Artifact.of("owner/repo"), "x", OptionalLong.empty(), Optional.empty())).at(5_000);
        assertEquals(0, transfer.progress().bytesDone());
    }

    @Test
    void whyNothingMovesIsForgottenWhenSomethingDoes() {
        transfer.waiting("HTTP 429, trying again in 7 s");
        assertEquals(Optional.of("HTTP 429, trying again in 7 s"), transfer.waiting());
        transfer.begin(file(10)).at(1);
        assertEquals(Optional.empty(), transfer.waiting());
    }

    private static RemoteFile file(long size) {
        return new RemoteFile(Artifact.of("owner/repo"), "x", OptionalLong.of(size), Optional.empty());
    }
}
