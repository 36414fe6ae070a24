package dev.caravan.processors.inference;

import dev.caravan.processors.CaravanHeaders;
import org.apache.camel.spi.Metadata;

/** Headers of {@code inference:} exchanges, as the catalog lists them. */
public final class InferenceConstants {

    @Metadata(description = "Session of the frame, control or event", javaType = "String")
    public static final String SESSION_ID = CaravanHeaders.SESSION_ID;

    @Metadata(label = "consumer", description = "Number of the generated frame within its session", javaType = "Long")
    public static final String SEQUENCE = CaravanHeaders.SEQUENCE;

    @Metadata(label = "consumer", description = "Capture time of the frame, milliseconds since the Unix epoch", javaType = "Long")
    public static final String TIMESTAMP_MS = CaravanHeaders.TIMESTAMP_MS;

    @Metadata(label = "consumer", description = "Chunk that generated the frame", javaType = "Long")
    public static final String CHUNK = CaravanHeaders.CHUNK;

    @Metadata(description = "Source of the frame or sender of the control within its session, for example kafka:caravan.frames.in",
            javaType = "String")
    public static final String SOURCE = CaravanHeaders.SOURCE;

    @Metadata(label = "consumer",
            description = "Kind of the event in the body, in lower case, for example applied; frame_rejected for a rejected frame",
            javaType = "String")
    public static final String EVENT_TYPE = CaravanHeaders.EVENT_TYPE;

    @Metadata(label = "producer", description = "Offset that a control got in the log of its session; -1 when nothing was accepted",
            javaType = "Long")
    public static final String CONTROL_OFFSET = CaravanHeaders.CONTROL_OFFSET;

    private InferenceConstants() {}
}
