package dev.caravan.processors.inference;

import java.util.Set;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.spi.UriPath;
import org.jspecify.annotations.Nullable;

/** Options of an {@code inference:} endpoint. */
@UriParams
public class InferenceConfiguration {

    private static final Set<String> MODES = Set.of("text", "video");

    @UriPath(description = "Which sessions: main for the only ones of the registry, else the name of a Sessions bean")
    @Metadata(required = true)
    private String name = InferenceEndpoint.MAIN;

    @UriParam(label = "consumer", defaultValue = "true", description = "Whether generated frames become exchanges")
    private boolean frames = true;

    @UriParam(label = "consumer", defaultValue = "true", description = "Whether events and rejected frames become exchanges")
    private boolean events = true;

    @UriParam(label = "producer", defaultValue = "false",
            description = "Whether a frame for an unknown session opens it; else the exchange fails")
    private boolean open;

    @UriParam(label = "producer",
            description = "Node ids of the loaded pipelines that sessions opened here run, in order, separated by commas;"
                    + " the default chain when not set")
    private @Nullable String pipeline;

    @UriParam(label = "producer", defaultValue = "video", enums = "text,video",
            description = "Mode of sessions opened here: video uses the frames, text generates freely")
    private String mode = "video";

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public boolean isFrames() {
        return frames;
    }

    public void setFrames(boolean frames) {
        this.frames = frames;
    }

    public boolean isEvents() {
        return events;
    }

    public void setEvents(boolean events) {
        this.events = events;
    }

    public boolean isOpen() {
        return open;
    }

    public void setOpen(boolean open) {
        this.open = open;
    }

    public @Nullable String getPipeline() {
        return pipeline;
    }

    public void setPipeline(@Nullable String pipeline) {
        this.pipeline = pipeline;
    }

    public String getMode() {
        return mode;
    }

    public void setMode(String mode) {
        if (!MODES.contains(mode)) {
            throw new IllegalArgumentException("mode is text or video; '" + mode + "' given");
        }
        this.mode = mode;
    }
}
