package dev.caravan.inference.model;

import java.util.Optional;

/**
 * How far a download is, as {@code GET /api/v1/models/status} tells it (contract §1.3).
 *
 * @param isDownloading   false once it failed
 * @param percentage      of the bytes that were missing, 0 to 100 with one decimal
 * @param currentArtifact the repository at work, {@code owner/name}
 * @param error           for a person, after a failure; stays until the next start
 */
public record DownloadProgress(boolean isDownloading, double percentage, String currentArtifact, Optional<String> error) {}
