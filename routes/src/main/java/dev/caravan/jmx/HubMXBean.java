package dev.caravan.jmx;

import org.jspecify.annotations.Nullable;

/** The hub as a whole. */
@Says("The hub: what is loaded and how much goes on")
public interface HubMXBean {

    @Says("Version of the program")
    String getVersion();

    @Says("What models run on, and why not on the other")
    String getDevice();

    @Says("Live sessions")
    int getSessions();

    @Says("WebRTC peers")
    int getPeers();

    @Says("Loaded pipelines")
    int getModels();

    @Says("not_loaded, loading, loaded or error")
    String getLoadState();

    @Says("How far loading has come, while it goes on")
    @Nullable
    String getLoadStage();

    @Says("Why the last load failed, until the next")
    @Nullable
    String getLoadError();

    @Says("Frames dropped because their session was closed by hand a moment before")
    long getFramesDroppedInCoolDown();

    @Says("Load pipelines in the background, in place of what is loaded")
    void load(@Says("ids, separated by commas") String ids, @Says("parameters as a JSON object, or nothing") @Nullable String parameters);

    @Says("Unload everything; what sessions use stays until they end")
    void unload();
}
