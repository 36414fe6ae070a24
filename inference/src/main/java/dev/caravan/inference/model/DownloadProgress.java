package dev.caravan.inference.model;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a download is, as {@code GET /api/v1/models/status} tells it (contract §1.3).
 *
 * @param isDownloading   false once it failed
 * @param percentage      of the bytes that were missing, 0 to 100 with one decimal
 * @param currentArtifact the repository at work, {@code owner/name}
 * @param bytesDone       of the files to fetch that are on disk
 * @param bytesTotal      of the files to fetch; 0 until that is known
 * @param bytesPerSecond  smoothed over some seconds; 0 at first
 * @param secondsLeft     at this rate; empty while there is none
 * @param error           for a person, after a failure; stays until the next start
 */
public record DownloadProgress(
        boolean isDownloading,
        double percentage,
        String currentArtifact,
        long bytesDone,
        long bytesTotal,
        long bytesPerSecond,
        OptionalLong secondsLeft,
        Optional<String> error) {}
