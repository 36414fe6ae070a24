package dev.caravan.processors.frames;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.CaravanHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.DataFormat;
import org.apache.camel.spi.DataFormatName;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;

/**
 * The Camel data format {@code frames}: between encoded bytes with headers and {@link Frame}s. In a YAML route:
 *
 * <pre>{@code
 * - unmarshal: { custom: { ref: frames } }   # bytes -> Frame; a file stays encoded, its kind and size are checked
 * - marshal:   { custom: { ref: frames } }   # Frame -> JPEG of quality 85
 * }</pre>
 *
 * <p>Unmarshal takes the session from {@code CaravanSessionId} or the Kafka key, the rest from the headers of {@link FrameHeaders}, and
 * sets the {@link CaravanHeaders} of the frame. Without a content type the bytes decide; without a number the record's offset or a count
 * is used, without a time the record's or the time of receipt.
 *
 * <p>Marshal writes the format that the header {@link FrameHeaders#FORMAT} or the option {@code format} asks for, and all headers of the
 * wire. To have it otherwise by default, declare a bean of this class with other options and refer to it by its name.
 *
 * <p>Whatever is wrong with a message is a {@link BadPictureException} with one line for its sender; the exchange fails. Pictures and
 * time come from the {@link FfmpegPictures} and {@link InstantSource} in the registry, where there are any. Thread-safe once started.
 */
public final class FramesDataFormat extends ServiceSupport implements DataFormat, DataFormatName, CamelContextAware {

    private static final int DEFAULT_QUALITY = 85;
    private static final int MAX_QUALITY = 100;

    private @Nullable CamelContext context;
    private @Nullable FfmpegPictures pictures;
    private @Nullable InstantSource clock;
    private @Nullable FrameReader reader;
    private PictureFormat format = PictureFormat.JPEG;
    private int quality = DEFAULT_QUALITY;

    @Override
    public String getDataFormatName() {
        return "frames";
    }

    /** What to marshal to when no header says: {@code jpeg} (the default), {@code png}, {@code webp}, {@code rgb24} or {@code i420}. */
    public void setFormat(String name) {
        format = PictureFormat.of(name)
                .orElseThrow(() -> new IllegalArgumentException("format is one of " + PictureFormat.NAMES + "; " + name + " given"));
    }

    /** Quality of JPEG and WebP when no header says: 1..100, default 85. */
    public void setQuality(int quality) {
        if (quality < 1 || quality > MAX_QUALITY) {
            throw new IllegalArgumentException("quality is 1..100; " + quality + " given");
        }
        this.quality = quality;
    }

    /** Whose limits and codecs to use instead of the registry's. */
    public void setPictures(FfmpegPictures pictures) {
        this.pictures = pictures;
    }

    /** Tells the time of receipt instead of the registry's clock. */
    public void setClock(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    protected void doStart() {
        if (pictures == null) {
            pictures = Pictures.in(context);
        }
        if (clock == null && context != null) {
            clock = context.getRegistry().findSingleByType(InstantSource.class);
        }
        reader = new FrameReader(pictures.limits(), clock == null ? Clock.systemUTC() : clock);
    }

    @Override
    public Object unmarshal(Exchange exchange, InputStream stream) throws BadPictureException, IOException {
        return unmarshal(exchange, (Object) stream);
    }

    @Override
    public Object unmarshal(Exchange exchange, Object body) throws BadPictureException, IOException {
        if (body instanceof Frame) {
            return body;
        }
        Frame frame = started(reader).read(exchange, body);
        Message message = exchange.getMessage();
        message.setHeader(CaravanHeaders.SESSION_ID, frame.sessionId());
        message.setHeader(CaravanHeaders.SEQUENCE, frame.sequence());
        message.setHeader(CaravanHeaders.TIMESTAMP_MS, frame.timestampMicros() / 1000);
        message.setHeader(CaravanHeaders.SOURCE, frame.origin().source());
        return frame;
    }

    @Override
    public void marshal(Exchange exchange, Object body, OutputStream stream) throws BadPictureException, IOException {
        if (!(body instanceof Frame frame)) {
            throw new BadPictureException("the data format frames marshals frames only; the body is "
                    + (body == null ? "empty" : "a " + body.getClass().getSimpleName()));
        }
        Message message = exchange.getMessage();
        WireHeaders headers = new WireHeaders(message);
        PictureFormat wanted = wantedFormat(headers);
        OptionalLong wantedQuality = headers.number(FrameHeaders.QUALITY, 1, MAX_QUALITY);
        byte[] bytes = started(pictures).encode(frame.picture(), wanted, (int) wantedQuality.orElse(quality));
        stream.write(bytes);
        describe(message, frame, wanted);
    }

    private PictureFormat wantedFormat(WireHeaders headers) throws BadPictureException {
        Optional<String> name = headers.text(FrameHeaders.FORMAT);
        if (name.isEmpty()) {
            return format;
        }
        Optional<PictureFormat> wanted = PictureFormat.of(name.get());
        if (wanted.isEmpty()) {
            throw new BadPictureException("header " + FrameHeaders.FORMAT + " is one of " + PictureFormat.NAMES + "; \""
                    + WireHeaders.shown(name.get()) + "\" given");
        }
        return wanted.get();
    }

    /** All values as text: Kafka would write a number as eight bytes that no other client understands. */
    private static void describe(Message message, Frame frame, PictureFormat format) {
        // Header names differ in case only for readers outside: an old Content-Type would keep its spelling.
        message.removeHeader(FrameHeaders.CONTENT_TYPE);
        message.setHeader(FrameHeaders.CONTENT_TYPE, format.contentType());
        message.setHeader(FrameHeaders.SEQUENCE, Long.toString(frame.sequence()));
        message.setHeader(FrameHeaders.TIMESTAMP_MS, Long.toString(frame.timestampMicros() / 1000));
        message.setHeader(FrameHeaders.WIDTH, Integer.toString(frame.width()));
        message.setHeader(FrameHeaders.HEIGHT, Integer.toString(frame.height()));
        if (frame.chunk() == Frame.NOT_GENERATED) {
            message.removeHeader(FrameHeaders.CHUNK);
        } else {
            message.setHeader(FrameHeaders.CHUNK, Long.toString(frame.chunk()));
        }
    }

    private static <T> T started(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the data format frames is not started");
        }
        return part;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.context = camelContext;
    }

    @Override
    public @Nullable CamelContext getCamelContext() {
        return context;
    }
}
