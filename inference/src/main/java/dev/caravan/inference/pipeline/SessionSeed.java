package dev.caravan.inference.pipeline;

/**
 * What makes one session's stream differ from another's.
 *
 * @param sessionId the session
 * @param pictures  opens the pictures that its parameters name
 */
public record SessionSeed(String sessionId, PictureFiles pictures) {

    /** Of a session whose parameters name no pictures. */
    public SessionSeed(String sessionId) {
        this(sessionId, PictureFiles.NONE);
    }
}
